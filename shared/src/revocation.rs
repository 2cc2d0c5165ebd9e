//! Did the owner of a key withdraw it, or somebody whom the owner had appointed?
//!
//! sequoia proves what the owner signed; of what others signed it only says that it may count.
//! Anybody can attach such a signature to anybody's certificate, so it is proven here.

use crate::certs::Certificates;
use crate::refusal::Refusal;
use openpgp::cert::Cert;
use openpgp::cert::amalgamation::ValidAmalgamation;
use openpgp::cert::amalgamation::key::ValidErasedKeyAmalgamation;
use openpgp::packet::key::{PrimaryRole, PublicParts};
use openpgp::packet::{Key, Signature};
use openpgp::policy::{HashAlgoSecurity, Policy, StandardPolicy};
use openpgp::types::{RevocationStatus, RevocationType};
use openpgp::{Fingerprint, KeyHandle};
use sequoia_openpgp as openpgp;

type RevokerKey = Key<PublicParts, PrimaryRole>;

/// A certificate, with what is needed to judge the revocations in it.
pub(crate) struct Judge<'a> {
    cert: &'a Cert,
    appointed: Vec<Fingerprint>,
    certificates: &'a Certificates,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(cert: &'a Cert, certificates: &'a Certificates) -> Self {
        Self { cert, appointed: appointed(cert), certificates }
    }

    /// Whether the certificate as a whole was withdrawn, and by whom.
    pub(crate) fn certificate(&self) -> Result<(), Refusal> {
        let primary = self.cert.primary_key();
        let status = self.cert.revocation_status(&StandardPolicy::new(), None);
        if by_owner(&status, primary.self_revocations()) {
            return Err(Refusal::Revoked);
        }
        self.by_appointed(primary.other_revocations(), |signature, revoker| {
            signature.verify_primary_key_revocation(revoker, primary.key()).is_ok()
        })
    }

    /// Whether one key in it was withdrawn; the certificate as a whole may be sound.
    pub(crate) fn key(&self, key: &ValidErasedKeyAmalgamation<'a, PublicParts>) -> bool {
        let primary = self.cert.primary_key();
        let subkey = key.key().role_as_subordinate();
        by_owner(&key.revocation_status(), key.amalgamation().self_revocations())
            || self
                .by_appointed(key.amalgamation().other_revocations(), |signature, revoker| {
                    signature.verify_subkey_revocation(revoker, primary.key(), subkey).is_ok()
                })
                .is_err()
    }

    /// Revocations by others count if the owner appointed them and they really signed. Where their
    /// key is missing nobody can tell, and a key that may be lost is not sealed for.
    fn by_appointed<'s>(
        &self,
        signatures: impl Iterator<Item = &'s Signature>,
        is_proven: impl Fn(&Signature, &RevokerKey) -> bool,
    ) -> Result<(), Refusal> {
        let mut missing = None;
        for signature in signatures {
            let Some(revoker) = self.appointed_issuer(signature) else { continue };
            let fingerprint = revoker.to_hex();
            match self.certificates.get(&fingerprint) {
                Some(cert) if is_proven(signature, cert.primary_key().key()) => {
                    return Err(Refusal::RevokedByAppointed { revoker: fingerprint });
                }
                Some(_) => {}
                None => missing = Some(fingerprint),
            }
        }
        missing.map_or(Ok(()), |revoker| Err(Refusal::MaybeRevoked { revoker }))
    }

    /// Whether a signature says that it is by somebody whom the owner appointed.
    pub(crate) fn appointed_issuer(&self, signature: &Signature) -> Option<&Fingerprint> {
        let issuers = signature.get_issuers();
        self.appointed.iter().find(|one| {
            let one = KeyHandle::from(*one);
            issuers.iter().any(|issuer| issuer.aliases(&one))
        })
    }
}

/// Those whom the owner appointed to revoke for them, by signatures of their own.
fn appointed(cert: &Cert) -> Vec<Fingerprint> {
    let keys = cert.revocation_keys(&StandardPolicy::new());
    keys.map(|key| key.revoker().1.clone()).collect()
}

/// Whether the owner withdrew it. A digest that is too weak to be believed anything else is strong
/// enough for that.
pub(crate) fn by_owner<'s>(
    status: &RevocationStatus<'_>,
    mut proven: impl Iterator<Item = &'s Signature>,
) -> bool {
    matches!(status, RevocationStatus::Revoked(_)) || proven.any(is_final_and_weak)
}

fn is_final_and_weak(signature: &Signature) -> bool {
    let policy = StandardPolicy::new();
    let is_weak = policy.signature(signature, HashAlgoSecurity::CollisionResistance).is_err();
    let reason = signature.reason_for_revocation();
    is_weak && reason.is_none_or(|(code, _)| code.revocation_type() == RevocationType::Hard)
}

//! How is a key withdrawn, with its passphrase or with what was made for that when it was new?

use crate::care::CareError;
use crate::certs::SecretKey;
use crate::extend;
use crate::key_about;
use crate::key_files;
use crate::keyring::{self, Budget, Found};
use crate::revocation;
use crate::secret::Passphrase;
use openpgp::Packet;
use openpgp::armor::Kind;
use openpgp::cert::{Cert, CertRevocationBuilder};
use openpgp::crypto::KeyPair;
use openpgp::packet::Signature;
use openpgp::serialize::SerializeInto;
use openpgp::types::ReasonForRevocation;
use sequoia_openpgp as openpgp;
use std::time::SystemTime;

/// What stands in front of the armor, as in GnuPG's own files.
const GUARD: &str = "\
This is a revocation certificate. Whoever publishes it withdraws the key below for\n\
good: nothing is sealed for it any more, what was sealed before still opens. To\n\
avoid an accidental use a colon stands before the first five dashes. Remove it\n\
before you import this file.\n\n";

impl SecretKey {
    /// This key, withdrawn. Recordings that are sealed for it still open.
    ///
    /// # Errors
    /// When the passphrase or the part that signs is missing.
    pub fn revoked(&self, passphrase: &Passphrase, now: SystemTime) -> Result<Self, CareError> {
        let mut signer = extend::signer(self, passphrase)?;
        let cert = self.cert();
        let signature = signature(cert, &mut signer, now).map_err(CareError::failed)?;
        let merged = cert.clone().insert_packets([Packet::from(signature)]);
        SecretKey::of(merged.map_err(CareError::failed)?.0).map_err(Into::into)
    }

    /// The same by what [`create`](crate::new_key::create) or gpg wrote when the key was made.
    /// `None` if `revocation` does not withdraw this key.
    #[must_use]
    pub fn revoked_by(&self, revocation: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(revocation).replace("\n:-----BEGIN", "\n-----BEGIN");
        let found = keyring::read(text.as_bytes(), &mut Budget::default());
        let signatures = found.into_iter().filter_map(|found| match found {
            Found::Revocation(signature) => Some(Packet::from(*signature)),
            _ => None,
        });
        let merged = self.cert().clone().insert_packets(signatures).ok()?.0;
        SecretKey::of(merged).ok().filter(Self::is_revoked)
    }

    /// Whether its owner withdrew it.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        let policy = key_about::for_reading();
        let status = self.cert().revocation_status(&policy, None);
        revocation::by_owner(&status, self.cert().primary_key().self_revocations())
    }
}

/// The withdrawal of a bare key in a form that has no effect by accident.
pub(crate) fn guarded(bare: &Cert, now: SystemTime) -> Result<String, CareError> {
    let signed = || -> openpgp::Result<String> {
        let key = bare.primary_key().key().clone().parts_into_secret()?;
        let signature = signature(bare, &mut key.into_keypair()?, now)?;
        let octets = Packet::from(signature).to_vec()?;
        let armored = key_files::armored(&octets, Kind::PublicKey)?;
        let owner = crate::certs::owner(bare);
        Ok(format!("{GUARD}{owner}\n{}\n\n:{}", bare.fingerprint(), armored.as_str()))
    };
    signed().map_err(CareError::failed)
}

fn signature(cert: &Cert, signer: &mut KeyPair, now: SystemTime) -> openpgp::Result<Signature> {
    CertRevocationBuilder::new()
        .set_signature_creation_time(now)?
        .set_reason_for_revocation(ReasonForRevocation::Unspecified, b"")?
        .build(signer, cert, None)
}

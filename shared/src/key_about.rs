//! What is told of a key to whoever holds it?

use crate::certs::SecretKey;
use crate::spec::Spec;
use crate::unlock::{self, Secret};
use crate::version5;
use openpgp::cert::Cert;
use openpgp::crypto::mpi::PublicKey;
use openpgp::packet::Key;
use openpgp::packet::key::{PublicParts, UnspecifiedRole};
use openpgp::policy::StandardPolicy;
use openpgp::types::{Curve, HashAlgorithm, PublicKeyAlgorithm};
use sequoia_openpgp as openpgp;
use std::time::SystemTime;

/// The number that GnuPG 2.5 gives to Kyber.
const KYBER: u8 = 8;

impl SecretKey {
    /// What it opens recordings with, as people know it: `Curve25519`, `RSA 3072`.
    #[must_use]
    pub fn algorithm(&self) -> String {
        self.secrets().next().map_or_else(String::new, |key| named(&key))
    }

    /// The algorithm, where nothing but GnuPG can open recordings with this key.
    #[must_use]
    pub fn only_by_gnupg(&self) -> Option<String> {
        let is_usable = self.secrets().any(|key| unlock::is_supported(&key));
        if is_usable { None } else { self.secrets().next().map(|key| named(&key)) }
    }
}

impl SecretKey {
    /// When sealing for it ends: with the key, or with the last of its encryption subkeys.
    #[must_use]
    pub fn sealing_ends(&self) -> Option<SystemTime> {
        let ends = ends_by(self.cert(), &StandardPolicy::new());
        // An end in an old signature is told too: the key ends whatever vouches for that.
        ends.or_else(|| ends_by(self.cert(), &for_reading())).flatten()
    }

    /// Whether nothing seals for it because its signatures are of a kind that is no longer believed.
    #[must_use]
    pub fn is_signed_in_an_old_way(&self) -> bool {
        let standard = ends_by(self.cert(), &StandardPolicy::new());
        standard.is_none() && ends_by(self.cert(), &for_reading()).is_some()
    }

    /// Whether `name` is its fingerprint, the key ID of one of its parts, or an address of its owner's.
    #[must_use]
    pub fn answers_to(&self, name: &str) -> bool {
        Spec::parse(name).is_ok_and(|spec| spec.matches(self.cert()).is_some())
    }
}

/// What gpg 1.4 signed is good enough to see when a key ends and whether it was withdrawn.
pub(crate) fn for_reading() -> StandardPolicy<'static> {
    let mut policy = StandardPolicy::new();
    policy.accept_hash(HashAlgorithm::SHA1);
    policy
}

/// When sealing ends, if that has an end. `None` where this policy sees nothing to seal for.
fn ends_by(cert: &Cert, policy: &StandardPolicy<'_>) -> Option<Option<SystemTime>> {
    let valid = cert.with_policy(policy, None).ok()?;
    let keys = valid.keys().revoked(false).for_transport_encryption().for_storage_encryption();
    let ends = keys.map(|key| key.key_expiration_time());
    let last = ends.reduce(|one, other| Some(one?.max(other?)))?;
    Some([valid.primary_key().key_expiration_time(), last].into_iter().flatten().min())
}

fn named(key: &Secret) -> String {
    algorithm_name(&key.clone().parts_into_public())
}

fn algorithm_name(key: &Key<PublicParts, UnspecifiedRole>) -> String {
    let bits = key.mpis().bits().unwrap_or_default();
    match key.mpis() {
        PublicKey::ECDH { curve: Curve::Cv25519, .. } => "Curve25519".to_string(),
        PublicKey::ECDH { curve, .. } => curve.to_string(),
        PublicKey::RSA { .. } => format!("RSA {bits}"),
        PublicKey::ElGamal { .. } => format!("ElGamal {bits}"),
        _ => unlock::plain_name(key.pk_algo()),
    }
}

/// What its encryption subkey is, where that is of a kind that can be recognised and no more.
pub(crate) fn unread_kind(cert: &Cert) -> Option<String> {
    let kyber = PublicKeyAlgorithm::Unknown(KYBER);
    if cert.keys().any(|key| key.key().pk_algo() == kyber) {
        return Some("Kyber".to_string());
    }
    let bodies = || cert.unknowns().map(|part| part.unknown().body());
    if bodies().any(|body| body.get(5) == Some(&KYBER)) {
        return Some("Kyber".to_string());
    }
    version5::subkeys(cert).next().map(|_| "version 5".to_string())
}

//! How does a key get more time? By new signatures of its own, which say so.

use crate::care::CareError;
use crate::certs::SecretKey;
use crate::secret::Passphrase;
use crate::unlock::{self, UnlockError};
use openpgp::Packet;
use openpgp::cert::ValidCert;
use openpgp::cert::amalgamation::ValidAmalgamation as _;
use openpgp::crypto::KeyPair;
use openpgp::packet::Signature;
use openpgp::packet::signature::SignatureBuilder;
use openpgp::policy::StandardPolicy;
use openpgp::types::HashAlgorithm;
use sequoia_openpgp as openpgp;
use std::thread;
use std::time::{Duration, SystemTime};

/// New signatures are dated back by this much where they can be: clocks differ.
const BACKDATED_BY: Duration = Duration::from_secs(60);

/// Two signatures of one second have no order; so much is waited for the next one.
const MOST_WAITED: Duration = Duration::from_secs(3);

impl SecretKey {
    /// This key, valid until `until`: its primary key, and each encryption subkey that was not
    /// withdrawn.
    ///
    /// # Errors
    /// When the passphrase or the part that signs is missing.
    pub fn extended(&self, passphrase: &Passphrase, until: SystemTime) -> Result<Self, CareError> {
        let mut signer = signer(self, passphrase)?;
        let mut policy = StandardPolicy::new();
        // What gpg 1.4 signed may have more time too; the new signature is of today's kind.
        policy.accept_hash(HashAlgorithm::SHA1);
        let not_sound = |error: anyhow::Error| CareError::NotSound {
            owner: self.owner(),
            detail: error.to_string(),
        };
        let valid = self.cert().with_policy(&policy, None).map_err(not_sound)?;
        let at = moment(&valid).ok_or_else(|| CareError::Clock { owner: self.owner() })?;
        let signatures = signatures(&valid, &mut signer, at, until).map_err(CareError::failed)?;
        let packets = signatures.into_iter().map(Packet::from);
        let merged = self.cert().clone().insert_packets(packets).map_err(CareError::failed)?;
        SecretKey::of(merged.0).map_err(Into::into)
    }
}

/// The unlocked primary key.
pub(crate) fn signer(key: &SecretKey, passphrase: &Passphrase) -> Result<KeyPair, CareError> {
    let owner = || key.owner();
    let primary = key.cert().primary_key().key().clone().parts_into_secret();
    let primary = primary.map_err(|_| CareError::NoPrimary { owner: owner() })?;
    if !unlock::is_present(primary.secret()) {
        return Err(CareError::NoPrimary { owner: owner() });
    }
    unlock::unlock(&primary.role_into_unspecified(), passphrase).map_err(|error| match error {
        UnlockError::WrongPassphrase => CareError::WrongPassphrase { owner: owner() },
        UnlockError::Unsupported => CareError::Unsupported { owner: owner() },
    })
}

/// When the new signatures are made: later than every one that they replace.
fn moment(valid: &ValidCert<'_>) -> Option<SystemTime> {
    let of_names = valid.userids().map(|name| name.binding_signature().clone());
    let of_keys = valid.keys().map(|key| key.binding_signature().clone());
    let last = of_names.chain(of_keys).filter_map(|it| it.signature_creation_time()).max()?;
    let now = SystemTime::now();
    let at = (last + Duration::from_secs(1)).max(now.checked_sub(BACKDATED_BY)?);
    let wait = at.duration_since(now).unwrap_or_default();
    if wait > MOST_WAITED {
        return None;
    }
    thread::sleep(wait);
    Some(at)
}

/// One for each name, one for each encryption subkey, and one for the key itself where it had one.
fn signatures(
    valid: &ValidCert<'_>,
    signer: &mut KeyPair,
    at: SystemTime,
    until: SystemTime,
) -> openpgp::Result<Vec<Signature>> {
    let renewed = |old: &Signature, created: SystemTime| {
        SignatureBuilder::from(old.clone())
            .set_signature_creation_time(at)?
            .set_key_validity_period(until.duration_since(created)?)
    };
    let mut made = Vec::new();
    let primary = valid.primary_key();
    let created = primary.key().creation_time();
    for name in valid.userids().revoked(false) {
        let builder = renewed(name.binding_signature(), created)?;
        made.push(builder.sign_userid_binding(signer, primary.key(), name.userid())?);
    }
    if let Ok(direct) = primary.direct_key_signature() {
        made.push(renewed(direct, created)?.sign_direct_key(signer, primary.key())?);
    }
    let subkeys = valid.keys().subkeys().revoked(false);
    for subkey in subkeys.for_transport_encryption().for_storage_encryption() {
        let builder = renewed(subkey.binding_signature(), subkey.key().creation_time())?;
        made.push(builder.sign_subkey_binding(signer, primary.key(), subkey.key())?);
    }
    Ok(made)
}

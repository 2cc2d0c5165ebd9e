//! How does a key get more time? By new signatures of its own, which say so.

use crate::care::CareError;
use crate::certs::SecretKey;
use crate::key_about;
use crate::secret::Passphrase;
use crate::unlock::{self, UnlockError};
use openpgp::Packet;
use openpgp::cert::ValidCert;
use openpgp::cert::amalgamation::ValidAmalgamation as _;
use openpgp::crypto::KeyPair;
use openpgp::packet::Signature;
use openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp as openpgp;
use std::thread;
use std::time::{Duration, SystemTime};

/// New signatures are dated back by this much where they can be: clocks differ.
const BACKDATED_BY: Duration = Duration::from_secs(60);

/// Two signatures of one second have no order; so much is waited for the next one.
const MOST_WAITED: Duration = Duration::from_secs(3);

/// Subkeys of one time, one for each computer, are made within a day; a later one replaces.
const ROTATED_AFTER: Duration = Duration::from_secs(86_400);

impl SecretKey {
    /// This key, valid until `until`: its primary key, and each encryption subkey that was neither
    /// withdrawn nor replaced. What is valid for longer stays so.
    ///
    /// # Errors
    /// When the passphrase or the part that signs is missing, or it would gain no time.
    pub fn extended(&self, passphrase: &Passphrase, until: SystemTime) -> Result<Self, CareError> {
        let mut signer = signer(self, passphrase)?;
        self.gains(until)?;
        // What gpg 1.4 signed may have more time too; the new signature is of today's kind.
        let policy = key_about::for_reading();
        let not_sound = |error: anyhow::Error| CareError::NotSound {
            owner: self.owner(),
            detail: error.to_string(),
        };
        let valid = self.cert().with_policy(&policy, None).map_err(not_sound)?;
        let at = moment(&valid).ok_or_else(|| CareError::Clock { owner: self.owner() })?;
        let renewal = Renewal { at, until, is_all: self.is_signed_in_an_old_way() };
        let signatures = renewal.signatures(&valid, &mut signer).map_err(CareError::failed)?;
        let packets = signatures.into_iter().map(Packet::from);
        let merged = self.cert().clone().insert_packets(packets).map_err(CareError::failed)?;
        SecretKey::of(merged.0).map_err(Into::into)
    }

    /// Whether more time is of use to it: old signatures are renewed in any case.
    fn gains(&self, until: SystemTime) -> Result<(), CareError> {
        let owner = self.owner();
        match self.sealing_ends() {
            _ if self.is_revoked() => Err(CareError::Revoked { owner }),
            _ if self.is_signed_in_an_old_way() => Ok(()),
            None => Err(CareError::Endless { owner }),
            Some(end) if until <= end => Err(CareError::NoLonger { owner, until: end }),
            Some(_) => Ok(()),
        }
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

/// What is signed anew.
struct Renewal {
    at: SystemTime,
    until: SystemTime,
    /// Also what is valid for longer, because of how it is signed.
    is_all: bool,
}

impl Renewal {
    /// One for each name, one for each encryption subkey, and one for the key itself where it had one.
    fn signatures(
        &self,
        valid: &ValidCert<'_>,
        signer: &mut KeyPair,
    ) -> openpgp::Result<Vec<Signature>> {
        let mut made = Vec::new();
        let primary = valid.primary_key();
        let (created, end) = (primary.key().creation_time(), primary.key_expiration_time());
        if self.is_needed(end) {
            for name in valid.userids().revoked(false) {
                let builder = self.renewed(name.binding_signature(), created, end)?;
                made.push(builder.sign_userid_binding(signer, primary.key(), name.userid())?);
            }
            if let Ok(direct) = primary.direct_key_signature() {
                let builder = self.renewed(direct, created, end)?;
                made.push(builder.sign_direct_key(signer, primary.key())?);
            }
        }
        let subkeys = || {
            let subkeys = valid.keys().subkeys().revoked(false);
            subkeys.for_transport_encryption().for_storage_encryption()
        };
        let last = subkeys().map(|key| key.key_expiration_time());
        let last = last.reduce(|one, other| Some(one?.max(other?))).flatten();
        for subkey in subkeys() {
            let (created, end) = (subkey.key().creation_time(), subkey.key_expiration_time());
            if self.is_needed(end) && !self.is_replaced(end, last) {
                let builder = self.renewed(subkey.binding_signature(), created, end)?;
                made.push(builder.sign_subkey_binding(signer, primary.key(), subkey.key())?);
            }
        }
        Ok(made)
    }

    /// What has no end gets none.
    fn is_needed(&self, end: Option<SystemTime>) -> bool {
        self.is_all || end.is_some_and(|end| end < self.until)
    }

    /// Whether it ended, and another subkey lasts or lasted clearly longer: its owner had replaced it.
    fn is_replaced(&self, end: Option<SystemTime>, last: Option<SystemTime>) -> bool {
        let is_before = |end: SystemTime| last.is_none_or(|last| end + ROTATED_AFTER < last);
        end.is_some_and(|end| end <= self.at && is_before(end))
    }

    fn renewed(
        &self,
        old: &Signature,
        created: SystemTime,
        end: Option<SystemTime>,
    ) -> openpgp::Result<SignatureBuilder> {
        let builder = SignatureBuilder::from(old.clone()).set_signature_creation_time(self.at)?;
        match end {
            Some(end) => {
                builder.set_key_validity_period(self.until.max(end).duration_since(created)?)
            }
            None => Ok(builder),
        }
    }
}

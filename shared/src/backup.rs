//! Does a backup of a key open what is sealed for the key? Shown by opening something, not by looking.

use crate::certs::SecretKey;
use crate::decrypt::{Opener, Problem, Rules};
use crate::limits;
use crate::secret::Passphrase;
use crate::seipd::{ALGORITHM, Message};
use crate::unlock::{self, Secret, UnlockError};
use openpgp::Packet;
use openpgp::crypto::{SessionKey, random};
use openpgp::packet::pkesk::PKESK3;
use openpgp::serialize::Serialize as _;
use sequoia_openpgp as openpgp;
use std::io::Write;

/// What is sealed for the test.
const PROOF_OCTETS: usize = 32;

/// Why a backup is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupFault {
    /// Of another key.
    OtherKey,
    /// Made before today's subkey: newer recordings stay closed.
    Older,
    /// Not its passphrase.
    WrongPassphrase,
    /// It has another passphrase than the key that is held, which this one opens; or it is damaged.
    OtherPassphrase,
    /// It does not open what it should.
    Damaged,
    /// Its passphrase is right; of this kind of key nothing more can be shown here.
    Untested,
}

/// Opens something that is sealed for each part of `held` with `backup` alone.
///
/// # Errors
/// [`BackupFault`] says what is wrong with the backup.
pub fn test(
    held: &SecretKey,
    backup: &SecretKey,
    passphrase: &Passphrase,
) -> Result<(), BackupFault> {
    if backup.fingerprint() != held.fingerprint() {
        return Err(BackupFault::OtherKey);
    }
    let mut is_untested = false;
    for secret in held.secrets().take(limits::UNLOCKS) {
        let same = backup.secrets().find(|it| it.fingerprint() == secret.fingerprint());
        let Some(same) = same else { return Err(BackupFault::Older) };
        match unlock::bare(&same, passphrase) {
            Err(UnlockError::WrongPassphrase) if unlock::bare(&secret, passphrase).is_ok() => {
                return Err(BackupFault::OtherPassphrase);
            }
            Err(UnlockError::WrongPassphrase) => return Err(BackupFault::WrongPassphrase),
            Err(UnlockError::Unsupported) => is_untested = true,
            Ok(_) if !unlock::is_supported(&same) => is_untested = true,
            Ok(_) => opens(backup, &secret, passphrase)?,
        }
    }
    if is_untested { Err(BackupFault::Untested) } else { Ok(()) }
}

fn opens(backup: &SecretKey, to: &Secret, passphrase: &Passphrase) -> Result<(), BackupFault> {
    let (message, proof) = sealed(to).map_err(|_| BackupFault::Untested)?;
    let mut opener = Opener::new(vec![backup.clone()], Rules::default());
    match opener.open(&message, Some(passphrase)) {
        Ok(opened) if *opened.data == proof => Ok(()),
        Ok(_) => Err(BackupFault::Damaged),
        Err(error) if error.problem() == Problem::WrongPassphrase => {
            Err(BackupFault::WrongPassphrase)
        }
        Err(_) => Err(BackupFault::Damaged),
    }
}

/// Something nobody knows, sealed as the dialer seals.
fn sealed(to: &Secret) -> openpgp::Result<(Vec<u8>, Vec<u8>)> {
    let mut proof = vec![0; PROOF_OCTETS];
    random(&mut proof)?;
    let session_key = SessionKey::new(ALGORITHM.key_size()?)?;
    let public = to.clone().parts_into_public();
    let mut target = Vec::new();
    Packet::from(PKESK3::for_recipient(ALGORITHM, &session_key, &public)?)
        .serialize(&mut target)?;
    let mut message = Message::new(&mut target, &session_key)?;
    message.write_all(&proof)?;
    message.finish()?;
    Ok((target, proof))
}

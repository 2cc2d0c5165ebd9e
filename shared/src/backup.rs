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
use std::collections::BTreeMap;
use std::io::Write;

/// What is sealed for the test: words first, since octets drawn by lot may look like a message, which
/// would be opened as well.
const PROOF_WORDS: &[u8] = b"proof of a backup ";

/// What nobody knows of it.
const PROOF_OCTETS: usize = 32;

/// How many copies of one part are tried; a file of thousands was made to take hours.
const MOST_TRIED: usize = 8;

/// Why a backup is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupFault {
    /// Of another key.
    OtherKey,
    /// A part of the key is not in it: what is sealed for that part stays closed.
    Older,
    /// Not its passphrase.
    WrongPassphrase,
    /// It has another passphrase than the key that is held, which this one opens; or it is damaged.
    OtherPassphrase,
    /// Its passphrase opens some parts, and these not.
    Partly {
        /// Sixteen hexadecimal digits of each.
        key_ids: Vec<String>,
    },
    /// It does not open what it should.
    Damaged,
    /// Its passphrase is right; of this kind of key nothing more can be shown here.
    Untested,
}

/// What the backup did with one part of the key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Opens,
    Missing,
    Closed {
        /// Whether this passphrase opens the part where it is held.
        opens_held: bool,
    },
    Damaged,
    Untested,
}

/// Opens something that is sealed for each part of every copy in `held` with `backup` alone: all the
/// copies of the same key that it holds.
///
/// # Errors
/// [`BackupFault`] says what is wrong with the backup.
pub fn test(
    held: &[SecretKey],
    backup: &[SecretKey],
    passphrase: &Passphrase,
) -> Result<(), BackupFault> {
    let is_of = |copy: &SecretKey| backup.iter().any(|it| it.fingerprint() == copy.fingerprint());
    if held.is_empty() || !held.iter().all(is_of) {
        return Err(BackupFault::OtherKey);
    }
    let mut parts: BTreeMap<String, Vec<Secret>> = BTreeMap::new();
    for secret in held.iter().flat_map(SecretKey::secrets) {
        parts.entry(secret.keyid().to_hex()).or_default().push(secret);
    }
    let is_all = parts.len() <= limits::UNLOCKS;
    let shown: Vec<(&String, Shown)> = parts
        .iter()
        .take(limits::UNLOCKS)
        .map(|(key_id, copies)| (key_id, part(copies, backup, passphrase)))
        .collect();
    judged(&shown)?;
    if is_all { Ok(()) } else { Err(BackupFault::Untested) }
}

fn judged(parts: &[(&String, Shown)]) -> Result<(), BackupFault> {
    let is_any = |wanted: Shown| parts.iter().any(|(_, shown)| *shown == wanted);
    let closed = parts.iter().filter(|(_, shown)| matches!(shown, Shown::Closed { .. }));
    let key_ids: Vec<String> = closed.map(|(key_id, _)| (*key_id).clone()).collect();
    if is_any(Shown::Missing) {
        Err(BackupFault::Older)
    } else if is_any(Shown::Damaged) {
        Err(BackupFault::Damaged)
    } else if is_any(Shown::Closed { opens_held: true }) {
        Err(BackupFault::OtherPassphrase)
    } else if !key_ids.is_empty() && key_ids.len() == parts.len() {
        Err(BackupFault::WrongPassphrase)
    } else if !key_ids.is_empty() {
        Err(BackupFault::Partly { key_ids })
    } else if is_any(Shown::Untested) {
        Err(BackupFault::Untested)
    } else {
        Ok(())
    }
}

/// One part, of which each held copy may have its own passphrase.
fn part(copies: &[Secret], backup: &[SecretKey], passphrase: &Passphrase) -> Shown {
    let Some(secret) = copies.first() else { return Shown::Missing };
    let mut shown = Shown::Missing;
    let is_it = |it: &Secret| it.fingerprint() == secret.fingerprint();
    let same = backup.iter().filter_map(|key| Some((key, key.secrets().find(is_it)?)));
    for (key, same) in same.take(MOST_TRIED) {
        let next = match unlock::bare(&same, passphrase) {
            Err(UnlockError::WrongPassphrase) => Shown::Closed { opens_held: false },
            Err(UnlockError::Unsupported) => Shown::Untested,
            Ok(_) if !unlock::is_supported(&same) => Shown::Untested,
            Ok(_) => opens(key, secret, passphrase),
        };
        if next == Shown::Opens {
            return next;
        }
        let is_worse = matches!(shown, Shown::Missing | Shown::Closed { .. });
        shown = if is_worse { next } else { shown };
    }
    let is_held = |it: &Secret| unlock::bare(it, passphrase).is_ok();
    match shown {
        Shown::Closed { .. } => {
            Shown::Closed { opens_held: copies.iter().take(MOST_TRIED).any(is_held) }
        }
        shown => shown,
    }
}

fn opens(backup: &SecretKey, to: &Secret, passphrase: &Passphrase) -> Shown {
    let Ok((message, proof)) = sealed(to) else { return Shown::Untested };
    let mut opener = Opener::new(vec![backup.clone()], Rules::default());
    match opener.open(&message, Some(passphrase)) {
        Ok(opened) if *opened.data == proof => Shown::Opens,
        Ok(_) => Shown::Damaged,
        Err(error) if error.problem() == Problem::WrongPassphrase => {
            Shown::Closed { opens_held: false }
        }
        Err(_) => Shown::Damaged,
    }
}

/// Something nobody knows, sealed as the dialer seals.
fn sealed(to: &Secret) -> openpgp::Result<(Vec<u8>, Vec<u8>)> {
    let mut lot = [0; PROOF_OCTETS];
    random(&mut lot)?;
    let proof = [PROOF_WORDS, &lot].concat();
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::new_key::{KeyKind, create};
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_good_backup_opens_its_proof_whatever_was_drawn_by_lot() {
        let phrase = Passphrase::new(b"correct horse".to_vec().into());
        let (now, year) = (SystemTime::now(), Duration::from_secs(365 * 86_400));
        let made = create("Anna <a@x.example>", &phrase, KeyKind::Curve25519, now, year).unwrap();
        let secret = made.key.secrets().next().unwrap();
        let mut opener = Opener::new(vec![made.key.clone()], Rules::default()).keep_unlocked();
        for round in 0..500 {
            let (message, proof) = sealed(&secret).unwrap();
            let typed = (round == 0).then_some(&phrase);
            assert!(*opener.open(&message, typed).unwrap().data == proof);
        }
    }
}

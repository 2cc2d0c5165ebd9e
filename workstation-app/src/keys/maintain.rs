//! How does a held key get another passphrase, more time, an end?

use std::time::SystemTime;

use shared::care::CareError;
use shared::certs::{KeyError, SecretKey};
use shared::secret::Passphrase;

use super::KeyCard;
use super::create::{self, MOST_YEARS};
use super::phrase::{self, PhraseError};
use super::store::{KeyFile, KeyStore, StoreError};
use crate::texts;

/// Why a key is as it was. Each text is two sentences.
#[derive(Debug, thiserror::Error)]
pub enum MaintainError {
    /// No such key.
    #[error("{}", texts::NO_SUCH_KEY_HELD)]
    NotHeld,
    /// Not a usual time.
    #[error("{}", texts::NOT_SO_MANY_YEARS.with(&[("most", &MOST_YEARS)]))]
    Years,
    /// Nothing withdraws it without its passphrase.
    #[error("{}", texts::NO_REVOCATION.with(&[("owner", owner)]))]
    NoRevocation {
        /// Whose.
        owner: String,
    },
    /// The new passphrase is none for a key.
    #[error(transparent)]
    Phrase(#[from] PhraseError),
    /// The key could not be changed.
    #[error("{}", texts::care_error(.0))]
    Care(#[from] CareError),
    /// The change could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key could not be written out.
    #[error("{}", texts::key_error(.0))]
    Key(#[from] KeyError),
}

/// A passphrase that was changed.
#[derive(Debug)]
pub struct Changed {
    /// The key.
    pub card: KeyCard,
    /// Copies or parts of it that neither passphrase opens: they keep their own.
    pub others: usize,
}

/// A key with something new in its certificate.
#[derive(Debug)]
pub struct Extended {
    /// The key.
    pub card: KeyCard,
    /// The certificate to hand out, in armor.
    pub certificate: String,
}

/// Puts every copy and part of a key that `old` opens under `new`.
///
/// # Errors
/// When `old` opens none, or `new` is too weak; the key is as it was then.
pub fn change_passphrase(
    store: &KeyStore,
    fingerprint: &str,
    old: &Passphrase,
    new: &Passphrase,
) -> Result<Changed, MaintainError> {
    let _lock = store.lock()?;
    let files = held(store, fingerprint)?;
    let owner = owner(&files, fingerprint);
    phrase::check(new, &[&owner])?;
    let (mut others, mut changed, mut failure) = (0, Vec::new(), None);
    for mut file in files {
        let outcome = replace(&mut file, fingerprint, |key| {
            let rekeyed = key.rekeyed(old, new)?;
            others += rekeyed.others;
            Ok(rekeyed.key)
        });
        match outcome {
            Ok(()) => changed.push(file),
            Err(MaintainError::Care(error)) => {
                let is_it = |key: &&SecretKey| key.fingerprint() == fingerprint;
                let is_open = file.keys.iter().filter(is_it).any(|key| key.is_opened_by(new));
                others += usize::from(!is_open);
                failure = failure.or(Some(error));
            }
            Err(error) => return Err(error),
        }
    }
    if let (true, Some(error)) = (changed.is_empty(), failure) {
        return Err(error.into());
    }
    for file in &changed {
        store.write(&file.path, &file.keys)?;
    }
    Ok(Changed { card: card(&changed, fingerprint)?, others })
}

/// Gives a key so many years from now.
///
/// # Errors
/// When the passphrase is wrong, or the part that signs is not here.
pub fn extend(
    store: &KeyStore,
    fingerprint: &str,
    passphrase: &Passphrase,
    years: u32,
    now: SystemTime,
) -> Result<Extended, MaintainError> {
    let valid_for = create::checked_years(years).ok_or(MaintainError::Years)?;
    change(store, fingerprint, |key| Ok(key.extended(passphrase, now + valid_for)?))
}

/// Withdraws a key for good: by its passphrase, or by what was kept for that when it was made.
/// Recordings that are sealed for it still open.
///
/// # Errors
/// When the passphrase is wrong, or nothing was kept.
pub fn revoke(
    store: &KeyStore,
    fingerprint: &str,
    passphrase: Option<&Passphrase>,
    now: SystemTime,
) -> Result<Extended, MaintainError> {
    change(store, fingerprint, |key| match passphrase {
        Some(passphrase) => Ok(key.revoked(passphrase, now)?),
        None => {
            let revocation = store.revocation(fingerprint);
            revocation
                .and_then(|revocation| key.revoked_by(&revocation))
                .ok_or_else(|| MaintainError::NoRevocation { owner: key.owner() })
        }
    })
}

/// Removes every copy of a key and what was kept beside it, and wipes the files.
///
/// # Errors
/// When it is not held, or a file cannot be removed.
pub fn delete(store: &KeyStore, fingerprint: &str) -> Result<(), MaintainError> {
    let _lock = store.lock()?;
    for mut file in held(store, fingerprint)? {
        file.keys.retain(|key| key.fingerprint() != fingerprint);
        if file.keys.is_empty() {
            store.remove(&file.path)?;
        } else {
            store.write(&file.path, &file.keys)?;
        }
    }
    let revocation = store.revocation_path(fingerprint);
    if revocation.symlink_metadata().is_ok() {
        store.remove(&revocation)?;
    }
    Ok(())
}

/// Applies a change of the certificate to one copy that allows it, and hands what is new in it to
/// all of them.
fn change(
    store: &KeyStore,
    fingerprint: &str,
    make: impl Fn(&SecretKey) -> Result<SecretKey, MaintainError>,
) -> Result<Extended, MaintainError> {
    let _lock = store.lock()?;
    let mut files = held(store, fingerprint)?;
    let newer = newer(&files, fingerprint, make)?;
    for file in &mut files {
        replace(file, fingerprint, |key| Ok(key.with_certificate_of(&newer)?))?;
        store.write(&file.path, &file.keys)?;
    }
    let certificate = newer.certificate_armored()?;
    Ok(Extended { card: card(&files, fingerprint)?, certificate })
}

/// The first copy that allows the change, with it; otherwise why the first one does not.
fn newer(
    files: &[KeyFile],
    fingerprint: &str,
    make: impl Fn(&SecretKey) -> Result<SecretKey, MaintainError>,
) -> Result<SecretKey, MaintainError> {
    let keys = files.iter().flat_map(|file| &file.keys);
    let mut failure = None;
    for key in keys.filter(|key| key.fingerprint() == fingerprint) {
        match make(key) {
            Ok(newer) => return Ok(newer),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.unwrap_or(MaintainError::NotHeld))
}

/// The files that hold the key; one at least.
pub(super) fn held(store: &KeyStore, fingerprint: &str) -> Result<Vec<KeyFile>, MaintainError> {
    let files = store.copies(fingerprint)?;
    if files.is_empty() { Err(MaintainError::NotHeld) } else { Ok(files) }
}

fn replace(
    file: &mut KeyFile,
    fingerprint: &str,
    mut make: impl FnMut(&SecretKey) -> Result<SecretKey, MaintainError>,
) -> Result<(), MaintainError> {
    for key in file.keys.iter_mut().filter(|key| key.fingerprint() == fingerprint) {
        *key = make(key)?;
    }
    Ok(())
}

fn card(files: &[KeyFile], fingerprint: &str) -> Result<KeyCard, MaintainError> {
    let mut keys = files.iter().flat_map(|file| &file.keys);
    let key = keys.find(|key| key.fingerprint() == fingerprint);
    key.map(KeyCard::of).ok_or(MaintainError::NotHeld)
}

fn owner(files: &[KeyFile], fingerprint: &str) -> String {
    card(files, fingerprint).map(|card| card.owner).unwrap_or_default()
}

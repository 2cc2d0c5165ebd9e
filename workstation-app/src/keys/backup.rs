//! What leaves the store: the certificate, the protected key, a backup that was tested.

use std::io::Write;
use std::path::Path;

use shared::backup::{self, BackupFault};
use shared::certs::{KeyError, SecretKey};
use shared::secret::Passphrase;
use zeroize::Zeroizing;

use super::KeyCard;
use super::maintain::MaintainError;
use super::store::{KeyStore, StoreError};
use crate::texts;

/// A backup that opens what the held key opens.
#[derive(Debug)]
pub struct TestedBackup {
    /// The key that it is of.
    pub card: KeyCard,
}

impl TestedBackup {
    /// What a person wants to read.
    pub fn message(&self) -> String {
        format!(
            "This backup opens your recordings. It holds the key of {}, and its passphrase is right.",
            self.card.owner
        )
    }
}

/// Why a backup is none, or was not written. Each text is two sentences.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Of a key that is not held.
    #[error(
        "This backup is of another key ({owner}), which this workstation does not hold. Choose the \
         backup of a key that it holds, or bring that key."
    )]
    OtherKey {
        /// Whose.
        owner: String,
    },
    /// Made before the key got its present subkey.
    #[error(
        "This backup is older than the key: it lacks the part that recordings are sealed for now. \
         Make a new backup."
    )]
    Older,
    /// Not its passphrase.
    #[error(
        "That is not the passphrase of this backup. Type the one that the key had when the backup \
         was made."
    )]
    WrongPassphrase,
    /// It opens the held key and not the backup.
    #[error(
        "This backup has another passphrase than the key has now, or it is damaged. Try the \
         passphrase of that time, or make a new backup."
    )]
    OtherPassphrase,
    /// It opens nothing.
    #[error("This backup is damaged: it does not open a recording. Make a new backup.")]
    Damaged,
    /// Only GnuPG could tell.
    #[error(
        "The passphrase of this backup is right, but of this kind of key only GnuPG can show that \
         it opens recordings. Keep GnuPG installed where you need it."
    )]
    Untested,
    /// It is no backup of a key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No such key.
    #[error(transparent)]
    Maintain(#[from] MaintainError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be written.
    #[error(
        "The backup could not be written ({source}). Name a new file in a folder that can be \
         written: {}",
        texts::shown(path)
    )]
    Write {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The certificate of a held key in armor, for the dialer's administrator.
///
/// # Errors
/// When there is no such key.
pub fn certificate(store: &KeyStore, fingerprint: &str) -> Result<String, MaintainError> {
    Ok(first(store, fingerprint)?.certificate_armored()?)
}

/// The whole key in armor, still under its passphrase.
///
/// # Errors
/// When there is no such key.
pub fn secret(store: &KeyStore, fingerprint: &str) -> Result<Zeroizing<String>, MaintainError> {
    Ok(first(store, fingerprint)?.secret_armored()?)
}

/// Writes the whole key into a new file that only its owner can read, and makes it last.
///
/// # Errors
/// When there is no such key, or the file is there already or cannot be written.
pub fn write(store: &KeyStore, fingerprint: &str, path: &Path) -> Result<(), BackupError> {
    let key = secret(store, fingerprint)?;
    let failed = |source| BackupError::Write { path: path.to_owned(), source };
    let mut file = private_options().open(path).map_err(failed)?;
    let written = file.write_all(key.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|source| {
        // Half a key is no backup.
        let _ = std::fs::remove_file(path);
        failed(source)
    })
}

fn private_options() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens something that is sealed for the held key with the backup alone.
///
/// # Errors
/// [`BackupError`] says exactly what is wrong with the backup.
pub fn test_backup(
    store: &KeyStore,
    octets: &[u8],
    passphrase: &Passphrase,
) -> Result<TestedBackup, BackupError> {
    let backups = SecretKey::read_all(octets)?;
    let held = store.load()?.keys;
    let mut outcome = None;
    for backup in &backups {
        let same = held.iter().filter(|key| key.fingerprint() == backup.fingerprint());
        for key in same {
            match backup::test(key, backup, passphrase) {
                Ok(()) => return Ok(TestedBackup { card: KeyCard::of(key) }),
                Err(fault) => outcome = outcome.or(Some(fault)),
            }
        }
    }
    let owner = backups.first().map(SecretKey::owner).unwrap_or_default();
    Err(match outcome {
        None | Some(BackupFault::OtherKey) => BackupError::OtherKey { owner },
        Some(BackupFault::Older) => BackupError::Older,
        Some(BackupFault::WrongPassphrase) => BackupError::WrongPassphrase,
        Some(BackupFault::OtherPassphrase) => BackupError::OtherPassphrase,
        Some(BackupFault::Damaged) => BackupError::Damaged,
        Some(BackupFault::Untested) => BackupError::Untested,
    })
}

fn first(store: &KeyStore, fingerprint: &str) -> Result<SecretKey, MaintainError> {
    let held = store.load()?.keys;
    held.into_iter().find(|key| key.fingerprint() == fingerprint).ok_or(MaintainError::NotHeld)
}

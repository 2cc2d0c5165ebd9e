//! What leaves the store: the certificate, the protected key, a backup that was tested.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use shared::backup::{self, BackupFault};
use shared::certs::{KeyError, SecretKey};
use shared::copies::together;
use shared::date;
use shared::secret::Passphrase;
use zeroize::Zeroizing;

use super::maintain::MaintainError;
use super::store::{KeyStore, StoreError};
use super::{KeyCard, cards};
use crate::{platform, texts};

/// A backup that opens what the held key opens.
#[derive(Debug)]
pub struct TestedBackup {
    /// The key that it is of.
    pub card: KeyCard,
}

impl TestedBackup {
    /// What a person wants to read.
    pub fn message(&self) -> String {
        texts::BACKUP_OPENS.with(&[("key", &named(&self.card))])
    }
}

/// Why a backup is none, or was not written. Each text is two sentences.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Of a key that is not held.
    #[error("{}", texts::BACKUP_OF_OTHER_KEY.with(&[("key", key)]))]
    OtherKey {
        /// Whose, when it was made, and its fingerprint.
        key: String,
    },
    /// A part of the key is not in it.
    #[error("{}", texts::BACKUP_OLDER)]
    Older,
    /// Parts of the key have another passphrase.
    #[error("{}", texts::BACKUP_PARTLY.with(&[("keys", &key_ids.join(", "))]))]
    Partly {
        /// Those that it does not open.
        key_ids: Vec<String>,
    },
    /// Not its passphrase.
    #[error("{}", texts::BACKUP_WRONG_PASSPHRASE)]
    WrongPassphrase,
    /// It opens the held key and not the backup.
    #[error("{}", texts::BACKUP_OTHER_PASSPHRASE)]
    OtherPassphrase,
    /// It opens nothing.
    #[error("{}", texts::BACKUP_DAMAGED)]
    Damaged,
    /// Only GnuPG could tell.
    #[error("{}", texts::BACKUP_UNTESTED)]
    Untested,
    /// It is no backup of a key.
    #[error("{}", texts::key_error(.0))]
    Key(#[from] KeyError),
    /// No such key.
    #[error(transparent)]
    Maintain(#[from] MaintainError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be written.
    #[error("{}", texts::BACKUP_NOT_WRITTEN.with(&[("cause", source), ("path", &texts::shown(path))]))]
    Write {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The certificate of a held key in armor, for the dialer's administrator: what all copies of it
/// know together.
///
/// # Errors
/// When there is no such key.
pub fn certificate(store: &KeyStore, fingerprint: &str) -> Result<String, MaintainError> {
    let keys = whole(store, fingerprint)?;
    Ok(keys.first().ok_or(MaintainError::NotHeld)?.certificate_armored()?)
}

/// The whole key in armor, still under its passphrase. Copies that are protected otherwise follow
/// each other: nobody can tell which of them still opens.
///
/// # Errors
/// When there is no such key.
pub fn secret(store: &KeyStore, fingerprint: &str) -> Result<Zeroizing<String>, MaintainError> {
    let keys = whole(store, fingerprint)?;
    let armored: Vec<Zeroizing<String>> =
        keys.iter().map(SecretKey::secret_armored).collect::<Result<_, KeyError>>()?;
    // Room for all of it at once: a growing buffer would leave copies behind.
    let room = armored.iter().map(|text| text.len() + 1).sum();
    let mut all = Zeroizing::new(String::with_capacity(room));
    for text in armored {
        all.push_str(&text);
        if !all.ends_with('\n') {
            all.push('\n');
        }
    }
    Ok(all)
}

/// What was kept for withdrawing a key when it was made. A colon keeps it from having an effect by
/// accident.
///
/// # Errors
/// When there is no such key, or nothing was kept.
pub fn revocation(store: &KeyStore, fingerprint: &str) -> Result<String, MaintainError> {
    let owner = whole(store, fingerprint)?.first().map(SecretKey::owner).unwrap_or_default();
    kept_revocation(store, fingerprint).ok_or(MaintainError::NoRevocation { owner })
}

fn kept_revocation(store: &KeyStore, fingerprint: &str) -> Option<String> {
    let kept = String::from_utf8(store.revocation(fingerprint)?.to_vec()).ok()?;
    // A copy that somebody put there may have lost its colon.
    let lines = kept.lines().map(|line| match line.starts_with("-----BEGIN") {
        true => format!(":{line}\n"),
        false => format!("{line}\n"),
    });
    Some(lines.collect())
}

/// Writes the whole key, and what withdraws it, into a new file that only its owner can read, and
/// makes it last.
///
/// # Errors
/// When there is no such key, or the file is there already or cannot be written.
pub fn write(store: &KeyStore, fingerprint: &str, path: &Path) -> Result<(), BackupError> {
    let key = secret(store, fingerprint)?;
    let failed = |source| BackupError::Write { path: path.to_owned(), source };
    let mut file = private_options().open(path).map_err(failed)?;
    let revocation = kept_revocation(store, fingerprint);
    let revocation = revocation.map_or_else(String::new, |text| format!("\n{text}"));
    let written = file.write_all(key.as_bytes());
    let written = written.and_then(|()| file.write_all(revocation.as_bytes()));
    written.and_then(|()| file.sync_all()).map_err(|source| {
        // Half a key is no backup.
        let _ = std::fs::remove_file(path);
        failed(source)
    })?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Best effort: some network drives and sticks sync files only, and the file is there.
    let _ = platform::sync_folder(folder.unwrap_or(Path::new(".")));
    Ok(())
}

fn private_options() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens something that is sealed for every part of every held copy with the backup alone. It must be
/// of the key that is `wanted`; without that, of keys that are held.
///
/// # Errors
/// [`BackupError`] says exactly what is wrong with the backup.
pub fn test_backup(
    store: &KeyStore,
    octets: &[u8],
    wanted: Option<&str>,
    passphrase: &Passphrase,
) -> Result<TestedBackup, BackupError> {
    let backups = SecretKey::read_all(octets)?;
    let held = store.load()?.keys;
    let mut tested = None;
    let fingerprints: BTreeSet<String> = backups.iter().map(SecretKey::fingerprint).collect();
    for fingerprint in fingerprints.iter().filter(|it| wanted.is_none_or(|wanted| *it == wanted)) {
        let copies = copies(&held, fingerprint);
        if let Some(card) = cards(&copies).pop() {
            backup::test(&copies, &self::copies(&backups, fingerprint), passphrase)
                .map_err(|fault| refused(fault, &backups))?;
            tested = Some(card);
        }
    }
    let card = tested.ok_or_else(|| refused(BackupFault::OtherKey, &backups))?;
    Ok(TestedBackup { card })
}

fn refused(fault: BackupFault, backups: &[SecretKey]) -> BackupError {
    match fault {
        BackupFault::OtherKey => {
            let key = backups.first().map(|key| named(&KeyCard::of(key)));
            BackupError::OtherKey { key: key.unwrap_or_default() }
        }
        BackupFault::Older => BackupError::Older,
        BackupFault::WrongPassphrase => BackupError::WrongPassphrase,
        BackupFault::OtherPassphrase => BackupError::OtherPassphrase,
        BackupFault::Partly { key_ids } => BackupError::Partly { key_ids },
        BackupFault::Damaged => BackupError::Damaged,
        BackupFault::Untested => BackupError::Untested,
    }
}

/// A key as it is told from others of the same owner.
fn named(card: &KeyCard) -> String {
    let (owner, fingerprint) = (&card.owner, &card.fingerprint);
    match card.created.map(date::iso) {
        Some(day) => texts::NAMED_KEY_MADE.with(&[
            ("owner", owner),
            ("day", &day),
            ("fingerprint", fingerprint),
        ]),
        None => texts::NAMED_KEY.with(&[("owner", owner), ("fingerprint", fingerprint)]),
    }
}

fn copies(keys: &[SecretKey], fingerprint: &str) -> Vec<SecretKey> {
    keys.iter().filter(|key| key.fingerprint() == fingerprint).cloned().collect()
}

fn whole(store: &KeyStore, fingerprint: &str) -> Result<Vec<SecretKey>, MaintainError> {
    let keys = together(&copies(&store.load()?.keys, fingerprint))?;
    if keys.is_empty() { Err(MaintainError::NotHeld) } else { Ok(keys) }
}

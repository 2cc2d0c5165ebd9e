//! What can the window have done with keys, and what comes of it?

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use shared::secret::Passphrase;

use super::KeyCard;
use super::backup::{self, TestedBackup};
use super::create::{self, Created, NewKey};
use super::from_gnupg::{self, Candidate};
use super::maintain::{self, Changed, Extended};
use super::store::KeyStore;
use crate::{open, texts};

/// One thing to be done. Fingerprints name held keys.
#[derive(Debug)]
pub enum KeyTask {
    /// Make a key.
    Make(NewKey),
    /// Look what GnuPG or Kleopatra holds.
    ListGnupg,
    /// Take a key over from there.
    TakeOver {
        /// Which.
        fingerprint: String,
        /// The one that protects it there.
        passphrase: Passphrase,
    },
    /// Protect a key by another passphrase.
    ChangePassphrase {
        /// Which.
        fingerprint: String,
        /// The present one.
        old: Passphrase,
        /// The next one.
        new: Passphrase,
    },
    /// Let a key be valid for so many years from now.
    Extend {
        /// Which.
        fingerprint: String,
        /// Its passphrase.
        passphrase: Passphrase,
        /// How many.
        years: u32,
    },
    /// Write the certificate for the dialer's administrator.
    SaveCertificate {
        /// Of which key.
        fingerprint: String,
        /// Where to.
        path: PathBuf,
    },
    /// Write a copy of the key, still protected.
    BackUp {
        /// Which.
        fingerprint: String,
        /// Where to.
        path: PathBuf,
    },
    /// See whether a copy opens recordings.
    TestBackup {
        /// Of which key.
        fingerprint: String,
        /// Which file.
        path: PathBuf,
        /// What should unlock it.
        passphrase: Passphrase,
    },
    /// Withdraw a key.
    Revoke {
        /// Which.
        fingerprint: String,
        /// Its passphrase; without it, what was kept for that when it was made is used.
        passphrase: Option<Passphrase>,
    },
    /// Forget a key.
    Delete {
        /// Which.
        fingerprint: String,
    },
}

/// What came of it.
#[derive(Debug)]
pub enum KeyOutcome {
    /// A key was made.
    Made(Created),
    /// What GnuPG holds.
    Gnupg(Vec<Candidate>),
    /// A key was taken over.
    TakenOver(KeyCard),
    /// The passphrase is another one.
    PassphraseChanged(Changed),
    /// A key is valid for longer.
    Extended(Extended),
    /// The certificate was written.
    CertificateSaved(PathBuf),
    /// The copy was written.
    BackedUp(PathBuf),
    /// The copy opens recordings.
    BackupOpens(TestedBackup),
    /// A key was withdrawn.
    Revoked(Extended),
    /// A key was forgotten.
    Deleted,
}

impl KeyTask {
    /// The key whose passphrase is of no use any more once this is done.
    pub fn outdated_passphrase(&self) -> Option<&str> {
        match self {
            Self::ChangePassphrase { fingerprint, .. } | Self::Delete { fingerprint } => {
                Some(fingerprint)
            }
            _ => None,
        }
    }
}

impl KeyOutcome {
    /// Whether other keys are held now, or the same ones protected otherwise.
    pub fn has_changed_keys(&self) -> bool {
        match self {
            Self::Gnupg(_)
            | Self::CertificateSaved(_)
            | Self::BackedUp(_)
            | Self::BackupOpens(_) => false,
            Self::Made(_)
            | Self::TakenOver(_)
            | Self::PassphraseChanged(_)
            | Self::Extended(_)
            | Self::Revoked(_)
            | Self::Deleted => true,
        }
    }
}

/// Does it.
///
/// # Errors
/// Two sentences: what went wrong, what to do.
pub fn perform(store: &KeyStore, task: KeyTask) -> Result<KeyOutcome, String> {
    let now = SystemTime::now();
    match task {
        KeyTask::Make(new) => create::create(store, &new, now).map(KeyOutcome::Made).map_err(text),
        KeyTask::ListGnupg => from_gnupg::list(store).map(KeyOutcome::Gnupg).map_err(text),
        KeyTask::TakeOver { fingerprint, passphrase } => {
            from_gnupg::take_over(store, &fingerprint, &passphrase)
                .map(KeyOutcome::TakenOver)
                .map_err(text)
        }
        KeyTask::ChangePassphrase { fingerprint, old, new } => {
            maintain::change_passphrase(store, &fingerprint, &old, &new)
                .map(KeyOutcome::PassphraseChanged)
                .map_err(text)
        }
        KeyTask::Extend { fingerprint, passphrase, years } => {
            maintain::extend(store, &fingerprint, &passphrase, years, now)
                .map(KeyOutcome::Extended)
                .map_err(text)
        }
        KeyTask::SaveCertificate { fingerprint, path } => {
            save_certificate(store, &fingerprint, &path)?;
            Ok(KeyOutcome::CertificateSaved(path))
        }
        KeyTask::BackUp { fingerprint, path } => {
            backup::write(store, &fingerprint, &path).map_err(text)?;
            Ok(KeyOutcome::BackedUp(path))
        }
        KeyTask::TestBackup { fingerprint, path, passphrase } => {
            test_backup(store, &fingerprint, &path, &passphrase)
        }
        KeyTask::Revoke { fingerprint, passphrase } => {
            maintain::revoke(store, &fingerprint, passphrase.as_ref(), now)
                .map(KeyOutcome::Revoked)
                .map_err(text)
        }
        KeyTask::Delete { fingerprint } => {
            maintain::delete(store, &fingerprint).map(|()| KeyOutcome::Deleted).map_err(text)
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn test_backup(
    store: &KeyStore,
    fingerprint: &str,
    path: &Path,
    passphrase: &Passphrase,
) -> Result<KeyOutcome, String> {
    let octets = open::read_file(path).map_err(|failure| failure.message())?;
    let tested =
        backup::test_backup(store, &octets, Some(fingerprint), passphrase).map_err(text)?;
    Ok(KeyOutcome::BackupOpens(tested))
}

/// A certificate is for everybody to read. One of before is replaced, all or nothing.
fn save_certificate(store: &KeyStore, fingerprint: &str, path: &Path) -> Result<(), String> {
    let certificate = backup::certificate(store, fingerprint).map_err(text)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        // Readable as any document is, not for its owner alone.
        let mut new = tempfile::Builder::new();
        let new = new.prefix(".certificate-");
        let mut file = new.make_in(folder, |path| File::create_new(path))?;
        file.write_all(certificate.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    write().map_err(|cause| texts::certificate_not_saved(path, cause))
}

/// How a file with a certificate is called; the name is the owner's, as far as file systems take it.
pub fn certificate_name(card: &KeyCard) -> String {
    format!("{}-certificate.asc", file_name_of(card))
}

/// How a copy of a key is called.
pub fn backup_name(card: &KeyCard) -> String {
    format!("{}-secret-key-backup.asc", file_name_of(card))
}

fn file_name_of(card: &KeyCard) -> String {
    let kept = |character: char| {
        if character.is_alphanumeric() { character.to_lowercase().next() } else { Some('-') }
    };
    let name: String = card.name().chars().take(60).filter_map(kept).collect();
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "key".to_owned() } else { words.join("-") }
}

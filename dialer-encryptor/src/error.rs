//! What went wrong, and what to do about it: two sentences each, printed once at the edge.

use crate::journal::is_busy;
use shared::certs::KeyError;
use shared::encrypt::SealError;
use shared::recipient::RecipientError;
use shared::recording::escaped;
use shared::verify::VerifyError;
use std::io;
use std::path::{Path, PathBuf};

/// A path as it may be printed.
#[must_use]
pub fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_encoded_bytes())
}

fn lines<E: std::fmt::Display>(errors: &[E]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Why nothing could be started. No recording was touched.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No `--format`.
    #[error("No format was given. Add --format mp3 (or wav, gsm, ogg, gsw).")]
    NoFormat,
    /// No `--recipient`.
    #[error("No recipient was given. Add --recipient with the full fingerprint of a certificate.")]
    NoRecipient,
    /// A setting of `astguiclient.conf` that the database needs.
    #[error(
        "The configuration file does not say {key}, so that recording_log cannot be updated. \
        Complete it, or add --no-database and update the links yourself: {}",
        shown(path)
    )]
    NoDatabase {
        /// Which one.
        key: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The program's own configuration file.
    #[error("The settings cannot be read ({source}). Check the file: {}", shown(path))]
    Config {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A setting that makes no sense.
    #[error("A setting cannot be used: {reason}. Correct {place}.")]
    Setting {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The configuration file.
    #[error(
        "The configuration file cannot be read ({source}). Name it with --conf: {}",
        shown(path)
    )]
    Conf {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// No usable `PATHDONEmonitor`.
    #[error(
        "The configuration file names no absolute path as PATHDONEmonitor. Check that it is \
        VICIdial's astguiclient.conf: {}",
        shown(path)
    )]
    NoSpool {
        /// Which file.
        path: PathBuf,
    },
    /// The journal would stand where recordings are deleted and uploaded.
    #[error(
        "The state folder must not be under PATHDONEmonitor, where other scripts delete and \
        upload. Choose another --state-dir than: {}",
        shown(path)
    )]
    StateInSpool {
        /// Which folder.
        path: PathBuf,
    },
    /// Somebody cannot be sealed for.
    #[error("{}{}\nNothing was sealed.", lines(refused),
        unread.iter().map(|why| format!("\nNot read: {why}")).collect::<String>())]
    Recipients {
        /// Each of them, with its reason.
        refused: Vec<RecipientError>,
        /// Certificates that could not be read; the one looked for may be among them.
        unread: Vec<String>,
    },
    /// A file of certificates.
    #[error("The certificates cannot be read. {0}")]
    Certificates(#[from] KeyError),
    /// A folder of the spool.
    #[error(
        "The folder cannot be used ({source}). Check that it exists and who may write to \
        it: {}",
        shown(path)
    )]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Renaming would be copying.
    #[error(
        "The folder is on another file system than PATHDONEmonitor, so that nothing can be \
        published there in one step. Move it back under the same file system: {}",
        shown(path)
    )]
    OtherFileSystem {
        /// Which folder.
        path: PathBuf,
    },
    /// The system gives no events.
    #[error(
        "The folders cannot be watched ({source}). Raise fs.inotify.max_user_instances, or seal \
        from the crontab instead."
    )]
    Watch {
        /// The system's reason.
        source: io::Error,
    },
    /// Flags that make no sense together.
    #[error(
        "{what} cannot be tried: a service that touches nothing would wait for ever. Try one \
        run with --dry-run, without the word watch."
    )]
    NothingToWatch {
        /// Which command.
        what: &'static str,
    },
    /// The journal of a later version.
    #[error(
        "The journal was written by a newer version of this program. Install that version \
        again, or give another --state-dir than: {}",
        shown(path)
    )]
    NewerJournal {
        /// Its file.
        path: PathBuf,
    },
    /// The journal, where it is only read.
    #[error(
        "The journal cannot be looked at ({source}). Run this as root, or as the user that seals: {}",
        shown(path)
    )]
    Look {
        /// Its file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The journal of an earlier version, where it is only read.
    #[error(
        "The journal was written by an older version of this program. The next run that seals \
        brings it up to date: {}",
        shown(path)
    )]
    OlderJournal {
        /// Its file.
        path: PathBuf,
    },
    /// The journal.
    #[error("The journal cannot be used ({source}). {}: {}", journal_advice(source), shown(path))]
    Journal {
        /// Its file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
}

/// What to do about a journal, which must not be moved away only because another run uses it.
fn journal_advice(error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        _ if is_busy(error) => "Another run is using it; the next one tries again",
        Some(Code::DatabaseCorrupt | Code::NotADatabase) => {
            "It is damaged and may be moved away: no recording is lost by that, but links of \
            recording_log that still waited in it stay as they are"
        }
        _ => "Check the space and permissions of its folder",
    }
}

/// Why one recording stays in the queue. Its plaintext is untouched.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// Looking at it failed.
    #[error("the recording cannot be opened: {0}")]
    Open(#[source] io::Error),
    /// Its name leaves no room for the ending.
    #[error("the name is too long: {octets} octets with the ending, and 255 is the limit")]
    NameTooLong {
        /// How long it would be.
        octets: usize,
    },
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The proof failed.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// It was written to meanwhile.
    #[error("the recording changed while it was sealed; it will be sealed again")]
    Changed,
    /// A step failed.
    #[error("{step} failed: {source}")]
    Step {
        /// Which one.
        step: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// The journal refused an entry.
    #[error("the journal cannot be written: {0}")]
    Journal(#[from] rusqlite::Error),
    /// Ten thousand files of the same name.
    #[error("every name up to ~9999 is taken in GPG")]
    NoFreeName,
    /// The plaintext's place was taken by another file.
    #[error("another file stands under its name now; the sealed one is complete, that one stays")]
    Replaced,
    /// No lease to be had, and other users' processes cannot be looked at.
    #[error(
        "nobody can tell whether it is still being written; run as root, as its \
        owner, or with CAP_LEASE"
    )]
    WritersUnknown,
    /// What an earlier run proved and published is not there any more.
    #[error(
        "its sealed file was changed after it had been proven, and the recording is gone; \
        look for a copy of {output} in the archive or a backup"
    )]
    Damaged {
        /// The sealed file's name.
        output: String,
    },
    /// A recording that was about to be removed, and another of its name.
    #[error("it waits in .sealing for its name to become free; it is complete there")]
    Stranded,
}

impl RecordingError {
    /// For `map_err`: a failed system call in a named step.
    pub fn step<E: Into<io::Error>>(step: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Step { step, source: error.into() }
    }
}

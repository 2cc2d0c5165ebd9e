//! What was about to happen to each recording when the run stopped? Durable before it happens.
//!
//! SQLite with a write-ahead log and `synchronous=FULL`: every commit is on the disk when it
//! returns (<https://sqlite.org/pragma.html#pragma_synchronous>).

pub mod deliveries;
pub mod figures;
pub mod found;
pub mod intents;
mod look;
pub mod rows;
pub mod runs;

pub use deliveries::{Delivery, DeliveryEntry, SealedFile, Stage};
pub use intents::{Entry, Intent, Marks};
pub use rows::{RowEntry, RowState};
pub use runs::RunNote;

use crate::error::RunError;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The journal's name in the state folder.
const FILE: &str = "journal.sqlite";

/// How long another run may hold the journal.
const BUSY: Duration = Duration::from_secs(20);

/// How long to wait before the journal is opened once more.
const RETRY: Duration = Duration::from_millis(50);

/// How many finished entries are kept, a month's at the least: they tell a file in `GPG` that is ours
/// from one that is not. No time, which a clock that jumps would end at once.
const KEEP: u32 = 300_000;

/// How often a warning that repeats itself is said where nobody asked for it.
const SAY_AGAIN_HOURS: u32 = 24;

const VERSION: i64 = 3;

const SCHEMA: &str = "
    CREATE TABLE intent (
        id INTEGER PRIMARY KEY,
        folder BLOB NOT NULL,
        name BLOB NOT NULL,
        inode INTEGER NOT NULL,
        octets INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        plaintext_sha256 BLOB NOT NULL,
        ciphertext_sha256 BLOB NOT NULL,
        ciphertext_octets INTEGER NOT NULL,
        output BLOB NOT NULL,
        recipients TEXT NOT NULL,
        is_done INTEGER NOT NULL DEFAULT 0,
        made_at INTEGER NOT NULL DEFAULT (unixepoch())
    );
    CREATE INDEX intent_open ON intent (folder) WHERE is_done = 0;
    CREATE INDEX intent_output ON intent (output);";

/// Version 2: the row of `recording_log`, and when what was said. See [`RowState`].
const ROWS: &str = "
    ALTER TABLE intent ADD COLUMN row_state INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE intent ADD COLUMN recording_id INTEGER;
    ALTER TABLE intent ADD COLUMN old_location BLOB;
    ALTER TABLE intent ADD COLUMN row_at_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE intent ADD COLUMN row_reason TEXT;
    CREATE INDEX intent_waiting ON intent (id) WHERE row_state = 1 AND is_done = 1;
    CREATE INDEX intent_made ON intent (id) WHERE row_state = 2 AND is_done = 1;
    CREATE TABLE notice (text TEXT PRIMARY KEY, said_at INTEGER NOT NULL);";

/// Version 3: how runs ended, and what was brought to the archive. See [`RunNote`].
const RUNS: &str = "
    CREATE INDEX intent_set_aside ON intent (id) WHERE row_state = 4;
    CREATE TABLE run (
        kind TEXT PRIMARY KEY,
        ended_at INTEGER NOT NULL,
        succeeded_at INTEGER,
        exit_code INTEGER NOT NULL,
        done INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        busy INTEGER NOT NULL,
        reason TEXT
    );
    CREATE TABLE delivery (
        id INTEGER PRIMARY KEY,
        file BLOB NOT NULL,
        inode INTEGER NOT NULL,
        octets INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        server TEXT NOT NULL,
        temporary TEXT NOT NULL,
        remote TEXT NOT NULL,
        link TEXT NOT NULL,
        recording_id INTEGER,
        folder TEXT NOT NULL,
        stage INTEGER NOT NULL,
        at INTEGER NOT NULL DEFAULT (unixepoch())
    );
    CREATE INDEX delivery_open ON delivery (id) WHERE stage < 5;
    CREATE INDEX delivery_late ON delivery (id) WHERE stage = 5 AND recording_id IS NOT NULL;
    CREATE INDEX delivery_remote ON delivery (remote);";

/// The journal of one dialer.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    path: PathBuf,
    inode: u64,
}

impl Journal {
    /// Opens the journal in `folder`; makes both where they are missing.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer version.
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join(FILE);
        make(folder).map_err(|source| RunError::Folder { path: folder.to_owned(), source })?;
        let began = Instant::now();
        loop {
            match Self::connect(&path) {
                Ok(Some(journal)) => return Ok(journal),
                Ok(None) => return Err(RunError::NewerJournal { path }),
                // SQLite does not wait where two make the same journal at the same time.
                Err(error) if is_busy(&error) && began.elapsed() < BUSY => thread::sleep(RETRY),
                Err(source) => return Err(RunError::Journal { path, source }),
            }
        }
    }

    /// Opens the journal in `folder`, if there is one.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_existing(folder: &Path) -> Result<Option<Self>, RunError> {
        if folder.join(FILE).exists() { Self::open(folder).map(Some) } else { Ok(None) }
    }

    /// `None` for a journal of a version that is not known here.
    fn connect(path: &Path) -> rusqlite::Result<Option<Self>> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        if !bring_up_to_date(&mut connection)? {
            return Ok(None);
        }
        connection.execute(
            "DELETE FROM intent WHERE is_done = 1 AND row_state NOT IN (1, 2) \
             AND id < (SELECT max(id) FROM intent) - ?1",
            [KEEP],
        )?;
        connection.execute(
            "DELETE FROM delivery WHERE stage >= 5 AND id < (SELECT max(id) FROM delivery) - ?1",
            [KEEP],
        )?;
        let inode = fs::metadata(path).map_or(0, |about| about.ino());
        Ok(Some(Self { connection, path: path.to_owned(), inode }))
    }

    /// Opens the journal in `folder` to read it alone, where there is one; makes nothing, and keeps no
    /// run waiting.
    ///
    /// # Errors
    /// When it cannot be read, or was written by another version.
    pub fn look(folder: &Path) -> Result<Option<Self>, RunError> {
        look::look(folder)
    }

    /// As [`Journal::look`], for what is asked in one go: what a run changed meanwhile is asked again.
    ///
    /// # Errors
    /// When it cannot be read, or was written by another version.
    pub fn read<T>(
        folder: &Path,
        ask: impl Fn(&Self) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, RunError> {
        look::read(folder, ask)
    }

    /// Whether the file that was opened still has its name.
    #[must_use]
    pub fn is_there(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|about| about.ino() == self.inode)
    }

    /// For `map_err`: SQLite's error with the journal's path.
    pub fn failed(&self) -> impl Fn(rusqlite::Error) -> RunError + use<> {
        let path = self.path.clone();
        move |source| RunError::Journal { path: path.clone(), source }
    }

    /// Which of these warnings are to be said again, which is written down as said now. A warning
    /// about something that stays as it is would otherwise be mailed by cron every three minutes.
    ///
    /// # Errors
    /// SQLite's.
    pub fn news(&mut self, warnings: &[&str]) -> rusqlite::Result<Vec<bool>> {
        if warnings.is_empty() {
            return Ok(Vec::new());
        }
        let notes = self.connection.transaction()?;
        notes.execute(
            "DELETE FROM notice WHERE abs(unixepoch() - said_at) >= ?1 * 3600",
            [SAY_AGAIN_HOURS],
        )?;
        let note = "INSERT OR IGNORE INTO notice VALUES (?1, unixepoch())";
        let is_new = |text: &&str| notes.prepare_cached(note)?.execute([text]).map(|it| it > 0);
        let news = warnings.iter().map(is_new).collect::<Result<_, _>>()?;
        notes.commit()?;
        Ok(news)
    }
}

/// Whether another run uses the journal right now.
#[must_use]
pub fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Makes the folder and those above it, and sees to it that they outlive a loss of power: a journal in
/// a folder that is gone remembers nothing. An earlier run may not have come that far.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let parent = folder.parent().filter(|it| !it.as_os_str().is_empty());
    if let Some(parent) = parent.filter(|it| !it.exists()) {
        make(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    match parent.map_or(Ok(()), |parent| File::open(parent)?.sync_all()) {
        // Whoever may not look into it did not make the folder in it either.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

/// All or nothing, and only by one of two runs that start together; `false` for a newer version.
fn bring_up_to_date(connection: &mut Connection) -> rusqlite::Result<bool> {
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
    };
    if version(connection)? == VERSION {
        return Ok(true);
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match version(&change)? {
        0 => change.execute_batch(&[SCHEMA, ROWS, RUNS].concat())?,
        1 => change.execute_batch(&[ROWS, RUNS].concat())?,
        2 => change.execute_batch(RUNS)?,
        VERSION => return Ok(true),
        _ => return Ok(false),
    }
    change.pragma_update(None, "user_version", VERSION)?;
    change.commit()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_journal_of_the_first_version_is_taken_over_and_a_later_one_refused() {
        let path = std::env::temp_dir().join(format!("journal-{}.sqlite", std::process::id()));
        let old = Connection::open(&path).unwrap();
        old.execute_batch(SCHEMA).unwrap();
        old.execute_batch(
            "INSERT INTO intent (folder, name, inode, octets, modified_ns, plaintext_sha256, \
             ciphertext_sha256, ciphertext_octets, output, recipients) VALUES (x'2F', x'61', 1, \
             2, 3, zeroblob(32), zeroblob(32), 4, x'62', 'A'); PRAGMA user_version = 1;",
        )
        .unwrap();
        drop(old);
        let journal = Journal::connect(&path).unwrap().unwrap();
        let open = journal.unfinished(std::ffi::OsStr::new("/")).unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(journal.waiting_rows().unwrap(), 0);
        journal.connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        drop(journal);
        assert!(Journal::connect(&path).unwrap().is_none());
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }

    #[test]
    fn a_warning_is_said_again_only_after_a_while() {
        let mut journal = Journal::connect(Path::new(":memory:")).unwrap().unwrap();
        assert_eq!(journal.news(&["one"]).unwrap(), [true]);
        assert_eq!(journal.news(&["one", "two"]).unwrap(), [false, true]);
        let a_day_ago = "UPDATE notice SET said_at = said_at - 86400";
        journal.connection.execute(a_day_ago, []).unwrap();
        assert_eq!(journal.news(&["one"]).unwrap(), [true]);
    }
}

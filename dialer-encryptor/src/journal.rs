//! What was about to happen to each recording when the run stopped? Durable before it happens.
//!
//! SQLite with a write-ahead log and `synchronous=FULL`: every commit is on the disk when it
//! returns (<https://sqlite.org/pragma.html#pragma_synchronous>).

use crate::error::RunError;
use crate::identity::Identity;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::ffi::{OsStr, OsString};
use std::fs::DirBuilder;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long another run may hold the journal.
const BUSY: Duration = Duration::from_secs(20);

/// How long a finished entry is kept: it tells a file in `GPG` that is ours from one that is not.
const KEEP_DAYS: u32 = 90;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS intent (
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
    CREATE INDEX IF NOT EXISTS intent_open ON intent (folder) WHERE is_done = 0;
    CREATE INDEX IF NOT EXISTS intent_output ON intent (output);
    PRAGMA user_version = 1;";

/// The journal of one dialer.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    path: PathBuf,
}

/// What is about to be published, and for which recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The source folder's path.
    pub folder: OsString,
    /// The recording's name in it.
    pub name: OsString,
    /// What the recording was when it was sealed.
    pub identity: Identity,
    /// SHA-256 of the recording.
    pub plaintext_sha256: [u8; 32],
    /// SHA-256 of the sealed file.
    pub ciphertext_sha256: [u8; 32],
    /// Length of the sealed file.
    pub ciphertext_octets: u64,
    /// The name it gets in `GPG`.
    pub output: OsString,
    /// Certificates and the keys sealed to, as [`shared::recipient::Recipient::identity`] says.
    pub recipients: String,
}

/// An intent with the number that the journal gave it.
#[derive(Debug)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// What was intended.
    pub intent: Intent,
}

impl Journal {
    /// Opens the journal in `folder`; makes both where they are missing.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer version.
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join("journal.sqlite");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| RunError::Folder { path: folder.to_owned(), source })?;
        match Self::connect(&path) {
            Ok(Some(journal)) => Ok(journal),
            Ok(None) => Err(RunError::NewerJournal { path }),
            Err(source) => Err(RunError::Journal { path, source }),
        }
    }

    /// `None` for a journal of a version that is not known here.
    fn connect(path: &Path) -> rusqlite::Result<Option<Self>> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        match version {
            0 => connection.execute_batch(SCHEMA)?,
            1 => {}
            _ => return Ok(None),
        }
        connection.execute(
            "DELETE FROM intent WHERE is_done = 1 AND made_at < unixepoch() - ?1 * 86400",
            [KEEP_DAYS],
        )?;
        Ok(Some(Self { connection, path: path.to_owned() }))
    }

    /// For `map_err`: SQLite's error with the journal's path.
    pub fn failed(&self) -> impl Fn(rusqlite::Error) -> RunError + use<> {
        let path = self.path.clone();
        move |source| RunError::Journal { path: path.clone(), source }
    }

    /// Step 5: writes the intents of a group down, all or none, and returns their numbers.
    ///
    /// # Errors
    /// When they are not durable.
    pub fn intend<'a>(
        &mut self,
        intents: impl Iterator<Item = &'a Intent>,
    ) -> rusqlite::Result<Vec<i64>> {
        let transaction = self.connection.transaction()?;
        let mut ids = Vec::new();
        for intent in intents {
            transaction
                .prepare_cached(
                    "INSERT INTO intent (folder, name, inode, octets, modified_ns, \
                     plaintext_sha256, ciphertext_sha256, ciphertext_octets, output, recipients) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                )?
                .execute(params![
                    intent.folder.as_bytes(),
                    intent.name.as_bytes(),
                    intent.identity.inode.cast_signed(),
                    intent.identity.octets.cast_signed(),
                    intent.identity.modified_ns,
                    intent.plaintext_sha256,
                    intent.ciphertext_sha256,
                    intent.ciphertext_octets.cast_signed(),
                    intent.output.as_bytes(),
                    intent.recipients,
                ])?;
            ids.push(transaction.last_insert_rowid());
        }
        transaction.commit()?;
        Ok(ids)
    }

    /// Writes down that an intent gets another name in `GPG` than it said.
    ///
    /// # Errors
    /// When it is not durable.
    pub fn redirect(&mut self, id: i64, output: &OsStr) -> rusqlite::Result<()> {
        let change = "UPDATE intent SET output = ?2 WHERE id = ?1";
        self.connection.execute(change, params![id, output.as_bytes()]).map(drop)
    }

    /// Writes down that recordings are done with.
    ///
    /// # Errors
    /// When it is not durable; the next run finds out from the folders.
    pub fn finish(&mut self, ids: &[i64]) -> rusqlite::Result<()> {
        self.for_each(ids, "UPDATE intent SET is_done = 1 WHERE id = ?1")
    }

    /// Forgets intents that came to nothing.
    ///
    /// # Errors
    /// When it is not durable.
    pub fn forget(&mut self, ids: &[i64]) -> rusqlite::Result<()> {
        self.for_each(ids, "DELETE FROM intent WHERE id = ?1")
    }

    fn for_each(&mut self, ids: &[i64], statement: &str) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        for id in ids {
            transaction.prepare_cached(statement)?.execute([id])?;
        }
        transaction.commit()
    }

    /// What was intended for recordings of this folder and is not known to be done.
    ///
    /// # Errors
    /// SQLite's.
    pub fn unfinished(&self, folder: &OsStr) -> rusqlite::Result<Vec<Entry>> {
        self.connection
            .prepare_cached("SELECT * FROM intent WHERE folder = ?1 AND is_done = 0 ORDER BY id")?
            .query_map([folder.as_bytes()], entry)?
            .collect()
    }

    /// The digest of the sealed file that this journal published as `output` for this very
    /// recording and these recipients, if it did.
    ///
    /// # Errors
    /// SQLite's.
    pub fn published(
        &self,
        output: &OsStr,
        plaintext_sha256: &[u8; 32],
        recipients: &str,
    ) -> rusqlite::Result<Option<[u8; 32]>> {
        self.connection
            .prepare_cached(
                "SELECT ciphertext_sha256 FROM intent \
                 WHERE output = ?1 AND plaintext_sha256 = ?2 AND recipients = ?3 \
                 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![output.as_bytes(), plaintext_sha256, recipients], |row| row.get(0))
            .optional()
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let octets = |column: &str| row.get(column).map(OsString::from_vec);
    let unsigned = |column: &str| row.get(column).map(i64::cast_unsigned);
    Ok(Entry {
        id: row.get("id")?,
        intent: Intent {
            folder: octets("folder")?,
            name: octets("name")?,
            identity: Identity {
                // Device numbers change over a restart: the inode and the digest decide.
                device: 0,
                inode: unsigned("inode")?,
                octets: unsigned("octets")?,
                modified_ns: row.get("modified_ns")?,
            },
            plaintext_sha256: row.get("plaintext_sha256")?,
            ciphertext_sha256: row.get("ciphertext_sha256")?,
            ciphertext_octets: unsigned("ciphertext_octets")?,
            output: octets("output")?,
            recipients: row.get("recipients")?,
        },
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn intent(name: &str) -> Intent {
        let identity = Identity { device: 0, inode: u64::MAX, octets: 7, modified_ns: -1 };
        Intent {
            folder: "/spool/MP3".into(),
            name: OsString::from_vec([name.as_bytes(), b"\xFF'\n"].concat()),
            identity,
            plaintext_sha256: [1; 32],
            ciphertext_sha256: [2; 32],
            ciphertext_octets: 9,
            output: format!("{name}.pgp").into(),
            recipients: "AA BB".into(),
        }
    }

    #[test]
    fn an_intent_comes_back_as_it_was_until_it_is_done() {
        let mut journal = Journal::connect(Path::new(":memory:")).unwrap().unwrap();
        let (one, two) = (intent("one"), intent("two"));
        let ids = journal.intend([&one, &two].into_iter()).unwrap();
        let open = journal.unfinished(OsStr::new("/spool/MP3")).unwrap();
        assert_eq!(open.iter().map(|entry| &entry.intent).collect::<Vec<_>>(), [&one, &two]);
        assert!(journal.unfinished(OsStr::new("/spool/GSM")).unwrap().is_empty());
        journal.finish(ids.get(..1).unwrap()).unwrap();
        journal.forget(ids.get(1..).unwrap()).unwrap();
        assert!(journal.unfinished(OsStr::new("/spool/MP3")).unwrap().is_empty());
        assert_eq!(
            journal.published(OsStr::new("one.pgp"), &[1; 32], "AA BB").unwrap(),
            Some([2; 32])
        );
        assert_eq!(journal.published(OsStr::new("one.pgp"), &[1; 32], "AA").unwrap(), None);
        assert_eq!(journal.published(OsStr::new("one.pgp"), &[3; 32], "AA BB").unwrap(), None);
        assert_eq!(journal.published(OsStr::new("two.pgp"), &[1; 32], "AA BB").unwrap(), None);
    }
}

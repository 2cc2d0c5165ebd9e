//! What was about to be published for which recording? Steps 5 to 8 as the journal keeps them.

use super::{Journal, RowState};
use crate::catalog::Plan;
use crate::identity::Identity;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

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
    /// What is to become of its row; not read back, see [`super::RowEntry`].
    pub plan: Plan,
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
    /// Step 5: writes the intents of a group down, and with them what is known by now of earlier
    /// ones, all or none. Returns their numbers.
    ///
    /// # Errors
    /// When they are not durable.
    pub fn intend<'a>(
        &mut self,
        marks: &Marks,
        intents: impl Iterator<Item = &'a Intent>,
    ) -> rusqlite::Result<Vec<i64>> {
        let transaction = self.connection.transaction()?;
        marks.write(&transaction)?;
        let ids = intents.map(|intent| insert(&transaction, intent)).collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(ids)
    }

    /// Writes down what is known of intents by now.
    ///
    /// # Errors
    /// When it is not durable; the next run finds out from the folders and the table.
    pub fn mark(&mut self, marks: &Marks) -> rusqlite::Result<()> {
        if marks.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        marks.write(&transaction)?;
        transaction.commit()
    }

    /// Writes down that an intent gets another name in `GPG` than it said.
    ///
    /// # Errors
    /// When it is not durable.
    pub fn redirect(&mut self, id: i64, output: &OsStr) -> rusqlite::Result<()> {
        let change = "UPDATE intent SET output = ?2 WHERE id = ?1";
        self.connection.execute(change, params![id, output.as_bytes()]).map(drop)
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

    /// The folders of which recordings are not known to be done.
    ///
    /// # Errors
    /// SQLite's.
    pub fn open_folders(&self) -> rusqlite::Result<Vec<OsString>> {
        self.connection
            .prepare_cached("SELECT DISTINCT folder FROM intent WHERE is_done = 0")?
            .query_map([], |row| row.get(0).map(OsString::from_vec))?
            .collect()
    }

    /// The number of the intent and the digest of the sealed file that this journal published as
    /// `output` for this very recording and these recipients, if it did.
    ///
    /// # Errors
    /// SQLite's.
    pub fn published(
        &self,
        output: &OsStr,
        plaintext_sha256: &[u8; 32],
        recipients: &str,
    ) -> rusqlite::Result<Option<(i64, [u8; 32])>> {
        self.connection
            .prepare_cached(
                "SELECT id, ciphertext_sha256 FROM intent \
                 WHERE output = ?1 AND plaintext_sha256 = ?2 AND recipients = ?3 \
                 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![output.as_bytes(), plaintext_sha256, recipients], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
    }
}

/// What has become of intents, to be written down together.
#[derive(Debug, Default)]
pub struct Marks {
    /// Recordings that are done with.
    pub done: Vec<i64>,
    /// Intents that came to nothing.
    pub undone: Vec<i64>,
    /// What became of their rows.
    pub rows: Vec<(i64, RowState)>,
}

impl Marks {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.done.is_empty() && self.undone.is_empty() && self.rows.is_empty()
    }

    fn write(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        for id in &self.done {
            let done = "UPDATE intent SET is_done = 1 WHERE id = ?1";
            transaction.prepare_cached(done)?.execute([id])?;
        }
        for id in &self.undone {
            transaction.prepare_cached("DELETE FROM intent WHERE id = ?1")?.execute([id])?;
        }
        self.rows.iter().try_for_each(|(id, state)| state.write(transaction, *id))
    }
}

fn insert(transaction: &Transaction<'_>, intent: &Intent) -> rusqlite::Result<i64> {
    let (state, row, old) = match &intent.plan {
        Plan::NoRow | Plan::Keep => (RowState::None, None, None),
        Plan::Unknown => (RowState::Waiting, None, None),
        Plan::Change { row, old } => (RowState::Waiting, Some(row.cast_signed()), old.as_deref()),
    };
    transaction
        .prepare_cached(
            "INSERT INTO intent (folder, name, inode, octets, modified_ns, plaintext_sha256, \
             ciphertext_sha256, ciphertext_octets, output, recipients, row_state, recording_id, \
             old_location) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
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
            state.number(),
            row,
            old,
        ])?;
    Ok(transaction.last_insert_rowid())
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
            plan: Plan::Keep,
        },
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::path::Path;

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
            plan: Plan::Keep,
        }
    }

    #[test]
    fn an_intent_comes_back_as_it_was_until_it_is_done() {
        let mut journal = Journal::connect(Path::new(":memory:")).unwrap().unwrap();
        let (one, two) = (intent("one"), intent("two"));
        let ids = journal.intend(&Marks::default(), [&one, &two].into_iter()).unwrap();
        let open = journal.unfinished(OsStr::new("/spool/MP3")).unwrap();
        assert_eq!(open.iter().map(|entry| &entry.intent).collect::<Vec<_>>(), [&one, &two]);
        assert!(journal.unfinished(OsStr::new("/spool/GSM")).unwrap().is_empty());
        let marks = Marks {
            done: ids.get(..1).unwrap().to_vec(),
            undone: ids.get(1..).unwrap().to_vec(),
            rows: Vec::new(),
        };
        journal.mark(&marks).unwrap();
        assert!(journal.unfinished(OsStr::new("/spool/MP3")).unwrap().is_empty());
        let published = |name: &str, digest: u8, recipients: &str| {
            let found = journal.published(OsStr::new(name), &[digest; 32], recipients).unwrap();
            found.map(|(_, digest)| digest)
        };
        assert_eq!(published("one.pgp", 1, "AA BB"), Some([2; 32]));
        assert_eq!(published("one.pgp", 1, "AA"), None);
        assert_eq!(published("one.pgp", 3, "AA BB"), None);
        assert_eq!(published("two.pgp", 1, "AA BB"), None);
    }
}

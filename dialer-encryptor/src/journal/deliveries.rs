//! What was about to be brought to the archive, and how far did it come?

use super::Journal;
use crate::identity::Identity;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// How far a delivery came. Each stage is written down before what comes after it is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Its octets go to the server, under the temporary name.
    Uploading = 1,
    /// They are complete there, and get their name.
    Renaming = 2,
    /// It stands at the server under its name; its row may still say something else.
    Uploaded = 3,
    /// Its row is right, or there is none; the local file is to be moved.
    Linked = 4,
    /// The local file was moved.
    Done = 5,
    /// Its row was looked at once more: the stock compress step writes late.
    Settled = 6,
}

/// One sealed file on its way to the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its name in `GPG`.
    pub file: OsString,
    /// What it was there.
    pub identity: Identity,
    /// SHA-256 of it.
    pub sha256: [u8; 32],
    /// User, server, port and folder, as one text.
    pub server: String,
    /// The name that it has at the server until it is complete, with its date folder.
    pub temporary: String,
    /// The name that it gets there, with its date folder; octets as Latin-1 characters.
    pub remote: String,
    /// What its row says afterwards.
    pub link: String,
    /// The row that was found for it.
    pub recording_id: Option<u64>,
    /// The folder in `FTP` that it is moved to; empty for `FTP` itself.
    pub folder: String,
    /// How far it came.
    pub stage: Stage,
}

/// A delivery with the number that the journal gave it.
#[derive(Debug, Clone)]
pub struct DeliveryEntry {
    /// Its number.
    pub id: i64,
    /// What was intended.
    pub delivery: Delivery,
}

/// What sealing knows of a file in `GPG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// The recording's name.
    pub recording: OsString,
    /// Its row, where it was found.
    pub recording_id: Option<u64>,
    /// The sealed file's length.
    pub octets: u64,
    /// Whether its row still waits to be changed.
    pub is_row_waiting: bool,
}

impl Journal {
    /// Writes down what is about to be uploaded, all or none. Returns the numbers.
    ///
    /// # Errors
    /// When it is not durable.
    pub fn begin_deliveries(&mut self, deliveries: &[Delivery]) -> rusqlite::Result<Vec<i64>> {
        let transaction = self.connection.transaction()?;
        let ids = deliveries.iter().map(|it| insert(&transaction, it)).collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(ids)
    }

    /// Writes down how far deliveries came.
    ///
    /// # Errors
    /// When it is not durable.
    pub fn advance_deliveries(&mut self, ids: &[i64], stage: Stage) -> rusqlite::Result<()> {
        self.each_delivery(ids, |transaction, id| {
            let change = "UPDATE delivery SET stage = ?2, at = unixepoch() WHERE id = ?1";
            transaction.prepare_cached(change)?.execute(params![id, stage as i64]).map(drop)
        })
    }

    /// Forgets deliveries of which nothing is left at the server.
    ///
    /// # Errors
    /// When it is not durable; the next run looks for them in vain.
    pub fn forget_deliveries(&mut self, ids: &[i64]) -> rusqlite::Result<()> {
        self.each_delivery(ids, |transaction, id| {
            let forget = "DELETE FROM delivery WHERE id = ?1";
            transaction.prepare_cached(forget)?.execute([id]).map(drop)
        })
    }

    fn each_delivery(
        &mut self,
        ids: &[i64],
        work: impl Fn(&Transaction<'_>, i64) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        ids.iter().try_for_each(|id| work(&transaction, *id))?;
        transaction.commit()
    }

    /// Deliveries that are not done: at most `count` of those after the entry `after`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn open_deliveries(
        &self,
        after: i64,
        count: usize,
    ) -> rusqlite::Result<Vec<DeliveryEntry>> {
        self.connection
            .prepare_cached(
                "SELECT * FROM delivery WHERE stage < 5 AND id > ?1 ORDER BY id LIMIT ?2",
            )?
            .query_map(params![after, i64::try_from(count).unwrap_or(0)], entry)?
            .collect()
    }

    /// Deliveries with a row that were done `secs` ago or earlier, and whose row was not looked at
    /// since: at most `count` of those after the entry `after`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn late_deliveries(
        &self,
        secs: u32,
        after: i64,
        count: usize,
    ) -> rusqlite::Result<Vec<DeliveryEntry>> {
        self.connection
            .prepare_cached(
                "SELECT * FROM delivery WHERE stage = 5 AND recording_id IS NOT NULL AND id > ?1 \
                 AND abs(unixepoch() - at) >= ?2 ORDER BY id LIMIT ?3",
            )?
            .query_map(params![after, secs, i64::try_from(count).unwrap_or(0)], entry)?
            .collect()
    }

    /// Whether this program brought these very octets to this server and path.
    ///
    /// # Errors
    /// SQLite's.
    pub fn was_delivered(
        &self,
        server: &str,
        remote: &str,
        sha256: &[u8; 32],
    ) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached(
                "SELECT 1 FROM delivery WHERE remote = ?1 AND server = ?2 AND sha256 = ?3 \
                 AND stage >= 3",
            )?
            .exists(params![remote, server, sha256])
    }

    /// How many deliveries are under way: begun, and neither done nor given up.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting_deliveries(&self) -> rusqlite::Result<usize> {
        let count = "SELECT count(*) FROM delivery WHERE stage < 5";
        self.connection
            .query_row(count, [], |row| row.get::<_, i64>(0))
            .map(|it| usize::try_from(it).unwrap_or(usize::MAX))
    }

    /// How many deliveries came this far and no further.
    ///
    /// # Errors
    /// SQLite's.
    pub fn count_deliveries(&self, stage: Stage) -> rusqlite::Result<usize> {
        let count = "SELECT count(*) FROM delivery WHERE stage < 5 AND stage = ?1";
        self.connection
            .query_row(count, [stage as i64], |row| row.get::<_, i64>(0))
            .map(|it| usize::try_from(it).unwrap_or(usize::MAX))
    }

    /// What sealing last published under this name, if it did.
    ///
    /// # Errors
    /// SQLite's.
    pub fn sealed_file(&self, output: &OsStr) -> rusqlite::Result<Option<SealedFile>> {
        self.connection
            .prepare_cached(
                "SELECT name, recording_id, ciphertext_octets, row_state = 1 FROM intent \
                 WHERE output = ?1 ORDER BY id DESC LIMIT 1",
            )?
            .query_row([output.as_bytes()], |row| {
                Ok(SealedFile {
                    recording: OsString::from_vec(row.get(0)?),
                    recording_id: row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned),
                    octets: row.get::<_, i64>(2)?.cast_unsigned(),
                    is_row_waiting: row.get(3)?,
                })
            })
            .optional()
    }
}

fn insert(transaction: &Transaction<'_>, delivery: &Delivery) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached(
            "INSERT INTO delivery (file, inode, octets, modified_ns, sha256, server, temporary, \
             remote, link, recording_id, folder, stage) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            delivery.file.as_bytes(),
            delivery.identity.inode.cast_signed(),
            delivery.identity.octets.cast_signed(),
            delivery.identity.modified_ns,
            delivery.sha256,
            delivery.server,
            delivery.temporary,
            delivery.remote,
            delivery.link,
            delivery.recording_id.map(u64::cast_signed),
            delivery.folder,
            delivery.stage as i64,
        ])?;
    Ok(transaction.last_insert_rowid())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<DeliveryEntry> {
    let unsigned = |column: &str| row.get(column).map(i64::cast_unsigned);
    Ok(DeliveryEntry {
        id: row.get("id")?,
        delivery: Delivery {
            file: row.get("file").map(OsString::from_vec)?,
            identity: Identity {
                // Device numbers change over a restart.
                device: 0,
                inode: unsigned("inode")?,
                octets: unsigned("octets")?,
                modified_ns: row.get("modified_ns")?,
            },
            sha256: row.get("sha256")?,
            server: row.get("server")?,
            temporary: row.get("temporary")?,
            remote: row.get("remote")?,
            link: row.get("link")?,
            recording_id: row.get::<_, Option<i64>>("recording_id")?.map(i64::cast_unsigned),
            folder: row.get("folder")?,
            stage: match row.get::<_, i64>("stage")? {
                1 => Stage::Uploading,
                2 => Stage::Renaming,
                3 => Stage::Uploaded,
                4 => Stage::Linked,
                5 => Stage::Done,
                _ => Stage::Settled,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::path::Path;

    #[test]
    fn a_delivery_comes_back_as_it_was_and_counts_once_it_is_uploaded() {
        let mut journal = Journal::connect(Path::new(":memory:")).unwrap().unwrap();
        let delivery = Delivery {
            file: OsString::from_vec(b"a\xFF'-all.mp3.pgp".to_vec()),
            identity: Identity { device: 0, inode: u64::MAX, octets: 7, modified_ns: -1 },
            sha256: [3; 32],
            server: "cron@archive:21/RECORDINGS".to_string(),
            temporary: "2026-01-01/.callseal-x.part".to_string(),
            remote: "2026-01-01/a\u{E9}-all.mp3.pgp".to_string(),
            link: "http://archive/2026-01-01/a".to_string(),
            recording_id: Some(9),
            folder: String::new(),
            stage: Stage::Uploading,
        };
        let ids = journal.begin_deliveries(&[delivery.clone(), delivery.clone()]).unwrap();
        let open = journal.open_deliveries(0, 10).unwrap();
        assert_eq!(open.iter().map(|it| &it.delivery).collect::<Vec<_>>(), [&delivery, &delivery]);
        let known = |journal: &Journal, digest: u8| {
            journal.was_delivered(&delivery.server, &delivery.remote, &[digest; 32]).unwrap()
        };
        assert!(!known(&journal, 3));
        journal.advance_deliveries(ids.get(..1).unwrap(), Stage::Uploaded).unwrap();
        assert!(known(&journal, 3) && !known(&journal, 4));
        journal.advance_deliveries(ids.get(..1).unwrap(), Stage::Done).unwrap();
        journal.forget_deliveries(ids.get(1..).unwrap()).unwrap();
        assert!(known(&journal, 3) && journal.open_deliveries(0, 10).unwrap().is_empty());
        assert_eq!(journal.waiting_deliveries().unwrap(), 0);
    }
}

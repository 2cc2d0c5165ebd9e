//! Which rows of `recording_log` are still to be changed, or to be looked at once more?

use super::Journal;
use rusqlite::{Row, Transaction, params};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::{SystemTime, UNIX_EPOCH};

/// What became of a recording's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    /// There is none, or nothing was to be done.
    None,
    /// It is still to be changed.
    Waiting,
    /// This one was changed, and is looked at once more: the stock compress step writes late.
    Made(u64),
    /// It stays as it is.
    Settled,
    /// It cannot be changed, for this reason.
    SetAside(String),
}

impl RowState {
    /// As the column `row_state` holds it.
    pub(super) fn number(&self) -> i64 {
        match self {
            Self::None => 0,
            Self::Waiting => 1,
            Self::Made(_) => 2,
            Self::Settled => 3,
            Self::SetAside(_) => 4,
        }
    }

    pub(super) fn write(&self, transaction: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
        let reason = if let Self::SetAside(reason) = self { Some(reason) } else { None };
        let row = if let Self::Made(row) = self { Some(row.cast_signed()) } else { None };
        transaction
            .prepare_cached(
                "UPDATE intent SET row_state = ?2, row_reason = ?3, row_at_ms = ?4, \
                 recording_id = coalesce(?5, recording_id) WHERE id = ?1",
            )?
            .execute(params![id, self.number(), reason, now_ms(), row])
            .map(drop)
    }
}

/// Rows that a run may still have to change, by the number of their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// [`RowState::Waiting`]
    Waiting = 1,
    /// [`RowState::Made`]
    Made = 2,
}

/// The clock, in milliseconds since 1970.
#[must_use]
pub fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// A sealed recording whose row is not settled.
#[derive(Debug)]
pub struct RowEntry {
    /// The number of its intent.
    pub id: i64,
    /// The folder that the recording stood in.
    pub folder: OsString,
    /// The recording's name.
    pub name: OsString,
    /// The sealed file's name.
    pub output: OsString,
    /// The sealed file's length.
    pub ciphertext_octets: u64,
    /// The row, where it was found when the recording was sealed.
    pub recording_id: Option<u64>,
    /// What the row said then.
    pub old_location: Option<Vec<u8>>,
    /// When its state was written, by the clock.
    pub at_ms: i64,
}

impl Journal {
    /// Rows of finished recordings that wait, or that were changed and are to be looked at once
    /// more: at most `count` of those after the entry `after`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn rows(&self, list: List, after: i64, count: usize) -> rusqlite::Result<Vec<RowEntry>> {
        // Literals, so that SQLite sees that the partial indexes are meant.
        let state = list as i64;
        self.connection
            .prepare_cached(&format!(
                "SELECT id, folder, name, output, ciphertext_octets, recording_id, old_location, \
                 row_at_ms FROM intent WHERE row_state = {state} AND is_done = 1 AND id > ?1 \
                 ORDER BY id LIMIT ?2"
            ))?
            .query_map(params![after, i64::try_from(count).unwrap_or(0)], entry)?
            .collect()
    }

    /// How many rows of finished recordings wait.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting_rows(&self) -> rusqlite::Result<usize> {
        let count = "SELECT count(*) FROM intent WHERE row_state = 1 AND is_done = 1";
        self.connection
            .query_row(count, [], |row| row.get::<_, i64>(0))
            .map(|it| usize::try_from(it).unwrap_or(usize::MAX))
    }

    /// Lets rows that were set aside wait again.
    ///
    /// # Errors
    /// SQLite's.
    pub fn retry_rows(&mut self) -> rusqlite::Result<()> {
        let change = "UPDATE intent SET row_state = 1, row_reason = NULL WHERE row_state = 4";
        self.connection.execute(change, []).map(drop)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<RowEntry> {
    Ok(RowEntry {
        id: row.get(0)?,
        folder: OsString::from_vec(row.get(1)?),
        name: OsString::from_vec(row.get(2)?),
        output: OsString::from_vec(row.get(3)?),
        ciphertext_octets: row.get::<_, i64>(4)?.cast_unsigned(),
        recording_id: row.get::<_, Option<i64>>(5)?.map(i64::cast_unsigned),
        old_location: row.get(6)?,
        at_ms: row.get(7)?,
    })
}

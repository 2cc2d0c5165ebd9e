//! What does the journal know of a sealed file?

use super::Journal;
use rusqlite::{OptionalExtension, Row};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The newest entry of a sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whether its recording is removed.
    pub is_done: bool,
    /// Whether its row still waits to be changed.
    pub is_row_waiting: bool,
    /// Why its row cannot be changed, where it cannot.
    pub row_reason: Option<String>,
}

impl Journal {
    /// The newest entry of a sealed file, by its name in `GPG`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn of_output(&self, output: &OsStr) -> rusqlite::Result<Option<Found>> {
        self.connection
            .prepare_cached(
                "SELECT is_done, row_state, row_reason FROM intent WHERE output = ?1 \
                 ORDER BY id DESC LIMIT 1",
            )?
            .query_row([output.as_bytes()], found)
            .optional()
    }
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        is_done: row.get::<_, i64>(0)? == 1,
        is_row_waiting: row.get::<_, i64>(1)? == 1,
        row_reason: row.get(2)?,
    })
}

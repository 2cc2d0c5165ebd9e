//! How many rows of `recording_log` wait, since when, and which cannot be changed?

use super::Journal;
use shared::recording::escaped;

/// Rows that are not as they should be.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct RowFigures {
    /// They are still to be changed.
    pub waiting: u64,
    /// How long ago the oldest of them was sealed.
    pub oldest_waiting_secs: Option<u64>,
    /// They cannot be changed until a person corrects something.
    pub set_aside: u64,
    /// The newest of those.
    pub examples: Vec<AsideRow>,
}

/// A row that cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AsideRow {
    /// The recording's name, escaped.
    pub recording: String,
    /// `recording_id`
    pub recording_id: Option<i64>,
    /// Why, escaped.
    pub reason: String,
}

/// How many are named.
const EXAMPLES: u32 = 5;

impl Journal {
    /// Counts the rows that are not as they should be. The states stand in the statements as literals,
    /// so that `SQLite` sees that the partial indexes are meant.
    ///
    /// # Errors
    /// `SQLite`'s.
    pub fn row_figures(&self) -> rusqlite::Result<RowFigures> {
        let waiting = "SELECT count(*), unixepoch() - min(made_at) FROM intent \
                       WHERE row_state = 1 AND is_done = 1";
        let (waiting, oldest) = self.connection.query_row(waiting, [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
        })?;
        let aside = "SELECT count(*) FROM intent WHERE row_state = 4";
        let set_aside: i64 = self.connection.query_row(aside, [], |row| row.get(0))?;
        Ok(RowFigures {
            waiting: waiting.unsigned_abs(),
            oldest_waiting_secs: oldest.map(|secs| u64::try_from(secs).unwrap_or_default()),
            set_aside: set_aside.unsigned_abs(),
            examples: self.rows_aside()?,
        })
    }

    fn rows_aside(&self) -> rusqlite::Result<Vec<AsideRow>> {
        self.connection
            .prepare_cached(
                "SELECT name, recording_id, coalesce(row_reason, '') FROM intent \
                 WHERE row_state = 4 ORDER BY id DESC LIMIT ?1",
            )?
            .query_map([EXAMPLES], |row| {
                let (name, reason): (Vec<u8>, String) = (row.get(0)?, row.get(2)?);
                Ok(AsideRow {
                    recording: escaped(&name),
                    recording_id: row.get(1)?,
                    reason: escaped(reason.as_bytes()),
                })
            })?
            .collect()
    }
}

//! How did the last run of each kind end?

use super::Journal;
use rusqlite::{Row, params};

/// The end of a run, as `status` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunNote {
    /// What ran, such as `seal mp3`, `seal mp3 wav` or `deliver`.
    pub kind: String,
    /// When it ended, in seconds since 1970.
    pub ended_at: i64,
    /// When such a run last ended with exit code 0. Filled in by the journal.
    pub succeeded_at: Option<i64>,
    /// 0, 1 or 2.
    pub exit_code: u8,
    /// Recordings that it finished.
    pub done: usize,
    /// Recordings that failed.
    pub failed: usize,
    /// Recordings that are still being written.
    pub busy: usize,
    /// The first thing that went wrong, escaped.
    pub reason: Option<String>,
}

impl Journal {
    /// Writes down how a run ended, in place of the one of its kind before.
    ///
    /// # Errors
    /// SQLite's.
    pub fn note_run(&mut self, note: &RunNote) -> rusqlite::Result<()> {
        let succeeded_at = (note.exit_code == 0).then_some(note.ended_at);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.connection
            .execute(
                "INSERT INTO run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (kind) DO \
                 UPDATE SET ended_at = ?2, succeeded_at = coalesce(?3, succeeded_at), \
                 exit_code = ?4, done = ?5, failed = ?6, busy = ?7, reason = ?8",
                params![
                    note.kind,
                    note.ended_at,
                    succeeded_at,
                    note.exit_code,
                    number(note.done),
                    number(note.failed),
                    number(note.busy),
                    note.reason,
                ],
            )
            .map(drop)
    }

    /// How the last run of each kind ended.
    ///
    /// # Errors
    /// SQLite's.
    pub fn runs(&self) -> rusqlite::Result<Vec<RunNote>> {
        self.connection
            .prepare_cached("SELECT * FROM run ORDER BY kind")?
            .query_map([], note)?
            .collect()
    }
}

fn note(row: &Row<'_>) -> rusqlite::Result<RunNote> {
    let count =
        |column: &str| row.get::<_, i64>(column).map(|it| usize::try_from(it).unwrap_or_default());
    Ok(RunNote {
        kind: row.get("kind")?,
        ended_at: row.get("ended_at")?,
        succeeded_at: row.get("succeeded_at")?,
        exit_code: row.get("exit_code")?,
        done: count("done")?,
        failed: count("failed")?,
        busy: count("busy")?,
        reason: row.get("reason")?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::path::Path;

    #[test]
    fn the_last_success_outlives_a_failure() {
        let mut journal = Journal::connect(Path::new(":memory:")).unwrap().unwrap();
        let good = RunNote {
            kind: "seal mp3".to_string(),
            ended_at: 100,
            succeeded_at: None,
            exit_code: 0,
            done: 3,
            failed: 0,
            busy: 1,
            reason: None,
        };
        let bad = RunNote {
            ended_at: 200,
            exit_code: 1,
            failed: 2,
            reason: Some("the disk is full".to_string()),
            ..good.clone()
        };
        journal.note_run(&good).unwrap();
        journal.note_run(&bad).unwrap();
        assert_eq!(journal.runs().unwrap(), [RunNote { succeeded_at: Some(100), ..bad }]);
    }
}

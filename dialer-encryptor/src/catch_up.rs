//! Which links does `recording_log` still lack? At the end of a run those that wait are written,
//! and those that were written are looked at once more: the stock compress step updates the row
//! after it has written its file, which may be after we sealed it.

use crate::catalog::{Catalog, Later, Verdict};
use crate::config::Config;
use crate::folders::{self, Folder};
use crate::identity::Identity;
use crate::journal::rows::{List, now_ms};
use crate::journal::{Journal, Marks, RowEntry, RowState};
use crate::location::row_name;
use crate::recording_log::{BATCH, Move, Moved};
use crate::summary::Summary;
use shared::recording::escaped;
use std::collections::HashMap;
use std::ffi::OsStr;

/// How long after a change a row is looked at for the last time.
const LATE_WRITER_MS: i64 = 60_000;

/// How many rows are changed at a time: a slow server must be able to answer in time.
const CHANGES: usize = 20;

/// The rows that earlier runs could not change, and those that somebody changed back. Sealing
/// comes first: it is what frees the spool, and needs no database.
pub fn catch_up(
    config: &Config,
    journal: &mut Journal,
    catalog: &mut Catalog<'_>,
    began_ms: i64,
    summary: &mut Summary,
) {
    // One run at a time: what another one is about to write needs no second attempt.
    let state = folders::open(&config.state_dir).and_then(|state| folders::lock(&state));
    let result = if matches!(state, Ok(Some(_))) {
        let output = folders::open_output(config).ok();
        let output = output.as_ref();
        CatchUp { journal, catalog, output, began_ms, summary, is_contested: false }.run()
    } else if catalog.down().is_some() {
        journal.waiting_rows().map(|waiting| summary.rows.waiting = waiting)
    } else {
        Ok(())
    };
    if let Err(error) = result {
        summary.warn(format!("The journal cannot be read ({error}). Rows of recording_log wait."));
    }
    summary.rows.down = catalog.down().map(|reason| {
        format!(
            "the database at {} cannot be used ({}); check that it runs and that VARDB_user may \
             log in",
            escaped(catalog.place().as_bytes()),
            escaped(reason.0.as_bytes())
        )
    });
}

/// What it takes to bring the rows up to date.
struct CatchUp<'a, 'c> {
    /// What waits.
    journal: &'a mut Journal,
    /// The rows.
    catalog: &'a mut Catalog<'c>,
    /// `GPG`, where it is there.
    output: Option<&'a Folder>,
    /// When the run began, by the clock.
    began_ms: i64,
    /// What was done.
    summary: &'a mut Summary,
    /// Whether somebody changed a row at the same time.
    is_contested: bool,
}

impl CatchUp<'_, '_> {
    /// Writes what waits, looks at what was written, and counts what still waits.
    ///
    /// # Errors
    /// The journal's; the rows wait on.
    fn run(mut self) -> rusqlite::Result<()> {
        self.each_batch(List::Waiting, Self::write)?;
        // Who changed a row between look and change is through with it now.
        if self.is_contested {
            self.each_batch(List::Waiting, Self::write)?;
        }
        self.each_batch(List::Made, Self::look_again)?;
        self.summary.rows.waiting = self.journal.waiting_rows()?;
        Ok(())
    }

    /// Batch by batch, until the end or until the database is gone.
    fn each_batch(
        &mut self,
        list: List,
        work: impl Fn(&mut Self, &[RowEntry]) -> Option<Marks>,
    ) -> rusqlite::Result<()> {
        let mut after = 0;
        loop {
            let entries = self.journal.rows(list, after, BATCH)?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.id;
            let Some(marks) = work(self, &entries) else { return Ok(()) };
            self.journal.mark(&marks)?;
        }
    }

    /// Rows that wait.
    fn write(&mut self, entries: &[RowEntry]) -> Option<Marks> {
        let names: Vec<&OsStr> = entries.iter().map(|entry| entry.name.as_os_str()).collect();
        let rows = self.catalog.by_name(&names)?;
        let mut marks = Marks::default();
        let mut changes = Vec::new();
        for (place, (entry, rows)) in entries.iter().zip(&rows).enumerate() {
            let later = later(entry, entries.get(place + 1..).unwrap_or_default());
            let verdict = self.catalog.judge(rows, entry, later, |file| self.is_there(file));
            let state = match verdict {
                Verdict::NoRow => {
                    self.summary.rows.without += 1;
                    RowState::None
                }
                Verdict::Right { row } => RowState::Made(row),
                Verdict::Superseded => RowState::Settled,
                _ if !self.is_where_it_was(entry) => {
                    self.summary.moved_away(&entry.name);
                    RowState::Settled
                }
                Verdict::Foreign { row } => self.set_aside(entry, row, "it names another host"),
                Verdict::Change { row, old } => {
                    changes
                        .push((entry, Move { row, old, new: self.catalog.link_of(&entry.output) }));
                    continue;
                }
            };
            marks.rows.push((entry.id, state));
        }
        self.summary.rows.changed += self.change(changes, &mut marks);
        Some(marks)
    }

    /// Rows that were changed, before this run or a while ago.
    fn look_again(&mut self, entries: &[RowEntry]) -> Option<Marks> {
        let now = now_ms();
        let is_old = |entry: &RowEntry| (now - entry.at_ms).abs() >= LATE_WRITER_MS;
        let due: Vec<&RowEntry> =
            entries.iter().filter(|it| it.at_ms < self.began_ms || is_old(it)).collect();
        // Only the row that was changed: another one of that name is that of another call.
        let ids: Vec<u64> = due.iter().filter_map(|entry| entry.recording_id).collect();
        let rows = if ids.is_empty() { HashMap::new() } else { self.catalog.by_number(ids)? };
        let mut marks = Marks::default();
        let mut changes = Vec::new();
        for entry in due {
            let row = entry.recording_id.and_then(|id| rows.get(&id));
            let row = row.map(std::slice::from_ref).unwrap_or_default();
            match self.catalog.judge(row, entry, Later::default(), |file| self.is_there(file)) {
                Verdict::Change { row, old } if self.is_where_it_was(entry) => {
                    changes
                        .push((entry, Move { row, old, new: self.catalog.link_of(&entry.output) }));
                }
                Verdict::Right { .. } if !is_old(entry) => {}
                _ => marks.rows.push((entry.id, RowState::Settled)),
            }
        }
        self.summary.rows.corrected += self.change(changes, &mut marks);
        Some(marks)
    }

    /// Changes rows and returns how many it changed.
    fn change(&mut self, changes: Vec<(&RowEntry, Move)>, marks: &mut Marks) -> usize {
        let mut changed = 0;
        for some in changes.chunks(CHANGES) {
            let moves = some.iter().map(|(_, change)| change.clone()).collect();
            for ((entry, change), moved) in some.iter().zip(self.catalog.change(moves)) {
                let state = match moved {
                    Moved::Done => {
                        changed += 1;
                        RowState::Made(change.row)
                    }
                    Moved::Refused(reason) => self.set_aside(entry, change.row, &reason),
                    Moved::Changed => {
                        self.is_contested = true;
                        continue;
                    }
                    Moved::Untried => continue,
                };
                marks.rows.push((entry.id, state));
            }
        }
        changed
    }

    fn set_aside(&mut self, entry: &RowEntry, row: u64, reason: &str) -> RowState {
        self.summary.set_row_aside(&entry.name, row, reason);
        RowState::SetAside(reason.to_string())
    }

    fn is_there(&self, file: &OsStr) -> bool {
        // A folder that cannot be read says nothing; then no link is replaced.
        self.output.is_none_or(|folder| !matches!(folder.look(file), Ok(None)))
    }

    /// Whether the sealed file is still where its link will point.
    fn is_where_it_was(&self, entry: &RowEntry) -> bool {
        let found = self.output.and_then(|folder| folder.look(&entry.output).ok().flatten());
        found.is_some_and(|stat| Identity::of(&stat).octets == entry.ciphertext_octets)
    }
}

/// Several calls of one name: the later ones have the newer rows.
fn later(entry: &RowEntry, rest: &[RowEntry]) -> Later {
    let is_same = |other: &&RowEntry| row_name(&other.name) == row_name(&entry.name);
    let same = rest.iter().filter(is_same);
    Later {
        of_name: same.clone().count(),
        of_path: same.filter(|other| other.folder == entry.folder).count(),
    }
}

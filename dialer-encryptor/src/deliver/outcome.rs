//! What did a run of `deliver` do, and who is told what?

use crate::cli::Deliver;
use crate::error::RunError;
use crate::report;
use serde::Serialize;
use serde_json::json;
use shared::recording::escaped;
use std::ffi::OsStr;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Instant;

/// How many failures and warnings are printed one by one.
const PRINTED: usize = 20;

/// How many of them are kept at all; a server that is full refuses every file alike.
const KEPT: usize = 10_000;

/// The outcome of a run. Names are escaped when they enter.
#[derive(Debug)]
pub struct Outcome {
    /// Files brought to the archive, their rows right, moved to `FTP`.
    pub delivered: usize,
    /// Their length altogether.
    pub delivered_octets: u64,
    /// Deliveries of earlier runs that were finished now.
    pub recovered: usize,
    /// Files of ours that stood at the server already.
    pub already_there: usize,
    /// Files that are still written, or whose row nobody can tell yet.
    pub busy: usize,
    /// Temporary files of earlier runs removed from the server.
    pub swept: usize,
    /// Whether files are left for the next run, because of a limit.
    pub is_more_left: bool,
    /// Whether another run is at work.
    pub is_locked: bool,
    /// Rows that name the archive now.
    pub rows_changed: usize,
    /// Files without a row.
    pub rows_without: usize,
    /// Files at the archive whose row is not right yet.
    pub rows_waiting: usize,
    /// Why the server could not be used, if it could not.
    pub server_down: Option<String>,
    /// Why the database could not be used, if it could not.
    pub database_down: Option<String>,
    /// Why the journal could not be written, if it could not.
    pub journal_failed: Option<String>,
    /// What a dry run found.
    pub would_deliver: Vec<String>,
    /// What somebody should look at; whether it was not said lately.
    pub warnings: Vec<(String, bool)>,
    /// Files that stay, and why.
    pub failures: Vec<Failure>,
    /// How many more there are than those.
    pub more_failures: usize,
    /// When the run began.
    pub began: Instant,
}

/// A file that stays in `GPG`.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// Its name.
    pub file: String,
    /// Why.
    pub reason: String,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            delivered: 0,
            delivered_octets: 0,
            recovered: 0,
            already_there: 0,
            busy: 0,
            swept: 0,
            is_more_left: false,
            is_locked: false,
            rows_changed: 0,
            rows_without: 0,
            rows_waiting: 0,
            server_down: None,
            database_down: None,
            journal_failed: None,
            would_deliver: Vec::new(),
            warnings: Vec::new(),
            failures: Vec::new(),
            more_failures: 0,
            began: Instant::now(),
        }
    }
}

impl Outcome {
    /// A file that stays.
    pub fn fail(&mut self, file: &OsStr, reason: impl Into<String>) {
        let file = escaped(file.as_bytes());
        if self.failures.iter().any(|it| it.file == file) {
            return;
        }
        if self.failures.len() < KEPT {
            self.failures.push(Failure { file, reason: reason.into() });
        } else {
            self.more_failures += 1;
        }
    }

    /// Something that somebody should look at.
    pub fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        if self.warnings.len() < KEPT && self.warnings.iter().all(|(other, _)| *other != text) {
            self.warnings.push((text, true));
        }
    }

    /// Whether nothing stays and nothing waits.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty()
            && self.rows_waiting == 0
            && self.server_down.is_none()
            && self.database_down.is_none()
            && self.journal_failed.is_none()
    }

    /// The first thing that went wrong.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let first = self.failures.first().map(|it| format!("{} ({})", it.file, it.reason));
        let down = self.server_down.clone().or(self.database_down.clone());
        let waiting = (self.rows_waiting > 0).then(|| "rows of recording_log wait".to_string());
        down.or(self.journal_failed.clone()).or(first).or(waiting)
    }

    fn line(&self) -> String {
        if self.is_locked {
            return "another run is delivering".to_string();
        }
        let more = if self.is_more_left { ", more left for the next run" } else { "" };
        let waiting = match self.rows_waiting {
            0 => String::new(),
            count => format!(", rows: {count} waiting"),
        };
        format!(
            "{} delivered, {} finished from before, {} busy, {} failed, {:.1} s{more}{waiting}",
            self.delivered,
            self.recovered,
            self.busy,
            self.failures.len() + self.more_failures,
            self.began.elapsed().as_secs_f64(),
        )
    }

    /// Appends the run's line to the log in PATHlogs, where that folder exists.
    pub fn log(&mut self, folder: &Path) {
        let mut lines = vec![format!("deliver: {}", self.line())];
        let failures = self.failures.iter();
        lines.extend(failures.map(|it| format!("deliver: failed: {} ({})", it.file, it.reason)));
        let warnings = self.warnings.iter();
        lines.extend(warnings.map(|(text, _)| format!("deliver: warning: {text}")));
        let downs = [&self.server_down, &self.database_down, &self.journal_failed];
        lines.extend(downs.into_iter().flatten().map(|it| format!("deliver: {it}")));
        if let Err(warning) = report::append(folder, &lines) {
            self.warn(warning);
        }
    }

    fn as_json(&self) -> serde_json::Value {
        json!({
            "ok": self.is_ok(),
            "delivered": self.delivered,
            "delivered_octets": self.delivered_octets,
            "recovered": self.recovered,
            "already_there": self.already_there,
            "busy": self.busy,
            "swept": self.swept,
            "more_left": self.is_more_left,
            "locked": self.is_locked,
            "rows_changed": self.rows_changed,
            "rows_without": self.rows_without,
            "rows_waiting": self.rows_waiting,
            "server_down": self.server_down,
            "database_down": self.database_down,
            "journal_failed": self.journal_failed,
            "would_deliver": self.would_deliver,
            "warnings": self.warnings.iter().map(|(text, _)| text).collect::<Vec<_>>(),
            "failures": self.failures,
            "more_failures": self.more_failures,
            "seconds": self.began.elapsed().as_secs_f64(),
        })
    }
}

/// Prints the result: standard error only where a person is needed, standard output only where
/// somebody looks.
///
/// # Errors
/// When nobody reads it any more.
pub fn print(args: &Deliver, result: &Result<Outcome, RunError>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match result {
        Err(error) => {
            writeln!(io::stderr().lock(), "{error}")?;
            if args.json {
                writeln!(out, "{}", json!({ "ok": false, "error": error.to_string() }))?;
            }
        }
        Ok(outcome) => {
            let told = print_errors(outcome, args.is_debug());
            if args.json {
                writeln!(out, "{}", outcome.as_json())?;
            } else if args.dry_run {
                for file in &outcome.would_deliver {
                    writeln!(out, "{file}")?;
                }
                let count = outcome.would_deliver.len();
                writeln!(out, "{count} would be delivered, nothing was touched")?;
            } else if out.is_terminal() || args.is_debug() {
                writeln!(out, "{}", outcome.line())?;
            }
            told?;
        }
    }
    out.flush()
}

fn print_errors(outcome: &Outcome, is_debug: bool) -> io::Result<()> {
    // In one piece, so that no other program's words come in between.
    let mut err = BufWriter::new(io::stderr().lock());
    let is_watched = is_debug || err.get_ref().is_terminal();
    let said: Vec<_> = outcome.warnings.iter().filter(|it| it.1 || is_watched).collect();
    for (text, _) in said.iter().take(PRINTED) {
        writeln!(err, "Warning: {text}")?;
    }
    if said.len() > PRINTED {
        writeln!(err, "And {} more warnings; the log has them all", said.len() - PRINTED)?;
    }
    let downs = [&outcome.server_down, &outcome.database_down, &outcome.journal_failed];
    for text in downs.into_iter().flatten() {
        writeln!(err, "Not all delivered: {text}")?;
    }
    for failure in outcome.failures.iter().take(PRINTED) {
        writeln!(err, "Not delivered, and kept: {} ({})", failure.file, failure.reason)?;
    }
    let count = outcome.failures.len() + outcome.more_failures;
    if count > PRINTED {
        writeln!(err, "And {} more", count - PRINTED)?;
    }
    if outcome.rows_waiting > 0 {
        let count = outcome.rows_waiting;
        writeln!(
            err,
            "{count} rows of recording_log wait to name the archive. The files are there and here."
        )?;
    }
    if !outcome.is_ok() {
        writeln!(err, "The next run tries again.")?;
    }
    err.flush()
}

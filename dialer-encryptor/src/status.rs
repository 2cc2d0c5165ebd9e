//! How much waits, what failed, when did it last go well?
//!
//! It reads folders and the journal, writes to neither, and keeps no run waiting. [`facts`] gathers,
//! [`judge`] says what of it is wrong, and each form shows both in its own way.

pub mod facts;
mod formats;
mod json;
pub mod judge;
mod nagios;
mod prometheus;
mod text;

use crate::cli::Status;
use crate::error::RunError;
use crate::replace::{Access, replace};
use facts::Facts;
use judge::{Problem, Severity};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Shows how things stand, and gives the exit code: 0 all is well, 1 something is wrong, 2 it could
/// not be looked at; for Nagios its own.
#[must_use]
pub fn command(asked: &Status) -> ExitCode {
    let looked = Report::new(asked);
    let code = match &asked.prometheus {
        _ if asked.nagios => print(&nagios::line(asked, &looked), nagios::exit_code(&looked)),
        Some(None) => print(&prometheus::metrics(asked, &looked), looked.collector_code()),
        Some(Some(path)) => {
            write(path, &prometheus::metrics(asked, &looked), looked.collector_code())
        }
        None if asked.json => print(&json::object(&looked), looked.exit_code()),
        None => print(&text::page(&looked), looked.exit_code()),
    };
    // Whoever wants a line or metrics reads standard output alone; a person reads both.
    if let (Err(error), false) = (&looked.facts, asked.nagios) {
        let _ = writeln!(io::stderr().lock(), "{error}");
    }
    ExitCode::from(code)
}

/// What was found, and what is wrong with it.
struct Report {
    facts: Result<Facts, RunError>,
    problems: Vec<Problem>,
    notes: Vec<String>,
}

impl Report {
    fn new(asked: &Status) -> Self {
        let facts = facts::gather(asked);
        let problems = facts.as_ref().map_or_else(|_| Vec::new(), |it| judge::problems(asked, it));
        let notes = facts.as_ref().map_or_else(|_| Vec::new(), judge::notes);
        Self { facts, problems, notes }
    }

    /// Whether all could be looked at.
    fn is_complete(&self) -> bool {
        self.facts.is_ok() && self.worst() != Some(Severity::Unknown)
    }

    fn worst(&self) -> Option<Severity> {
        self.problems.iter().map(|it| it.severity).max()
    }

    fn exit_code(&self) -> u8 {
        match self.problems.len() {
            _ if !self.is_complete() => 2,
            0 => 0,
            _ => 1,
        }
    }

    /// The metrics say themselves what is wrong, and cron has nothing to report then.
    fn collector_code(&self) -> u8 {
        if self.is_complete() { 0 } else { 2 }
    }
}

fn print(text: &str, code: u8) -> u8 {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if written.is_ok() { code } else { 2 }
}

/// The collector may read the file at any moment.
fn write(path: &Path, text: &str, code: u8) -> u8 {
    let access = Access { mode: 0o644, owner: None };
    let Err(error) = replace(path, text.as_bytes(), access) else { return code };
    let shown = crate::error::shown(path);
    let _ = writeln!(
        io::stderr().lock(),
        "The metrics cannot be written ({error}). Check that the folder exists and who may write \
         to it: {shown}"
    );
    2
}

//! What is there: recordings that wait, plaintext, and what the journal knows?

use crate::astguiclient;
use crate::backlog;
use crate::cli::Status;
use crate::dialer_toml;
use crate::error::RunError;
use crate::format::Format;
use crate::journal::figures::RowFigures;
use crate::journal::rows::now_ms;
use crate::journal::{Journal, RunNote};
use crate::plaintext::{self, PlaintextFolder};
use crate::tally::Tally;
use clap::ValueEnum;
use std::path::PathBuf;

/// How things stand.
#[derive(Debug)]
pub struct Facts {
    /// By the clock, in seconds since 1970.
    pub now: i64,
    /// `PATHDONEmonitor`
    pub spool: PathBuf,
    /// Whether the spool itself can be looked into, and why not.
    pub spool_problem: Option<String>,
    /// What waits, of each format that is sealed here.
    pub backlog: Vec<(Format, Tally)>,
    /// What waits to be delivered; none where no delivery was ever made.
    pub deliveries: Option<Tally>,
    /// Plaintext that lies around.
    pub plaintext: Vec<PlaintextFolder>,
    /// Where the journal is looked for.
    pub state_dir: PathBuf,
    /// What the journal knows; none if there is none.
    pub journal: Result<Option<Known>, RunError>,
}

/// What the journal knows.
#[derive(Debug)]
pub struct Known {
    /// How the last run of each kind ended.
    pub runs: Vec<RunNote>,
    /// Rows that are not as they should be.
    pub rows: RowFigures,
}

impl Known {
    /// Whether any run that seals has ended yet.
    #[must_use]
    pub fn has_sealed(&self) -> bool {
        self.runs.iter().any(|run| run.kind != DELIVER)
    }
}

/// Looks at everything.
///
/// # Errors
/// When it is not known where to look.
pub fn gather(asked: &Status) -> Result<Facts, RunError> {
    let settings = dialer_toml::read(asked.config.as_deref())?;
    let octets = std::fs::read(&asked.conf)
        .map_err(|source| RunError::Conf { path: asked.conf.clone(), source })?;
    let spool = astguiclient::parse(&octets)
        .path_done_monitor
        .filter(|path| path.is_absolute())
        .ok_or_else(|| RunError::NoSpool { path: asked.conf.clone() })?;
    let state_dir = asked.state_dir.clone().or(settings.state_dir);
    let state_dir = state_dir.unwrap_or_else(|| "/var/lib/callseal".into());
    let journal = Journal::read(&state_dir, |journal| {
        Ok(Known { runs: journal.runs()?, rows: journal.row_figures()? })
    });
    let has_delivered = |known: &Known| known.runs.iter().any(|run| run.kind == DELIVER);
    let delivers = journal.as_ref().is_ok_and(|it| it.as_ref().is_some_and(has_delivered));
    let named = [asked.formats.clone(), settings.formats].into_iter().find(|it| !it.is_empty());
    let formats = named.unwrap_or_else(|| known_formats(&journal));
    let waiting = |format: Format| (format, backlog::waiting(&spool, format).unwrap_or_default());
    Ok(Facts {
        now: now_ms() / 1000,
        spool_problem: std::fs::read_dir(&spool).err().map(|error| error.to_string()),
        backlog: formats.into_iter().map(waiting).collect(),
        deliveries: (delivers && !asked.no_delivery).then(|| backlog::undelivered(&spool)),
        plaintext: plaintext::left(&spool),
        spool,
        state_dir,
        journal,
    })
}

/// The formats of the runs so far; before the first run those that have a folder of their own. What
/// stands in the spool itself may be waiting for the stock compress step.
fn known_formats(journal: &Result<Option<Known>, RunError>) -> Vec<Format> {
    let runs = journal.as_ref().ok().and_then(Option::as_ref).map(|it| it.runs.as_slice());
    let all = Format::value_variants().iter().copied();
    let ran: Vec<Format> = all
        .clone()
        .filter(|it| runs.unwrap_or_default().iter().any(|run| covers(run, *it)))
        .collect();
    if ran.is_empty() { all.filter(|it| it.folder().is_some()).collect() } else { ran }
}

/// Whether a run sealed a format: its kind is such as `seal mp3 wav`.
#[must_use]
pub fn covers(run: &RunNote, format: Format) -> bool {
    let mut words = run.kind.split(' ');
    words.next().is_some_and(|first| first != DELIVER) && words.any(|word| word == format.name())
}

/// The kind of runs that deliver.
pub const DELIVER: &str = "deliver";

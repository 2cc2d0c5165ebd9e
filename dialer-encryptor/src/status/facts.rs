//! What is there: recordings that wait, plaintext, and what the journal knows?

use super::formats::Formats;
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
    /// What waits, of each format that is sealed here, and of each other.
    pub formats: Formats,
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
    let known = journal.as_ref().ok().and_then(Option::as_ref);
    let now = now_ms() / 1000;
    let formats = Formats::of(asked, named.unwrap_or_default(), known, &spool, now);
    Ok(Facts {
        now,
        spool_problem: std::fs::read_dir(&spool).err().map(|error| error.to_string()),
        formats,
        deliveries: (delivers && !asked.no_delivery).then(|| backlog::undelivered(&spool)),
        plaintext: plaintext::left(&spool),
        spool,
        state_dir,
        journal,
    })
}

/// Whether a run sealed a format: its kind is such as `seal mp3 wav`.
#[must_use]
pub fn covers(run: &RunNote, format: Format) -> bool {
    let mut words = run.kind.split(' ');
    words.next().is_some_and(|first| first != DELIVER) && words.any(|word| word == format.name())
}

/// The kind of runs that deliver.
pub const DELIVER: &str = "deliver";

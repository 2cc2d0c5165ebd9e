//! Which formats are sealed here, and which were once and are no more?

use super::facts::{DELIVER, Known, covers};
use crate::backlog;
use crate::cli::Status;
use crate::format::Format;
use crate::journal::RunNote;
use crate::tally::Tally;
use clap::ValueEnum;
use std::path::Path;

/// What waits in the folder of each format, and what is expected of it.
#[derive(Debug, Default)]
pub struct Formats {
    /// Those that are sealed here.
    pub sealed: Vec<(Format, Tally)>,
    /// Those that no run seals.
    pub others: Vec<(Format, Tally)>,
    /// Those of the others that runs sealed before.
    pub retired: Vec<Format>,
    /// Those that a run is at work on.
    pub at_work: Vec<Format>,
}

impl Formats {
    /// Looks into all folders. Formats that somebody names are expected, whatever runs.
    #[must_use]
    pub fn of(
        asked: &Status,
        named: Vec<Format>,
        known: Option<&Known>,
        spool: &Path,
        now: i64,
    ) -> Self {
        let is_named = !named.is_empty();
        let expected = if is_named { named } else { known_formats(known) };
        let waiting = |format: &Format| (*format, backlog::waiting(spool, *format));
        let mut formats = Self::default();
        for (format, tally) in Format::value_variants().iter().map(waiting) {
            let (is_expected, tally) = (expected.contains(&format), tally.unwrap_or_default());
            if is_expected && !is_named && is_retired(asked, known, &expected, format, &tally, now)
            {
                formats.retired.push(format);
                formats.others.push((format, tally));
            } else if is_expected {
                formats.at_work.extend(backlog::is_at_work(spool, format).then_some(format));
                formats.sealed.push((format, tally));
            } else {
                formats.others.push((format, tally));
            }
        }
        formats
    }

    /// Whether a run still matters: it ended lately, or no later one sealed what it did.
    #[must_use]
    pub fn is_current(&self, asked: &Status, known: &Known, run: &RunNote, now: i64) -> bool {
        let sealed = self.sealed.iter().map(|(format, _)| *format);
        let mut last = sealed.filter_map(|format| newest(known, format));
        is_lately(asked, run, now) || run.kind == DELIVER || last.any(|it| it == run)
    }
}

/// The last run that sealed a format.
#[must_use]
pub fn newest(known: &Known, format: Format) -> Option<&RunNote> {
    known.runs.iter().filter(|run| covers(run, format)).max_by_key(|run| run.ended_at)
}

/// The formats of the runs so far; before the first run those that have a folder of their own. What
/// stands in the spool itself may be waiting for the stock compress step.
fn known_formats(known: Option<&Known>) -> Vec<Format> {
    let runs = known.map(|it| it.runs.as_slice()).unwrap_or_default();
    let all = || Format::value_variants().iter().copied();
    let ran: Vec<Format> = all().filter(|it| runs.iter().any(|run| covers(run, *it))).collect();
    if ran.is_empty() { all().filter(|it| it.folder().is_some()).collect() } else { ran }
}

/// A format left the crontab if its last run is long ago, none of its recordings waits for one, and
/// other formats are sealed still. Where recordings wait its line has died, and where no run is left
/// nothing runs any more.
fn is_retired(
    asked: &Status,
    known: Option<&Known>,
    expected: &[Format],
    format: Format,
    tally: &Tally,
    now: i64,
) -> bool {
    let Some(known) = known else { return false };
    let is_at_work =
        |format: Format| newest(known, format).is_some_and(|it| is_lately(asked, it, now));
    let waits = tally.problem.is_some()
        || tally.ahead > 0
        || tally.oldest_age_secs.is_some_and(|age| age >= asked.warn_age);
    !waits && !is_at_work(format) && expected.iter().any(|other| is_at_work(*other))
}

fn is_lately(asked: &Status, run: &RunNote, now: i64) -> bool {
    let age = now.saturating_sub(run.ended_at);
    i64::try_from(asked.warn_success).is_ok_and(|limit| age < limit)
}

//! How is a recording sealed within seconds of its end? Passes over the dialer, one whenever
//! something changes, until the program is told to stop.
//!
//! The folders are watched before each pass lists them, so that nothing comes in between; each pass
//! looks at everything, so that no event that the kernel dropped is missed.

mod events;
mod service;

use crate::cli::Watch;
use crate::config::Config;
use crate::error::RunError;
use crate::pass::Dialer;
use crate::progress::Progress;
use crate::summary::Summary;
use crate::{logging, report};
use events::Events;
use std::collections::HashSet;
use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long a recording must have been still where no flag says so. Its writer has closed it, or the
/// lease is refused; this is for file systems without leases.
const SETTLE: Duration = Duration::from_secs(2);

/// When everything is looked at again without an event: rows that wait, failures, a folder that was
/// not there.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The same while a recording waits for its row, which comes without an event.
const LOOK_FOR_ROW: Duration = Duration::from_secs(2);

/// From the beginning of one pass to that of the next, however many events come.
const LEAST: Duration = Duration::from_secs(1);

/// How long a pass that could not run is not repeated, whatever comes in meanwhile.
const AFTER_ERROR: Duration = Duration::from_secs(10);

/// Watches until it is told to stop: 0 then, 2 if it could not begin.
#[must_use]
pub fn command(asked: &Watch) -> ExitCode {
    match watch(asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::could_not_run(&asked.seal, &error),
    }
}

fn watch(asked: &Watch) -> Result<(), RunError> {
    let mut config = Config::read(&asked.seal)?;
    if config.is_dry_run {
        return Err(RunError::NothingToWatch { what: "watch" });
    }
    config.row_wait = Some(Duration::from_secs(asked.row_wait_secs));
    if !config.is_settle_chosen {
        config.settle = SETTLE;
    }
    let cannot = |source: io::Error| RunError::Watch { source };
    logging::for_service(&config.log, asked.seal.is_verbose());
    let (events, should_stop) = Events::new().map_err(cannot)?;
    let progress = Progress::new(should_stop, service::alive);
    let mut dialer = Dialer::of(&config)?;
    let mut last_begin;
    let mut told = Told::default();
    service::ready();
    while !progress.should_stop() {
        events.watch(&config);
        last_begin = Instant::now();
        let (wait, status) = match pass(&config, &mut dialer, &progress) {
            Ok(mut summary) => {
                let status = told.summary(&config, &mut summary);
                (next_look(&summary), status)
            }
            Err(error) => {
                let status = told.error(&error);
                progress.sleep(AFTER_ERROR);
                (LOOK_AGAIN, status)
            }
        };
        service::status(&status);
        events.wait(wait, &progress).map_err(cannot)?;
        // What comes after an event mostly comes with others.
        progress.sleep(LEAST.saturating_sub(last_begin.elapsed()));
    }
    service::stopping();
    Ok(())
}

fn pass<'c>(
    config: &'c Config,
    dialer: &mut Dialer<'c>,
    progress: &Progress,
) -> Result<Summary, RunError> {
    if !dialer.has_journal() {
        tracing::warn!(
            "The journal was removed while the service ran, and a new one is begun. Links that \
             waited in it stay as they are."
        );
        *dialer = Dialer::of(config)?;
    }
    dialer.pass(progress)
}

fn next_look(summary: &Summary) -> Duration {
    if summary.without_link > 0 { LOOK_FOR_ROW } else { LOOK_AGAIN }
}

/// What was told already: a recording that fails does so at every look.
#[derive(Default)]
struct Told {
    last: HashSet<String>,
}

impl Told {
    /// Tells what is new of a pass; the log in PATHlogs gets a line if something was done.
    fn summary(&mut self, config: &Config, summary: &mut Summary) -> String {
        let now = report::troubles(summary);
        let has_news = now.iter().any(|trouble| !self.last.contains(trouble));
        if has_news || report::has_done_something(summary) {
            report::log(config, summary);
            tracing::info!("{}", report::line(summary));
        }
        now.iter().filter(|it| !self.last.contains(*it)).for_each(|it| tracing::error!("{it}"));
        let warnings = summary.warnings.iter().filter(|it| it.is_news);
        warnings.for_each(|it| tracing::warn!("{}", it.text));
        self.last = now.into_iter().collect();
        report::line(summary)
    }

    fn error(&mut self, error: &RunError) -> String {
        let text = error.to_string();
        if self.last.insert(text.clone()) {
            tracing::error!("{text}");
        }
        text
    }
}

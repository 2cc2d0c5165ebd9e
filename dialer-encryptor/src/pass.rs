//! What is one pass over a dialer? Every format's folders once, then the rows that wait.

use crate::catalog::Catalog;
use crate::catch_up;
use crate::config::Config;
use crate::error::RunError;
use crate::format::Format;
use crate::journal::rows::now_ms;
use crate::journal::{Journal, RunNote};
use crate::leftover;
use crate::one_format::{self, Run};
use crate::pipeline::Early;
use crate::priority;
use crate::progress::Progress;
use crate::recipients;
use crate::summary::Summary;
use shared::recipient::Recipient;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// A connection that nobody used for longer is made anew: the server may have ended it.
const CONNECTION_KEPT: Duration = Duration::from_secs(30);

/// How long is remembered since when a recording waited, once it need not any more.
const EARLY_KEPT: Duration = Duration::from_secs(600);

/// What passes over one dialer have in common.
pub struct Dialer<'c> {
    config: &'c Config,
    journal: Journal,
    catalog: Option<Catalog<'c>>,
    /// Recordings that no row names yet.
    early: Early,
    last_end: Instant,
    /// What is wrong with the machine, said with the first pass.
    warning: Option<String>,
    /// For the first pass: later ones look again, since certificates expire and are replaced.
    found: Option<(Vec<Recipient>, Vec<String>)>,
}

impl<'c> Dialer<'c> {
    /// Finds out whom to seal for, lowers the priority and opens the journal.
    ///
    /// # Errors
    /// When somebody cannot be sealed for, which a journal that is there is told, or the journal
    /// cannot be had.
    pub fn of(config: &'c Config) -> Result<Self, RunError> {
        let found = recipients::find(config).inspect_err(|error| {
            if let Ok(Some(mut journal)) = Journal::open_existing(&config.state_dir) {
                note(&mut journal, config, Err(error));
            }
        })?;
        priority::keep_memory();
        let lowered = priority::lower(config.pace.nice, config.pace.io);
        let warning = lowered.err().map(|error| {
            format!("The priority cannot be lowered ({error}). Check that calls are fine.")
        });
        let mut journal = Journal::open(&config.state_dir)?;
        if config.database.as_ref().is_some_and(|it| it.retry_rows) {
            journal.retry_rows().map_err(journal.failed())?;
        }
        Ok(Self {
            config,
            journal,
            catalog: None,
            early: Early::new(),
            last_end: Instant::now(),
            warning,
            found: Some(found),
        })
    }

    /// Whether the journal is still the file that was opened: one that was removed remembers nothing.
    #[must_use]
    pub fn has_journal(&self) -> bool {
        self.journal.is_there()
    }

    /// Seals what is complete, and brings the rows up to date.
    ///
    /// # Errors
    /// When nothing could be started; no recording was touched then.
    pub fn pass(&mut self, progress: &Progress) -> Result<Summary, RunError> {
        let result = self.sealed(progress);
        note(&mut self.journal, self.config, result.as_ref());
        self.last_end = Instant::now();
        result
    }

    fn sealed(&mut self, progress: &Progress) -> Result<Summary, RunError> {
        let began_ms = now_ms();
        let config = self.config;
        let found = self.found.take().map_or_else(|| recipients::find(config), Ok);
        let (recipients, warnings) = found?;
        let mut summary = Summary::for_recipients(&recipients);
        warnings.into_iter().chain(self.warning.take()).for_each(|it| summary.warn(it));
        if self.catalog.is_none() || self.last_end.elapsed() > CONNECTION_KEPT {
            self.catalog = config.database.as_ref().map(|it| Catalog::new(it, &config.spool));
        }
        let mut names: Vec<String> = recipients.iter().map(Recipient::identity).collect();
        names.sort_unstable();
        let mut parts = Run {
            config,
            recipients: &recipients,
            named: &names.join(" "),
            journal: &mut self.journal,
            catalog: self.catalog.as_mut(),
            early: &mut self.early,
            progress,
            visited: HashSet::new(),
        };
        let mut summary = each_format(config, summary, |format, it| parts.seal_format(format, it))?;
        let visited = parts.visited;
        let most = config.row_wait.unwrap_or_default() + EARLY_KEPT;
        self.early.retain(|_, since| since.elapsed() < most);
        if let Err(error) = leftover::settle(&mut self.journal, &visited) {
            summary.warn(format!("The journal was not updated ({error}). The next run will."));
        }
        if let Some(catalog) = &mut self.catalog {
            catch_up::catch_up(config, &mut self.journal, catalog, began_ms, &mut summary);
        }
        let texts: Vec<&str> = summary.warnings.iter().map(|it| it.text.as_str()).collect();
        // What cannot be written down is said.
        let news = self.journal.news(&texts).unwrap_or_default();
        for (warning, is_news) in summary.warnings.iter_mut().zip(news) {
            warning.is_news = is_news;
        }
        Ok(summary)
    }
}

/// Lists what a pass would seal, and touches nothing.
///
/// # Errors
/// When nothing could be looked at.
pub fn dry_run(config: &Config) -> Result<Summary, RunError> {
    let (recipients, warnings) = recipients::find(config)?;
    let mut summary = Summary::for_recipients(&recipients);
    warnings.into_iter().for_each(|warning| summary.warn(warning));
    each_format(config, summary, |format, it| one_format::dry_run(config, format, it))
}

/// Writes down how a pass ended, for `status`. What cannot be written is no reason to fail: the
/// last success grows old, which is told as well. A pass that found another one at work says nothing:
/// that one may hang.
fn note(journal: &mut Journal, config: &Config, result: Result<&Summary, &RunError>) {
    if result.is_ok_and(|summary| !summary.locked.is_empty()) {
        return;
    }
    let formats: Vec<&str> = config.formats.iter().map(|format| format.name()).collect();
    let kind = format!("seal {}", formats.join(" "));
    let _ = journal.note_run(&match result {
        Ok(summary) => RunNote {
            kind,
            ended_at: now_ms() / 1000,
            succeeded_at: None,
            exit_code: u8::from(!summary.is_ok()),
            done: summary.sealed + summary.recovered + summary.already_sealed,
            failed: summary.failures.len(),
            busy: summary.busy + summary.without_link,
            reason: summary.first_reason(),
        },
        Err(error) => RunNote {
            kind,
            ended_at: now_ms() / 1000,
            succeeded_at: None,
            exit_code: 2,
            done: 0,
            failed: 0,
            busy: 0,
            reason: Some(error.to_string()),
        },
    });
}

/// Does something for each format; only if nothing was done at all could it not run, otherwise the
/// other formats count.
fn each_format(
    config: &Config,
    mut summary: Summary,
    mut work: impl FnMut(Format, &mut Summary) -> Result<(), RunError>,
) -> Result<Summary, RunError> {
    let mut errors = Vec::new();
    for format in &config.formats {
        errors.extend(work(*format, &mut summary).err().map(|error| (*format, error)));
    }
    if errors.len() == config.formats.len() && summary.is_untouched() {
        return Err(errors.swap_remove(0).1);
    }
    errors.iter().for_each(|(format, error)| summary.fail_format(*format, None, error));
    Ok(summary)
}

//! Seals finished VICIdial recordings and never loses one.
//!
//! One run, from the outside in: [`config`] turns flags and `astguiclient.conf` into one checked
//! [`config::Config`]; the recipients are checked before anything is touched; for each format the
//! [`folders`] are opened and locked, [`recover`] repairs what a crash left, [`spool`] lists what
//! is complete, and [`pipeline`] takes it through the steps, whose order it alone knows.

pub mod accounts;
pub mod astguiclient;
pub mod catalog;
pub mod catch_up;
pub mod claim;
pub mod cli;
pub mod commit;
pub mod config;
pub mod database;
pub mod dialer_toml;
pub mod error;
pub mod folders;
pub mod format;
pub mod identity;
pub mod journal;
pub mod lease;
pub mod leftover;
mod linux;
pub mod location;
pub mod naming;
pub mod pipeline;
pub mod priority;
pub mod publish;
pub mod recording_log;
pub mod recover;
pub mod report;
pub mod seal;
pub mod sources;
pub mod spool;
pub mod summary;
pub mod throttle;
pub mod writers;

use catalog::Catalog;
use catch_up::CatchUp;
use cli::Args;
use config::Config;
use error::RunError;
use folders::Folders;
use format::Format;
use journal::Journal;
use journal::rows::now_ms;
use pipeline::{Parts, Pipeline};
use shared::certs::Certificates;
use shared::recipient::{Recipient, Spec};
use shared::recording::escaped;
use sources::Source;
use spool::Spool;
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::SystemTime;
use summary::Summary;

/// Reads the configuration that `args` name, then [`run`]s.
///
/// # Errors
/// When nothing could be started; no recording was touched then.
pub fn run_with(args: &Args) -> Result<Summary, RunError> {
    let config = Config::read(args)?;
    let mut summary = run(&config)?;
    report::log(&config, &mut summary);
    Ok(summary)
}

/// Seals what is complete in the folders of every format asked for, and brings the rows of
/// `recording_log` up to date.
///
/// # Errors
/// When nothing could be started; no recording was touched then.
pub fn run(config: &Config) -> Result<Summary, RunError> {
    let began_ms = now_ms();
    let (recipients, warnings) = recipients(config)?;
    let mut summary = Summary::for_recipients(&recipients);
    warnings.into_iter().for_each(|warning| summary.warn(warning));
    if config.is_dry_run {
        return each_format(config, summary, |format, summary| dry_run(config, format, summary));
    }
    priority::keep_memory();
    if let Err(error) = priority::lower(config.pace.nice, config.pace.io) {
        summary
            .warn(format!("The priority cannot be lowered ({error}). Check that calls are fine."));
    }
    let mut journal = Journal::open(&config.state_dir)?;
    if config.database.as_ref().is_some_and(|it| it.retry_rows) {
        journal.retry_rows().map_err(journal.failed())?;
    }
    let mut catalog = config.database.as_ref().map(|it| Catalog::new(it, &config.spool));
    let mut names: Vec<String> = recipients.iter().map(Recipient::identity).collect();
    names.sort_unstable();
    let mut parts = Run {
        config,
        recipients: &recipients,
        named: &names.join(" "),
        journal: &mut journal,
        catalog: catalog.as_mut(),
        visited: HashSet::new(),
    };
    let mut summary = each_format(config, summary, |format, it| parts.seal_format(format, it))?;
    let visited = parts.visited;
    if let Err(error) = leftover::settle(&mut journal, &visited) {
        summary.warn(format!("The journal was not updated ({error}). The next run will."));
    }
    if let Some(catalog) = &mut catalog {
        catch_up(config, &mut journal, catalog, began_ms, &mut summary);
    }
    let texts: Vec<&str> = summary.warnings.iter().map(|it| it.text.as_str()).collect();
    // What cannot be written down is said.
    let news = journal.news(&texts).unwrap_or_default();
    for (warning, is_news) in summary.warnings.iter_mut().zip(news) {
        warning.is_news = is_news;
    }
    Ok(summary)
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

/// Every recipient asked for, and what is worth a look: what could not be read among the files named
/// by flags, secret keys, and who expires soon. Or an error that names each one that is missing.
fn recipients(config: &Config) -> Result<(Vec<Recipient>, Vec<String>), RunError> {
    let mut certificates = Certificates::default();
    for path in &config.certificates {
        certificates.add_path(path)?;
    }
    // What an old keyring holds besides is no news; what was named today is, and a revocation may
    // be among what could not be read.
    let unread =
        certificates.problems.iter().map(|why| format!("A certificate was not read: {why}"));
    let mut warnings: Vec<String> = unread.collect();
    if let Some(home) = &config.gnupg_home {
        certificates.add_gnupg_home(home)?;
    }
    let mut found: Vec<Recipient> = Vec::new();
    let mut refused = Vec::new();
    for asked in &config.recipients {
        match Spec::parse(asked).and_then(|spec| Recipient::find(&spec, &certificates)) {
            // One person named twice is still one recipient.
            Ok(new) if found.iter().any(|one| one.fingerprint() == new.fingerprint()) => {}
            Ok(new) => found.push(new),
            Err(error) => refused.push(error),
        }
    }
    if refused.is_empty() {
        warnings.extend(certificates.secret_key_warnings());
        warnings.extend(found.iter().filter_map(|one| one.expiry_warning(SystemTime::now())));
        return Ok((found, warnings));
    }
    Err(RunError::Recipients { refused, unread: certificates.problems })
}

fn dry_run(config: &Config, format: Format, summary: &mut Summary) -> Result<(), RunError> {
    let mut left = config.max_files;
    let base = folders::open_source(config, format)?;
    for source in sources::of(base, format, config, summary)? {
        let mut spool = Spool::new(&source.folder, format, HashSet::new());
        loop {
            let names = spool.next_names()?;
            if names.is_empty() {
                break;
            }
            let now = names.len().min(left);
            left -= now;
            summary.left_for_next_run += names.len() - now;
            summary.would_seal.extend(names.into_iter().take(now));
        }
    }
    Ok(())
}

/// What all formats of a run share.
struct Run<'a, 'c> {
    config: &'a Config,
    recipients: &'a [Recipient],
    /// The recipients as the journal writes them.
    named: &'a str,
    journal: &'a mut Journal,
    catalog: Option<&'a mut Catalog<'c>>,
    /// The folders that this run has looked after.
    visited: HashSet<PathBuf>,
}

impl Run<'_, '_> {
    fn seal_format(&mut self, format: Format, summary: &mut Summary) -> Result<(), RunError> {
        let base = folders::open_source(self.config, format)?;
        let Some(_lock) = folders::lock(&base)? else {
            summary.locked.push(format);
            return Ok(());
        };
        let mut left = self.config.max_files;
        let mut failed = None;
        for source in sources::of(base, format, self.config, summary)? {
            let day = source.day.clone();
            self.visited.insert(source.folder.path.clone());
            match (self.seal_source(format, source, &mut left, summary), day) {
                (Ok(()), _) => {}
                (Err(error), Some(day)) => summary.fail_format(format, Some(&day), &error),
                (Err(error), None) => failed = Some(error),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn seal_source(
        &mut self,
        format: Format,
        source: Source,
        left: &mut usize,
        summary: &mut Summary,
    ) -> Result<(), RunError> {
        if self.is_idle(format, &source)? {
            return Ok(());
        }
        let Source { folder, day, .. } = source;
        let folders = Folders::prepare(self.config, format, folder, day.as_deref())?;
        let stuck = recover::repair(&folders, self.journal, self.named, summary)?;
        let pipeline = Pipeline::new(Parts {
            config: self.config,
            folders: &folders,
            recipients: self.recipients,
            fingerprints: self.named,
            journal: self.journal,
            catalog: self.catalog.as_deref_mut(),
            left: *left,
            summary,
        });
        *left = pipeline.run(Spool::new(&folders.source, format, stuck))?;
        if day.is_some() {
            folders.tidy();
        }
        Ok(())
    }

    /// Whether there is nothing to do for a day, which then costs no sync.
    fn is_idle(&self, format: Format, source: &Source) -> Result<bool, RunError> {
        if source.day.is_none() || source.is_unfinished {
            return Ok(false);
        }
        let open = self.journal.unfinished(source.folder.path.as_os_str());
        let is_finished = open.map_err(self.journal.failed())?.is_empty();
        let spool = Spool::new(&source.folder, format, HashSet::new());
        Ok(is_finished && spool.count_left()? == 0)
    }
}

/// The rows that earlier runs could not change, and those that somebody changed back. Sealing
/// comes first: it is what frees the spool, and needs no database.
fn catch_up(
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

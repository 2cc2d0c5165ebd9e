//! Seals finished VICIdial recordings and never loses one.
//!
//! One run, from the outside in: [`config`] turns flags and `astguiclient.conf` into one checked
//! [`config::Config`]; the [`recipients`] are checked before anything is touched; for each format
//! ([`one_format`]) the [`folders`] are opened and locked, [`recover`] repairs what a crash left,
//! [`spool`] lists what is complete, and [`pipeline`] takes it through the steps, whose order it
//! alone knows; at the end [`catch_up`] writes the links that still wait.

pub mod accounts;
pub mod astguiclient;
pub mod catalog;
pub mod catch_up;
pub mod check;
pub mod claim;
pub mod cli;
pub mod command;
pub mod commit;
pub mod completions;
pub mod config;
pub mod database;
pub mod deliver;
pub mod dialer_toml;
pub mod error;
pub mod folders;
pub mod format;
pub mod identity;
pub mod install;
pub mod journal;
pub mod lease;
pub mod leftover;
mod linux;
pub mod location;
pub mod manual;
pub mod naming;
pub mod one_format;
pub mod pipeline;
pub mod priority;
pub mod publish;
pub mod recipients;
pub mod recording_log;
pub mod recover;
pub mod report;
pub mod seal;
pub mod sources;
pub mod spool;
pub mod status;
pub mod summary;
pub mod throttle;
pub mod watch;
pub mod writers;

use catalog::Catalog;
use cli::Seal;
use config::Config;
use error::RunError;
use format::Format;
use journal::Journal;
use journal::rows::now_ms;
use one_format::Run;
use shared::recipient::Recipient;
use std::collections::HashSet;
use summary::Summary;

/// Reads the configuration that `args` name, then [`run`]s.
///
/// # Errors
/// When nothing could be started; no recording was touched then.
pub fn run_with(args: &Seal) -> Result<Summary, RunError> {
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
    let (recipients, warnings) = recipients::find(config)?;
    let mut summary = Summary::for_recipients(&recipients);
    warnings.into_iter().for_each(|warning| summary.warn(warning));
    if config.is_dry_run {
        return each_format(config, summary, |format, summary| {
            one_format::dry_run(config, format, summary)
        });
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
        catch_up::catch_up(config, &mut journal, catalog, began_ms, &mut summary);
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

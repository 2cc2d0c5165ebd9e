//! Seals finished VICIdial recordings and never loses one.
//!
//! One run, from the outside in: [`config`] turns flags and `astguiclient.conf` into one checked
//! [`config::Config`]; the recipients are checked before anything is touched; for each format the
//! [`folders`] are opened and locked, [`recover`] repairs what a crash left, [`spool`] lists what
//! is complete, and [`pipeline`] takes it through the steps, whose order it alone knows.

pub mod astguiclient;
pub mod claim;
pub mod cli;
pub mod config;
pub mod error;
pub mod folders;
pub mod format;
pub mod identity;
pub mod journal;
pub mod lease;
pub mod naming;
pub mod pipeline;
pub mod publish;
pub mod recover;
pub mod report;
pub mod spool;
pub mod summary;
pub mod writers;

use cli::Args;
use config::Config;
use error::RunError;
use folders::Folders;
use format::Format;
use journal::Journal;
use pipeline::Pipeline;
use shared::certs::Certificates;
use shared::recipient::{Recipient, Spec};
use spool::Spool;
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

/// Seals what is complete in the folders of every format asked for.
///
/// # Errors
/// When nothing could be started; no recording was touched then.
pub fn run(config: &Config) -> Result<Summary, RunError> {
    let (recipients, unread) = recipients(config)?;
    let mut summary = Summary::for_recipients(&recipients);
    // A revocation may be among what could not be read.
    unread.into_iter().for_each(|why| summary.warn(format!("A certificate was not read: {why}")));
    let mut errors = Vec::new();
    for format in &config.formats {
        let result = if config.is_dry_run {
            dry_run(config, *format, &mut summary)
        } else {
            seal_format(config, *format, &recipients, &mut summary)
        };
        errors.extend(result.err().map(|error| (*format, error)));
    }
    // Only if nothing was done at all could it not run; otherwise the other formats count.
    if errors.len() == config.formats.len() && summary.is_untouched() {
        return Err(errors.swap_remove(0).1);
    }
    errors.iter().for_each(|(format, error)| summary.fail_format(*format, error));
    Ok(summary)
}

/// Every recipient asked for, and what could not be read among the files named by flags; or an
/// error that names each one that is missing.
fn recipients(config: &Config) -> Result<(Vec<Recipient>, Vec<String>), RunError> {
    let mut certificates = Certificates::default();
    for path in &config.certificates {
        certificates.add_path(path)?;
    }
    // What an old keyring holds besides is no news; what was named today is.
    let unread = certificates.problems.clone();
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
        return Ok((found, unread));
    }
    Err(RunError::Recipients { refused, unread: certificates.problems })
}

fn dry_run(config: &Config, format: Format, summary: &mut Summary) -> Result<(), RunError> {
    let source = folders::open_source(config, format)?;
    let spool = Spool::list(&source, format)?;
    summary.left_for_next_run += spool.names.len().saturating_sub(config.max_files);
    summary.would_seal.extend(spool.names.into_iter().take(config.max_files));
    Ok(())
}

fn seal_format(
    config: &Config,
    format: Format,
    recipients: &[Recipient],
    summary: &mut Summary,
) -> Result<(), RunError> {
    let source = folders::open_source(config, format)?;
    let Some(lock) = folders::lock(&source)? else {
        summary.locked.push(format);
        return Ok(());
    };
    let folders = Folders::prepare(config, format, source, lock)?;
    let mut journal = Journal::open(&config.state_dir)?;
    let mut named: Vec<String> = recipients.iter().map(Recipient::identity).collect();
    named.sort_unstable();
    let named = named.join(" ");
    recover::repair(&folders, &mut journal, &named, summary)?;
    let spool = Spool::list(&folders.source, format)?;
    Pipeline::new(config, &folders, &mut journal, recipients, &named, summary).run(spool);
    Ok(())
}

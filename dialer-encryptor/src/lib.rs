//! Seals finished VICIdial recordings and never loses one.
//!
//! One run, from the outside in: [`config`] turns flags and `astguiclient.conf` into one checked
//! [`config::Config`]; the [`recipients`] are checked before anything is touched; for each format
//! ([`one_format`]) the [`folders`] are opened and locked, [`recover`] repairs what a crash left,
//! [`spool`] lists what is complete, and [`pipeline`] takes it through the steps, whose order it
//! alone knows; at the end [`catch_up`] writes the links that still wait. That is one [`pass`];
//! cron starts the program for each, and [`watch`] makes one whenever something changes.

pub mod accounts;
pub mod astguiclient;
pub mod backlog;
pub mod catalog;
pub mod catch_up;
pub mod check;
pub mod claim;
pub mod cli;
pub mod command;
pub mod commit;
pub mod completions;
pub mod config;
pub mod crontab;
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
pub mod logging;
pub mod manual;
pub mod naming;
pub mod one_format;
pub mod pass;
pub mod pipeline;
pub mod plaintext;
pub mod priority;
pub mod progress;
pub mod publish;
pub mod recipients;
pub mod recording_log;
pub mod recover;
pub mod replace;
pub mod report;
pub mod seal;
pub mod sources;
pub mod spool;
pub mod status;
pub mod summary;
pub mod tally;
pub mod throttle;
pub mod watch;
pub mod writers;

use cli::Seal;
use config::Config;
use error::RunError;
use pass::Dialer;
use progress::Progress;
use summary::Summary;

/// Reads the configuration that `args` name, then [`run`]s.
///
/// # Errors
/// When nothing could be started; no recording was touched then.
pub fn run_with(args: &Seal) -> Result<Summary, RunError> {
    let config = Config::read(args)?;
    if !config.is_dry_run {
        logging::for_run(&config.log, args.is_verbose());
    }
    let mut summary = run(&config).inspect_err(|error| tracing::error!("{error}"))?;
    report::log(&config, &mut summary);
    Ok(summary)
}

/// Seals what is complete in the folders of every format asked for, and brings the rows of
/// `recording_log` up to date.
///
/// # Errors
/// When nothing could be started; no recording was touched then.
pub fn run(config: &Config) -> Result<Summary, RunError> {
    if config.is_dry_run {
        pass::dry_run(config)
    } else {
        Dialer::of(config)?.pass(&Progress::default())
    }
}

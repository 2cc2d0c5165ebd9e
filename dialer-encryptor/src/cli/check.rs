//! Which flags does `check` take?

use super::Seal;
use std::path::PathBuf;

/// What `check` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Put it behind the program's name in the crontab line, whose flags are checked as \
    they stand. Without flags it goes by /etc/callseal/dialer.toml and the lines of the crontab.\n\n\
    Exit codes: 0 all is well, 1 recordings would be sealed, but something should be looked at, 2 \
    recordings would not be sealed, or may be lost."
)]
pub struct Check {
    /// What the crontab line says: its flags are checked as they stand.
    #[command(flatten)]
    pub seal: Seal,

    /// Follow the newest call through spool, sealed file, row and link
    #[arg(long)]
    pub last: bool,

    /// A link of recording_log: look at what the web server answers
    #[arg(long, value_name = "LINK")]
    pub url: Option<String>,

    /// A crontab file instead of root's own and those of the system
    #[arg(long, value_name = "FILE")]
    pub crontab: Option<PathBuf>,
}

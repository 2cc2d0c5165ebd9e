//! Which flags does `check` take?

use super::Seal;

/// What `check` is told.
#[derive(Debug, clap::Args)]
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
}

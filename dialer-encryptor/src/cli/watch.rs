//! Which flags does `watch` take?

use super::Seal;

/// What `watch` is told.
#[derive(Debug, clap::Args)]
pub struct Watch {
    /// As for a run of sealing.
    #[command(flatten)]
    pub seal: Seal,

    /// How long to wait for the row of a recording to name it, since the stock scripts write that
    /// after the recording itself
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(0..=30))]
    pub row_wait_secs: u64,
}

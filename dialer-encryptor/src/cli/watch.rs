//! Which flags does `watch` take?

use super::Seal;

/// What `watch` is told.
#[derive(Debug, clap::Args)]
pub struct Watch {
    /// As for a run of sealing.
    #[command(flatten)]
    pub seal: Seal,
}

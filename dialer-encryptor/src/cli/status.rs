//! Which flags does `status` take?

use super::Seal;

/// What `status` is told.
#[derive(Debug, clap::Args)]
pub struct Status {
    /// Where everything is, as for sealing.
    #[command(flatten)]
    pub seal: Seal,
}

//! Which flags does `deliver` take, in the new spelling and in that of the stock step 3?

use std::path::PathBuf;

/// What `deliver` is told.
#[derive(Debug, clap::Args)]
pub struct Deliver {
    /// VICIdial's configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/astguiclient.conf")]
    pub conf: PathBuf,
}

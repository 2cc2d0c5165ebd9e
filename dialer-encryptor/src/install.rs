//! How do the crontab lines of steps 2 and 3 change, and change back?

use crate::cli::{Install, Uninstall};
use std::process::ExitCode;

/// Does it, and gives the exit code.
#[must_use]
pub fn install(_asked: &Install) -> ExitCode {
    ExitCode::from(2)
}

/// Does it, and gives the exit code.
#[must_use]
pub fn uninstall(_asked: &Uninstall) -> ExitCode {
    ExitCode::from(2)
}

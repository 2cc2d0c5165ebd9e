//! How is a recording sealed within seconds of its end?

use crate::cli::Watch;
use std::process::ExitCode;

/// Does it, and gives the exit code.
#[must_use]
pub fn command(_asked: &Watch) -> ExitCode {
    ExitCode::from(2)
}

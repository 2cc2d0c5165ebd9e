//! How much waits, what failed, when did it last go well?

use crate::cli::Status;
use std::process::ExitCode;

/// Does it, and gives the exit code.
#[must_use]
pub fn command(_asked: &Status) -> ExitCode {
    ExitCode::from(2)
}

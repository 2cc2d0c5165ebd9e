//! What does the manual say? Pages made from the flags.

use crate::cli::Manual;
use std::process::ExitCode;

/// Does it, and gives the exit code.
#[must_use]
pub fn command(_asked: &Manual) -> ExitCode {
    ExitCode::from(2)
}

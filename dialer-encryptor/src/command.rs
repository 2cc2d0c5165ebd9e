//! Which part of the program does a command line mean?

use crate::cli::{Cli, Command};
use crate::{check, completions, deliver, install, manual, report, status, watch};
use std::process::ExitCode;

/// Does what was asked for; each part prints its own result.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    match &cli.command {
        None => report::finish(&cli.seal, crate::run_with(&cli.seal)),
        Some(Command::Check(asked)) => check::command(asked),
        Some(Command::Status(asked)) => status::command(asked),
        Some(Command::Deliver(asked)) => deliver::command(asked),
        Some(Command::Watch(asked)) => watch::command(asked),
        Some(Command::Install(asked)) => install::install(asked),
        Some(Command::Uninstall(asked)) => install::uninstall(asked),
        Some(Command::Manual(asked)) => manual::command(asked),
        Some(Command::Completions(asked)) => completions::command(asked),
    }
}

//! The workstation's program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    workstation_app::run(&workstation_app::cli::Cli::parse())
}

//! The workstation's program: parse, run, exit code.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    workstation_app::attach_console();
    workstation_app::run(&workstation_app::cli::Cli::parse())
}

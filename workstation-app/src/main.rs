//! The workstation's program: parse, run, exit code.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::alloc::System;
use std::process::ExitCode;

use clap::Parser;
use zeroizing_alloc::ZeroAlloc;

/// Engines, decoders and toolkits copy what they work on: whatever anybody frees is overwritten.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    workstation_app::attach_console();
    workstation_app::run(&workstation_app::cli::Cli::parse())
}

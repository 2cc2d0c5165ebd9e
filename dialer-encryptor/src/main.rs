//! Starts the dialer's encryptor: read the flags, run, print, leave with the exit code.

use dialer_encryptor::{cli, report};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(args) => report::finish(&args, dialer_encryptor::run_with(&args)),
        Err(early) => report::usage(&early),
    }
}

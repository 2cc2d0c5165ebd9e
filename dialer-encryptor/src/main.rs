//! Starts the dialer's encryptor: read the flags, do it, leave with the exit code.

use dialer_encryptor::{cli, command, report};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(cli) => command::run(&cli),
        Err(early) => report::usage(&early),
    }
}

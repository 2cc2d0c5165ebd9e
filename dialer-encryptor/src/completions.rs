//! What does a shell need to complete the flags?

use crate::cli::{Cli, Completions};
use clap::CommandFactory;
use std::io::{self, Write};
use std::process::ExitCode;

/// Prints it, and gives the exit code.
#[must_use]
pub fn command(asked: &Completions) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(asked.shell, &mut Cli::command(), "dialer-encryptor", &mut text);
    let text = mended(&String::from_utf8_lossy(&text));
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// For bash, clap_complete 4.6 gives the commands of a program with a dash in its name two names that
/// are not the same, and offers nothing behind a command then.
fn mended(text: &str) -> String {
    text.replace("dialer__subcmd__encryptor", "dialer__encryptor")
}

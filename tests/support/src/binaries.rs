//! Where are the programs that this build has just made?

use std::path::PathBuf;

use crate::{Outcome, fail};

/// A program of this workspace, from the folder that the running test was built into.
///
/// Cargo names the binary of a test's own package by `CARGO_BIN_EXE_*`; this finds the others.
pub fn beside(name: &str) -> Outcome<PathBuf> {
    let running = std::env::current_exe()?;
    let found =
        running.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|it| it.is_file());
    match found {
        Some(path) => Ok(path),
        None => fail!("{name} is not built: run `cargo build --workspace --bins --locked` first"),
    }
}

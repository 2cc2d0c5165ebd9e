//! How is the program asked without a window? With no other program within its reach.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::common::fixture;

/// What every JSON answer of `--check` has.
pub const KEYS_IN_JSON: [&str; 16] = [
    "ok",
    "problem",
    "message",
    "sealed_to",
    "key",
    "integrity",
    "sha256",
    "codec",
    "duration_ms",
    "unlock_ms",
    "decrypt_ms",
    "decode_ms",
    "signed_by",
    "held",
    "detail",
    "file",
];

/// Runs it with an empty PATH, and gives it `input`.
pub fn program(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_workstation-app"));
    command.args(arguments);
    finish(alone(command, data).env("PATH", ""), input)
}

/// Lets it see nothing of this desktop.
pub fn alone(mut command: Command, data: &Path) -> Command {
    command.env("CALLSEAL_DATA_DIR", data).env("GNUPGHOME", "/nonexistent");
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

/// Runs it to its end.
pub fn finish(command: &mut Command, input: &str) -> Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // A program that needs no passphrase may be gone already.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

/// The exit code and the answer of `--check --json`.
pub fn checked(data: &Path, file: &Path, passphrase: &str) -> (Option<i32>, Value) {
    let file = file.to_str().unwrap();
    answer(&program(data, &["--check", file, "--passphrase-fd", "0", "--json"], passphrase))
}

/// The exit code and the answer in what `--check --json` printed.
pub fn answer(output: &Output) -> (Option<i32>, Value) {
    let json: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    for key in KEYS_IN_JSON {
        assert!(json.get(key).is_some(), "{key} is missing: {json}");
    }
    (output.status.code(), json)
}

/// What it printed.
pub fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// A message of the fixtures.
pub fn message(name: &str) -> PathBuf {
    fixture("messages").join(name)
}

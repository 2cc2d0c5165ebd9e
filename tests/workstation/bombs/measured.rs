//! What does the real program answer, how long does it take, and how much memory at its peak?

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::failure::Context;
use support::process::{finish_with_input, output_of, tool};
use support::{Failure, Outcome, ensure};
use tempfile::TempDir;

/// The most that may be held at any time, in KiB: 100 MB.
const PEAK_KIB: u64 = 100_000_000 / 1024;

/// On a machine that has other things to do, with a program that is not built for speed.
const PATIENCE: Duration = Duration::from_secs(40);

/// The key of the fixtures that [`support::sealing`] seals for.
const KEY: &str = "cv25519.secret.pgp";

/// Of every key and message here.
pub const PASSPHRASE: &str = "correct horse";

/// A workstation with one key.
pub struct Workstation {
    folder: TempDir,
}

impl Workstation {
    /// One that holds the key that messages here are sealed for.
    pub fn new() -> Outcome<Workstation> {
        let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp/keys");
        Workstation::with_key(&fs::read(key.join(KEY))?)
    }

    /// One that holds another key.
    pub fn with_key(key: &[u8]) -> Outcome<Workstation> {
        let workstation = Workstation { folder: tempfile::tempdir()? };
        let file = workstation.file(key)?;
        let (_, said) = workstation.run(&["--import-key".as_ref(), &file])?;
        ensure!(said.contains("  "), "the key was not imported: {said}");
        Ok(workstation)
    }

    /// Fails unless the message is answered with this word of the contract.
    pub fn expect(&self, what: &str, message: &[u8], word: &str) -> Outcome {
        let file = self.file(message)?;
        self.expect_file(what, &file, word)
    }

    /// The same for a file that is there already.
    pub fn expect_file(&self, what: &str, file: &Path, word: &str) -> Outcome {
        let arguments = ["--json", "--passphrase-fd", "0", "--check"].map(Path::new);
        let (code, said) = self.run(&[&arguments[..], &[file]].concat()).context(what)?;
        let report: Value = serde_json::from_str(&said).context(format!("{what}: {said}"))?;
        let answered = report.get("problem").and_then(Value::as_str);
        ensure!(answered == Some(word), "{what}: {said}");
        let message = report.get("message").and_then(Value::as_str).unwrap_or_default();
        ensure!(code == Some(1) && message.ends_with('.'), "{what}: exit {code:?}, {said}");
        Ok(())
    }

    /// A file that is refused as a key.
    pub fn expect_no_key(&self, what: &str, key: &[u8]) -> Outcome {
        let file = self.file(key)?;
        let (code, said) = self.run(&["--import-key".as_ref(), &file]).context(what)?;
        ensure!(code == Some(1), "{what}: exit {code:?}, {said}");
        Ok(())
    }

    fn file(&self, octets: &[u8]) -> Outcome<PathBuf> {
        let file = self.folder.path().join("file.pgp");
        fs::write(&file, octets)?;
        Ok(file)
    }

    /// Exit code and standard output, unless it took too long or too much.
    fn run(&self, arguments: &[&Path]) -> Outcome<(Option<i32>, String)> {
        let peak = self.folder.path().join("peak");
        let mut command = tool("timeout")?;
        command.args(["--signal=KILL", &PATIENCE.as_secs().to_string()]);
        command.arg(tool("time")?.get_program()).args(["--format", "%M", "--output"]).arg(&peak);
        command.arg(env!("CARGO_BIN_EXE_workstation-app"));
        command.arg("--data-dir").arg(self.folder.path().join("data")).args(arguments);
        let started = Instant::now();
        let finished = finish_with_input(&mut command, PASSPHRASE.as_bytes())?;
        let took = started.elapsed();
        ensure!(!matches!(finished.code, None | Some(137)), "no answer in {took:?}");
        // A program that a signal ended is told in a line of its own before the figure.
        let peak = fs::read_to_string(&peak)?;
        let figure = peak.lines().last().and_then(|line| line.parse().ok());
        let peak_kib: u64 = figure.ok_or_else(|| Failure::new(format!("no figure: {peak}")))?;
        ensure!(peak_kib < PEAK_KIB, "{peak_kib} KiB at its peak: {}", finished.text());
        Ok((finished.code, finished.text()))
    }
}

/// Runs gpg's part of a bomb where a shell is shorter: `script` gets a folder as its first argument.
pub fn shell(script: &str, folder: &Path) -> Outcome {
    output_of(tool("bash")?.args(["-euo", "pipefail", "-c", script, "bash"]).arg(folder)).map(drop)
}

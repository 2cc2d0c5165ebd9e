//! What does a computer have on which the program meets a GnuPG?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};
use support::process::finish_with_input;

use crate::common::{data_folder_with, fixture};

/// A computer of which only the search path and the GnuPG home matter.
pub struct Computer {
    /// The workstation's own data.
    pub data: tempfile::TempDir,
    /// Where programs put what they need for a while.
    pub temporary: tempfile::TempDir,
    /// Where programs are looked for.
    pub search_path: PathBuf,
    /// Where GnuPG's own keys are.
    pub gnupg_home: PathBuf,
}

impl Computer {
    /// One that holds these keys of the fixtures.
    pub fn with_keys(keys: &[&str]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let gnupg_home = temporary.path().join("gnupg");
        Self { data: data_folder_with(keys), search_path: "/usr/bin".into(), gnupg_home, temporary }
    }

    /// With a program in the place of gpg.
    pub fn with_gpg(mut self, script: &str) -> Self {
        self.search_path = self.temporary.path().join("bin");
        fs::create_dir(&self.search_path).unwrap();
        let program = self.search_path.join("gpg");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// The answer for one file.
    pub fn check(&self, file: &Path, passphrase: &str) -> Value {
        self.check_all(&[file], passphrase).pop().unwrap()
    }

    /// The answers for several files of one run.
    pub fn check_all(&self, files: &[&Path], passphrase: &str) -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workstation-app"));
        command.arg("--data-dir").arg(self.data.path()).arg("--check").args(files);
        command.args(["--passphrase-fd", "0", "--json"]).env_clear();
        command.env("PATH", &self.search_path).env("GNUPGHOME", &self.gnupg_home);
        command.env("TMPDIR", self.temporary.path());
        let finished = finish_with_input(&mut command, passphrase.as_bytes()).unwrap();
        let text = finished.text();
        let answers: Result<_, _> = serde_json::Deserializer::from_str(&text).into_iter().collect();
        answers.unwrap_or_else(|_| panic!("{}", finished.stderr))
    }

    /// What is wrong, or the digest of what was sealed.
    pub fn word(&self, file: &Path, passphrase: &str) -> String {
        let answer = self.check(file, passphrase);
        answer["problem"].as_str().map_or_else(|| digest(&answer), str::to_owned)
    }
}

/// The digest of what was opened.
pub fn digest(answer: &Value) -> String {
    answer["sha256"].as_str().unwrap_or_default().to_owned()
}

/// A message of the fixtures.
pub fn message(name: &str) -> PathBuf {
    fixture("messages").join(name)
}

/// The digest of what is sealed in most of them.
pub fn plain_digest() -> String {
    let plain = fs::read(fixture("plain.mp3")).unwrap();
    Sha256::digest(plain).iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Keys that only GnuPG can use, and a message for each.
pub const SPECIAL: [(&str, &str); 2] = [
    ("brainpoolP256r1.secret.pgp", "gpg22-brainpoolP256r1.pgp"),
    ("dsaelg.secret.pgp", "gpg22-dsaelg.pgp"),
];

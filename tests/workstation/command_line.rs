//! Does the command line take what makes sense, and say in words what does not?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "asked.rs"]
mod asked;
#[path = "common.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use asked::{checked, message, program, text};
use common::{PASSPHRASE, data_folder_with, fixture, run};
use serde_json::Value;
use workstation_app::texts::{self, FailureKind};

#[test]
fn what_cannot_run_ends_with_two() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let good = message("gpg22-cv25519.pgp");
    let good = good.to_str().unwrap();
    let fifo = data.path().join("fifo");
    run("mkfifo", &[fifo.to_str().unwrap()]);
    let folder = data.path().to_str().unwrap();
    for (arguments, expected) in [
        (vec!["--check", "/no/such/file", "--json"], "There is no such file"),
        (vec!["--check", folder], "This is not a file"),
        (vec!["--check", fifo.to_str().unwrap()], "This is not a file"),
        (vec!["--check", good], "--passphrase-fd 0"),
        (vec!["--check", good, "--passphrase-fd", "77"], "descriptor 77"),
        (vec!["--json"], "--check"),
        (vec!["--check", good, "--import-key", good], "cannot be used with"),
    ] {
        let output = program(data.path(), &arguments, PASSPHRASE);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(expected), "{arguments:?}: {}", text(&output.stderr));
    }
    let output = program(data.path(), &["--check", "/no/such/file", "--json"], "");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (json.get("ok"), json.get("problem")),
        (Some(&Value::Bool(false)), Some(&Value::Null))
    );
}

#[test]
fn keys_that_cannot_be_read_are_no_missing_key() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("keys"), b"a file where the folder should be").unwrap();
    let file = message("gpg22-cv25519.pgp");
    let output = program(data.path(), &["--check", file.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(2));
    let complaint = text(&output.stderr);
    let title = texts::words(FailureKind::KeysUnreadable).title;
    assert!(complaint.starts_with(title) && complaint.contains("/keys"), "{complaint}");
}

#[test]
fn several_files_are_answered_in_turn_with_one_passphrase_and_keys_that_stay_unlocked() {
    let data = data_folder_with(&["cv25519.secret.pgp", "rsa3072.secret.asc"]);
    let names = ["gpg22-cv25519.pgp", "bad-html.pgp", "gpg22-cv25519.pgp", "gpg22-rsa3072.pgp"];
    let files: Vec<String> =
        names.iter().map(|name| message(name).to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["--check"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["--passphrase-fd", "0", "--json"]);
    let output = program(data.path(), &arguments, PASSPHRASE);
    assert_eq!(output.status.code(), Some(1), "one of them does not open");
    let answers: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<&str> = answers.iter().map(|answer| answer["file"].as_str().unwrap()).collect();
    assert_eq!(told, files);
    let opened: Vec<bool> = answers.iter().map(|answer| answer["ok"] == true).collect();
    assert_eq!(opened, [true, false, true, true]);
}

#[test]
fn checking_writes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let home = tempfile::tempdir().unwrap();
    let file = message("gpg22-passphrase-only.pgp");
    let status = Command::new("sh")
        .args(["-c", "printf 'correct horse' | \"$0\" --check \"$1\" --passphrase-fd 0 >/dev/null"])
        .args([Path::new(env!("CARGO_BIN_EXE_workstation-app")), &file])
        .env("CALLSEAL_DATA_DIR", data.path())
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .status()
        .unwrap();
    assert!(status.success());
    for folder in [data.path(), home.path()] {
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    }
}

#[test]
fn import_names_each_key_and_the_flag_beats_the_environment() {
    let (environment, flag) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = fixture("keys/gpg24.secret.pgp");
    let arguments =
        ["--import-key", key.to_str().unwrap(), "--data-dir", flag.path().to_str().unwrap()];
    let output = program(environment.path(), &arguments, "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let line = text(&output.stdout);
    assert_eq!(
        line,
        "gpg24 default <gpg24@field.example>  DD7DC64DA80FBE21CE0B22C3E9F05EB3B8269F27\n"
    );
    assert_eq!(std::fs::read_dir(environment.path()).unwrap().count(), 0);
    let (code, _) = checked(flag.path(), &message("gpg22-cv25519.pgp"), PASSPHRASE);
    assert_eq!(code, Some(1), "another key does not open it");
}

#[test]
fn import_refuses_in_two_sentences() {
    let data = tempfile::tempdir().unwrap();
    for file in [
        fixture("keys/cv25519.cert.pgp"),
        message("bad-random.pgp"),
        message("bad-empty.pgp"),
        PathBuf::from("/no/such/file"),
        data.path().to_owned(),
    ] {
        let output = program(data.path(), &["--import-key", file.to_str().unwrap()], "");
        assert_eq!(output.status.code(), Some(1), "{}", file.display());
        let complaint = text(&output.stderr);
        assert!(complaint.contains(". ") && complaint.lines().count() == 1, "{complaint}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_window_without_a_desktop_is_explained() {
    let data = tempfile::tempdir().unwrap();
    let output = program(data.path(), &[], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("No window can be shown here"));
}

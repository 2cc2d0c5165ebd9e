//! Does `--check` say truly, and in the agreed words, whether this workstation opens a file?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "asked.rs"]
mod asked;
#[path = "common.rs"]
mod common;

use asked::{checked, message, program, text};
use common::{PASSPHRASE, data_folder_with, fixture, sealed_by_passphrase};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::decrypt::Problem;
use workstation_app::texts::{self, FailureKind, Words};

/// Both sentences of the table.
fn message_of(kind: FailureKind) -> String {
    let Words { title, advice, .. } = texts::words(kind);
    format!("{title}. {advice}.")
}

fn plain_digest() -> String {
    let plain = std::fs::read(fixture("plain.mp3")).unwrap();
    Sha256::digest(plain).iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn what_opens_is_described_in_full() {
    let data = data_folder_with(&["cv25519.secret.pgp", "rsa3072.secret.asc", "gpg24.secret.pgp"]);
    for name in ["gpg22-cv25519.pgp", "gpg22-rsa3072.pgp", "gpg22-armor-crlf.asc"] {
        let (code, json) = checked(data.path(), &message(name), PASSPHRASE);
        assert_eq!((code, &json["ok"]), (Some(0), &Value::Bool(true)), "{name}: {json}");
        assert_eq!(json["problem"], Value::Null);
        assert_eq!(json["sha256"], Value::from(plain_digest()));
        assert_eq!((&json["codec"], &json["integrity"]), (&"mp3".into(), &"mdc".into()));
        assert!((json["duration_ms"].as_f64().unwrap() - 6264.0).abs() < 150.0);
        assert_eq!(json["key"].as_str().unwrap().len(), 40);
        assert_eq!(json["sealed_to"][0].as_str().unwrap().len(), 16);
        for key in ["unlock_ms", "decrypt_ms", "decode_ms"] {
            assert!(json[key].as_f64().is_some_and(|ms| ms > 0.0), "{key}");
        }
    }
}

#[test]
fn one_line_break_after_the_passphrase_is_the_shells() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let file = message("gpg22-cv25519.pgp");
    for (ending, problem) in [
        ("", Value::Null),
        ("\n", Value::Null),
        ("\r\n", Value::Null),
        ("\n\n", "wrong-passphrase".into()),
        (" ", "wrong-passphrase".into()),
    ] {
        let (_, json) = checked(data.path(), &file, &format!("{PASSPHRASE}{ending}"));
        assert_eq!(json["problem"], problem, "{ending:?}");
    }
}

#[test]
fn a_message_with_its_own_passphrase_needs_no_key() {
    let data = tempfile::tempdir().unwrap();
    let (code, json) = checked(data.path(), &message("gpg22-passphrase-only.pgp"), PASSPHRASE);
    assert_eq!((code, &json["key"]), (Some(0), &Value::Null), "{json}");
    assert_eq!(json["sha256"], Value::from(plain_digest()));
}

/// Keys of both kinds that this workstation must be able to use, from gpg 2.2 and 2.4.
const KEYS: [&str; 6] = [
    "cv25519.secret.pgp",
    "rsa3072.secret.pgp",
    "expired.secret.pgp",
    "nistp256.secret.pgp",
    "gpg24.secret.pgp",
    "gpg24rsa.secret.pgp",
];

#[test]
fn every_message_of_the_field_opens_to_the_very_octets() {
    let data = data_folder_with(&KEYS);
    let manifest = std::fs::read_to_string(fixture("manifest.tsv")).unwrap();
    let mut count = 0;
    for line in manifest.lines() {
        let mut columns = line.split('\t');
        let (name, expected) = (columns.next().unwrap(), columns.next().unwrap());
        // Other NIST curves need keys of their own; the corpus test of the library has them all.
        if expected != "open" || name.contains("nistp384") || name.contains("nistp521") {
            continue;
        }
        let (code, json) = checked(data.path(), &message(name), PASSPHRASE);
        assert_eq!((code, &json["ok"]), (Some(0), &Value::Bool(true)), "{name}: {json}");
        assert_eq!(json["sha256"], Value::from(plain_digest()), "{name}");
        let is_aead = name.contains("-ocb-");
        assert_eq!(json["integrity"], if is_aead { "aead" } else { "mdc" }, "{name}");
        count += 1;
    }
    assert_eq!(count, 40);
}

#[test]
fn every_damaged_file_of_the_field_has_its_word() {
    let data = data_folder_with(&["cv25519.secret.pgp", "rsa3072.secret.asc", "gpg24.secret.pgp"]);
    let manifest = std::fs::read_to_string(fixture("manifest.tsv")).unwrap();
    let mut count = 0;
    for line in manifest.lines().filter(|line| line.starts_with("bad-")) {
        let mut columns = line.split('\t');
        let (name, expected) = (columns.next().unwrap(), columns.next().unwrap());
        let (code, json) = checked(data.path(), &message(name), PASSPHRASE);
        assert_eq!((code, &json["problem"]), (Some(1), &expected.into()), "{name}");
        assert_eq!((&json["ok"], &json["sha256"]), (&Value::Bool(false), &Value::Null), "{name}");
        let problem = Problem::ALL.into_iter().find(|problem| problem.word() == expected).unwrap();
        let words = message_of(FailureKind::Problem(problem));
        assert_eq!(json["message"], Value::from(words), "{name}");
        let size = std::fs::metadata(message(name)).unwrap().len();
        let detail = json["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("Read {size} bytes")), "{name}: {detail}");
        let is_cut_off = problem == Problem::Incomplete;
        assert_eq!(detail.ends_with("then the file ends"), is_cut_off, "{name}: {detail}");
        count += 1;
    }
    assert_eq!(count, 20);
}

#[test]
fn without_the_key_it_names_whom_the_file_is_for() {
    let data = data_folder_with(&["gpg24.secret.pgp"]);
    let (code, json) = checked(data.path(), &message("gpg22-cv25519.pgp"), PASSPHRASE);
    assert_eq!((code, &json["problem"]), (Some(1), &"no-key".into()));
    assert_eq!(json["sealed_to"], Value::from(vec!["50D28B16D58DF97D"]));
    let held = json["held"].as_array().unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0]["owner"], Value::from("gpg24 default <gpg24@field.example>"));
    assert_eq!(held[0]["fingerprint"].as_str().unwrap().len(), 40);
    assert_eq!(held[0]["key_ids"], Value::from(vec!["F81B3C529FC5B0FE"]));
    // Nobody is asked for a passphrase that could not help.
    let file = message("gpg22-cv25519.pgp");
    let output = program(data.path(), &["--check", file.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1));
    let answer = text(&output.stdout);
    let words = message_of(FailureKind::Problem(Problem::NoKey));
    assert!(answer.starts_with(&format!("{words}\n  problem     no-key\n")), "{answer}");
    assert!(answer.contains("\n  sealed to   50D28B16D58DF97D\n"), "{answer}");
    let held = "\n  held        F81B3C529FC5B0FE of gpg24 default <gpg24@field.example>\n";
    assert!(answer.contains(held), "{answer}");
    let nobody = tempfile::tempdir().unwrap();
    let output = program(nobody.path(), &["--check", file.to_str().unwrap()], "");
    assert!(text(&output.stdout).contains("\n  held        none\n"));
}

#[test]
fn what_is_sealed_and_no_audio_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"this is a text and not a call";
    let sealed = sealed_by_passphrase(folder.path(), "a.pgp", text);
    let (code, json) = checked(folder.path(), &sealed, PASSPHRASE);
    assert_eq!((code, &json["problem"]), (Some(1), &"unsupported-audio".into()), "{json}");
    assert_eq!(json["message"], Value::from(message_of(FailureKind::NoSound)));
    assert_eq!(json["integrity"], Value::from("mdc"));
    assert_eq!(json["codec"], Value::Null);
}

#[test]
fn audio_that_is_cut_off_plays_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let plain = std::fs::read(fixture("plain.mp3")).unwrap();
    let sealed = sealed_by_passphrase(folder.path(), "a.pgp", &plain[..plain.len() / 2 + 50]);
    let (code, json) = checked(folder.path(), &sealed, PASSPHRASE);
    assert_eq!((code, &json["problem"]), (Some(0), &Value::Null), "{json}");
    let expected =
        format!("This workstation can open it and play 0:03. {}.", texts::PART_IS_MISSING);
    assert_eq!(json["message"], Value::from(expected));
}

#[test]
fn a_wrong_passphrase_names_the_key_and_never_itself() {
    let data = data_folder_with(&["cv25519.secret.pgp", "rsa3072.secret.asc"]);
    let advice = texts::words(FailureKind::Problem(Problem::WrongPassphrase)).advice;
    for (name, whose) in [
        ("gpg22-cv25519.pgp", "the key of CV25519"),
        ("gpg22-passphrase-only.pgp", "this recording"),
        ("gpg22-passphrase-and-key.pgp", "the key of RSA3072, nor this recording's own"),
    ] {
        // However often: nothing is locked by it.
        for wrong in ["tragic zebra", "", "tragic zebra", "correct horse "] {
            let (code, json) = checked(data.path(), &message(name), wrong);
            assert_eq!((code, &json["problem"]), (Some(1), &"wrong-passphrase".into()), "{json}");
            let expected = format!("That is not the passphrase of {whose}. {advice}.");
            assert_eq!(json["message"], Value::from(expected));
            assert!(!json.to_string().contains("zebra"), "{json}");
        }
        let (code, json) = checked(data.path(), &message(name), PASSPHRASE);
        assert_eq!(code, Some(0), "{json}");
        assert!(!json.to_string().contains(PASSPHRASE), "{json}");
    }
}

#[test]
fn who_signed_is_said_and_a_signature_of_somebody_unknown_is_no_alarm() {
    let file = message("gpg22-signed.pgp");
    let known = data_folder_with(&["cv25519.secret.pgp", "rsa3072.secret.asc"]);
    let (_, json) = checked(known.path(), &file, PASSPHRASE);
    assert_eq!(json["signed_by"], Value::from(vec!["RSA3072 <rsa3072@field.example>"]));
    let unknown = data_folder_with(&["cv25519.secret.pgp"]);
    let (code, json) = checked(unknown.path(), &file, PASSPHRASE);
    assert_eq!((code, &json["signed_by"]), (Some(0), &Value::Array(Vec::new())), "{json}");
    assert_eq!(json["message"], Value::from("This workstation can open it and play 0:06"));
}

#[test]
fn the_human_answer_is_a_sentence_and_aligned_lines() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let file = message("gpg22-cv25519.pgp");
    let arguments = ["--check", file.to_str().unwrap(), "--passphrase-fd", "0"];
    let output = program(data.path(), &arguments, PASSPHRASE);
    let answer = text(&output.stdout);
    assert!(answer.starts_with("This workstation can open it and play 0:06\n"), "{answer}");
    assert!(answer.contains("\n  codec       mp3\n"), "{answer}");
    assert!(output.stderr.is_empty());
}

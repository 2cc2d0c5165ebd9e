//! Does every message of the corpus behave as its manifest demands, and every key file too?

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the matrix is what a reader of the test run wants")]

use shared::certs::{KeyError, SecretKey};
use shared::decrypt::{self, Integrity, Opener, Problem, Rules};
use shared::secret::Passphrase;
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp")
}

fn read(path: &str) -> Vec<u8> {
    fs::read(corpus().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn passphrase(typed: &str) -> Passphrase {
    Passphrase::new(Zeroizing::new(typed.as_bytes().to_vec()))
}

/// Every secret key file of the corpus that can be read, by the name of its file.
fn keys() -> Vec<(String, SecretKey)> {
    let mut names: Vec<String> = fs::read_dir(corpus().join("keys"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.contains(".cert."))
        .collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|name| {
            let key = SecretKey::read_all(&read(&format!("keys/{name}"))).ok()?.pop()?;
            Some((name, key))
        })
        .collect()
}

fn outcome(message: &[u8], held: &[SecretKey], typed: &str) -> String {
    let mut opener = Opener::new(held.to_vec(), Rules::default());
    match opener.open(message, Some(&passphrase(typed))) {
        Ok(opened) => {
            assert_eq!(*opened.data, read("plain.mp3"), "opened to other octets");
            "open".to_string()
        }
        Err(error) => error.problem().word().to_string(),
    }
}

#[test]
fn every_message_behaves_as_its_manifest_demands() {
    let held: Vec<SecretKey> = keys().into_iter().map(|(_, key)| key).collect();
    let manifest = String::from_utf8(read("manifest.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in manifest.lines().skip(1) {
        let mut columns = row.split('\t');
        let (file, expected) = (columns.next().unwrap(), columns.next().unwrap());
        let got = outcome(&read(&format!("messages/{file}")), &held, "correct horse");
        let fits = got == expected
            || expected == "open-or-unsupported-key" && got == Problem::UnsupportedKey.word();
        println!("{file:60} {got}");
        count += 1;
        if !fits {
            wrong.push(format!("{file}: {got} instead of {expected}"));
        }
    }
    assert!(count >= 60, "the manifest was not read");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_wrong_passphrase_is_called_one_for_every_kind_of_message() {
    let held: Vec<SecretKey> = keys().into_iter().map(|(_, key)| key).collect();
    for file in [
        "gpg22-rsa3072.pgp",
        "gpg22-cv25519.pgp",
        "gpg22-nistp256.pgp",
        "gpg22-passphrase-only.pgp",
        "gpg22-passphrase-and-key.pgp",
        "gpg22-throw-keyids.pgp",
        "gpg24-ocb-default.pgp",
        "gpg24-ocb-passphrase-only.pgp",
    ] {
        let message = read(&format!("messages/{file}"));
        for typed in ["", "correct hors", "Correct horse", "pässwört"] {
            assert_eq!(outcome(&message, &held, typed), "wrong-passphrase", "{file} {typed}");
        }
    }
}

#[test]
fn without_the_key_the_message_says_whom_it_is_for() {
    let message = read("messages/gpg22-three-recipients.pgp");
    assert_eq!(outcome(&message, &[], "correct horse"), "no-key");
    let envelope = decrypt::inspect(&message).unwrap();
    assert_eq!(envelope.sealed_to.len(), 3);
    let held: Vec<SecretKey> = keys().into_iter().map(|(_, key)| key).collect();
    assert!(!envelope.keys_for(&held).is_empty());
}

#[test]
fn no_changed_octet_ever_opens_to_something_else() {
    for (name, key) in [
        ("gpg22-cv25519.pgp", "cv25519.secret.pgp"),
        ("gpg24-ocb-small-chunks.pgp", "gpg24.secret.pgp"),
        ("gpg22-cipher-BLOWFISH.pgp", "rsa3072.secret.pgp"),
    ] {
        let message = read(&format!("messages/{name}"));
        let held: Vec<SecretKey> = keys()
            .into_iter()
            .filter(|(file, _)| file == key || name.contains("BLOWFISH"))
            .map(|(_, key)| key)
            .collect();
        let step = message.len() / 40;
        for at in (0..message.len()).step_by(step).chain(message.len() - 40..message.len()) {
            let mut changed = message.clone();
            *changed.get_mut(at).unwrap() ^= 0x10;
            // outcome() itself fails if other octets than the recording come out.
            let got = outcome(&changed, &held, "correct horse");
            assert!(at < message.len() / 2 || got != "open", "{name} opened, octet {at} changed");
        }
    }
}

#[test]
fn without_integrity_protection_a_message_opens_only_where_that_is_allowed() {
    let held: Vec<SecretKey> = keys().into_iter().map(|(_, key)| key).collect();
    let allowing = Rules { allow_without_integrity: true };
    for cipher in ["3DES", "AES256", "CAST5"] {
        let message = read(&format!("messages/gpg14-no-integrity-{cipher}.pgp"));
        let refused = Opener::new(held.clone(), Rules::default());
        let error = { refused }.open(&message, Some(&passphrase("correct horse"))).unwrap_err();
        assert_eq!(error.problem(), Problem::NoIntegrity, "{cipher}");
        let mut allowed = Opener::new(held.clone(), allowing);
        let opened = allowed.open(&message, Some(&passphrase("correct horse"))).unwrap();
        assert_eq!((*opened.data == read("plain.mp3"), opened.integrity), (true, Integrity::None));
        let error = allowed.open(&message, Some(&passphrase("correct hors"))).unwrap_err();
        assert_eq!(error.problem(), Problem::WrongPassphrase, "{cipher}");
    }
    // What can prove its integrity must still do so.
    let flipped = read("messages/bad-flipped-middle-gpg22-cv25519.pgp");
    let error = Opener::new(held, allowing).open(&flipped, Some(&passphrase("correct horse")));
    assert_eq!(error.unwrap_err().problem(), Problem::Damaged);
}

#[test]
fn a_valid_signature_of_a_held_key_is_told() {
    let held: Vec<SecretKey> = keys().into_iter().map(|(_, key)| key).collect();
    for (file, owners) in [
        ("gpg22-signed.pgp", &["RSA3072 <rsa3072@field.example>"][..]),
        ("gpg24-ocb-signed.pgp", &["gpg24 default <gpg24@field.example>"]),
        ("gpg22-cv25519.pgp", &[]),
    ] {
        let mut opener = Opener::new(held.clone(), Rules::default());
        let opened =
            opener.open(&read(&format!("messages/{file}")), Some(&passphrase("correct horse")));
        assert_eq!(opened.unwrap().signed_by, owners, "{file}");
    }
}

#[test]
fn a_key_stays_unlocked_only_where_that_is_asked_for_and_until_it_is_locked() {
    let held: Vec<SecretKey> = keys().into_iter().map(|(_, key)| key).collect();
    let (message, typed) = (read("messages/gpg24-ocb-default.pgp"), passphrase("correct horse"));
    let mut forgetful = Opener::new(held.clone(), Rules::default());
    forgetful.open(&message, Some(&typed)).unwrap();
    assert!(!forgetful.is_unlocked());
    assert_eq!(forgetful.open(&message, None).unwrap_err().problem(), Problem::WrongPassphrase);

    let mut opener = Opener::new(held, Rules::default()).keep_unlocked();
    assert_eq!(opener.open(&message, None).unwrap_err().problem(), Problem::WrongPassphrase);
    opener.open(&message, Some(&typed)).unwrap();
    assert_eq!(*opener.open(&message, None).unwrap().data, read("plain.mp3"));
    // A passphrase that is typed must be right although the key is open.
    let wrong = opener.open(&message, Some(&passphrase("correct hors")));
    assert_eq!(wrong.unwrap_err().problem(), Problem::WrongPassphrase);
    assert!(opener.is_unlocked(), "somebody's mistake locks nothing");
    opener.lock();
    assert_eq!(opener.open(&message, None).unwrap_err().problem(), Problem::WrongPassphrase);
}

/// sequoia 2.4.2 panics over such bodies when the session key is the right one.
#[test]
fn a_body_too_short_for_its_own_integrity_code_is_damaged() {
    let held: Vec<SecretKey> = keys().into_iter().map(|(_, key)| key).collect();
    let message = read("messages/gpg22-cv25519.pgp");
    // An old-format session key packet with one octet of length, then the body, whose version
    // and first octets are kept.
    let (session_key, rest) = message.split_at(2 + usize::from(*message.get(1).unwrap()));
    let start = rest.iter().position(|octet| *octet == 1).unwrap();
    for length in 0..60_u8 {
        let body = rest.get(start..start + usize::from(length)).unwrap();
        let short = [session_key, &[0xD2, length], body].concat();
        let got = outcome(&short, &held, "correct horse");
        let expected = if length == 0 { "incomplete" } else { "damaged" };
        assert_eq!(got, expected, "a body of {length} octets");
    }
}

#[test]
fn every_key_file_is_read_or_refused_with_its_reason() {
    for name in fs::read_dir(corpus().join("keys")).unwrap() {
        let name = name.unwrap().file_name().into_string().unwrap();
        match SecretKey::read_all(&read(&format!("keys/{name}"))) {
            Ok(keys) => {
                assert!(!name.contains(".cert."), "{name}");
                assert!(keys.iter().all(SecretKey::is_protected), "{name}");
                let again = SecretKey::read_all(&keys.first().unwrap().to_octets().unwrap());
                assert_eq!(again.unwrap().len(), 1, "{name}");
            }
            Err(KeyError::CertificateOnly { .. }) => assert!(name.contains(".cert."), "{name}"),
            Err(KeyError::OnlyGnupg { .. }) => assert!(name.starts_with("gpg24v5"), "{name}"),
            Err(other) => panic!("{name}: {other}"),
        }
    }
}

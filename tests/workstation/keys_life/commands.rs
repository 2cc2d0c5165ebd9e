//! Does the command line say exactly what it did, and with which exit code?

use std::fs;
use std::os::unix::fs::PermissionsExt;

use workstation_app::keys::create::KeyKind;

use crate::common::fixture;
use crate::desk::{Desk, GOOD, OTHER, text};

const CREATE: [&str; 7] =
    ["create", "--name", "Anna Agent", "--email", "anna@desk.example", "--passphrase-fd", "0"];

#[test]
fn a_key_goes_its_whole_way_without_a_window() {
    let desk = Desk::new();
    assert_eq!(desk.keys(&["list"], "").expect_code(0).unwrap().text(), "");
    let made = desk.keys(&CREATE, &format!("{GOOD}\n")).expect_code(0).unwrap();
    let fingerprint = made.text().trim_end().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(made.text(), format!("Anna Agent <anna@desk.example>  {fingerprint}\n"));
    assert_eq!(
        made.stderr,
        format!(
            "Back the key up now, since nobody can open its recordings without it: \
             workstation-app keys backup {fingerprint} --to FILE. Give its certificate to your \
             administrator: workstation-app keys export {fingerprint}\n"
        )
    );
    let listed = desk.keys(&["list"], "").expect_code(0).unwrap();
    let lines: Vec<String> = listed.text().lines().map(str::to_owned).collect();
    assert!(
        lines[1].starts_with("  Curve25519, made 20")
            && lines[1].ends_with(", opens recordings: yes"),
        "{lines:?}"
    );
    assert_eq!((lines.len(), listed.stderr.as_str()), (2, ""));

    let backup = desk.data.path().join("backup.asc");
    desk.keys(&["backup", "anna@desk.example", "--to", text(&backup)], "").expect_code(0).unwrap();
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    let test = ["backup", "--test", text(&backup), "--passphrase-fd", "0"];
    let tested = desk.keys(&test, GOOD).expect_code(0).unwrap();
    let day = desk.made_on(&fingerprint);
    assert_eq!(
        tested.text(),
        format!(
            "This backup opens your recordings. It holds the key of Anna Agent \
             <anna@desk.example>, made {day}, {fingerprint}, and its passphrase is right.\n"
        )
    );
    let wrong = desk.keys(&test, "another").expect_code(1).unwrap();
    assert_eq!(
        (wrong.text().as_str(), wrong.stderr.as_str()),
        (
            "",
            "That is not the passphrase of this backup. Type the one that the key had when the \
              backup was made.\n"
        )
    );

    let change = ["passphrase", "anna@desk.example", "--passphrase-fd", "0"];
    desk.keys(&change, &format!("{GOOD}\r\n{OTHER}\n")).expect_code(0).unwrap();
    desk.keys(&change, &format!("{GOOD}\n{OTHER}\n")).expect_code(1).unwrap();
    let expire = ["expire", "anna@desk.example", "--years", "5", "--passphrase-fd", "0"];
    let extended = desk.keys(&expire, OTHER).expect_code(0).unwrap();
    assert!(extended.text().starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"));
    let revoke = ["revoke", "anna@desk.example", "--yes", &fingerprint];
    let revoked = desk.keys(&revoke, "").expect_code(0).unwrap();
    assert!(revoked.text().starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"));
    assert!(desk.keys(&["list"], "").text().contains(", revoked, opens recordings: yes"));
    let delete = ["delete", "anna@desk.example", "--yes", &fingerprint.to_lowercase()];
    desk.keys(&delete, "").expect_code(0).unwrap();
    assert_eq!(desk.files(), Vec::<String>::new());
    let back = desk.keys(&["import", text(&backup)], "").expect_code(0).unwrap();
    assert_eq!(back.text(), made.text());
}

#[test]
fn json_says_the_same_in_one_line_for_each_key() {
    let desk = Desk::new();
    let made = desk.json(&CREATE, GOOD);
    let rsa = [
        "create",
        "--rsa",
        "--years",
        "1",
        "--name",
        "Bert",
        "--email",
        "b@x",
        "--passphrase-fd",
        "0",
    ];
    assert_eq!(desk.json(&rsa, GOOD)[0]["algorithm"], "RSA 3072");
    let listed = desk.json(&["list"], "");
    assert_eq!(listed.len(), 2);
    assert!(listed.contains(&made[0]));
    let names = [
        "ok",
        "owner",
        "fingerprint",
        "key_ids",
        "algorithm",
        "created",
        "expires",
        "revoked",
        "opens_recordings",
        "remark",
        "warning",
    ];
    for name in names {
        assert!(made[0].get(name).is_some(), "{name}");
    }
    let exported = desk.json(&["export", "b@x"], "");
    assert!(exported[0]["certificate"].as_str().unwrap().starts_with("-----BEGIN PGP PUBLIC"));
    let secret = desk.json(&["export", "b@x", "--secret"], "");
    assert!(secret[0]["secret_key"].as_str().unwrap().starts_with("-----BEGIN PGP PRIVATE"));
    let refused = desk.keys(&["export", "nobody@x", "--json"], "").expect_code(1).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(
        (&told["ok"], told["message"].as_str()),
        (&false.into(), Some(refused.stderr.trim_end()))
    );
}

#[test]
fn what_is_not_done_is_told_in_two_sentences_with_its_exit_code() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let missing = "A passphrase is needed for that. Give it on a descriptor, for example: \
                   --passphrase-fd 0 < passphrase-file\n";
    let unknown = "This workstation holds no key of 'bert@x'. Name one that it lists by its \
                   fingerprint or address: workstation-app keys list\n";
    let unconfirmed = format!(
        "This cannot be undone, and the fingerprint after --yes is not that of the key. To \
         confirm it: --yes {fingerprint}\n"
    );
    let fd = ["--passphrase-fd", "0"];
    let anna = fingerprint.as_str();
    let cases: Vec<(Vec<&str>, &str, i32, &str)> = vec![
        (vec!["create", "--name", "B", "--email", "b@x"], "", 2, missing),
        (vec!["expire", anna, "--years", "1"], "", 2, missing),
        (vec!["passphrase", anna], "", 2, missing),
        (
            [&["passphrase", anna], &fd[..]].concat(),
            GOOD,
            2,
            "Two passphrases are needed for that. Give the present one in the first line and the \
             new one in the second.\n",
        ),
        (
            [&["create", "--name", "B", "--email", "b@x"], &fd[..]].concat(),
            "secret",
            1,
            "The passphrase is too easy to guess. Make it longer, or use six words that have \
             nothing to do with each other.\n",
        ),
        (
            [&["create", "--name", "B", "--email", "b"], &fd[..]].concat(),
            GOOD,
            1,
            "This is no mail address. Write it as in name@example.com.\n",
        ),
        (
            [&["expire", anna, "--years", "1"], &fd[..]].concat(),
            "another",
            1,
            "That is not the passphrase of the key of Anna <anna@desk.example>. Type it again; \
             capital letters and blanks count.\n",
        ),
        (
            [&["expire", anna, "--years", "11"], &fd[..]].concat(),
            GOOD,
            1,
            "A key is valid for 1 to 10 years. Choose a number between them.\n",
        ),
        (vec!["export", "bert@x"], "", 1, unknown),
        (vec!["delete", anna, "--yes", "yes"], "", 1, &unconfirmed),
        (vec!["revoke", anna, "--yes", "yes"], "", 1, &unconfirmed),
        (
            vec!["import", "/no/such/file"],
            "",
            1,
            "There is no such file. Check where it was saved, or download it again: /no/such/file\n",
        ),
        (
            vec!["backup", anna, "--to", "/no/such/folder/backup"],
            "",
            1,
            "The backup could not be written (No such file or directory (os error 2)). Name a new \
             file in a folder that can be written: /no/such/folder/backup\n",
        ),
    ];
    let before = desk.files();
    for (arguments, input, code, words) in cases {
        let finished = desk.keys(&arguments, input);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(code), words), "{arguments:?}");
        assert_eq!(finished.text(), "", "{arguments:?}");
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn an_address_of_two_keys_chooses_none() {
    let desk = Desk::new();
    for _ in 0..2 {
        desk.create("Anna", KeyKind::Curve25519);
    }
    let refused = desk.keys(&["export", "Anna@Desk.Example"], "").expect_code(1).unwrap();
    let mut fingerprints: Vec<String> = desk.held().iter().map(|key| key.fingerprint()).collect();
    fingerprints.sort();
    assert_eq!(
        refused.stderr,
        format!(
            "'Anna@Desk.Example' is the address of 2 keys here. Name the one that is meant by its \
             fingerprint: {}\n",
            fingerprints.join(", ")
        )
    );
}

#[test]
fn a_backup_never_overwrites_a_file() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let file = desk.data.path().join("precious");
    fs::write(&file, "precious").unwrap();
    let refused = desk.keys(&["backup", &fingerprint, "--to", text(&file)], "").expect_code(1);
    assert!(refused.unwrap().stderr.starts_with("The backup could not be written (File exists"));
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    let full = desk.keys(&["backup", &fingerprint, "--to", "/dev/full"], "");
    full.expect_code(1).unwrap();
}

#[test]
fn several_files_are_imported_and_each_refusal_names_its_file() {
    let desk = Desk::new();
    let (good, bad) = (fixture("keys/gpg24.secret.pgp"), fixture("keys/cv25519.cert.pgp"));
    let done = desk.keys(&["import", text(&bad), text(&good)], "").expect_code(1).unwrap();
    assert_eq!(
        done.text(),
        "gpg24 default <gpg24@field.example>  DD7DC64DA80FBE21CE0B22C3E9F05EB3B8269F27\n"
    );
    let expected = format!("{}: This file holds only the public half of the key of", text(&bad));
    assert!(done.stderr.starts_with(&expected), "{}", done.stderr);
    assert_eq!(done.stderr.lines().count(), 1);
}

#[test]
fn flags_that_make_no_sense_end_with_two() {
    let desk = Desk::new();
    for arguments in [
        vec![],
        vec!["import"],
        vec!["create", "--name", "A"],
        vec!["backup"],
        vec!["backup", "a@x", "--to", "f", "--test", "g"],
        vec!["delete", "a@x"],
        vec!["expire", "a@x", "--years", "-1"],
        vec!["create", "--name", "A", "--email", "a@x", "--passphrase", "secret"],
        vec!["unknown"],
    ] {
        assert_eq!(desk.keys(&arguments, "").code, Some(2), "{arguments:?}");
    }
}

#[test]
fn no_passphrase_stands_in_any_output() {
    let desk = Desk::new();
    let made = desk.keys(&CREATE, GOOD);
    let wrong =
        desk.keys(&["expire", "anna@desk.example", "--years", "1", "--passphrase-fd", "0"], OTHER);
    for finished in [made, wrong] {
        for word in GOOD.split(' ').chain(OTHER.split(' ')) {
            assert!(!finished.text().contains(word) && !finished.stderr.contains(word));
        }
    }
}

//! Where one key is held several times, is nothing of any copy lost, and no copy passed over?

use std::fs;

use shared::certs::SecretKey;
use support::gnupg::Algorithm;
use support::process::output_with_input;
use workstation_app::keys::backup::{self, BackupError};
use workstation_app::keys::bring::bring;
use workstation_app::keys::create::KeyKind;
use workstation_app::keys::maintain;

use crate::desk::{Desk, GOOD, OTHER, text, typed};

/// A desk that was brought a key with two encryption subkeys, and then what the key was before the
/// second: gpg protects every export anew, so that both are kept, the older one first by its name.
fn with_a_newer_and_an_older_copy() -> (Desk, String, Vec<u8>) {
    let desk = Desk::new();
    let fingerprint = desk.gnupg.generate("Lena", Algorithm::Curve25519, GOOD, "0").unwrap();
    let older = desk.gnupg.secret_key(&fingerprint, GOOD).unwrap();
    let mut gpg = desk.gnupg.gpg().unwrap();
    gpg.args(["--passphrase-fd", "0", "--quick-add-key", &fingerprint, "cv25519", "encr"]);
    output_with_input(&mut gpg, GOOD.as_bytes()).unwrap();
    bring(&desk.store(), &desk.gnupg.secret_key(&fingerprint, GOOD).unwrap());
    bring(&desk.store(), &older);
    assert_eq!(desk.files(), [format!("{fingerprint}-2.pgp"), format!("{fingerprint}.pgp")]);
    (desk, fingerprint, older)
}

#[test]
fn a_backup_holds_every_part_of_every_copy_and_gpg_takes_it() {
    let (desk, fingerprint, _) = with_a_newer_and_an_older_copy();
    let newest = format!("{}!", desk.listed(&fingerprint)[2][4]);
    let message = desk.gnupg.encrypt(b"spoken words", &[&newest], &[]).unwrap();
    let file = desk.data.path().join("backup.asc");
    desk.keys(&["backup", &fingerprint, "--to", text(&file)], "").expect_code(0).unwrap();
    let octets = fs::read(&file).unwrap();
    backup::test_backup(&desk.store(), &octets, Some(&fingerprint), &typed(GOOD)).unwrap();

    let other = Desk::new();
    bring(&other.store(), &octets);
    assert!(other.opens(&message, GOOD));
    other.gnupg.import(&octets).unwrap();
    let sealed = other.data.path().join("message.pgp");
    fs::write(&sealed, &message).unwrap();
    assert_eq!(other.gnupg.decrypt(&sealed, GOOD).unwrap(), b"spoken words");
    let certificate = backup::certificate(&desk.store(), &fingerprint).unwrap();
    let third = Desk::new();
    third.gnupg.import(certificate.as_bytes()).unwrap();
    assert_eq!(third.listed(&fingerprint).len(), 3, "both subkeys stand in the certificate");
}

#[test]
fn a_backup_that_lacks_a_part_of_one_copy_is_called_older() {
    let (desk, fingerprint, older) = with_a_newer_and_an_older_copy();
    for wanted in [None, Some(fingerprint.as_str())] {
        let tested = backup::test_backup(&desk.store(), &older, wanted, &typed(GOOD));
        assert!(matches!(tested, Err(BackupError::Older)), "{tested:?}");
    }
}

#[test]
fn copies_with_two_passphrases_are_both_in_the_backup_and_either_opens_it() {
    let (desk, fingerprint, _) = with_a_newer_and_an_older_copy();
    let answers = format!("{GOOD}\n{OTHER}\n{OTHER}\n");
    desk.gnupg.dialogue(&["--change-passphrase", &fingerprint], &answers).unwrap();
    maintain::delete(&desk.store(), &fingerprint).unwrap();
    let test = |octets: &[u8], passphrase: &str| {
        backup::test_backup(&desk.store(), octets, Some(&fingerprint), &typed(passphrase))
    };
    bring(&desk.store(), &desk.gnupg.secret_key(&fingerprint, OTHER).unwrap());
    let one = backup::secret(&desk.store(), &fingerprint).unwrap();
    assert!(matches!(test(one.as_bytes(), GOOD), Err(BackupError::WrongPassphrase)));
    let changed =
        maintain::change_passphrase(&desk.store(), &fingerprint, &typed(OTHER), &typed(GOOD));
    changed.unwrap();
    bring(&desk.store(), one.as_bytes());
    assert_eq!(desk.held().len(), 2);
    let both = backup::secret(&desk.store(), &fingerprint).unwrap();
    assert_eq!(SecretKey::read_all(both.as_bytes()).unwrap().len(), 2);
    test(both.as_bytes(), GOOD).unwrap();
    test(both.as_bytes(), OTHER).unwrap();
}

#[test]
fn a_part_that_the_passphrase_does_not_open_is_named() {
    let (desk, fingerprint, older) = with_a_newer_and_an_older_copy();
    let newest = desk.listed(&fingerprint)[2][4].clone();
    let answers = format!("{GOOD}\n{OTHER}\n{OTHER}\n");
    desk.gnupg.dialogue(&["--change-passphrase", &fingerprint], &answers).unwrap();
    maintain::delete(&desk.store(), &fingerprint).unwrap();
    bring(&desk.store(), &older);
    let mut gpg = desk.gnupg.gpg().unwrap();
    gpg.args(["--passphrase-fd", "0", "--export-secret-subkeys", &format!("{newest}!")]);
    bring(&desk.store(), &output_with_input(&mut gpg, OTHER.as_bytes()).unwrap());
    let secret = backup::secret(&desk.store(), &fingerprint).unwrap();
    let tested = backup::test_backup(&desk.store(), secret.as_bytes(), None, &typed(GOOD));
    let words = tested.unwrap_err().to_string();
    assert!(words.contains(&format!("not what is sealed for {newest}. ")), "{words}");
}

#[test]
fn the_backup_of_one_key_is_none_of_another() {
    let desk = Desk::new();
    let (anna, bert) =
        (desk.create("Anna", KeyKind::Curve25519), desk.create("Bert", KeyKind::Curve25519));
    let file = desk.data.path().join("backup.asc");
    desk.keys(&["backup", &anna, "--to", text(&file)], "").expect_code(0).unwrap();
    let test = |key: &str| {
        desk.keys(&["backup", key, "--test", text(&file), "--passphrase-fd", "0"], GOOD)
    };
    assert!(test(&anna).expect_code(0).unwrap().text().contains(&anna));
    let refused = test(&bert).expect_code(1).unwrap();
    let made = desk.made_on(&anna);
    let words = format!(
        "This backup is of another key, that of Anna <anna@desk.example>, made {made}, {anna}. "
    );
    assert!(refused.stderr.starts_with(&words), "{}", refused.stderr);
}

#[test]
fn copies_of_one_key_are_one_row_with_the_parts_of_all() {
    let (desk, fingerprint, _) = with_a_newer_and_an_older_copy();
    let listed = desk.json(&["list"], "");
    assert_eq!((listed.len(), &listed[0]["fingerprint"]), (1, &fingerprint.as_str().into()));
    assert_eq!(listed[0]["key_ids"].as_array().unwrap().len(), 2);
}

#[test]
fn what_withdraws_a_key_leaves_the_store_in_the_backup_and_on_its_own_without_effect() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let file = desk.data.path().join("backup.asc");
    desk.keys(&["backup", &fingerprint, "--to", text(&file)], "").expect_code(0).unwrap();
    let exported = desk.keys(&["export", &fingerprint, "--revocation"], "").expect_code(0).unwrap();
    for guarded in [fs::read_to_string(&file).unwrap(), exported.text()] {
        let other = Desk::new();
        other
            .gnupg
            .import(backup::certificate(&desk.store(), &fingerprint).unwrap().as_bytes())
            .unwrap();
        // Without a database of trust gpg stops at a revocation.
        let mut gpg = other.gnupg.gpg().unwrap();
        output_with_input(gpg.args(["--trust-model", "pgp", "--check-trustdb"]), b"").unwrap();
        // It says that it found nothing, where there is no key either.
        let _ = other.gnupg.import(guarded.as_bytes());
        assert_ne!(other.listed(&fingerprint)[0][1], "r");
        bring(&other.store(), guarded.as_bytes());
        assert!(other.held().iter().all(|key| !key.is_revoked()));
        let armed = guarded.replace("\n:-----BEGIN", "\n-----BEGIN");
        other.gnupg.import(armed.as_bytes()).unwrap();
        assert_eq!(other.listed(&fingerprint)[0][1], "r");
    }
    backup::test_backup(&desk.store(), &fs::read(&file).unwrap(), None, &typed(GOOD)).unwrap();
    fs::remove_file(desk.folder().join(format!("{fingerprint}.rev"))).unwrap();
    let refused = desk.keys(&["export", &fingerprint, "--revocation"], "").expect_code(1).unwrap();
    assert!(refused.stderr.starts_with("There is no revocation beside the key"));
}

#[test]
fn a_backup_lasts_with_its_name() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let folder = desk.data.path().canonicalize().unwrap().join("stick");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("backup.asc");
    let log = desk.data.path().join("calls");
    let mut strace = support::process::tool("strace").unwrap();
    strace.args(["-f", "-y", "-e", "trace=fsync", "-o", text(&log)]);
    strace.arg(env!("CARGO_BIN_EXE_workstation-app")).arg("--data-dir").arg(desk.data.path());
    strace.args(["keys", "backup", &fingerprint, "--to", text(&file)]);
    support::process::finish(&mut strace).unwrap().expect_code(0).unwrap();
    let calls = fs::read_to_string(&log).unwrap();
    let at = |path: &str| calls.find(&format!("<{path}>")).unwrap();
    assert!(at(text(&file)) < at(text(&folder)), "{calls}");
}

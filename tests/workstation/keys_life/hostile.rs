//! Does whatever somebody puts in front of the keys end soon, in words, and without harm?

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::Instant;

use workstation_app::keys::bring::bring;
use workstation_app::keys::create::KeyKind;

use crate::common::fixture;
use crate::desk::{Desk, GOOD, text};

#[test]
fn ten_thousand_keys_in_a_file_are_taken_up_to_a_hundred() {
    let desk = Desk::new();
    let key = fs::read(fixture("keys/nistp256.secret.pgp")).unwrap();
    // Another time of creation is another key; its signatures do not fit, its secret is there.
    let many: Vec<u8> = (0..10_000_u32).flat_map(|number| made_at(&key, number)).collect();
    let started = Instant::now();
    let brought = bring(&desk.store(), &many);
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
    assert_eq!(brought.kept.len(), 100);
    assert_eq!(brought.refused.len(), 1, "{:?}", brought.refused.first());
    assert!(brought.refused[0].reason.starts_with("This file holds more than 100 keys"));
}

/// The key with another time of creation in every key packet.
fn made_at(key: &[u8], number: u32) -> Vec<u8> {
    let mut changed = key.to_vec();
    let created = key[3..7].to_vec();
    let later = (u32::from_be_bytes(created.clone().try_into().unwrap()) - number).to_be_bytes();
    let places: Vec<usize> = changed
        .windows(5)
        .enumerate()
        .filter(|(_, it)| it[0] == 4 && it[1..] == created)
        .map(|(at, _)| at)
        .collect();
    for at in places {
        changed[at + 1..at + 5].copy_from_slice(&later);
    }
    changed
}

#[test]
fn ten_thousand_refusals_are_told_up_to_fifty() {
    let desk = Desk::new();
    let certificate = fs::read(fixture("keys/nistp256.cert.pgp")).unwrap();
    let many: Vec<u8> = (0..10_000_u32).flat_map(|number| made_at(&certificate, number)).collect();
    let brought = bring(&desk.store(), &many);
    assert!((1..=50).contains(&brought.refused.len()), "{}", brought.refused.len());
}

#[test]
fn names_that_lead_out_of_the_store_choose_nothing() {
    let desk = Desk::new();
    desk.create("Anna", KeyKind::Curve25519);
    let before = desk.files();
    fs::write(desk.data.path().join("secret.rev"), "x").unwrap();
    for name in [
        "../secret",
        "/etc/passwd",
        "..",
        "",
        "*",
        "\u{1B}[2J",
        "A\nB",
        &"F".repeat(100_000),
        &"0".repeat(40),
    ] {
        for arguments in [vec!["export", name], vec!["delete", name, "--yes", name]] {
            let finished = desk.keys(&arguments, "");
            assert_eq!(finished.code, Some(1), "{:?}", finished.stderr);
            assert!(finished.stderr.len() < 400 && finished.stderr.lines().count() == 1);
            assert!(!finished.stderr.contains('\u{1B}'));
        }
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let desk = Desk::new();
    let fifo = desk.data.path().join("fifo");
    crate::common::run("mkfifo", &[text(&fifo)]);
    for path in [text(&fifo), "/dev/zero", "/dev/full", "/", "/proc/self/mem"] {
        let started = Instant::now();
        desk.keys(&["import", path], "").expect_code(1).unwrap();
        let code = desk.keys(&["backup", "--test", path, "--passphrase-fd", "0"], GOOD).code;
        assert!(matches!(code, Some(1 | 2)), "{path}: {code:?}");
        assert!(started.elapsed().as_secs() < 20, "{path}");
    }
}

#[test]
fn a_passphrase_of_megabytes_is_no_passphrase() {
    let desk = Desk::new();
    let create = ["create", "--name", "A", "--email", "a@x", "--passphrase-fd", "0"];
    let finished = desk.keys(&create, &"x".repeat(5 << 20)).expect_code(1).unwrap();
    assert!(finished.stderr.starts_with("The passphrase is too long"), "{}", finished.stderr);
}

#[test]
fn a_folder_where_nothing_can_be_written_is_told_and_its_keys_still_list() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    fs::set_permissions(desk.folder(), fs::Permissions::from_mode(0o500)).unwrap();
    let is_root = fs::metadata(desk.folder()).unwrap().uid() == 0;
    let as_anybody = |arguments: &[&str], input: &str| {
        let mut command = support::process::tool("env").unwrap();
        if is_root {
            // Root may write everywhere, unless that right is taken away.
            command.args(["setpriv", "--bounding-set=-dac_override", "--"]);
        }
        command.arg(env!("CARGO_BIN_EXE_workstation-app")).arg("--data-dir").arg(desk.data.path());
        command.arg("keys").args(arguments);
        support::process::finish_with_input(&mut command, input.as_bytes()).unwrap()
    };
    let listed = as_anybody(&["list"], "").expect_code(0).unwrap();
    assert!(listed.text().contains(&fingerprint));
    let expire = ["expire", &fingerprint, "--years", "5", "--passphrase-fd", "0"];
    let refused = as_anybody(&expire, GOOD).expect_code(1).unwrap();
    assert!(
        refused.stderr.starts_with("The key could not be kept (Permission denied"),
        "{}",
        refused.stderr
    );
}

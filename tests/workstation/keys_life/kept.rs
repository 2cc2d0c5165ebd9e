//! Is the store private, and does it survive what happens to files?

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use workstation_app::keys::backup;
use workstation_app::keys::bring::bring;
use workstation_app::keys::create::KeyKind;
use workstation_app::keys::maintain::{self, MaintainError};
use workstation_app::keys::store::StoreError;

use crate::common::fixture;
use crate::desk::{Desk, GOOD, OTHER, typed};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn open_to_all(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_stands_open_is_closed_when_keys_are_read_and_it_is_told() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let file = desk.folder().join(format!("{fingerprint}.pgp"));
    assert_eq!(mode(&desk.folder().join(format!("{fingerprint}.rev"))), 0o600);
    assert!(desk.store().load().unwrap().closed.is_empty());
    open_to_all(&desk.folder(), 0o755);
    open_to_all(&file, 0o644);
    assert_eq!(desk.store().load().unwrap().closed, [desk.folder(), file.clone()]);
    assert_eq!((mode(&desk.folder()), mode(&file)), (0o700, 0o600));
    open_to_all(&desk.folder(), 0o750);
    let listed = desk.keys(&["list"], "").expect_code(0).unwrap();
    assert!(listed.stderr.starts_with("Others on this computer could read your key files"));
    assert_eq!(mode(&desk.folder()), 0o700);
}

#[test]
fn a_link_in_the_store_is_read_and_never_written_through() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let path = desk.folder().join(format!("{fingerprint}.pgp"));
    let elsewhere = desk.data.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    assert_eq!(desk.held().len(), 1);
    let store = desk.store();
    let changed = maintain::change_passphrase(&store, &fingerprint, &typed(GOOD), &typed(OTHER));
    assert!(matches!(changed, Err(MaintainError::Store(StoreError::Link { .. }))));
    assert!(maintain::delete(&store, &fingerprint).is_err());
    let brought = bring(&store, &before);
    assert!(brought.refused[0].reason.starts_with("The key file is a link"), "{brought:?}");
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
    assert_eq!(fs::read_link(&path).unwrap(), elsewhere);
}

#[test]
fn a_damaged_file_is_listed_and_survives_every_change() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let damaged = desk.folder().join("damaged.pgp");
    fs::write(&damaged, b"half a key").unwrap();
    let listed = desk.keys(&["list"], "").expect_code(1).unwrap();
    assert!(listed.stderr.contains("damaged.pgp") && listed.text().contains(&fingerprint));
    maintain::change_passphrase(&desk.store(), &fingerprint, &typed(GOOD), &typed(OTHER)).unwrap();
    maintain::delete(&desk.store(), &fingerprint).unwrap();
    assert_eq!(fs::read(&damaged).unwrap(), b"half a key");
}

#[test]
fn a_damaged_file_of_a_key_keeps_the_key_from_nothing() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let backup = backup::secret(&desk.store(), &fingerprint).unwrap();
    let damaged = desk.folder().join(format!("{fingerprint}.pgp"));
    fs::write(&damaged, b"half a key").unwrap();
    assert_eq!(bring(&desk.store(), backup.as_bytes()).kept.len(), 1);
    assert!(desk.held()[0].is_opened_by(&typed(GOOD)));
    let listed = desk.keys(&["list"], "").expect_code(1).unwrap();
    assert!(listed.stderr.starts_with("A key file on this workstation is damaged"));
    maintain::delete(&desk.store(), &fingerprint).unwrap();
    assert_eq!(fs::read(&damaged).unwrap(), b"half a key");
}

#[test]
fn a_key_that_comes_again_leaves_the_others_in_its_file() {
    let desk = Desk::new();
    let (anna, bert) =
        (desk.create("Anna", KeyKind::Curve25519), desk.create("Bert", KeyKind::Curve25519));
    let path = |fingerprint: &str| desk.folder().join(format!("{fingerprint}.pgp"));
    let key = fs::read(path(&anna)).unwrap();
    fs::write(path(&anna), [fs::read(path(&bert)).unwrap(), key.clone()].concat()).unwrap();
    fs::remove_file(path(&bert)).unwrap();
    bring(&desk.store(), &key);
    assert_eq!(desk.held().len(), 2);
}

#[test]
fn what_a_crash_left_half_written_goes_with_the_next_change() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let left = desk.folder().join(".new-a1B2c3");
    let elsewhere = desk.data.path().join("elsewhere");
    fs::copy(desk.folder().join(format!("{fingerprint}.pgp")), &left).unwrap();
    fs::hard_link(&left, &elsewhere).unwrap();
    symlink(&elsewhere, desk.folder().join(".new-link")).unwrap();
    maintain::delete(&desk.store(), &fingerprint).unwrap();
    assert_eq!(desk.files(), Vec::<String>::new());
    assert!(fs::read(&elsewhere).unwrap().iter().any(|octet| *octet != 0), "behind a link");
}

#[test]
fn a_file_with_something_else_in_it_besides_the_key_is_not_written_anew() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let path = desk.folder().join(format!("{fingerprint}.pgp"));
    let certificate = fs::read(fixture("keys/rsa3072.cert.pgp")).unwrap();
    let both = [fs::read(&path).unwrap(), certificate].concat();
    fs::write(&path, &both).unwrap();
    let store = desk.store();
    let changed = maintain::change_passphrase(&store, &fingerprint, &typed(GOOD), &typed(OTHER));
    assert!(matches!(changed, Err(MaintainError::Store(StoreError::InTheWay { .. }))));
    assert_eq!(fs::read(&path).unwrap(), both);
}

#[test]
fn two_keys_in_one_file_are_changed_one_at_a_time() {
    let desk = Desk::new();
    let (anna, bert) =
        (desk.create("Anna", KeyKind::Curve25519), desk.create("Bert", KeyKind::Curve25519));
    let path = |fingerprint: &str| desk.folder().join(format!("{fingerprint}.pgp"));
    let both = [fs::read(path(&anna)).unwrap(), fs::read(path(&bert)).unwrap()].concat();
    fs::write(path(&anna), both).unwrap();
    fs::remove_file(path(&bert)).unwrap();
    maintain::change_passphrase(&desk.store(), &bert, &typed(GOOD), &typed(OTHER)).unwrap();
    let held = desk.held();
    assert_eq!(held.len(), 2);
    for key in held {
        let expected = if key.fingerprint() == bert { OTHER } else { GOOD };
        assert!(key.is_opened_by(&typed(expected)));
    }
    maintain::delete(&desk.store(), &anna).unwrap();
    assert_eq!(desk.held().len(), 1);
}

#[test]
fn a_full_disk_leaves_the_old_key_as_it_was() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let before = fs::read(desk.folder().join(format!("{fingerprint}.pgp"))).unwrap();
    let program = format!(
        "ulimit -f 0; trap '' XFSZ; exec \"$0\" --data-dir \"$1\" keys passphrase {fingerprint} \
         --passphrase-fd 0"
    );
    let mut shell = support::process::tool("bash").unwrap();
    shell.args(["-c", &program, env!("CARGO_BIN_EXE_workstation-app")]).arg(desk.data.path());
    let input = format!("{GOOD}\n{OTHER}\n");
    let finished = support::process::finish_with_input(&mut shell, input.as_bytes()).unwrap();
    let finished = finished.expect_code(1).unwrap();
    assert!(finished.stderr.starts_with("The key could not be kept"), "{}", finished.stderr);
    assert_eq!(desk.files(), [format!("{fingerprint}.pgp"), format!("{fingerprint}.rev")]);
    assert_eq!(fs::read(desk.folder().join(format!("{fingerprint}.pgp"))).unwrap(), before);
}

#[test]
fn several_programs_at_once_lose_nothing_of_each_other() {
    let desk = Desk::new();
    let anna = desk.create("Anna", KeyKind::Curve25519);
    let keys = ["rsa3072.secret.pgp", "nistp256.secret.pgp", "nistp384.secret.pgp"];
    std::thread::scope(|scope| {
        for key in keys {
            let file = fixture("keys").join(key);
            let desk = &desk;
            scope.spawn(move || {
                desk.keys(&["import", file.to_str().unwrap()], "").expect_code(0).unwrap();
            });
        }
        for years in ["3", "4", "5"] {
            let (desk, anna) = (&desk, &anna);
            scope.spawn(move || {
                let expire = ["expire", anna, "--years", years, "--passphrase-fd", "0"];
                // Whoever comes after one that gave more years is told so.
                let finished = desk.keys(&expire, GOOD);
                assert!(finished.code == Some(0) || finished.stderr.contains("is valid until"));
            });
        }
    });
    let ends = desk.held().iter().find(|key| key.fingerprint() == anna).unwrap().sealing_ends();
    let left = ends.unwrap().duration_since(std::time::SystemTime::now()).unwrap();
    assert_eq!(left.as_secs().div_ceil(86_400), 5 * 365);
    assert_eq!(desk.held().len(), 4);
    assert_eq!(desk.store().load().unwrap().damaged.len(), 0);
    assert!(desk.files().iter().all(|name| !name.starts_with('.')), "{:?}", desk.files());
}

//! Are keys kept whole, private and protected, and damaged ones left alone?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::{data_folder_with, fixture, run};
use shared::certs::SecretKey;
use workstation_app::keys::store::{KeyStore, StoreError};
use workstation_app::keys::{ImportError, import, looks_like_key};
use workstation_app::settings::{Settings, SettingsFile, ThemeChoice};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn keys_of_every_gpg_are_kept_private_and_protected() {
    let data = data_folder_with(&["rsa3072.secret.asc", "cv25519.secret.pgp", "gpg24.secret.pgp"]);
    let folder = data.path().join("keys");
    assert_eq!(mode(&folder), 0o700);
    let files = files_in(&folder);
    assert_eq!(files.len(), 3, "one file a key and nothing left over: {files:?}");
    for file in &files {
        assert_eq!(mode(file), 0o600);
    }
    let held = KeyStore::in_folder(data.path()).load().unwrap();
    assert_eq!((held.keys.len(), held.damaged.len()), (3, 0));
    assert!(held.keys.iter().all(SecretKey::is_protected));
}

#[test]
fn a_folder_that_stands_open_is_closed() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("keys");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let octets = fs::read(fixture("keys/cv25519.secret.pgp")).unwrap();
    import(&KeyStore::in_folder(data.path()), &octets).unwrap();
    assert_eq!(mode(&folder), 0o700);
}

#[test]
fn no_folder_means_no_keys() {
    let data = tempfile::tempdir().unwrap();
    let held = KeyStore::in_folder(data.path()).load().unwrap();
    assert!(held.keys.is_empty() && held.damaged.is_empty());
    assert!(files_in(data.path()).is_empty(), "looking creates nothing");
}

#[test]
fn a_damaged_file_is_reported_never_overwritten_and_in_nobodys_way() {
    let data = data_folder_with(&["cv25519.secret.pgp", "rsa3072.secret.asc"]);
    let store = KeyStore::in_folder(data.path());
    let damaged = files_in(&data.path().join("keys")).remove(0);
    fs::write(&damaged, b"half a key").unwrap();
    let held = store.load().unwrap();
    assert_eq!(held.keys.len(), 1, "the other key is still there");
    assert_eq!(held.damaged, std::slice::from_ref(&damaged));
    for key in ["cv25519.secret.pgp", "rsa3072.secret.asc"] {
        let octets = fs::read(fixture("keys").join(key)).unwrap();
        import(&store, &octets).unwrap();
    }
    let held = store.load().unwrap();
    assert_eq!((held.keys.len(), held.damaged), (2, vec![damaged.clone()]));
    assert_eq!(fs::read(&damaged).unwrap(), b"half a key");
}

#[test]
fn the_same_key_again_replaces_its_own_file() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let octets = fs::read(fixture("keys/cv25519.secret.pgp")).unwrap();
    import(&KeyStore::in_folder(data.path()), &octets).unwrap();
    assert_eq!(files_in(&data.path().join("keys")).len(), 1);
}

#[test]
fn a_failed_write_leaves_no_half_key() {
    let data = tempfile::tempdir().unwrap();
    // A file where the folder should be: the one failure that root meets as well.
    fs::write(data.path().join("keys"), b"").unwrap();
    let octets = fs::read(fixture("keys/cv25519.secret.pgp")).unwrap();
    let outcome = import(&KeyStore::in_folder(data.path()), &octets);
    assert!(matches!(outcome, Err(ImportError::Store(StoreError::Write { .. }))));
    assert_eq!(fs::read(data.path().join("keys")).unwrap(), b"");
}

#[test]
fn a_key_without_passphrase_is_refused_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let home_path = home.path().to_str().unwrap();
    let key = home.path().join("open.asc");
    let base = ["--homedir", home_path, "--batch", "--quiet", "--pinentry-mode", "loopback"];
    let gpg = |arguments: &[&str]| run("gpg", &[base.as_slice(), arguments].concat());
    gpg(&["--passphrase", "", "--quick-gen-key", "Open <open@x.example>", "default", "default"]);
    gpg(&["--armor", "--output", key.to_str().unwrap(), "--export-secret-keys"]);
    run("gpgconf", &["--homedir", home_path, "--kill", "gpg-agent"]);
    let data = tempfile::tempdir().unwrap();
    let store = KeyStore::in_folder(data.path());
    let error = import(&store, &fs::read(&key).unwrap()).unwrap_err();
    assert!(
        matches!(&error, ImportError::Unprotected { owner } if owner.contains("open@x.example"))
    );
    assert!(error.to_string().contains("gpg --change-passphrase"));
    assert!(store.load().unwrap().keys.is_empty());
}

#[test]
fn certificates_and_card_stubs_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let store = KeyStore::in_folder(data.path());
    for (name, octets) in [
        ("a certificate", fs::read(fixture("keys/cv25519.cert.pgp")).unwrap()),
        ("a message", fs::read(fixture("messages/gpg22-cv25519.pgp")).unwrap()),
        ("nothing", Vec::new()),
        ("text", b"hello".to_vec()),
    ] {
        let message = import(&store, &octets).unwrap_err().to_string();
        assert!(message.matches(". ").count() >= 1, "{name}: {message}");
    }
    assert!(store.load().unwrap().keys.is_empty());
}

#[test]
fn content_tells_a_key_from_a_recording() {
    for entry in fs::read_dir(fixture("keys")).unwrap() {
        let path = entry.unwrap().path();
        assert!(looks_like_key(&fs::read(&path).unwrap()), "{}", path.display());
    }
    for entry in fs::read_dir(fixture("messages")).unwrap() {
        let path = entry.unwrap().path();
        let is_noise = path.file_name().is_some_and(|name| name == "bad-random.pgp");
        assert!(is_noise || !looks_like_key(&fs::read(&path).unwrap()), "{}", path.display());
    }
}

#[test]
fn settings_survive_a_start_and_a_damaged_file() {
    let data = tempfile::tempdir().unwrap();
    let file = SettingsFile::in_folder(data.path());
    assert_eq!(file.load(), Settings::default());
    let settings = Settings {
        volume: 0.25,
        theme: ThemeChoice::Dark,
        hosts: vec!["https://pbx.example".to_owned()],
        ..Settings::default()
    };
    file.save(&settings).unwrap();
    assert_eq!(file.load(), settings);
    fs::write(data.path().join("settings.json"), b"{\"volume\": 9, \"later\": true}").unwrap();
    assert!((file.load().volume - 1.0).abs() < f32::EPSILON);
    fs::write(data.path().join("settings.json"), b"{").unwrap();
    assert_eq!(file.load(), Settings::default());
}

//! How often is the passphrase asked: as the person, the administrator and the keychain have it? The
//! real policy file and GNOME's keychain, each in a place of the test's own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;
#[path = "hands.rs"]
mod hands;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{PASSPHRASE, data_folder_with, recording_named};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use hands::{AppHarness, press, state, typed, until, window};
use shared::certs::SecretKey;
use shared::decrypt::{self, Envelope};
use shared::secret::Passphrase;
use support::process::{finish, guarded_tool, tool};
use support::{Outcome, ensure};
use workstation_app::keychain;
use workstation_app::keys::store::KeyStore;
use workstation_app::locking::Habits;
use workstation_app::message::Ready;
use workstation_app::settings::SettingsFile;
use workstation_app::state::{AppState, Screen};
use workstation_app::unlocking::KeysInUse;

const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
const NEXT: &str = "20260102-101500_5559876543_SALES_agent02-all.mp3.pgp";
/// In a place of its own a test runs itself.
const INSIDE: &str = "CALLSEAL_TEST_INSIDE";
const POLICY: &str = "/etc/callseal/policy.toml";

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Two recordings for a key, and what the person wants.
fn desk(settings: &str) -> (tempfile::TempDir, Vec<PathBuf>) {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    fs::write(data.path().join("settings.json"), settings).unwrap();
    let files = [CALL, NEXT].map(|name| recording_named(data.path(), name, "gpg22-cv25519.pgp"));
    (data, files.to_vec())
}

fn is_locked(state: &AppState) -> bool {
    state.pending.is_none() && matches!(state.screen, Screen::Locked(_))
}

fn is_heard(state: &AppState) -> bool {
    state.pending.is_none() && matches!(state.screen, Screen::Listening(_))
}

fn unlock(harness: &mut AppHarness) {
    until(harness, "the prompt", is_locked);
    typed(harness, PASSPHRASE);
    press(harness, Modifiers::NONE, Key::Enter);
    until(harness, "the sound", is_heard);
}

fn next(harness: &mut AppHarness) {
    press(harness, Modifiers::COMMAND, Key::N);
    until(harness, "the next", |state| {
        state.queue.next().is_none() && (is_locked(state) || is_heard(state))
    });
}

#[test]
fn by_default_the_passphrase_is_asked_for_every_recording() {
    let (data, files) = desk("{}");
    let mut harness = window(data.path(), files);
    unlock(&mut harness);
    assert!(harness.query_by_label("Lock now").is_some(), "a lock is always there");
    next(&mut harness);
    assert!(is_locked(state(&harness)));
}

#[test]
fn a_key_that_stays_unlocked_asks_once_until_it_is_locked() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    fs::write(data.path().join("settings.json"), r#"{"keep_unlocked_minutes": 15}"#).unwrap();
    let recording = recording_named(data.path(), CALL, "gpg22-cv25519.pgp");
    let next = recording_named(data.path(), NEXT, "gpg22-cv25519.pgp");
    let mut harness = window(data.path(), vec![recording.clone(), next, recording]);
    until(&mut harness, "the prompt", |state| matches!(state.screen, Screen::Locked(_)));
    typed(&mut harness, PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let listens = |state: &AppState| matches!(state.screen, Screen::Listening(_));
    until(&mut harness, "the first", listens);
    assert!(harness.query_by_label("Lock now (15 min)").is_some(), "the time that is left");
    press(&mut harness, Modifiers::COMMAND, Key::N);
    until(&mut harness, "the second", |state| {
        listens(state) && state.call().is_some_and(|call| call.title().contains("5559876543"))
    });
    press(&mut harness, Modifiers::COMMAND, Key::L);
    until(&mut harness, "the lock", |state| matches!(state.screen, Screen::Locked(_)));
    press(&mut harness, Modifiers::COMMAND, Key::N);
    until(&mut harness, "the third", |state| {
        state.queue.next().is_none() && state.pending.is_none()
    });
    assert!(matches!(state(&harness).screen, Screen::Locked(_)), "it asks again");
}

/// A message, and the key that it is for.
fn sealed(data: &Path, file: &Path) -> (Vec<SecretKey>, Envelope, Vec<u8>) {
    let octets = fs::read(file).unwrap();
    let held = KeyStore::in_folder(data).load().unwrap().keys;
    (held, decrypt::inspect(&octets).unwrap(), octets)
}

fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.as_bytes().to_vec().into())
}

fn habits(minutes: u64) -> Habits {
    Habits { keep_for: Duration::from_secs(60 * minutes), uses_keychain: false }
}

#[test]
fn another_time_holds_from_the_next_passphrase_on() {
    let (data, files) = desk("{}");
    let (held, envelope, octets) = sealed(data.path(), files.first().unwrap());
    let keys = KeysInUse::default();
    let open = || {
        keys.with(|keys| keys.open(held.clone(), &envelope, &octets, Some(&passphrase())).is_ok())
    };
    assert!(open() && keys.until().is_none());
    for minutes in [60, 15, 120] {
        keys.with(|keys| keys.set_habits(habits(minutes)));
        let begun = Instant::now();
        assert!(open());
        let left = keys.until().unwrap() - begun;
        assert!(left.as_secs().abs_diff(minutes * 60) < 60, "{left:?} instead of {minutes} min");
    }
}

#[test]
fn a_lock_from_another_thread_waits_for_nobody_and_leaves_nothing_unlocked() {
    let (data, files) = desk("{}");
    let (held, envelope, octets) = sealed(data.path(), files.first().unwrap());
    let keys = KeysInUse::default();
    keys.with(|keys| keys.set_habits(habits(60)));
    // While a key is in use: the lock comes back at once, and is done before anything else.
    keys.with(|in_use| {
        let opened = in_use.open(held.clone(), &envelope, &octets, Some(&passphrase()));
        assert!(opened.is_ok());
        std::thread::scope(|scope| scope.spawn(|| keys.lock()).join().unwrap());
    });
    assert!(keys.until().is_none());
    assert!(keys.with(|in_use| in_use.open(held, &envelope, &octets, None).is_err()));
}

/// Runs one of these tests again, in a mount namespace with this policy.
fn under_a_policy(name: &str, text: &str) -> Outcome {
    let script = format!(
        "umask 022; mount -t tmpfs -o mode=755 none /etc; mkdir /etc/callseal; \
         echo '{text}' >{POLICY}; exec \"$@\""
    );
    let mut command = tool("unshare")?;
    command.args(["--mount", "sh", "-euc", &script, "sh"]).arg(std::env::current_exe()?);
    command.args(["--exact", name, "--nocapture"]).env(INSIDE, "1").stdin(Stdio::null());
    finish(&mut command)?.expect_code(0).map(drop)
}

#[test]
fn where_the_policy_forbids_it_no_key_stays_unlocked_whatever_the_settings_say() -> Outcome {
    if !is_inside() {
        let name = "where_the_policy_forbids_it_no_key_stays_unlocked_whatever_the_settings_say";
        return under_a_policy(name, "keep_unlocked_minutes = 0");
    }
    ensure!(Path::new(POLICY).exists(), "this is not a place of its own");
    let (data, files) = desk(r#"{"keep_unlocked_minutes": 480}"#);
    let mut harness = window(data.path(), files);
    unlock(&mut harness);
    ensure!(state(&harness).unlocked_until.is_none(), "it stays unlocked");
    next(&mut harness);
    ensure!(is_locked(state(&harness)), "it was not asked again");
    press(&mut harness, Modifiers::COMMAND, Key::Comma);
    let words = "It is asked for every recording: your administrator has decided so";
    ensure!(harness.query_by_label(words).is_some(), "nobody says who decided");
    Ok(())
}

#[test]
fn a_policy_that_is_tightened_meanwhile_holds_for_the_next_recording() -> Outcome {
    if !is_inside() {
        let name = "a_policy_that_is_tightened_meanwhile_holds_for_the_next_recording";
        return under_a_policy(name, "keep_unlocked_minutes = 60");
    }
    let (data, files) = desk(r#"{"keep_unlocked_minutes": 480}"#);
    let mut harness = window(data.path(), files);
    unlock(&mut harness);
    ensure!(harness.query_by_label("Lock now (1 h)").is_some(), "the administrator's hour");
    fs::write(POLICY, "keep_unlocked_minutes = 0\n")?;
    next(&mut harness);
    ensure!(is_locked(state(&harness)), "it was not asked again");
    Ok(())
}

/// Runs one of these tests again, within a session bus and an unlocked keychain of its own.
fn with_a_keychain(name: &str) -> Outcome {
    let home = tempfile::tempdir()?;
    let script = "printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null
        \"$0\" --exact \"$1\" --nocapture";
    let mut session = guarded_tool("dbus-run-session")?;
    session.args(["--", "sh", "-euc", script]).arg(std::env::current_exe()?).arg(name);
    session.env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path()).env(INSIDE, "1");
    session.env("XDG_DATA_HOME", home.path()).env_remove("DISPLAY").stdin(Stdio::null());
    finish(&mut session)?.expect_code(0).map(drop)
}

#[test]
fn the_keychain_keeps_the_passphrase_until_its_owner_does_not_want_that() -> Outcome {
    if !is_inside() {
        let name = "the_keychain_keeps_the_passphrase_until_its_owner_does_not_want_that";
        return with_a_keychain(name);
    }
    let (data, files) = desk(r#"{"keeps_passphrase": true}"#);
    let mut harness = window(data.path(), files.clone());
    unlock(&mut harness);
    let fingerprint = state(&harness).held.first().unwrap().fingerprint.clone();
    let kept = || keychain::recall_passphrase(&fingerprint);
    ensure!(kept().is_some_and(|it| it.expose() == PASSPHRASE.as_bytes()), "it was not kept");

    // Another start asks nothing, until it was locked; then a press of Enter says who is there.
    let mut harness = window(data.path(), files);
    until(&mut harness, "the sound", is_heard);
    press(&mut harness, Modifiers::COMMAND, Key::L);
    until(&mut harness, "the lock", is_locked);
    ensure!(
        matches!(&state(&harness).screen, Screen::Locked(it) if it.seal.ready == Ready::Keychain),
        "the keychain is forgotten"
    );
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the sound", is_heard);

    press(&mut harness, Modifiers::COMMAND, Key::Comma);
    hands::tab_to(&mut harness, "Keep the passphrase in the keychain of this computer");
    press(&mut harness, Modifiers::NONE, Key::Space);
    until(&mut harness, "the end", |_| kept().is_none());
    ensure!(!SettingsFile::in_folder(data.path()).load().keeps_passphrase, "it is still wanted");
    Ok(())
}

#[test]
fn a_key_that_is_removed_leaves_no_passphrase_in_the_keychain() -> Outcome {
    if !is_inside() {
        return with_a_keychain("a_key_that_is_removed_leaves_no_passphrase_in_the_keychain");
    }
    let (data, _) = desk(r#"{"keeps_passphrase": true}"#);
    let mut harness = window(data.path(), Vec::new());
    until(&mut harness, "the key", |state| !state.held.is_empty());
    let fingerprint = state(&harness).held.first().unwrap().fingerprint.clone();
    keychain::keep_passphrase(&fingerprint, &passphrase()).unwrap();
    press(&mut harness, Modifiers::COMMAND, Key::K);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    hands::tab_to(&mut harness, "Remove from this computer…");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    typed(&mut harness, "remove");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "its end", |state| state.held.is_empty() && !state.keys.is_busy);
    ensure!(keychain::recall_passphrase(&fingerprint).is_none(), "it is still there");
    Ok(())
}

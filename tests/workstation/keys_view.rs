//! Can somebody who knows nothing of keys make, bring, keep and hand out one, by keyboard alone? The
//! real window with its real threads and files; gpg has the last word.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;
#[path = "hands.rs"]
mod hands;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use common::{PASSPHRASE, data_folder_with, recording_named};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use hands::{AppHarness, press, state, tab_to, typed, until, window};
use shared::secret::Passphrase;
use support::gnupg::{Algorithm, GnupgHome};
use support::process::finish;
use support::speech::{Format, Studio};
use support::{Outcome, ensure};
use workstation_app::keys::create::{KeyKind, NewKey, create};
use workstation_app::keys::store::KeyStore;
use workstation_app::message::Event;
use workstation_app::open::dialog::Wanted;
use workstation_app::state::Screen;
use workstation_app::state::key_steps::{HandOut, KeyStep};

const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
const NEW_PASSPHRASE: &str = "velvet harbor onion quartz";

fn enter_on(harness: &mut AppHarness, label: &str) {
    tab_to(harness, label);
    press(harness, Modifiers::NONE, Key::Enter);
}

#[test]
fn a_key_is_made_by_keyboard_and_gpg_seals_for_it_what_the_window_opens() {
    let data = tempfile::tempdir().unwrap();
    let mut harness = window(data.path(), Vec::new());
    harness.run_steps(3);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    enter_on(&mut harness, "Make a key…");
    until(&mut harness, "the form", |state| state.keys.step == KeyStep::Make);
    typed(&mut harness, "Nora Neumann");
    press(&mut harness, Modifiers::NONE, Key::Tab);
    typed(&mut harness, "nora@example.com");
    tab_to(&mut harness, "New passphrase");
    typed(&mut harness, NEW_PASSPHRASE);
    tab_to(&mut harness, "New passphrase again");
    typed(&mut harness, NEW_PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the key", |state| {
        matches!(state.keys.step, KeyStep::HandOut { why: HandOut::Made, .. })
    });
    assert!(harness.query_by_label("The fingerprint as a QR code").is_some());
    let card = state(&harness).held.first().unwrap().clone();
    assert_eq!((card.name(), card.opens_recordings), ("Nora Neumann", true));

    let saved = data.path().join("certificate.asc");
    tab_to(&mut harness, "Save the certificate…");
    // The desktop's own dialog is not ours to test; this is its answer.
    answer(&mut harness, Wanted::SaveCertificate, &saved);
    until(&mut harness, "the certificate", |state| state.keys.done.is_some());
    let home = GnupgHome::new().unwrap();
    home.import(&fs::read(&saved).unwrap()).unwrap();
    let speech = Studio::new().unwrap().recording("Nobody had to know", Format::Mp3).unwrap();
    let sealed = data.path().join(CALL);
    let options = ["--trust-model", "always"];
    fs::write(&sealed, home.encrypt(&speech, &[&card.fingerprint], &options).unwrap()).unwrap();

    let mut harness = window(data.path(), vec![sealed]);
    until(&mut harness, "the prompt", |state| matches!(state.screen, Screen::Locked(_)));
    typed(&mut harness, NEW_PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the sound", |state| matches!(state.screen, Screen::Listening(_)));
}

/// What the dialog for a file answers.
fn answer(harness: &mut AppHarness, wanted: Wanted, path: &Path) {
    let picked = Some(path.to_owned());
    harness.state().tell(Event::DialogClosed { wanted, picked, is_missing: false });
    harness.run_steps(2);
}

#[test]
fn a_passphrase_is_changed_and_only_the_new_one_opens() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let recording = recording_named(data.path(), CALL, "gpg22-cv25519.pgp");
    let mut harness = window(data.path(), Vec::new());
    open_key(&mut harness);
    enter_on(&mut harness, "New passphrase…");
    typed(&mut harness, "not the passphrase");
    tab_to(&mut harness, "New passphrase");
    typed(&mut harness, NEW_PASSPHRASE);
    tab_to(&mut harness, "New passphrase again");
    typed(&mut harness, NEW_PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "a refusal", |state| state.keys.error.is_some());
    assert!(matches!(state(&harness).keys.step, KeyStep::Passphrase(_)), "it may be typed again");

    tab_to(&mut harness, "Present passphrase");
    typed(&mut harness, PASSPHRASE);
    tab_to(&mut harness, "New passphrase");
    typed(&mut harness, NEW_PASSPHRASE);
    tab_to(&mut harness, "New passphrase again");
    typed(&mut harness, "something else");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(!state(&harness).keys.is_busy, "the two are not the same");
    typed(&mut harness, NEW_PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the change", |state| state.keys.done.is_some());

    let mut harness = window(data.path(), vec![recording]);
    for (passphrase, is_right) in [(PASSPHRASE, false), (NEW_PASSPHRASE, true)] {
        until(&mut harness, "the prompt", |state| matches!(state.screen, Screen::Locked(_)));
        typed(&mut harness, passphrase);
        press(&mut harness, Modifiers::NONE, Key::Enter);
        until(&mut harness, "an answer", |state| match &state.screen {
            Screen::Locked(locked) => locked.is_wrong && !is_right,
            Screen::Listening(_) => is_right,
            _ => false,
        });
    }
}

/// To the only key's own page.
fn open_key(harness: &mut AppHarness) {
    until(harness, "the keys", |state| !state.held.is_empty());
    press(harness, Modifiers::COMMAND, Key::K);
    press(harness, Modifiers::NONE, Key::Enter);
    until(harness, "its page", |state| matches!(state.keys.step, KeyStep::One(_)));
}

#[test]
fn a_key_goes_only_when_the_word_was_typed_and_its_backup_brings_it_back() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let mut harness = window(data.path(), Vec::new());
    open_key(&mut harness);
    let backup = data.path().join("backup.asc");
    answer(&mut harness, Wanted::SaveBackup, &backup);
    until(&mut harness, "the backup", |state| state.keys.done.is_some());
    answer(&mut harness, Wanted::Backup, &backup);
    until(&mut harness, "its test", |state| matches!(state.keys.step, KeyStep::TestBackup { .. }));
    typed(&mut harness, PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the answer", |state| {
        state.keys.done.as_ref().is_some_and(|it| it.contains("opens your recordings"))
    });

    enter_on(&mut harness, "Remove from this computer…");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    typed(&mut harness, "yes");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(5);
    let held = || KeyStore::in_folder(data.path()).load().unwrap().keys.len();
    assert_eq!((held(), state(&harness).keys.is_busy), (1, false));
    press(&mut harness, Modifiers::COMMAND, Key::A);
    typed(&mut harness, "remove");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "its end", |state| state.held.is_empty());
    assert_eq!(held(), 0);
    answer(&mut harness, Wanted::Key, &backup);
    until(&mut harness, "its return", |state| state.held.len() == 1);
    assert_eq!(held(), 1);
}

#[test]
fn esc_leads_back_page_by_page_and_what_was_typed_is_wiped() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let mut harness = window(data.path(), Vec::new());
    open_key(&mut harness);
    enter_on(&mut harness, "Extend…");
    typed(&mut harness, "half a passphr");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(matches!(state(&harness).keys.step, KeyStep::One(_)), "one page back");
    enter_on(&mut harness, "Extend…");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
    assert!(!state(&harness).keys.is_busy, "nothing is left in the field");
}

fn new_key() -> NewKey {
    NewKey {
        name: "Nora Neumann".to_owned(),
        address: "nora@example.com".to_owned(),
        passphrase: Passphrase::new(NEW_PASSPHRASE.as_bytes().to_vec().into()),
        kind: KeyKind::Curve25519,
        years: 1,
    }
}

#[test]
fn a_key_is_extended_and_its_new_certificate_is_handed_out() {
    let data = tempfile::tempdir().unwrap();
    create(&KeyStore::in_folder(data.path()), &new_key(), SystemTime::now()).unwrap();
    let mut harness = window(data.path(), Vec::new());
    open_key(&mut harness);
    let before = state(&harness).held.first().unwrap().expires;
    enter_on(&mut harness, "Extend…");
    typed(&mut harness, NEW_PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "more time", |state| {
        matches!(state.keys.step, KeyStep::HandOut { why: HandOut::Extended, .. })
    });
    let after = state(&harness).held.first().unwrap().expires.unwrap();
    let left = after.duration_since(SystemTime::now()).unwrap().as_secs() / 86_400;
    assert!((728..=731).contains(&left) && before != Some(after), "{left} days");
}

#[test]
fn a_key_whose_passphrase_is_lost_is_withdrawn_only_when_the_word_was_typed() {
    let data = tempfile::tempdir().unwrap();
    create(&KeyStore::in_folder(data.path()), &new_key(), SystemTime::now()).unwrap();
    let mut harness = window(data.path(), Vec::new());
    open_key(&mut harness);
    enter_on(&mut harness, "Withdraw…");
    enter_on(&mut harness, "I do not know it any more");
    harness.run_steps(5);
    enter_on(&mut harness, "Withdraw it for good");
    harness.run_steps(5);
    assert!(!state(&harness).keys.is_busy && !state(&harness).held.first().unwrap().is_revoked);
    tab_to(&mut harness, "Type \"withdraw\" to go on");
    typed(&mut harness, "withdraw");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "its end", |state| {
        matches!(state.keys.step, KeyStep::HandOut { why: HandOut::Revoked, .. })
    });
    assert!(state(&harness).held.first().unwrap().is_revoked);
}

/// In a place of its own this test runs itself, with GnuPG's home in it.
const INSIDE: &str = "CALLSEAL_TEST_INSIDE";

#[test]
fn a_key_of_gnupg_is_found_chosen_and_taken_over() -> Outcome {
    if std::env::var_os(INSIDE).is_none() {
        let home = GnupgHome::new()?;
        home.generate("Karl Kleopatra", Algorithm::Curve25519, PASSPHRASE, "2y")?;
        let mut own = Command::new(std::env::current_exe()?);
        own.args(["--exact", "a_key_of_gnupg_is_found_chosen_and_taken_over", "--nocapture"]);
        own.env("GNUPGHOME", home.path()).env(INSIDE, "1").stdin(Stdio::null());
        return finish(&mut own)?.expect_code(0).map(drop);
    }
    let data = tempfile::tempdir()?;
    let mut harness = window(data.path(), Vec::new());
    harness.run_steps(3);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    enter_on(&mut harness, "Take over from Kleopatra or GnuPG…");
    until(&mut harness, "what it holds", |state| matches!(state.keys.step, KeyStep::Gnupg(_)));
    enter_on(&mut harness, "Karl Kleopatra");
    typed(&mut harness, "not the passphrase");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "a refusal", |state| state.keys.error.is_some());
    typed(&mut harness, PASSPHRASE);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the key", |state| matches!(state.keys.step, KeyStep::One(_)));
    let held = KeyStore::in_folder(data.path()).load().unwrap().keys;
    let is_karls = held.iter().any(|key| key.owner().contains("Karl Kleopatra"));
    ensure!(is_karls && held.iter().all(|key| key.is_protected()), "{held:?}");
    Ok(())
}

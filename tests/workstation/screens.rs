//! Does the window, with its real threads and files, do what it must, by keyboard and by mouse?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::{
    PASSPHRASE, TestDevice, data_folder_with, drop_file, fixture, recording_named,
    sealed_by_passphrase, sources,
};
use egui::accesskit::Role;
use egui::{Event as Input, Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use shared::decrypt::Problem;
use workstation_app::app::App;
use workstation_app::audio::play::SoundFault;
use workstation_app::state::Screen;
use workstation_app::texts::{self, FailureKind};
use workstation_app::ui::theme;

const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
const WINDOW: Vec2 = theme::WINDOW_SIZE;

type AppHarness = Harness<'static, App>;

fn window(data: &Path, files: Vec<PathBuf>) -> AppHarness {
    window_with(data, files, TestDevice::new())
}

fn window_with(data: &Path, files: Vec<PathBuf>, device: TestDevice) -> AppHarness {
    let data = data.to_owned();
    Harness::builder().with_size(WINDOW).build_eframe(move |creation| {
        App::new(&creation.egui_ctx, &data, sources(files), Box::new(device))
    })
}

fn screen(harness: &AppHarness) -> &Screen {
    &harness.state().state().screen
}

fn step_until(harness: &mut AppHarness, what: &str, wanted: impl Fn(&AppHarness) -> bool) {
    let started = Instant::now();
    while !wanted(harness) {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}: {:?}", screen(harness));
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    harness.step();
    harness.step();
}

fn type_and_enter(harness: &mut AppHarness, passphrase: &str) {
    for character in passphrase.chars() {
        harness.event(Input::Text(character.to_string()));
    }
    harness.step();
    harness.key_press(Key::Enter);
    harness.step();
}

fn is_locked(harness: &AppHarness) -> bool {
    matches!(screen(harness), Screen::Locked(_))
}

fn is_listening(harness: &AppHarness) -> bool {
    matches!(screen(harness), Screen::Listening(_))
}

#[test]
fn empty_offers_a_recording_and_a_key() {
    let data = tempfile::tempdir().unwrap();
    let mut harness = window(data.path(), Vec::new());
    harness.run_steps(4);
    assert!(harness.query_by_role_and_label(Role::Button, "Open a recording…").is_some());
    assert!(harness.query_by_role_and_label(Role::Button, "Bring or make your key…").is_some());
    assert_eq!(harness.state().state().title(), "Callseal");
}

#[test]
fn empty_names_the_key_that_is_held() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let mut harness = window(data.path(), Vec::new());
    step_until(&mut harness, "keys", |harness| !harness.state().state().held.is_empty());
    assert!(harness.query_by_label("Key of CV25519").is_some());
    assert!(harness.query_by_label("Bring or make your key…").is_none());
}

#[test]
fn from_a_file_to_sound_without_the_mouse() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let file = recording_named(data.path(), CALL, "gpg22-cv25519.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "locked", is_locked);
    for words in ["5551234567", "Thursday, 1 January 2026, 09:30", "Sealed for the key of CV25519"]
    {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Passphrase");
    assert!(field.is_focused());

    // More often than any limit would allow.
    for attempt in 2..7 {
        type_and_enter(&mut harness, "wrong");
        step_until(
            &mut harness,
            "refused",
            |harness| matches!(screen(harness), Screen::Locked(locked) if locked.attempt == attempt),
        );
        let title = "That is not the passphrase of the key of CV25519";
        let advice = texts::words(FailureKind::Problem(Problem::WrongPassphrase)).advice;
        assert!(harness.query_by_label(title).is_some());
        assert!(harness.query_by_label(advice).is_some());
        let field = harness.get_by_role_and_label(Role::PasswordInput, "Passphrase");
        assert!(field.is_focused());
        assert!(field.value().unwrap_or_default().is_empty());
    }

    type_and_enter(&mut harness, PASSPHRASE);
    step_until(&mut harness, "listening", |harness| {
        matches!(screen(harness), Screen::Listening(listening)
            if listening.playback.position > Duration::from_millis(200))
    });
    assert!(harness.query_by_role_and_label(Role::Button, "Pause").is_some());
    harness.key_press(Key::Space);
    harness.step();
    harness.step();
    assert!(harness.query_by_role_and_label(Role::Button, "Play").is_some());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::W);
    harness.run_steps(3);
    assert!(matches!(screen(&harness), Screen::Empty));
}

#[test]
fn a_pasted_passphrase_opens_too() {
    let data = data_folder_with(&["rsa3072.secret.asc"]);
    let file = recording_named(data.path(), CALL, "gpg22-rsa3072.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "locked", is_locked);
    harness.event(Input::Paste(format!("{PASSPHRASE}\n")));
    harness.step();
    harness.get_by_role_and_label(Role::Button, "Open").click();
    step_until(&mut harness, "listening", |harness| {
        matches!(screen(harness), Screen::Listening(_))
    });
}

#[test]
fn enter_in_an_empty_field_asks_again() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let file = recording_named(data.path(), CALL, "gpg22-cv25519.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "locked", is_locked);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(is_locked(&harness));
    assert!(harness.get_by_role_and_label(Role::PasswordInput, "Passphrase").is_focused());
}

#[test]
fn a_message_with_its_own_passphrase_needs_no_key() {
    let data = tempfile::tempdir().unwrap();
    let file = recording_named(data.path(), CALL, "gpg22-passphrase-only.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "locked", is_locked);
    assert!(harness.query_by_label("Sealed with a passphrase of its own").is_some());
    type_and_enter(&mut harness, PASSPHRASE);
    step_until(&mut harness, "listening", |harness| {
        matches!(screen(harness), Screen::Listening(_))
    });
}

#[test]
fn a_missing_key_is_explained_and_a_dropped_one_goes_on() {
    let data = data_folder_with(&["gpg24.secret.pgp"]);
    let file = recording_named(data.path(), CALL, "gpg22-cv25519.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "no key", |harness| matches!(screen(harness), Screen::Problem(_)));
    assert!(harness.query_by_label("No key here opens this recording").is_some());
    assert!(harness.query_by_label("gpg24 default <gpg24@field.example>").is_some());
    assert!(harness.query_by_role_and_label(Role::Button, "Bring your key…").is_some());
    assert!(harness.query_by_label_contains("50D28B16D58DF97D").is_none(), "folded at first");
    harness.get_by_role_and_label(Role::Button, "Details").click();
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("50D28B16D58DF97D").is_some());
    assert!(harness.query_by_role_and_label(Role::Button, "Copy details").is_some());

    drop_file(&mut harness, fixture("keys/cv25519.secret.pgp"));
    step_until(&mut harness, "locked", is_locked);
    let notice = "This workstation now holds the key of CV25519 <cv25519@field.example>";
    assert!(harness.query_by_label(notice).is_some());
    type_and_enter(&mut harness, PASSPHRASE);
    step_until(&mut harness, "listening", |harness| {
        matches!(screen(harness), Screen::Listening(_))
    });
}

#[test]
fn a_dropped_certificate_is_refused_and_the_screen_stays() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let file = recording_named(data.path(), CALL, "gpg22-cv25519.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "locked", is_locked);
    drop_file(&mut harness, fixture("keys/cv25519.cert.pgp"));
    step_until(&mut harness, "refused", |harness| harness.state().state().notice.is_some());
    step_until(&mut harness, "locked again", is_locked);
    harness.get_by_role_and_label(Role::Button, "Dismiss").click();
    harness.run_steps(3);
    assert!(harness.state().state().notice.is_none());
}

#[test]
fn what_does_not_open_says_in_the_words_of_the_table_what_it_is() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    for (message, problem) in [
        ("bad-html.pgp", Problem::NotPgpHtml),
        ("bad-empty.pgp", Problem::NotPgpEmpty),
        ("bad-plain-mp3.pgp", Problem::NotPgpAudio),
        ("bad-random.pgp", Problem::NotPgpUnknown),
        ("bad-truncated-gpg22-cv25519.pgp", Problem::Incomplete),
        ("bad-flipped-end-gpg22-cv25519.pgp", Problem::Damaged),
    ] {
        let mut harness = window(data.path(), vec![fixture("messages").join(message)]);
        if problem == Problem::Damaged {
            step_until(&mut harness, "locked", is_locked);
            type_and_enter(&mut harness, PASSPHRASE);
        }
        step_until(&mut harness, "problem", |h| matches!(screen(h), Screen::Problem(_)));
        let words = texts::words(FailureKind::Problem(problem));
        assert!(harness.query_by_label(words.title).is_some(), "{message}");
        assert!(harness.query_by_label(words.advice).is_some(), "{message}");
        let button = harness.get_by_role_and_label(Role::Button, "Open another recording…");
        assert!(button.is_focused(), "{message}");
        harness.get_by_role_and_label(Role::Button, "Details").click();
        harness.run_steps(3);
        let word = format!("Problem: {}\n", problem.word());
        let size = std::fs::metadata(fixture("messages").join(message)).unwrap().len();
        assert!(harness.query_by_label_contains(&format!("Read {size} bytes")).is_some());
        assert!(harness.query_by_label_contains(&word).is_some());
    }
}

/// Opens a recording that holds `octets` and listens to it.
fn listening_to(folder: &Path, octets: &[u8], device: TestDevice) -> AppHarness {
    let file = sealed_by_passphrase(folder, CALL, octets);
    let mut harness = window_with(folder, vec![file], device);
    step_until(&mut harness, "locked", is_locked);
    type_and_enter(&mut harness, PASSPHRASE);
    step_until(&mut harness, "listening", is_listening);
    harness
}

#[test]
fn audio_that_is_cut_off_says_for_good_how_much_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let plain = std::fs::read(fixture("plain.mp3")).unwrap();
    let half = &plain[..plain.len() / 2 + 50];
    let mut harness = listening_to(folder.path(), half, TestDevice::new());
    let remark = texts::part_is_missing(Duration::from_secs(3));
    assert!(harness.query_by_label(&remark).is_some());
    step_until(
        &mut harness,
        "the end",
        |harness| matches!(screen(harness), Screen::Listening(listening) if listening.playback.has_ended),
    );
    assert!(harness.query_by_label(&remark).is_some(), "gone at the end");
}

#[test]
fn without_a_sound_device_it_says_so_until_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let plain = std::fs::read(fixture("plain.mp3")).unwrap();
    let device = TestDevice::new();
    device.is_there.store(false, Ordering::Release);
    let mut harness = listening_to(folder.path(), &plain, device.clone());
    let remark = texts::sound(SoundFault::NoDevice);
    step_until(&mut harness, "said", |harness| harness.query_by_label(remark).is_some());
    device.is_there.store(true, Ordering::Release);
    step_until(&mut harness, "sound", |harness| harness.query_by_label(remark).is_none());
}

#[test]
fn who_signed_is_a_quiet_line() {
    let data = data_folder_with(&["cv25519.secret.pgp", "rsa3072.secret.asc"]);
    let file = recording_named(data.path(), CALL, "gpg22-signed.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "locked", is_locked);
    type_and_enter(&mut harness, PASSPHRASE);
    step_until(&mut harness, "listening", is_listening);
    assert!(harness.query_by_label("Signed by RSA3072").is_some());
    // The last line keeps its distance from the window's edge: nothing is there to scroll.
    let last = harness.get_by_label("Opened with the key of CV25519, in memory only").rect();
    let line_bottom = last.center().y + 2.5 * theme::STEP;
    assert!(line_bottom <= WINDOW.y - theme::GROUP - theme::GAP, "{last}");
    assert!(harness.query_by_label(texts::WITHOUT_INTEGRITY.get()).is_none());
}

#[test]
fn keys_that_cannot_be_read_are_no_missing_key() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("keys"), b"a file where the folder should be").unwrap();
    let file = recording_named(data.path(), CALL, "gpg22-cv25519.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "problem", |h| matches!(screen(h), Screen::Problem(_)));
    let words = texts::words(FailureKind::KeysUnreadable);
    assert!(harness.query_by_label(words.title).is_some());
    assert!(harness.query_by_label("No key here opens this recording").is_none());
}

#[test]
fn a_name_with_two_endings_opens_as_any_other() {
    let data = data_folder_with(&["cv25519.secret.pgp", "rsa3072.secret.asc"]);
    let name = "20260101-093012_5551234567_SALES_agent01-all.mp3.gpg.gpg";
    let file = recording_named(data.path(), name, "gpg22-sealed-twice.pgp.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "locked", is_locked);
    assert!(harness.query_by_label("5551234567").is_some());
    type_and_enter(&mut harness, PASSPHRASE);
    step_until(&mut harness, "listening", is_listening);
}

#[test]
fn a_click_on_the_picture_jumps_there() {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let file = recording_named(data.path(), CALL, "gpg22-cv25519.pgp");
    let mut harness = window(data.path(), vec![file]);
    step_until(&mut harness, "locked", is_locked);
    type_and_enter(&mut harness, PASSPHRASE);
    step_until(&mut harness, "listening", |harness| {
        matches!(screen(harness), Screen::Listening(_))
    });
    harness.key_press(Key::Space);
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::Slider, "Position").click();
    harness.run_steps(3);
    let Screen::Listening(listening) = screen(&harness) else { panic!("not listening") };
    let half = listening.recording.pcm.duration() / 2;
    assert!(listening.playback.position.abs_diff(half) < Duration::from_millis(100));
    harness.key_press(Key::ArrowLeft);
    harness.run_steps(3);
    let Screen::Listening(listening) = screen(&harness) else { panic!("not listening") };
    assert!(listening.playback.position < Duration::from_millis(100));
}

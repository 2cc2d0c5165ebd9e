//! Can every problem be read at every size, and is help one key away?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]

#[path = "shown.rs"]
mod shown;

use std::path::PathBuf;
use std::time::Instant;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, Rect, Theme, Vec2};
use egui_kittest::kittest::Queryable;
use shared::decrypt::Problem;
use shown::{
    PaintedHarness, WINDOW, assert_fits, card, failed, ink, listening, painted, with_every_remark,
    with_file,
};
use workstation_app::audio::play::SoundFault;
use workstation_app::keys::KeyCard;
use workstation_app::message;
use workstation_app::state::{AppState, Screen};
use workstation_app::texts::{self, FailureKind, Remedy, Words};
use workstation_app::ui::theme;

fn with_keys(count: usize) -> AppState {
    let mut state = with_file();
    let card = |number| KeyCard { owner: format!("Anna {number} <anna@example.com>"), ..card() };
    let held = (0..count).map(card).collect();
    state.apply(message::Event::Keys { held, damaged: Vec::new() }, Instant::now());
    state
}

/// Every row of the table that has a screen.
fn every_failure() -> Vec<(&'static str, AppState)> {
    let problem = |problem, detail| failed(with_file(), FailureKind::Problem(problem), detail);
    let other = |kind, detail| failed(with_file(), kind, detail);
    let no_key = FailureKind::Problem(Problem::NoKey);
    vec![
        ("no key", problem(Problem::NoKey, "sealed for AAAABBBBCCCCDDDD")),
        ("no key at all", failed(with_keys(0), no_key, "sealed for AAAABBBBCCCCDDDD")),
        ("no key of many", failed(with_keys(300), no_key, "sealed for AAAABBBBCCCCDDDD")),
        ("damaged", problem(Problem::Damaged, "the modification detection code does not match")),
        ("incomplete", problem(Problem::Incomplete, "the message stops early")),
        ("forged", problem(Problem::NoIntegrity, "the message has no integrity protection")),
        ("no content", problem(Problem::NotPgpEmpty, "the file is empty")),
        ("web page", problem(Problem::NotPgpHtml, "the file is a web page")),
        ("plain audio", problem(Problem::NotPgpAudio, "the file is plain audio")),
        ("unknown", problem(Problem::NotPgpUnknown, "the file is no sealed message")),
        ("kind of key", problem(Problem::UnsupportedKey, "Curve448")),
        ("kind of audio", problem(Problem::UnsupportedAudio, "ADPCM (in a WAV file) audio")),
        ("too large", problem(Problem::TooLarge, "more than 512 MiB")),
        ("no sound", other(FailureKind::NoSound, "no audio was found in it (end of stream)")),
        ("no file", other(FailureKind::FileMissing, "No such file or directory (os error 2)")),
        ("forbidden", other(FailureKind::FileForbidden, "Permission denied (os error 13)")),
        ("folder", other(FailureKind::NotAFile, "not a regular file")),
        ("bad disk", other(FailureKind::FileUnreadable, "Input/output error (os error 5)")),
        (
            "policy",
            other(FailureKind::Policy, "line 3 of /etc/callseal/policy.toml: unknown key x"),
        ),
        ("keys", other(FailureKind::KeysUnreadable, "Permission denied (os error 13): /home/a")),
        ("fault", other(FailureKind::Internal, "the work thread has ended")),
    ]
}

fn words_of(state: &AppState) -> Words {
    let Screen::Problem(problem) = &state.screen else { panic!("not a problem") };
    problem.failure.words()
}

fn button_of(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::BringKey => "Bring your key…",
        Remedy::OpenAnother => "Open another recording…",
        Remedy::TryAgain => "Try again",
    }
}

fn rect_of(harness: &PaintedHarness, label: &str) -> Rect {
    harness.get_by_label(label).rect()
}

#[test]
fn every_problem_shows_the_words_of_the_table_and_hides_its_details() {
    for (name, state) in every_failure() {
        let words = words_of(&state);
        let Screen::Problem(problem) = &state.screen else { panic!("not a problem") };
        let (detail, kind) = (problem.failure.detail.clone(), problem.failure.named_kind());
        let is_named = kind.is_some();
        let harness = painted(state, Theme::Light, WINDOW, 1.0);
        for label in [words.title, words.advice] {
            assert!(harness.query_by_label(label).is_some(), "{name}: {label}");
        }
        let button = harness.get_by_role_and_label(Role::Button, button_of(words.remedy));
        assert!(button.is_focused(), "{name}: {} has no focus", button_of(words.remedy));
        // Which kind of key or audio it is must be seen; everything else is folded.
        assert_eq!(harness.query_by_label_contains(&detail).is_some(), is_named, "{name}");
        assert!(harness.query_by_label_contains("AAAABBBBCCCCDDDD").is_none(), "{name}");
    }
}

#[test]
fn every_problem_fits_the_smallest_window_at_once() {
    for size in [theme::WINDOW_MIN_SIZE, WINDOW, Vec2::new(1920.0, 1080.0)] {
        for (name, state) in every_failure() {
            let harness = painted(state, Theme::Light, size, 1.0);
            assert_fits(&harness, &format!("{name} at {size}"), size);
            assert!(rect_of(&harness, "Details").bottom() <= size.y, "{name} at {size}");
        }
    }
    let size = theme::WINDOW_MIN_SIZE / 2.0;
    for (name, state) in every_failure() {
        let harness = painted(state, Theme::Light, size, 2.0);
        assert_fits(&harness, &format!("{name} at twice the zoom"), size);
    }
}

#[test]
fn every_remark_on_what_is_heard_is_seen_in_the_smallest_window() {
    let harness = painted(with_every_remark(), Theme::Light, theme::WINDOW_MIN_SIZE, 1.0);
    let length = std::time::Duration::from_secs(90);
    for remark in [
        texts::sound(SoundFault::DeviceLost),
        &texts::WITHOUT_INTEGRITY,
        &texts::part_is_missing(length),
        "Signed by Sam Supervisor, Olga Officer",
        "Opened with the key of Anna Berger, in memory only",
    ] {
        let bottom = rect_of(&harness, remark).bottom();
        assert!(bottom <= theme::WINDOW_MIN_SIZE.y, "{remark} is at {bottom}");
    }
    // What is in order is not talked about.
    let harness = painted(listening(None), Theme::Light, theme::WINDOW_MIN_SIZE, 1.0);
    for remark in ["Signed by", &texts::WITHOUT_INTEGRITY, &texts::PART_IS_MISSING] {
        assert!(harness.query_by_label_contains(remark).is_none(), "{remark}");
    }
}

/// Presses a key and says what went to the clipboard.
fn press(harness: &mut PaintedHarness, key: Key) -> Option<String> {
    let event = |pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    harness.event(event(true));
    harness.step();
    let commands = harness.output().platform_output.commands.clone();
    harness.event(event(false));
    harness.run_steps(3);
    commands.into_iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text),
        _ => None,
    })
}

#[test]
fn the_details_unfold_and_are_copied_by_keyboard() {
    let state = failed(with_file(), FailureKind::Problem(Problem::NoKey), "sealed for nobody here");
    let mut harness = painted(state, Theme::Light, theme::WINDOW_MIN_SIZE, 1.0);
    press(&mut harness, Key::Tab);
    assert!(harness.get_by_role_and_label(Role::Button, "Details").is_focused());
    press(&mut harness, Key::Enter);
    let last_line = harness.get_by_label_contains("Program: Callseal").rect();
    assert!(last_line.bottom() <= theme::WINDOW_MIN_SIZE.y, "unfolded out of sight");
    press(&mut harness, Key::Tab);
    let copy = harness.get_by_role_and_label(Role::Button, "Copy details");
    assert!(copy.is_focused());
    assert!(
        copy.rect().top() >= 0.0 && copy.rect().bottom() <= theme::WINDOW_MIN_SIZE.y,
        "the focus is out of sight"
    );
    let copied = press(&mut harness, Key::Enter).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        copied,
        format!(
            "File: 20260101-093012_5551234567_SALES_agent01-all.mp3.pgp\n\
             Problem: no-key\n\
             Read 8156 bytes\n\
             Sealed for key AAAABBBBCCCCDDDD\n\
             Held: key D0810CE0A01B03C5 of Anna Berger <anna.berger@example.com>\n\
             Program: Callseal {version}, linux"
        )
    );
    assert!(harness.query_by_role_and_label(Role::Button, "Details copied").is_some());
}

#[test]
fn a_workstation_without_keys_says_so() {
    let state = failed(with_keys(0), FailureKind::Problem(Problem::NoKey), "");
    let mut harness = painted(state, Theme::Light, WINDOW, 1.0);
    assert!(harness.query_by_label(texts::NO_KEY_HELD.get()).is_some());
    press(&mut harness, Key::Tab);
    press(&mut harness, Key::Enter);
    assert!(harness.query_by_label_contains("Held: none").is_some());
}

#[test]
fn many_keys_leave_room_for_the_button_and_stand_in_the_details() {
    let state = failed(with_keys(9), FailureKind::Problem(Problem::NoKey), "");
    let mut harness = painted(state, Theme::Light, theme::WINDOW_MIN_SIZE, 1.0);
    assert!(harness.query_by_label("Anna 1 <anna@example.com>").is_some());
    assert!(harness.query_by_label("and 7 more, which the details name").is_some());
    assert!(rect_of(&harness, "Details").bottom() <= theme::WINDOW_MIN_SIZE.y);
    press(&mut harness, Key::Tab);
    press(&mut harness, Key::Enter);
    assert!(harness.query_by_label_contains("of Anna 8 <anna@example.com>").is_some());
}

#[test]
fn every_problem_is_painted_light_and_dark() {
    // Where somebody wants to look at them.
    let kept = std::env::var_os("CALLSEAL_SCREENS").map(PathBuf::from);
    for (theme, palette, size) in
        [(Theme::Light, theme::LIGHT, WINDOW), (Theme::Dark, theme::DARK, theme::WINDOW_MIN_SIZE)]
    {
        for (name, state) in every_failure() {
            let mut harness = painted(state, theme, size, 1.0);
            if name.starts_with("no key") {
                harness.get_by_label("Details").click();
                harness.run_steps(3);
            }
            let picture = harness.render().unwrap();
            let (share, colours) = ink(&picture, palette.background);
            assert!(share > 0.1 && share < 0.9, "{name} {theme:?}: {share} painted");
            assert!(colours > 50, "{name} {theme:?}: {colours} colours");
            if let Some(folder) = &kept {
                let file = format!("problem {name} {theme:?}.png").replace(' ', "-");
                picture.save(folder.join(file)).unwrap();
            }
        }
    }
}

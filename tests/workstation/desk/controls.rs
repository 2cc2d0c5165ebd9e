//! Transport, speed, switches, sides, repeat, loudness: each by mouse and by key.

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use workstation_app::audio::play::hearing::Side;
use workstation_app::desk::Switch;
use workstation_app::settings::SettingsFile;
use workstation_app::state::desk::Repeat;

use crate::hands::Hands;

fn close_to(value: f64, wanted: f64) -> bool {
    (value - wanted).abs() < 0.05
}

#[test]
fn jumps_go_where_their_names_say() {
    let mut hands = Hands::listening();
    hands.pause();
    hands.click(Role::Button, "Go to the beginning");
    assert!(close_to(hands.at(), 0.0));
    for (label, at) in [
        ("10 seconds on", 10.0),
        ("5 seconds on", 15.0),
        ("10 seconds back", 5.0),
        ("5 seconds back", 0.0),
        ("Go to the end", 30.0),
    ] {
        hands.click(Role::Button, label);
        assert!(close_to(hands.at(), at), "{label}: {}", hands.at());
    }
    for (modifiers, key, at) in [
        (Modifiers::NONE, Key::Home, 0.0),
        (Modifiers::SHIFT, Key::ArrowRight, 10.0),
        (Modifiers::NONE, Key::ArrowRight, 15.0),
        (Modifiers::SHIFT, Key::ArrowLeft, 5.0),
        (Modifiers::NONE, Key::ArrowLeft, 0.0),
        (Modifiers::NONE, Key::End, 30.0),
    ] {
        hands.press_with(modifiers, key);
        assert!(close_to(hands.at(), at), "{key:?}: {}", hands.at());
    }
}

#[test]
fn a_time_that_is_typed_is_gone_to_and_what_is_none_stays_to_be_mended() {
    let mut hands = Hands::listening();
    hands.pause();
    for (keys, at) in [("0:17", 17.0), ("21", 21.0)] {
        hands.press(Key::G);
        assert!(hands.has(Role::TextInput, "Go to a time"));
        for character in keys.chars() {
            hands.window.event(egui::Event::Text(character.to_string()));
        }
        hands.steps();
        hands.press(Key::Enter);
        assert!(close_to(hands.at(), at), "{keys}: {}", hands.at());
        assert!(!hands.has(Role::TextInput, "Go to a time"));
    }
    hands.click(Role::Button, "Go to a time");
    hands.window.event(egui::Event::Text("soon".to_owned()));
    hands.steps();
    hands.press(Key::Enter);
    assert!(hands.has(Role::TextInput, "Go to a time"), "it stays");
    assert!(close_to(hands.at(), 21.0));
    // What is typed is no command: `s` and `o` are keys of the desk.
    assert!(!hands.desk().skips_silence);
    hands.press(Key::Escape);
    assert!(!hands.has(Role::TextInput, "Go to a time"));
}

#[test]
fn speed_goes_by_steps_by_menu_and_back() {
    let mut hands = Hands::listening();
    let speed = |hands: &Hands| f64::from(hands.desk().speed);
    hands.click(Role::Button, "Faster");
    hands.press(Key::Plus);
    assert!(close_to(speed(&hands), 1.2));
    hands.click(Role::Button, "Slower");
    hands.press(Key::Minus);
    hands.press(Key::Minus);
    assert!(close_to(speed(&hands), 0.9));
    hands.press(Key::Backspace);
    assert!(close_to(speed(&hands), 1.0));
    hands.click(Role::Button, "Speed 1×");
    hands.window.get_by_label("2.5×").click();
    hands.steps();
    assert!(close_to(speed(&hands), 2.5));
    assert!(hands.has(Role::Button, "Speed 2.5×"), "what is set is seen");
    for _ in 0..30 {
        hands.press(Key::Plus);
    }
    assert!(close_to(speed(&hands), 4.0), "not faster than it can be heard");
}

#[test]
fn each_switch_is_turned_seen_and_remembered() {
    let mut hands = Hands::listening();
    for (switch, label, key) in [
        (Switch::SkipSilence, "Skip silence", Key::S),
        (Switch::Level, "Level voices", Key::E),
        (Switch::Band, "Telephone band", Key::T),
        (Switch::Swap, "Swap ears", Key::X),
    ] {
        assert!(!hands.desk().is_on(switch));
        hands.click(Role::CheckBox, label);
        assert!(hands.desk().is_on(switch), "{label}");
        let shown = hands.window.get_by_role_and_label(Role::CheckBox, label);
        assert_eq!(shown.accesskit_node().toggled(), Some(Toggled::True), "{label}");
        let remembered = SettingsFile::in_folder(hands.folder.path()).load();
        assert!(remembered.desk.is_on(switch), "{label}");
        hands.press(key);
        assert!(!hands.desk().is_on(switch), "{label} by key");
    }
}

#[test]
fn silence_that_is_left_out_is_told() {
    let mut hands = Hands::listening();
    assert!(hands.window.query_by_label_contains("of silence left out").is_none());
    hands.press(Key::S);
    assert!(hands.window.query_by_label_contains("of silence left out").is_some());
    let silences = &hands.listening_now().silences;
    assert_eq!(silences.len(), 1, "{silences:?}");
    let range = silences.first().unwrap();
    let (start, end) = (range.start.as_secs_f64(), range.end.as_secs_f64());
    assert!((10.0..10.7).contains(&start) && (19.3..=20.0).contains(&end), "{range:?}");
}

#[test]
fn one_side_is_chosen_by_its_name_wherever_the_agent_is() {
    let mut hands = Hands::listening();
    for (label, side) in [
        ("Agent", Side::Left),
        ("Customer", Side::Right),
        ("Mixed", Side::Mixed),
        ("Both", Side::Both),
    ] {
        hands.click(Role::CheckBox, label);
        assert_eq!(hands.desk().side, side, "{label}");
    }
    for side in [Side::Left, Side::Right, Side::Mixed, Side::Both] {
        hands.press(Key::C);
        assert_eq!(hands.desk().side, side);
    }
    hands.press_with(Modifiers::COMMAND, Key::Comma);
    hands.window.get_by_role_and_label(Role::ComboBox, "The agent is on").click();
    hands.steps();
    hands.window.get_by_label("The right channel").click();
    hands.steps();
    hands.press(Key::Escape);
    hands.click(Role::CheckBox, "Agent");
    assert_eq!(hands.desk().side, Side::Right);
}

#[test]
fn a_stretch_is_repeated_until_it_is_ended() {
    let mut hands = Hands::listening();
    hands.pause();
    hands.press(Key::Home);
    hands.press(Key::ArrowRight);
    hands.press(Key::R);
    assert!(matches!(hands.listening_now().repeat, Repeat::From(_)));
    hands.press(Key::ArrowRight);
    hands.click(Role::CheckBox, "Set B here");
    let Repeat::Between(range) = &hands.listening_now().repeat else { panic!("no repeat") };
    assert!(close_to(range.start.as_secs_f64(), 5.0) && close_to(range.end.as_secs_f64(), 10.0));
    assert!(hands.window.query_by_label("A 0:05 – B 0:10").is_some());
    hands.click(Role::CheckBox, "End repeat");
    assert_eq!(hands.listening_now().repeat, Repeat::Off);
}

#[test]
fn going_on_after_a_pause_steps_back_unless_somebody_jumped() {
    let mut hands = Hands::listening();
    hands.until("some sound", |hands| hands.at() > 1.6);
    hands.press(Key::Space);
    let paused_at = hands.at();
    hands.press(Key::Space);
    hands.press(Key::Space);
    assert!(hands.at() < paused_at - 0.5, "{} after {paused_at}", hands.at());
    hands.press(Key::End);
    hands.press(Key::ArrowLeft);
    hands.press(Key::Space);
    assert!(hands.at() >= 24.9, "{}: whoever jumped means that place", hands.at());
}

#[test]
fn loudness_and_silence_by_key() {
    let mut hands = Hands::listening();
    let volume = |hands: &Hands| f64::from(hands.window.state().state().settings.volume);
    hands.press(Key::ArrowDown);
    assert!(close_to(volume(&hands), 0.75));
    hands.press(Key::ArrowUp);
    assert!(close_to(volume(&hands), 0.8));
    let heard = |hands: &Hands| f64::from(hands.window.state().state().settings.loudness());
    hands.press(Key::Num0);
    assert!(close_to(heard(&hands), 0.0));
    hands.click(Role::Button, "Sound on");
    assert!(close_to(heard(&hands), 0.8));
    hands.click(Role::Button, "Sound off");
    let remembered = SettingsFile::in_folder(hands.folder.path()).load();
    assert!(close_to(f64::from(remembered.loudness()), 0.8), "the next start is not silent");
}

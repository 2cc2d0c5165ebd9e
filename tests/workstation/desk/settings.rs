//! What the settings offer about listening: each is chosen, takes effect, and is remembered.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use workstation_app::desk::Desk;
use workstation_app::settings::SettingsFile;

use crate::hands::Hands;

fn settings() -> Hands {
    let mut hands = Hands::listening();
    hands.press_with(Modifiers::COMMAND, Key::Comma);
    hands
}

fn remembered(hands: &Hands) -> Desk {
    SettingsFile::in_folder(hands.folder.path()).load().desk
}

/// Chooses one of the words behind a label.
fn choose(hands: &mut Hands, label: &str, words: &str) {
    hands.window.get_by_role_and_label(Role::ComboBox, label).focus();
    hands.steps();
    hands.press(Key::Space);
    hands.window.get_by_role_and_label(Role::Button, words).click_accesskit();
    hands.steps();
}

#[test]
fn a_device_is_chosen_by_its_name_and_the_default_followed_again() {
    let mut hands = settings();
    hands.until("the devices", |hands| hands.window.state().state().devices.is_some());
    choose(&mut hands, "Play through", "Headset");
    assert_eq!(remembered(&hands).device.as_deref(), Some("Headset"));
    choose(&mut hands, "Play through", "The computer's default");
    assert_eq!(remembered(&hands).device, None);
    hands.click(Role::Button, "Play a test sound");
}

#[test]
fn what_silence_is_can_be_chosen_and_is_shown_at_once() {
    let mut hands = settings();
    let before = hands.listening_now().silences.clone();
    assert_eq!(before.len(), 1);
    choose(&mut hands, "Shortest silence to skip", "5 s");
    assert_eq!(remembered(&hands).shortest_silence_ms, 5000);
    assert_eq!(hands.listening_now().silences.len(), 1, "ten seconds are more than five");
    choose(&mut hands, "What counts as silence", "Quieter than −60 dBFS");
    assert_eq!(remembered(&hands).silence_dbfs, Some(-60));
    choose(&mut hands, "What counts as silence", "Found out from the call");
    assert_eq!(remembered(&hands).silence_dbfs, None);
    choose(&mut hands, "Step back when playing goes on", "3 s");
    assert_eq!(remembered(&hands).step_back_ms, 3000);
}

#[test]
fn numbers_are_hidden_in_the_window_and_in_its_title_at_once() {
    let mut hands = settings();
    hands.click(Role::CheckBox, "Hide telephone numbers");
    hands.press(Key::Escape);
    assert!(hands.window.query_by_label_contains("5551234567").is_none());
    assert_eq!(hands.window.state().state().title(), "1 Jan 09:30 - Callseal");
    assert!(remembered(&hands).hides_numbers);
}

#[test]
fn a_template_of_the_dialer_is_typed_and_names_are_read_by_it() {
    let mut hands = settings();
    let label = "How the dialer names recordings";
    hands.window.get_by_role_and_label(Role::TextInput, label).focus();
    hands.steps();
    for character in "nothing".chars() {
        hands.window.event(Event::Text(character.to_string()));
    }
    hands.steps();
    let useless = "No word of the dialer is in it, so names are guessed";
    assert!(hands.window.query_by_label(useless).is_some());
    hands.window.get_by_role_and_label(Role::TextInput, label).focus();
    hands.press_with(Modifiers::COMMAND, Key::A);
    hands.window.event(Event::Text("FULLDATE_CUSTPHONE_AGENT".to_owned()));
    hands.steps();
    assert!(hands.window.query_by_label(useless).is_none());
    hands.press(Key::Escape);
    let call = hands.window.state().state().call().unwrap();
    assert_eq!((call.agent().as_deref(), call.campaign()), (Some("SALES_agent01"), None));
}

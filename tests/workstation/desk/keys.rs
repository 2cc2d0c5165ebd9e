//! The keys: looked up, changed, held like a pedal, and never taken from whoever types.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use workstation_app::state::Place;

use crate::hands::Hands;

fn hold(hands: &mut Hands, key: Key, is_down: bool) {
    hands.window.event(Event::Key {
        key,
        physical_key: None,
        pressed: is_down,
        repeat: false,
        modifiers: Modifiers::NONE,
    });
    hands.steps();
}

#[test]
fn a_question_mark_shows_every_key_and_esc_goes_back() {
    let mut hands = Hands::listening();
    hands.press(Key::Questionmark);
    assert_eq!(hands.window.state().state().place, Place::Shortcuts);
    for said in
        ["Play or pause: Space. Change", "Set a mark: M. Change", "Show the keys: ?. Change"]
    {
        assert!(hands.has(Role::Button, said), "{said}");
    }
    hands.press(Key::Escape);
    assert_eq!(hands.window.state().state().place, Place::Recording);
    hands.click(Role::Button, "Show the keys");
    hands.click(Role::Button, "Done");
    assert_eq!(hands.window.state().state().place, Place::Recording);
}

#[test]
fn a_pedals_key_is_given_to_play_and_plays() {
    let mut hands = Hands::listening();
    hands.press(Key::Questionmark);
    hands.click(Role::Button, "Play or pause: Space. Change");
    assert!(hands.window.query_by_label("Press a key…").is_none(), "the name says what it is for");
    hands.press(Key::F13);
    assert!(hands.has(Role::Button, "Play or pause: F13. Change"));
    hands.press(Key::Escape);
    let was_playing = hands.listening_now().playback.is_playing;
    hands.press(Key::F13);
    assert_ne!(hands.listening_now().playback.is_playing, was_playing);
    hands.press(Key::Space);
    assert_ne!(hands.listening_now().playback.is_playing, was_playing, "the old key is free");
    hands.press(Key::Questionmark);
    hands.click(Role::Button, "All keys as they come");
    assert!(hands.has(Role::Button, "Play or pause: Space. Change"));
}

#[test]
fn esc_while_a_key_is_chosen_changes_nothing_and_keys_of_the_window_stay() {
    let mut hands = Hands::listening();
    hands.press(Key::Questionmark);
    hands.click(Role::Button, "Play or pause: Space. Change");
    hands.press_with(Modifiers::COMMAND, Key::W);
    hands.press(Key::Tab);
    hold(&mut hands, Key::ControlLeft, true);
    hold(&mut hands, Key::ControlLeft, false);
    assert!(hands.heard().is_some(), "a key that is chosen does nothing else");
    hands.press(Key::Escape);
    assert_eq!(hands.window.state().state().place, Place::Shortcuts, "only the choice is left");
    assert!(hands.desk().keys.is_original());
    hands.click(Role::Button, "Play or pause: Space. Change");
    hands.press_with(Modifiers::COMMAND, Key::L);
    assert!(hands.heard().is_none(), "a lock locks whatever is asked");
    assert!(hands.desk().keys.is_original());
}

#[test]
fn keys_are_chosen_with_what_is_held_beside_them() {
    let mut hands = Hands::listening();
    hands.press(Key::Questionmark);
    hands.click(Role::Button, "Set a mark: M. Change");
    let modifiers = Modifiers { ctrl: true, command: true, ..Modifiers::SHIFT };
    hold(&mut hands, Key::ControlLeft, true);
    hold(&mut hands, Key::ShiftLeft, true);
    hands.press_with(modifiers, Key::F6);
    assert!(hands.has(Role::Button, "Set a mark: Ctrl+Shift+F6. Change"));
}

#[test]
fn a_key_that_is_held_plays_like_a_pedal() {
    let mut hands = Hands::listening();
    hands.pause();
    hold(&mut hands, Key::F4, true);
    assert!(hands.listening_now().playback.is_playing);
    hold(&mut hands, Key::F4, false);
    assert!(!hands.listening_now().playback.is_playing);
    // Let go while something else is held, or on another page.
    hold(&mut hands, Key::F4, true);
    hands.window.event(Event::Key {
        key: Key::F4,
        physical_key: None,
        pressed: false,
        repeat: false,
        modifiers: Modifiers::SHIFT,
    });
    hands.steps();
    assert!(!hands.listening_now().playback.is_playing, "with Shift");
    hold(&mut hands, Key::F4, true);
    hands.press(Key::Questionmark);
    hold(&mut hands, Key::F4, false);
    assert!(!hands.listening_now().playback.is_playing, "on the page of keys");
}

#[test]
fn a_control_that_has_the_focus_keeps_space_and_arrows_and_nothing_else() {
    let mut hands = Hands::listening();
    hands.pause();
    hands.window.get_by_role_and_label(Role::CheckBox, "Telephone band").focus();
    hands.steps();
    let at = hands.at();
    hands.press(Key::Space);
    assert!(hands.desk().is_band_limited && !hands.listening_now().playback.is_playing);
    hands.press(Key::S);
    assert!(hands.desk().skips_silence, "a letter is a command wherever nothing is typed");
    hands.window.get_by_role_and_label(Role::Slider, "Position").focus();
    hands.steps();
    hands.press(Key::ArrowRight);
    assert!((hands.at() - at - 5.0).abs() < 0.1, "{at} to {}", hands.at());
}

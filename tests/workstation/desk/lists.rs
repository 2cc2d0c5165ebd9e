//! The queue and the marks.

use egui::accesskit::Role;
use egui::{Event, Key, OutputCommand};
use egui_kittest::kittest::Queryable;

use crate::hands::{CALL, Hands, OTHER};

fn title(hands: &Hands) -> String {
    hands.window.state().state().title()
}

#[test]
fn next_and_previous_go_through_the_list_and_what_was_heard_is_marked() {
    let mut hands = Hands::listening_to(&[CALL, OTHER]);
    assert!(hands.has(Role::Button, "5551234567, 1 Jan 09:30, open"));
    hands.press(Key::End);
    hands.press(Key::ArrowLeft);
    hands.press(Key::N);
    hands.unlock();
    assert!(title(&hands).starts_with("5559876543"), "{}", title(&hands));
    hands.press(Key::P);
    hands.unlock();
    assert!(title(&hands).starts_with("5551234567"));
    hands.click(Role::Button, "5559876543, 2 Jan 10:15");
    hands.unlock();
    assert!(title(&hands).starts_with("5559876543"));
    hands.click(Role::Button, "Previous recording");
    hands.unlock();
    assert!(title(&hands).starts_with("5551234567"));
    hands.click(Role::Button, "Take out of the list");
    assert_eq!(hands.window.state().state().queue.items().len(), 1);
    assert!(!hands.has(Role::Button, "Recordings"), "one is no list");
}

#[test]
fn the_list_folds_away_and_stays_away() {
    let mut hands = Hands::listening_to(&[CALL, OTHER]);
    hands.click(Role::Button, "Recordings");
    assert!(!hands.desk().shows_queue);
    assert!(!hands.has(Role::Button, "5559876543, 2 Jan 10:15"));
    hands.click(Role::Button, "Recordings");
    assert!(hands.has(Role::Button, "5559876543, 2 Jan 10:15"));
}

#[test]
fn a_mark_is_set_written_jumped_to_copied_and_removed() {
    let mut hands = Hands::listening();
    hands.pause();
    hands.press(Key::Home);
    hands.press(Key::ArrowRight);
    hands.press(Key::M);
    // Whoever sets a mark types what it is about, without another key.
    for character in "promised refund, ñ".chars() {
        hands.window.event(Event::Text(character.to_string()));
    }
    hands.steps();
    assert!(hands.has(Role::TextInput, "Remark at 0:05"));
    assert_eq!(
        hands.window.state().state().marks().unwrap().as_text(),
        "00:05 - promised refund, ñ\n"
    );
    hands.press(Key::Enter);
    hands.press(Key::End);
    hands.click(Role::Button, "Go to 0:05");
    assert!((hands.at() - 5.0).abs() < 0.05);
    hands.window.get_by_role_and_label(Role::Button, "Copy all").click();
    hands.window.step();
    let copied = hands.window.output().platform_output.commands.iter().find_map(|it| match it {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    hands.steps();
    assert_eq!(copied.as_deref(), Some("00:05 - promised refund, ñ\n"));
    assert!(hands.has(Role::Button, "Copied"));
    hands.click(Role::Button, "Remove the mark at 0:05");
    assert!(hands.window.state().state().marks().unwrap().all().is_empty());
}

#[test]
fn marks_belong_to_their_recording_and_wait_for_it() {
    let mut hands = Hands::listening_to(&[CALL, OTHER]);
    hands.press(Key::M);
    hands.window.event(Event::Text("hello".to_owned()));
    hands.steps();
    hands.press(Key::Enter);
    hands.press(Key::N);
    hands.unlock();
    assert!(hands.window.state().state().marks().is_none());
    hands.press(Key::P);
    hands.unlock();
    let text = hands.window.state().state().marks().unwrap().as_text();
    assert!(text.ends_with("hello\n"), "{text}");
    let data = hands.folder.path().join("settings.json");
    let written = std::fs::read_to_string(data).unwrap_or_default();
    assert!(!written.contains("hello"), "what is noted is in no file");
}

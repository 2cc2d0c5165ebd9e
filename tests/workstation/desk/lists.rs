//! The queue and the marks.

use egui::accesskit::Role;
use egui::{Event, Key, OutputCommand};
use egui_kittest::kittest::Queryable;

use workstation_app::open::source::Source;

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

#[test]
fn the_first_mark_of_each_recording_takes_its_remark_and_no_letter_is_a_command() {
    let mut hands = Hands::listening_to(&[CALL, OTHER]);
    for _ in 0..2 {
        hands.press(Key::M);
        for character in "tests promised".chars() {
            hands.window.event(Event::Text(character.to_string()));
        }
        hands.steps();
        assert!(hands.window.state().state().marks().unwrap().as_text().contains("tests promised"));
        assert!(hands.window.state().state().is_typing);
        hands.press(Key::Enter);
        if hands.window.state().state().queue.next().is_some() {
            hands.press(Key::N);
            hands.unlock();
        }
    }
    assert!(!hands.desk().skips_silence && !hands.desk().is_levelled);
}

#[test]
fn what_arrives_while_a_remark_is_typed_waits() {
    let mut hands = Hands::listening();
    hands.press(Key::M);
    let other = Source::File(hands.folder.path().join(OTHER));
    hands.window.state().tell(workstation_app::message::Event::Arrived(vec![other]));
    hands.steps();
    assert!(title(&hands).starts_with("5551234567"));
    assert!(hands.has(Role::Button, "Next (1 waiting)"));
}

#[test]
fn the_tick_goes_to_what_was_heard_and_a_lock_in_the_middle_takes_nothing_away() {
    let mut hands = Hands::listening_to(&[CALL, OTHER]);
    hands.until("half of it", |hands| hands.at() > 15.0);
    hands.press_with(egui::Modifiers::COMMAND, Key::L);
    hands.unlock();
    hands.until("its end", |hands| hands.listening_now().playback.has_ended);
    let items = hands.window.state().state().queue.items().to_vec();
    assert!(items[0].is_heard && !items[1].is_heard, "{items:?}");
}

//! Queue, marks, keys, names of calls: is each true on its own, whatever comes?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use egui::{Key, Modifiers};
use workstation_app::call::{CallCard, masked, template};
use workstation_app::desk::{Desk, nearest_speed};
use workstation_app::marks::{Marks, parse_time};
use workstation_app::open::source::Source;
use workstation_app::queue::{MOST_ITEMS, Queue};
use workstation_app::settings::{Settings, SettingsFile};
use workstation_app::shortcuts::{Chord, KeyMap, SHORTCUTS, Shortcut};

const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";

fn source(name: &str) -> Source {
    Source::File(PathBuf::from(name))
}

fn queue_of(names: &[&str]) -> Queue {
    let mut queue = Queue::default();
    queue.open(&source(names[0]));
    queue.wait(names[1..].iter().map(|name| source(name)));
    queue
}

fn order(queue: &Queue) -> Vec<String> {
    queue.items().iter().map(|item| item.source.file_name().into_string().unwrap()).collect()
}

#[test]
fn a_queue_goes_on_and_back_and_remembers_what_was_heard() {
    let mut queue = queue_of(&["a", "b", "c"]);
    assert_eq!((queue.current(), queue.waiting_count()), (Some(0), 2));
    assert!(queue.previous().is_none());
    queue.mark_heard(&source("a"));
    queue.open(&source("b"));
    assert_eq!(queue.previous().unwrap().source, source("a"));
    assert_eq!(queue.next().unwrap().source, source("c"));
    assert!(queue.items()[0].is_heard && !queue.items()[1].is_heard);
    // What is opened meanwhile comes right after what is open, before what waits.
    queue.open(&source("x"));
    assert_eq!(order(&queue), ["a", "b", "x", "c"]);
    queue.open(&source("a"));
    assert_eq!((queue.current(), queue.items().len()), (Some(0), 4), "it is there once");
}

#[test]
fn what_is_closed_leaves_the_queue_and_the_next_is_the_one_after_it() {
    let mut queue = queue_of(&["a", "b", "c"]);
    queue.open(&source("b"));
    queue.close();
    assert_eq!(order(&queue), ["a", "c"]);
    assert_eq!(queue.next().unwrap().source, source("c"));
    assert_eq!(queue.previous().unwrap().source, source("a"));
    queue.close();
    assert_eq!(order(&queue), ["a", "c"], "nothing is open, nothing is closed");
}

#[test]
fn taking_out_of_the_queue_keeps_what_is_open() {
    let mut queue = queue_of(&["a", "b", "c"]);
    queue.open(&source("b"));
    queue.remove(1);
    assert_eq!(order(&queue), ["a", "b", "c"], "what is open stays");
    queue.remove(0);
    assert_eq!((order(&queue), queue.current()), (vec!["b".into(), "c".into()], Some(0)));
    queue.remove(7);
    queue.remove(1);
    assert_eq!((order(&queue), queue.waiting_count()), (vec!["b".to_owned()], 0));
}

#[test]
fn what_was_passed_by_and_comes_again_waits_again() {
    let mut queue = queue_of(&["a", "b", "c"]);
    queue.open(&source("c"));
    queue.wait([source("a"), source("c")].into_iter());
    assert_eq!(order(&queue), ["b", "c", "a"]);
    assert_eq!((queue.current(), queue.next().unwrap().source.clone()), (Some(1), source("a")));
}

#[test]
fn a_queue_has_an_end_and_forgets_what_was_first() {
    let mut queue = queue_of(&["first"]);
    let left_out = queue.wait((0..5000).map(|number| source(&number.to_string())));
    assert_eq!((queue.items().len(), left_out), (MOST_ITEMS, 5001 - MOST_ITEMS));
    for number in 6000..6000 + MOST_ITEMS {
        queue.open(&source(&number.to_string()));
    }
    assert_eq!(queue.items().len(), MOST_ITEMS);
    let open = queue.current().and_then(|index| queue.items().get(index)).unwrap();
    assert_eq!(open.source, source(&(5999 + MOST_ITEMS).to_string()));
    assert!(!order(&queue).contains(&"first".to_owned()));
}

#[test]
fn marks_are_copied_as_lines_in_the_order_of_the_call() {
    let mut marks = Marks::default();
    let (refund, hello, late) = (1, 2, 3);
    for (number, secs) in [(refund, 192), (hello, 3), (late, 3723)] {
        assert!(marks.set(number, Duration::from_secs(secs)));
    }
    marks.write(refund, "promised refund\nand more\u{7}");
    marks.write(hello, "  ");
    assert_eq!(marks.as_text(), "00:03\n03:12 - promised refund and more\n1:02:03\n");
    marks.remove(hello);
    marks.remove(late);
    assert_eq!(marks.as_text(), "03:12 - promised refund and more\n");
    marks.write(refund, &"ñ".repeat(4000));
    assert!(marks.all()[0].text.len() <= 500);
    let set = (10..5000).filter(|number| marks.set(*number, Duration::from_secs(*number))).count();
    assert_eq!(set, 499);
}

#[test]
fn times_are_read_as_people_write_them() {
    let secs = |words| parse_time(words).map(|time| time.as_secs());
    for (words, expected) in [
        ("192", 192),
        ("3:12", 192),
        (" 03:12 ", 192),
        ("3.12", 192),
        ("3 12", 192),
        ("1:02:03", 3723),
        ("0", 0),
        ("90:00", 5400),
    ] {
        assert_eq!(secs(words), Some(expected), "{words}");
    }
    for words in ["", ":", "3:", "x", "3:60", "1:2:3:4", "-1", "+1x", "999999", "1:99:00", "١:٢"]
    {
        assert_eq!(secs(words), None, "{words}");
    }
}

#[test]
fn every_key_is_there_once_and_reads_as_it_is_written() {
    let keys = KeyMap::default();
    let mut chords = Vec::new();
    for (shortcut, words, original) in SHORTCUTS {
        let chord = keys.chord(shortcut).unwrap_or_else(|| panic!("{original} has no key"));
        assert_eq!(chord.to_string(), original, "{}", words.english);
        assert_eq!(Chord::parse(&chord.to_string()), Some(chord));
        assert!(!chords.contains(&chord), "{original} is there twice");
        chords.push(chord);
    }
    for words in [
        "",
        "+",
        "Ctrl+",
        "Ctrl+Ctrl",
        "Shift",
        "Hyper+A",
        "Tab",
        "Escape",
        "Ctrl+L",
        "AB",
        "ControlLeft",
        "ShiftRight",
    ] {
        let chord = Chord::parse(words);
        assert!(words == "+" || chord.is_none(), "{words}: {chord:?}");
    }
}

#[test]
fn a_key_is_found_whatever_must_be_held_for_it() {
    let keys = KeyMap::default();
    let found = |modifiers, key| keys.find(modifiers, key).map(|(shortcut, _)| shortcut);
    assert_eq!(found(Modifiers::NONE, Key::ArrowLeft), Some(Shortcut::Back));
    assert_eq!(found(Modifiers::SHIFT, Key::ArrowLeft), Some(Shortcut::FarBack));
    assert_eq!(found(Modifiers::SHIFT, Key::Questionmark), Some(Shortcut::Help));
    assert_eq!(found(Modifiers::NONE, Key::Plus), Some(Shortcut::Faster));
    assert_eq!(found(Modifiers::SHIFT, Key::Plus), Some(Shortcut::Faster));
    assert_eq!(found(Modifiers::COMMAND, Key::M), None);
    assert_eq!(found(Modifiers::NONE, Key::F9), None);
}

#[test]
fn a_chosen_key_is_taken_from_whatever_had_it_and_outlives_a_restart() {
    let mut keys = KeyMap::default();
    let f9 = Chord::pressed(Modifiers::NONE, Key::F9).unwrap();
    let space = Chord::pressed(Modifiers::NONE, Key::Space).unwrap();
    keys.set(Shortcut::Play, Some(f9));
    assert_eq!(keys.chord(Shortcut::Play), Some(f9));
    keys.set(Shortcut::Mark, Some(space));
    assert_eq!(keys.find(Modifiers::NONE, Key::Space).unwrap().0, Shortcut::Mark);
    keys.set(Shortcut::Next, Some(f9));
    assert_eq!((keys.chord(Shortcut::Play), keys.chord(Shortcut::Next)), (None, Some(f9)));
    keys.set(Shortcut::Next, None);
    assert_eq!(keys.find(Modifiers::NONE, Key::F9), None);

    let folder = tempfile::tempdir().unwrap();
    let file = SettingsFile::in_folder(folder.path());
    let desk = Desk { keys: keys.clone(), ..Desk::default() };
    file.save(&Settings { desk, ..Settings::default() }).unwrap();
    assert_eq!(file.load().desk.keys, keys);
    keys.reset();
    assert!(keys.is_original() && keys.chord(Shortcut::Play) == Some(space));
}

#[test]
fn settings_that_somebody_wrote_badly_stay_within_their_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let file = SettingsFile::in_folder(folder.path());
    let desk = r#"{"speed": 1e30, "silence_dbfs": -900, "shortest_silence_ms": 0,
        "step_back_ms": 4000000000, "keys": {"play": "Hyper+Q", "no-such": "A"}}"#;
    std::fs::write(folder.path().join("settings.json"), format!("{{\"desk\": {desk}}}")).unwrap();
    let read = file.load().desk;
    assert_eq!((read.speed, read.silence_dbfs), (4.0, Some(-70)));
    assert_eq!((read.shortest_silence_ms, read.step_back_ms), (300, 10_000));
    assert!(read.keys.chord(Shortcut::Play).is_some());
    for (speed, nearest) in [(0.0, 0.5), (1.549, 1.55), (f32::NAN, 1.0), (9.0, 4.0), (-1.0, 0.5)] {
        assert!((nearest_speed(speed) - nearest).abs() < 1e-6, "{speed}");
    }
}

#[test]
fn names_are_read_by_the_dialers_own_template() {
    for (template, name, number, campaign, agent) in [
        (
            "FULLDATE_CUSTPHONE_CAMPAIGN_AGENT",
            "20260101-093012_5551234567_SALES_agent_01",
            "5551234567",
            "SALES",
            "agent_01",
        ),
        ("AGENT-CUSTPHONE-FULLDATE", "7001-0049301234-20260101-093012", "0049301234", "", "7001"),
        ("CAMPAIGN_AGENT_CUSTPHONE", "20260101_6001_5551234567", "5551234567", "20260101", "6001"),
        ("RECID_LEADID_CUSTPHONE_x", "12_7_+15551234567_x", "+15551234567", "", ""),
        ("CUSTPHONE_AGENT", "S_5551234567_ana", "5551234567", "", "ana"),
        ("CUSTPHONE_AGENT", "5551234567_", "5551234567", "", ""),
    ] {
        let facts = template::read(template, name).unwrap_or_else(|| panic!("{template}: {name}"));
        let told = |part: &Option<String>| part.clone().unwrap_or_default();
        let read = (told(&facts.number), told(&facts.campaign), told(&facts.agent));
        assert_eq!(read, (number.into(), campaign.into(), agent.into()), "{template}: {name}");
    }
    for (template, name) in [
        ("", "20260101-093012_5551234567"),
        ("only letters", "only letters"),
        ("CUSTPHONE_AGENT", "no number_here"),
        ("FULLDATE_AGENT", "20261399-993012_ana"),
    ] {
        assert!(template::read(template, name).is_none(), "{template}: {name}");
    }
    assert!(template::is_useful("CUSTPHONE") && !template::is_useful("LEADID"));
}

#[test]
fn a_hostile_template_and_name_come_to_an_end() {
    let template = "AGENTCAMPAIGNAGENTCAMPAIGNAGENTCAMPAIGNAGENTCAMPAIGNAGENTCAMPAIGN!";
    assert!(template::read(template, &"a".repeat(380)).is_none());
    assert!(template::read(&"AGENT".repeat(10_000), "a").is_none());
}

#[test]
fn hidden_numbers_show_nowhere() {
    let desk = Desk { hides_numbers: true, ..Desk::default() };
    let names = [
        CALL,
        "voicemail 5551234567.mp3.pgp",
        "5551234567_x.pgp",
        "S_20260101-093012_5551234567-all.wav.pgp",
    ];
    for name in names {
        let card = CallCard::of_name(OsStr::new(name), &desk);
        let shown = [
            Some(card.heading()),
            card.when(),
            Some(card.title()),
            Some(card.file_name()),
            card.campaign(),
            card.agent(),
        ];
        for text in shown.into_iter().flatten() {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            assert!(!digits.contains("5551234567") && !text.is_empty(), "{name}: {text}");
        }
    }
    let card = CallCard::of_name(OsStr::new(CALL), &desk);
    assert_eq!(card.title(), "1 Jan 09:30");
    assert_eq!(card.heading(), "Thursday, 1 January 2026, 09:30");
    for (text, shown) in [
        ("a 12345 b +4930123456 c", "a 12345 b +••• c"),
        ("(555) 123-4567 x", "(••• x"),
        ("12 34 5 - x", "12 34 5 - x"),
        ("٥٥٥١٢٣٤", "•••"),
        ("", ""),
    ] {
        assert_eq!(masked(text), shown);
    }
}

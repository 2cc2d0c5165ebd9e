//! Do names from anywhere, as long as they like, leave the window as it is?

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Instant;

use egui::Vec2;
use egui_kittest::kittest::{NodeT, Queryable};
use workstation_app::keys::KeyCard;
use workstation_app::link::login::Question;
use workstation_app::message::{Event, Ready, Recording, Seal};
use workstation_app::settings::Settings;
use workstation_app::state::key_steps::{KeyAction, KeyStep};
use workstation_app::state::{Action, AppState};
use workstation_app::ui::theme;

use crate::shown::{
    PaintedHarness, WINDOW, assert_fits, card, painted_with_any_letters, recording,
};
use crate::shown_fit::{faults, texts};

/// What people and machines are called.
fn names() -> Vec<(&'static str, String)> {
    let long = "W".repeat(255 - ".mp3.pgp".len());
    let names = [
        ("Hebrew", "הקלטה־של־שרה"),
        ("Arabic", "تسجيل_المكالمة"),
        ("Arabic and Latin", "تسجيل 123 call تسجيل"),
        ("combining", "Ze\u{301}\u{302}\u{323}\u{324}\u{330}\u{331}rro"),
        ("emoji", "👩‍👩‍👧‍👦🎧📞call🇪🇸"),
        ("zero width", "a\u{200B}\u{200D}\u{2060}\u{FEFF}b"),
        ("turned round", "call\u{202E}3pm.exe\u{202C}"),
        ("isolates", "a\u{2066}b\u{2067}c\u{2069}d\u{200F}e\u{061C}f"),
        ("lines", "a\nb\tc\rd\u{85}e\u{2028}f"),
        ("Chinese", "通话录音"),
        ("wide", "﷽﷽﷽﷽﷽﷽﷽﷽𒐫𒐫𒐫𒐫"),
    ];
    let mut names: Vec<(&str, String)> =
        names.into_iter().map(|(kind, name)| (kind, name.to_owned())).collect();
    names.push(("255 octets", long));
    names.push(("255 octets of Hebrew", "א".repeat(120)));
    names
}

fn named(name: &str) -> KeyCard {
    let owner = format!("{name} <{name}@example.com>");
    KeyCard { owner: shared::recording::escaped(owner.as_bytes()), ..card() }
}

/// A recording whose every part is called so, at each of its screens.
fn screens(name: &str) -> Vec<(&'static str, AppState)> {
    let parts = format!("20260101-093012_5551234567_{name}_{name}-all.mp3.pgp");
    vec![
        ("locked as a whole", locked(&format!("{name}.mp3.pgp"), name)),
        ("locked in parts", locked(&parts, name)),
        ("listening as a whole", listening(&format!("{name}.mp3.pgp"), name)),
        ("listening in parts", listening(&parts, name)),
        ("keys", keys(name, KeyStep::List)),
        ("key", keys(name, KeyStep::One(card().fingerprint))),
        ("key deleted", keys(name, KeyStep::Delete(card().fingerprint))),
        ("empty", keys_held(name)),
        ("queue", queue(name)),
        ("sign in", sign_in(name)),
    ]
}

fn keys_held(name: &str) -> AppState {
    let mut state = AppState::new(Settings::default());
    state.apply(
        Event::Keys { held: vec![named(name), card()], damaged: Vec::new() },
        Instant::now(),
    );
    state
}

fn keys(name: &str, step: KeyStep) -> AppState {
    let mut state = keys_held(name);
    state.act(Action::Keys(KeyAction::Go(step)), Instant::now());
    state
}

fn locked(file: &str, owner: &str) -> AppState {
    let mut state = keys_held(owner);
    state.act(Action::Open(vec![PathBuf::from(file).into()]), Instant::now());
    let generation = state.generation();
    let seal = Seal {
        sealed_to: vec!["D0810CE0A01B03C5".to_owned()],
        by_passphrase: false,
        opened_by: vec![named(owner)],
        ready: Ready::Nothing,
    };
    let located = Event::Located { generation, seal, name: OsString::new(), digest: [7; 32] };
    state.apply(located, Instant::now());
    state
}

fn listening(file: &str, owner: &str) -> AppState {
    let mut state = locked(file, owner);
    let generation = state.generation();
    let owner = named(owner).owner;
    let recording = Recording {
        opened_by: Some(owner.clone()),
        signed_by: vec![owner.clone(), owner],
        ..recording()
    };
    state.apply(Event::Ready { generation, recording }, Instant::now());
    state
}

fn queue(name: &str) -> AppState {
    let file = |number: usize| PathBuf::from(format!("{number}{name}.pgp")).into();
    let mut state = listening(&format!("{name}.pgp"), name);
    state.settings.desk.shows_queue = true;
    state.apply(Event::Arrived((0..3).map(file).collect()), Instant::now());
    state
}

fn sign_in(name: &str) -> AppState {
    let mut state = keys_held(name);
    state.act(Action::Open(vec![PathBuf::from("a.pgp").into()]), Instant::now());
    let generation = state.generation();
    let question = Question {
        site: "http://pbx.example.com".to_owned(),
        host: "pbx.example.com".to_owned(),
        realm: name.to_owned(),
        is_open: true,
        is_wrong: false,
    };
    state.apply(Event::SignIn { generation, question }, Instant::now());
    state
}

/// Characters that are not seen and change what is.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(character, '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn said(harness: &PaintedHarness) -> Vec<String> {
    let nodes = harness.root().query_all_by(|_| true);
    let words = nodes.map(|node| (node.accesskit_node().label(), node.accesskit_node().value()));
    // A line of text is the value of its node.
    words.flat_map(|(label, value)| [label, value]).flatten().collect()
}

#[test]
fn no_name_breaks_a_screen() {
    for (size, scale) in
        [(theme::WINDOW_MIN_SIZE, 1.0), (WINDOW, 1.0), (Vec2::new(1024.0, 700.0), 2.0)]
    {
        for (kind, name) in names() {
            for (screen, state) in screens(&name) {
                let harness = painted_with_any_letters(state, size, scale);
                let screen = format!("{screen} with {kind} at {size}");
                assert_fits(&harness, &screen, size);
                let found = faults(harness.output(), &screen, size, |_| true);
                assert!(found.is_empty(), "{}", found.join("\n"));
            }
        }
    }
}

#[test]
fn no_character_in_a_name_turns_or_hides_what_is_shown() {
    for (kind, name) in names() {
        for (screen, state) in screens(&name) {
            let harness = painted_with_any_letters(state, WINDOW, 1.0);
            let painted = texts(harness.output()).into_iter().map(|text| text.text);
            for text in painted.chain(said(&harness)) {
                // The fingerprint stands in two lines.
                let unseen = text.chars().find(|it| is_unseen(*it) && *it != '\n');
                assert_eq!(unseen, None, "{screen} with {kind}: {text:?}");
            }
        }
    }
}

#[test]
fn a_screen_reader_is_told_the_whole_name_however_much_of_it_is_seen() {
    for (kind, name) in names() {
        let whole = shared::recording::escaped(name.as_bytes());
        for state in [
            locked(&format!("{name}.mp3.pgp"), "Anna"),
            listening(&format!("{name}.mp3.pgp"), "Anna"),
        ] {
            let harness = painted_with_any_letters(state, theme::WINDOW_MIN_SIZE, 1.0);
            let is_said = said(&harness).iter().any(|label| label.contains(whole.as_str()));
            assert!(is_said, "{kind}: {whole:?} of {:?}", said(&harness));
        }
    }
}

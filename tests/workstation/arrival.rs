//! What comes when, and what is asked before a link is followed?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsString;
use std::time::Instant;

use shared::secret::Passphrase;
use workstation_app::link::fetch::Received;
use workstation_app::link::login::{Login, Question};
use workstation_app::message::{Command, Event, Seal, Stage};
use workstation_app::open::source::Source;
use workstation_app::settings::Settings;
use workstation_app::state::{Action, AppState, Effect, Screen};

const OWN: &str = "callseal:https://pbx.example/RECORDINGS/a-all.mp3.pgp";
const OTHER: &str = "https://pbx.example/RECORDINGS/b-all.mp3.pgp";

fn new_state() -> AppState {
    AppState::new(Settings::default())
}

fn source(text: &str) -> Source {
    Source::of_argument(text.as_ref()).unwrap()
}

fn act(state: &mut AppState, action: Action) -> Vec<Effect> {
    state.act(action, Instant::now())
}

fn apply(state: &mut AppState, event: Event) -> Vec<Effect> {
    state.apply(event, Instant::now())
}

/// What the worker is told to open by these effects.
fn opened(effects: &[Effect]) -> Vec<String> {
    let sources = effects.iter().filter_map(|effect| match effect {
        Effect::Send(Command::Open { source, .. }) => Some(source.shown()),
        _ => None,
    });
    sources.collect()
}

fn is_raised(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Raise))
}

fn locate(state: &mut AppState, name: &str) {
    let generation = state.generation();
    let seal = Seal { by_passphrase: true, ..Seal::default() };
    apply(state, Event::Located { generation, seal, name: OsString::from(name), digest: [7; 32] });
}

fn question(is_wrong: bool) -> Question {
    Question {
        site: "https://pbx.example".to_owned(),
        host: "pbx.example".to_owned(),
        realm: "CONTACT-CENTER-ADMIN".to_owned(),
        is_open: false,
        is_wrong,
    }
}

#[test]
fn a_web_page_s_link_is_followed_only_where_recordings_come_from() {
    let mut state = new_state();
    let effects = act(&mut state, Action::Open(vec![source(OWN)]));
    assert_eq!(opened(&effects), Vec::<String>::new());
    assert!(matches!(&state.screen, Screen::Host(screen) if screen.host == "pbx.example"));
    act(&mut state, Action::Close);
    assert!(state.settings.hosts.is_empty());

    act(&mut state, Action::Open(vec![source(OWN)]));
    let effects = act(&mut state, Action::TrustHost);
    assert_eq!(opened(&effects), [OWN]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::SaveSettings)));
    assert_eq!(state.settings.hosts, ["https://pbx.example"]);

    let effects = act(&mut state, Action::Open(vec![source(OWN)]));
    assert_eq!(opened(&effects), [OWN], "asked once");
    for elsewhere in ["callseal:http://pbx.example/a", "callseal:https://pbx.example:444/a"] {
        let effects = act(&mut state, Action::Open(vec![source(elsewhere)]));
        assert_eq!(opened(&effects), Vec::<String>::new(), "{elsewhere} is another site");
    }
}

#[test]
fn a_link_that_a_person_gave_is_not_asked_about() {
    let mut state = new_state();
    assert_eq!(opened(&act(&mut state, Action::Open(vec![source(OTHER)]))), [OTHER]);
    let pasted = format!("  {OTHER}\n");
    assert_eq!(opened(&act(&mut state, Action::OpenText(pasted))), [OTHER]);
}

#[test]
fn a_pasted_text_that_is_no_link_is_said_and_changes_nothing() {
    let mut state = new_state();
    for text in ["5551234567", "/etc/passwd", "file:///etc/passwd", "https://a:b@pbx.example/x"] {
        assert_eq!(
            opened(&act(&mut state, Action::OpenText(text.to_owned()))),
            Vec::<String>::new()
        );
        assert!(state.notice.as_ref().is_some_and(|notice| notice.is_bad), "{text}");
        assert!(matches!(state.screen, Screen::Empty) && state.pending.is_none());
    }
}

#[test]
fn who_signs_in_gets_the_recording_and_who_mistypes_is_asked_again() {
    let mut state = new_state();
    act(&mut state, Action::Open(vec![source(OTHER)]));
    for is_wrong in [false, true] {
        let generation = state.generation();
        apply(&mut state, Event::SignIn { generation, question: question(is_wrong) });
        assert!(
            matches!(&state.screen, Screen::SignIn(screen) if screen.question.is_wrong == is_wrong)
        );
        let password = Passphrase::new(b"secret".to_vec().into());
        let login = Login { name: "6666".to_owned(), password };
        let effects = act(&mut state, Action::SignIn { login, is_kept: false });
        assert!(state.settings.kept.is_empty());
        assert!(matches!(effects.first(), Some(Effect::Send(Command::SignIn { site, .. }))
            if site == "https://pbx.example"));
        assert_eq!(opened(&effects), [OTHER]);
    }
    locate(&mut state, "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp");
    assert!(matches!(state.screen, Screen::Locked(_)));
    assert_eq!(state.call().unwrap().heading(), "5551234567", "the server's name for it counts");
}

#[test]
fn another_start_raises_the_window_and_who_types_goes_on_typing() {
    let mut state = new_state();
    let effects = apply(&mut state, Event::Arrived(vec![source("/a.pgp")]));
    assert!(is_raised(&effects));
    assert_eq!(opened(&effects), ["/a.pgp"]);
    locate(&mut state, "");
    let effects = apply(&mut state, Event::Arrived(vec![source("/b.pgp"), source("/c.pgp")]));
    assert!(is_raised(&effects) && opened(&effects).is_empty());
    assert!(matches!(state.screen, Screen::Locked(_)));
    let effects = apply(&mut state, Event::Arrived(vec![source("/a.pgp"), source("/c.pgp")]));
    assert!(is_raised(&effects), "a second click shows where the recording is");
    assert_eq!(state.queue.waiting_count(), 2, "and opens it once");
    assert_eq!(opened(&act(&mut state, Action::Next)), ["/b.pgp"]);
    assert_eq!(opened(&act(&mut state, Action::Next)), ["/c.pgp"]);
    assert_eq!(opened(&act(&mut state, Action::Next)), Vec::<String>::new());
    assert!(is_raised(&apply(&mut state, Event::Arrived(Vec::new()))), "a bare start too");
}

#[test]
fn a_fetch_shows_how_far_it_is_and_can_be_given_up() {
    let mut state = new_state();
    act(&mut state, Action::Open(vec![source(OTHER)]));
    let generation = state.generation();
    let received = Received { octets: 500, total: Some(1000), octets_per_sec: 100 };
    apply(&mut state, Event::Progress { generation, stage: Stage::Fetching(received) });
    assert_eq!(state.pending.as_ref().unwrap().received, Some(received));
    act(&mut state, Action::Cancel);
    assert!(state.pending.is_none());
    assert_ne!(state.generation(), generation, "the worker sees that nobody waits");
    let late = Event::Progress { generation, stage: Stage::Fetching(received) };
    assert!(apply(&mut state, late).is_empty());
}

//! What does the window look like on the way from a link to its recording?

use std::path::PathBuf;
use std::time::{Duration, Instant};

use workstation_app::link::fetch::Received;
use workstation_app::link::login::Question;
use workstation_app::message::{Event, Stage};
use workstation_app::open::source::Source;
use workstation_app::settings::Settings;
use workstation_app::state::{Action, AppState, Place};

use crate::shown::{CALL, card, listening};

const PLACE: &str = "https://pbx.example.com/RECORDINGS/MP3/";

fn source(text: String) -> Source {
    Source::of_argument(text.as_ref()).unwrap_or(Source::File(PathBuf::from(CALL)))
}

fn with_link(scheme: &str) -> AppState {
    let mut state = AppState::new(Settings::default());
    state.apply(Event::Keys { held: vec![card()], damaged: Vec::new() }, Instant::now());
    // Long enough ago that the wait is shown.
    let begun = Instant::now().checked_sub(Duration::from_secs(2)).unwrap_or_else(Instant::now);
    state.act(Action::Open(vec![source(format!("{scheme}{PLACE}{CALL}"))]), begun);
    state
}

/// A web page handed over a link to a host that nobody has spoken of.
pub fn host() -> AppState {
    with_link("callseal:")
}

/// The site asks, over a connection that others can read, and refused the last answer.
pub fn sign_in() -> AppState {
    let mut state = with_link("");
    let generation = state.generation();
    let question = Question {
        site: "http://pbx.example.com".to_owned(),
        host: "pbx.example.com".to_owned(),
        realm: "CONTACT-CENTER-ADMIN".to_owned(),
        is_open: true,
        is_wrong: true,
    };
    state.apply(Event::SignIn { generation, question }, Instant::now());
    state
}

/// Half of it has come.
pub fn fetching() -> AppState {
    let mut state = with_link("");
    let generation = state.generation();
    let received =
        Received { octets: 4_100_000, total: Some(8_300_000), octets_per_sec: 1_200_000 };
    state.apply(Event::Progress { generation, stage: Stage::Fetching(received) }, Instant::now());
    state
}

/// The same while another recording is open.
pub fn fetching_the_next() -> AppState {
    let mut state = listening(None);
    let begun = Instant::now().checked_sub(Duration::from_secs(2)).unwrap_or_else(Instant::now);
    state.act(Action::Open(vec![source(format!("{PLACE}{CALL}"))]), begun);
    state
}

/// Recordings wait, and others were downloaded.
pub fn waiting() -> AppState {
    let mut state = listening(None);
    state.settings.offers_downloads = true;
    let names = [
        "20260101-094103_5559871234_SALES_agent01-all.mp3.pgp",
        "20260101-100817_5552223333_SUPPORT_agent07-all.mp3.pgp",
    ];
    state.queue.wait(names.into_iter().map(|name| Source::File(PathBuf::from(name))));
    let name = "20260102-101500_5559876543_SALES_agent02-all.mp3.pgp";
    state.apply(Event::Downloaded(PathBuf::from(name)), Instant::now());
    state
}

/// The settings, with two sites.
pub fn settings() -> AppState {
    let mut state = AppState::new(Settings::default());
    state.settings.hosts = vec!["https://pbx.example.com".to_owned()];
    state.settings.kept = vec!["http://archive.example.com:8080".to_owned()];
    state.act(Action::Show(Place::Settings), Instant::now());
    state
}

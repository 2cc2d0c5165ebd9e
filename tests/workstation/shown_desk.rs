//! What the listening desk can show: marks, a repeat, a queue, one channel, the keys, Spanish names.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use workstation_app::audio::play::hearing::Side;
use workstation_app::desk::Switch;
use workstation_app::open::source::Source;
use workstation_app::state::desk::DeskAction;
use workstation_app::state::{Action, AppState, Place};

use workstation_app::audio::pcm::Pcm;
use workstation_app::message::Recording;

use crate::shown::{listening, listening_to, recording_of, said};

/// A call with one channel.
fn mono() -> Recording {
    let mut pcm = Pcm::new(1, 8000);
    let samples: Vec<i16> = (0..8000 * 90).map(|frame| said(frame, 0) + said(frame, 1)).collect();
    pcm.append(&samples);
    recording_of(pcm)
}

fn done(mut state: AppState, actions: Vec<Action>) -> AppState {
    for action in actions {
        state.act(action, Instant::now());
    }
    state
}

/// Every one of them.
pub fn desks() -> Vec<(&'static str, AppState)> {
    let place = |place| done(listening(None), vec![Action::Show(place)]);
    vec![
        ("desk", desk()),
        ("desk with one channel", listening_to(mono(), None)),
        ("shortcuts", place(Place::Shortcuts)),
    ]
}

/// In the middle of a day's work: marks, a repeat, switches that are on, recordings that wait.
pub fn desk() -> AppState {
    let mut state = listening(None);
    let names = [
        "20260101-094103_5559871234_SALES_agent01-all.mp3.pgp",
        "20260101-100817_5552223333_SUPPORT_agent07-all.mp3.pgp",
        "20260101-101344_5558887777_SUPPORT_agent07-all.mp3.pgp",
    ];
    state.queue.wait(names.into_iter().map(|name| Source::File(PathBuf::from(name))));
    let mut actions = Vec::new();
    for (number, secs, text) in [(1, 12, "greets by name"), (2, 33, "promised refund")] {
        actions.push(Action::Seek(Duration::from_secs(secs)));
        actions.push(Action::Desk(DeskAction::Mark));
        actions.push(Action::Desk(DeskAction::WriteMark(number, text.to_owned())));
    }
    let desk = |action| Action::Desk(action);
    actions.extend([
        desk(DeskAction::Speed(1.5)),
        desk(DeskAction::Toggle(Switch::SkipSilence)),
        desk(DeskAction::Toggle(Switch::Level)),
        desk(DeskAction::Side(Side::Right)),
        desk(DeskAction::RepeatRange(Duration::from_secs(50)..Duration::from_secs(58))),
    ]);
    done(state, actions)
}

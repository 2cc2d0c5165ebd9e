//! Does the window's state follow from actions and answers alone, and drop what is out of date?

#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::decrypt::Problem;
use shared::secret::Passphrase;
use workstation_app::audio::analysis::Overview;
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::play::Playback;
use workstation_app::keys::KeyCard;
use workstation_app::message::{Command, Event, Ready, Recording, Seal, Stage};
use workstation_app::open::dialog::Wanted;
use workstation_app::open::source::Source;
use workstation_app::settings::Settings;
use workstation_app::state::desk::DeskAction;
use workstation_app::state::{Action, AppState, Effect, Screen};
use workstation_app::texts::{Failure, FailureKind, Remedy};

const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";

fn new_state() -> AppState {
    AppState::new(Settings::default())
}

fn act(state: &mut AppState, action: Action) -> Vec<Effect> {
    state.act(action, Instant::now())
}

fn apply(state: &mut AppState, event: Event) -> Vec<Effect> {
    state.apply(event, Instant::now())
}

fn open(state: &mut AppState, name: &str) -> Vec<Effect> {
    act(state, Action::Open(vec![PathBuf::from(name).into()]))
}

fn card(owner: &str) -> KeyCard {
    KeyCard {
        owner: owner.to_owned(),
        fingerprint: "F".repeat(40),
        key_ids: vec!["A".repeat(16)],
        expires: None,
        ..KeyCard::default()
    }
}

fn seal() -> Seal {
    Seal {
        sealed_to: vec!["A".repeat(16)],
        by_passphrase: false,
        opened_by: vec![card("Anna <a@x>")],
        ready: Ready::Nothing,
    }
}

fn located(state: &mut AppState) -> Vec<Effect> {
    let generation = state.generation();
    apply(
        state,
        Event::Located { generation, seal: seal(), name: OsString::new(), digest: [7; 32] },
    )
}

fn passphrase() -> Passphrase {
    Passphrase::new(b"correct horse".to_vec().into())
}

fn failed(state: &mut AppState, problem: Problem) -> Vec<Effect> {
    let generation = state.generation();
    let failure = Failure::new(FailureKind::Problem(problem), "why");
    apply(state, Event::Failed { generation, failure, sealed_to: vec!["B".repeat(16)] })
}

fn recording(secs: usize) -> Recording {
    let mut pcm = Pcm::new(1, 8000);
    pcm.append(&vec![1000; 8000 * secs]);
    let overview = Arc::new(Overview::of(&pcm));
    Recording {
        pcm: Arc::new(pcm),
        overview,
        opened_by: None,
        is_damaged: false,
        may_be_altered: false,
        signed_by: Vec::new(),
    }
}

fn listening() -> AppState {
    let mut state = new_state();
    open(&mut state, CALL);
    located(&mut state);
    act(&mut state, Action::Unlock(Some(passphrase())));
    let generation = state.generation();
    apply(&mut state, Event::Ready { generation, recording: recording(60) });
    state
}

#[test]
fn a_recording_takes_the_straight_line() {
    let mut state = new_state();
    let effects = open(&mut state, CALL);
    assert!(matches!(effects.as_slice(), [Effect::Send(Command::Open { generation: 1, .. })]));
    assert!(matches!(state.screen, Screen::Empty) && state.pending.is_some());
    located(&mut state);
    assert!(matches!(&state.screen, Screen::Locked(locked) if !locked.is_wrong));
    assert_eq!(state.title(), "5551234567, 1 Jan 09:30 - Callseal");
    let effects = act(&mut state, Action::Unlock(Some(passphrase())));
    assert!(matches!(effects.as_slice(), [Effect::Send(Command::Unlock { generation: 1, .. })]));
    assert!(matches!(state.screen, Screen::Opening(_)));
    apply(&mut state, Event::Progress { generation: 1, stage: Stage::Decoding(0.5) });
    assert!(matches!(&state.screen, Screen::Opening(o) if o.stage == Stage::Decoding(0.5)));
    let effects = apply(&mut state, Event::Ready { generation: 1, recording: recording(2) });
    assert!(matches!(
        effects.as_slice(),
        [Effect::SetVolume(_), Effect::SetHearing(_), Effect::Play(_), Effect::Treat(_)]
    ));
    assert!(matches!(&state.screen, Screen::Listening(l) if l.playback.is_playing));
}

#[test]
fn a_wrong_passphrase_keeps_the_recording_and_empties_the_field() {
    let mut state = new_state();
    open(&mut state, CALL);
    located(&mut state);
    let Screen::Locked(first) = state.screen.clone() else { panic!("not locked") };
    for _ in 0..20 {
        act(&mut state, Action::Unlock(Some(passphrase())));
        assert!(failed(&mut state, Problem::WrongPassphrase).is_empty());
    }
    let Screen::Locked(last) = &state.screen else { panic!("not locked") };
    assert!(last.is_wrong && last.attempt != first.attempt);
    assert_eq!(last.seal, seal());
}

#[test]
fn an_answer_for_another_recording_is_dropped() {
    let mut state = new_state();
    open(&mut state, CALL);
    let old = state.generation();
    open(&mut state, "20260102-101500_5550000000_SALES_agent02-all.mp3.pgp");
    assert!(
        apply(
            &mut state,
            Event::Located {
                generation: old,
                seal: seal(),
                name: OsString::new(),
                digest: [7; 32]
            }
        )
        .is_empty()
    );
    assert!(matches!(state.screen, Screen::Empty));
    let effects = apply(&mut state, Event::Ready { generation: old, recording: recording(1) });
    assert!(effects.is_empty() && matches!(state.screen, Screen::Empty));
    located(&mut state);
    assert_eq!(state.title(), "5550000000, 2 Jan 10:15 - Callseal");
}

#[test]
fn closing_silences_and_forgets() {
    let mut state = listening();
    let before = state.generation();
    let effects = act(&mut state, Action::Close);
    assert!(matches!(effects.as_slice(), [Effect::Silence, Effect::Send(Command::Forget)]));
    assert!(matches!(state.screen, Screen::Empty) && state.generation() > before);
    assert_eq!(state.title(), "Callseal");
}

#[test]
fn a_second_recording_replaces_the_first_once_it_is_known() {
    let mut state = listening();
    open(&mut state, "20260102-101500_5550000000_SALES_agent02-all.mp3.pgp");
    assert!(matches!(state.screen, Screen::Listening(_)), "the first goes on meanwhile");
    let effects = located(&mut state);
    assert!(matches!(effects.as_slice(), [Effect::Silence]));
    assert!(matches!(state.screen, Screen::Locked(_)));
}

#[test]
fn a_key_that_is_brought_opens_the_recording_that_lacked_it() {
    let mut state = new_state();
    open(&mut state, CALL);
    failed(&mut state, Problem::NoKey);
    assert!(matches!(state.screen, Screen::Problem(_)));
    let effects = act(&mut state, Action::Remedy(Remedy::BringKey));
    assert!(matches!(effects.as_slice(), [Effect::Ask(Wanted::Key)]));
    let picked = Some(PathBuf::from("/k.asc"));
    let closed = Event::DialogClosed { wanted: Wanted::Key, picked, is_missing: false };
    let effects = apply(&mut state, closed);
    assert!(matches!(effects.as_slice(), [Effect::Send(Command::ImportKey { .. })]));
    let imported = Event::Imported {
        keys: vec![card("Anna <a@x>")],
        generation: None,
        refused: String::new(),
    };
    let effects = apply(&mut state, imported);
    assert!(matches!(effects.as_slice(), [Effect::Send(Command::Open { source, .. })]
        if source.path() == Some(Path::new(CALL))));
    assert!(state.notice.as_ref().is_some_and(|n| !n.is_bad && n.text.contains("Anna <a@x>")));
}

#[test]
fn a_dropped_key_leaves_the_recording_alone() {
    let mut state = listening();
    open(&mut state, "key.asc");
    let generation = Some(state.generation());
    let imported =
        Event::Imported { keys: vec![card("Anna <a@x>")], generation, refused: String::new() };
    assert!(apply(&mut state, imported).is_empty());
    assert!(matches!(state.screen, Screen::Listening(_)) && state.pending.is_none());
    assert_eq!(state.title(), "5551234567, 1 Jan 09:30 - Callseal");
}

#[test]
fn a_refused_key_is_said_and_changes_nothing() {
    let mut state = listening();
    open(&mut state, "key.asc");
    let generation = Some(state.generation());
    apply(&mut state, Event::ImportFailed { message: "No. Do this.".to_owned(), generation });
    assert!(state.notice.as_ref().is_some_and(|notice| notice.is_bad));
    assert!(matches!(state.screen, Screen::Listening(_)) && state.pending.is_none());
}

#[test]
fn cancel_asks_for_the_passphrase_again() {
    let mut state = new_state();
    open(&mut state, CALL);
    located(&mut state);
    act(&mut state, Action::Unlock(Some(passphrase())));
    let old = state.generation();
    act(&mut state, Action::Cancel);
    assert!(
        apply(&mut state, Event::Ready { generation: old, recording: recording(1) }).is_empty()
    );
    located(&mut state);
    assert!(matches!(state.screen, Screen::Locked(_)));
}

#[test]
fn jumps_stay_inside_the_recording() {
    let mut state = listening();
    let playback = Playback { position: Duration::from_secs(3), ..Playback::default() };
    apply(&mut state, Event::Playback(playback));
    let effects = act(&mut state, Action::Skip(-5));
    assert!(matches!(effects.as_slice(), [Effect::Seek(Duration::ZERO)]));
    let effects = act(&mut state, Action::Seek(Duration::from_secs(500)));
    assert!(matches!(effects.as_slice(), [Effect::Seek(at)] if *at == Duration::from_secs(60)));
    let effects = act(&mut state, Action::Skip(5));
    assert!(matches!(effects.as_slice(), [Effect::Seek(at)] if *at == Duration::from_secs(60)));
}

#[test]
fn play_and_pause_take_turns() {
    let mut state = listening();
    assert!(matches!(act(&mut state, Action::TogglePlay).as_slice(), [Effect::Pause]));
    assert!(!state.is_moving());
    assert!(matches!(act(&mut state, Action::TogglePlay).as_slice(), [Effect::Resume]));
    assert!(state.is_moving());
}

#[test]
fn idle_screens_do_not_move() {
    let mut state = new_state();
    assert!(!state.is_moving());
    open(&mut state, CALL);
    located(&mut state);
    assert!(!state.is_moving());
    failed(&mut state, Problem::Damaged);
    assert!(!state.is_moving());
}

#[test]
fn loudness_is_remembered_when_the_hand_is_off() {
    let mut state = new_state();
    let dragged = act(&mut state, Action::Volume { volume: 7.0, is_final: false });
    assert!(matches!(dragged.as_slice(), [Effect::SetVolume(volume)] if *volume <= 1.0));
    let done = act(&mut state, Action::Volume { volume: 0.25, is_final: true });
    assert!(matches!(done.as_slice(), [Effect::SetVolume(_), Effect::SaveSettings]));
}

#[test]
fn several_files_are_opened_one_after_the_other() {
    let mut state = new_state();
    let sources = [CALL, "b", "c"].map(|name| PathBuf::from(name).into()).to_vec();
    act(&mut state, Action::Open(sources));
    assert_eq!(state.queue.waiting_count(), 2);
    let effects = act(&mut state, Action::Next);
    assert!(matches!(effects.as_slice(), [Effect::Send(Command::Open { source, .. })]
        if source.path() == Some(Path::new("b"))));
    assert_eq!(state.queue.waiting_count(), 1);
}

#[test]
fn a_desktop_without_dialogs_is_not_a_dead_button() {
    let mut state = new_state();
    let closed = Event::DialogClosed { wanted: Wanted::Recording, picked: None, is_missing: true };
    apply(&mut state, closed);
    assert!(state.notice.as_ref().is_some_and(|notice| notice.is_bad));
}

#[test]
fn every_failure_says_what_happened_and_what_to_do() {
    let other = [
        FailureKind::NoSound,
        FailureKind::FileMissing,
        FailureKind::FileForbidden,
        FailureKind::NotAFile,
        FailureKind::FileUnreadable,
        FailureKind::Policy,
        FailureKind::KeysUnreadable,
        FailureKind::Internal,
    ];
    let mut seen = std::collections::HashSet::new();
    for kind in Problem::ALL.map(FailureKind::Problem).into_iter().chain(other) {
        let failure = Failure::new(kind, "RSA-9");
        let words = failure.words();
        assert!(seen.insert(words.title), "{kind:?} says the same as another");
        assert!(seen.insert(words.advice), "{kind:?} advises the same as another");
        for text in [words.title, words.advice] {
            assert!(text.starts_with(char::is_uppercase) && !text.ends_with('.'), "{text}");
            for word in ["OpenPGP", "PGP", "ciphertext", "decrypt", "MDC", "packet", "null"] {
                assert!(!text.contains(word), "{text}");
            }
        }
        if let FailureKind::Problem(problem) = kind {
            assert_eq!(failure.word(), Some(problem.word()));
        }
        let message = failure.message();
        assert!(message.starts_with(words.title) && message.contains(words.advice), "{message}");
    }
}

#[test]
fn only_who_is_asked_for_help_must_know_the_cause() {
    for (kind, is_told) in [
        (FailureKind::Problem(Problem::UnsupportedKey), true),
        (FailureKind::Problem(Problem::UnsupportedAudio), true),
        (FailureKind::Policy, true),
        (FailureKind::Problem(Problem::Damaged), false),
        (FailureKind::Problem(Problem::WrongPassphrase), false),
        (FailureKind::Internal, false),
    ] {
        assert_eq!(Failure::new(kind, "the cause").message().contains("the cause"), is_told);
        assert!(!Failure::new(kind, "").message().contains("()"));
    }
}

#[test]
fn a_file_is_described_without_its_content() {
    let unknown = FailureKind::Problem(Problem::NotPgpUnknown);
    let page = FailureKind::Problem(Problem::NotPgpHtml);
    let content = b"<html>The password of Ann is hunter2</html>";
    assert_eq!(Failure::new(page, "").about_file(content).facts, ["Read 43 bytes"]);
    let facts = Failure::new(unknown, "").about_file(content).facts;
    assert_eq!(facts, ["Read 43 bytes", "Begins with 3C 68 74 6D"]);
    assert_eq!(Failure::new(unknown, "").about_file(b"P").facts[1], "Begins with 50");
}

fn prefetched(effects: &[Effect]) -> Option<&Source> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Prefetch { source }) => Some(source),
        _ => None,
    })
}

#[test]
fn the_next_one_is_opened_ahead_only_while_a_key_is_unlocked() {
    let mut state = listening();
    let others = ["b", "c"].map(|name| Source::File(PathBuf::from(name)));
    state.queue.wait(others.clone().into_iter());
    assert_eq!(prefetched(&act(&mut state, Action::Use)), None, "it would have to ask");
    let until = Instant::now() + Duration::from_secs(600);
    let effects = apply(&mut state, Event::Unlocked { until });
    assert_eq!(prefetched(&effects), Some(&others[0]));
    assert_eq!(prefetched(&act(&mut state, Action::Use)), None, "once is enough");
    let effects = act(&mut state, Action::Desk(DeskAction::TakeOut(1)));
    assert_eq!(prefetched(&effects), Some(&others[1]));
    let effects = act(&mut state, Action::Desk(DeskAction::TakeOut(1)));
    assert!(matches!(effects.as_slice(), [Effect::Send(Command::ForgetPrefetched)]));
    act(&mut state, Action::Lock);
    state.queue.wait(others.into_iter());
    assert_eq!(prefetched(&act(&mut state, Action::Use)), None, "nothing is opened once locked");
}

#[test]
fn a_link_whose_host_is_to_be_asked_about_is_not_fetched_ahead() {
    let mut state = listening();
    let link = Source::of_argument("callseal:https://pbx.example/a.pgp".as_ref())
        .unwrap_or_else(|error| panic!("{error}"));
    state.queue.wait(std::iter::once(link));
    let until = Instant::now() + Duration::from_secs(600);
    assert_eq!(prefetched(&apply(&mut state, Event::Unlocked { until })), None);
}

#[test]
fn the_tick_goes_to_what_was_heard_although_another_is_on_its_way() {
    let mut state = listening();
    let begun = Instant::now();
    for secs in 0..=60 {
        let position = Duration::from_secs(secs);
        let playback = Playback { position, is_playing: true, ..Playback::default() };
        state.apply(Event::Playback(playback), begun + position);
    }
    open(&mut state, "another");
    assert!(state.pending.is_some());
    let position = Duration::from_secs(60);
    let ended = Playback { position, has_ended: true, ..Playback::default() };
    state.apply(Event::Playback(ended), begun + position);
    let ticked: Vec<bool> = state.queue.items().iter().map(|item| item.is_heard).collect();
    assert_eq!(ticked, [true, false]);
}

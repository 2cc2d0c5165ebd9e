//! Does the window lock when it must, stay open when it may, and ask again for no more than that?

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use shared::decrypt::Problem;
use shared::secret::Passphrase;
use workstation_app::audio::play::Playback;
use workstation_app::link::login::{Login, Question};
use workstation_app::lock_signals::LockReason;
use workstation_app::locking::LockCause;
use workstation_app::message::{Command, Event, Ready, Seal};
use workstation_app::open::source::Source;
use workstation_app::policy::Policy;
use workstation_app::settings::Settings;
use workstation_app::state::{Action, AppState, Effect, Place, Screen};
use workstation_app::texts::{Failure, FailureKind};

mod shown;

use shown::{CALL, card, recording};

const MINUTE: Duration = Duration::from_secs(60);

fn seal(ready: Ready) -> Seal {
    Seal { opened_by: vec![card()], ready, ..Seal::default() }
}

fn open(state: &mut AppState, now: Instant) {
    state.act(Action::Open(vec![PathBuf::from(CALL).into()]), now);
}

fn locate(state: &mut AppState, ready: Ready, now: Instant) -> Vec<Effect> {
    let generation = state.generation();
    let seal = seal(ready);
    state.apply(Event::Located { generation, seal, name: OsString::new(), digest: [7; 32] }, now)
}

fn typed() -> Option<Passphrase> {
    Some(Passphrase::new(b"correct horse".to_vec().into()))
}

fn start(state: &mut AppState, now: Instant) {
    let generation = state.generation();
    state.apply(Event::Ready { generation, recording: recording() }, now);
}

fn listening(now: Instant) -> AppState {
    let mut state = AppState::new(Settings::default());
    open(&mut state, now);
    locate(&mut state, Ready::Nothing, now);
    state.act(Action::Unlock(typed()), now);
    start(&mut state, now);
    state
}

fn play(state: &mut AppState, secs: u64, is_playing: bool, now: Instant) -> Vec<Effect> {
    let position = Duration::from_secs(secs);
    let has_ended = secs >= 90;
    let playback = Playback { position, is_playing, has_ended, ..Playback::default() };
    state.apply(Event::Playback(playback), now)
}

fn is_silenced_and_locked(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Silence, Effect::Send(Command::Lock)])
}

#[test]
fn a_lock_silences_wipes_and_asks_again_and_the_recording_goes_on_where_it_was() {
    let now = Instant::now();
    let mut state = listening(now);
    play(&mut state, 42, true, now);
    let effects = state.act(Action::Lock, now);
    assert!(is_silenced_and_locked(&effects), "{effects:?}");
    let Screen::Locked(locked) = &state.screen else { panic!("not locked") };
    assert_eq!(locked.cause, Some(LockCause::Asked));
    assert!(!locked.is_wrong && !state.is_lockable());

    let effects = state.act(Action::Unlock(typed()), now);
    assert!(matches!(effects.as_slice(), [Effect::Send(Command::Unlock { .. })]));
    let generation = state.generation();
    let effects = state.apply(Event::Ready { generation, recording: recording() }, now);
    let position = Duration::from_secs(42);
    assert!(matches!(effects.as_slice(), [.., Effect::Seek(at)] if *at == position), "{effects:?}");
}

#[test]
fn every_word_of_the_system_locks_and_says_why() {
    for reason in [LockReason::ScreenLock, LockReason::Suspend, LockReason::UserSwitch] {
        let mut state = listening(Instant::now());
        let effects = state.apply(Event::Lock(reason), Instant::now());
        assert!(is_silenced_and_locked(&effects));
        let Screen::Locked(locked) = &state.screen else { panic!("not locked") };
        assert_eq!(locked.cause, Some(LockCause::System(reason)));
    }
}

#[test]
fn what_was_being_opened_is_not_heard_after_a_lock() {
    let now = Instant::now();
    let mut state = AppState::new(Settings::default());
    open(&mut state, now);
    locate(&mut state, Ready::Nothing, now);
    state.act(Action::Unlock(typed()), now);
    let generation = state.generation();
    assert!(is_silenced_and_locked(&state.act(Action::Lock, now)));
    let effects = state.apply(Event::Ready { generation, recording: recording() }, now);
    assert!(effects.is_empty() && matches!(state.screen, Screen::Locked(_)));
}

#[test]
fn half_typed_words_are_wiped_by_a_lock() {
    let now = Instant::now();
    let mut state = AppState::new(Settings::default());
    open(&mut state, now);
    locate(&mut state, Ready::Nothing, now);
    let Screen::Locked(before) = state.screen.clone() else { panic!("not locked") };
    state.apply(Event::Lock(LockReason::ScreenLock), now);
    let Screen::Locked(after) = &state.screen else { panic!("not locked") };
    assert_ne!(before.attempt, after.attempt, "the field is emptied when this changes");
}

#[test]
fn who_goes_away_finds_it_locked_and_who_listens_does_not() {
    let begun = Instant::now();
    let mut state = listening(begun);
    // Playing for two hours is use.
    for minute in 0..120_u64 {
        let now = begun + MINUTE * minute as u32;
        play(&mut state, minute.min(80), true, now);
        assert!(state.tick(now).is_empty(), "locked after {minute} minutes of listening");
    }
    let paused = begun + MINUTE * 120;
    play(&mut state, 80, false, paused);
    state.act(Action::Use, paused);
    assert!(state.tick(paused + MINUTE * 9).is_empty());
    let left = state.next_tick(paused + MINUTE * 9);
    assert_eq!(left, Some(MINUTE));
    let effects = state.tick(paused + MINUTE * 10);
    assert!(is_silenced_and_locked(&effects));
    let Screen::Locked(locked) = &state.screen else { panic!("not locked") };
    assert_eq!(locked.cause, Some(LockCause::Idle));
    assert_eq!(state.next_tick(paused + MINUTE * 11), None, "nothing is left to be locked");
}

#[test]
fn any_use_begins_the_time_anew_and_the_administrator_may_shorten_it() {
    let begun = Instant::now();
    let mut state = listening(begun);
    play(&mut state, 5, false, begun);
    state.apply(Event::Policy(Policy { idle_minutes: 2, ..Policy::default() }), begun);
    state.act(Action::Use, begun + MINUTE);
    assert!(state.tick(begun + MINUTE * 2).is_empty());
    assert!(is_silenced_and_locked(&state.tick(begun + MINUTE * 3)));
}

#[test]
fn a_key_that_is_unlocked_opens_the_next_recording_without_a_word() {
    let now = Instant::now();
    let mut state = listening(now);
    state.apply(Event::Unlocked { until: now + MINUTE * 30 }, now);
    assert_eq!(state.unlocked_left(now + MINUTE), Some(MINUTE * 29));
    open(&mut state, now);
    let effects = locate(&mut state, Ready::Unlocked, now);
    let is_opened = matches!(
        effects.as_slice(),
        [Effect::Silence, Effect::Send(Command::Unlock { passphrase: None, .. })]
    );
    assert!(is_opened, "{effects:?}");
    start(&mut state, now);
    assert!(matches!(state.screen, Screen::Listening(_)));
    // The time is over: the key is gone, and what is heard goes on.
    assert!(state.apply(Event::Relocked, now).is_empty());
    assert!(matches!(state.screen, Screen::Listening(_)));
    assert_eq!(state.unlocked_left(now), None);
}

#[test]
fn what_the_keychain_kept_wrong_is_asked_for_and_nobody_is_blamed() {
    let now = Instant::now();
    let mut state = AppState::new(Settings::default());
    open(&mut state, now);
    locate(&mut state, Ready::Keychain, now);
    assert!(matches!(state.screen, Screen::Opening(_)));
    let generation = state.generation();
    let failure = Failure::new(FailureKind::Problem(Problem::WrongPassphrase), "why");
    state.apply(Event::Failed { generation, failure, sealed_to: Vec::new() }, now);
    let Screen::Locked(locked) = &state.screen else { panic!("not asked") };
    assert!(!locked.is_wrong && locked.seal.ready == Ready::Nothing);
}

#[test]
fn after_a_lock_the_keychain_opens_nothing_by_itself() {
    let now = Instant::now();
    let mut state = AppState::new(Settings::default());
    open(&mut state, now);
    locate(&mut state, Ready::Keychain, now);
    start(&mut state, now);
    state.act(Action::Lock, now);
    let Screen::Locked(locked) = &state.screen else { panic!("not locked") };
    assert_eq!(locked.seal.ready, Ready::Keychain);
    assert!(matches!(
        state.act(Action::Unlock(None), now).as_slice(),
        [Effect::Send(Command::Unlock { passphrase: None, .. })]
    ));
}

#[test]
fn what_comes_after_a_lock_is_asked_for_until_somebody_is_there() {
    let now = Instant::now();
    let mut state = listening(now);
    open(&mut state, now);
    state.apply(Event::Lock(LockReason::ScreenLock), now);
    let effects = locate(&mut state, Ready::Keychain, now);
    assert!(matches!(effects.as_slice(), [Effect::Silence]), "it plays to nobody: {effects:?}");
    assert!(matches!(state.screen, Screen::Locked(_)));
    // Another program may hand one over at a locked screen too.
    state.act(Action::Close, now);
    state.apply(Event::Arrived(vec![PathBuf::from(CALL).into()]), now);
    locate(&mut state, Ready::Keychain, now);
    assert!(matches!(state.screen, Screen::Locked(_)));
    open(&mut state, now);
    locate(&mut state, Ready::Keychain, now);
    assert!(matches!(state.screen, Screen::Opening(_)), "whoever opens it is there");
}

#[test]
fn a_lock_loses_nothing_of_what_was_selected_while_another_was_opened() {
    let now = Instant::now();
    let mut state = AppState::new(Settings::default());
    open(&mut state, now);
    locate(&mut state, Ready::Nothing, now);
    state.act(Action::Unlock(typed()), now);
    open(&mut state, now);
    state.apply(Event::Lock(LockReason::Suspend), now);
    locate(&mut state, Ready::Nothing, now);
    assert!(state.pending.is_none() && matches!(state.screen, Screen::Locked(_)));
    let effects = state.act(Action::Unlock(typed()), now);
    assert!(!effects.is_empty(), "what is typed is taken");
}

#[test]
fn when_the_time_is_over_the_key_goes_whatever_the_worker_does() {
    let now = Instant::now();
    let mut state = listening(now);
    state.apply(Event::Unlocked { until: now + MINUTE }, now);
    play(&mut state, 5, true, now);
    assert!(state.tick(now + MINUTE / 2).is_empty());
    let effects = state.tick(now + MINUTE);
    assert!(matches!(effects.as_slice(), [Effect::ForgetKeys]), "{effects:?}");
    assert!(matches!(state.screen, Screen::Listening(_)), "what is heard goes on");
}

#[test]
fn a_download_goes_once_and_only_if_most_of_it_was_played() {
    let settings = Settings { removes_heard: true, ..Settings::default() };
    let begun = Instant::now();
    let mut state = listening(begun);
    state.settings = settings;
    play(&mut state, 2, true, begun + Duration::from_secs(2));
    assert!(play(&mut state, 90, true, begun + Duration::from_secs(3)).is_empty(), "a jump");
    play(&mut state, 0, true, begun + Duration::from_secs(4));
    let mut removed = Vec::new();
    for round in 0..2_u64 {
        for secs in 0..=90 {
            let now = begun + Duration::from_secs(4 + round * 100 + secs);
            removed.extend(play(&mut state, secs, true, now));
        }
    }
    let [Effect::Send(Command::Remove { digest, .. })] = removed.as_slice() else {
        panic!("{removed:?}")
    };
    assert_eq!(*digest, [7; 32]);
}

#[test]
fn a_recording_that_comes_is_seen_whatever_else_was_shown() {
    let now = Instant::now();
    let mut state = AppState::new(Settings::default());
    state.act(Action::Show(Place::Settings), now);
    state.apply(Event::Arrived(vec![PathBuf::from(CALL).into()]), now);
    assert_eq!(state.place, Place::Recording);
    locate(&mut state, Ready::Nothing, now);
    let Screen::Locked(before) = state.screen.clone() else { panic!("not locked") };
    state.act(Action::Show(Place::Settings), now);
    state.act(Action::Show(Place::Settings), now);
    let Screen::Locked(after) = &state.screen else { panic!("not locked") };
    assert_ne!(before.attempt, after.attempt, "the field takes the focus again");
}

fn question(is_wrong: bool) -> Question {
    Question {
        site: "https://pbx.example.com".to_owned(),
        host: "pbx.example.com".to_owned(),
        realm: String::new(),
        is_open: false,
        is_wrong,
    }
}

#[test]
fn a_sign_in_is_kept_once_the_site_took_it_and_forgotten_once_it_is_refused() {
    let now = Instant::now();
    let mut state = AppState::new(Settings::default());
    let link = "https://pbx.example.com/RECORDINGS/x-all.mp3.pgp";
    let source = Source::of_argument(link.as_ref()).unwrap_or_else(|error| panic!("{error}"));
    state.act(Action::Open(vec![source]), now);
    let ask = |state: &mut AppState, is_wrong| {
        let generation = state.generation();
        state.apply(Event::SignIn { generation, question: question(is_wrong) }, now)
    };
    ask(&mut state, false);
    let login = Login { name: "6666".to_owned(), password: Passphrase::new(b"x".to_vec().into()) };
    state.act(Action::SignIn { login, is_kept: true }, now);
    assert!(state.settings.kept.is_empty(), "nobody has taken it yet");
    state.apply(Event::SignInKept { site: question(false).site }, now);
    assert_eq!(state.settings.kept, ["https://pbx.example.com"]);
    let effects = ask(&mut state, true);
    let is_forgotten = |effect: &Effect| matches!(effect, Effect::Send(Command::ForgetSite { .. }));
    assert!(effects.iter().any(is_forgotten) && state.settings.kept.is_empty(), "{effects:?}");
}

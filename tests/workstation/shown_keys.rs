//! What does the window look like while keys are made, brought, kept and unlocked?

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use shared::gnupg::GnupgKey;
use workstation_app::keys::KeyCard;
use workstation_app::keys::from_gnupg::Candidate;
use workstation_app::lock_signals::LockReason;
use workstation_app::message::Event;
use workstation_app::policy::Policy;
use workstation_app::settings::Settings;
use workstation_app::state::key_steps::{HandOut, KeyAction, KeyStep};
use workstation_app::state::{Action, AppState, Place};

use crate::shown::{card, listening};

const DAY: Duration = Duration::from_secs(86_400);

fn key() -> KeyCard {
    KeyCard {
        created: Some(SystemTime::now() - DAY * 700),
        expires: Some(SystemTime::now() + DAY * 20),
        algorithm: "Curve25519".to_owned(),
        opens_recordings: true,
        ..card()
    }
}

fn at(step: KeyStep) -> AppState {
    let mut state = AppState::new(Settings::default());
    state.apply(Event::Keys { held: vec![key()], damaged: Vec::new() }, Instant::now());
    state.act(Action::Keys(KeyAction::Go(step)), Instant::now());
    state
}

fn candidates() -> Vec<Candidate> {
    let candidate = |owner: &str, stays: Option<&str>, is_held| Candidate {
        key: GnupgKey {
            fingerprint: "37B4853EFE40F7A6C9E83384D0810CE0A01B03C5".to_owned(),
            owner: owner.to_owned(),
            created: None,
            expires: None,
            stays: None,
        },
        stays: stays.map(str::to_owned),
        is_held,
    };
    vec![
        candidate("Anna Berger <anna.berger@example.com>", None, false),
        candidate("Sam Supervisor <sam@example.com>", None, true),
        candidate("Olga Officer <olga@example.com>", Some(STAYS), false),
    ]
}

const STAYS: &str = "The key is on a smart card, which never gives it away. Leave the card in its \
                     reader, and recordings open through it.";

fn own() -> String {
    key().fingerprint
}

/// Every page of the view of keys.
pub fn pages() -> Vec<(&'static str, AppState)> {
    let mut none = AppState::new(Settings::default());
    none.act(Action::Show(Place::Keys), Instant::now());
    let mut failed = at(KeyStep::Passphrase(own()));
    let message = "That is not the present passphrase. Type it again, and check Caps Lock.";
    failed.apply(Event::KeysDone(Err(message.to_owned())), Instant::now());
    let path = PathBuf::from("/home/anna/anna-berger-secret-key-backup.asc");
    vec![
        ("keys", at(KeyStep::List)),
        ("keys none", none),
        ("key make", at(KeyStep::Make)),
        ("key made", at(KeyStep::HandOut { fingerprint: own(), why: HandOut::Made })),
        ("key extended", at(KeyStep::HandOut { fingerprint: own(), why: HandOut::Extended })),
        ("key gnupg", at(KeyStep::Gnupg(candidates()))),
        ("key gnupg none", at(KeyStep::Gnupg(Vec::new()))),
        ("key take over", at(KeyStep::TakeOver(candidates().remove(0)))),
        ("key one", at(KeyStep::One(own()))),
        ("key passphrase", failed),
        ("key extend", at(KeyStep::Extend(own()))),
        ("key test", at(KeyStep::TestBackup { fingerprint: own(), path })),
        ("key revoke", at(KeyStep::Revoke(own()))),
        ("key delete", at(KeyStep::Delete(own()))),
    ]
}

/// What is seen of locks.
pub fn locks() -> Vec<(&'static str, AppState)> {
    let mut unlocked = listening(None);
    let until = Instant::now() + Duration::from_secs(14 * 60 + 30);
    unlocked.apply(Event::Unlocked { until }, Instant::now());
    let mut locked = listening(None);
    locked.apply(Event::Lock(LockReason::ScreenLock), Instant::now());
    let mut managed = AppState::new(Settings::default());
    let policy = Policy {
        keep_unlocked_minutes: 0,
        idle_minutes: 5,
        allow_passphrase_in_keychain: false,
        ..Policy::default()
    };
    managed.apply(Event::Policy(policy), Instant::now());
    managed.act(Action::Show(Place::Settings), Instant::now());
    vec![("unlocked", unlocked), ("locked again", locked), ("settings managed", managed)]
}

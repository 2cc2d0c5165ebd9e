//! When does everything lock, and what is left on the screen then?

use std::time::{Duration, Instant};

use super::{AppState, Effect, Locked, Screen};
use crate::locking::{LockCause, countdown, idle_limit};
use crate::message::Command;
use crate::policy::Policy;

impl AppState {
    /// Silences, and forgets keys, passphrases and audio. The sealed recording stays, and where it
    /// was.
    pub(super) fn lock(&mut self, cause: LockCause) -> Vec<Effect> {
        self.attempt += 1;
        // Half-typed passphrases are wiped with the fields that held them.
        self.keys.attempt = self.attempt;
        self.unlocked_until = None;
        self.is_asked_next = true;
        let position = match &self.screen {
            Screen::Listening(listening) => {
                if let Some(selected) = &mut self.selected {
                    selected.heard = Some(listening.heard.clone());
                }
                Some(listening.playback.position)
            }
            Screen::Opening(_) => None,
            Screen::Locked(locked) => {
                self.screen = Screen::Locked(Locked { attempt: self.attempt, ..locked.clone() });
                return vec![Effect::Send(Command::Lock)];
            }
            Screen::SignIn(sign_in) => {
                let sign_in = super::SignInScreen { attempt: self.attempt, ..sign_in.clone() };
                self.screen = Screen::SignIn(sign_in);
                return vec![Effect::Send(Command::Lock)];
            }
            Screen::Empty | Screen::Host(_) | Screen::Problem(_) => {
                return vec![Effect::Send(Command::Lock)];
            }
        };
        // An answer that is on its way would be heard. Where something else was selected meanwhile, it
        // is out of date already.
        if self.is_decoding() && self.pending.is_none() {
            self.generation += 1;
        }
        let seal = self.selected.as_mut().and_then(|selected| {
            // Where nothing was heard yet, it still waits for where it was before.
            let position = position.filter(|position| !position.is_zero());
            selected.resume_at = position.unwrap_or(selected.resume_at);
            selected.seal.clone()
        });
        self.screen = match seal {
            Some(seal) => Screen::Locked(Locked {
                seal,
                is_wrong: false,
                cause: Some(cause),
                attempt: self.attempt,
            }),
            None => Screen::Empty,
        };
        vec![Effect::Silence, Effect::Send(Command::Lock)]
    }

    /// Somebody is there.
    pub(super) fn used(&mut self, now: Instant) {
        self.used_at = now;
    }

    /// What is due by now.
    pub fn tick(&mut self, now: Instant) -> Vec<Effect> {
        if self.is_playing() {
            self.used(now);
        }
        if self.unlocked_left(now) == Some(Duration::ZERO) {
            // The worker may be busy with something slow.
            self.unlocked_until = None;
            return vec![Effect::ForgetKeys];
        }
        match self.idle_left(now) {
            Some(Duration::ZERO) => {
                self.used(now);
                self.lock(LockCause::Idle)
            }
            _ => Vec::new(),
        }
    }

    /// When [`tick`](Self::tick) is wanted at the latest, or other words are shown.
    pub fn next_tick(&self, now: Instant) -> Option<Duration> {
        let words = self.unlocked_left(now).map(|left| countdown(left).1);
        words.into_iter().chain(self.idle_left(now)).min()
    }

    /// How long a key stays unlocked.
    pub fn unlocked_left(&self, now: Instant) -> Option<Duration> {
        self.unlocked_until.map(|until| until.saturating_duration_since(now))
    }

    /// Whether there is anything that a lock would take away.
    pub fn is_lockable(&self) -> bool {
        let is_open = matches!(self.screen, Screen::Listening(_) | Screen::Opening(_));
        is_open || self.unlocked_until.is_some()
    }

    /// The administrator may have decided otherwise since.
    pub(super) fn change_policy(&mut self, policy: Policy) -> Vec<Effect> {
        self.policy = policy;
        Vec::new()
    }

    fn idle_left(&self, now: Instant) -> Option<Duration> {
        let limit = idle_limit(&self.settings, self.policy);
        let idle = now.saturating_duration_since(self.used_at);
        self.is_lockable().then(|| limit.saturating_sub(idle))
    }

    fn is_playing(&self) -> bool {
        match &self.screen {
            Screen::Listening(listening) => {
                let playback = &listening.playback;
                playback.is_playing && !playback.has_ended && playback.fault.is_none()
            }
            Screen::Opening(_) => true,
            _ => false,
        }
    }
}

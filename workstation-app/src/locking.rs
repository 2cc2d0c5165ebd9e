//! How long does a key stay unlocked, when does the window lock, and what is said of it?

use std::time::Duration;

use crate::lock_signals::LockReason;
use crate::policy::Policy;
use crate::settings::Settings;
use crate::texts;

/// What people choose from, in minutes; 0 asks for every recording.
pub const KEEP_CHOICES_MINUTES: [u32; 7] = [0, 15, 30, 60, 120, 240, 480];

/// What people choose from, in minutes.
pub const IDLE_CHOICES_MINUTES: [u32; 6] = [2, 5, 10, 15, 30, 60];

/// Why everything was locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockCause {
    /// The person said so.
    Asked,
    /// Nobody used the window.
    Idle,
    /// The system said so.
    System(LockReason),
}

impl LockCause {
    /// What is said above the passphrase field.
    pub fn words(self) -> &'static str {
        match self {
            Self::Asked => texts::LOCKED.get(),
            Self::Idle => texts::LOCKED_IDLE.get(),
            Self::System(LockReason::ScreenLock) => texts::LOCKED_SCREEN.get(),
            Self::System(LockReason::Suspend) => texts::LOCKED_SLEEP.get(),
            Self::System(LockReason::UserSwitch) => texts::LOCKED_OTHER_USER.get(),
        }
    }
}

/// What the person wants of a key that a passphrase has unlocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// It stays unlocked for so long; nothing: for one recording.
    pub keep_for: Duration,
    /// The system's keychain keeps the passphrase.
    pub uses_keychain: bool,
}

impl Habits {
    /// What the settings say.
    pub fn of(settings: &Settings) -> Self {
        Self {
            keep_for: minutes(settings.keep_unlocked_minutes),
            uses_keychain: settings.keeps_passphrase,
        }
    }

    /// As much of it as the administrator allows.
    #[must_use]
    pub fn within(self, policy: Policy) -> Self {
        Self {
            keep_for: self.keep_for.min(minutes(policy.keep_unlocked_minutes)),
            uses_keychain: self.uses_keychain && policy.allow_passphrase_in_keychain,
        }
    }
}

/// How long a window that nobody uses stays open.
pub fn idle_limit(settings: &Settings, policy: Policy) -> Duration {
    // Less than a minute would lock under the fingers of whoever reads.
    minutes(settings.idle_minutes.min(policy.idle_minutes).max(1))
}

fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}

/// A time as people choose it.
pub fn in_words(minutes: u32) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let text = match (hours, minutes) {
        (0, 1) => texts::ONE_MINUTE,
        (0, _) => texts::MINUTES,
        (1, 0) => texts::ONE_HOUR,
        (_, 0) => texts::HOURS,
        _ => texts::HOURS_AND_MINUTES,
    };
    text.with(&[("hours", &hours), ("minutes", &minutes)])
}

/// How long is left, as the countdown shows it, and when those words change.
pub fn countdown(left: Duration) -> (String, Duration) {
    let secs = left.as_secs();
    let minute = Duration::from_secs(60);
    if left <= minute {
        let next = left.saturating_sub(Duration::from_secs(secs));
        let words = texts::SHORT_SECONDS.with(&[("seconds", &secs.max(1))]);
        return (words, next.max(Duration::from_millis(50)));
    }
    // Rounded up: "1 min" is never less than one.
    let minutes = secs.div_ceil(60);
    let next = left.saturating_sub(minute * (minutes.saturating_sub(1)) as u32);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let text = match (hours, minutes) {
        (0, _) => texts::SHORT_MINUTES,
        (_, 0) => texts::SHORT_HOURS,
        _ => texts::HOURS_AND_MINUTES,
    };
    let words = text.with(&[("hours", &hours), ("minutes", &minutes)]);
    (words, next.max(Duration::from_millis(50)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_keeps_a_key_unlocked_for_longer_than_the_administrator_says() {
        let settings = Settings {
            keep_unlocked_minutes: 60,
            keeps_passphrase: true,
            idle_minutes: 30,
            ..Settings::default()
        };
        let policy = Policy {
            keep_unlocked_minutes: 15,
            idle_minutes: 5,
            allow_passphrase_in_keychain: false,
            ..Policy::default()
        };
        let habits = Habits::of(&settings).within(policy);
        assert_eq!(habits, Habits { keep_for: minutes(15), uses_keychain: false });
        assert_eq!(idle_limit(&settings, policy), minutes(5));
        let own = Habits::of(&settings).within(Policy::default());
        assert_eq!(own, Habits { keep_for: minutes(60), uses_keychain: true });
        assert_eq!(idle_limit(&settings, Policy::default()), minutes(30));
    }

    #[test]
    fn a_countdown_changes_when_its_words_do() {
        let secs = Duration::from_secs;
        for (left, words, next) in [
            (secs(3 * 3600), "3 h", secs(60)),
            (secs(3 * 3600 - 1), "3 h", secs(59)),
            (secs(61), "2 min", secs(1)),
            (secs(60), "60 s", Duration::from_millis(50)),
            (Duration::from_millis(1500), "1 s", Duration::from_millis(500)),
            (Duration::ZERO, "1 s", Duration::from_millis(50)),
        ] {
            assert_eq!(countdown(left), (words.to_owned(), next), "{left:?}");
        }
    }
}

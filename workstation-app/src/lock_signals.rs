//! Does the person leave the computer? The system's own word: its screen is locked, it goes to
//! sleep, or somebody else takes the seat.
//!
//! Whoever speaks on these ways can make the window lock, and nobody can make it unlock.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::platform;

/// How long sleep is held up. Linux itself waits for five seconds at most, Windows for two.
const WIPE_LIMIT: Duration = Duration::from_millis(1500);

/// Why everything secret is to go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockReason {
    /// The screen was locked, or its saver came up.
    ScreenLock,
    /// The computer goes to sleep.
    Suspend,
    /// Another user took the seat, or the session was left.
    UserSwitch,
}

/// Tells as long as it is held.
pub struct Watch {
    sleep: Arc<Sleep>,
    _signals: Option<platform::LockSignals>,
}

/// Calls `tell` on a thread of its own each time the person leaves, until the watch is dropped. A
/// system that tells nothing gives a watch that does nothing; it is no reason for a message.
///
/// After [`LockReason::Suspend`] sleep is held up, where the system allows it, until
/// [`Watch::wiped`] or for one and a half seconds.
pub fn watch(tell: impl Fn(LockReason) + Send + Sync + 'static) -> Watch {
    let sleep = Arc::new(Sleep::default());
    let teller = Teller { tell: Box::new(tell), sleep: Arc::clone(&sleep) };
    Watch { sleep, _signals: platform::watch_lock_signals(teller) }
}

impl Watch {
    /// What was to be wiped is wiped: the computer may go to sleep.
    pub fn wiped(&self) {
        self.sleep.allow();
    }
}

impl Drop for Watch {
    // Who waits for an answer gets none any more.
    fn drop(&mut self) {
        self.sleep.allow();
    }
}

/// The system's side of a [`Watch`].
pub struct Teller {
    tell: Box<dyn Fn(LockReason) + Send + Sync>,
    sleep: Arc<Sleep>,
}

impl Teller {
    /// Tells it, and waits for nothing.
    pub fn tell(&self, reason: LockReason) {
        (self.tell)(reason);
    }

    /// Tells that the computer goes to sleep; comes back once it may.
    pub fn tell_suspend(&self) {
        self.sleep.hold();
        self.tell(LockReason::Suspend);
        self.sleep.wait();
    }
}

/// Whether the computer may go to sleep.
#[derive(Default)]
struct Sleep {
    is_held: Mutex<bool>,
    allowed: Condvar,
}

impl Sleep {
    fn set(&self, is_held: bool) {
        *self.is_held.lock().unwrap_or_else(PoisonError::into_inner) = is_held;
    }

    fn hold(&self) {
        self.set(true);
    }

    fn allow(&self) {
        self.set(false);
        self.allowed.notify_all();
    }

    fn wait(&self) {
        let is_held = self.is_held.lock().unwrap_or_else(PoisonError::into_inner);
        // Too late or not, sleep goes on afterwards.
        drop(self.allowed.wait_timeout_while(is_held, WIPE_LIMIT, |is_held| *is_held));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn teller(sleep: &Arc<Sleep>, tell: impl Fn(LockReason) + Send + Sync + 'static) -> Teller {
        Teller { tell: Box::new(tell), sleep: Arc::clone(sleep) }
    }

    #[test]
    fn sleep_waits_until_everything_is_wiped() {
        let sleep = Arc::new(Sleep::default());
        let wiping = Arc::clone(&sleep);
        let late = move |_| {
            let wiping = Arc::clone(&wiping);
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(300));
                wiping.allow();
            });
        };
        let begun = Instant::now();
        teller(&sleep, late).tell_suspend();
        assert!((Duration::from_millis(300)..WIPE_LIMIT).contains(&begun.elapsed()));
    }

    #[test]
    fn sleep_waits_for_nobody_without_end() {
        let begun = Instant::now();
        teller(&Arc::default(), |_| {}).tell_suspend();
        assert!(begun.elapsed() >= WIPE_LIMIT && begun.elapsed() < 3 * WIPE_LIMIT);
    }

    #[test]
    fn what_was_wiped_before_does_not_count_for_the_next_sleep() {
        let sleep = Arc::new(Sleep::default());
        sleep.allow();
        let begun = Instant::now();
        teller(&sleep, |_| {}).tell_suspend();
        assert!(begun.elapsed() >= WIPE_LIMIT);
    }
}

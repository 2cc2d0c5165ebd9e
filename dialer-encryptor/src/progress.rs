//! Who may ask a run to stop between two recordings, and who hears that it is alive?

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a run sleeps before it looks again whether it should stop.
const NAP: Duration = Duration::from_millis(200);

/// What a run and whoever started it tell each other.
#[derive(Clone)]
pub struct Progress {
    should_stop: Arc<AtomicBool>,
    alive: fn(),
}

impl fmt::Debug for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Progress").field("should_stop", &self.should_stop).finish()
    }
}

impl Default for Progress {
    /// A run that nobody stops and nobody watches: cron's.
    fn default() -> Self {
        Self { should_stop: Arc::default(), alive: || {} }
    }
}

impl Progress {
    /// A run that stops once the flag is set, and calls `alive` while it gets on.
    #[must_use]
    pub fn new(should_stop: Arc<AtomicBool>, alive: fn()) -> Self {
        Self { should_stop, alive }
    }

    /// Whether the recording in hand is the last one.
    #[must_use]
    pub fn should_stop(&self) -> bool {
        self.should_stop.load(Ordering::Relaxed)
    }

    /// Something was done.
    pub fn tell(&self) {
        (self.alive)();
    }

    /// Waits, and no longer than until it should stop.
    pub fn sleep(&self, time: Duration) {
        let began = Instant::now();
        while !self.should_stop() {
            let left = time.saturating_sub(began.elapsed());
            if left.is_zero() {
                return;
            }
            self.tell();
            thread::sleep(left.min(NAP));
        }
    }
}

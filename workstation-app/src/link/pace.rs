//! How long is a server waited for, and is what it sends worth waiting for?

use std::time::{Duration, Instant};

use crate::texts::{Failure, FailureKind};

/// How long is waited, and for what. Nobody presses "Cancel" where a check runs by itself.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A server that says nothing for so long has gone.
    pub silence: Duration,
    /// In each such time...
    pub pace_interval: Duration,
    /// ...so many octets must have come.
    pub pace_octets: u64,
}

impl Limits {
    /// Slower than a telephone of the nineties is no connection.
    pub const USUAL: Self = Self {
        silence: Duration::from_secs(30),
        pace_interval: Duration::from_secs(60),
        pace_octets: 64 << 10,
    };
}

/// What comes, by the clock.
pub(super) struct Pace {
    limits: Limits,
    /// Since when it is counted; not before the first answer.
    since: Option<Instant>,
    /// How much there was then.
    before: u64,
    /// How much there is now. What came twice counts once.
    now: u64,
}

impl Pace {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, since: None, before: 0, now: 0 }
    }

    /// So much is there by now.
    pub(super) fn count(&mut self, octets: u64) {
        self.since.get_or_insert_with(Instant::now);
        self.now = self.now.max(octets);
    }

    /// Fails once it is too slow.
    pub(super) fn keep(&mut self) -> Result<(), Failure> {
        let Some(since) = self.since.filter(|it| it.elapsed() >= self.limits.pace_interval) else {
            return Ok(());
        };
        let come = self.now - self.before;
        if come < self.limits.pace_octets {
            let seconds = since.elapsed().as_secs();
            let detail =
                format!("{come} octets in the last {seconds} seconds, {} in all", self.now);
            return Err(Failure::new(FailureKind::LinkSlow, detail));
        }
        (self.since, self.before) = (Some(Instant::now()), self.now);
        Ok(())
    }
}

//! How fast may recordings be read? A rate that all lanes share.

use crate::progress::Progress;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait for one recording: a rate close to nothing must not look like a run that hangs.
const MOST_SECS: f64 = 3600.0;

/// Lets octets pass at a rate, or all of them.
#[derive(Debug)]
pub struct Throttle {
    octets_per_sec: Option<f64>,
    /// When the next recording may begin.
    free_at: Mutex<Instant>,
}

impl Throttle {
    /// `None` for no limit.
    #[must_use]
    pub fn new(octets_per_sec: Option<f64>) -> Self {
        Self { octets_per_sec, free_at: Mutex::new(Instant::now()) }
    }

    /// Waits until a recording of this length may begin.
    pub fn wait(&self, octets: u64, progress: &Progress) {
        let Some(rate) = self.octets_per_sec else { return };
        let now = Instant::now();
        let begin = {
            let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            let begin = now.max(*free_at);
            #[expect(clippy::cast_precision_loss, reason = "an octet more or less is no matter")]
            let seconds = (octets as f64 / rate).min(MOST_SECS);
            *free_at = begin + Duration::from_secs_f64(seconds);
            begin
        };
        progress.sleep(begin - now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_waits_for_what_came_before() {
        let throttle = Throttle::new(Some(1_000_000.0));
        let began = Instant::now();
        throttle.wait(200_000, &Progress::default());
        throttle.wait(1, &Progress::default());
        assert!(began.elapsed() >= Duration::from_millis(200));
        let began = Instant::now();
        Throttle::new(None).wait(u64::MAX, &Progress::default());
        assert!(began.elapsed() < Duration::from_millis(200));
    }
}

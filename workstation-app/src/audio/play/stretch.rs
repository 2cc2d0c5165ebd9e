//! How does another speed keep the pitch, and which frame comes of which?
//!
//! libsonic joins pitch periods. It takes frames until it can make one step, and does not say how
//! many a step used up: given one frame at a time, that shows in how many it takes until the next.

use libsonic::SonicStream;
use zeroize::Zeroizing;

/// Recordings of other rates are nobody's, and are played as they are.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4000..=192_000;
/// libsonic's pitch periods are no longer than this one's.
const LOWEST_PITCH_HZ: u32 = 65;
/// Beyond these, and at them, a step's length is rounded down: its speed is corrected.
const EXACT_SPEEDS: std::ops::Range<f64> = 0.51..1.99;
/// What rounding took is given back over this much.
const CORRECTION_SECS: f64 = 0.05;
const LARGEST_CORRECTION: f64 = 0.1;

/// So many frames of the recording became so many of what is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Frames of the recording.
    pub input: u64,
    /// Frames that are heard.
    pub output: u64,
}

/// Changes the speed of interleaved samples.
pub struct Stretch {
    sonic: SonicStream,
    rate_hz: u32,
    channel_count: usize,
    speed: f64,
    /// Frames taken.
    taken: u64,
    /// How many were taken when the last step was made, whose use of them is not known yet.
    last_step_at: u64,
    /// Where that step begins.
    begun: u64,
    /// Frames given before it.
    given: u64,
    waiting: Zeroizing<Vec<f32>>,
}

impl Stretch {
    /// None where there is nothing to change, or no way.
    pub fn new(speed: f32, rate_hz: u32, channel_count: u16) -> Option<Self> {
        if speed == 1.0 || !RATES_HZ.contains(&rate_hz) {
            return None;
        }
        let mut sonic = SonicStream::new(rate_hz, u32::from(channel_count)).ok()?;
        sonic.set_speed(speed);
        Some(Self {
            sonic,
            rate_hz,
            channel_count: usize::from(channel_count.max(1)),
            speed: f64::from(speed),
            taken: 0,
            last_step_at: 0,
            begun: 0,
            given: 0,
            waiting: Zeroizing::new(Vec::new()),
        })
    }

    /// Samples of a step, or of the rest, at most.
    pub fn most_samples(rate_hz: u32) -> usize {
        usize::try_from(rate_hz / LOWEST_PITCH_HZ).unwrap_or(0) * 2 * 2 * 8
    }

    /// Takes one frame; a step that is done is appended to `output`.
    pub fn take(&mut self, frame: &[f32], output: &mut Vec<f32>) -> Option<Step> {
        self.sonic.write_f32(frame);
        self.taken += 1;
        let ready = self.sonic.available_frames();
        if ready == 0 {
            return None;
        }
        let made = Zeroizing::new(self.sonic.read_f32(ready));
        let used = self.taken - self.last_step_at;
        self.last_step_at = self.taken;
        if self.waiting.is_empty() {
            self.waiting = made;
            return None;
        }
        let step = self.finish(used, output);
        self.waiting = made;
        self.correct();
        Some(step)
    }

    /// Makes the rest of what was taken.
    pub fn flush(&mut self, output: &mut Vec<f32>) -> Option<Step> {
        self.sonic.set_speed(self.speed as f32);
        self.sonic.flush();
        let rest = Zeroizing::new(self.sonic.read_f32(self.sonic.available_frames()));
        let used = self.taken - self.begun;
        if used == 0 {
            return None;
        }
        let mut step = self.finish(used, output);
        output.extend_from_slice(&rest);
        step.output += (rest.len() / self.channel_count) as u64;
        Some(step)
    }

    fn finish(&mut self, used: u64, output: &mut Vec<f32>) -> Step {
        output.extend_from_slice(&self.waiting);
        let step = Step { input: used, output: (self.waiting.len() / self.channel_count) as u64 };
        self.waiting.clear();
        self.begun += step.input;
        self.given += step.output;
        step
    }

    fn correct(&mut self) {
        if EXACT_SPEEDS.contains(&self.speed) {
            return;
        }
        let missing = self.begun as f64 / self.speed - self.given as f64;
        let share = missing / (f64::from(self.rate_hz) * CORRECTION_SECS);
        let slower = 1.0 - share.clamp(-LARGEST_CORRECTION, LARGEST_CORRECTION);
        self.sonic.set_speed((self.speed * slower) as f32);
    }
}

//! What is known of a recording while it is heard, and how much of it was really heard?

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::audio::play::Playback;
use crate::audio::treatment::Treatment;
use crate::message::Recording;
use crate::state::desk::Repeat;

/// Longer recordings count as heard by their first day.
const MOST_SECONDS: u64 = 86_400;

/// The fastest that a recording may ever be played.
const MOST_SPEED: u32 = 4;

/// The player looks at its clock less often than the window does.
const JUMP_TOLERANCE: Duration = Duration::from_millis(500);

/// Whoever jumps over some of it has heard it all the same.
const MOST_OF_IT: f32 = 0.8;

/// A recording that can be heard.
#[derive(Clone, Debug)]
pub struct Listening {
    /// It.
    pub recording: Recording,
    /// What can be heard now.
    pub playback: Playback,
    /// How much of it was really played, not jumped over.
    pub heard: Heard,
    /// What is played over and over.
    pub repeat: Repeat,
    /// What leaves out silence and levels the sides.
    pub treatment: Arc<Treatment>,
    /// How much of it was there when that was worked out.
    pub treated: Duration,
    /// Where silence is, by the rule of now.
    pub silences: Vec<Range<Duration>>,
    /// How often somebody jumped in it.
    pub jump_count: u64,
    /// It was paused where it played, so it steps back a little when it goes on.
    pub steps_back: bool,
}

impl Listening {
    /// A recording at its beginning.
    pub fn of(recording: Recording, now: Instant) -> Self {
        Self {
            recording,
            playback: Playback { is_playing: true, ..Playback::default() },
            heard: Heard::nothing(now),
            repeat: Repeat::Off,
            treatment: Arc::default(),
            treated: Duration::ZERO,
            silences: Vec::new(),
            jump_count: 0,
            steps_back: false,
        }
    }
}

/// Which parts of a recording were really played.
#[derive(Clone, Debug)]
pub struct Heard {
    /// For each second of it: hearing one of them twice makes up for no other.
    seconds: Vec<bool>,
    /// Played to the end once already.
    is_done: bool,
    /// When it was last looked at.
    at: Instant,
}

impl Heard {
    fn nothing(now: Instant) -> Self {
        Self { seconds: Vec::new(), is_done: false, at: now }
    }

    fn note(&mut self, from: Duration, to: Duration) {
        let (first, last) = (from.as_secs(), to.as_secs().min(MOST_SECONDS));
        for second in first..=last {
            let Ok(second) = usize::try_from(second) else { return };
            if second >= self.seconds.len() {
                self.seconds.resize(second + 1, false);
            }
            if let Some(known) = self.seconds.get_mut(second) {
                *known = true;
            }
        }
    }

    fn share(&self, length: Duration) -> f32 {
        let count = self.seconds.iter().filter(|is_heard| **is_heard).count();
        count as f32 / length.as_secs_f32().max(1.0)
    }
}

impl Listening {
    /// Takes what can be heard now; true once, when the end was reached and most of it was played.
    pub fn hear(&mut self, playback: Playback, skips_silence: bool, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.heard.at);
        let (from, to) = (self.playback.position, playback.position);
        let mut gone = to.saturating_sub(from);
        if skips_silence {
            gone = gone.saturating_sub(silence_between(&self.silences, from, to));
        }
        // Nobody plays faster than this; what goes faster is a jump.
        let is_played = gone <= passed * MOST_SPEED + JUMP_TOLERANCE;
        if is_played && self.playback.is_playing && from < to {
            self.heard.note(from, to);
        }
        self.heard.at = now;
        self.playback = playback;
        let length = self.recording.pcm.duration();
        let is_new = playback.has_ended && !self.heard.is_done;
        let is_heard = is_new && self.heard.share(length) >= MOST_OF_IT;
        self.heard.is_done |= is_heard;
        is_heard
    }
}

/// How much silence lies between two moments.
fn silence_between(silences: &[Range<Duration>], from: Duration, to: Duration) -> Duration {
    let within =
        |silence: &Range<Duration>| silence.end.min(to).saturating_sub(silence.start.max(from));
    silences.iter().map(within).sum()
}

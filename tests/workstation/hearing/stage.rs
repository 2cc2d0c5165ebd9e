//! How is a player heard in simulated time: a device that takes half a second in advance, gives it
//! back when something is asked for, and says exactly what it has played?

use std::any::Any;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use support::process::wait_for;
use support::{Outcome, ensure};
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::play::Player;
use workstation_app::audio::play::output::{MakeVoice, Output, Voice};

/// Rate of the recordings.
pub const RATE_HZ: u32 = 8000;
/// What a ramp begins with: each frame is one step higher.
pub const RAMP_BEGIN: i32 = -30_000;
/// As long as a ramp can be.
pub const RAMP_FRAMES: usize = 60_000;
/// Sound that rises or falls faster than this between two frames of the recording is a fade or a join.
const STEEPEST: f64 = 8.0;

/// The voice that the player handed to its device.
#[derive(Clone)]
pub struct Slot {
    voice: Arc<Mutex<Option<Voice>>>,
    rate_hz: NonZero<u32>,
    takes_back: bool,
}

impl Output for Slot {
    fn open(&self, make_voice: MakeVoice<'_>) -> Result<Box<dyn Any + Send>, String> {
        let mut voice = make_voice(self.rate_hz).map_err(|error| error.to_string())?;
        if self.takes_back {
            voice.reported_by_device(self.rate_hz.get() as usize);
        }
        *self.voice.lock().unwrap_or_else(PoisonError::into_inner) = Some(voice);
        Ok(Box::new(()))
    }
}

/// A player in simulated time.
pub struct Stage {
    /// The person's side.
    pub player: Player,
    slot: Slot,
    /// The left ear, all that was played.
    pub heard: Vec<f32>,
    /// What was given and not played.
    ahead: Vec<f32>,
}

impl Stage {
    /// With a device of a rate that takes back what it has not played, or else only pulls.
    pub fn new(rate_hz: u32, takes_back: bool) -> Outcome<Self> {
        let rate_hz = NonZero::new(rate_hz).unwrap_or(NonZero::<u32>::MIN);
        let slot = Slot { voice: Arc::default(), rate_hz, takes_back };
        let player = Player::new(Box::new(slot.clone()), Arc::new(|| {}));
        Ok(Self { player, slot, heard: Vec::new(), ahead: Vec::new() })
    }

    /// Loads, plays and waits for the device to be opened.
    pub fn play(&mut self, pcm: Arc<Pcm>) -> Outcome {
        self.player.load(pcm);
        self.player.play();
        let slot = self.slot.clone();
        wait_for("the device to be opened", Duration::from_secs(5), || {
            Ok(slot.voice.lock().unwrap_or_else(PoisonError::into_inner).is_some().then_some(()))
        })
    }

    /// Plays for a while.
    pub fn advance(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds / 10 {
            self.advance_a_little();
        }
    }

    fn frames(&self, milliseconds: usize) -> usize {
        self.slot.rate_hz.get() as usize * milliseconds / 1000
    }

    fn advance_a_little(&mut self) {
        let (step, queue, reaction) = (self.frames(10), self.frames(500), self.frames(30));
        let mut slot = self.slot.voice.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(voice) = slot.as_mut() else { return };
        if self.slot.takes_back {
            let played = self.heard.len() as u64;
            if voice.has_new_orders() {
                voice.take_back(played + reaction as u64);
                self.ahead.truncate((voice.given() - played) as usize);
            }
            while self.ahead.len() < queue {
                let [left, _] = voice.next_frame();
                self.ahead.push(left);
            }
            self.heard.extend(self.ahead.drain(..step));
            voice.report(self.heard.len() as u64);
        } else {
            // Both ears in turn, or one for both.
            for _ in 0..step {
                self.heard.push(voice.next().unwrap_or(0.0));
                if voice.channel_count() == 2 {
                    voice.next();
                }
            }
        }
        voice.controls().add_progress(1);
    }

    /// The frame of the ramp that was heard at a moment; none while it fades or turns.
    pub fn place_at(&self, at: usize) -> Option<f64> {
        let around = self.frames(4);
        let window = self.heard.get(at.checked_sub(around)?..at + around)?;
        let scale = f64::from(RATE_HZ) / f64::from(self.slot.rate_hz.get());
        let is_steep = |two: &[f32]| match two {
            [a, b] => (f64::from(b - a) * 32_768.0).abs() > STEEPEST * scale + 1.5,
            _ => false,
        };
        if window.windows(2).any(is_steep) || window.iter().all(|it| it.abs() < 0.000_1) {
            return None;
        }
        Some(f64::from(*self.heard.get(at)?) * 32_768.0 - f64::from(RAMP_BEGIN))
    }

    /// What is shown, in frames of the recording.
    pub fn shown(&self) -> f64 {
        self.player.playback().position.as_secs_f64() * f64::from(RATE_HZ)
    }
}

/// A recording whose every sample tells its frame.
pub fn ramp(frames: usize) -> Outcome<Arc<Pcm>> {
    ensure!(frames <= RAMP_FRAMES, "a ramp of {frames} frames");
    let samples: Vec<i16> = (0..frames).map(|frame| (RAMP_BEGIN + frame as i32) as i16).collect();
    let mut pcm = Pcm::new(1, RATE_HZ);
    pcm.append(&samples);
    Ok(Arc::new(pcm))
}

/// Numbers that look like chance and are the same every time.
pub struct Chance(u64);

impl Chance {
    /// Another sequence for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound.max(1)
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, all: &[T], other: T) -> T {
        all.get(self.below(all.len() as u64) as usize).copied().unwrap_or(other)
    }
}

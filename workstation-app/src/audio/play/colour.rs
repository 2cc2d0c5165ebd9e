//! What becomes of samples before they are heard: who is loud, which band, which ear?

use std::ops::Range;
use std::sync::Arc;

use super::band::Band;
use super::hearing::Side;
use super::wish::Wish;
use crate::audio::treatment::Treatment;

/// Nothing leaves louder than this: what the device's rate makes of it needs a little room.
const CEILING: f32 = 0.97;
/// After a peak the loudness comes back in this time.
const RECOVERY_SECS: f32 = 0.2;

/// The changes that are switched on.
pub struct Colour {
    treatment: Option<Arc<Treatment>>,
    band: Option<Band>,
    limiter: Option<Limiter>,
    side: Side,
    is_swapped: bool,
    channel_count: usize,
}

impl Colour {
    /// For a recording of this shape.
    pub fn new(wish: &Wish, rate_hz: u32, channel_count: u16) -> Self {
        let hearing = wish.hearing();
        let gains = hearing.is_levelled && !wish.treatment().gains.is_empty();
        Self {
            treatment: gains.then(|| Arc::clone(wish.treatment())),
            band: hearing.is_band_limited.then(|| Band::new(rate_hz, channel_count)),
            limiter: (gains || hearing.is_band_limited).then(|| Limiter::new(rate_hz)),
            side: hearing.side,
            is_swapped: hearing.is_swapped,
            channel_count: usize::from(channel_count.max(1)),
        }
    }

    /// Forgets what came before.
    pub fn reset(&mut self) {
        if let Some(band) = &mut self.band {
            band.reset();
        }
        if let Some(limiter) = &mut self.limiter {
            limiter.gains = [1.0; 2];
        }
    }

    /// Makes the frames of `run` as loud as they are to be.
    pub fn level(&self, run: Range<usize>, samples: &mut [f32]) {
        let Some(treatment) = &self.treatment else { return };
        for (frame, samples) in run.zip(samples.chunks_mut(self.channel_count)) {
            for (sample, gain) in samples.iter_mut().zip(gains_at(treatment, frame)) {
                *sample *= gain;
            }
        }
    }

    /// Does everything else, to frames that follow each other.
    pub fn finish(&mut self, samples: &mut [f32]) {
        if let Some(band) = &mut self.band {
            band.run(samples);
        }
        if let Some(limiter) = &mut self.limiter {
            limiter.run(samples, self.channel_count);
        }
        if self.channel_count == 2 && (self.side != Side::Both || self.is_swapped) {
            self.place(samples);
        }
    }

    fn place(&self, samples: &mut [f32]) {
        for frame in samples.chunks_exact_mut(2) {
            if let [left, right] = frame {
                (*left, *right) = match self.side {
                    Side::Both => (*right, *left),
                    Side::Left => (*left, *left),
                    Side::Right => (*right, *right),
                    Side::Mixed => ((*left + *right) / 2.0, (*left + *right) / 2.0),
                };
            }
        }
    }
}

fn gains_at(treatment: &Treatment, frame: usize) -> [f32; 2] {
    let Some(index) = frame.checked_div(treatment.gain_frames) else { return [1.0; 2] };
    let last = treatment.gains.last().copied().unwrap_or([1.0; 2]);
    let [left, right] = treatment.gains.get(index).copied().unwrap_or(last);
    let [next_left, next_right] = treatment.gains.get(index + 1).copied().unwrap_or(last);
    let way = (frame % treatment.gain_frames) as f32 / treatment.gain_frames as f32;
    [left + (next_left - left) * way, right + (next_right - right) * way]
}

/// Keeps each channel below the ceiling: at once quieter, slowly back.
struct Limiter {
    gains: [f32; 2],
    recovery: f32,
}

impl Limiter {
    fn new(rate_hz: u32) -> Self {
        Self { gains: [1.0; 2], recovery: 1.0 / (rate_hz as f32 * RECOVERY_SECS).max(1.0) }
    }

    fn run(&mut self, samples: &mut [f32], channel_count: usize) {
        for frame in samples.chunks_mut(channel_count) {
            for (sample, gain) in frame.iter_mut().zip(&mut self.gains) {
                *gain = (*gain + self.recovery).min(1.0);
                if sample.abs() * *gain > CEILING {
                    *gain = CEILING / sample.abs();
                }
                *sample *= *gain;
            }
        }
    }
}

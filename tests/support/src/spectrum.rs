//! Which frequencies does a sound hold, and how loud is each?

use std::f64::consts::TAU;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

/// A tone fills this many lines on each side of its own: the window's main lobe.
const LOBE: usize = 4;

/// The lines of a steady sound, with a window whose side lobes lie 92 dB below a tone.
pub struct Spectrum {
    /// Level of each line in decibels; 0 is a tone of full scale.
    lines: Vec<f64>,
    rate_hz: f64,
    count: usize,
}

/// Makes spectra of sounds of one length.
pub struct Analyser {
    fft: Arc<dyn Fft<f64>>,
    window: Vec<f64>,
    rate_hz: u32,
}

impl Analyser {
    /// For sounds of `count` samples.
    pub fn new(count: usize, rate_hz: u32) -> Analyser {
        let window = (0..count).map(|index| window(index, count)).collect();
        Analyser { fft: FftPlanner::new().plan_fft_forward(count), window, rate_hz }
    }

    /// The spectrum of one sound.
    pub fn spectrum(&self, samples: &[f32]) -> Spectrum {
        let gain: f64 = self.window.iter().sum();
        let weighed = samples.iter().zip(&self.window).map(|(a, b)| f64::from(*a) * b);
        let mut values: Vec<Complex<f64>> = weighed.map(|it| Complex::new(it, 0.0)).collect();
        values.resize(self.window.len(), Complex::new(0.0, 0.0));
        self.fft.process(&mut values);
        let level = |value: &Complex<f64>| 20.0 * (2.0 * value.norm() / gain).max(1e-9).log10();
        let count = self.window.len();
        let lines = values.iter().take(count / 2 + 1).map(level).collect();
        Spectrum { lines, rate_hz: f64::from(self.rate_hz), count }
    }
}

impl Spectrum {
    /// The spectrum of all of `samples`.
    pub fn of(samples: &[f32], rate_hz: u32) -> Spectrum {
        Analyser::new(samples.len(), rate_hz).spectrum(samples)
    }

    /// Level of the tone nearest to a frequency.
    pub fn level_db(&self, frequency_hz: f64) -> f64 {
        let line = self.line_of(frequency_hz);
        let near = self.lines.iter().skip(line.saturating_sub(2)).take(5);
        near.copied().fold(-180.0, f64::max)
    }

    /// The loudest line that belongs to none of these tones: its frequency and level. What lies
    /// below 20 Hz is not sound.
    pub fn loudest_beside(&self, tones_hz: &[f64]) -> (f64, f64) {
        let belongs =
            |line: usize| tones_hz.iter().any(|tone| self.line_of(*tone).abs_diff(line) <= LOBE);
        let first = self.line_of(20.0).max(LOBE + 1);
        let others = self.lines.iter().enumerate().skip(first).filter(|(line, _)| !belongs(*line));
        let loudest = others.fold(
            (0, -180.0),
            |best, (line, level)| {
                if *level > best.1 { (line, *level) } else { best }
            },
        );
        (loudest.0 as f64 * self.rate_hz / self.count as f64, loudest.1)
    }

    /// The loudest tone between two frequencies: its frequency, also between two lines, and level.
    pub fn loudest_between(&self, from_hz: f64, to_hz: f64) -> (f64, f64) {
        let (first, last) = (self.line_of(from_hz).max(1), self.line_of(to_hz));
        let places = first..=last.min(self.lines.len().saturating_sub(2));
        let at = |line: usize| self.lines.get(line).copied().unwrap_or(-180.0);
        let peak = places.fold(first, |best, line| if at(line) > at(best) { line } else { best });
        // In decibels the window's lobe is nearly a parabola: its top lies between the lines.
        let (left, top, right) = (at(peak.saturating_sub(1)), at(peak), at(peak + 1));
        let bend = left - 2.0 * top + right;
        let offset = if bend.abs() > 1e-9 { (left - right) / (2.0 * bend) } else { 0.0 };
        let line = peak as f64 + offset;
        (line * self.rate_hz / self.count as f64, top)
    }

    fn line_of(&self, frequency_hz: f64) -> usize {
        (frequency_hz * self.count as f64 / self.rate_hz).round() as usize
    }
}

/// Blackman and Harris' window of four terms.
fn window(index: usize, count: usize) -> f64 {
    let turn = TAU * index as f64 / count as f64;
    0.35875 - 0.48829 * turn.cos() + 0.14128 * (2.0 * turn).cos() - 0.01168 * (3.0 * turn).cos()
}

/// Sum of tones, each with this amplitude, as 16-bit samples.
pub fn tones(frequencies_hz: &[f64], amplitude: f64, rate_hz: u32, secs: f64) -> Vec<i16> {
    let count = (f64::from(rate_hz) * secs) as usize;
    let value = |index: usize| -> f64 {
        let time = index as f64 / f64::from(rate_hz);
        frequencies_hz.iter().map(|frequency| (TAU * frequency * time).sin() * amplitude).sum()
    };
    (0..count).map(|index| (value(index) * 32_768.0).round() as i16).collect()
}

/// How far a steady tone departs from itself between two samples, against its amplitude: 2 for a
/// hard cut at its worst, near 0 for a fade. The moment of the worst place comes with it.
pub fn worst_click(samples: &[f32], frequency_hz: f64, amplitude: f64, rate_hz: u32) -> (f64, f64) {
    let turn = 2.0 * (TAU * frequency_hz / f64::from(rate_hz)).cos();
    let departure = |three: &[f32]| match three {
        [a, b, c] => (f64::from(*a) - turn * f64::from(*b) + f64::from(*c)).abs() / amplitude,
        _ => 0.0,
    };
    let worst = samples.windows(3).map(departure).enumerate();
    let (index, click) = worst.fold((0, 0.0), |a, b| if b.1 > a.1 { b } else { a });
    (index as f64 / f64::from(rate_hz), click)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(samples: &[i16]) -> Vec<f32> {
        samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect()
    }

    #[test]
    fn a_tone_is_found_at_its_level_and_nothing_beside_it() {
        let samples = floats(&tones(&[3000.0], 0.25, 8000, 1.0));
        let spectrum = Spectrum::of(&samples, 8000);
        assert!((spectrum.level_db(3000.0) + 12.04).abs() < 0.05);
        assert!(spectrum.loudest_beside(&[3000.0]).1 < -100.0);
    }

    #[test]
    fn an_image_below_the_tone_is_found() {
        let tone = floats(&tones(&[3000.0], 0.25, 48_000, 1.0));
        let image = floats(&tones(&[5000.0], 0.000_5, 48_000, 1.0));
        let both: Vec<f32> = tone.iter().zip(&image).map(|(a, b)| a + b).collect();
        let (frequency, level) = Spectrum::of(&both, 48_000).loudest_beside(&[3000.0]);
        assert!((frequency - 5000.0).abs() < 2.0 && (level + 66.0).abs() < 0.5, "{level}");
    }

    #[test]
    fn a_hard_cut_clicks_and_a_fade_does_not() {
        let mut samples = floats(&tones(&[300.0], 0.25, 48_000, 1.0));
        for (index, sample) in samples.iter_mut().skip(10_000).take(240).enumerate() {
            *sample *= 1.0 - index as f32 / 240.0;
        }
        samples.truncate(10_240);
        samples.resize(20_000, 0.0);
        assert!(worst_click(&samples, 300.0, 0.25, 48_000).1 < 0.02);
        for sample in samples.iter_mut().skip(5000) {
            *sample = 0.0;
        }
        assert!(worst_click(&samples, 300.0, 0.25, 48_000).1 > 0.5);
    }
}

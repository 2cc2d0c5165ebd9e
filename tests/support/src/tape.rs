//! Which moment of a recording does one hear in what came out of a device?
//!
//! The tape's pitch rises steadily, so that any twentieth of a second of it tells its place: what
//! was lost or repeated shows as a step.

use std::f64::consts::TAU;

use crate::spectrum::Analyser;

/// Pitch at the beginning.
const FIRST_HZ: f64 = 300.0;
/// Pitch after a second is higher by this.
const RISE_HZ: f64 = 100.0;
/// The longest tape ends where a telephone does.
pub const LONGEST_SECS: f64 = 30.0;
const AMPLITUDE: f64 = 0.25;
/// One place is read from this much sound.
const WINDOW_SECS: f64 = 0.05;
const STEP_SECS: f64 = 0.01;
/// Quieter sound is a fade or nothing.
const SILENCE_DB: f64 = -20.0;

/// A place of the tape that was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Where in the capture.
    pub at_secs: f64,
    /// Which moment of the tape; none for silence or what is no tape.
    pub place_secs: Option<f64>,
}

/// The tape's samples.
pub fn tape(rate_hz: u32, secs: f64) -> Vec<i16> {
    let count = (f64::from(rate_hz) * secs.min(LONGEST_SECS)) as usize;
    let value = |index: usize| {
        let time = index as f64 / f64::from(rate_hz);
        (TAU * (FIRST_HZ * time + RISE_HZ * time * time / 2.0)).sin() * AMPLITUDE
    };
    (0..count).map(|index| (value(index) * 32_768.0).round() as i16).collect()
}

/// Reads all of a capture.
pub fn read(samples: &[f32], rate_hz: u32) -> Vec<Reading> {
    let window = (f64::from(rate_hz) * WINDOW_SECS) as usize;
    let step = (f64::from(rate_hz) * STEP_SECS) as usize;
    let analyser = Analyser::new(window, rate_hz);
    samples
        .windows(window)
        .step_by(step)
        .enumerate()
        .map(|(index, piece)| Reading {
            at_secs: index as f64 * STEP_SECS + WINDOW_SECS / 2.0,
            place_secs: place_of(piece, &analyser),
        })
        .collect()
}

/// What was heard: when, and which place. Silence is left out, and so is what stands alone: where
/// sound begins or jumps, a window holds only a part of it, and its pitch is nobody's.
pub fn heard(readings: &[Reading]) -> Vec<(f64, f64)> {
    let place = |index: Option<usize>| -> Option<f64> { readings.get(index?)?.place_secs };
    let follows = |before: Option<f64>, after: Option<f64>| {
        before.zip(after).is_some_and(|(a, b)| (b - a - STEP_SECS).abs() < STEP_SECS)
    };
    let runs = |index: usize| {
        let (left, here) = (place(index.checked_sub(1)), place(Some(index)));
        let right = place(index.checked_add(1));
        follows(left, here) || follows(here, right)
    };
    let all = readings.iter().enumerate().filter(|(index, _)| runs(*index));
    all.filter_map(|(_, it)| Some((it.at_secs, it.place_secs?))).collect()
}

fn place_of(piece: &[f32], analyser: &Analyser) -> Option<f64> {
    let spectrum = analyser.spectrum(piece);
    let (pitch, level) = spectrum.loudest_between(FIRST_HZ / 2.0, 4000.0);
    let expected_db = 20.0 * AMPLITUDE.log10();
    (level > expected_db + SILENCE_DB).then(|| (pitch - FIRST_HZ) / RISE_HZ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_read_to_a_hundredth_of_a_second() {
        let samples: Vec<f32> =
            tape(48_000, LONGEST_SECS).iter().map(|it| f32::from(*it) / 32_768.0).collect();
        let readings = read(&samples, 48_000);
        assert!(readings.len() > 2900);
        for reading in readings {
            let place = reading.place_secs.unwrap_or(-1.0);
            assert!((place - reading.at_secs).abs() < 0.01, "{reading:?}");
        }
    }

    #[test]
    fn silence_is_no_place() {
        assert!(heard(&read(&[0.0; 48_000], 48_000)).is_empty());
    }
}

//! Is the sound that came out the sound that went in?
//!
//! The place of the source in the capture is found once, by loudness and then to the sample; each
//! half second is then compared there, moved by at most 20 ms, which two clocks may drift apart.
//! Anything lost, repeated or of another pitch shows as windows that no longer match.

use std::path::Path;

use crate::audio_file::{decode, loudness, samples_of};
use crate::sound::DEVICE_HZ;
use crate::{Outcome, ensure};

/// How well a half second must match: a resampler's ripple passes, a wrong or missing piece does not.
pub const MATCH: f64 = 0.95;

const RATE: usize = DEVICE_HZ as usize;
const WINDOW: usize = RATE / 2;
const DRIFT: usize = RATE / 50;
const BLOCK: usize = RATE / 100;
// About -46 dB below full scale: quieter windows hold a breath or the codec's noise.
const SILENCE: f64 = 0.005;
// Lags are first tried this far apart. The telephone band ends at 3.4 kHz, 14 samples a period.
const STRIDE: usize = 3;

/// One half second of the source that is not silence.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// Where it starts in the source.
    pub at_secs: f64,
    /// 1 for the same sound, near 0 for another.
    pub correlation: f64,
}

/// Compares each half second of `source` that is not silence with `capture`; both at 48 kHz.
pub fn compare(source: &[f32], capture: &[f32]) -> Vec<Match> {
    let padding = vec![0.0; DRIFT + WINDOW];
    // Room on both sides: the source may start before the capture or end after it.
    let capture = [padding.as_slice(), capture, padding.as_slice()].concat();
    let offset = place_of(source, &capture);
    source
        .chunks_exact(WINDOW)
        .enumerate()
        .filter(|(_, window)| loudness(window) >= SILENCE)
        .map(|(index, window)| Match {
            at_secs: index as f64 / 2.0,
            correlation: best_near(window, &capture, offset + index * WINDOW, DRIFT).1,
        })
        .collect()
}

/// Compares a recording with what the device gave out; fails if the recording is all silence.
pub fn compare_files(source: &Path, capture: &Path) -> Outcome<Vec<Match>> {
    let source_samples = decode(source, DEVICE_HZ)?;
    let matches = compare(&source_samples, &samples_of(&std::fs::read(capture)?));
    ensure!(!matches.is_empty(), "{} holds nothing but silence", source.display());
    Ok(matches)
}

/// The worst of the windows, or 0 if there is none: nothing compared proves nothing.
pub fn worst(matches: &[Match]) -> f64 {
    matches.iter().map(|it| it.correlation).reduce(f64::min).unwrap_or(0.0)
}

fn place_of(source: &[f32], capture: &[f32]) -> usize {
    let (sound, place) = (loudness_blocks(source), loudness_blocks(capture));
    let last = place.len().saturating_sub(sound.len() / 2).max(1);
    let by_loudness = (0..last)
        .map(|lag| (lag, similarity(&sound, place.get(lag..).unwrap_or_default())))
        .fold((0, f64::MIN), |best, it| if it.1 > best.1 { it } else { best });
    // The loudest second tells the sample: speech in full flow has one sharp best place.
    let start = loudest_second(source);
    let loudest = source.get(start..(start + RATE).min(source.len())).unwrap_or_default();
    let near = by_loudness.0 * BLOCK + start;
    best_near(loudest, capture, near, 2 * BLOCK).0.saturating_sub(start)
}

fn loudness_blocks(samples: &[f32]) -> Vec<f32> {
    samples.chunks(BLOCK).map(|block| loudness(block) as f32).collect()
}

fn loudest_second(samples: &[f32]) -> usize {
    let starts = (0..samples.len().saturating_sub(RATE)).step_by(RATE / 10);
    let loud = |start: usize| loudness(samples.get(start..start + RATE).unwrap_or_default());
    starts.max_by(|a, b| loud(*a).total_cmp(&loud(*b))).unwrap_or(0)
}

/// The best place of `window` within `reach` samples of `near`, and how well it matches there.
fn best_near(window: &[f32], capture: &[f32], near: usize, reach: usize) -> (usize, f64) {
    let at = |lag: usize| (lag, similarity(window, capture.get(lag..).unwrap_or_default()));
    let better = |best: (usize, f64), it: (usize, f64)| if it.1 > best.1 { it } else { best };
    let first = near.saturating_sub(reach);
    let coarse = (first..=near + reach).step_by(STRIDE).map(at).fold((near, f64::MIN), better);
    let first = coarse.0.saturating_sub(STRIDE);
    (first..=coarse.0 + STRIDE).map(at).fold(coarse, better)
}

/// Normalized correlation over the length of `window`; what is missing in `capture` counts as silence.
fn similarity(window: &[f32], capture: &[f32]) -> f64 {
    let (mut product, mut ours, mut theirs) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (a, b) in window.iter().zip(capture) {
        product += a * b;
        theirs += b * b;
    }
    for a in window {
        ours += a * a;
    }
    let scale = (f64::from(ours) * f64::from(theirs)).sqrt();
    if scale > 0.0 { f64::from(product) / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{output_of, tool};
    use crate::speech::{Format, Studio, conversation};

    fn call(number: usize) -> Outcome<Vec<f32>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("call.mp3");
        std::fs::write(&file, Studio::new()?.recording(&conversation(number), Format::Mp3)?)?;
        decode(&file, DEVICE_HZ)
    }

    fn delayed(samples: &[f32], delay: usize) -> Vec<f32> {
        [vec![0.0; delay].as_slice(), samples, &[0.0; 5000]].concat()
    }

    #[test]
    fn the_same_sound_matches_wherever_it_starts() -> Outcome {
        let source = call(1)?;
        for delay in [0, 7, 31_337] {
            let matches = compare(&source, &delayed(&source, delay));
            assert!(matches.len() >= 8, "{matches:?}");
            assert!(worst(&matches) > 0.9999, "{delay}: {matches:?}");
        }
        Ok(())
    }

    #[test]
    fn a_little_quieter_and_drifting_still_matches() -> Outcome {
        let source = call(1)?;
        // One sample lost in 9,600 is 0.01 %: 12 ms over two minutes, as two cheap clocks do.
        let drifting: Vec<f32> = source
            .chunks(9600)
            .flat_map(|piece| piece.iter().take(9599).map(|it| it * 0.3))
            .collect();
        assert!(worst(&compare(&source, &delayed(&drifting, 4000))) > MATCH);
        Ok(())
    }

    #[test]
    fn another_call_does_not_match() -> Outcome {
        let matches = compare(&call(1)?, &delayed(&call(3)?, 2000));
        let wrong = matches.iter().filter(|it| it.correlation >= 0.5).count();
        // Both begin with the same greeting, which may match; what follows must not.
        assert!(wrong < matches.len() / 2 && worst(&matches) < 0.5, "{matches:?}");
        Ok(())
    }

    #[test]
    fn a_lost_piece_is_noticed() -> Outcome {
        let source = call(2)?;
        let middle = source.len() / 2;
        let mut cut = source.clone();
        cut.drain(middle..middle + RATE / 5);
        let matches = compare(&source, &delayed(&cut, 9000));
        assert!(matches.iter().filter(|it| it.correlation < 0.5).count() >= 3, "{matches:?}");
        Ok(())
    }

    #[test]
    fn a_muted_piece_is_noticed() -> Outcome {
        let source = call(2)?;
        let start = loudest_second(&source);
        let mut muted = source.clone();
        muted.iter_mut().skip(start).take(RATE / 5).for_each(|it| *it = 0.0);
        assert!(worst(&compare(&source, &delayed(&muted, 100))) < MATCH);
        Ok(())
    }

    #[test]
    fn a_wrong_pitch_is_noticed() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (file, faster) = (folder.path().join("call.wav"), folder.path().join("faster.wav"));
        std::fs::write(&file, Studio::new()?.recording(&conversation(4), Format::Wav)?)?;
        output_of(tool("sox")?.arg("-V1").arg(&file).arg(&faster).args(["speed", "1.02"]))?;
        let source = decode(&file, DEVICE_HZ)?;
        let matches = compare(&source, &decode(&faster, DEVICE_HZ)?);
        assert!(matches.iter().filter(|it| it.correlation < MATCH).count() > matches.len() / 2);
        Ok(())
    }

    #[test]
    fn silence_from_the_device_matches_nothing() -> Outcome {
        assert!(worst(&compare(&call(1)?, &vec![0.0; RATE * 8])) < 0.01);
        assert!(worst(&[]) < 0.01);
        Ok(())
    }
}

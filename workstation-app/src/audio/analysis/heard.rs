//! Where is somebody, or something, heard on a lane?

use std::ops::Range;

use super::noise::{self, Noise};
use super::{dbfs, merged};

/// What is louder than the noise by so many decibels is no noise.
const OVER_NOISE_DB: f32 = 6.0;
/// Once heard, it is followed down to so many decibels below.
const HELD_DB: f32 = 3.0;
/// What is softer than this is heard by nobody, however silent the line is.
const SOFTEST_DBFS: f32 = -62.0;
/// A level is that of so many blocks.
const SMOOTHED: usize = 5;
/// Sounds with fewer loud blocks are clicks.
const CLICK: usize = 4;

/// The level around each block, in decibels.
pub(super) fn levels(powers: &[f32]) -> Vec<f32> {
    let before = SMOOTHED / 2;
    let mut sum = 0.0_f64;
    let mut entering = powers.iter();
    let mut leaving = powers.iter();
    for power in entering.by_ref().take(before) {
        sum += f64::from(*power);
    }
    let mut count = before.min(powers.len());
    let level = |number: usize| {
        if let Some(power) = entering.next() {
            sum += f64::from(*power);
            count += 1;
        }
        if number > before
            && let Some(power) = leaving.next()
        {
            sum -= f64::from(*power);
            count -= 1;
        }
        dbfs((sum.max(0.0) / count.max(1) as f64) as f32)
    };
    (0..powers.len()).map(level).collect()
}

/// Where something is heard on a lane, and how loud it is.
pub(super) struct Heard {
    /// In blocks; in order, apart from each other.
    pub(super) ranges: Vec<Range<usize>>,
    /// The level around each block.
    pub(super) levels: Vec<f32>,
}

impl Heard {
    /// Above the noise of the call.
    pub(super) fn over_noise(powers: &[f32]) -> Self {
        let levels = levels(powers);
        let noise = Noise::of(&levels);
        let loudest = noise::LOUDEST_DBFS + OVER_NOISE_DB;
        let threshold = |block| (noise.at(block) + OVER_NOISE_DB).clamp(SOFTEST_DBFS, loudest);
        let ranges = ranges(powers, &levels, threshold);
        Self { ranges, levels }
    }

    /// Above a threshold that was set by hand.
    pub(super) fn over(&self, powers: &[f32], threshold_dbfs: f32) -> Vec<Range<usize>> {
        ranges(powers, &self.levels, |_| threshold_dbfs)
    }
}

fn ranges(powers: &[f32], levels: &[f32], threshold: impl Fn(usize) -> f32) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    let is_held =
        |block: usize| levels.get(block).is_some_and(|it| *it >= threshold(block) - HELD_DB);
    while from < levels.len() {
        if !is_held(from) {
            from += 1;
            continue;
        }
        let to = (from..levels.len()).find(|block| !is_held(*block)).unwrap_or(levels.len());
        let loud = (from..to)
            .filter(|block| powers.get(*block).is_some_and(|it| dbfs(*it) >= threshold(*block)))
            .take(CLICK)
            .count();
        if loud == CLICK {
            found.push(from..to);
        }
        from = to;
    }
    merged(found)
}

//! How loud is the noise of the line, at each moment of a call?
//!
//! Noise is what stays as it is: a stretch whose level hardly moves. The lowest of these stretches
//! around a moment are taken; speech and music move too much, and tones are louder than noise may be.

use super::SILENT_DBFS;

/// Nothing louder than this is taken for noise: it may be a tone or music.
pub(super) const LOUDEST_DBFS: f32 = -38.0;
/// A stretch of so many blocks is looked at, every so many blocks.
const WINDOW: usize = 50;
const STEP: usize = 10;
/// It is steady if its level moves by no more than this, in decibels.
const STEADY_DB: f32 = 7.0;
/// Steps on either side that count for a moment: 15 seconds.
const AROUND: usize = 150;
/// Fewer steady steps than these show nothing.
const ENOUGH: u32 = 6;
/// The lowest share of the steady stretches is noise; above it may be anything.
const SHARE: f32 = 0.25;
/// Around a moment the noise may be louder than in the whole call by so much. What is louder
/// is music.
const LOUDER_DB: f32 = 18.0;

/// The level of the noise for each step of the lane.
pub(super) struct Noise {
    levels: Vec<f32>,
}

impl Noise {
    /// Finds it in the levels of blocks.
    pub(super) fn of(levels: &[f32]) -> Self {
        let steady = steady(levels);
        let mut whole = Histogram::default();
        for level in steady.iter().flatten() {
            whole.add(*level);
        }
        let Some(base) = whole.low() else { return Self { levels: Vec::new() } };
        let mut near = Histogram::default();
        let mut entering = steady.iter();
        let mut leaving = steady.iter();
        for level in entering.by_ref().take(AROUND).flatten() {
            near.add(*level);
        }
        let levels = (0..steady.len()).map(|step| {
            if let Some(Some(level)) = entering.next() {
                near.add(*level);
            }
            if step > AROUND
                && let Some(Some(level)) = leaving.next()
            {
                near.remove(*level);
            }
            near.low().unwrap_or(base).min(base + LOUDER_DB)
        });
        Self { levels: levels.collect() }
    }

    /// The noise at a block; as good as none where nothing was found.
    pub(super) fn at(&self, block: usize) -> f32 {
        let step = (block / STEP).min(self.levels.len().saturating_sub(1));
        self.levels.get(step).copied().unwrap_or(SILENT_DBFS)
    }
}

/// The level of each stretch that is steady.
fn steady(levels: &[f32]) -> Vec<Option<f32>> {
    let extremes: Vec<[f32; 3]> = levels.chunks(STEP).map(lowest_mean_highest).collect();
    let wanted = (WINDOW / STEP).min(extremes.len()).max(1);
    extremes.windows(wanted).map(level_if_steady).collect()
}

fn lowest_mean_highest(levels: &[f32]) -> [f32; 3] {
    let lowest = levels.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    [lowest, levels.iter().sum::<f32>() / levels.len().max(1) as f32, highest]
}

fn level_if_steady(window: &[[f32; 3]]) -> Option<f32> {
    let lowest = window.iter().map(|it| it[0]).fold(f32::INFINITY, f32::min);
    let highest = window.iter().map(|it| it[2]).fold(f32::NEG_INFINITY, f32::max);
    let mean = window.iter().map(|it| it[1]).sum::<f32>() / window.len().max(1) as f32;
    (highest - lowest <= STEADY_DB && mean <= LOUDEST_DBFS).then_some(mean)
}

/// How many stretches have which level, in half decibels.
struct Histogram {
    counts: [u32; 256],
    total: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; 256], total: 0 }
    }
}

impl Histogram {
    fn add(&mut self, level: f32) {
        if let Some(count) = self.counts.get_mut(slot(level)) {
            *count += 1;
            self.total += 1;
        }
    }

    fn remove(&mut self, level: f32) {
        if let Some(count) = self.counts.get_mut(slot(level)) {
            *count = count.saturating_sub(1);
            self.total = self.total.saturating_sub(1);
        }
    }

    /// The level that the lowest share does not exceed.
    fn low(&self) -> Option<f32> {
        let wanted = (self.total as f32 * SHARE).ceil() as u32;
        let mut passed = 0;
        let is_there = |count: &u32| {
            passed += count;
            passed >= wanted
        };
        let slot = self.counts.iter().position(is_there)?;
        (self.total >= ENOUGH).then_some(SILENT_DBFS + (slot as f32 + 0.5) / 2.0)
    }
}

fn slot(level: f32) -> usize {
    ((level - SILENT_DBFS).max(0.0) * 2.0) as usize
}

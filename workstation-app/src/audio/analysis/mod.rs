//! What does listening to a recording in advance find out? One file for each question.

mod blocks;
mod heard;
mod loudness;
mod muted;
mod noise;
mod overview;
mod pyramid;
mod silence;
mod talk_over;

pub use self::overview::{Growing, Overview};
pub use self::silence::SilenceRule;

use std::ops::Range;
use std::time::Duration;

/// Blocks in a second: nothing that is heard as one sound is shorter than a block.
const BLOCKS_PER_SEC: usize = 100;

/// What is written for no power at all, so that no logarithm is infinite.
const SILENT_DBFS: f32 = -120.0;

/// Power relative to full scale, in decibels.
fn dbfs(power: f32) -> f32 {
    if power > 1e-12 { 10.0 * power.log10() } else { SILENT_DBFS }
}

/// Ranges that touch or overlap are one; they must be in order of their beginnings.
fn merged(ranges: impl IntoIterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// The moment at which a frame sounds.
fn time_of(frame: usize, rate_hz: u32) -> Duration {
    let nanos = frame as u128 * 1_000_000_000 / u128::from(rate_hz.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

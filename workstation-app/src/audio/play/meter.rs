//! How loud is what is heard now?
//!
//! Samples are given half a second before they sound: their peaks wait here until they do.

use super::feed::Frame;

/// One peak is kept for so much.
const BLOCKS_A_SECOND: u32 = 100;
/// What is kept: more than any device takes in advance.
const BLOCK_COUNT: usize = 256;
/// A level is the peak of this much: a window that paints 30 times a second misses none.
const SHOWN_BLOCKS: u64 = 5;

/// The peaks of what was given lately.
pub struct Meter {
    block_frames: u64,
    /// The number of each block, and its peaks.
    blocks: Vec<(u64, [f32; 2])>,
}

impl Meter {
    /// For a device of this rate.
    pub fn new(device_rate_hz: u32) -> Self {
        Self {
            block_frames: u64::from((device_rate_hz / BLOCKS_A_SECOND).max(1)),
            blocks: vec![(u64::MAX, [0.0; 2]); BLOCK_COUNT],
        }
    }

    /// Notes what sounds in a frame; it may be given again, changed, from its block's beginning on.
    pub fn note(&mut self, frame: u64, [left, right]: Frame) {
        let number = frame / self.block_frames;
        let Some(block) = self.blocks.get_mut(number as usize % BLOCK_COUNT) else { return };
        if block.0 != number || frame.is_multiple_of(self.block_frames) {
            *block = (number, [0.0; 2]);
        }
        let [loudest_left, loudest_right] = block.1;
        block.1 = [loudest_left.max(left.abs()), loudest_right.max(right.abs())];
    }

    /// The peaks of what sounds about `frame`.
    pub fn levels_at(&self, frame: u64) -> [f32; 2] {
        let last = frame / self.block_frames;
        let shown = last.saturating_sub(SHOWN_BLOCKS - 1)..=last;
        let heard = self.blocks.iter().filter(|(number, _)| shown.contains(number));
        heard.fold([0.0; 2], |[left, right], (_, [a, b])| [left.max(*a), right.max(*b)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_that_of_the_moment_and_not_of_what_was_given_ahead() {
        let mut meter = Meter::new(48_000);
        for frame in 0..48_000 {
            let loud = if frame < 24_000 { 0.25 } else { 0.5 };
            meter.note(frame, [loud, -loud / 2.0]);
        }
        assert_eq!(meter.levels_at(20_000), [0.25, 0.125]);
        assert_eq!(meter.levels_at(40_000), [0.5, 0.25]);
        assert_eq!(meter.levels_at(60_000), [0.0, 0.0]);
        for frame in 24_000..48_000 {
            meter.note(frame, [0.1, 0.0]);
        }
        assert_eq!(meter.levels_at(40_000), [0.1, 0.0]);
    }
}

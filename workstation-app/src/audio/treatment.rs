//! What did listening to the whole recording in advance find out: where is silence, how loud is who?

use std::ops::Range;

/// What the player needs to leave out silence and to level the two sides. Worked out for the whole
/// recording, so that a jump lands at the right loudness.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Treatment {
    /// Stretches that may be left out, in frames; ordered, apart from each other.
    pub silences: Vec<Range<usize>>,
    /// How many frames lie between two gains; 0 where there are none.
    pub gain_frames: usize,
    /// What each channel is multiplied with at the frames 0, `gain_frames`, 2 `gain_frames`, …;
    /// between them it goes on a straight line. The second is the first's where there is one channel.
    pub gains: Vec<[f32; 2]>,
}

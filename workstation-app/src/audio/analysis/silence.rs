//! What may be left out of a recording, because nobody is heard there?

use std::ops::Range;
use std::time::Duration;

use super::BLOCKS_PER_SEC;

/// Soft beginnings of words are kept: so many blocks before what is heard.
const BEFORE: usize = BLOCKS_PER_SEC / 5;
/// So are soft ends, and the breath between two sentences.
const AFTER: usize = 3 * BLOCKS_PER_SEC / 10;

/// What is silence?
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SilenceRule {
    /// What is softer is silence, in decibels below full scale; none: found out from the noise of
    /// the call.
    pub threshold_dbfs: Option<f32>,
    /// Pauses shorter than this stay.
    pub shortest: Duration,
}

impl Default for SilenceRule {
    fn default() -> Self {
        Self { threshold_dbfs: None, shortest: Duration::from_secs(1) }
    }
}

/// The blocks that may be left out of `block_count`: `lanes` says where each is heard. Nothing, where
/// nothing would be left.
pub(super) fn silences(
    lanes: &[&[Range<usize>]],
    block_count: usize,
    shortest_blocks: usize,
) -> Vec<Range<usize>> {
    let mut heard: Vec<Range<usize>> = lanes.iter().flat_map(|lane| lane.iter().cloned()).collect();
    heard.sort_by_key(|range| range.start);
    let heard = super::merged(heard);
    if heard.is_empty() {
        return Vec::new();
    }
    let ends = std::iter::once(0).chain(heard.iter().map(|it| it.end));
    let beginnings = heard.iter().map(|it| it.start).chain(std::iter::once(block_count));
    ends.zip(beginnings)
        .filter(|(end, beginning)| beginning.saturating_sub(*end) >= shortest_blocks.max(1))
        .map(|(end, beginning)| {
            let from = if end == 0 { 0 } else { end + AFTER };
            let to =
                if beginning == block_count { beginning } else { beginning.saturating_sub(BEFORE) };
            from..to
        })
        .filter(|silence| silence.start < silence.end)
        .collect()
}

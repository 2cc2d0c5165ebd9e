//! How loud is each hundredth of a second of a recording, on each of its lanes?

use std::ops::Range;

use biquad::{Coefficients, Type};
use zeroize::Zeroizing;

use super::BLOCKS_PER_SEC;
use super::muted::Muted;
use super::pyramid::Pyramid;

/// No telephone carries what is below, but lines hum there.
const BAND_FROM_HZ: f64 = 250.0;
/// Two filters of second order with these are one of fourth order, as flat as can be.
const QUALITIES: [f64; 2] = [0.541_196_1, 1.306_563];
/// A filter whose memory is smaller than this is at rest. Left to itself it would calculate with
/// numbers that processors are slow with.
const AT_REST: f64 = 1e-12;
/// A stretch that stands still for so long is no pause.
const MUTED_SECS: f64 = 0.5;

/// What is known of one lane, block by block.
#[derive(Clone, Default)]
pub(super) struct Lane {
    /// The largest amplitude, 0 to 32768.
    pub(super) peaks: Pyramid,
    /// Mean power within the telephone's band, 1 being full scale.
    pub(super) powers: Vec<f32>,
}

/// Measures samples as they come.
pub(super) struct Blocks {
    channel_count: usize,
    block_frames: usize,
    frame_count: usize,
    lanes: Vec<Lane>,
    filters: Vec<Filter>,
    muted: Muted,
    /// The beginning of a block that is not whole yet.
    begun: Zeroizing<Vec<i16>>,
}

/// What was measured so far.
pub(super) struct Measured {
    pub(super) frame_count: usize,
    pub(super) block_frames: usize,
    pub(super) lanes: Vec<Lane>,
    pub(super) muted: Vec<Range<usize>>,
}

impl Blocks {
    /// Nothing was measured yet.
    pub(super) fn new(channel_count: u16, rate_hz: u32) -> Self {
        let channel_count = usize::from(channel_count.max(1));
        let block_frames = (rate_hz as usize + BLOCKS_PER_SEC / 2) / BLOCKS_PER_SEC;
        let block_frames = block_frames.max(1);
        let muted_frames = (f64::from(rate_hz) * MUTED_SECS).ceil() as usize;
        Self {
            channel_count,
            block_frames,
            frame_count: 0,
            lanes: vec![Lane::default(); channel_count],
            filters: vec![Filter::new(rate_hz); channel_count],
            muted: Muted::new(channel_count, muted_frames),
            begun: Zeroizing::new(Vec::with_capacity(block_frames * channel_count)),
        }
    }

    /// Takes whole frames.
    pub(super) fn take(&mut self, mut samples: &[i16]) {
        let block_samples = self.block_frames * self.channel_count;
        self.frame_count += samples.len() / self.channel_count;
        if !self.begun.is_empty() {
            let missing = (block_samples - self.begun.len()).min(samples.len());
            let (now, later) = samples.split_at(missing);
            self.begun.extend_from_slice(now);
            samples = later;
            if self.begun.len() < block_samples {
                return;
            }
            let begun = std::mem::take(&mut self.begun);
            self.measure(&begun);
            self.begun = begun;
            self.begun.clear();
        }
        let blocks = samples.chunks_exact(block_samples);
        let rest = blocks.remainder();
        for block in blocks {
            self.measure(block);
        }
        self.begun.extend_from_slice(rest);
    }

    /// What is known so far; a block that is not whole counts as one.
    pub(super) fn measured(&self) -> Measured {
        let (mut lanes, mut muted) = (self.lanes.clone(), self.muted.clone());
        if !self.begun.is_empty() {
            muted.take(&self.begun);
            let mut filters = self.filters.clone();
            measure(&self.begun, &mut lanes, &mut filters);
        }
        Measured {
            frame_count: self.frame_count,
            block_frames: self.block_frames,
            lanes,
            muted: muted.found(),
        }
    }

    fn measure(&mut self, block: &[i16]) {
        self.muted.take(block);
        measure(block, &mut self.lanes, &mut self.filters);
    }
}

fn measure(block: &[i16], lanes: &mut [Lane], filters: &mut [Filter]) {
    let channel_count = lanes.len();
    for (number, (lane, filter)) in lanes.iter_mut().zip(filters).enumerate() {
        let samples = block.chunks_exact(channel_count).filter_map(|frame| frame.get(number));
        let (mut peak, mut energy, mut count) = (0, 0.0, 0_u32);
        for sample in samples {
            peak = sample.unsigned_abs().max(peak);
            let heard = filter.next(f64::from(*sample));
            energy += heard * heard;
            count += 1;
        }
        filter.settle();
        lane.peaks.push(peak);
        let full_scale = 32_768.0 * 32_768.0;
        lane.powers.push((energy / f64::from(count.max(1)) / full_scale) as f32);
    }
}

/// Takes away what is below the telephone's band.
#[derive(Clone)]
struct Filter {
    /// None where the rate is too low for the band.
    stages: Option<[Stage; 2]>,
    /// The first sample: a recording beside the zero line does not begin with a blow.
    offset: Option<f64>,
}

#[derive(Clone, Copy)]
struct Stage {
    by: Coefficients<f64>,
    memory: [f64; 2],
}

impl Filter {
    fn new(rate_hz: u32) -> Self {
        let from = 2.0 * BAND_FROM_HZ / f64::from(rate_hz.max(1));
        let stage = |quality| {
            let by = Coefficients::from_normalized_params(Type::HighPass, from, quality).ok()?;
            Some(Stage { by, memory: [0.0; 2] })
        };
        let [first, second] = QUALITIES.map(stage);
        Self { stages: first.zip(second).map(|(first, second)| [first, second]), offset: None }
    }

    #[inline]
    fn next(&mut self, sample: f64) -> f64 {
        let sample = sample - *self.offset.get_or_insert(sample);
        match &mut self.stages {
            Some([first, second]) => second.next(first.next(sample)),
            None => sample,
        }
    }

    fn settle(&mut self) {
        for stage in self.stages.iter_mut().flatten() {
            for memory in &mut stage.memory {
                if memory.abs() < AT_REST {
                    *memory = 0.0;
                }
            }
        }
    }
}

impl Stage {
    #[inline]
    fn next(&mut self, sample: f64) -> f64 {
        let [first, second] = self.memory;
        let Coefficients { a1, a2, b0, b1, b2 } = self.by;
        let heard = b0 * sample + first;
        self.memory = [b1 * sample - a1 * heard + second, b2 * sample - a2 * heard];
        heard
    }
}

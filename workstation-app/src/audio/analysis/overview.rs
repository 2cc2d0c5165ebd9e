//! What is known of a recording before it is heard: its picture, its pauses, how loud is who?

use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;

use super::BLOCKS_PER_SEC;
use super::blocks::{Blocks, Lane, Measured};
use super::heard::Heard;
use super::silence::SilenceRule;
use super::{loudness, silence, talk_over};
use crate::audio::pcm::Pcm;
use crate::audio::treatment::Treatment;

/// What is known of a recording, true to its samples, as far as it was decoded.
pub struct Overview {
    rate_hz: u32,
    measured: Measured,
    is_complete: bool,
    muted: Vec<Range<Duration>>,
    /// Found out when it is first asked for.
    heard: OnceLock<Vec<Heard>>,
    voices: OnceLock<Option<[Vec<bool>; 2]>>,
    talk_over: OnceLock<Vec<Range<Duration>>>,
}

impl Overview {
    /// Measures all of `pcm`.
    pub fn of(pcm: &Pcm) -> Self {
        let mut growing = Growing::new(pcm.channel_count(), pcm.rate_hz());
        pcm.each_piece(0, |samples| {
            growing.take(samples);
            true
        });
        growing.overview(true)
    }

    /// One, or two: the left one is the agent's.
    pub fn lane_count(&self) -> usize {
        self.measured.lanes.len()
    }

    /// How much of the recording it knows.
    pub fn duration(&self) -> Duration {
        self.time_of(self.measured.frame_count)
    }

    /// Whether that is all of it.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The largest amplitude (0 to 1) of a lane between two moments, to a hundredth of a second.
    pub fn peak_between(&self, lane: usize, from: Duration, to: Duration) -> f32 {
        let Some(lane) = self.measured.lanes.get(lane) else { return 0.0 };
        let block = self.measured.block_frames;
        let first = self.frame_at(from) / block;
        let last = self.frame_at(to).div_ceil(block).max(first.saturating_add(1));
        f32::from(lane.peaks.largest(first, last)) / 32_768.0
    }

    /// The largest amplitude of all.
    pub fn loudest(&self) -> f32 {
        let peaks = self.measured.lanes.iter().map(|lane| lane.peaks.largest(0, usize::MAX));
        f32::from(peaks.max().unwrap_or(0)) / 32_768.0
    }

    /// Where the recording stands still on all lanes for half a second or longer: it was muted.
    pub fn muted(&self) -> &[Range<Duration>] {
        &self.muted
    }

    /// Where both sides speak at once. Nowhere, if there is one lane.
    pub fn talk_over(&self) -> &[Range<Duration>] {
        self.talk_over.get_or_init(|| {
            let both = self.voices().as_ref().map(talk_over::talk_over).unwrap_or_default();
            both.into_iter().map(|blocks| self.times_of(self.frames_of(blocks))).collect()
        })
    }

    /// What may be left out.
    pub fn silences(&self, rule: &SilenceRule) -> Vec<Range<Duration>> {
        self.silent_frames(rule).into_iter().map(|frames| self.times_of(frames)).collect()
    }

    /// What the player needs to leave silence out and to level the sides.
    pub fn treatment(&self, rule: &SilenceRule) -> Treatment {
        Treatment {
            silences: self.silent_frames(rule),
            gain_frames: loudness::STEP * self.measured.block_frames,
            gains: self.gains(),
        }
    }

    fn silent_frames(&self, rule: &SilenceRule) -> Vec<Range<usize>> {
        let set_by_hand: Vec<Vec<Range<usize>>> = match rule.threshold_dbfs {
            Some(threshold) => self.with_lanes(|heard, lane| heard.over(&lane.powers, threshold)),
            None => Vec::new(),
        };
        let lanes: Vec<&[Range<usize>]> = match rule.threshold_dbfs {
            Some(_) => set_by_hand.iter().map(Vec::as_slice).collect(),
            None => self.heard().iter().map(|heard| heard.ranges.as_slice()).collect(),
        };
        let shortest = (rule.shortest.as_secs_f64() * BLOCKS_PER_SEC as f64).round() as usize;
        let silences = silence::silences(&lanes, self.block_count(), shortest);
        silences.into_iter().map(|blocks| self.frames_of(blocks)).collect()
    }

    fn gains(&self) -> Vec<[f32; 2]> {
        let voices = self.voices();
        let mut number = 0;
        let lanes = self.with_lanes(|heard, lane| {
            let own = voices.as_ref().and_then(|voices| voices.get(number));
            number += 1;
            match own.map(|own| talk_over::bridged(own)) {
                Some(own) => loudness::gains(&heard.levels, &own, &lane.peaks),
                None => loudness::gains(&heard.levels, &heard.ranges, &lane.peaks),
            }
        });
        let left = lanes.first().map(Vec::as_slice).unwrap_or_default();
        let right = lanes.get(1).map_or(left, Vec::as_slice);
        left.iter().zip(right).map(|(left, right)| [*left, *right]).collect()
    }

    fn with_lanes<T>(&self, mut work: impl FnMut(&Heard, &Lane) -> T) -> Vec<T> {
        self.heard()
            .iter()
            .zip(&self.measured.lanes)
            .map(|(heard, lane)| work(heard, lane))
            .collect()
    }

    fn heard(&self) -> &[Heard] {
        let of = |lane: &Lane| Heard::over_noise(&lane.powers);
        self.heard.get_or_init(|| self.measured.lanes.iter().map(of).collect())
    }

    fn voices(&self) -> &Option<[Vec<bool>; 2]> {
        self.voices.get_or_init(|| match self.heard() {
            [left, right] => Some(talk_over::own_voices(left, right)),
            _ => None,
        })
    }

    fn block_count(&self) -> usize {
        self.measured.lanes.first().map_or(0, |lane| lane.powers.len())
    }

    fn frames_of(&self, blocks: Range<usize>) -> Range<usize> {
        let frame =
            |block: usize| (block * self.measured.block_frames).min(self.measured.frame_count);
        frame(blocks.start)..frame(blocks.end)
    }

    fn times_of(&self, frames: Range<usize>) -> Range<Duration> {
        self.time_of(frames.start)..self.time_of(frames.end)
    }

    fn time_of(&self, frame: usize) -> Duration {
        super::time_of(frame, self.rate_hz)
    }

    fn frame_at(&self, time: Duration) -> usize {
        let frame = time.as_nanos() * u128::from(self.rate_hz) / 1_000_000_000;
        usize::try_from(frame).unwrap_or(usize::MAX)
    }
}

impl Default for Overview {
    /// Of no recording at all.
    fn default() -> Self {
        Growing::new(1, 8000).overview(true)
    }
}

impl std::fmt::Debug for Overview {
    // When somebody speaks is customer data: only the shape is printed.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Overview({} lanes, {:?})", self.lane_count(), self.duration())
    }
}

/// Gets to know a recording as it grows.
pub struct Growing {
    rate_hz: u32,
    blocks: Blocks,
}

impl Growing {
    /// Nothing is known yet.
    pub fn new(channel_count: u16, rate_hz: u32) -> Self {
        let rate_hz = rate_hz.max(1);
        Self { rate_hz, blocks: Blocks::new(channel_count, rate_hz) }
    }

    /// Takes the next frames, interleaved and whole.
    pub fn take(&mut self, samples: &[i16]) {
        self.blocks.take(samples);
    }

    /// What is known by now.
    pub fn overview(&self, is_complete: bool) -> Overview {
        let measured = self.blocks.measured();
        let time_of = |frame| super::time_of(frame, self.rate_hz);
        let muted = measured.muted.iter().map(|it| time_of(it.start)..time_of(it.end)).collect();
        Overview {
            rate_hz: self.rate_hz,
            measured,
            is_complete,
            muted,
            heard: OnceLock::new(),
            voices: OnceLock::new(),
            talk_over: OnceLock::new(),
        }
    }
}

//! Where do a decoder's samples go, and when is it told to stop?

use shared::limits::DECODED_OCTETS;
use zeroize::Zeroizing;

use super::join;
use super::{DecodeError, Decoded, FIRST_STRETCH, Watch};
use crate::audio::pcm::{Recorder, make_room};

/// No call is sampled less or more often: a header that says so is damaged or hostile.
const RATES_HZ: std::ops::RangeInclusive<u32> = 1000..=192_000;

/// Samples may take this many times the octets of their file. An encoder's best is digital silence
/// as Vorbis, of which an hour at 8 kHz takes a 240th.
const EXPANSION: u64 = 256;

/// What the samples of every file may take, however small it is (256 MiB): four hours at 8 kHz.
const EXPANSION_FLOOR_OCTETS: u64 = 256 << 20;

/// The most octets of samples that a file is decoded to, so that a small one starves no machine.
fn most_sample_octets(file_octets: usize) -> u64 {
    let expanded = (file_octets as u64).saturating_mul(EXPANSION);
    expanded.clamp(EXPANSION_FLOOR_OCTETS, DECODED_OCTETS)
}

/// A file changes its rate or channels this often at most; what comes after is left out.
const PARTS: usize = 1000;

/// Channels and rate of a stretch of audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    channel_count: usize,
    rate_hz: u32,
}

impl Shape {
    /// Refuses what no recording has.
    pub(super) fn new(channel_count: usize, rate_hz: u32) -> Result<Self, DecodeError> {
        if channel_count == 0 {
            return Err(DecodeError::NotAudio("it has no channel".to_owned()));
        }
        if !RATES_HZ.contains(&rate_hz) {
            return Err(DecodeError::NotAudio(format!("{rate_hz} samples a second")));
        }
        Ok(Self { channel_count, rate_hz })
    }

    /// Channels in the file; more than two are folded into two.
    pub(super) fn channel_count(self) -> usize {
        self.channel_count
    }

    fn played_channels(self) -> u16 {
        if self.channel_count == 1 { 1 } else { 2 }
    }
}

/// Takes samples in the order of the file.
pub(super) struct Sink<'a> {
    watch: &'a mut Watch<'a>,
    total_octets: usize,
    parts: Vec<Recorder>,
    sample_count: u64,
    folded: Zeroizing<Vec<i16>>,
    is_damaged: bool,
}

impl<'a> Sink<'a> {
    /// For a file of `total_octets`.
    pub(super) fn new(total_octets: usize, watch: &'a mut Watch<'a>) -> Self {
        Self {
            watch,
            total_octets: total_octets.max(1),
            parts: Vec::new(),
            sample_count: 0,
            folded: Zeroizing::default(),
            is_damaged: false,
        }
    }

    fn most_octets(&self) -> u64 {
        most_sample_octets(self.total_octets)
    }

    /// Part of the audio is damaged or missing.
    pub(super) fn note_damage(&mut self) {
        self.is_damaged = true;
    }

    /// Whether there is no sound so far.
    pub(super) fn is_empty(&self) -> bool {
        self.sample_count == 0
    }

    /// Whether there is so much sound that it is being heard.
    pub(super) fn is_heard(&self) -> bool {
        self.parts.first().is_some_and(|part| part.pcm().duration() >= FIRST_STRETCH)
    }

    /// Everything before `octets_done` is decoded; an error if nobody waits for the rest.
    pub(super) fn progress(&mut self, octets_done: usize) -> Result<(), DecodeError> {
        let fraction = octets_done as f32 / self.total_octets as f32;
        let heard = self.parts.first().map(Recorder::pcm);
        if (self.watch)(fraction.min(1.0), heard).is_break() {
            return Err(DecodeError::Stopped);
        }
        Ok(())
    }

    /// Takes interleaved samples.
    pub(super) fn take(&mut self, shape: Shape, samples: &[i16]) -> Result<(), DecodeError> {
        let (channels, rate_hz) = (shape.played_channels(), shape.rate_hz);
        let is_same = |part: &Recorder| {
            part.pcm().channel_count() == channels && part.pcm().rate_hz() == rate_hz
        };
        if samples.is_empty() {
            return Ok(());
        }
        if !self.parts.last().is_some_and(is_same) {
            if self.parts.len() == PARTS {
                self.is_damaged = true;
                return Ok(());
            }
            self.parts.push(Recorder::new(channels, rate_hz));
        }
        let samples = if shape.channel_count > 2 {
            fold(samples, shape.channel_count, &mut self.folded);
            &self.folded
        } else {
            samples
        };
        self.sample_count = self.sample_count.saturating_add(samples.len() as u64);
        if self.sample_count.saturating_mul(2) > self.most_octets() {
            return Err(DecodeError::TooLong);
        }
        if let Some(part) = self.parts.last_mut() {
            part.append(samples);
        }
        Ok(())
    }

    /// Everything taken, as one recording.
    pub(super) fn finish(mut self, codec: &str) -> Result<Decoded, DecodeError> {
        let parts = std::mem::take(&mut self.parts).into_iter().map(Recorder::finish).collect();
        let (total_octets, most_octets) = (self.total_octets, self.most_octets());
        let pcm = join::join(parts, most_octets, &mut || self.progress(total_octets))?;
        match pcm.filter(|pcm| pcm.frame_count() > 0) {
            Some(pcm) => Ok(Decoded { pcm, codec: codec.to_owned(), is_damaged: self.is_damaged }),
            None => Err(DecodeError::NotAudio("no sample could be decoded".to_owned())),
        }
    }
}

/// Mixes the first, third, … channel to the left and the others to the right, as `sox -c 2` does.
fn fold(samples: &[i16], channel_count: usize, folded: &mut Zeroizing<Vec<i16>>) {
    folded.clear();
    make_room(folded, 2 * samples.len() / channel_count.max(1));
    for frame in samples.chunks_exact(channel_count) {
        folded.extend([0, 1].map(|side| mean(frame.iter().skip(side).step_by(2))));
    }
}

fn mean<'a>(samples: impl Iterator<Item = &'a i16>) -> i16 {
    let (sum, count) =
        samples.fold((0_i64, 0_i64), |(sum, count), it| (sum + i64::from(*it), count + 1));
    // To the nearest: adding half before a division that rounds down.
    i16::try_from((2 * sum + count).div_euclid((2 * count).max(1))).unwrap_or(0)
}

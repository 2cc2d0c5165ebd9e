//! Does a piece of a recording stand in what a program has written?
//!
//! Octets are found by any run of 32 of them. Sound is found by its shape, 128 ups and downs from
//! sample to sample: a decoder's rounding and a volume change the values but hardly the shape, and
//! one such run out of the thousands in a recording is enough to see a leak.

use std::collections::HashSet;

const RUN: usize = 32;
const SHAPE_STEPS: u32 = u128::BITS;
const FILTER_BITS: u32 = 22;

// A run or shape with less variety than this stands in pictures and paddings, too.
const DISTINCT_OCTETS: usize = 12;
const TURNS: u32 = 24;
const LONGEST_PERIOD: u32 = 20;

/// The longest piece that is looked for: the shape of floating point samples of one of two channels.
pub const LONGEST_OCTETS: usize = (SHAPE_STEPS as usize + 1) * 8;

/// How samples may lie in a buffer: octets a sample, octets from one to the next.
const LAYOUTS: [(Sample, usize); 4] =
    [(Sample::I16, 2), (Sample::I16, 4), (Sample::F32, 4), (Sample::F32, 8)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sample {
    I16,
    F32,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// Octets of a file, as they are.
    Octets,
    /// Decoded sound, as 16 bit or floating point samples, mono or one channel of two.
    Samples,
}

/// Everything that must not be found.
#[derive(Default)]
pub struct Needles {
    runs: HashSet<[u8; RUN]>,
    run_starts: Filter,
    shapes: HashSet<u128>,
    shape_filter: Filter,
}

impl Needles {
    /// Nothing to look for yet.
    pub fn new() -> Needles {
        Needles::default()
    }

    /// Looks for any 32 octets of these; what is too plain to be recognized is left out.
    pub fn add_octets(&mut self, octets: &[u8]) {
        for window in octets.windows(RUN).filter(|it| is_distinctive_run(it)) {
            if let (Ok(run), Some(start)) = (<[u8; RUN]>::try_from(window), start_of(window)) {
                self.run_starts.insert(start);
                self.runs.insert(run);
            }
        }
    }

    /// Looks for the shape of any 129 of these samples.
    pub fn add_samples(&mut self, samples: &[f32]) {
        let mut shape = Shape::default();
        for sample in samples {
            if let Some(steps) = shape.push(*sample).filter(|it| is_distinctive_shape(*it)) {
                self.shape_filter.insert(folded(steps));
                self.shapes.insert(steps);
            }
        }
    }

    /// How many runs and shapes are looked for.
    pub fn count(&self) -> (usize, usize) {
        (self.runs.len(), self.shapes.len())
    }

    /// What of it stands in these octets, wherever it begins.
    pub fn find_in(&self, written: &[u8]) -> Option<Leak> {
        if self.has_run(written) {
            return Some(Leak::Octets);
        }
        let sounds = LAYOUTS.iter().any(|(sample, step)| self.has_shape(written, *sample, *step));
        sounds.then_some(Leak::Samples)
    }

    fn has_run(&self, written: &[u8]) -> bool {
        written.windows(RUN).any(|window| {
            start_of(window).is_some_and(|start| self.run_starts.may_hold(start))
                && self.runs.contains(window)
        })
    }

    fn has_shape(&self, written: &[u8], sample: Sample, step: usize) -> bool {
        (0..step).any(|first| {
            let mut shape = Shape::default();
            written.get(first..).unwrap_or_default().chunks(step).any(|octets| {
                value_of(octets, sample).and_then(|value| shape.push(value)).is_some_and(|it| {
                    self.shape_filter.may_hold(folded(it)) && self.shapes.contains(&it)
                })
            })
        })
    }
}

fn start_of(window: &[u8]) -> Option<u64> {
    window.first_chunk().map(|it| u64::from_le_bytes(*it))
}

fn folded(steps: u128) -> u64 {
    (steps >> 64) as u64 ^ (steps as u64).rotate_left(17)
}

fn value_of(octets: &[u8], sample: Sample) -> Option<f32> {
    match sample {
        Sample::I16 => octets.first_chunk().map(|it| f32::from(i16::from_le_bytes(*it))),
        Sample::F32 => octets.first_chunk().map(|it| f32::from_le_bytes(*it)),
    }
}

pub(crate) fn is_distinctive_run(window: &[u8]) -> bool {
    window.iter().collect::<HashSet<_>>().len() >= DISTINCT_OCTETS
}

fn is_distinctive_shape(steps: u128) -> bool {
    let changes_after = |period: u32| {
        let compared = SHAPE_STEPS - period;
        ((steps ^ (steps >> period)) & (u128::MAX >> period)).count_ones() * 6 >= compared
    };
    let turns = ((steps ^ (steps >> 1)) & (u128::MAX >> 1)).count_ones();
    turns >= TURNS && (2..=LONGEST_PERIOD).all(changes_after)
}

/// The last 128 ups and downs.
#[derive(Default)]
struct Shape {
    last: Option<f32>,
    steps: u128,
    count: u32,
}

impl Shape {
    fn push(&mut self, sample: f32) -> Option<u128> {
        let last = self.last.replace(sample)?;
        self.steps = (self.steps << 1) | u128::from(sample > last);
        self.count = (self.count + 1).min(SHAPE_STEPS);
        (self.count == SHAPE_STEPS).then_some(self.steps)
    }
}

/// Says at once of most values that they are not held, so that a big trace is searched in seconds.
pub(crate) struct Filter(Vec<u64>);

impl Default for Filter {
    fn default() -> Filter {
        Filter(vec![0; 1 << (FILTER_BITS - 6)])
    }
}

impl Filter {
    fn place(value: u64) -> (usize, u64) {
        let hash = value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - FILTER_BITS);
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    pub(crate) fn insert(&mut self, value: u64) {
        let (word, bit) = Filter::place(value);
        if let Some(it) = self.0.get_mut(word) {
            *it |= bit;
        }
    }

    pub(crate) fn may_hold(&self, value: u64) -> bool {
        let (word, bit) = Filter::place(value);
        self.0.get(word).is_some_and(|it| it & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outcome;
    use crate::audio_file::{decode, octets_of};
    use crate::speech::{Format, Studio, conversation};

    struct Call {
        mp3: Vec<u8>,
        samples: Vec<f32>,
    }

    fn call(number: usize) -> Outcome<Call> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("call.mp3");
        let mp3 = Studio::new()?.recording(&conversation(number), Format::Mp3)?;
        std::fs::write(&file, &mp3)?;
        Ok(Call { samples: decode(&file, 8000)?, mp3 })
    }

    fn needles(call: &Call) -> Needles {
        let mut needles = Needles::new();
        needles.add_octets(&call.mp3);
        needles.add_samples(&call.samples);
        needles
    }

    #[test]
    fn a_short_piece_of_the_file_is_found_at_any_place() -> Outcome {
        let call = call(1)?;
        let piece: Vec<u8> = call.mp3.iter().skip(5001).take(200).copied().collect();
        let written = [b"something before".as_slice(), &piece, b"and after"].concat();
        assert_eq!(needles(&call).find_in(&written), Some(Leak::Octets));
        Ok(())
    }

    #[test]
    fn samples_are_found_at_any_volume_and_alignment() -> Outcome {
        let call = call(1)?;
        let needles = needles(&call);
        let quieter: Vec<f32> = call.samples.iter().map(|it| it * 0.37).collect();
        let half_second: Vec<f32> = quieter.iter().skip(12_000).take(4000).copied().collect();
        let whole = [b"x".as_slice(), &octets_of(&half_second)].concat();
        assert_eq!(needles.find_in(&whole), Some(Leak::Samples));
        let float: Vec<u8> = half_second.iter().flat_map(|it| it.to_le_bytes()).collect();
        assert_eq!(needles.find_in(&float), Some(Leak::Samples));
        let stereo: Vec<u8> = half_second
            .iter()
            .flat_map(|it| [it.to_le_bytes(), it.to_le_bytes()])
            .flatten()
            .collect();
        assert_eq!(needles.find_in(&stereo), Some(Leak::Samples));
        Ok(())
    }

    #[test]
    fn another_call_and_plain_padding_are_not_taken_for_it() -> Outcome {
        let (call, other) = (call(1)?, call(12)?);
        let needles = needles(&call);
        // The greeting is the same; what comes after the number differs.
        let tail: Vec<f32> = other.samples.iter().skip(other.samples.len() / 2).copied().collect();
        assert_eq!(needles.find_in(&octets_of(&tail)), None);
        for octet in 0..=u8::MAX {
            assert_eq!(needles.find_in(&[octet; 4096]), None);
        }
        let ramp: Vec<u8> = (0..40_000_u32).flat_map(|it| (it * 7 % 256).to_le_bytes()).collect();
        assert_eq!(needles.find_in(&ramp), None);
        Ok(())
    }

    #[test]
    fn sealed_octets_are_not_taken_for_it() -> Outcome {
        let call = call(2)?;
        let mut state = 1_u64;
        let noise: Vec<u8> = (0..4_000_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        assert_eq!(needles(&call).find_in(&noise), None);
        Ok(())
    }
}

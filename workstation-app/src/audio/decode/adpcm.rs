//! How is ADPCM in a WAV file decoded, Microsoft's and IMA's?
//!
//! By own code, because symphonia's multiplies beyond its integers in a hostile block and knows
//! nothing of a last block that is not whole.

use zeroize::Zeroizing;

use super::DecodeError;
use super::sink::{Shape, Sink};
use crate::audio::pcm::make_room;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Microsoft's, format tag 2.
    Microsoft,
    /// IMA's (also Intel's and DVI's), format tag 0x11.
    Ima,
}

impl Flavour {
    /// Short name of the codec.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Microsoft => "adpcm_ms",
            Self::Ima => "adpcm_ima_wav",
        }
    }

    fn header_octets(self) -> usize {
        match self {
            Self::Microsoft => 7,
            Self::Ima => 4,
        }
    }
}

/// Blocks between two looks at whether to go on.
const PROGRESS_BLOCKS: usize = 256;

/// Decodes blocks of `block_octets`; the last may be shorter.
pub(super) fn decode(
    flavour: Flavour,
    octets: &[u8],
    block_octets: usize,
    shape: Shape,
    sink: &mut Sink<'_>,
) -> Result<(), DecodeError> {
    let channels = shape.channel_count();
    if channels > 2 || block_octets <= flavour.header_octets() * channels {
        return Err(DecodeError::NotAudio(format!("ADPCM in blocks of {block_octets} octets")));
    }
    let mut samples = Zeroizing::new(Vec::with_capacity(2 * block_octets));
    for (index, block) in octets.chunks(block_octets).enumerate() {
        samples.clear();
        let decoded = match flavour {
            Flavour::Microsoft => microsoft(block, channels, &mut samples),
            Flavour::Ima => ima(block, channels, &mut samples),
        };
        // A single octet fills up the chunk; sloppy writers count it.
        if decoded.is_none() && block.len() > 1 {
            sink.note_damage();
        }
        sink.take(shape, &samples)?;
        if index.is_multiple_of(PROGRESS_BLOCKS) {
            sink.progress(index.saturating_mul(block_octets))?;
        }
    }
    Ok(())
}

/// Splits a block into the headers of its channels and the rest.
fn split(flavour: Flavour, block: &[u8], channels: usize) -> Option<(&[u8], &[u8])> {
    block.split_at_checked(flavour.header_octets() * channels)
}

fn word(octets: &[u8], at: usize) -> Option<i32> {
    let word: [u8; 2] = octets.get(at..)?.first_chunk().copied()?;
    Some(i32::from(i16::from_le_bytes(word)))
}

fn clamped(value: i32) -> i16 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[derive(Clone, Copy, Default)]
struct MicrosoftState {
    coefficients: (i32, i32),
    delta: i32,
    newer: i16,
    older: i16,
}

/// `None` if a block is none that an encoder writes; what could be decoded is in `samples`.
fn microsoft(block: &[u8], channels: usize, samples: &mut Vec<i16>) -> Option<()> {
    let (header, nibbles) = split(Flavour::Microsoft, block, channels)?;
    let mut states = [MicrosoftState::default(); 2];
    // All predictors come first, then all deltas, and so on.
    for (index, state) in states.iter_mut().take(channels).enumerate() {
        let at = |field: usize| channels + (field * channels + index) * 2;
        *state = MicrosoftState {
            coefficients: *MICROSOFT_COEFFICIENTS.get(usize::from(*header.get(index)?))?,
            delta: word(header, at(0))?,
            newer: clamped(word(header, at(1))?),
            older: clamped(word(header, at(2))?),
        };
    }
    let states = states.get_mut(..channels)?;
    samples.extend(states.iter().map(|state| state.older));
    samples.extend(states.iter().map(|state| state.newer));
    // Two nibbles an octet, the upper one first; the channels take turns.
    let mut turn = (0..channels).cycle();
    for nibble in nibbles.iter().flat_map(|octet| [octet >> 4, octet & 0x0F]) {
        let state = states.get_mut(turn.next()?)?;
        samples.push(state.next(nibble));
    }
    // Half a frame is none.
    samples.truncate(samples.len() / channels * channels);
    // Encoders keep every delta at 16 or more.
    block.iter().any(|octet| *octet != 0).then_some(())
}

impl MicrosoftState {
    fn next(&mut self, nibble: u8) -> i16 {
        let signed = i32::from(nibble) - if nibble > 7 { 16 } else { 0 };
        let (first, second) = self.coefficients;
        let predicted = (i32::from(self.newer) * first + i32::from(self.older) * second) >> 8;
        let sample = clamped(predicted.saturating_add(signed.saturating_mul(self.delta)));
        let step = MICROSOFT_STEPS.get(usize::from(nibble)).copied().unwrap_or_default();
        self.delta = (step.saturating_mul(self.delta) >> 8).max(16);
        (self.older, self.newer) = (self.newer, sample);
        sample
    }
}

/// The seven pairs of the format, which every file repeats in its header.
const MICROSOFT_COEFFICIENTS: [(i32, i32); 7] =
    [(256, 0), (512, -256), (0, 0), (192, 64), (240, 0), (460, -208), (392, -232)];

const MICROSOFT_STEPS: [i32; 16] =
    [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];

#[derive(Clone, Copy, Default)]
struct ImaState {
    sample: i16,
    step_index: usize,
}

/// `None` if a block is none that an encoder writes; what could be decoded is in `samples`.
fn ima(block: &[u8], channels: usize, samples: &mut Vec<i16>) -> Option<()> {
    let (header, nibbles) = split(Flavour::Ima, block, channels)?;
    let mut is_sound = true;
    let mut sides: [Zeroizing<Vec<i16>>; 2] = Default::default();
    for (index, side) in sides.iter_mut().take(channels).enumerate() {
        let own = header.get(index * 4..)?;
        let step_index = usize::from(*own.get(2)?);
        is_sound &= step_index < IMA_STEPS.len();
        let mut state = ImaState { sample: clamped(word(own, 0)?), step_index };
        make_room(side, 2 * block.len());
        side.push(state.sample);
        // Four octets of each channel in turn, the lower nibble first.
        let own = nibbles.chunks(4).skip(index).step_by(channels).flatten();
        side.extend(own.flat_map(|octet| [octet & 0x0F, octet >> 4]).map(|it| state.next(it)));
    }
    interleave(&sides, channels, samples);
    is_sound.then_some(())
}

fn interleave(sides: &[Zeroizing<Vec<i16>>; 2], channels: usize, samples: &mut Vec<i16>) {
    match sides {
        [left, right] if channels == 2 => {
            samples.extend(left.iter().zip(right.iter()).flat_map(|(left, right)| [*left, *right]));
        }
        [only, _] => samples.extend(only.iter()),
    }
}

impl ImaState {
    fn next(&mut self, nibble: u8) -> i16 {
        let last = IMA_STEPS.len() - 1;
        let step = IMA_STEPS.get(self.step_index.min(last)).copied().unwrap_or_default();
        // Each part is rounded on its own, as encoders do.
        let parts = [(4, step), (2, step >> 1), (1, step >> 2)];
        let difference: i32 =
            parts.iter().filter(|(bit, _)| nibble & bit != 0).map(|(_, part)| part).sum();
        let difference = difference + (step >> 3);
        let signed = if nibble & 8 == 0 { difference } else { -difference };
        self.sample = clamped(i32::from(self.sample) + signed);
        let louder = [0, 0, 0, 0, 2, 4, 6, 8].get(usize::from(nibble & 7)).copied().unwrap_or(0);
        self.step_index = match louder {
            0 => self.step_index.saturating_sub(1),
            louder => (self.step_index + louder).min(last),
        };
        self.sample
    }
}

const IMA_STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66,
    73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449,
    494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272,
    2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493,
    10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
];

//! How do samples reach the device's rate without muffling speech or adding whistles?
//!
//! rodio's own converter is linear: a 3 kHz tone loses 4 dB and gains an image 9 dB below it.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler};
use zeroize::Zeroizing;

/// How much is converted at a time. Shorter pieces would cut into the 3 to 3.4 kHz band.
const PIECE_MS: u64 = 64;
/// Rates whose ratio needs larger numbers are taken for a neighbour at most 0.02 % away, which
/// nobody hears; exact, a rate that is a prime number would need transforms of its own size.
const RATIO_LIMIT: u64 = 6000;
/// Rates further apart than this, or faster than this, are nobody's: their transforms would be
/// without measure.
const MOST_OUT_OF_ONE: u64 = 256;
const FASTEST_HZ: u32 = 768_000;

/// The two rates cannot be converted into each other.
#[derive(Debug, thiserror::Error)]
#[error("{from_hz} Hz cannot be converted to {to_hz} Hz")]
pub struct RateError {
    from_hz: u32,
    to_hz: u32,
}

/// How many frames go in for how many that come out, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Frames of the recording.
    pub input: u64,
    /// Frames of the device.
    pub output: u64,
}

impl Ratio {
    /// Frames that come out while `input_frames` go in, the last one begun counted.
    pub fn output_for(self, input_frames: u64) -> u64 {
        let frames = (u128::from(input_frames) * u128::from(self.output))
            .div_ceil(u128::from(self.input.max(1)));
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    /// Frames that have gone in when `output_frames` have come out.
    pub fn input_for(self, output_frames: u64) -> u64 {
        let frames =
            u128::from(output_frames) * u128::from(self.input) / u128::from(self.output.max(1));
        u64::try_from(frames).unwrap_or(u64::MAX)
    }
}

/// Converts interleaved samples from one rate to another, a piece at a time.
pub struct RateConverter {
    /// `None` when both rates are equal.
    inner: Option<Fft<f32>>,
    ratio: Ratio,
    piece_frames: usize,
    channel_count: usize,
    input: Zeroizing<Vec<f32>>,
    output: Zeroizing<Vec<f32>>,
    /// Output frames still to be thrown away, so that sound and position agree.
    delay_frames: usize,
}

impl RateConverter {
    /// A converter for `channel_count` interleaved channels.
    pub fn new(from_hz: u32, to_hz: u32, channel_count: u16) -> Result<Self, RateError> {
        let error = || RateError { from_hz, to_hz };
        let ratio = near_ratio(from_hz, to_hz).ok_or_else(error)?;
        let channel_count = usize::from(channel_count.max(1));
        let wanted_frames = (u64::from(from_hz) * PIECE_MS / 1000).max(1);
        let piece_count = wanted_frames.div_ceil(ratio.input);
        let frames = |per_piece: u64| usize::try_from(piece_count * per_piece);
        let (Ok(piece_frames), Ok(output_frames)) = (frames(ratio.input), frames(ratio.output))
        else {
            return Err(error());
        };
        let inner = if ratio.input == ratio.output {
            None
        } else {
            Some(build(ratio, piece_frames, channel_count).ok_or_else(error)?)
        };
        Ok(Self {
            delay_frames: inner.as_ref().map_or(0, |fft| fft.output_delay()),
            inner,
            ratio,
            piece_frames,
            channel_count,
            input: Zeroizing::new(vec![0.0; piece_frames * channel_count]),
            output: Zeroizing::new(vec![0.0; output_frames * channel_count]),
        })
    }

    /// What it makes of the two rates.
    pub fn ratio(&self) -> Ratio {
        self.ratio
    }

    /// Samples that one [`convert`](Self::convert) gives at most.
    pub fn largest_output(&self) -> usize {
        self.output.len()
    }

    /// Frames the next [`convert`](Self::convert) takes.
    pub fn frames_wanted(&self) -> usize {
        self.piece_frames
    }

    /// Forgets what is inside, as after a jump.
    pub fn reset(&mut self) {
        if let Some(fft) = &mut self.inner {
            fft.reset();
            self.delay_frames = fft.output_delay();
        }
    }

    /// Converts up to [`frames_wanted`](Self::frames_wanted) frames; fewer are followed by silence.
    pub fn convert(&mut self, samples: &[i16]) -> &[f32] {
        for (slot, sample) in self.input.iter_mut().zip(samples) {
            *slot = f32::from(*sample) / 32_768.0;
        }
        self.convert_input(samples.len())
    }

    /// The same with samples that are fractions of full scale.
    pub fn convert_floats(&mut self, samples: &[f32]) -> &[f32] {
        for (slot, sample) in self.input.iter_mut().zip(samples) {
            *slot = *sample;
        }
        self.convert_input(samples.len())
    }

    fn convert_input(&mut self, count: usize) -> &[f32] {
        let given = count.min(self.input.len());
        let Some(fft) = &mut self.inner else {
            return self.input.get(..given).unwrap_or_default();
        };
        if let Some(rest) = self.input.get_mut(given..) {
            rest.fill(0.0);
        }
        let written = run(fft, &self.input, &mut self.output, self.channel_count);
        let skipped = self.delay_frames.min(written);
        self.delay_frames -= skipped;
        self.output
            .get(skipped * self.channel_count..written * self.channel_count)
            .unwrap_or_default()
    }
}

impl Drop for RateConverter {
    // The transform's own buffers are not ours to wipe: silence runs over them.
    fn drop(&mut self) {
        self.reset();
        self.convert(&[]);
    }
}

/// The closest fraction to the ratio of both rates whose terms stay small, by continued fractions.
fn near_ratio(from_hz: u32, to_hz: u32) -> Option<Ratio> {
    let (mut numerator, mut denominator) = (u64::from(from_hz), u64::from(to_hz));
    let (mut before, mut last) = ((0, 1), (1, 0));
    while denominator > 0 {
        let whole = numerator / denominator;
        let next = (whole * last.0 + before.0, whole * last.1 + before.1);
        // The first fractions are taken whatever their size: they are whole numbers.
        if last.1 > 0 && (next.0 > RATIO_LIMIT || next.1 > RATIO_LIMIT) && last.0 > 0 {
            break;
        }
        (before, last) = (last, next);
        (numerator, denominator) = (denominator, numerator % denominator);
    }
    let (input, output) = last;
    let is_sane = from_hz.max(to_hz) <= FASTEST_HZ
        && input > 0
        && output > 0
        && output.div_ceil(input) <= MOST_OUT_OF_ONE
        && input.div_ceil(output) <= MOST_OUT_OF_ONE;
    is_sane.then_some(Ratio { input, output })
}

fn build(ratio: Ratio, piece_frames: usize, channel_count: usize) -> Option<Fft<f32>> {
    Fft::new_custom(
        usize::try_from(ratio.input).ok()?,
        usize::try_from(ratio.output).ok()?,
        piece_frames,
        1,
        channel_count,
        rubato::WindowFunction::BlackmanHarris2,
        FixedSync::Both,
    )
    .ok()
}

/// Frames written to `output`; none if the buffers do not fit, which would be heard as silence.
fn run(fft: &mut Fft<f32>, input: &[f32], output: &mut [f32], channel_count: usize) -> usize {
    let input_frames = input.len() / channel_count;
    let output_frames = output.len() / channel_count;
    let (Ok(input), Ok(mut output)) = (
        InterleavedSlice::new(input, channel_count, input_frames),
        InterleavedSlice::new_mut(output, channel_count, output_frames),
    ) else {
        return 0;
    };
    fft.process_into_buffer(&input, &mut output, Some(&Indexing::default()))
        .map_or(0, |(_, written)| written)
}

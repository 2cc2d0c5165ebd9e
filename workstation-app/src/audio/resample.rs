//! How do samples reach the device's rate without muffling speech or adding whistles?
//!
//! rodio's own converter is linear: a 3 kHz tone loses 4 dB and gains an image 9 dB below it.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler};
use zeroize::Zeroizing;

/// Frames of the recording taken at a time: 64 ms at 8 kHz, short enough for seeking to feel
/// immediate.
const CHUNK_FRAMES: usize = 512;
/// Length of one transform. Shorter ones would cut into the 3 to 3.4 kHz band.
const SUB_CHUNK_COUNT: usize = 1;

/// The two rates cannot be converted into each other.
#[derive(Debug, thiserror::Error)]
#[error("{from_hz} Hz cannot be converted to {to_hz} Hz")]
pub struct RateError {
    from_hz: u32,
    to_hz: u32,
}

/// Converts interleaved samples from one rate to another, a chunk at a time.
pub struct RateConverter {
    /// `None` when both rates are equal.
    inner: Option<Fft<f32>>,
    channel_count: usize,
    input: Zeroizing<Vec<f32>>,
    output: Zeroizing<Vec<f32>>,
    /// Output frames still to be thrown away, so that sound and position agree.
    delay_frames: usize,
}

impl RateConverter {
    /// A converter for `channel_count` interleaved channels.
    pub fn new(from_hz: u32, to_hz: u32, channel_count: u16) -> Result<Self, RateError> {
        let channel_count = usize::from(channel_count.max(1));
        let inner =
            if from_hz == to_hz { None } else { Some(build(from_hz, to_hz, channel_count)?) };
        let delay_frames = inner.as_ref().map_or(0, |fft| fft.output_delay());
        let output_frames = inner.as_ref().map_or(CHUNK_FRAMES, |fft| fft.output_frames_max());
        Ok(Self {
            inner,
            channel_count,
            input: Zeroizing::new(Vec::with_capacity(CHUNK_FRAMES * channel_count * 2)),
            output: Zeroizing::new(vec![0.0; output_frames * channel_count]),
            delay_frames,
        })
    }

    /// Frames the next [`convert`](Self::convert) takes.
    pub fn frames_wanted(&self) -> usize {
        self.inner.as_ref().map_or(CHUNK_FRAMES, |fft| fft.input_frames_next())
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
        self.input.clear();
        self.input.extend(samples.iter().map(|sample| f32::from(*sample) / 32_768.0));
        let Some(fft) = &mut self.inner else {
            return &self.input;
        };
        let frames_given = self.input.len() / self.channel_count;
        let frames_wanted = fft.input_frames_next();
        self.input.resize(frames_wanted * self.channel_count, 0.0);
        let written = run(fft, &self.input, &mut self.output, self.channel_count, frames_given);
        let skipped = self.delay_frames.min(written);
        self.delay_frames -= skipped;
        self.output
            .get(skipped * self.channel_count..written * self.channel_count)
            .unwrap_or_default()
    }
}

fn build(from_hz: u32, to_hz: u32, channel_count: usize) -> Result<Fft<f32>, RateError> {
    Fft::new_custom(
        from_hz as usize,
        to_hz as usize,
        CHUNK_FRAMES,
        SUB_CHUNK_COUNT,
        channel_count,
        rubato::WindowFunction::BlackmanHarris2,
        FixedSync::Input,
    )
    .map_err(|_| RateError { from_hz, to_hz })
}

/// Frames written to `output`; none if the buffers do not fit, which would be heard as silence.
fn run(
    fft: &mut Fft<f32>,
    input: &[f32],
    output: &mut [f32],
    channel_count: usize,
    frames_given: usize,
) -> usize {
    let input_frames = input.len() / channel_count;
    let output_frames = output.len() / channel_count;
    let (Ok(input), Ok(mut output)) = (
        InterleavedSlice::new(input, channel_count, input_frames),
        InterleavedSlice::new_mut(output, channel_count, output_frames),
    ) else {
        return 0;
    };
    let indexing = Indexing { partial_len: Some(frames_given), ..Indexing::default() };
    fft.process_into_buffer(&input, &mut output, Some(&indexing)).map_or(0, |(_, written)| written)
}

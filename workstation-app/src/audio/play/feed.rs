//! What is the recording's next frame at the device's rate, from any place on?

use std::num::NonZero;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::audio::pcm::Pcm;
use crate::audio::resample::{RateConverter, RateError, Ratio};

/// One sample for each ear; a mono recording has the same on both.
pub type Frame = [f32; 2];

/// Reads a recording from a place on, converted to the device's rate.
pub struct Feed {
    pcm: Arc<Pcm>,
    converter: RateConverter,
    next_input: usize,
    input: Zeroizing<Vec<i16>>,
    piece: Zeroizing<Vec<f32>>,
    piece_index: usize,
    /// Frames that remain until the end: the converter's last piece is longer than the recording.
    frames_left: u64,
}

impl Feed {
    /// Stands at the beginning.
    pub fn new(pcm: Arc<Pcm>, device_rate_hz: NonZero<u32>) -> Result<Self, RateError> {
        let converter =
            RateConverter::new(pcm.rate_hz(), device_rate_hz.get(), pcm.channel_count())?;
        let input_samples = converter.frames_wanted() * usize::from(pcm.channel_count());
        let mut feed = Self {
            pcm,
            next_input: 0,
            input: Zeroizing::new(vec![0; input_samples]),
            // A growing vector would leave its old copy behind unwiped.
            piece: Zeroizing::new(Vec::with_capacity(converter.largest_output())),
            converter,
            piece_index: 0,
            frames_left: 0,
        };
        feed.jump(0);
        Ok(feed)
    }

    /// The recording.
    pub fn pcm(&self) -> &Arc<Pcm> {
        &self.pcm
    }

    /// How the recording's frames relate to the device's.
    pub fn ratio(&self) -> Ratio {
        self.converter.ratio()
    }

    /// Goes on from `frame` of the recording.
    pub fn jump(&mut self, frame: usize) {
        self.next_input = frame.min(self.pcm.frame_count());
        let input_left = self.pcm.frame_count() - self.next_input;
        self.frames_left = self.ratio().output_for(input_left as u64);
        self.converter.reset();
        self.piece.clear();
        self.piece_index = 0;
    }

    /// The next frame, or none at the end.
    pub fn next_frame(&mut self) -> Option<Frame> {
        if self.frames_left == 0 {
            return None;
        }
        self.frames_left -= 1;
        let channel_count = usize::from(self.pcm.channel_count());
        if self.piece_index >= self.piece.len() {
            self.refill(channel_count);
        }
        let at = |index: usize| self.piece.get(index).copied();
        let left = at(self.piece_index).unwrap_or(0.0);
        let right = if channel_count > 1 { at(self.piece_index + 1).unwrap_or(0.0) } else { left };
        self.piece_index += channel_count;
        Some([left, right])
    }

    fn refill(&mut self, channel_count: usize) {
        self.piece.clear();
        self.piece_index = 0;
        // The converter's first pieces may be shorter than its delay.
        for _ in 0..3 {
            let count = self.pcm.read(self.next_input, &mut self.input);
            self.next_input += count / channel_count;
            let converted = self.converter.convert(self.input.get(..count).unwrap_or_default());
            if !converted.is_empty() {
                self.piece.extend_from_slice(converted);
                return;
            }
        }
    }
}

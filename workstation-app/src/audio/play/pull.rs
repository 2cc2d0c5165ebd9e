//! How does a device that only pulls samples get them, and learn where it is?

use std::num::NonZero;
use std::time::Duration;

use rodio::Source;

use super::feed::Frame;
use super::voice::Voice;

/// A device that only pulls is told where it is this often.
const FRAMES_BETWEEN_REPORTS: u64 = 64;

/// The frame whose samples are pulled one by one.
#[derive(Default)]
pub struct Pulled {
    frame: Frame,
    channel_index: usize,
}

impl Voice {
    fn tell(&mut self) {
        let Some(latency_frames) = self.latency_frames else { return };
        let given = self.given();
        self.controls().add_progress(1);
        if given.is_multiple_of(FRAMES_BETWEEN_REPORTS) {
            self.report(given.saturating_sub(latency_frames));
        }
    }
}

impl Iterator for Voice {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.pulled.channel_index == 0 {
            self.pulled.frame = self.next_frame();
            self.tell();
        }
        let sample = self.pulled.frame.get(self.pulled.channel_index).copied();
        let next = self.pulled.channel_index + 1;
        self.pulled.channel_index = next % usize::from(self.channels().get());
        sample
    }
}

impl Source for Voice {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        NonZero::new(self.channel_count()).unwrap_or(NonZero::<u16>::MIN)
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.device_rate_hz()
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

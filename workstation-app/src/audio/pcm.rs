//! Where do decoded samples live, and how are they wiped?

use std::time::Duration;

use shared::limits::DECODED_OCTETS;
use zeroize::{Zeroize, Zeroizing};

/// More samples than this are never kept, so no room is made for them.
const MOST_SAMPLES: usize = (DECODED_OCTETS / 2) as usize;

/// Decoded 16-bit samples of one recording, interleaved, wiped when the last owner lets go.
pub struct Pcm {
    samples: Zeroizing<Vec<i16>>,
    channel_count: u16,
    rate_hz: u32,
}

impl Pcm {
    /// An empty recording; `channel_count` is 1 or 2, `rate_hz` is never 0.
    pub fn new(channel_count: u16, rate_hz: u32) -> Self {
        Self {
            samples: Zeroizing::new(Vec::new()),
            channel_count: channel_count.clamp(1, 2),
            rate_hz: rate_hz.max(1),
        }
    }

    /// Makes room for `more` samples.
    pub fn reserve(&mut self, more: usize) {
        make_room(&mut self.samples, more);
    }

    /// Appends interleaved samples.
    pub fn append(&mut self, more: &[i16]) {
        let needed = self.samples.len().saturating_add(more.len());
        if needed > self.samples.capacity() {
            // Half as much again, so that an hour is not copied for every packet.
            let roomy = self.samples.len() / 2;
            self.reserve(
                more.len().max(roomy.min(MOST_SAMPLES.saturating_sub(self.samples.len()))),
            );
        }
        self.samples.extend_from_slice(more);
    }

    /// All samples, interleaved.
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// One or two.
    pub fn channel_count(&self) -> u16 {
        self.channel_count
    }

    /// Frames a second.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Number of frames (one sample of each channel).
    pub fn frame_count(&self) -> usize {
        self.samples.len() / usize::from(self.channel_count)
    }

    /// The true length: what was decoded, not what a header says.
    pub fn duration(&self) -> Duration {
        self.time_of(self.frame_count())
    }

    /// The moment at which `frame` sounds.
    pub fn time_of(&self, frame: usize) -> Duration {
        let nanos = frame as u128 * 1_000_000_000 / u128::from(self.rate_hz);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The frame that sounds at `time`, at most the end.
    pub fn frame_at(&self, time: Duration) -> usize {
        let frame = time.as_nanos() * u128::from(self.rate_hz) / 1_000_000_000;
        usize::try_from(frame).unwrap_or(usize::MAX).min(self.frame_count())
    }
}

/// Makes room for `more` items. A growing `Vec` would free its old copy unwiped, so the move to a
/// larger one is made here.
pub(super) fn make_room<T: Zeroize + Copy>(items: &mut Zeroizing<Vec<T>>, more: usize) {
    let needed = items.len().saturating_add(more);
    if needed > items.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed));
        larger.extend_from_slice(items);
        *items = larger;
    }
}

impl std::fmt::Debug for Pcm {
    // Samples are customer data: only their shape is printed.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Pcm({} frames, {} channels, {} Hz)",
            self.frame_count(),
            self.channel_count,
            self.rate_hz
        )
    }
}

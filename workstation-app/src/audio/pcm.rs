//! Where do decoded samples live, how are they read while more come, and how are they wiped?

use std::sync::atomic::{AtomicBool, AtomicI16, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use shared::limits::DECODED_OCTETS;
use zeroize::{Zeroize, Zeroizing};

/// More samples than this are never kept, so no room is made for them.
const MOST_SAMPLES: usize = (DECODED_OCTETS / 2) as usize;
/// Samples whose room is made at once: two seconds of a telephone's.
const CHUNK: usize = 16_384;
/// Chunks that are listed at once: half an hour.
const GROUP: usize = 1024;

/// Samples that are written once each, and read by whoever knows their number.
type Chunk = Box<[AtomicI16]>;
type Group = Box<[OnceLock<Chunk>]>;

/// Decoded 16-bit samples of one recording, interleaved, wiped when the last owner lets go. They may
/// be read while a [`Recorder`] appends more: nothing that was read once ever changes, and no reader
/// waits.
pub struct Pcm {
    groups: Box<[OnceLock<Group>]>,
    /// The samples before this number can be read.
    sample_count: AtomicUsize,
    is_growing: AtomicBool,
    channel_count: u16,
    rate_hz: u32,
}

impl Pcm {
    /// An empty recording; `channel_count` is 1 or 2, `rate_hz` is never 0.
    pub fn new(channel_count: u16, rate_hz: u32) -> Self {
        Self {
            groups: empty(MOST_SAMPLES.div_ceil(CHUNK * GROUP)),
            sample_count: AtomicUsize::new(0),
            is_growing: AtomicBool::new(false),
            channel_count: channel_count.clamp(1, 2),
            rate_hz: rate_hz.max(1),
        }
    }

    /// Appends interleaved samples.
    pub fn append(&mut self, more: &[i16]) {
        self.write(more);
    }

    /// Only one thread may, or they would write over each other's samples: whoever owns all of it, or
    /// its recorder.
    fn write(&self, mut more: &[i16]) {
        let mut at = self.sample_count.load(Ordering::Relaxed);
        while let Some(chunk) = self.chunk_for(at).filter(|_| !more.is_empty()) {
            let room = chunk.get(at % CHUNK..).unwrap_or_default();
            let (now, later) = more.split_at(room.len().min(more.len()));
            for (slot, sample) in room.iter().zip(now) {
                slot.store(*sample, Ordering::Relaxed);
            }
            at += now.len();
            more = later;
        }
        // Whoever sees the new number sees the samples, too.
        self.sample_count.store(at, Ordering::Release);
    }

    fn chunk_for(&self, sample: usize) -> Option<&Chunk> {
        let group = self.groups.get(sample / (CHUNK * GROUP))?.get_or_init(|| empty(GROUP));
        let chunk = group.get(sample / CHUNK % GROUP)?;
        Some(chunk.get_or_init(|| (0..CHUNK).map(|_| AtomicI16::new(0)).collect()))
    }

    /// Reads interleaved samples from a frame on. Returns how many there were: fewer than there is
    /// room for at the end, or where no more was decoded yet; always whole frames.
    pub fn read(&self, from_frame: usize, into: &mut [i16]) -> usize {
        let channel_count = usize::from(self.channel_count);
        let first = from_frame.saturating_mul(channel_count);
        let whole_frames = into.len() / channel_count * channel_count;
        let last = first.saturating_add(whole_frames).min(self.frame_count() * channel_count);
        let mut left = into.get_mut(..last.saturating_sub(first)).unwrap_or_default();
        let count = left.len();
        let mut at = first;
        while !left.is_empty() {
            let group = self.groups.get(at / (CHUNK * GROUP)).and_then(OnceLock::get);
            let chunk = group.and_then(|group| group.get(at / CHUNK % GROUP)?.get());
            let there = chunk.and_then(|chunk| chunk.get(at % CHUNK..)).unwrap_or_default();
            let (now, later) = left.split_at_mut(there.len().min(left.len()));
            if now.is_empty() {
                break;
            }
            for (slot, sample) in now.iter_mut().zip(there) {
                *slot = sample.load(Ordering::Relaxed);
            }
            at += now.len();
            left = later;
        }
        count
    }

    /// A copy of all samples, interleaved.
    pub fn samples(&self) -> Zeroizing<Vec<i16>> {
        let count = self.frame_count() * usize::from(self.channel_count);
        let mut samples = Zeroizing::new(vec![0; count]);
        self.read(0, &mut samples);
        samples
    }

    /// Hands over the samples from a frame on, a piece of whole frames at a time, as long as `take`
    /// wants more. Returns the frame after the last one.
    pub fn each_piece(&self, from_frame: usize, mut take: impl FnMut(&[i16]) -> bool) -> usize {
        let mut piece = Zeroizing::new(vec![0; CHUNK]);
        let mut frame = from_frame;
        loop {
            let count = self.read(frame, &mut piece);
            frame += count / usize::from(self.channel_count);
            let samples = piece.get(..count).unwrap_or_default();
            if samples.is_empty() || !take(samples) {
                return frame;
            }
        }
    }

    /// One or two.
    pub fn channel_count(&self) -> u16 {
        self.channel_count
    }

    /// Frames a second.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Number of frames (one sample of each channel) that can be read by now.
    pub fn frame_count(&self) -> usize {
        self.sample_count.load(Ordering::Acquire) / usize::from(self.channel_count)
    }

    /// Whether no more will come. Asked before [`frame_count`](Self::frame_count), that is the last.
    pub fn is_complete(&self) -> bool {
        !self.is_growing.load(Ordering::Acquire)
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

fn empty<T>(count: usize) -> Box<[OnceLock<T>]> {
    (0..count).map(|_| OnceLock::new()).collect()
}

impl Drop for Pcm {
    fn drop(&mut self) {
        let groups = self.groups.iter_mut().filter_map(OnceLock::get_mut);
        for chunk in groups.flatten().filter_map(OnceLock::get_mut) {
            for sample in chunk {
                sample.get_mut().zeroize();
            }
        }
    }
}

/// The one that appends to a recording which others read already.
#[derive(Debug)]
pub struct Recorder {
    pcm: Arc<Pcm>,
}

impl Recorder {
    /// Begins a recording; it is complete when this is dropped.
    pub fn new(channel_count: u16, rate_hz: u32) -> Self {
        let pcm = Pcm::new(channel_count, rate_hz);
        pcm.is_growing.store(true, Ordering::Release);
        Self { pcm: Arc::new(pcm) }
    }

    /// Appends interleaved samples.
    pub fn append(&mut self, more: &[i16]) {
        self.pcm.write(more);
    }

    /// What is there by now, and what will be.
    pub fn pcm(&self) -> &Arc<Pcm> {
        &self.pcm
    }

    /// No more comes.
    pub fn finish(self) -> Arc<Pcm> {
        Arc::clone(&self.pcm)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.pcm.is_growing.store(false, Ordering::Release);
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

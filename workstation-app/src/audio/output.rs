//! How do samples leave the program: the stream the device pulls from, and the device itself.

use std::any::Any;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use rodio::cpal::BufferSize;
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, Source};
use zeroize::Zeroizing;

use super::pcm::Pcm;
use super::resample::{RateConverter, RateError};

const NO_SEEK: u64 = u64::MAX;
/// A pause fades in 5 ms, or it would click.
const FADE_MS: u32 = 5;

/// What the person's side and the device's side of a playback tell each other, without locks:
/// the device must never wait.
#[derive(Debug)]
pub struct Controls {
    /// Frame of the recording that is being handed to the device.
    position: AtomicU64,
    seek_to: AtomicU64,
    volume: AtomicU32,
    is_playing: AtomicBool,
    has_ended: AtomicBool,
    /// Counts samples the device took: a killed sound server reports no error, it only stops.
    taken: AtomicU64,
}

impl Default for Controls {
    fn default() -> Self {
        Self {
            position: AtomicU64::new(0),
            seek_to: AtomicU64::new(NO_SEEK),
            volume: AtomicU32::new(1.0_f32.to_bits()),
            is_playing: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            taken: AtomicU64::new(0),
        }
    }
}

impl Controls {
    /// The frame a person hears, or will hear once a jump is done.
    pub fn position(&self) -> usize {
        let seek_to = self.seek_to.load(Ordering::Acquire);
        let position = self.position.load(Ordering::Acquire);
        usize::try_from(if seek_to == NO_SEEK { position } else { seek_to }).unwrap_or(usize::MAX)
    }

    /// Jumps to `frame` as soon as the device asks for more.
    pub fn seek(&self, frame: usize) {
        self.seek_to.store(frame as u64, Ordering::Release);
        self.has_ended.store(false, Ordering::Release);
    }

    /// Sets the loudness, 0 to 1.
    pub fn set_volume(&self, volume: f32) {
        self.volume.store(volume.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// Lets the sound run or holds it.
    pub fn set_playing(&self, is_playing: bool) {
        self.is_playing.store(is_playing, Ordering::Release);
    }

    /// Whether sound is meant to run.
    pub fn is_playing(&self) -> bool {
        self.is_playing.load(Ordering::Acquire)
    }

    /// Whether the end has been reached.
    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Acquire)
    }

    /// Samples the device has taken so far.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    fn take_seek(&self) -> Option<usize> {
        let frame = self.seek_to.load(Ordering::Acquire);
        if frame == NO_SEEK {
            return None;
        }
        self.position.store(frame, Ordering::Release);
        // A newer jump that came in between stays.
        let _ = self.seek_to.compare_exchange(frame, NO_SEEK, Ordering::AcqRel, Ordering::Acquire);
        usize::try_from(frame).ok()
    }
}

/// The stream of samples the device pulls from: jumps, fades, converts the rate.
pub struct Voice {
    pcm: Arc<Pcm>,
    controls: Arc<Controls>,
    converter: RateConverter,
    device_rate_hz: NonZero<u32>,
    channel_count: NonZero<u16>,
    next_frame: usize,
    chunk: Zeroizing<Vec<f32>>,
    chunk_index: usize,
    gain: f32,
    gain_step: f32,
    is_drained: bool,
}

impl Voice {
    /// A stream of `pcm` at the device's rate that begins where `controls` stand.
    pub fn new(
        pcm: Arc<Pcm>,
        controls: Arc<Controls>,
        device_rate_hz: NonZero<u32>,
    ) -> Result<Self, RateError> {
        let converter =
            RateConverter::new(pcm.rate_hz(), device_rate_hz.get(), pcm.channel_count())?;
        let fade_samples = device_rate_hz.get() * FADE_MS / 1000 * u32::from(pcm.channel_count());
        Ok(Self {
            next_frame: controls.position(),
            channel_count: NonZero::new(pcm.channel_count()).unwrap_or(NonZero::<u16>::MIN),
            converter,
            device_rate_hz,
            pcm,
            controls,
            chunk: Zeroizing::new(Vec::new()),
            chunk_index: 0,
            gain: 0.0,
            gain_step: 1.0 / fade_samples.max(1) as f32,
            is_drained: false,
        })
    }

    fn refill(&mut self) {
        self.chunk.clear();
        self.chunk_index = 0;
        if self.next_frame >= self.pcm.frame_count() && self.is_drained {
            self.controls.position.store(self.pcm.frame_count() as u64, Ordering::Release);
            self.controls.has_ended.store(true, Ordering::Release);
            self.controls.is_playing.store(false, Ordering::Release);
            return;
        }
        self.controls.position.store(self.next_frame as u64, Ordering::Release);
        let channel_count = usize::from(self.pcm.channel_count());
        let last_frame = self
            .next_frame
            .saturating_add(self.converter.frames_wanted())
            .min(self.pcm.frame_count());
        let samples = self
            .pcm
            .samples()
            .get(self.next_frame * channel_count..last_frame * channel_count)
            .unwrap_or_default();
        // The chunk after the last one flushes what the converter still holds.
        self.is_drained = samples.is_empty();
        self.chunk.extend_from_slice(self.converter.convert(samples));
        self.next_frame = last_frame;
    }

    fn jump(&mut self, frame: usize) {
        self.next_frame = frame.min(self.pcm.frame_count());
        self.converter.reset();
        self.is_drained = false;
        self.chunk.clear();
        self.chunk_index = 0;
    }

    fn step_gain(&mut self) {
        let volume = f32::from_bits(self.controls.volume.load(Ordering::Relaxed));
        let wanted = if self.controls.is_playing() { volume } else { 0.0 };
        let difference = wanted - self.gain;
        self.gain += difference.clamp(-self.gain_step, self.gain_step);
    }
}

impl Iterator for Voice {
    type Item = f32;

    // Never ends: silence keeps the device open until the player lets it go.
    fn next(&mut self) -> Option<f32> {
        self.controls.taken.fetch_add(1, Ordering::Relaxed);
        self.step_gain();
        let may_jump = self.chunk_index >= self.chunk.len() || !self.controls.is_playing();
        if may_jump && let Some(frame) = self.controls.take_seek() {
            self.jump(frame);
        }
        if !self.controls.is_playing() && self.gain <= 0.0 {
            return Some(0.0);
        }
        if self.chunk_index >= self.chunk.len() {
            self.refill();
        }
        let sample = self.chunk.get(self.chunk_index).copied().unwrap_or(0.0);
        self.chunk_index += 1;
        Some(sample * self.gain)
    }
}

impl Source for Voice {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        self.channel_count
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.device_rate_hz
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

/// How much the device asks for at a time: 170 ms at 48 kHz. With 85 ms, on two busy cores that
/// also draw without a graphics card, one listening in eight had a gap. The price is that pause
/// and seek are heard up to a third of a second later.
const PERIOD_FRAMES: u32 = 8192;

/// Builds a [`Voice`] for a device's rate.
pub type MakeVoice<'a> = &'a dyn Fn(NonZero<u32>) -> Result<Voice, RateError>;

/// Something that can play: the real device, or a stand-in in tests.
pub trait Output: Send {
    /// Opens it and plays the voice until the returned value is dropped; an error in words.
    fn open(&self, make_voice: MakeVoice<'_>) -> Result<Box<dyn Any + Send>, String>;
}

/// The computer's default output. On Linux cpal prefers a sound server that answers
/// (feature `pulseaudio`), then ALSA.
#[derive(Debug, Default)]
pub struct DefaultDevice;

impl Output for DefaultDevice {
    fn open(&self, make_voice: MakeVoice<'_>) -> Result<Box<dyn Any + Send>, String> {
        let mut sink = open_sink(BufferSize::Fixed(PERIOD_FRAMES))
            .or_else(|_| open_sink(BufferSize::Default))
            .map_err(|error| error.to_string())?;
        sink.log_on_drop(false);
        let voice = make_voice(sink.config().sample_rate()).map_err(|error| error.to_string())?;
        sink.mixer().add(voice);
        Ok(Box::new(sink))
    }
}

fn open_sink(buffer_size: BufferSize) -> Result<MixerDeviceSink, DeviceSinkError> {
    DeviceSinkBuilder::from_default_device()?
        .with_buffer_size(buffer_size)
        // Errors are not acted on: false ones are common, and a dead server sends none.
        // The player watches whether samples are taken.
        .with_error_callback(|_| {})
        .open_stream()
}

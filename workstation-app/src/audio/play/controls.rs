//! What do the person's side and the device's side of a playback tell each other, without locks?

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::wish::Wish;

/// Rings for whoever waits.
pub type Bell = Arc<dyn Fn() + Send + Sync>;

const NO_SEEK: u64 = u64::MAX;
/// A jump is a number that counts jumps, above the frame it goes to: 2^44 frames are decades.
const SEEK_FRAME_BITS: u32 = 44;
const SEEK_FRAME_MASK: u64 = (1 << SEEK_FRAME_BITS) - 1;

const PAUSED: u8 = 0;
const PLAYING: u8 = 1;
const ENDED: u8 = 2;

/// A jump that was asked for. Two to the same frame are still two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seek(u64);

impl Seek {
    /// Where it goes.
    pub fn frame(self) -> usize {
        usize::try_from(self.0 & SEEK_FRAME_MASK).unwrap_or(usize::MAX)
    }
}

/// What the person wants.
#[derive(Clone, Copy, PartialEq)]
pub struct Orders {
    is_playing: bool,
    seek: Option<Seek>,
    volume: f32,
    /// How often it was said how it is to sound.
    pub wish_count: u64,
}

impl Orders {
    /// The same with another wish's number.
    pub fn with_wish(self, wish_count: u64) -> Self {
        Self { wish_count, ..self }
    }

    /// What it wants now.
    pub fn of(controls: &Controls) -> Self {
        Self {
            is_playing: controls.is_running(),
            seek: controls.seek_asked(),
            volume: controls.volume(),
            wish_count: controls.wish_count(),
        }
    }
}

/// Why nothing can be heard although playing was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoundFault {
    /// No device could be opened.
    NoDevice,
    /// The device that played stopped playing.
    DeviceLost,
}

/// Orders of the person to the device, and what the device says of itself; for one recording.
pub struct Controls {
    /// Frame of the recording that is heard.
    position: AtomicU64,
    seek: AtomicU64,
    seek_count: AtomicU64,
    volume: AtomicU32,
    /// How it is to sound. Locked by the person's side for a moment only; the device's side never
    /// waits for it.
    wish: Mutex<Arc<Wish>>,
    wish_count: AtomicU64,
    /// The device is to be changed: what plays fades, although playing is still asked for.
    is_hushed: AtomicBool,
    run: AtomicU8,
    /// Counts what the device played: a killed sound server reports no error, it only stops.
    progress: AtomicU64,
    /// The peaks that are heard now, one for each ear.
    levels: AtomicU64,
    is_device_lost: AtomicBool,
    fault: AtomicU8,
    /// How much had been played when the fault was set.
    fault_progress: AtomicU64,
    /// Rung by the person's side.
    device: Mutex<Option<Bell>>,
    /// Rung by the device when what is heard comes to rest.
    person: Mutex<Option<Bell>>,
}

impl Default for Controls {
    fn default() -> Self {
        Self {
            position: AtomicU64::new(0),
            seek: AtomicU64::new(NO_SEEK),
            seek_count: AtomicU64::new(0),
            volume: AtomicU32::new(1.0_f32.to_bits()),
            wish: Mutex::default(),
            wish_count: AtomicU64::new(0),
            is_hushed: AtomicBool::new(false),
            run: AtomicU8::new(PAUSED),
            progress: AtomicU64::new(0),
            levels: AtomicU64::new(0),
            is_device_lost: AtomicBool::new(false),
            fault: AtomicU8::new(0),
            fault_progress: AtomicU64::new(0),
            device: Mutex::new(None),
            person: Mutex::new(None),
        }
    }
}

// The person's side.
impl Controls {
    /// The frame a person hears, or will hear once a jump is done.
    pub fn position(&self) -> usize {
        match self.seek_asked() {
            Some(seek) => seek.frame(),
            None => usize::try_from(self.position.load(Ordering::Acquire)).unwrap_or(usize::MAX),
        }
    }

    /// Jumps to `frame` as soon as the device can.
    pub fn seek(&self, frame: usize) {
        let count = self.seek_count.fetch_add(1, Ordering::AcqRel);
        let frame = (frame as u64).min(SEEK_FRAME_MASK - 1);
        self.seek.store((count << SEEK_FRAME_BITS) | frame, Ordering::Release);
        let _ = self.run.compare_exchange(ENDED, PAUSED, Ordering::AcqRel, Ordering::Acquire);
        self.ring_device();
    }

    /// Sets the loudness, 0 to 1.
    pub fn set_volume(&self, volume: f32) {
        // What is no number is nobody's wish, and would stay in every sample after it.
        let volume = if volume.is_nan() { 1.0 } else { volume.clamp(0.0, 1.0) };
        self.volume.store(volume.to_bits(), Ordering::Release);
        self.ring_device();
    }

    /// Says how it is to sound from now on.
    pub fn set_wish(&self, wish: Wish) {
        *self.wish.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(wish);
        self.wish_count.fetch_add(1, Ordering::AcqRel);
        self.ring_device();
    }

    /// How it is to sound.
    pub fn wish(&self) -> Arc<Wish> {
        Arc::clone(&self.wish.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets the sound fade out, or come back, whether or not playing is asked for.
    pub fn set_hushed(&self, is_hushed: bool) {
        self.is_hushed.store(is_hushed, Ordering::Release);
        self.ring_device();
    }

    /// The peaks that are heard now, one for each ear, 0 to 1.
    pub fn levels(&self) -> [f32; 2] {
        let both = self.levels.load(Ordering::Acquire);
        [f32::from_bits((both >> 32) as u32), f32::from_bits(both as u32)]
    }

    /// Lets the sound run or holds it.
    pub fn set_playing(&self, is_playing: bool) {
        self.run.store(if is_playing { PLAYING } else { PAUSED }, Ordering::Release);
        self.ring_device();
    }

    /// Whether sound is meant to run.
    pub fn is_playing(&self) -> bool {
        self.run.load(Ordering::Acquire) == PLAYING
    }

    /// Whether the end has been heard.
    pub fn has_ended(&self) -> bool {
        self.run.load(Ordering::Acquire) == ENDED
    }

    /// How much the device has played so far; what matters is whether it changes.
    pub fn progress(&self) -> u64 {
        self.progress.load(Ordering::Acquire)
    }

    /// Whether the device has said that it is gone.
    pub fn is_device_lost(&self) -> bool {
        self.is_device_lost.load(Ordering::Acquire)
    }

    /// A device is opened anew: what the last one said of itself is past.
    pub fn forget_lost_device(&self) {
        self.is_device_lost.store(false, Ordering::Release);
    }

    /// Why nothing is heard, until the device plays again.
    pub fn fault(&self) -> Option<SoundFault> {
        if self.progress() != self.fault_progress.load(Ordering::Acquire) {
            return None;
        }
        match self.fault.load(Ordering::Acquire) {
            1 => Some(SoundFault::NoDevice),
            2 => Some(SoundFault::DeviceLost),
            _ => None,
        }
    }

    /// Says why nothing is heard, or that nothing is wrong. True if this is news.
    pub fn set_fault(&self, fault: Option<SoundFault>) -> bool {
        let number = match fault {
            None => 0,
            Some(SoundFault::NoDevice) => 1,
            Some(SoundFault::DeviceLost) => 2,
        };
        self.fault_progress.store(self.progress(), Ordering::Release);
        self.fault.swap(number, Ordering::AcqRel) != number
    }

    /// Whether a fault was set and not taken back.
    pub fn has_fault(&self) -> bool {
        self.fault.load(Ordering::Acquire) != 0
    }

    /// Rings when what is heard comes to rest: paused, jumped to, ended.
    pub fn on_rest(&self, bell: Bell) {
        *self.person.lock().unwrap_or_else(PoisonError::into_inner) = Some(bell);
    }

    fn ring_device(&self) {
        if let Some(bell) = &*self.device.lock().unwrap_or_else(PoisonError::into_inner) {
            bell();
        }
    }
}

// The device's side.
impl Controls {
    /// The jump that was asked for and is not heard yet.
    pub fn seek_asked(&self) -> Option<Seek> {
        let seek = self.seek.load(Ordering::Acquire);
        (seek != NO_SEEK).then_some(Seek(seek))
    }

    /// The loudness that was asked for.
    pub fn volume(&self) -> f32 {
        f32::from_bits(self.volume.load(Ordering::Acquire))
    }

    /// How often it was said how it is to sound.
    pub fn wish_count(&self) -> u64 {
        self.wish_count.load(Ordering::Acquire)
    }

    /// How it is to sound, unless the person's side is just saying it.
    pub fn wish_now(&self) -> Option<Arc<Wish>> {
        self.wish.try_lock().ok().map(|wish| Arc::clone(&wish))
    }

    /// Whether sound is to run on this device.
    pub fn is_running(&self) -> bool {
        self.is_playing() && !self.is_hushed.load(Ordering::Acquire)
    }

    /// These peaks are heard now.
    pub fn set_levels(&self, [left, right]: [f32; 2]) {
        let both = (u64::from(left.to_bits()) << 32) | u64::from(right.to_bits());
        self.levels.store(both, Ordering::Release);
    }

    /// How to wake the device when an order has come; none for one that asks often anyway.
    pub fn set_device_bell(&self, bell: Option<Bell>) {
        *self.device.lock().unwrap_or_else(PoisonError::into_inner) = bell;
    }

    /// The device is gone by itself.
    pub fn device_lost(&self) {
        self.is_device_lost.store(true, Ordering::Release);
    }

    /// The device has played `amount` more.
    pub fn add_progress(&self, amount: u64) {
        self.progress.fetch_add(amount, Ordering::AcqRel);
    }

    /// `frame` is heard now, and `seek` with it if it led there.
    pub fn set_position(&self, frame: usize, seek: Option<Seek>) {
        self.position.store(frame as u64, Ordering::Release);
        if let Some(Seek(done)) = seek {
            // A newer jump that came in between stays.
            let _ = self.seek.compare_exchange(done, NO_SEEK, Ordering::AcqRel, Ordering::Acquire);
        }
    }

    /// What is heard has come to rest.
    pub fn rest(&self) {
        // Taken only if nobody is just hanging it up: the device must never wait.
        if let Ok(person) = self.person.try_lock()
            && let Some(bell) = &*person
        {
            bell();
        }
    }

    /// The end has been heard.
    pub fn end(&self) {
        let _ = self.run.compare_exchange(PLAYING, ENDED, Ordering::AcqRel, Ordering::Acquire);
        // A jump that came at the same moment goes on from where it leads.
        if self.seek_asked().is_some() {
            let _ = self.run.compare_exchange(ENDED, PLAYING, Ordering::AcqRel, Ordering::Acquire);
        }
        self.rest();
    }
}

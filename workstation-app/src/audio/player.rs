//! Who decides when sound runs: play, pause, jump, and what happens without a device.

use std::any::Any;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::output::{Controls, Output, Voice};
use super::pcm::Pcm;
use crate::message::Wake;

/// How often an open device is looked at, and a missing one is looked for.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// A device that takes no sample for this long is gone.
const STALL_LIMIT: Duration = Duration::from_millis(750);
/// A device is kept open over a short pause, then given back.
const PAUSE_LIMIT: Duration = Duration::from_secs(5);

/// Why nothing can be heard although playing was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoundFault {
    /// No device could be opened.
    NoDevice,
    /// The device that played stopped taking samples.
    DeviceLost,
}

/// What the window shows of a playback.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Playback {
    /// The moment being heard.
    pub position: Duration,
    /// Playing was asked for, and the end is not reached.
    pub is_playing: bool,
    /// The end has been reached.
    pub has_ended: bool,
    /// Why nothing can be heard.
    pub fault: Option<SoundFault>,
}

enum Order {
    Load(Arc<Pcm>),
    Play,
    Pause,
    Close,
}

/// The window's handle on the sound thread.
pub struct Player {
    orders: Option<Sender<Order>>,
    controls: Arc<Controls>,
    fault: Arc<AtomicU8>,
    pcm: Option<Arc<Pcm>>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    /// Starts the sound thread; no device is opened before the first [`play`](Self::play).
    pub fn new(output: Box<dyn Output>, wake: Wake) -> Self {
        let (orders, received) = channel();
        let controls = Arc::new(Controls::default());
        let fault = Arc::new(AtomicU8::new(0));
        let mut sound = Sound {
            output,
            wake,
            controls: Arc::clone(&controls),
            fault: Arc::clone(&fault),
            pcm: None,
            stream: None,
        };
        let thread = std::thread::Builder::new()
            .name("sound".to_owned())
            .spawn(move || sound.run(&received))
            .ok();
        Self { orders: Some(orders), controls, fault, pcm: None, thread }
    }

    /// Takes a recording, at its beginning and silent.
    pub fn load(&mut self, pcm: Arc<Pcm>) {
        self.controls.set_playing(false);
        self.controls.seek(0);
        self.pcm = Some(Arc::clone(&pcm));
        self.order(Order::Load(pcm));
    }

    /// Plays from where it stands, from the beginning if it stands at the end.
    pub fn play(&mut self) {
        let Some(pcm) = &self.pcm else { return };
        if self.controls.has_ended() || self.controls.position() >= pcm.frame_count() {
            self.controls.seek(0);
        }
        self.controls.set_playing(true);
        self.order(Order::Play);
    }

    /// Holds the sound at once and keeps the position.
    pub fn pause(&mut self) {
        self.controls.set_playing(false);
        self.order(Order::Pause);
    }

    /// Jumps to a moment, at most the end.
    pub fn seek(&mut self, time: Duration) {
        if let Some(pcm) = &self.pcm {
            self.controls.seek(pcm.frame_at(time));
        }
    }

    /// Sets the loudness, 0 to 1.
    pub fn set_volume(&mut self, volume: f32) {
        self.controls.set_volume(volume);
    }

    /// Forgets the recording and gives the device back.
    pub fn close(&mut self) {
        self.controls.set_playing(false);
        self.controls.seek(0);
        self.pcm = None;
        self.order(Order::Close);
    }

    /// What can be heard now.
    pub fn playback(&self) -> Playback {
        let Some(pcm) = &self.pcm else { return Playback::default() };
        Playback {
            position: pcm.time_of(self.controls.position().min(pcm.frame_count())),
            is_playing: self.controls.is_playing(),
            has_ended: self.controls.has_ended(),
            fault: fault_of(self.fault.load(Ordering::Acquire)),
        }
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // The thread lives as long as this handle.
            let _ = orders.send(order);
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.controls.set_playing(false);
        self.pcm = None;
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn fault_of(number: u8) -> Option<SoundFault> {
    match number {
        1 => Some(SoundFault::NoDevice),
        2 => Some(SoundFault::DeviceLost),
        _ => None,
    }
}

/// An open device and the evidence that it still takes samples.
struct Stream {
    _device: Box<dyn Any + Send>,
    taken: u64,
    last_taken: Instant,
    paused_since: Option<Instant>,
}

/// The sound thread.
struct Sound {
    output: Box<dyn Output>,
    wake: Wake,
    controls: Arc<Controls>,
    fault: Arc<AtomicU8>,
    pcm: Option<Arc<Pcm>>,
    stream: Option<Stream>,
}

impl Sound {
    fn run(&mut self, orders: &Receiver<Order>) {
        loop {
            let is_watching = self.stream.is_some() || self.is_waiting();
            let order = if is_watching {
                orders.recv_timeout(LOOK_INTERVAL)
            } else {
                orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match order {
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn is_waiting(&self) -> bool {
        self.pcm.is_some() && self.controls.is_playing()
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Load(pcm) => {
                self.let_go();
                self.pcm = Some(pcm);
            }
            Order::Play => self.open(),
            Order::Pause => self.set_fault(None),
            Order::Close => {
                self.let_go();
                self.pcm = None;
            }
        }
    }

    fn let_go(&mut self) {
        self.stream = None;
        self.set_fault(None);
    }

    fn open(&mut self) {
        if self.stream.is_some() {
            return;
        }
        let Some(pcm) = self.pcm.clone() else { return };
        let controls = Arc::clone(&self.controls);
        let make_voice = move |rate_hz: NonZero<u32>| {
            Voice::new(Arc::clone(&pcm), Arc::clone(&controls), rate_hz)
        };
        match self.output.open(&make_voice) {
            Ok(device) => {
                self.set_fault(None);
                self.stream = Some(Stream {
                    _device: device,
                    taken: self.controls.taken(),
                    last_taken: Instant::now(),
                    paused_since: None,
                });
            }
            Err(_) if self.fault.load(Ordering::Acquire) == 0 => {
                self.set_fault(Some(SoundFault::NoDevice));
            }
            // The fault that is shown already says more.
            Err(_) => {}
        }
    }

    /// Looks after the device: gone, idle, or not there yet.
    fn look(&mut self) {
        if self.controls.has_ended() {
            (self.wake)();
        }
        let is_playing = self.controls.is_playing();
        let taken = self.controls.taken();
        let Some(stream) = &mut self.stream else {
            return self.open();
        };
        if taken != stream.taken {
            stream.taken = taken;
            stream.last_taken = Instant::now();
        }
        if is_playing {
            stream.paused_since = None;
        } else {
            stream.paused_since.get_or_insert_with(Instant::now);
        }
        let is_idle = stream.paused_since.is_some_and(|since| since.elapsed() > PAUSE_LIMIT);
        let is_stalled = is_playing && stream.last_taken.elapsed() > STALL_LIMIT;
        if is_idle {
            self.stream = None;
        } else if is_stalled {
            self.stream = None;
            self.set_fault(Some(SoundFault::DeviceLost));
            self.open();
        }
    }

    fn set_fault(&mut self, fault: Option<SoundFault>) {
        let number = match fault {
            None => 0,
            Some(SoundFault::NoDevice) => 1,
            Some(SoundFault::DeviceLost) => 2,
        };
        if self.fault.swap(number, Ordering::AcqRel) != number {
            (self.wake)();
        }
    }
}

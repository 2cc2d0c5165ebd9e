//! Who looks after the device: opens it, watches it, waits for one, gives it back?

use std::any::Any;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::controls::{Controls, SoundFault};
use super::output::{Output, Voice};
use super::test_sound::test_sound;
use crate::audio::pcm::Pcm;
use crate::message::Wake;

/// How often an open device is looked at, and a missing one is looked for.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// A device that plays nothing for this long is said to be gone.
const STALL_LIMIT: Duration = Duration::from_millis(750);
/// A device that was just opened may hold silence in advance, which it plays first; what is not there
/// at all says so at once.
const START_LIMIT: Duration = Duration::from_millis(2500);
/// It may only hang, and then goes on by itself; after this long another one is tried.
const REOPEN_LIMIT: Duration = Duration::from_secs(3);
/// A chosen device that is missing is looked for this often while the default plays.
const SEARCH_INTERVAL: Duration = Duration::from_secs(2);
/// A test sound that is not over by now is heard by nobody.
const TEST_LIMIT: Duration = Duration::from_secs(3);
/// A device is kept open over a short pause, then given back.
const PAUSE_LIMIT: Duration = Duration::from_secs(5);

/// What the window tells the sound thread.
pub enum Order {
    /// Take this recording; what the one before was told does not count for it.
    Load(Arc<Pcm>, Arc<Controls>),
    /// Playing was asked for.
    Play,
    /// Holding was asked for.
    Pause,
    /// Another device is chosen, or none.
    Device(Option<String>),
    /// Let the device be heard.
    Test(Arc<Controls>),
    /// Let everything go.
    Close,
}

/// An open device and the evidence that it still plays.
struct Stream {
    _device: Box<dyn Any + Send>,
    paused_since: Option<Instant>,
    /// Something of it was heard.
    has_played: bool,
}

/// A test sound on its way.
struct Test {
    _device: Box<dyn Any + Send>,
    controls: Arc<Controls>,
    since: Instant,
}

/// The sound thread.
pub struct Sound {
    output: Arc<dyn Output>,
    wake: Wake,
    controls: Arc<Controls>,
    pcm: Option<Arc<Pcm>>,
    stream: Option<Stream>,
    test: Option<Test>,
    progress: u64,
    /// When the device that was chosen, and was not there, was last looked for.
    last_search: Instant,
    /// When the device was last seen to play, or opened, or asked to play.
    last_progress: Instant,
}

impl Sound {
    /// Opens no device before it is told to play.
    pub fn new(output: Arc<dyn Output>, wake: Wake, controls: Arc<Controls>) -> Self {
        Self {
            output,
            wake,
            controls,
            pcm: None,
            stream: None,
            test: None,
            progress: 0,
            last_search: Instant::now(),
            last_progress: Instant::now(),
        }
    }

    /// Obeys until nobody gives orders any more.
    pub fn run(&mut self, orders: &Receiver<Order>) {
        loop {
            let is_watching = self.stream.is_some() || self.test.is_some() || self.is_waiting();
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
            Order::Load(pcm, controls) => {
                self.let_go();
                self.progress = controls.progress();
                self.controls = controls;
                self.pcm = Some(pcm);
            }
            Order::Play => {
                self.test = None;
                self.last_progress = Instant::now();
                self.open();
            }
            Order::Pause => self.set_fault(None),
            Order::Device(name) => self.change_device(name),
            Order::Test(controls) => self.test(controls),
            Order::Close => {
                self.let_go();
                self.pcm = None;
            }
        }
    }

    fn let_go(&mut self) {
        self.stream = None;
        self.test = None;
        self.controls.set_levels([0.0; 2]);
        self.set_fault(None);
    }

    /// What plays fades out on the old device and goes on where it was on the new one.
    fn change_device(&mut self, name: Option<String>) {
        self.output.choose(name);
        self.test = None;
        if self.stream.is_some() {
            self.reopen();
        }
    }

    fn reopen(&mut self) {
        self.controls.set_hushed(true);
        self.stream = None;
        self.controls.set_hushed(false);
        if self.is_waiting() {
            self.open();
        }
    }

    fn test(&mut self, controls: Arc<Controls>) {
        if self.is_waiting() {
            return;
        }
        // A device that takes one program at a time would refuse a second stream.
        self.stream = None;
        self.test = None;
        let (pcm, of_voice) = (Arc::new(test_sound()), Arc::clone(&controls));
        let make_voice = move |rate_hz: NonZero<u32>| {
            Voice::new(Arc::clone(&pcm), Arc::clone(&of_voice), rate_hz)
        };
        match self.output.open(&make_voice) {
            Ok(device) => {
                self.set_fault(None);
                self.test = Some(Test { _device: device, controls, since: Instant::now() });
            }
            Err(_) => self.set_fault(Some(SoundFault::NoDevice)),
        }
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
        self.controls.forget_lost_device();
        match self.output.open(&make_voice) {
            // A fault stays shown until something is heard.
            Ok(device) => {
                self.stream =
                    Some(Stream { _device: device, paused_since: None, has_played: false })
            }
            // The fault that is shown already says more.
            Err(_) if self.controls.has_fault() || !self.controls.is_playing() => {}
            Err(_) => self.set_fault(Some(SoundFault::NoDevice)),
        }
        self.last_progress = Instant::now();
    }

    /// Looks after the device: gone, idle, or not there yet.
    fn look(&mut self) {
        let is_over = |test: &Test| test.controls.has_ended() || test.since.elapsed() > TEST_LIMIT;
        if self.test.as_ref().is_some_and(is_over) {
            self.test = None;
        }
        self.note_progress();
        let is_playing = self.controls.is_playing();
        let Some(stream) = &mut self.stream else {
            if is_playing {
                self.open();
            }
            return;
        };
        if is_playing {
            stream.paused_since = None;
        } else {
            stream.paused_since.get_or_insert_with(Instant::now);
        }
        let is_idle = stream.paused_since.is_some_and(|since| since.elapsed() > PAUSE_LIMIT);
        if is_idle {
            self.stream = None;
        } else if self.controls.is_device_lost() {
            self.replace();
        } else if is_playing {
            self.watch();
            self.look_for_choice();
        }
    }

    /// The device that was chosen may be there again.
    fn look_for_choice(&mut self) {
        if !self.output.is_elsewhere() || self.last_search.elapsed() < SEARCH_INTERVAL {
            return;
        }
        self.last_search = Instant::now();
        if self.output.is_choice_there() {
            self.reopen();
        }
    }

    fn note_progress(&mut self) {
        let progress = self.controls.progress();
        if progress != self.progress {
            self.progress = progress;
            self.last_progress = Instant::now();
            if let Some(stream) = &mut self.stream {
                stream.has_played = true;
                self.set_fault(None);
            }
        }
    }

    fn watch(&mut self) {
        let stalled_for = self.last_progress.elapsed();
        let has_played = self.stream.as_ref().is_some_and(|stream| stream.has_played);
        if stalled_for > if has_played { STALL_LIMIT } else { START_LIMIT } {
            self.controls.set_levels([0.0; 2]);
            self.set_fault(Some(SoundFault::DeviceLost));
        }
        if stalled_for > REOPEN_LIMIT {
            self.replace();
        }
    }

    /// A device that comes back at once is no fault that anybody need read of.
    fn replace(&mut self) {
        self.stream = None;
        if !self.is_waiting() {
            return;
        }
        self.open();
        if self.stream.is_none() {
            self.set_fault(Some(SoundFault::DeviceLost));
        }
    }

    fn set_fault(&mut self, fault: Option<SoundFault>) {
        if self.controls.set_fault(fault) {
            (self.wake)();
        }
    }
}

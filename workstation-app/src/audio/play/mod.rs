//! Who decides when sound runs: play, pause, jump, and what happens without a device.

mod band;
mod change;
mod choice;
mod colour;
mod controls;
mod feed;
pub mod hearing;
mod meter;
pub mod output;
mod passage;
mod past;
mod pull;
#[cfg(target_os = "linux")]
mod pulse;
mod route;
mod sound;
mod spans;
mod stretch;
mod test_sound;
mod timeline;
mod voice;
mod wish;

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

pub use self::controls::SoundFault;
use self::controls::{Bell, Controls};
use self::hearing::Hearing;
use self::output::Output;
use self::sound::{Order, Sound};
use self::wish::Wish;
use crate::audio::pcm::Pcm;
use crate::audio::treatment::Treatment;
use crate::message::Wake;

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
    /// The peak of what sounds now on each ear, 0 to 1.
    pub levels: [f32; 2],
    /// The device that was chosen is not there: the system's default plays in its place.
    pub is_elsewhere: bool,
}

/// The window's handle on the sound thread.
pub struct Player {
    orders: Option<Sender<Order>>,
    controls: Arc<Controls>,
    output: Arc<dyn Output>,
    wake: Wake,
    give_up: Bell,
    pcm: Option<Arc<Pcm>>,
    hearing: Hearing,
    treatment: Arc<Treatment>,
    /// What the test sound tells of itself.
    test: Option<Arc<Controls>>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    /// Starts the sound thread; no device is opened before the first [`play`](Self::play).
    pub fn new(output: Box<dyn Output>, wake: Wake) -> Self {
        let (orders, received) = channel();
        let controls = Arc::new(Controls::default());
        let give_up = output.give_up();
        let output: Arc<dyn Output> = Arc::from(output);
        let mut sound = Sound::new(Arc::clone(&output), Arc::clone(&wake), Arc::clone(&controls));
        let thread = std::thread::Builder::new()
            .name("sound".to_owned())
            .spawn(move || sound.run(&received))
            .ok();
        Self {
            orders: Some(orders),
            controls,
            output,
            wake,
            give_up,
            pcm: None,
            hearing: Hearing::default(),
            treatment: Arc::default(),
            test: None,
            thread,
        }
    }

    /// Takes a recording, at its beginning and silent.
    pub fn load(&mut self, pcm: Arc<Pcm>) {
        self.forget();
        self.wish();
        self.pcm = Some(Arc::clone(&pcm));
        self.order(Order::Load(pcm, Arc::clone(&self.controls)));
    }

    /// Plays from where it stands, from the beginning if it stands at the end.
    pub fn play(&mut self) {
        let Some(pcm) = &self.pcm else { return };
        let is_at_end = pcm.is_complete() && self.controls.position() >= pcm.frame_count();
        if self.controls.has_ended() || is_at_end {
            self.controls.seek(0);
        }
        self.test = None;
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

    /// Says how recordings are to sound from now on, this one and those to come.
    pub fn set_hearing(&mut self, hearing: Hearing) {
        self.hearing = hearing;
        self.wish();
    }

    /// Takes what is known of the loaded recording. It may come again as more becomes known.
    pub fn treat(&mut self, treatment: Arc<Treatment>) {
        self.treatment = treatment;
        self.wish();
    }

    /// Plays through the device of this name from now on; none follows the system's default.
    pub fn set_device(&mut self, name: Option<String>) {
        self.order(Order::Device(name));
    }

    /// Finds out the names of the devices, on a thread of its own, and hands them to `answer`.
    pub fn devices(&self, answer: impl FnOnce(Result<Vec<String>, String>) + Send + 'static) {
        let output = Arc::clone(&self.output);
        let ask = move || answer(output.devices());
        // Without a thread there is no answer: the list stays as it was.
        let _ = std::thread::Builder::new().name("devices".to_owned()).spawn(ask);
    }

    /// Plays two soft notes through the device, unless a recording plays.
    pub fn test_sound(&mut self) {
        if self.controls.is_playing() {
            return;
        }
        let controls = Arc::new(Controls::default());
        controls.set_volume(self.controls.volume());
        controls.set_playing(true);
        self.test = Some(Arc::clone(&controls));
        self.order(Order::Test(controls));
    }

    /// Forgets the recording and gives the device back.
    pub fn close(&mut self) {
        self.forget();
        self.order(Order::Close);
    }

    /// What silences it from any thread, whatever the window is busy with. It must be gone before the
    /// player is.
    pub fn silencer(&self) -> impl Fn() + Send + Sync + use<> {
        let orders = self.orders.clone();
        move || {
            if let Some(orders) = &orders {
                // The thread lives as long as the player.
                let _ = orders.send(Order::Close);
            }
        }
    }

    /// What can be heard now.
    pub fn playback(&self) -> Playback {
        let around = Playback {
            fault: self.controls.fault(),
            levels: self.test.as_ref().unwrap_or(&self.controls).levels(),
            is_elsewhere: self.output.is_elsewhere(),
            ..Playback::default()
        };
        let Some(pcm) = &self.pcm else { return around };
        Playback {
            position: pcm.time_of(self.controls.position().min(pcm.frame_count())),
            is_playing: self.controls.is_playing(),
            has_ended: self.controls.has_ended(),
            ..around
        }
    }

    fn wish(&self) {
        let wish = Wish::of(&self.hearing, &self.treatment);
        if !wish.sounds_like(&self.controls.wish()) {
            self.controls.set_wish(wish);
        }
    }

    /// What plays fades out, and knows nothing of what is asked for from now on.
    fn forget(&mut self) {
        self.controls.set_playing(false);
        let next = Controls::default();
        next.set_volume(self.controls.volume());
        next.on_rest(Arc::clone(&self.wake));
        self.controls = Arc::new(next);
        self.pcm = None;
        self.treatment = Arc::default();
        self.test = None;
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
        // A device that is being waited for must not hold the window.
        (self.give_up)();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

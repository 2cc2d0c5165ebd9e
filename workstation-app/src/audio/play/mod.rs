//! Who decides when sound runs: play, pause, jump, and what happens without a device.

mod controls;
mod feed;
pub mod hearing;
pub mod output;
mod past;
#[cfg(target_os = "linux")]
mod pulse;
mod sound;
mod timeline;
mod voice;

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

pub use self::controls::SoundFault;
use self::controls::{Bell, Controls};
use self::output::Output;
use self::sound::{Order, Sound};
use crate::audio::pcm::Pcm;
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
}

/// The window's handle on the sound thread.
pub struct Player {
    orders: Option<Sender<Order>>,
    controls: Arc<Controls>,
    wake: Wake,
    give_up: Bell,
    pcm: Option<Arc<Pcm>>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    /// Starts the sound thread; no device is opened before the first [`play`](Self::play).
    pub fn new(output: Box<dyn Output>, wake: Wake) -> Self {
        let (orders, received) = channel();
        let controls = Arc::new(Controls::default());
        let give_up = output.give_up();
        let mut sound = Sound::new(output, Arc::clone(&wake), Arc::clone(&controls));
        let thread = std::thread::Builder::new()
            .name("sound".to_owned())
            .spawn(move || sound.run(&received))
            .ok();
        Self { orders: Some(orders), controls, wake, give_up, pcm: None, thread }
    }

    /// Takes a recording, at its beginning and silent.
    pub fn load(&mut self, pcm: Arc<Pcm>) {
        self.forget();
        self.pcm = Some(Arc::clone(&pcm));
        self.order(Order::Load(pcm, Arc::clone(&self.controls)));
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
        let Some(pcm) = &self.pcm else { return Playback::default() };
        Playback {
            position: pcm.time_of(self.controls.position().min(pcm.frame_count())),
            is_playing: self.controls.is_playing(),
            has_ended: self.controls.has_ended(),
            fault: self.controls.fault(),
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

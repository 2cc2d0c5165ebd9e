//! How do samples leave the program: which device plays them?

use std::any::Any;
use std::num::NonZero;
use std::sync::{Arc, OnceLock};

use rodio::cpal::traits::{DeviceTrait, HostTrait};
use rodio::cpal::{BufferSize, Device, ErrorKind, default_host};
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink};

use super::choice::{Choice, told_apart};
use super::controls::{Bell, Controls};
#[cfg(target_os = "linux")]
use super::pulse::SoundServer;
pub use super::voice::Voice;
use crate::audio::resample::RateError;

/// How much a device that pulls asks for at a time, 43 ms at 48 kHz: with 21 ms, five gaps a minute
/// were heard on two busy cores. It holds two of these.
const PERIOD_FRAMES: u32 = 2048;
const PERIODS: u64 = 2;

/// Builds a [`Voice`] for a device's rate.
pub type MakeVoice<'a> = &'a dyn Fn(NonZero<u32>) -> Result<Voice, RateError>;

/// Something that can play: the real device, or a stand-in in tests.
pub trait Output: Send + Sync {
    /// Opens it and plays the voice until the returned value is dropped; an error in words.
    fn open(&self, make_voice: MakeVoice<'_>) -> Result<Box<dyn Any + Send>, String>;

    /// The names of the devices there are. It may take seconds.
    fn devices(&self) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    /// Plays through the device of this name from the next [`open`](Self::open) on; none follows
    /// the system's default.
    fn choose(&self, _name: Option<String>) {}

    /// Whether the device that was chosen was not there, so that the default plays.
    fn is_elsewhere(&self) -> bool {
        false
    }

    /// Whether the device that was chosen is there now.
    fn is_choice_there(&self) -> bool {
        false
    }

    /// Ends a wait in [`open`](Self::open) from another thread, this one and all to come.
    fn give_up(&self) -> Bell {
        Arc::new(|| {})
    }
}

/// The computer's default output, or the one that was chosen. On Linux that is the desktop's sound server; ALSA, and the
/// other systems' own sound, are reached through rodio.
#[derive(Default)]
pub struct DefaultDevice {
    choice: Arc<Choice>,
    #[cfg(target_os = "linux")]
    server: SoundServer,
}

#[cfg(target_os = "linux")]
impl DefaultDevice {
    /// Plays through the sound server behind a socket.
    pub fn at(socket: std::path::PathBuf) -> Self {
        Self { choice: Arc::default(), server: SoundServer::at(socket) }
    }
}

impl Output for DefaultDevice {
    fn open(&self, make_voice: MakeVoice<'_>) -> Result<Box<dyn Any + Send>, String> {
        #[cfg(target_os = "linux")]
        if self.server.is_expected() {
            return self.server.open(&self.choice, make_voice);
        }
        #[cfg(target_os = "linux")]
        if !has_sound_card() {
            return Err("no sound card".to_owned());
        }
        open_device(&self.choice, make_voice)
    }

    fn devices(&self) -> Result<Vec<String>, String> {
        #[cfg(target_os = "linux")]
        if self.server.is_expected() {
            return self.server.devices();
        }
        #[cfg(target_os = "linux")]
        if !has_sound_card() {
            return Ok(Vec::new());
        }
        Ok(named_devices()?.into_iter().map(|(name, _)| name).collect())
    }

    fn choose(&self, name: Option<String>) {
        self.choice.set(name);
    }

    fn is_elsewhere(&self) -> bool {
        self.choice.is_elsewhere()
    }

    fn is_choice_there(&self) -> bool {
        let is_chosen = |name: String| self.devices().is_ok_and(|names| names.contains(&name));
        self.choice.name().is_some_and(is_chosen)
    }

    #[cfg(target_os = "linux")]
    fn give_up(&self) -> Bell {
        self.server.give_up()
    }
}

/// ALSA complains on the standard error of every program that asks it in vain.
#[cfg(target_os = "linux")]
fn has_sound_card() -> bool {
    let Ok(devices) = std::fs::read_dir("/dev/snd") else { return false };
    let plays = |name: &str| name.starts_with("pcm") && name.ends_with('p');
    devices.flatten().any(|device| device.file_name().to_str().is_some_and(plays))
}

fn named_devices() -> Result<Vec<(String, Device)>, String> {
    let devices = default_host().output_devices().map_err(|error| error.to_string())?;
    let named = devices.filter_map(|device| {
        let name = device.description().ok()?.name().to_owned();
        Some((name, device))
    });
    Ok(told_apart(named.collect()))
}

fn chosen_device(choice: &Choice) -> Option<Device> {
    let wanted = choice.name()?;
    let devices = named_devices().unwrap_or_default();
    devices.into_iter().find(|(name, _)| *name == wanted).map(|(_, device)| device)
}

fn open_device(choice: &Choice, make_voice: MakeVoice<'_>) -> Result<Box<dyn Any + Send>, String> {
    let loss = Loss::default();
    let device = chosen_device(choice);
    choice.found(device.is_some());
    let mut sink = open_sink(device.clone(), BufferSize::Fixed(PERIOD_FRAMES), &loss)
        .or_else(|_| open_sink(device, BufferSize::Default, &loss))
        .map_err(|error| error.to_string())?;
    sink.log_on_drop(false);
    let mut voice = make_voice(sink.config().sample_rate()).map_err(|error| error.to_string())?;
    voice.played_later_by(PERIODS * u64::from(PERIOD_FRAMES));
    let _ = loss.set(Arc::clone(voice.controls()));
    sink.mixer().add(voice);
    Ok(Box::new(sink))
}

/// Whom to tell that the device is gone: known only once the device's rate is.
type Loss = Arc<OnceLock<Arc<Controls>>>;

fn open_sink(
    device: Option<Device>,
    buffer_size: BufferSize,
    loss: &Loss,
) -> Result<MixerDeviceSink, DeviceSinkError> {
    let loss = Arc::clone(loss);
    let builder = match device {
        Some(device) => DeviceSinkBuilder::from_device(device),
        None => DeviceSinkBuilder::from_default_device(),
    };
    builder?
        .with_buffer_size(buffer_size)
        .with_error_callback(move |error| {
            // Others are not acted on: false ones are common. The player watches for progress.
            let is_gone = matches!(
                error.kind(),
                ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated
            );
            if is_gone && let Some(controls) = loss.get() {
                controls.device_lost();
            }
        })
        .open_stream()
}

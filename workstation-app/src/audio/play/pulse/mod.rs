//! Where is the sound server of this desktop, PulseAudio or PipeWire, and how is it played through?
//!
//! cpal speaks to these servers, too, but its wait for a hung one has no end, a pause or a jump is
//! heard only after all that was sent, and it does not follow the person to another device.

mod connection;
mod format;
mod opening;
mod signal;
mod stream;

use std::any::Any;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use connection::{Connection, LinkError};
use opening::{greet, named_devices};
use signal::Signal;
use stream::Stream;

use super::choice::Choice;
use super::controls::{Bell, Controls};
use super::output::MakeVoice;

/// The desktop's sound server.
#[derive(Default)]
pub struct SoundServer {
    socket: Option<PathBuf>,
    was_met: AtomicBool,
    waiting: Arc<Waiting>,
}

/// Whoever opens a stream now, and whether nobody wants one any more.
#[derive(Default)]
struct Waiting {
    is_given_up: AtomicBool,
    signal: Mutex<Option<Signal>>,
}

impl Waiting {
    fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Release);
        if let Some(signal) = &*self.signal.lock().unwrap_or_else(PoisonError::into_inner) {
            signal.leave();
        }
    }

    fn begin(&self) -> Result<Signal, LinkError> {
        let signal = Signal::new()?;
        let mut waiting = self.signal.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_given_up.load(Ordering::Acquire) {
            return Err(LinkError::GivenUp);
        }
        *waiting = Some(signal.clone());
        Ok(signal)
    }

    fn end(&self) {
        *self.signal.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl SoundServer {
    /// The server behind a socket.
    pub fn at(socket: PathBuf) -> Self {
        Self { socket: Some(socket), ..Self::default() }
    }

    /// Whether sound belongs to a server here, even while it does not answer: to take the device
    /// itself then would keep the server from coming back.
    pub fn is_expected(&self) -> bool {
        self.was_met.load(Ordering::Acquire)
            || self.socket.is_some()
            || std::env::var_os("PULSE_SERVER").is_some()
            || sockets_of_desktop().any(|socket| socket.exists())
    }

    fn connect(&self, signal: &Signal) -> Result<Connection, LinkError> {
        let path = self.socket.clone().or_else(socket_from_environment);
        let path = path.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))?;
        let mut connection = Connection::open(&path, signal.clone())?;
        greet(&mut connection)?;
        Ok(connection)
    }

    fn begin(
        &self,
        signal: &Signal,
        choice: &Arc<Choice>,
        make_voice: MakeVoice<'_>,
    ) -> Result<Stream, LinkError> {
        let stream = Stream::begin(self.connect(signal)?, Arc::clone(choice), make_voice)?;
        self.was_met.store(true, Ordering::Release);
        Ok(stream)
    }

    /// The names of its devices.
    pub fn devices(&self) -> Result<Vec<String>, String> {
        let names = || -> Result<Vec<String>, LinkError> {
            let mut connection = self.connect(&Signal::new()?)?;
            Ok(named_devices(&mut connection)?.into_iter().map(|(name, _)| name).collect())
        };
        names().map_err(|error| error.to_string())
    }

    /// Plays the voice until the returned value is dropped; an error in words.
    pub fn open(
        &self,
        choice: &Arc<Choice>,
        make_voice: MakeVoice<'_>,
    ) -> Result<Box<dyn Any + Send>, String> {
        let signal = self.waiting.begin().map_err(|error| error.to_string())?;
        let stream = self.begin(&signal, choice, make_voice);
        self.waiting.end();
        let stream = stream.map_err(|error| error.to_string())?;
        Ok(Box::new(Playing::start(stream, signal)?))
    }

    /// Ends a wait in [`open`](Self::open) from another thread, this one and all to come.
    pub fn give_up(&self) -> Bell {
        let waiting = Arc::clone(&self.waiting);
        Arc::new(move || waiting.give_up())
    }
}

/// A stream that plays on its own thread until this is dropped.
struct Playing {
    signal: Signal,
    controls: Arc<Controls>,
    thread: Option<JoinHandle<()>>,
}

impl Playing {
    fn start(mut stream: Stream, signal: Signal) -> Result<Self, String> {
        let controls = Arc::clone(stream.voice().controls());
        let bell = signal.clone();
        controls.set_device_bell(Some(Arc::new(move || bell.ring())));
        let thread = std::thread::Builder::new()
            .name("device".to_owned())
            .spawn(move || stream.run())
            .map_err(|error| error.to_string())?;
        Ok(Self { signal, controls, thread: Some(thread) })
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.controls.set_device_bell(None);
        self.signal.leave();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The socket that `PULSE_SERVER` names, or where servers put it.
fn socket_from_environment() -> Option<PathBuf> {
    match std::env::var("PULSE_SERVER") {
        Ok(server) => {
            let path = server.strip_prefix("unix:").unwrap_or(&server);
            path.starts_with('/').then(|| PathBuf::from(path))
        }
        Err(_) => sockets_of_desktop().find(|socket| socket.exists()),
    }
}

fn sockets_of_desktop() -> impl Iterator<Item = PathBuf> {
    let named = |name: &str, below: &str| Some(PathBuf::from(std::env::var_os(name)?).join(below));
    named("PULSE_RUNTIME_PATH", "native")
        .into_iter()
        .chain(named("XDG_RUNTIME_DIR", "pulse/native"))
}

//! A work thread with nobody before it but a test, and long recordings.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use shared::secret::Passphrase;
use support::failure::Context;
use support::gnupg::GnupgHome;
use support::process::{output_of, output_with_input, tool};
use support::{Outcome, ensure, fail, sealing};
use workstation_app::keys;
use workstation_app::keys::store::KeyStore;
use workstation_app::link::login::Logins;
use workstation_app::locking::Habits;
use workstation_app::message::{Command, Event, Generation, Recording};
use workstation_app::unlocking::KeysInUse;
use workstation_app::worker::Worker;

const WAIT: Duration = Duration::from_secs(20);
/// Opens the key of the fixtures.
const PASSPHRASE: &str = "correct horse";

/// A work thread that holds a key.
pub struct Desk {
    pub folder: tempfile::TempDir,
    pub keys: KeysInUse,
    pub selected: Arc<AtomicU64>,
    commands: Option<SyncSender<Command>>,
    events: Receiver<Event>,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    pub fn new() -> Outcome<Desk> {
        let folder = tempfile::tempdir()?;
        let key = sealing::certificate_path().with_file_name("cv25519.secret.pgp");
        let store = KeyStore::in_folder(folder.path());
        keys::import(&store, &std::fs::read(key)?)?;
        let (event_sender, events) = sync_channel(64);
        let (commands, received) = sync_channel(16);
        let (unlocking, selected) = (KeysInUse::default(), Arc::new(AtomicU64::new(0)));
        let worker = Worker {
            store,
            events: event_sender,
            wake: Arc::new(|| {}),
            selected: Arc::clone(&selected),
            logins: Logins::default(),
            unlocking: unlocking.clone(),
            is_keychain_emptied: false,
            to_keep: Vec::new(),
        };
        let thread = thread::spawn(move || worker.run(&received));
        let (commands, thread) = (Some(commands), Some(thread));
        Ok(Desk { folder, keys: unlocking, selected, commands, events, thread })
    }

    /// A recording, sealed for its key.
    pub fn sealed(&self, name: &str, plain: &[u8]) -> Outcome<PathBuf> {
        let home = GnupgHome::new()?;
        home.import(&std::fs::read(sealing::certificate_path())?)?;
        let path = self.folder.path().join(name);
        let mut gpg = home.gpg()?;
        gpg.args(["--recipient", "cv25519@field.example", "--output"]).arg(&path).arg("--encrypt");
        output_with_input(&mut gpg, plain)?;
        Ok(path)
    }

    pub fn send(&self, command: Command) -> Outcome {
        let Some(commands) = &self.commands else { fail!("the work thread is gone") };
        Ok(commands.send(command)?)
    }

    pub fn keep_unlocked(&self) -> Outcome {
        let keep_for = Duration::from_secs(600);
        self.send(Command::Habits(Habits { keep_for, uses_keychain: false }))
    }

    /// Selects a recording and waits until it is known what it is.
    pub fn open(&self, generation: Generation, path: &Path) -> Outcome {
        self.selected.store(generation, Ordering::Release);
        self.send(Command::Open { generation, source: path.to_owned().into() })?;
        self.until("it is located", |it| matches!(it, Event::Located { .. }).then_some(()))
    }

    pub fn unlock(&self, generation: Generation, is_typed: bool) -> Outcome {
        let passphrase = Passphrase::new(PASSPHRASE.as_bytes().to_vec().into());
        self.send(Command::Unlock { generation, passphrase: is_typed.then_some(passphrase) })
    }

    /// The next event.
    pub fn next(&self) -> Outcome<Event> {
        self.events.recv_timeout(WAIT).context("an answer of the work thread")
    }

    /// What comes within this time, if anything does.
    pub fn within(&self, time: Duration) -> Option<Event> {
        self.events.recv_timeout(time).ok()
    }

    /// The first event that is wanted; a failure before it is one.
    pub fn until<T>(&self, what: &str, wanted: impl Fn(&Event) -> Option<T>) -> Outcome<T> {
        loop {
            let event = self.next()?;
            if let Some(found) = wanted(&event) {
                return Ok(found);
            }
            ensure!(!matches!(event, Event::Failed { .. }), "instead of {what}: {event:?}");
        }
    }

    pub fn until_ready(&self) -> Outcome<Recording> {
        self.until("it is ready", |event| match event {
            Event::Ready { recording, .. } => Some(recording.clone()),
            _ => None,
        })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.selected.store(u64::MAX, Ordering::Release);
        self.commands = None;
        while self.events.recv().is_ok() {}
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// So many minutes of noise as an MP3 file, made by sox and lame: one minute and a little, again and
/// again, since no frame of such a file says how many there are.
pub fn long_mp3(minutes: usize, rate_hz: u32) -> Outcome<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let (wav, mp3) = (folder.path().join("a.wav"), folder.path().join("a.mp3"));
    let sound = ["synth", "60", "brownnoise", "vol", "0.3"];
    let rate_hz = rate_hz.to_string();
    output_of(tool("sox")?.args(["-n", "-r", &rate_hz, "-b", "16"]).arg(&wav).args(sound))?;
    output_of(tool("lame")?.args(["-b", "16", "-m", "m", "-t", "--silent"]).arg(&wav).arg(&mp3))?;
    Ok(std::fs::read(&mp3)?.repeat(minutes))
}

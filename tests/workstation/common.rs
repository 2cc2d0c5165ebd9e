//! What do the workstation's tests have in common: fixtures, a sound device that is none, tools.

#![expect(dead_code, reason = "every test file uses its own part of this")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::any::Any;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use workstation_app::app::App;
use workstation_app::audio::play::output::{MakeVoice, Output};
use workstation_app::keys;
use workstation_app::keys::store::KeyStore;
use workstation_app::open::source::Source;

/// Opens every key and every passphrase-only message of the fixtures.
pub const PASSPHRASE: &str = "correct horse";

/// A file of `tests/fixtures/openpgp`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp").join(name)
}

/// A data folder that holds the named secret keys.
pub fn data_folder_with(key_files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = KeyStore::in_folder(folder.path());
    for name in key_files {
        let octets = std::fs::read(fixture("keys").join(name)).expect("a key of the fixtures");
        keys::import(&store, &octets).expect("a key that can be imported");
    }
    folder
}

/// Copies a message under the name that a dialer gives to a recording.
pub fn recording_named(folder: &Path, name: &str, message: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::copy(fixture("messages").join(message), &path).expect("a message of the fixtures");
    path
}

/// Files as the window takes them.
pub fn sources(files: Vec<PathBuf>) -> Vec<Source> {
    files.into_iter().map(Source::File).collect()
}

/// Seals octets with [`PASSPHRASE`] alone, as gpg does.
pub fn sealed_by_passphrase(folder: &Path, name: &str, octets: &[u8]) -> PathBuf {
    let (plain, sealed, home) = (folder.join("plain"), folder.join(name), folder.join("gnupg"));
    std::fs::write(&plain, octets).expect("a temporary file");
    std::fs::create_dir_all(&home).expect("a temporary folder");
    let text = |path: &Path| path.to_str().expect("a name in UTF-8").to_owned();
    let (plain, output, home) = (text(&plain), text(&sealed), text(&home));
    let base = ["--homedir", &home, "--batch", "--quiet", "--pinentry-mode", "loopback"];
    let seal = ["--passphrase", PASSPHRASE, "--output", &output, "--symmetric", &plain];
    run("gpg", &[base.as_slice(), &seal].concat());
    run("gpgconf", &["--homedir", &home, "--kill", "gpg-agent"]);
    sealed
}

/// Runs a program that must succeed, with the name of what is missing if it does not.
pub fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program} must be installed: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
}

/// A device that takes samples as a real one does and keeps them for the test.
#[derive(Clone)]
pub struct TestDevice {
    /// Everything it was given.
    pub heard: Arc<Mutex<Vec<f32>>>,
    /// Refuses to open while false.
    pub is_there: Arc<AtomicBool>,
    /// Takes samples while true; a killed sound server is a device that takes none.
    pub is_alive: Arc<AtomicBool>,
}

impl TestDevice {
    /// A device that is there and works.
    pub fn new() -> Self {
        Self {
            heard: Arc::default(),
            is_there: Arc::new(AtomicBool::new(true)),
            is_alive: Arc::new(AtomicBool::new(true)),
        }
    }
}

/// The rate of [`TestDevice`].
pub const DEVICE_RATE_HZ: u32 = 48_000;

struct OpenDevice {
    is_open: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for OpenDevice {
    fn drop(&mut self) {
        self.is_open.store(false, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the device's thread");
        }
    }
}

impl Output for TestDevice {
    fn open(&self, make_voice: MakeVoice<'_>) -> Result<Box<dyn Any + Send>, String> {
        if !self.is_there.load(Ordering::Acquire) {
            return Err("no device".to_owned());
        }
        let rate = NonZero::new(DEVICE_RATE_HZ).expect("a rate");
        let mut voice = make_voice(rate).map_err(|error| error.to_string())?;
        let is_open = Arc::new(AtomicBool::new(true));
        let (open, alive, heard) =
            (Arc::clone(&is_open), Arc::clone(&self.is_alive), Arc::clone(&self.heard));
        let thread = std::thread::spawn(move || {
            while open.load(Ordering::Acquire) {
                // Ten milliseconds at a time, ten times as fast as a real one.
                if alive.load(Ordering::Acquire) {
                    let samples: Vec<f32> =
                        voice.by_ref().take(DEVICE_RATE_HZ as usize / 100).collect();
                    heard.lock().expect("no test panicked").extend(samples);
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        Ok(Box::new(OpenDevice { is_open, thread: Some(thread) }))
    }

    fn devices(&self) -> Result<Vec<String>, String> {
        Ok(["Headset", "Speakers"].map(str::to_owned).to_vec())
    }
}

/// Waits until `condition` holds, at most ten seconds.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it never happened: {what}");
}

/// A file as the desktop hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the app reads files on its worker".to_owned())
    }
}

/// Drops a file on the window.
pub fn drop_file(harness: &mut egui_kittest::Harness<'_, App>, path: PathBuf) {
    harness.input_mut().dropped_files.push(Arc::new(Dropped(path)));
    harness.step();
}

//! The service in the background, and what systemd would hear of it.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use crate::common::{Dialer, encryptor};
use crate::site::Site;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use support::process::{Background, wait_for};
use support::speech::Format;
use support::{Failure, Outcome, ensure};

/// What anything may take before a test gives up.
pub const WAIT: Duration = Duration::from_secs(60);

/// The service over a dialer, ended with its owner.
pub struct Watcher {
    pub process: Background,
    heard: Arc<Mutex<Vec<String>>>,
    stderr: PathBuf,
}

impl Watcher {
    /// Over a dialer without its database.
    pub fn of(dialer: &Dialer, more: &[&str]) -> Outcome<Watcher> {
        let run = dialer.spool.command(encryptor(), Format::Mp3);
        Watcher::start(dialer, &mut watching(&dialer.for_listener(run), more))
    }

    /// Over a dialer and the rows of its site.
    pub fn at(site: &Site, more: &[&str]) -> Outcome<Watcher> {
        Watcher::start(&site.dialer, &mut watching(&site.command(), more))
    }

    /// Starts it and waits until it watches.
    pub fn start(dialer: &Dialer, command: &mut Command) -> Outcome<Watcher> {
        Watcher::begin(dialer, command.env_remove("JOURNAL_STREAM"))
    }

    /// The same, where systemd has led standard error into this stream of the journal.
    pub fn start_in(dialer: &Dialer, command: &mut Command, stream: &str) -> Outcome<Watcher> {
        Watcher::begin(dialer, command.env("JOURNAL_STREAM", stream))
    }

    fn begin(dialer: &Dialer, command: &mut Command) -> Outcome<Watcher> {
        let folder = dialer.spool.path();
        let (socket, stderr) = (folder.join("notify"), folder.join("watch.stderr"));
        let systemd = UnixDatagram::bind(&socket)?;
        fs::set_permissions(&socket, std::os::unix::fs::PermissionsExt::from_mode(0o777))?;
        command.env("NOTIFY_SOCKET", &socket);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&stderr)?);
        let process = Background::start(command)?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&heard);
        // A socket that nobody reads keeps its writer waiting.
        thread::spawn(move || listen(&systemd, &into));
        let mut watcher = Watcher { process, heard, stderr };
        watcher.wait_to_hear("READY=1")?;
        Ok(watcher)
    }

    /// What it said on standard error.
    pub fn said(&self) -> Outcome<String> {
        Ok(fs::read_to_string(&self.stderr)?)
    }

    /// Whether systemd has heard something that begins so.
    pub fn has_told(&self, word: &str) -> bool {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().any(|it| it.starts_with(word))
    }

    /// Waits until systemd has heard this.
    pub fn wait_to_hear(&mut self, word: &str) -> Outcome {
        let result = wait_for(word, WAIT, || {
            self.process.still_running()?;
            Ok(self.has_told(word).then_some(()))
        });
        result
            .map_err(|error| Failure::new(format!("{error}: {}", self.said().unwrap_or_default())))
    }

    /// The same of a service that has ended.
    fn wait_to_have_told(&self, word: &str) -> Outcome {
        wait_for(word, WAIT, || Ok(self.has_told(word).then_some(())))
    }

    /// Forgets what was heard.
    pub fn forget(&self) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Waits until so many sealed files stand in `GPG`, and no recording in the inbox.
    pub fn wait_for_sealed(&mut self, dialer: &Dialer, count: usize) -> Outcome {
        let result = wait_for(&format!("{count} sealed"), WAIT, || {
            self.process.still_running()?;
            let is_done =
                dialer.waiting()?.is_empty() && dialer.spool.sealed_names()?.len() == count;
            Ok(is_done.then_some(()))
        });
        result
            .map_err(|error| Failure::new(format!("{error}: {}", self.said().unwrap_or_default())))
    }

    /// Asks it to stop, and fails unless it does so as a service should.
    pub fn stop(&mut self) -> Outcome {
        self.process.signal("TERM")?;
        let status = self.process.wait(WAIT)?;
        ensure!(status.code() == Some(0), "it ended with {status}: {}", self.said()?);
        self.wait_to_have_told("STOPPING=1")
    }
}

fn listen(systemd: &UnixDatagram, into: &Mutex<Vec<String>>) {
    let mut room = [0; 4096];
    while let Ok(count) = systemd.recv(&mut room) {
        let text = String::from_utf8_lossy(room.get(..count).unwrap_or_default());
        let mut heard = into.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extend(text.lines().map(str::to_owned));
    }
}

/// The same flags behind the command `watch`.
pub fn watching(run: &Command, more: &[&str]) -> Command {
    watching_by(Path::new(run.get_program()), run, more)
}

/// The same by another program file.
pub fn watching_by(program: &Path, run: &Command, more: &[&str]) -> Command {
    let mut command = Command::new(program);
    let flags = run.get_args().filter(|flag| *flag != "--json");
    command.arg("watch").args(flags).args(more);
    for (key, value) in run.get_envs() {
        if let Some(value) = value {
            command.env(key, value);
        }
    }
    command
}

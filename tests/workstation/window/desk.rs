//! Who sits before a screen with a window manager, and starts the program as a desktop does?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::desktop::Desktop;
use support::front::Front;
use support::process::{Background, wait_for};
use support::screen::Screen;
use support::sound::SoundServer;
use support::{Outcome, ensure};
use tempfile::TempDir;

use crate::common::{data_folder_with, recording_named};

/// The name of the first call, and of the second.
pub const FIRST: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
/// See [`FIRST`].
pub const SECOND: &str = "20260102-101500_5559876543_SALES_agent02-all.mp3.pgp";

const APP_ID: &str = "callseal";
const WAIT: Duration = Duration::from_secs(30);
/// A start that hands over does not make anybody wait.
const HAND_OVER_LIMIT: Duration = Duration::from_secs(5);

/// A person at a screen.
pub struct Desk {
    pub data: TempDir,
    pub desktop: Desktop,
    pub screen: Screen,
    pub sound: SoundServer,
    _manager: Background,
}

impl Desk {
    pub fn new() -> Outcome<Desk> {
        let data = data_folder_with(&["cv25519.secret.pgp"]);
        let (desktop, screen, sound) =
            (Desktop::new()?, Screen::new(1280, 800)?, SoundServer::new()?);
        let manager = desktop.manage(&screen)?;
        Ok(Desk { data, desktop, screen, sound, _manager: manager })
    }

    pub fn recording(&self, name: &str) -> PathBuf {
        recording_named(&self.desktop.home(), name, "gpg22-cv25519.pgp")
    }

    pub fn start(&self, data: &Path, recording: &Path) -> Outcome<Background> {
        Background::start(self.command(data, &self.screen).arg(recording))
    }

    /// The program of this person, on this screen or another one.
    pub fn command(&self, data: &Path, screen: &Screen) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workstation-app"));
        self.sound.play_through(&mut command);
        self.desktop.dress(&mut command);
        screen.show(&mut command);
        command.arg("--data-dir").arg(data);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub fn open(&self, name: &str) -> Outcome<Background> {
        self.start(self.data.path(), &self.recording(name))
    }

    /// Starts it again, which must end at once.
    pub fn hand_over(&self, name: &str) -> Outcome {
        ensure!(self.open(name)?.wait(HAND_OVER_LIMIT)?.success(), "{name} was not handed over");
        Ok(())
    }

    pub fn front(&self, title: &str) -> Outcome<Front> {
        Front::wait_for(&self.screen, APP_ID, title)
    }

    /// Where other starts knock.
    pub fn socket(&self) -> Outcome<PathBuf> {
        wait_for("the socket", WAIT, || {
            let entries = fs::read_dir(self.desktop.path("runtime"))?.flatten();
            let mut paths = entries.map(|entry| entry.path());
            Ok(paths.find(|path| path.extension().is_some_and(|it| it == "sock")))
        })
    }
}

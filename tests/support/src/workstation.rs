//! How does a listener's workstation look to the tests?

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Outcome;
use crate::process::{Background, Finished, finish, finish_with_input};
use crate::screen::Screen;
use crate::sound::SoundServer;

/// The app with a home and a data folder of its own.
pub struct Workstation {
    binary: PathBuf,
    home: PathBuf,
    // Removes the home with the workstation, unless the home was given.
    _temporary: Option<TempDir>,
}

impl Workstation {
    /// A workstation without any key, gone when it is dropped.
    pub fn new(binary: &Path) -> Outcome<Workstation> {
        let temporary = tempfile::Builder::new().prefix("listener").tempdir()?;
        let home = temporary.path().to_owned();
        Ok(Workstation { binary: binary.to_owned(), home, _temporary: Some(temporary) })
    }

    /// The workstation whose home is a folder that stays.
    pub fn in_folder(binary: &Path, home: &Path) -> Workstation {
        Workstation { binary: binary.to_owned(), home: home.to_owned(), _temporary: None }
    }

    /// The folder that `--data-dir` names.
    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// The app with this workstation's folders and nobody else's.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.env("HOME", &self.home).env("XDG_CACHE_HOME", self.home.join("cache"));
        command.env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
        command.env_remove("DBUS_SESSION_BUS_ADDRESS");
        command.arg("--data-dir").arg(self.data());
        command
    }

    /// Brings a secret key.
    pub fn import_key(&self, secret_key: &[u8]) -> Outcome<Finished> {
        let file = self.home.join("key.asc");
        std::fs::write(&file, secret_key)?;
        finish(self.command().arg("--import-key").arg(&file))
    }

    /// Says whether this workstation can open the file.
    pub fn check(&self, file: &Path, passphrase: &str) -> Outcome<Finished> {
        let mut command = self.command();
        command.arg("--check").arg(file).args(["--passphrase-fd", "0", "--json"]);
        finish_with_input(&mut command, passphrase.as_bytes())
    }

    /// The command that shows a recording on a screen and plays it through a sound server.
    pub fn window_command(&self, file: &Path, screen: &Screen, sound: &SoundServer) -> Command {
        let mut command = self.command();
        screen.show(&mut command);
        sound.play_through(&mut command);
        command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Shows a recording on a screen and plays it through a sound server.
    pub fn open(&self, file: &Path, screen: &Screen, sound: &SoundServer) -> Outcome<Background> {
        Background::start(&mut self.window_command(file, screen, sound))
    }
}

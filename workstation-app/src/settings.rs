//! What does the window remember between two starts? Nothing about any recording.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::texts::{self, Language};

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the desktop says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// The language of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LanguageChoice {
    /// The system's.
    #[default]
    System,
    /// Always English.
    English,
    /// Always Spanish.
    Spanish,
}

impl LanguageChoice {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::English, Self::Spanish];

    /// The language that is spoken then.
    pub fn language(self) -> Language {
        match self {
            Self::System => texts::of_system(),
            Self::English => Language::English,
            Self::Spanish => Language::Spanish,
        }
    }
}

/// The remembered values; unknown ones in the file are ignored, missing ones have defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Loudness, 0 to 1.
    pub volume: f32,
    /// Silent, whatever the loudness; not remembered, or the next call would be missed.
    #[serde(skip)]
    pub is_muted: bool,
    /// Colours.
    pub theme: ThemeChoice,
    /// The language of every text.
    pub language: LanguageChoice,
    /// Sites whose links web pages may hand over: scheme, host and port.
    pub hosts: Vec<String>,
    /// Sites whose sign-in the system's keychain keeps.
    pub kept: Vec<String>,
    /// Offer new recordings in the folder of downloads.
    pub offers_downloads: bool,
    /// Remove a sealed file there once it was heard to its end.
    pub removes_heard: bool,
    /// A key stays unlocked for so long; 0: its passphrase is asked for every recording.
    pub keep_unlocked_minutes: u32,
    /// A window that nobody uses locks after so long.
    pub idle_minutes: u32,
    /// The system's keychain keeps the passphrase of a key once it was typed.
    pub keeps_passphrase: bool,
    /// How the person likes to listen.
    pub desk: Desk,
}

impl Settings {
    /// The loudness that is heard.
    pub fn loudness(&self) -> f32 {
        if self.is_muted { 0.0 } else { self.volume }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            volume: 0.8,
            is_muted: false,
            theme: ThemeChoice::System,
            language: LanguageChoice::System,
            hosts: Vec::new(),
            kept: Vec::new(),
            offers_downloads: false,
            removes_heard: false,
            keep_unlocked_minutes: 0,
            idle_minutes: 10,
            keeps_passphrase: false,
            desk: Desk::default(),
        }
    }
}

/// `settings.json` in the data folder.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    path: PathBuf,
}

impl SettingsFile {
    /// The file in `data_folder`, which need not exist yet.
    pub fn in_folder(data_folder: &Path) -> Self {
        Self { path: data_folder.join("settings.json") }
    }

    /// What is remembered. A damaged file counts as none: it holds nothing that is worth a
    /// message.
    pub fn load(&self) -> Settings {
        let mut settings: Settings = std::fs::read(&self.path)
            .ok()
            .and_then(|octets| serde_json::from_slice(&octets).ok())
            .unwrap_or_default();
        if !settings.volume.is_finite() {
            settings.volume = Settings::default().volume;
        }
        settings.volume = settings.volume.clamp(0.0, 1.0);
        settings.desk = settings.desk.sound();
        settings
    }

    /// Remembers `settings`, all or nothing.
    pub fn save(&self, settings: &Settings) -> std::io::Result<()> {
        let Some(folder) = self.path.parent() else { return Ok(()) };
        crate::platform::create_private_folder(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec_pretty(settings)?)?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

//! Windows: the profile's own access rules protect the folder, wgpu before glow.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Path, PathBuf};

use eframe::Renderer;
use etcetera::BaseStrategy;

/// Creates a folder; below the user's profile Windows gives access to its owner alone.
pub fn create_private_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
}

/// The user's data folder: `%APPDATA%`.
pub fn default_data_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|strategy| strategy.data_dir())
}

/// Opens a regular file, and nothing else.
pub fn open_regular(path: &Path) -> Result<File> {
    if std::fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(Error::new(ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Where the passphrase for `--passphrase-fd` is read from: standard input only.
pub fn passphrase_source(descriptor: u32) -> Result<Box<dyn Read>> {
    if descriptor == 0 {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    Err(Error::new(ErrorKind::Unsupported, "Windows passes on descriptor 0 only"))
}

/// NTFS journals a rename by itself.
pub fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

/// Windows writes no dump of a program's memory unless an administrator asks for it.
pub fn harden_process() {}

/// Renderers in the order in which they are tried: over RDP and in virtual machines Windows
/// offers OpenGL 1.1 only, where glow fails.
pub fn renderers() -> [Renderer; 2] {
    [Renderer::Wgpu, Renderer::Glow]
}

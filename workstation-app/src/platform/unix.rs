//! What Linux and macOS share: modes, descriptors, folders.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Creates a folder that only its owner may enter, and closes one that stands open.
pub fn create_private_folder(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let permissions = std::fs::metadata(folder)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// The user's data folder, for example `~/.local/share`.
pub fn default_data_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|strategy| strategy.data_dir())
}

/// Opens a regular file, and nothing else: a pipe would be waited for without end.
pub fn open_regular(path: &Path) -> Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(flags).unwrap_or_default())
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(Error::new(ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Where the passphrase for `--passphrase-fd` is read from.
pub fn passphrase_source(descriptor: u32) -> Result<Box<dyn Read>> {
    if descriptor == 0 {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    Ok(Box::new(File::open(format!("/dev/fd/{descriptor}"))?))
}

/// Makes a rename in `folder` last.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}

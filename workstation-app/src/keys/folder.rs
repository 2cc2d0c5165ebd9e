//! Who may look into the folder of keys, and who changes it now?

use std::fs::{File, TryLockError};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A change takes milliseconds; one that waits for a passphrase does not hold the lock.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

const LOCK_INTERVAL: Duration = Duration::from_millis(20);

/// While this lives, no other process changes the folder.
pub struct Lock {
    _file: File,
    is_alone: bool,
}

impl Lock {
    /// Whether that is so: some network drives have no locks.
    pub fn is_alone(&self) -> bool {
        self.is_alone
    }
}

/// Waits until nobody else changes `folder`, which exists.
pub fn lock(folder: &Path) -> Result<Lock> {
    let file = lock_file(folder)?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file, is_alone: true }),
            Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => {
                std::thread::sleep(LOCK_INTERVAL);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(ErrorKind::WouldBlock, "another program is changing it"));
            }
            // Without locks one person's two programs are on their own.
            Err(TryLockError::Error(_)) => return Ok(Lock { _file: file, is_alone: false }),
        }
    }
}

#[cfg(unix)]
fn lock_file(folder: &Path) -> Result<File> {
    File::open(folder)
}

/// Windows locks files only.
#[cfg(not(unix))]
fn lock_file(folder: &Path) -> Result<File> {
    File::options().create(true).truncate(false).write(true).open(folder.join(".lock"))
}

/// Whether `path` leads somewhere else; what is behind is never written.
pub fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|status| status.file_type().is_symlink())
}

/// Closes the folder and its files where others than their owner could read them, and says which.
///
/// # Errors
/// When the folder cannot be closed; a file in a closed folder is out of everybody's reach anyway.
#[cfg(unix)]
pub fn close(folder: &Path, files: &[PathBuf]) -> Result<Vec<PathBuf>> {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let is_open =
        |path: &Path| Ok::<bool, Error>(metadata(path)?.permissions().mode() & 0o077 != 0);
    let mut closed = Vec::new();
    if is_open(folder)? {
        set_permissions(folder, Permissions::from_mode(0o700))?;
        // Some file systems accept it and change nothing.
        if is_open(folder)? {
            return Err(ErrorKind::Unsupported.into());
        }
        closed.push(folder.to_owned());
    }
    for file in files.iter().filter(|file| !is_link(file)) {
        let is_shut = || set_permissions(file, Permissions::from_mode(0o600)).is_ok();
        if is_open(file).unwrap_or(false) && is_shut() {
            closed.push(file.clone());
        }
    }
    Ok(closed)
}

/// Below the user's profile Windows gives access to its owner alone.
#[cfg(not(unix))]
pub fn close(_folder: &Path, _files: &[PathBuf]) -> Result<Vec<PathBuf>> {
    Ok(Vec::new())
}

/// Overwrites a file that is about to go, as far as its disk writes over what it has written: an SSD
/// or a file system with snapshots keeps the old octets where only an expert finds them.
pub struct Remains {
    file: Option<File>,
}

impl Remains {
    /// Of the file at `path`, which is replaced or removed next.
    pub fn of(path: &Path) -> Self {
        let is_file = path.symlink_metadata().is_ok_and(|status| status.is_file());
        // Windows replaces no file that is open.
        let is_wanted = is_file && cfg!(unix);
        Self { file: is_wanted.then(|| File::options().write(true).open(path).ok()).flatten() }
    }

    /// Once no name leads there any more. What still has a name elsewhere, a hard link of a backup
    /// program, is not touched.
    pub fn wipe(self) {
        // Best effort: what was to be done with the name is done.
        let _ = self.file.map(overwrite);
    }
}

fn overwrite(mut file: File) -> Result<()> {
    if is_named(&file)? {
        return Ok(());
    }
    let length = file.metadata()?.len();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), length), &mut file)?;
    file.sync_data()
}

#[cfg(unix)]
fn is_named(file: &File) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.nlink() > 0)
}

#[cfg(not(unix))]
fn is_named(_file: &File) -> Result<bool> {
    Ok(true)
}

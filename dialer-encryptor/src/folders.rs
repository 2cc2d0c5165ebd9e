//! Which folders does a format need, are they fit, and is another run at work on them?
//!
//! Every folder is opened once and used by its descriptor, so that a folder renamed or replaced
//! while the run is on changes nothing. The lock is the kernel's, on the source folder itself: it
//! is gone with its process, and two crontab lines for two formats do not meet.

use crate::config::Config;
use crate::error::RunError;
use crate::format::Format;
use rustix::fs::{self, AtFlags, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Where unfinished sealed files are kept: on the same file system as `GPG`, and never in it,
/// because the stock step 3 uploads whatever stands there.
pub const SEALING: &str = ".sealing";

/// Where incomplete files that stood in the way are moved to, under [`SEALING`].
pub const SET_ASIDE: &str = "set-aside";

/// An open folder and the path it was opened by.
#[derive(Debug)]
pub struct Folder {
    /// The descriptor that everything is done by.
    pub fd: OwnedFd,
    /// For messages and the journal.
    pub path: PathBuf,
}

impl Folder {
    /// Opens a folder by path.
    fn open(path: &Path) -> Result<Self, RunError> {
        Self::open_with(path, OFlags::empty())
    }

    fn open_with(path: &Path, more: OFlags) -> Result<Self, RunError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | more;
        let fd = fs::open(path, flags, Mode::empty())
            .map_err(|error| RunError::Folder { path: path.to_owned(), source: error.into() })?;
        Ok(Self { fd, path: path.to_owned() })
    }

    /// Opens a sub-folder; makes it where there is none, owned as its parent is. Durable either
    /// way: a folder that was made a moment ago may not be.
    fn open_or_make(&self, name: &str, mode: Mode, more: OFlags) -> Result<Self, RunError> {
        let path = self.path.join(name);
        let failed = |error: Errno| RunError::Folder { path: path.clone(), source: error.into() };
        let is_new = match fs::mkdirat(&self.fd, name, mode) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(error) => return Err(failed(error)),
        };
        let folder = Self::open_with(&path, more)?;
        if is_new {
            // The mode that was asked for is cut by the umask, and Apache must get in.
            fs::fchmod(&folder.fd, mode).map_err(failed)?;
            let parent = fs::fstat(&self.fd).map_err(failed)?;
            // Without the right to give it away it stays the maker's own.
            let _ = fs::fchown(&folder.fd, uid(&parent), gid(&parent));
        }
        fs::fsync(&self.fd).map_err(failed)?;
        Ok(folder)
    }

    /// Looks at an entry without following a link; `None` if there is none.
    ///
    /// # Errors
    /// The system's, but for a missing entry.
    pub fn look(&self, name: &OsStr) -> Result<Option<Stat>, Errno> {
        match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens a regular file for reading; a link, a pipe or a device is refused, and nothing waits.
    ///
    /// # Errors
    /// The system's; `EINVAL` for anything but a regular file.
    pub fn open_file(&self, name: &OsStr) -> Result<(OwnedFd, Stat), Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = fs::openat(&self.fd, name, flags, Mode::empty())?;
        let stat = fs::fstat(&fd)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok((fd, stat)),
            _ => Err(Errno::INVAL),
        }
    }

    /// The names in the folder, unsorted; entries that cannot be read end the list with an error.
    ///
    /// # Errors
    /// The system's.
    pub fn names(&self) -> Result<Vec<OsString>, Errno> {
        use std::os::unix::ffi::OsStringExt;
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(&self.fd)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name));
            }
        }
        Ok(names)
    }
}

/// The owner of a folder, to give a file to.
#[must_use]
pub fn uid(stat: &Stat) -> Option<fs::Uid> {
    Some(fs::Uid::from_raw(stat.st_uid))
}

/// The group of a folder, to give a file to.
#[must_use]
pub fn gid(stat: &Stat) -> Option<fs::Gid> {
    Some(fs::Gid::from_raw(stat.st_gid))
}

/// The folders of one format, fit for use, and its lock.
#[derive(Debug)]
pub struct Folders {
    /// Where the recordings are.
    pub source: Folder,
    /// Where sealed files are written.
    pub sealing: Folder,
    /// Where sealed files are published: `GPG`.
    pub output: Folder,
    /// Where incomplete files go that stood in the way.
    pub set_aside: Folder,
    /// Where a recording stands for the moment between the last look and its removal.
    pub removing: Folder,
    /// What sealed files are given: the owner and group of `GPG`.
    pub owner: Stat,
    /// The format, which begins the names of its temporary files.
    pub format: Format,
    _lock: Lock,
}

/// The kernel's lock on a source folder; gone when dropped, or with its process.
#[derive(Debug)]
pub struct Lock {
    _fd: OwnedFd,
}

/// Opens the folder that holds a format's recordings.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn open_source(config: &Config, format: Format) -> Result<Folder, RunError> {
    Folder::open(&format.folder().map_or(config.spool.clone(), |name| config.spool.join(name)))
}

/// Takes the lock; `None` if another run holds it.
///
/// # Errors
/// When the file system cannot lock.
pub fn lock(source: &Folder) -> Result<Option<Lock>, RunError> {
    let own = Folder::open(&source.path)?;
    match fs::flock(&own.fd, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(Lock { _fd: own.fd })),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(RunError::Folder { path: own.path, source: error.into() }),
    }
}

impl Folders {
    /// Opens and, where they are missing, makes the folders that sealing needs.
    ///
    /// # Errors
    /// When one cannot be had, or `GPG` is on another file system.
    pub fn prepare(
        config: &Config,
        format: Format,
        source: Folder,
        lock: Lock,
    ) -> Result<Self, RunError> {
        let spool = Folder::open(&config.spool)?;
        // A link to elsewhere would put unfinished files where others look.
        let own = OFlags::NOFOLLOW;
        let sealing = spool.open_or_make(SEALING, Mode::RWXU, own)?;
        let set_aside = sealing.open_or_make(SET_ASIDE, Mode::RWXU, own)?;
        let removing = format!("removing-{}", format.name());
        let removing = sealing.open_or_make(&removing, Mode::RWXU, own)?;
        let output = spool.open_or_make("GPG", Mode::from_raw_mode(0o755), OFlags::empty())?;
        let stat = |folder: &Folder| {
            fs::fstat(&folder.fd).map_err(|error| RunError::Folder {
                path: folder.path.clone(),
                source: error.into(),
            })
        };
        let owner = stat(&output)?;
        if owner.st_dev != stat(&sealing)?.st_dev {
            return Err(RunError::OtherFileSystem { path: output.path });
        }
        Ok(Self { source, sealing, output, set_aside, removing, owner, format, _lock: lock })
    }
}

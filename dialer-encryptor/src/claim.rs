//! Is this recording complete, and nobody else's right now? Step 1 of the order.

use crate::error::RecordingError;
use crate::folders::Folder;
use crate::identity::Identity;
use crate::lease::{self, Lease};
use crate::writers;
use rustix::fs::{AtFlags, fstat, statat, unlinkat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::AsFd;

/// A recording that nobody writes to, held open (and leased) until it is done with.
#[derive(Debug)]
pub struct Claim {
    /// Its name in the source folder.
    pub name: OsString,
    /// What it was when it was claimed.
    pub identity: Identity,
    /// How many names it has; more than one means a hard link elsewhere.
    pub links: u64,
    file: File,
    is_leased: bool,
}

/// What trying to claim a file brought.
#[derive(Debug)]
pub enum Attempt {
    /// It is ours.
    Claimed(Claim),
    /// Somebody has it open for writing.
    Busy,
    /// No regular file (a link, a pipe, a folder): none of our business.
    NotAFile,
    /// It is gone: somebody else dealt with it.
    Gone,
}

/// Opens and leases a recording.
///
/// # Errors
/// When it is there and cannot be opened.
pub fn claim(source: &Folder, name: &OsStr) -> Result<Attempt, RecordingError> {
    let (fd, stat) = match source.open_file(name) {
        Ok(opened) => opened,
        Err(Errno::NOENT) => return Ok(Attempt::Gone),
        // A link, a folder, a socket or device without a driver.
        Err(Errno::LOOP | Errno::INVAL | Errno::NXIO | Errno::NODEV) => {
            return Ok(Attempt::NotAFile);
        }
        Err(error) => return Err(RecordingError::Open(error.into())),
    };
    let identity = Identity::of(&stat);
    let is_leased = match lease::take(fd.as_fd()) {
        Lease::Held => true,
        Lease::Refused => return Ok(Attempt::Busy),
        Lease::Unsupported if writers::is_being_written(&identity) => return Ok(Attempt::Busy),
        Lease::Unsupported => false,
    };
    // Between opening and leasing somebody may have written and closed again.
    let leased = fstat(&fd).map_err(|error| RecordingError::Open(error.into()))?;
    if Identity::of(&leased) != identity {
        return Ok(Attempt::Busy);
    }
    let claim = Claim {
        name: name.to_owned(),
        identity,
        links: leased.st_nlink,
        file: File::from(fd),
        is_leased,
    };
    Ok(Attempt::Claimed(claim))
}

impl Claim {
    /// The recording, to be read from its beginning.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Whether nobody wrote to it, or waits to.
    ///
    /// # Errors
    /// When it changed.
    pub fn check_unchanged(&self) -> Result<(), RecordingError> {
        let stat = fstat(&self.file).map_err(|error| RecordingError::Open(error.into()))?;
        let is_still = Identity::of(&stat) == self.identity
            && (!self.is_leased || lease::is_held(self.file.as_fd()));
        if is_still { Ok(()) } else { Err(RecordingError::Changed) }
    }

    /// Step 8: removes the plaintext, if it is still the file that was sealed.
    ///
    /// # Errors
    /// When it changed, or another file stands under its name; nothing is removed then.
    pub fn remove(&self, source: &Folder) -> Result<(), RecordingError> {
        self.check_unchanged()?;
        match statat(&source.fd, &self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if Identity::of(&stat) == self.identity => {
                unlinkat(&source.fd, &self.name, AtFlags::empty())
                    .map_err(RecordingError::step("removing the recording"))
            }
            Ok(_) => Err(RecordingError::Replaced { sealed: self.identity }),
            Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(RecordingError::Open(error.into())),
        }
    }
}

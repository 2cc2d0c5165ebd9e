//! Is this recording complete, and nobody else's right now? Step 1 of the order.

use crate::error::RecordingError;
use crate::folders::{Folder, Folders};
use crate::identity::Identity;
use crate::lease::{self, Lease};
use crate::writers::{self, Writers};
use rustix::fs::{AtFlags, RenameFlags, fstat, fstatfs, renameat_with, unlinkat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};

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

/// Opens and leases a recording; `listed` is what it was when it was found still, where it was.
///
/// # Errors
/// When it is there and cannot be opened, or nobody can tell whether it is still written.
pub fn claim(
    source: &Folder,
    name: &OsStr,
    listed: Option<&Identity>,
) -> Result<Attempt, RecordingError> {
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
    let lease = match lease::take(fd.as_fd()) {
        Lease::Refused if is_remote(&fd) => Lease::Unsupported,
        lease => lease,
    };
    let is_leased = match lease {
        Lease::Held => true,
        Lease::Refused => return Ok(Attempt::Busy),
        Lease::Unsupported => match writers::look(&identity) {
            Writers::None => false,
            Writers::Some => return Ok(Attempt::Busy),
            Writers::Unknown => return Err(RecordingError::WritersUnknown),
        },
    };
    // Between opening and leasing somebody may have written and closed again.
    let leased = fstat(&fd).map_err(|error| RecordingError::Open(error.into()))?;
    if Identity::of(&leased) != identity || listed.is_some_and(|listed| *listed != identity) {
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

/// Whether the file is on a file system of another machine (`man 2 statfs`): NFS, SMB, CIFS and
/// FUSE refuse every lease as if somebody wrote. What the other machine's programs do there, only
/// the settle time can tell.
fn is_remote(fd: &OwnedFd) -> bool {
    const REMOTE: [i64; 5] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x6573_5546];
    fstatfs(fd).is_ok_and(|it| REMOTE.contains(&(it.f_type & 0xFFFF_FFFF)))
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
        let is_unwritten = if self.is_leased {
            lease::is_held(self.file.as_fd())
        } else {
            writers::look(&self.identity) == Writers::None
        };
        let is_still = Identity::of(&stat) == self.identity && is_unwritten;
        if is_still { Ok(()) } else { Err(RecordingError::Changed) }
    }

    /// Step 8: removes the plaintext, if it is still the file that was sealed.
    ///
    /// It is moved to a folder of ours first, where nobody finds it by its name any more; only
    /// there it is looked at for the last time, so that no writer comes between look and removal.
    ///
    /// # Errors
    /// When it changed, or another file stands under its name; nothing is removed then.
    pub fn remove(&self, folders: &Folders) -> Result<(), RecordingError> {
        self.check_unchanged()?;
        let (source, removing) = (&folders.source, &folders.removing);
        let flags = RenameFlags::NOREPLACE;
        match renameat_with(&source.fd, &self.name, &removing.fd, &self.name, flags) {
            Ok(()) => {}
            Err(Errno::NOENT) => return Ok(()),
            // The recordings are on a file system of their own, or another one of that name waits
            // there to come back: look and remove in place.
            Err(Errno::XDEV | Errno::INVAL | Errno::NOSYS | Errno::EXIST) => {
                return self.unlink_in(source);
            }
            Err(error) => return Err(RecordingError::step("removing the recording")(error)),
        }
        self.unlink_in(removing).inspect_err(|_| {
            // If its name was taken meanwhile it stays, and the next run reports it.
            let _ = renameat_with(&removing.fd, &self.name, &source.fd, &self.name, flags);
        })
    }

    fn unlink_in(&self, folder: &Folder) -> Result<(), RecordingError> {
        let failed = RecordingError::step::<Errno>;
        match folder.look(&self.name).map_err(failed("looking at the recording"))? {
            None => Ok(()),
            Some(stat) if Identity::of(&stat) != self.identity => Err(RecordingError::Replaced),
            Some(_) => {
                self.check_unchanged()?;
                unlinkat(&folder.fd, &self.name, AtFlags::empty())
                    .map_err(failed("removing the recording"))
            }
        }
    }
}

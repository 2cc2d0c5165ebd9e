//! A sealed file that is not published yet: written under a random name, published by an act,
//! discarded when dropped. Steps 2, 3 and 6 of the order.

use crate::error::RecordingError;
use crate::folders::Folders;
use rustix::fs::{
    self, Advice, AtFlags, Mode, OFlags, RenameFlags, fadvise, fchmod, fchown, linkat, openat,
    renameat_with, unlinkat,
};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;

/// A file in the sealing folder.
#[derive(Debug)]
pub struct Pending<'a> {
    folders: &'a Folders,
    name: String,
    file: Option<File>,
    is_published: bool,
}

impl<'a> Pending<'a> {
    /// Makes a new, empty file, named for its format so that each format sweeps only its own.
    ///
    /// # Errors
    /// When none can be made.
    pub fn create(folders: &'a Folders) -> Result<Self, RecordingError> {
        let failed = RecordingError::step::<Errno>;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(RecordingError::step("drawing a random name"))?;
        let name = format!("{}-{:032x}", folders.format.name(), u128::from_le_bytes(random));
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&folders.sealing.fd, &name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(failed("making the sealed file"))?;
        let pending = Self { folders, name, file: Some(File::from(file)), is_published: false };
        pending.give_away()?;
        Ok(pending)
    }

    /// Done before the fsync, which makes it durable too. Without the right to give the file away
    /// it stays the maker's own, who could read it before, unless another owner was asked for.
    fn give_away(&self) -> Result<(), RecordingError> {
        let Some(file) = &self.file else { return Ok(()) };
        let access = &self.folders.access;
        let failed = RecordingError::step::<Errno>;
        // The owner goes first: giving a file away may take bits from its mode.
        let given = fchown(file, access.owner, access.group);
        if access.is_demanded {
            given.map_err(failed("giving the sealed file to its owner"))?;
        }
        fchmod(file, access.mode).map_err(failed("setting the mode of the sealed file"))
    }

    /// Its name in the sealing folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where to write; none once it was synced.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    /// Makes it durable and closes it. Never tried twice: after a failed fsync the kernel may
    /// have dropped the pages and would report success.
    ///
    /// # Errors
    /// The file is to be thrown away then.
    pub fn sync(&mut self) -> Result<(), RecordingError> {
        let Some(file) = self.file.take() else { return Ok(()) };
        file.sync_all().map_err(RecordingError::step("making the sealed file durable"))
    }

    /// Opens it again for reading, its pages dropped from the cache, so that what is read comes
    /// from the disk.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn reopen(&self) -> Result<File, RecordingError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = openat(&self.folders.sealing.fd, &self.name, flags, Mode::empty())
            .map_err(RecordingError::step("opening the sealed file again"))?;
        fadvise(&fd, 0, None, Advice::DontNeed)
            .map_err(RecordingError::step("dropping the sealed file from the cache"))?;
        Ok(File::from(fd))
    }

    /// Step 6: gives it its name in `GPG`, unless that name is taken. The caller syncs the folder.
    ///
    /// # Errors
    /// The file itself comes back, to be published under another name, if this one is taken.
    pub fn publish(mut self, output: &OsStr) -> Result<(), (Option<Self>, RecordingError)> {
        let (sealing, gpg) = (&self.folders.sealing.fd, &self.folders.output.fd);
        let flags = RenameFlags::NOREPLACE;
        let published = match renameat_with(sealing, &self.name, gpg, output, flags) {
            Ok(()) => {
                self.is_published = true;
                Ok(())
            }
            // Kernels before 3.15, and file systems that cannot: link, and drop the first name.
            Err(Errno::NOSYS | Errno::INVAL) => {
                linkat(sealing, &self.name, gpg, output, AtFlags::empty())
            }
            Err(error) => Err(error),
        };
        match published {
            Ok(()) => Ok(()),
            Err(error) => {
                let failure = RecordingError::step("publishing")(error);
                Err(((error == Errno::EXIST).then_some(self), failure))
            }
        }
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.is_published {
            // A leftover is swept by the next run; there is nobody to tell here.
            let _ = unlinkat(&self.folders.sealing.fd, &self.name, AtFlags::empty());
        }
    }
}

/// Removes what an earlier run of this format left behind in the sealing folder.
///
/// # Errors
/// When the folder cannot be read; a file that cannot be removed stays for the next run.
pub fn sweep(folders: &Folders) -> Result<usize, Errno> {
    let prefix = format!("{}-", folders.format.name());
    let is_own = |name: &OsStr| {
        let digits = name.as_encoded_bytes().strip_prefix(prefix.as_bytes());
        digits.is_some_and(|it| it.len() == 32 && it.iter().all(u8::is_ascii_hexdigit))
    };
    let mut swept = 0;
    for name in folders.sealing.names()? {
        if is_own(&name) && fs::unlinkat(&folders.sealing.fd, &name, AtFlags::empty()).is_ok() {
            swept += 1;
        }
    }
    Ok(swept)
}

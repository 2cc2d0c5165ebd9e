//! Which sealed files wait in `GPG`, and how do they get out of it into `FTP`?

use crate::error::RunError;
use crate::folders::Folder;
use crate::identity::Identity;
use rustix::fs::{self, Mode, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::collections::BinaryHeap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Endings of sealed files.
const ENDINGS: [&[u8]; 3] = [b".pgp", b".gpg", b".asc"];

/// The longest name that Linux allows.
const NAME_OCTETS: usize = 255;

/// How many names are tried before a file stays where it is.
const MOST_NAMES: u32 = 10_000;

/// Whether a name in `GPG` is that of a sealed file; hidden ones are nobody's business.
#[must_use]
pub fn is_sealed(name: &OsStr) -> bool {
    let octets = name.as_bytes();
    !octets.starts_with(b".") && ENDINGS.iter().any(|it| octets.ends_with(it))
}

/// The next `count` sealed files after `last`, in order of their names, which begin with the date.
///
/// # Errors
/// When the folder cannot be read.
pub fn next_names(
    gpg: &Folder,
    last: Option<&OsStr>,
    count: usize,
) -> Result<Vec<OsString>, RunError> {
    let mut first = BinaryHeap::new();
    gpg.each_name(|name| {
        if !is_sealed(name) || last.is_some_and(|last| name <= last) {
            return;
        }
        if first.len() < count {
            first.push(name.to_owned());
        } else if first.peek().is_some_and(|most: &OsString| name < most.as_os_str()) {
            first.pop();
            first.push(name.to_owned());
        }
    })
    .map_err(|error| RunError::Folder { path: gpg.path.clone(), source: error.into() })?;
    Ok(first.into_sorted_vec())
}

/// The recording that a sealed file was made of, by its name alone.
#[must_use]
pub fn recording(file: &OsStr) -> OsString {
    let mut octets = file.as_bytes();
    // The stock script of 2023 writes `.gpg.gpg`.
    while let Some(rest) = ENDINGS.iter().find_map(|it| octets.strip_suffix(*it)) {
        octets = rest;
    }
    OsString::from_vec(octets.to_vec())
}

/// The name with a number, as sealing numbers its own: `NAME-all~2.mp3.pgp`.
#[must_use]
pub fn numbered(name: &[u8], number: u32) -> Vec<u8> {
    if number < 2 {
        return name.to_vec();
    }
    let stem = recording(OsStr::from_bytes(name)).into_vec();
    let place = stem.iter().rposition(|it| *it == b'.').unwrap_or(stem.len());
    let (front, back) = name.split_at(place);
    [front, format!("~{number}").as_bytes(), back].concat()
}

/// Whether a file was last written long enough ago. One from the future cannot tell.
#[must_use]
pub fn is_settled(identity: &Identity, settle: Duration) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let age = i128::try_from(now.as_nanos()).unwrap_or(0) - i128::from(identity.modified_ns);
    age < 0 || age >= i128::try_from(settle.as_nanos()).unwrap_or(i128::MAX)
}

/// What became of a local file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Out {
    /// It stands in `FTP`.
    Moved,
    /// It was not there any more: an earlier run, or somebody else, has moved it.
    Gone,
    /// Another one stands there under its name, which is to be delivered by itself.
    Replaced,
}

/// Moves a file out of `GPG`, never over another one. The caller syncs both folders.
///
/// # Errors
/// When it stays where it is.
pub fn move_out(gpg: &Folder, to: &Folder, name: &OsStr, was: &Identity) -> Result<Out, Errno> {
    match gpg.look(name)? {
        None => return Ok(Out::Gone),
        Some(stat) => {
            let is = Identity::of(&stat);
            // Device numbers change over a restart.
            if (Identity { device: was.device, ..is }) != *was {
                return Ok(Out::Replaced);
            }
        }
    }
    for number in 1..MOST_NAMES {
        let new = numbered(name.as_bytes(), number);
        if new.len() > NAME_OCTETS {
            return Err(Errno::NAMETOOLONG);
        }
        let new = OsString::from_vec(new);
        let moved = match renameat_with(&gpg.fd, name, &to.fd, &new, RenameFlags::NOREPLACE) {
            // Kernels before 3.15, and file systems that cannot: look first.
            Err(Errno::INVAL | Errno::NOSYS) => match to.look(&new)? {
                Some(_) => Err(Errno::EXIST),
                None => fs::renameat(&gpg.fd, name, &to.fd, &new),
            },
            moved => moved,
        };
        match moved {
            Ok(()) => return Ok(Out::Moved),
            Err(Errno::EXIST) => {}
            Err(Errno::NOENT) if gpg.look(name)?.is_none() => return Ok(Out::Gone),
            Err(error) => return Err(error),
        }
    }
    Err(Errno::EXIST)
}

/// Opens the folder that delivered files are moved to, and makes it where it is missing.
///
/// # Errors
/// When it cannot be had.
pub fn open_out(spool: &Folder, date_folder: &str) -> Result<Folder, RunError> {
    let mode = Mode::from_raw_mode(0o755);
    let mut folder = spool.open_or_make("FTP", mode, OFlags::empty())?;
    for part in date_folder.split('/').filter(|part| !part.is_empty()) {
        folder = folder.open_or_make(part, mode, OFlags::empty())?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_files_are_told_by_their_names_and_numbered_before_the_ending() {
        let sealed = |name: &str| is_sealed(OsStr::new(name));
        assert!(sealed("a-all.mp3.pgp") && sealed("a.gpg.gpg") && sealed("a.asc"));
        assert!(!sealed(".a.pgp") && !sealed("a.mp3") && !sealed("pgp"));
        assert_eq!(recording(OsStr::new("a-all.mp3.gpg.gpg")), "a-all.mp3");
        let number = |name: &str| numbered(name.as_bytes(), 2);
        assert_eq!(number("a-all.mp3.pgp"), b"a-all~2.mp3.pgp");
        assert_eq!(number("a.gpg.gpg"), b"a~2.gpg.gpg");
        assert_eq!(numbered(b"a.pgp", 1), b"a.pgp");
    }
}

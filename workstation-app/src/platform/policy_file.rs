//! What stands in the administrator's policy file, and could a user have written it? For Linux and
//! macOS.

use std::fs::File;
use std::io::Read;

use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, open, openat};
use rustix::io::Errno;

use crate::policy::Source;

/// Where it stands, as it is told.
pub const POLICY_PLACE: &str = "/etc/callseal/policy.toml";

const FOLDER: &str = "/etc/callseal";
const NAME: &str = "policy.toml";

/// No policy comes near this; what is larger is something else.
const POLICY_OCTETS: u64 = 64 << 10;

/// The text of the file. It must be a file itself, no link, and root's alone to write, as its
/// folder must be.
pub fn policy_source() -> Result<Source, String> {
    let Some(folder) = found(open(FOLDER, OFlags::DIRECTORY | FLAGS, Mode::empty()), FOLDER)?
    else {
        return Ok(Source::Absent);
    };
    // A pipe must not be waited for.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | FLAGS;
    let Some(file) = found(openat(&folder, NAME, flags, Mode::empty()), POLICY_PLACE)? else {
        return Ok(Source::Absent);
    };
    check_writers(&status(&folder, FOLDER)?, FOLDER)?;
    let of_file = status(&file, POLICY_PLACE)?;
    if FileType::from_raw_mode(of_file.st_mode) != FileType::RegularFile {
        return Err(format!("{POLICY_PLACE} is not a file"));
    }
    check_writers(&of_file, POLICY_PLACE)?;
    text(file).map(Source::File)
}

/// A link could lead to where users may write.
const FLAGS: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC);

fn found(opened: Result<OwnedFd, Errno>, place: &str) -> Result<Option<OwnedFd>, String> {
    match opened {
        Ok(descriptor) => Ok(Some(descriptor)),
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::LOOP) => Err(format!("{place} is a link, not a file itself")),
        Err(Errno::NOTDIR) => Err(format!("{place} is not a folder, or a link to one")),
        Err(error) => Err(unreadable(place, &error.into())),
    }
}

fn status(descriptor: &OwnedFd, place: &str) -> Result<Stat, String> {
    fstat(descriptor).map_err(|error| unreadable(place, &error.into()))
}

fn check_writers(status: &Stat, place: &str) -> Result<(), String> {
    if status.st_uid != 0 {
        return Err(format!("{place} belongs to user {}, not to root", status.st_uid));
    }
    if Mode::from_raw_mode(status.st_mode).intersects(Mode::WGRP | Mode::WOTH) {
        let mode = status.st_mode & 0o7777;
        return Err(format!("{place} can be written by others than root (mode {mode:o})"));
    }
    Ok(())
}

fn text(file: OwnedFd) -> Result<String, String> {
    let mut octets = Vec::new();
    // One more than allowed, so that a larger file is noticed however it grows.
    File::from(file)
        .take(POLICY_OCTETS + 1)
        .read_to_end(&mut octets)
        .map_err(|error| unreadable(POLICY_PLACE, &error))?;
    if octets.len() as u64 > POLICY_OCTETS {
        return Err(format!("{POLICY_PLACE} is larger than {} KiB", POLICY_OCTETS >> 10));
    }
    String::from_utf8(octets).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|octet| **octet == b'\n').count();
        format!("line {} of {POLICY_PLACE}: not written in UTF-8", line + 1)
    })
}

fn unreadable(place: &str, error: &std::io::Error) -> String {
    format!("{place} cannot be read: {error}")
}

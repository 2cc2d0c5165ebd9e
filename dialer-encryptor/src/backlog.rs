//! How many recordings wait to be sealed, is a run at work on them, and how many sealed ones wait to be
//! delivered?

use crate::format::Format;
use crate::sources::is_day;
use crate::tally::{Kind, Tally, tally};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What waits in `GPG` for step 3, which passes over names as short as these.
#[must_use]
pub fn undelivered(spool: &Path) -> Tally {
    let is_sealed = |name: &OsStr| name.len() > 4;
    let kind = Kind { is_counted: &is_sealed, is_entered: &|_| false, depth: 0 };
    tally(&spool.join("GPG"), kind).unwrap_or_default()
}

/// What waits in the format's folder and those of days in it; none where the folder is missing.
#[must_use]
pub fn waiting(spool: &Path, format: Format) -> Option<Tally> {
    let is_recording = |name: &OsStr| format.is_recording(name);
    let kind = |depth| Kind { is_counted: &is_recording, is_entered: &is_day, depth };
    match format.folder() {
        Some(name) => tally(&spool.join(name), kind(1)),
        // WAV stands in the spool itself, where other folders are.
        None => tally(spool, kind(0)),
    }
}

/// Whether a run holds the lock of a format's folder. It is looked up and not tried, which could
/// keep a run from it.
#[must_use]
pub fn is_at_work(spool: &Path, format: Format) -> bool {
    let folder = format.folder().map_or(spool.to_owned(), |name| spool.join(name));
    let Ok(about) = fs::metadata(folder) else { return false };
    let Ok(locks) = fs::read_to_string("/proc/locks") else { return false };
    let (major, minor) = (rustix::fs::major(about.dev()), rustix::fs::minor(about.dev()));
    // `3: FLOCK  ADVISORY  WRITE 10567 fe:00:10045813 0 EOF`, see `man 5 proc_locks`.
    let place = format!("{major:02x}:{minor:02x}:{}", about.ino());
    locks.lines().any(|line| {
        let mut words = line.split_whitespace();
        words.nth(1) == Some("FLOCK") && words.any(|word| word == place)
    })
}

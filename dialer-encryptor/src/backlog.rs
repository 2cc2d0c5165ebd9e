//! How many recordings wait to be sealed, and how many sealed ones to be delivered?

use crate::format::Format;
use crate::sources::is_day;
use crate::tally::{Kind, Tally, tally};
use std::ffi::OsStr;
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

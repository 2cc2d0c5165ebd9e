//! How many recordings of a format wait to be sealed?

use crate::format::Format;
use crate::sources::is_day;
use crate::tally::{Kind, Tally, tally};
use std::path::Path;

/// What waits in the format's folder and those of days in it; none where the folder is missing.
#[must_use]
pub fn waiting(spool: &Path, format: Format) -> Option<Tally> {
    let is_recording = |name: &std::ffi::OsStr| format.is_recording(name);
    let kind = |depth| Kind { is_counted: &is_recording, is_entered: &is_day, depth };
    match format.folder() {
        Some(name) => tally(&spool.join(name), kind(1)),
        // WAV stands in the spool itself, where other folders are.
        None => tally(spool, kind(0)),
    }
}

//! Is there room for what is sealed, and for the journal?

use super::configuration::Dialer;
use super::finding::Findings;
use crate::error::shown;
use rustix::fs::statvfs;
use std::path::Path;

/// A busy dialer makes this much in a day, sealed and unsealed side by side for a moment only.
const SPOOL_OCTETS: u64 = 1 << 30;

/// The journal of a month, with room for its log.
const STATE_OCTETS: u64 = 256 << 20;

/// Each recording needs one more, for a moment.
const FILES: u64 = 10_000;

/// Looks at the file systems of the spool and of the journal.
pub fn look(dialer: &Dialer, findings: &mut Findings) {
    if let Some(spool) = dialer.spool.as_ref().filter(|it| it.is_dir()) {
        room("space", spool, SPOOL_OCTETS, findings);
    }
    // The folder may not be there yet; what is above it is.
    let there = dialer.state_dir.as_ref().and_then(|it| it.ancestors().find(|it| it.is_dir()));
    if let Some(folder) = there {
        room("state-space", folder, STATE_OCTETS, findings);
    }
}

fn room(id: &'static str, folder: &Path, octets: u64, findings: &mut Findings) {
    let Ok(found) = statvfs(folder) else { return };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    // Some file systems do not count files: they say there are none at all.
    let has_files = found.f_files == 0 || found.f_favail >= FILES;
    if free < octets {
        let what = format!("Only {} MiB are free where {} is.", free >> 20, shown(folder));
        let todo = format!("Make room: at least {} MiB should be free.", octets >> 20);
        return findings.warn(id, what, todo);
    }
    if !has_files {
        let what =
            format!("Only {} more files fit where {} is (df -i).", found.f_favail, shown(folder));
        return findings.warn(id, what, "Remove small files that nobody needs.");
    }
    findings.ok(id, format!("{} MiB are free where {} is.", free >> 20, shown(folder)));
}

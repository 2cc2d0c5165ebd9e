//! Can the journal be kept, and is it of this version?

use super::configuration::Dialer;
use super::finding::{Findings, Level};
use super::folders::may_write;
use crate::error::{RunError, shown};
use crate::journal::Journal;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Looks at the folder and the journal without making either.
pub fn look(dialer: &Dialer, findings: &mut Findings) {
    let Some(folder) = &dialer.state_dir else { return };
    let Some(there) = folder.ancestors().find(|it| it.exists()) else { return };
    if let Err(error) = may_write(there) {
        let what = format!("The journal's folder cannot be written ({error}): {}.", shown(folder));
        let todo = "Run as root, or give this user a --state-dir of its own.";
        return findings.problem("state-folder", what, todo);
    }
    if there != folder {
        let what = format!("The journal's folder is not there yet: {}.", shown(folder));
        return findings.note("state-folder", what, "Nothing: the first run makes it.");
    }
    let mode = fs::metadata(folder).map_or(0, |it| it.mode());
    if mode & 0o022 != 0 {
        let what =
            format!("Others than its owner may write to the journal's folder: {}.", shown(folder));
        findings.warn("state-folder", what, "Take that away: chmod 700 on the folder.");
    } else {
        findings.ok("state-folder", format!("The journal is kept in {}.", shown(folder)));
    }
    journal(folder, findings);
}

fn journal(folder: &Path, findings: &mut Findings) {
    let todo = "Nothing: the first run makes it.";
    match Journal::read(folder, Journal::waiting_rows) {
        Ok(None) => findings.note("journal", "There is no journal yet.", todo),
        Ok(Some(0)) => findings.ok("journal", "The journal can be read; no link waits in it."),
        Ok(Some(count)) => findings.note(
            "journal",
            format!("{count} links wait in the journal to be written to recording_log."),
            "Nothing, if the database is reached: the next run writes them.",
        ),
        Err(RunError::OlderJournal { .. }) => findings.note(
            "journal",
            "The journal is that of an earlier version.",
            "Nothing: the next run brings it up to date.",
        ),
        Err(error) => findings.sentences("journal", Level::Problem, &error.to_string()),
    }
}

//! What did an earlier run leave half done? Repaired from the journal and the folders alone.

use crate::claim::{self, Attempt, Claim};
use crate::error::{RecordingError, RunError};
use crate::folders::{Folder, Folders};
use crate::journal::{Intent, Journal, Marks};
use crate::publish;
use crate::summary::Summary;
use rustix::fs::{RenameFlags, fsync, renameat_with};
use rustix::io::Errno;
use shared::recording::escaped;
use shared::verify::digest;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;

/// What an unfinished entry turns out to be.
enum Fate {
    /// Nothing is left to do.
    Done,
    /// It was not published: the recording is sealed again.
    Undone,
    /// The recording cannot be looked at now.
    Later,
    /// It is published, and cannot be removed.
    Stuck(RecordingError),
}

/// What stands in `GPG` under an intent's name.
enum Output {
    /// The very octets that were proven.
    Proven(File),
    /// Something else.
    Other,
    /// Nothing.
    Missing,
}

/// Finishes what was published for these recipients, takes back what was not, and removes
/// leftover temporaries. Returns the recordings that this run has nothing more to do for: they are
/// published and were reported.
///
/// # Errors
/// When the journal or a folder cannot be read.
pub fn repair(
    folders: &Folders,
    journal: &mut Journal,
    recipients: &str,
    summary: &mut Summary,
) -> Result<HashSet<OsString>, RunError> {
    let mut stuck = HashSet::new();
    put_back(folders, summary)?;
    let failed = journal.failed();
    let entries = journal.unfinished(folders.source.path.as_os_str()).map_err(&failed)?;
    let mut marks = Marks::default();
    for entry in &entries {
        match fate(folders, &entry.intent, recipients, summary) {
            Ok(Fate::Done) => marks.done.push(entry.id),
            Ok(Fate::Undone) => marks.undone.push(entry.id),
            Ok(Fate::Later) => {}
            Ok(Fate::Stuck(error)) => {
                summary.fail_sealed(&entry.intent.name, &error);
                stuck.insert(entry.intent.name.clone());
            }
            Err(error) => {
                // Said once: there is nothing that a later run could do.
                if matches!(error, RecordingError::Damaged { .. }) {
                    marks.done.push(entry.id);
                }
                summary.fail(&entry.intent.name, &error);
            }
        }
    }
    journal.mark(&marks).map_err(&failed)?;
    let swept = publish::sweep(folders);
    summary.swept += swept.map_err(|error| unusable(&folders.sealing, error))?;
    Ok(stuck)
}

fn unusable(folder: &Folder, error: Errno) -> RunError {
    RunError::Folder { path: folder.path.clone(), source: error.into() }
}

/// Gives recordings their names back that a crash met right before their removal.
fn put_back(folders: &Folders, summary: &mut Summary) -> Result<(), RunError> {
    let (removing, source) = (&folders.removing, &folders.source);
    for name in removing.names().map_err(|error| unusable(removing, error))? {
        match renameat_with(&removing.fd, &name, &source.fd, &name, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(Errno::EXIST) => summary.fail(&name, &RecordingError::Stranded),
            Err(error) => return Err(unusable(removing, error)),
        }
    }
    Ok(())
}

fn fate(
    folders: &Folders,
    intent: &Intent,
    recipients: &str,
    summary: &mut Summary,
) -> Result<Fate, RecordingError> {
    let output = output(folders, intent)?;
    let claim = match claim::claim(&folders.source, &intent.name, None)? {
        Attempt::Claimed(claim) => claim,
        Attempt::Busy => return Ok(Fate::Later),
        Attempt::Gone | Attempt::NotAFile => {
            // The plaintext goes only after its sealed file is durable; that may be uploaded by
            // now, but it cannot have changed by itself.
            return match output {
                Output::Proven(_) | Output::Missing => Ok(Fate::Done),
                Output::Other => {
                    let output = escaped(intent.output.as_encoded_bytes());
                    Err(RecordingError::Damaged { output })
                }
            };
        }
    };
    let Output::Proven(published) = output else { return Ok(Fate::Undone) };
    // Another recording of the same name: that one was removed, and this one is yet to be sealed.
    if !is_what_was_sealed(&claim, intent)? {
        return Ok(Fate::Done);
    }
    // Other people to seal it for: nothing is removed.
    if intent.recipients != recipients {
        return Ok(Fate::Undone);
    }
    // The run may have ended before the folder's fsync.
    fsync(&published).map_err(RecordingError::step("making the sealed file durable"))?;
    fsync(&folders.output.fd).map_err(RecordingError::step("making GPG durable"))?;
    let removed = claim.remove(folders).and_then(|()| {
        let durable = RecordingError::step("making the removal durable");
        fsync(&folders.source.fd).map_err(durable)
    });
    Ok(match removed {
        Ok(()) => {
            summary.recovered += 1;
            Fate::Done
        }
        Err(error) => Fate::Stuck(error),
    })
}

fn output(folders: &Folders, intent: &Intent) -> Result<Output, RecordingError> {
    let fd = match folders.output.open_file(&intent.output) {
        Ok((fd, _)) => fd,
        Err(Errno::NOENT) => return Ok(Output::Missing),
        Err(Errno::LOOP | Errno::INVAL) => return Ok(Output::Other),
        Err(error) => return Err(RecordingError::step("reading a sealed file")(error)),
    };
    let mut file = File::from(fd);
    let found = digest(&mut file).map_err(RecordingError::step("reading a sealed file"))?;
    let is_proven = found == (intent.ciphertext_octets, intent.ciphertext_sha256);
    Ok(if is_proven { Output::Proven(file) } else { Output::Other })
}

fn is_what_was_sealed(claim: &Claim, intent: &Intent) -> Result<bool, RecordingError> {
    let (now, then) = (claim.identity, intent.identity);
    let is_same_file =
        (now.inode, now.octets, now.modified_ns) == (then.inode, then.octets, then.modified_ns);
    if !is_same_file {
        return Ok(false);
    }
    let found = digest(&mut claim.file()).map_err(RecordingError::Open)?;
    Ok(found == (then.octets, intent.plaintext_sha256))
}

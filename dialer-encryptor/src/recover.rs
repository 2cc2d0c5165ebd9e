//! What did an earlier run leave half done? Repaired from the journal and the folders alone.

use crate::claim::{self, Attempt, Claim};
use crate::error::{RecordingError, RunError};
use crate::folders::Folders;
use crate::journal::{Entry, Intent, Journal};
use crate::publish;
use crate::summary::Summary;
use rustix::fs::fsync;
use rustix::io::Errno;
use shared::verify::digest;
use std::fs::File;

/// What an unfinished entry turns out to be.
enum Fate {
    /// Nothing is left to do.
    Done,
    /// It was not published: the recording is sealed again.
    Undone,
    /// The recording cannot be looked at now.
    Later,
}

/// Finishes what was published and takes back what was not, then removes leftover temporaries.
///
/// # Errors
/// When the journal or a folder cannot be read; no recording was touched then.
pub fn repair(
    folders: &Folders,
    journal: &mut Journal,
    summary: &mut Summary,
) -> Result<(), RunError> {
    let failed = journal.failed();
    let entries = journal.unfinished(folders.source.path.as_os_str()).map_err(&failed)?;
    let (mut done, mut undone) = (Vec::new(), Vec::new());
    for entry in &entries {
        match fate(folders, entry, summary) {
            Ok(Fate::Done) => done.push(entry.id),
            Ok(Fate::Undone) => undone.push(entry.id),
            Ok(Fate::Later) => {}
            Err(error) => summary.fail(&entry.intent.name, &error),
        }
    }
    journal.finish(&done).map_err(&failed)?;
    journal.forget(&undone).map_err(&failed)?;
    summary.swept += publish::sweep(folders).map_err(|error| RunError::Folder {
        path: folders.sealing.path.clone(),
        source: error.into(),
    })?;
    Ok(())
}

fn fate(folders: &Folders, entry: &Entry, summary: &mut Summary) -> Result<Fate, RecordingError> {
    let intent = &entry.intent;
    let published = published(folders, intent)?;
    let claim = match claim::claim(&folders.source, &intent.name)? {
        Attempt::Claimed(claim) => claim,
        Attempt::Busy => return Ok(Fate::Later),
        // The plaintext goes only after its sealed file is durable; that may be uploaded by now.
        Attempt::Gone | Attempt::NotAFile => return Ok(Fate::Done),
    };
    let Some(published) = published else { return Ok(Fate::Undone) };
    if !is_what_was_sealed(&claim, intent)? {
        // Another recording of the same name; the old one is done with.
        return Ok(Fate::Done);
    }
    // The run may have ended before the folder's fsync.
    fsync(&published).map_err(RecordingError::step("making the sealed file durable"))?;
    fsync(&folders.output.fd).map_err(RecordingError::step("making GPG durable"))?;
    claim.remove(&folders.source)?;
    fsync(&folders.source.fd).map_err(RecordingError::step("making the removal durable"))?;
    summary.recovered += 1;
    Ok(Fate::Done)
}

/// The published file, if it stands there with the very octets that were proven.
fn published(folders: &Folders, intent: &Intent) -> Result<Option<File>, RecordingError> {
    let fd = match folders.output.open_file(&intent.output) {
        Ok((fd, _)) => fd,
        Err(Errno::NOENT | Errno::LOOP | Errno::INVAL) => return Ok(None),
        Err(error) => return Err(RecordingError::step("reading a sealed file")(error)),
    };
    let mut file = File::from(fd);
    let found = digest(&mut file).map_err(RecordingError::step("reading a sealed file"))?;
    let is_it = found == (intent.ciphertext_octets, intent.ciphertext_sha256);
    Ok(is_it.then_some(file))
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

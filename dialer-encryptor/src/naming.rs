//! Under which name is a sealed recording published, when the obvious one may be taken?

use crate::cli::Suffix;
use crate::error::RecordingError;
use crate::folders::Folders;
use crate::identity::Identity;
use crate::journal::Journal;
use crate::summary::Summary;
use rustix::fs::{RenameFlags, renameat_with};
use rustix::io::Errno;
use shared::decrypt::{self, Problem};
use shared::verify::digest;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::time::{SystemTime, UNIX_EPOCH};

/// The longest name that Linux takes, in octets.
const NAME_OCTETS: usize = 255;

/// A longer file is not read to see whether it is a torso: it is kept, and the recording gets a number.
const TORSO_OCTETS: u64 = 1 << 26;

/// Where a sealed recording can go.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing stands there.
    Free(OsString),
    /// This very recording was published there before, and it is still complete: the number of
    /// its intent.
    Finished(i64),
}

/// `NAME-all.mp3` to `NAME-all.mp3.pgp`, or to `NAME-all~2.mp3.pgp` for the second of that name.
///
/// # Errors
/// When there is no room for the ending.
pub fn sealed_name(
    recording: &OsStr,
    suffix: Suffix,
    number: u32,
) -> Result<OsString, RecordingError> {
    let octets = recording.as_bytes();
    let dot = octets.iter().rposition(|octet| *octet == b'.').unwrap_or(octets.len());
    let (stem, ending) = octets.split_at(dot);
    let counter = if number > 1 { format!("~{number}") } else { String::new() };
    let suffix = suffix.text().as_bytes();
    let name = [stem, counter.as_bytes(), ending, b".", suffix].concat();
    if name.len() > NAME_OCTETS {
        return Err(RecordingError::NameTooLong { octets: name.len() });
    }
    Ok(OsString::from_vec(name))
}

/// What is to be published.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The recording's name.
    pub recording: &'a OsStr,
    /// SHA-256 of the recording.
    pub plaintext_sha256: &'a [u8; 32],
    /// Whom it is sealed for, as the journal writes it.
    pub recipients: &'a str,
    /// What the name ends with.
    pub suffix: Suffix,
}

/// Finds a place for a sealed recording. What stands in the way is never replaced: an incomplete
/// file is set aside, anything else is kept and the new one gets a number. Both are reported.
///
/// # Errors
/// When `GPG` cannot be read, or there is no free name.
pub fn place(
    folders: &Folders,
    journal: &Journal,
    wanted: Wanted<'_>,
    summary: &mut Summary,
) -> Result<Place, RecordingError> {
    for number in 1..10_000 {
        let name = sealed_name(wanted.recording, wanted.suffix, number)?;
        let reading = RecordingError::step("looking into GPG");
        if folders.output.look(&name).map_err(reading)?.is_none() {
            if number > 1 {
                summary.keep_both(wanted.recording, &name);
            }
            return Ok(Place::Free(name));
        }
        if let Some(id) = ours(folders, journal, &name, wanted)? {
            return Ok(Place::Finished(id));
        }
        if let Some(torso) = incomplete(folders, &name)?
            && set_aside(folders, &name, &torso)?
        {
            summary.set_aside(&name);
            return Ok(Place::Free(name));
        }
    }
    Err(RecordingError::NoFreeName)
}

/// The intent by which the journal published this name for this recording and these recipients, if
/// it did and the file is still that one.
fn ours(
    folders: &Folders,
    journal: &Journal,
    name: &OsStr,
    wanted: Wanted<'_>,
) -> Result<Option<i64>, RecordingError> {
    let found = journal.published(name, wanted.plaintext_sha256, wanted.recipients)?;
    let Some((id, expected)) = found else { return Ok(None) };
    let Ok((fd, _)) = folders.output.open_file(name) else { return Ok(None) };
    let reading = RecordingError::step("reading a sealed file");
    let (_, found) = digest(&mut File::from(fd)).map_err(reading)?;
    Ok((found == expected).then_some(id))
}

/// The file, if it is the torso of a sealed one, or empty: gpg killed, or a disk that was full.
fn incomplete(folders: &Folders, name: &OsStr) -> Result<Option<Identity>, RecordingError> {
    let Ok((fd, stat)) = folders.output.open_file(name) else { return Ok(None) };
    let identity = Identity::of(&stat);
    if identity.octets > TORSO_OCTETS {
        return Ok(None);
    }
    let mut message = Vec::new();
    File::from(fd)
        .take(TORSO_OCTETS)
        .read_to_end(&mut message)
        .map_err(RecordingError::step("reading a sealed file"))?;
    let problem = decrypt::inspect(&message).err().map(|error| error.problem());
    let is_torso = matches!(problem, Some(Problem::Incomplete | Problem::NotPgpEmpty));
    Ok(is_torso.then_some(identity))
}

/// Moves a file of `GPG` to where nobody uploads it; false if another file had taken its name
/// meanwhile (a run of another format), which is put back.
///
/// # Errors
/// When it cannot be moved.
pub fn set_aside(
    folders: &Folders,
    name: &OsStr,
    expected: &Identity,
) -> Result<bool, RecordingError> {
    let failed = RecordingError::step::<Errno>;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    // The time goes first: a name of 255 octets has no room for more, so it is cut there.
    let mut aside = format!("{now}-").into_bytes();
    aside.extend_from_slice(name.as_bytes());
    aside.truncate(NAME_OCTETS);
    let aside = OsString::from_vec(aside);
    let (gpg, away) = (&folders.output.fd, &folders.set_aside);
    let flags = RenameFlags::NOREPLACE;
    renameat_with(gpg, name, &away.fd, &aside, flags).map_err(failed("setting a file aside"))?;
    let moved = away.look(&aside).map_err(failed("looking at a file set aside"))?;
    if moved.is_some_and(|stat| Identity::of(&stat) == *expected) {
        return Ok(true);
    }
    renameat_with(&away.fd, &aside, gpg, name, flags).map_err(failed("putting a file back"))?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn sealed_names_keep_the_recordings_and_end_once() {
        let name = |text: &str, suffix, number| {
            sealed_name(OsStr::new(text), suffix, number).unwrap().into_string().unwrap()
        };
        assert_eq!(name("a-all.mp3", Suffix::Pgp, 1), "a-all.mp3.pgp");
        assert_eq!(name("a-all.mp3", Suffix::Gpg, 1), "a-all.mp3.gpg");
        assert_eq!(name("a-all.mp3", Suffix::Pgp, 2), "a-all~2.mp3.pgp");
        assert_eq!(name("a.b.wav", Suffix::Pgp, 12), "a.b~12.wav.pgp");
    }

    #[test]
    fn a_name_without_room_is_refused() {
        let fits = format!("{}.mp3", "x".repeat(247));
        assert_eq!(sealed_name(OsStr::new(&fits), Suffix::Pgp, 1).unwrap().len(), 255);
        let long = format!("{}.mp3", "x".repeat(248));
        assert!(matches!(
            sealed_name(OsStr::new(&long), Suffix::Pgp, 1),
            Err(RecordingError::NameTooLong { octets: 256 })
        ));
    }
}

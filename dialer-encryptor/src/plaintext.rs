//! Where does plaintext lie around that sealing leaves behind?
//!
//! Compress moves its source to `ORIG`, step 1 leaves both legs of a call there, and whatever was
//! delivered unsealed once stands in `FTP`: all under a folder that the stock Apache serves.

use crate::format::Format;
use crate::tally::{Kind, Tally, tally};
use clap::ValueEnum;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How names of unencrypted audio end.
const AUDIO: [&str; 4] = [".wav", ".gsm", ".mp3", ".ogg"];

/// Folders of days in folders of years, and one more.
const DEPTH: usize = 3;

/// A folder with plaintext in it, or one that could not be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaintextFolder {
    /// The folder.
    pub path: PathBuf,
    /// Its name under `PATHDONEmonitor`, such as `ORIG`; a dot for that folder itself.
    pub name: String,
    /// How many files of unencrypted audio, their length altogether, and the age of the oldest.
    pub tally: Tally,
}

/// The folders that hold unencrypted audio by name, with those of days in them. What waits to be
/// sealed is among it: it stands in the folder of its format.
#[must_use]
pub fn left(spool: &Path) -> Vec<PlaintextFolder> {
    let formats = Format::value_variants().iter().filter_map(|format| format.folder());
    let names = ["ORIG", "FTP", "GPG"].into_iter().chain(formats);
    let own = [(".", spool.to_owned(), 0)];
    let all = own.into_iter().chain(names.map(|name| (name, spool.join(name), DEPTH)));
    all.filter_map(|(name, path, depth)| {
        let kind = Kind { is_counted: &is_audio, is_entered: &|_| true, depth };
        let tally = tally(&path, kind)?;
        let is_told = tally.count > 0 || tally.problem.is_some();
        is_told.then(|| PlaintextFolder { path, name: name.to_string(), tally })
    })
    .collect()
}

/// Whether a file of this name is unencrypted audio, in any case of letters.
#[must_use]
pub fn is_audio(name: &OsStr) -> bool {
    let octets = name.as_bytes();
    AUDIO.iter().any(|end| {
        let last = octets.len().checked_sub(end.len()).and_then(|from| octets.get(from..));
        last.is_some_and(|last| last.eq_ignore_ascii_case(end.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_told_by_the_end_of_its_name() {
        for name in ["a.wav", "a-in.WAV", "a.Mp3", ".gsm", "a.b.ogg"] {
            assert!(is_audio(OsStr::new(name)), "{name}");
        }
        for name in ["a.mp3.pgp", "a.mp3.gpg.gpg", "wav", "a.txt", ""] {
            assert!(!is_audio(OsStr::new(name)), "{name}");
        }
    }
}

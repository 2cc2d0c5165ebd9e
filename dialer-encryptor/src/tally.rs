//! How many files of a kind stand in a folder, how long are they, and how old is the oldest?
//!
//! Names are looked at one by one and not kept, so that a folder of any size takes the same memory.

use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How far a clock may be ahead of what was written down.
pub const CLOCK: Duration = Duration::from_secs(600);

/// What stands in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many files.
    pub count: u64,
    /// Their length altogether.
    pub octets: u64,
    /// How long ago the oldest was written to, in seconds.
    pub oldest_age_secs: Option<u64>,
    /// How many are dated in the future: their age is not known, and no purge takes them.
    pub ahead: u64,
    /// Why not all could be counted, with the place.
    pub problem: Option<String>,
}

impl Tally {
    /// Adds what stands elsewhere.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.octets = self.octets.saturating_add(other.octets);
        self.oldest_age_secs = self.oldest_age_secs.max(other.oldest_age_secs);
        self.ahead += other.ahead;
        self.problem = self.problem.take().or(other.problem);
    }

    fn note(&mut self, path: &Path, error: &io::Error) {
        // Somebody may remove what was listed a moment ago.
        if error.kind() != ErrorKind::NotFound && self.problem.is_none() {
            self.problem = Some(format!("{error}: {}", crate::error::shown(path)));
        }
    }
}

/// What is counted, and in which folders.
#[derive(Clone, Copy)]
pub struct Kind<'a> {
    /// By its name, is this file counted?
    pub is_counted: &'a dyn Fn(&OsStr) -> bool,
    /// By its name, is this folder looked into?
    pub is_entered: &'a dyn Fn(&OsStr) -> bool,
    /// How many folders deep.
    pub depth: usize,
}

/// Counts the files of a kind in a folder; none where there is no such folder. Links are not
/// followed, but for one that the folder itself is.
#[must_use]
pub fn tally(folder: &Path, kind: Kind<'_>) -> Option<Tally> {
    let mut sum = Tally::default();
    match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => sum.note(folder, &error),
        Ok(entries) => {
            for entry in entries {
                match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                    Ok((file_type, entry)) if file_type.is_dir() => sum.enter(&entry, kind),
                    Ok((_, entry)) => sum.count(&entry, kind),
                    Err(error) => sum.note(folder, &error),
                }
            }
        }
    }
    Some(sum)
}

impl Tally {
    fn enter(&mut self, entry: &DirEntry, kind: Kind<'_>) {
        let Some(depth) = kind.depth.checked_sub(1) else { return };
        if (kind.is_entered)(&entry.file_name()) {
            self.add(tally(&entry.path(), Kind { depth, ..kind }).unwrap_or_default());
        }
    }

    fn count(&mut self, entry: &DirEntry, kind: Kind<'_>) {
        if !(kind.is_counted)(&entry.file_name()) {
            return;
        }
        match entry.metadata() {
            Ok(about) if about.is_file() => {
                let modified = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let age = SystemTime::now().duration_since(modified);
                let is_ahead = age.as_ref().is_err_and(|ahead| ahead.duration() > CLOCK);
                self.add(Self {
                    count: 1,
                    octets: about.len(),
                    oldest_age_secs: Some(age.unwrap_or_default().as_secs()),
                    ahead: u64::from(is_ahead),
                    problem: None,
                });
            }
            Ok(_) => {}
            Err(error) => self.note(&entry.path(), &error),
        }
    }
}

//! Which recordings of a format stand in its folder?

use crate::error::RunError;
use crate::folders::Folder;
use crate::format::Format;
use std::collections::{BinaryHeap, HashSet};
use std::ffi::{OsStr, OsString};

/// How many names are held at once, so that a backlog of any size takes the same memory.
const WINDOW: usize = 10_000;

/// The recordings of one folder, in order of their names, which begin with the date: the oldest
/// first, since the purge takes those first.
#[derive(Debug)]
pub struct Spool<'a> {
    source: &'a Folder,
    format: Format,
    last: Option<OsString>,
    passed_over: HashSet<OsString>,
}

impl<'a> Spool<'a> {
    /// Begins with the first, and passes over those that were dealt with already.
    #[must_use]
    pub fn new(source: &'a Folder, format: Format, passed_over: HashSet<OsString>) -> Self {
        Self { source, format, last: None, passed_over }
    }

    /// The next names in order; none at the end. What comes into the folder meanwhile under an
    /// earlier name is left for the next run.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn next_names(&mut self) -> Result<Vec<OsString>, RunError> {
        let mut first = BinaryHeap::with_capacity(WINDOW + 1);
        self.each_left(|name| {
            if first.len() < WINDOW {
                first.push(name.to_owned());
            } else if first.peek().is_some_and(|last: &OsString| name < last.as_os_str()) {
                first.pop();
                first.push(name.to_owned());
            }
        })?;
        let names = first.into_sorted_vec();
        self.last = names.last().cloned().or_else(|| self.last.take());
        Ok(names)
    }

    /// How many come after those that [`Spool::next_names`] has named.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn count_left(&self) -> Result<usize, RunError> {
        let mut count = 0;
        self.each_left(|_| count += 1)?;
        Ok(count)
    }

    fn each_left(&self, mut show: impl FnMut(&OsStr)) -> Result<(), RunError> {
        let is_left = |name: &OsStr| self.last.as_ref().is_none_or(|last| name > last.as_os_str());
        self.source
            .each_name(|name| {
                if self.format.is_recording(name)
                    && is_left(name)
                    && !self.passed_over.contains(name)
                {
                    show(name);
                }
            })
            .map_err(|error| RunError::Folder {
                path: self.source.path.clone(),
                source: error.into(),
            })
    }
}

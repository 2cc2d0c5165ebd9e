//! What is on a disk when the power fails? A model that keeps what was made durable apart from
//! what a running system shows.
//!
//! The sync of a file makes its octets durable, not its name; that of a folder its names. That is
//! all that POSIX promises, and less than most file systems do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::crash::{Crash, Left};
use crate::{Failure, Outcome};

/// A file or a folder, whatever its names are.
pub type Node = usize;

/// The folder that holds everything.
pub const ROOT: Node = 0;

/// A disk in use.
#[derive(Clone)]
pub struct Disk {
    nodes: Vec<Stored>,
}

#[derive(Clone)]
enum Stored {
    File(File),
    Folder(Folder),
}

#[derive(Clone, Default)]
struct File {
    durable: Vec<u8>,
    /// Since the last sync.
    changes: Vec<Change>,
    /// Where the very file is kept, for its inode.
    kept: Option<PathBuf>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

#[derive(Clone, Default)]
struct Folder {
    durable: BTreeMap<String, Node>,
    current: BTreeMap<String, Node>,
}

impl Disk {
    /// What stands in a folder, all of it durable. Files of the given ending get a second name in
    /// `keep`, so that they can be put back with their inode and their time.
    pub fn of(folder: &Path, ending: &str, keep: &Path) -> Outcome<Disk> {
        let mut disk = Disk { nodes: vec![Stored::Folder(Folder::default())] };
        disk.take(ROOT, folder, ending, keep)?;
        Ok(disk)
    }

    fn take(&mut self, node: Node, folder: &Path, ending: &str, keep: &Path) -> Outcome {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                let made = self.make_folder(node, &name)?;
                self.take(made, &entry.path(), ending, keep)?;
            } else {
                let kept = name.ends_with(ending).then(|| keep.join(&name));
                if let Some(kept) = &kept {
                    fs::hard_link(entry.path(), kept)?;
                }
                let durable = fs::read(entry.path())?;
                let file = File { durable, kept, changes: Vec::new() };
                self.add(node, &name, Stored::File(file))?;
            }
        }
        self.sync(node)
    }

    /// What a name stands for now.
    #[must_use]
    pub fn look(&self, folder: Node, name: &str) -> Option<Node> {
        match self.nodes.get(folder) {
            Some(Stored::Folder(folder)) => folder.current.get(name).copied(),
            _ => None,
        }
    }

    /// Makes an empty file.
    pub fn make_file(&mut self, folder: Node, name: &str) -> Outcome<Node> {
        self.add(folder, name, Stored::File(File::default()))
    }

    /// Makes an empty folder.
    pub fn make_folder(&mut self, folder: Node, name: &str) -> Outcome<Node> {
        self.add(folder, name, Stored::Folder(Folder::default()))
    }

    fn add(&mut self, folder: Node, name: &str, stored: Stored) -> Outcome<Node> {
        self.nodes.push(stored);
        let node = self.nodes.len() - 1;
        self.link(node, folder, name)?;
        Ok(node)
    }

    /// Gives something a name, in the place of what had it.
    pub fn link(&mut self, node: Node, folder: Node, name: &str) -> Outcome {
        self.folder(folder)?.current.insert(name.to_owned(), node);
        Ok(())
    }

    /// Takes a name away.
    pub fn unlink(&mut self, folder: Node, name: &str) -> Outcome<Node> {
        let gone = self.folder(folder)?.current.remove(name);
        gone.ok_or_else(|| Failure::new(format!("the model has no {name} to remove")))
    }

    /// Writes octets into a file.
    pub fn write(&mut self, file: Node, offset: usize, octets: &[u8]) -> Outcome {
        self.file(file)?.changes.push(Change::Write(offset, octets.to_vec()));
        Ok(())
    }

    /// Gives a file another length.
    pub fn cut(&mut self, file: Node, octets: usize) -> Outcome {
        self.file(file)?.changes.push(Change::Cut(octets));
        Ok(())
    }

    /// How long a file is now.
    pub fn length(&mut self, file: Node) -> Outcome<usize> {
        let file = self.file(file)?;
        Ok(file.changes.iter().fold(file.durable.len(), |length, change| match change {
            Change::Write(offset, octets) => length.max(offset + octets.len()),
            Change::Cut(octets) => *octets,
        }))
    }

    /// Makes a file's octets durable, or a folder's names.
    pub fn sync(&mut self, node: Node) -> Outcome {
        match self.nodes.get_mut(node) {
            Some(Stored::File(file)) => {
                file.durable = file.with(file.changes.len(), false);
                file.changes.clear();
                Ok(())
            }
            Some(Stored::Folder(folder)) => {
                folder.durable = folder.current.clone();
                Ok(())
            }
            None => Err(Failure::new("the model has no such node to sync")),
        }
    }

    /// What a running system shows: all that was done, durable or not.
    #[must_use]
    pub fn shown(&self) -> Left {
        let mut synced = self.clone();
        for node in 0..self.nodes.len() {
            drop(synced.sync(node));
        }
        synced.left(Crash::Nothing)
    }

    fn file(&mut self, node: Node) -> Outcome<&mut File> {
        match self.nodes.get_mut(node) {
            Some(Stored::File(file)) => Ok(file),
            _ => Err(Failure::new(format!("node {node} of the model is no file"))),
        }
    }

    fn folder(&mut self, node: Node) -> Outcome<&mut Folder> {
        match self.nodes.get_mut(node) {
            Some(Stored::Folder(folder)) => Ok(folder),
            _ => Err(Failure::new(format!("node {node} of the model is no folder"))),
        }
    }

    /// What is left if the power fails now.
    #[must_use]
    pub fn left(&self, crash: Crash) -> Left {
        let mut left = Left::default();
        self.gather(ROOT, "", crash, &mut left);
        left
    }

    fn gather(&self, node: Node, path: &str, crash: Crash, left: &mut Left) {
        match self.nodes.get(node) {
            Some(Stored::Folder(folder)) => {
                left.folders.insert(path.to_owned());
                for (name, node) in folder.after(crash) {
                    self.gather(*node, &format!("{path}/{name}"), crash, left);
                }
            }
            Some(Stored::File(file)) => {
                left.files.insert(path.to_owned(), file.after(crash));
                if let Some(kept) = file.kept.as_ref().filter(|_| file.changes.is_empty()) {
                    left.kept.insert(path.to_owned(), kept.clone());
                }
            }
            None => {}
        }
    }
}

impl Folder {
    fn after(&self, crash: Crash) -> impl Iterator<Item = (&String, &Node)> {
        let entries = match crash {
            Crash::Names | Crash::NamesAndHalf => &self.current,
            Crash::Nothing | Crash::Removals | Crash::Octets => &self.durable,
        };
        entries.iter().filter(move |(name, node)| {
            crash != Crash::Removals || self.current.get(*name) == Some(*node)
        })
    }
}

impl File {
    fn after(&self, crash: Crash) -> Vec<u8> {
        match crash {
            Crash::Nothing | Crash::Names | Crash::Removals => self.durable.clone(),
            Crash::NamesAndHalf => self.with(self.changes.len().div_ceil(2), true),
            Crash::Octets => self.with(self.changes.len(), false),
        }
    }

    /// The octets after the first `count` changes; of a torn one only half arrived.
    fn with(&self, count: usize, is_torn: bool) -> Vec<u8> {
        let mut octets = self.durable.clone();
        for (place, change) in self.changes.iter().take(count).enumerate() {
            match change {
                Change::Cut(length) => octets.resize(*length, 0),
                Change::Write(offset, written) => {
                    let is_half = is_torn && place + 1 == count;
                    let length = if is_half { written.len() / 2 } else { written.len() };
                    let end = offset + length;
                    octets.resize(octets.len().max(end), 0);
                    octets.splice(*offset..end, written.iter().take(length).copied());
                }
            }
        }
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::CRASHES;

    /// A disk with `old/a`, both durable, and what each crash leaves of the file found at `path`.
    fn crashes(
        change: impl Fn(&mut Disk, Node, Node) -> Outcome,
        path: &str,
    ) -> Outcome<Vec<String>> {
        let mut disk = Disk { nodes: vec![Stored::Folder(Folder::default())] };
        let old = disk.make_folder(ROOT, "old")?;
        let a = disk.make_file(old, "a")?;
        disk.write(a, 0, b"1234")?;
        for node in [a, old, ROOT] {
            disk.sync(node)?;
        }
        change(&mut disk, old, a)?;
        let after = |crash| match disk.left(crash).files.get(path) {
            Some(octets) => String::from_utf8_lossy(octets).into_owned(),
            None => "-".to_owned(),
        };
        Ok(CRASHES.into_iter().map(after).collect())
    }

    #[test]
    fn octets_without_a_sync_may_be_missing_or_torn() -> Outcome {
        let append = |disk: &mut Disk, _, a| disk.write(a, 4, b"5678");
        assert_eq!(crashes(append, "/old/a")?, ["1234", "1234", "123456", "1234", "12345678"]);
        let synced = |disk: &mut Disk, _, a| {
            disk.cut(a, 2)?;
            disk.sync(a)
        };
        assert_eq!(crashes(synced, "/old/a")?, ["12"; 5]);
        Ok(())
    }

    #[test]
    fn a_name_without_its_folders_sync_may_be_missing_and_a_removal_may_come_early() -> Outcome {
        let rename = |disk: &mut Disk, old, _| {
            let a = disk.unlink(old, "a")?;
            disk.link(a, ROOT, "b")
        };
        assert_eq!(crashes(rename, "/b")?, ["-", "1234", "1234", "-", "-"]);
        assert_eq!(crashes(rename, "/old/a")?, ["1234", "-", "-", "-", "1234"]);
        let synced = |disk: &mut Disk, old, a| {
            rename(disk, old, a)?;
            disk.sync(ROOT)
        };
        assert_eq!(crashes(synced, "/b")?, ["1234"; 5]);
        Ok(())
    }

    #[test]
    fn a_synced_file_in_a_folder_that_is_not_durable_is_gone() -> Outcome {
        let make = |disk: &mut Disk, _, _| {
            let new = disk.make_folder(ROOT, "new")?;
            let file = disk.make_file(new, "x")?;
            disk.write(file, 0, b"y")?;
            disk.sync(file)?;
            disk.sync(new)
        };
        assert_eq!(crashes(make, "/new/x")?, ["-", "y", "y", "-", "-"]);
        Ok(())
    }
}

//! Which of what a program did can have reached the disk when the power fails, and what does a
//! machine find then?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, ensure};

/// What reached the disk of all that no sync had asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Nothing.
    Nothing,
    /// Every name that was made, changed or removed; no octet. Files are empty or as they were.
    Names,
    /// Every name, and the first half of the octets, the last write of them torn.
    NamesAndHalf,
    /// Only that names went: removals, and renames away.
    Removals,
    /// Every octet, and no name.
    Octets,
}

/// Every order there is a name for.
pub const CRASHES: [Crash; 5] =
    [Crash::Nothing, Crash::Names, Crash::NamesAndHalf, Crash::Removals, Crash::Octets];

/// What a machine finds when it has power again.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// Folders by their path, parents first.
    pub folders: BTreeSet<String>,
    /// Files' octets by their path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Which of them are files that were there from the start and never written to.
    pub kept: BTreeMap<String, PathBuf>,
}

impl Left {
    /// Makes a folder hold this and nothing else.
    pub fn put_into(&self, folder: &Path) -> Outcome {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let place = |path: &str| folder.join(path.trim_start_matches('/'));
        for path in &self.folders {
            fs::create_dir(place(path))?;
        }
        for (path, octets) in &self.files {
            match self.kept.get(path) {
                Some(kept) => fs::hard_link(kept, place(path))?,
                None => fs::write(place(path), octets)?,
            }
        }
        Ok(())
    }

    /// Fails unless a folder holds this and nothing else.
    pub fn expect_in(&self, folder: &Path) -> Outcome {
        let mut found = Left::default();
        found.read(folder, "")?;
        ensure!(found.folders == self.folders, "folders {:?}", found.folders);
        ensure!(
            found.files.keys().eq(self.files.keys()),
            "files {:?} instead of {:?}",
            found.files.keys(),
            self.files.keys()
        );
        for (path, octets) in &found.files {
            ensure!(self.files.get(path) == Some(octets), "{path} holds something else");
        }
        Ok(())
    }

    fn read(&mut self, folder: &Path, path: &str) -> Outcome {
        self.folders.insert(path.to_owned());
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = format!("{path}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.read(&entry.path(), &path)?;
            } else {
                self.files.insert(path, fs::read(entry.path())?);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Disk;

    #[test]
    fn what_was_kept_comes_back_with_its_inode() -> Outcome {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir()?;
        let (root, keep) = (folder.path().join("root"), folder.path().join("keep"));
        fs::create_dir_all(root.join("in"))?;
        fs::create_dir(&keep)?;
        fs::write(root.join("in/a.mp3"), "a")?;
        fs::write(root.join("b"), "b")?;
        let inode = fs::metadata(root.join("in/a.mp3"))?.ino();
        let disk = Disk::of(&root, ".mp3", &keep)?;
        fs::write(root.join("c"), "c")?;
        disk.left(Crash::Nothing).put_into(&root)?;
        assert_eq!(fs::metadata(root.join("in/a.mp3"))?.ino(), inode);
        assert_eq!(fs::read(root.join("b"))?, b"b");
        assert!(!root.join("c").exists());
        Ok(())
    }
}

//! What becomes of recordings whose folder no run looks after any more: a day that was removed, a
//! format that left the crontab? A crash may have come between their removal and its note in the
//! journal, and their rows would wait for ever.

use crate::folders::{self, Folder};
use crate::journal::{Journal, Marks};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Notes as done what was intended for recordings of folders that were not visited, and that are
/// not there any more. One that is still there is left to the run that looks after its folder.
///
/// # Errors
/// The journal's.
pub fn settle(journal: &mut Journal, visited: &HashSet<PathBuf>) -> rusqlite::Result<()> {
    for folder in journal.open_folders()? {
        let path = Path::new(&folder);
        if visited.contains(path) || is_at_work(path) {
            continue;
        }
        let mut marks = Marks::default();
        for entry in journal.unfinished(&folder)? {
            if is_gone(path, &entry.intent.name) {
                marks.done.push(entry.id);
            }
        }
        journal.mark(&marks)?;
    }
    Ok(())
}

/// Whether another run holds the lock of the folder, or of the one that a day's is in.
fn is_at_work(path: &Path) -> bool {
    let is_locked = |folder: &Folder| matches!(folders::lock(folder), Ok(None) | Err(_));
    let both = [Some(path), path.parent()];
    both.into_iter().flatten().filter_map(|it| folders::open(it).ok()).any(|it| is_locked(&it))
}

fn is_gone(folder: &Path, name: &OsStr) -> bool {
    match folder.join(name).symlink_metadata() {
        Ok(_) => false,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

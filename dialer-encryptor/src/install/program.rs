//! By which path will cron start this program?

use super::refusal::Refusal;
use crate::error::shown;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf, absolute};

/// What lines of a crontab are known by.
const NAME: &str = "dialer-encryptor";

/// The path by which it was called, links and all: an upgrade puts another file behind a link.
///
/// # Errors
/// When the file has another name, by which nobody would know the line again.
pub fn path() -> Result<PathBuf, Refusal> {
    let itself = env::current_exe().ok().filter(|path| path.is_file()).ok_or_else(|| {
        Refusal::new("The path of this program is not known. Start it by its whole path.")
    })?;
    let called = env::args_os().next().unwrap_or_default();
    let search = env::var_os("PATH").unwrap_or_default();
    let called = as_called(&called, &search, &itself);
    let named = called.into_iter().chain([itself.clone()]).find(|path| is_named(path));
    named.ok_or_else(|| {
        Refusal::new(format!(
            "The crontab knows this program by its name. Call the file {NAME} again: {}",
            shown(&itself)
        ))
    })
}

fn is_named(path: &Path) -> bool {
    path.file_name() == Some(NAME.as_ref())
}

/// Whoever calls a program says how it is called, and may say anything: only what leads to this
/// program counts.
fn as_called(called: &OsStr, search: &OsStr, itself: &Path) -> Option<PathBuf> {
    let itself = itself.canonicalize().ok()?;
    let is_itself = |path: &PathBuf| path.canonicalize().is_ok_and(|real| real == itself);
    let called = Path::new(called);
    if called.components().count() > 1 || called.is_absolute() {
        return absolute(called).ok().filter(is_itself);
    }
    let folders = env::split_paths(search);
    folders.filter_map(|folder| absolute(folder.join(called)).ok()).find(is_itself)
}

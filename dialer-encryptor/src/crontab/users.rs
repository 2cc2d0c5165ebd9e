//! What stands in the crontabs of the other users?

use super::source::{Origin, SYSTEM_FILES, named, octets_of};
use super::{Crontab, parse};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where they stand: Debian, openSUSE, Red Hat.
const FOLDERS: [&str; 3] = ["/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/var/spool/cron"];

/// Each of them but that of `own`, who is asked by the `crontab` program. Only root may read them;
/// for whoever may not there are none.
///
/// # Errors
/// When one cannot be read though the folder can be.
pub fn others(own: Option<&str>) -> io::Result<Vec<Crontab>> {
    let mut paths = BTreeSet::new();
    for folder in FOLDERS.map(Path::new) {
        for path in paths_in(folder).map_err(|error| named(folder, &error))? {
            let name = path.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
            // Half written ones, and what packages keep, belong to nobody.
            let is_user = !name.starts_with(b".") && !name.starts_with(b"tmp.");
            if is_user && Some(name) != own.map(str::as_bytes) && path.is_file() {
                paths.insert(path.canonicalize().map_err(|error| named(&path, &error))?);
            }
        }
    }
    paths.into_iter().map(crontab).collect()
}

fn paths_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let names = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            return Ok(Vec::new());
        }
        names => names?,
    };
    let paths: io::Result<Vec<PathBuf>> =
        names.take(SYSTEM_FILES + 1).map(|name| Ok(name?.path())).collect();
    let paths = paths?;
    if paths.len() > SYSTEM_FILES {
        return Err(io::Error::other("there are too many crontabs"));
    }
    Ok(paths)
}

fn crontab(path: PathBuf) -> io::Result<Crontab> {
    let octets = octets_of(&path).map_err(|error| named(&path, &error))?;
    Ok(Crontab { lines: parse(&octets, false), origin: Origin::User(path), octets })
}

//! How is the journal read without a trace, and without keeping a run waiting?

use super::{BUSY, Journal, VERSION};
use crate::error::RunError;
use rusqlite::{Connection, OpenFlags};
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How often what was read while the file changed is read again.
const TRIES: usize = 5;

/// Reads what is asked for out of the journal. Where the file alone was read and a run changed it
/// meanwhile, it is read again.
pub(super) fn read<T>(
    folder: &Path,
    ask: impl Fn(&Journal) -> rusqlite::Result<T>,
) -> Result<Option<T>, RunError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let before = state(folder);
        let Some(journal) = look(folder)? else { return Ok(None) };
        let answer = ask(&journal);
        if tries < TRIES && state(folder) != before {
            continue;
        }
        return answer.map(Some).map_err(journal.failed());
    }
}

/// Changes with every change of the file.
fn state(folder: &Path) -> Option<(u64, i64, i64, u64)> {
    let about = fs::metadata(folder.join("journal.sqlite")).ok()?;
    Some((about.ino(), about.mtime(), about.mtime_nsec(), about.len()))
}

pub(super) fn look(folder: &Path) -> Result<Option<Journal>, RunError> {
    let path = folder.join("journal.sqlite");
    let about = match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        // SQLite would say that it cannot open it; who may not is to be told that.
        Err(source) => return Err(RunError::Look { path, source }),
        Ok(about) => about,
    };
    fs::File::open(&path).map_err(|source| RunError::Look { path: path.clone(), source })?;
    let failed = |source| RunError::Journal { path: path.clone(), source };
    let connection = connect(&path).map_err(failed)?;
    let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    match version.map_err(failed)? {
        // The first run is about to make it.
        0 => Ok(None),
        VERSION => Ok(Some(Journal { connection, path, inode: about.ino() })),
        version if version < VERSION => Err(RunError::OlderJournal { path }),
        _ => Err(RunError::NewerJournal { path }),
    }
}

/// With a write-ahead log there, a run is at work, or one was killed: it is read along. Without one
/// the file alone is complete, and only as one that does not change can it be read by who may not
/// write to its folder, and without making such a log (<https://sqlite.org/wal.html#readonly>).
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let mut log = OsString::from(path);
    log.push("-wal");
    let is_settled = fs::metadata(log).map_or(true, |about| about.len() == 0);
    let query = if is_settled { "mode=ro&immutable=1" } else { "mode=ro" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address(path, query), flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// As an address, in which `?`, `#` and `%` mean something: every octet that could is written by its
/// number.
fn address(path: &Path, query: &str) -> PathBuf {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"/._-".contains(&octet);
    let octet = |octet: &u8| match *octet {
        octet if plain(octet) => char::from(octet).to_string(),
        octet => format!("%{octet:02X}"),
    };
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path: String = whole.as_os_str().as_bytes().iter().map(octet).collect();
    PathBuf::from(format!("file://{path}?{query}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn looking_makes_nothing_and_reads_along_with_a_run() {
        let folder = std::env::temp_dir().join(format!("look at%3F me?{}", std::process::id()));
        assert!(look(&folder).unwrap().is_none() && !folder.exists());
        let run = Journal::open(&folder).unwrap();
        assert_eq!(look(&folder).unwrap().unwrap().waiting_rows().unwrap(), 0);
        drop(run);
        let names = || fs::read_dir(&folder).unwrap().count();
        let before = names();
        let looked = look(&folder).unwrap().unwrap();
        assert_eq!((looked.runs().unwrap().len(), names()), (0, before));
        let write = looked.connection.execute("DELETE FROM intent", []);
        assert!(write.unwrap_err().to_string().contains("readonly"));
        drop(looked);
        let newer = Connection::open(folder.join("journal.sqlite")).unwrap();
        newer.pragma_update(None, "user_version", VERSION + 1).unwrap();
        drop(newer);
        assert!(matches!(look(&folder), Err(RunError::NewerJournal { .. })));
        fs::remove_dir_all(folder).unwrap();
    }
}

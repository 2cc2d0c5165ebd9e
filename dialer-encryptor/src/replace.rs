//! How does a file get other content in one step, so that no reader ever sees half of it?

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

/// Owner and mode of the file.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// Permission bits.
    pub mode: u32,
    /// User and group, if not those of whoever writes it.
    pub owner: Option<(u32, u32)>,
}

/// Writes a new file beside `path`, makes it durable, and renames it to that. A link of that name is
/// replaced, not followed.
///
/// # Errors
/// The system's; the file is as it was then.
pub fn replace(path: &Path, octets: &[u8], access: Access) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Hidden, and with an ending that neither cron nor a collector reads.
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{:016x}.tmp", getrandom::u64().map_err(io::Error::other)?));
    let temporary = folder.join(temporary);
    let written = write(&temporary, octets, access).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What cannot be removed either is told by the first error.
        let _ = fs::remove_file(&temporary);
    }
    written.and_then(|()| File::open(folder)?.sync_all())
}

fn write(path: &Path, octets: &[u8], access: Access) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(octets)?;
    if let Some((user, group)) = access.owner {
        fchown(&file, Some(user), Some(group))?;
    }
    // After the owner, whose change takes bits away; and whatever the umask says.
    file.set_permissions(Permissions::from_mode(access.mode))?;
    file.sync_all()
}

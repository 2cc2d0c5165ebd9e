//! What Linux and macOS share: modes, descriptors, folders.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{
    ConnectOptions, GenericFilePath, Listener, ListenerOptions, Stream,
};
use interprocess::os::unix::local_socket::ListenerOptionsExt as _;

use crate::instance::door_name;

/// Creates a folder that only its owner may enter, and closes one that stands open.
pub fn create_private_folder(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let permissions = std::fs::metadata(folder)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// The user's data folder, for example `~/.local/share`.
pub fn default_data_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|strategy| strategy.data_dir())
}

/// Opens a regular file, and nothing else: a pipe would be waited for without end.
pub fn open_regular(path: &Path) -> Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(flags).unwrap_or_default())
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(Error::new(ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Where the passphrase for `--passphrase-fd` is read from.
pub fn passphrase_source(descriptor: u32) -> Result<Box<dyn Read>> {
    if descriptor == 0 {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    Ok(Box::new(File::open(format!("/dev/fd/{descriptor}"))?))
}

/// Makes a rename in `folder` last.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}

/// Listens where other starts of this user knock. What lies there already is replaced.
pub fn listen(data_folder: &Path) -> Result<Listener> {
    let path = socket_path(data_folder)?;
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let options = ListenerOptions::new().name(path.to_fs_name::<GenericFilePath>()?);
    // Not every system can, and there the folder alone keeps others out.
    if cfg!(target_os = "linux") {
        return options.mode(0o600).create_sync();
    }
    options.create_sync()
}

/// Knocks at the window that is open.
pub fn call(data_folder: &Path) -> Result<Stream> {
    let path = socket_path(data_folder)?;
    let stream =
        ConnectOptions::new().name(path.to_fs_name::<GenericFilePath>()?).connect_sync()?;
    if is_same_user(&stream) { Ok(stream) } else { Err(ErrorKind::PermissionDenied.into()) }
}

/// Whether the other end belongs to the same user.
pub fn is_same_user(stream: &Stream) -> bool {
    let user = stream.peer_creds().ok().and_then(|peer| peer.euid());
    user == Some(rustix::process::geteuid().as_raw())
}

/// The names of displays have seen to it.
pub fn is_same_session(_stream: &Stream) -> bool {
    true
}

/// In the folder for sockets where the desktop gives one: a home on a network drive may hold none.
fn socket_path(data_folder: &Path) -> Result<PathBuf> {
    let private = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| {
        let is_mine = |status: std::fs::Metadata| {
            status.is_dir() && status.uid() == rustix::process::geteuid().as_raw()
        };
        folder.is_absolute() && std::fs::metadata(folder).is_ok_and(is_mine)
    });
    let Some(folder) = private else { return Ok(data_folder.join("instance.sock")) };
    Ok(folder.join(format!("{}.sock", door_name(data_folder)?)))
}

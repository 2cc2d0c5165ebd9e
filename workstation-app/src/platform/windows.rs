//! Windows: the profile's own access rules protect the folder, wgpu before glow.

mod session_window;

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use eframe::Renderer;
use etcetera::BaseStrategy;
use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{
    ConnectOptions, GenericNamespaced, Listener, ListenerOptions, Stream,
};
use interprocess::os::windows::local_socket::ListenerOptionsExt as _;
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use windows_registry::{LOCAL_MACHINE, Type};

use crate::instance::door_name;
use crate::open::source::Source;
use crate::policy;

pub use self::session_window::{LockSignals, attach_console, watch_lock_signals};

/// Creates a folder; below the user's profile Windows gives access to its owner alone.
pub fn create_private_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
}

/// The user's data folder: `%APPDATA%`.
pub fn default_data_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|strategy| strategy.data_dir())
}

/// Opens a regular file, and nothing else.
pub fn open_regular(path: &Path) -> Result<File> {
    if std::fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(Error::new(ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Where the passphrase for `--passphrase-fd` is read from: standard input only.
pub fn passphrase_source(descriptor: u32) -> Result<Box<dyn Read>> {
    if descriptor == 0 {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    Err(Error::new(ErrorKind::Unsupported, "Windows passes on descriptor 0 only"))
}

/// NTFS journals a rename by itself.
pub fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

/// Windows writes no dump of a program's memory unless an administrator asks for it.
pub fn harden_process() {}

/// Where the administrator's policy stands. Windows lets administrators alone write there.
pub const POLICY_PLACE: &str = r"HKLM\Software\Policies\Callseal";

/// Its values; keys below it are passed on as names that mean nothing.
pub fn policy_source() -> std::result::Result<policy::Source, String> {
    let unreadable = |error| format!("{POLICY_PLACE} cannot be read: {error}");
    let key = match LOCAL_MACHINE.open(r"Software\Policies\Callseal") {
        Ok(key) => key,
        Err(error) if error.code().0.cast_unsigned() == KEY_NOT_FOUND => {
            return Ok(policy::Source::Absent);
        }
        Err(error) => return Err(unreadable(error)),
    };
    let number = |value: windows_registry::Value| {
        (value.ty() == Type::U32).then(|| u32::try_from(value).ok()).flatten()
    };
    let values = key.values().map_err(unreadable)?.map(|(name, value)| (name, number(value)));
    let below = key.keys().map_err(unreadable)?.map(|name| (name, None));
    Ok(policy::Source::Registry(values.chain(below).collect()))
}

/// `ERROR_FILE_NOT_FOUND` as Windows wraps it.
const KEY_NOT_FOUND: u32 = 0x8007_0002;

/// Renderers in the order in which they are tried: over RDP and in virtual machines Windows
/// offers OpenGL 1.1 only, where glow fails.
pub fn renderers() -> [Renderer; 2] {
    [Renderer::Wgpu, Renderer::Glow]
}

/// Listens where other starts of this user knock: on a pipe that its owner alone may open.
pub fn listen(data_folder: &Path) -> Result<Listener> {
    let owner_only = widestring::u16cstr!("D:P(A;;GA;;;OW)");
    let descriptor = SecurityDescriptor::deserialize(owner_only)?;
    let name = door_name(data_folder)?.to_ns_name::<GenericNamespaced>()?;
    ListenerOptions::new().name(name).security_descriptor(descriptor).create_sync()
}

/// Knocks at the window that is open.
pub fn call(data_folder: &Path) -> Result<Stream> {
    let name = door_name(data_folder)?.to_ns_name::<GenericNamespaced>()?;
    ConnectOptions::new().name(name).connect_sync()
}

/// The pipe's own access rules have seen to it.
pub fn is_same_user(_stream: &Stream) -> bool {
    true
}

/// Files and links come as arguments here.
pub fn take_over_opened() -> Option<Receiver<Vec<Source>>> {
    None
}

/// Whether the other end is in the same session: another desktop shows nothing of this one's windows.
pub fn is_same_session(stream: &Stream) -> bool {
    let Stream::NamedPipe(stream) = stream;
    let pipe = stream.inner();
    match (pipe.client_session_id(), pipe.server_session_id()) {
        (Ok(client), Ok(server)) => client == server,
        // Where it cannot be told there is one.
        _ => true,
    }
}

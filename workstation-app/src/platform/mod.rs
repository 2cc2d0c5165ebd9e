//! What differs between operating systems: the same function names for each.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::{
    LockSignals, POLICY_PLACE, attach_console, call, create_private_folder, default_data_folder,
    harden_process, is_same_session, is_same_user, listen, open_regular, passphrase_source,
    policy_source, renderers, sync_folder, take_over_opened, watch_lock_signals,
};
#[cfg(target_os = "macos")]
pub use macos::{
    LockSignals, POLICY_PLACE, attach_console, call, create_private_folder, default_data_folder,
    harden_process, is_same_session, is_same_user, listen, open_regular, passphrase_source,
    policy_source, renderers, sync_folder, take_over_opened, watch_lock_signals,
};
#[cfg(windows)]
pub use windows::{
    LockSignals, POLICY_PLACE, attach_console, call, create_private_folder, default_data_folder,
    harden_process, is_same_session, is_same_user, listen, open_regular, passphrase_source,
    policy_source, renderers, sync_folder, take_over_opened, watch_lock_signals,
};

#[cfg(unix)]
mod policy_file;
#[cfg(unix)]
mod unix;

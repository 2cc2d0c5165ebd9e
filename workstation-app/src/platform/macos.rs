//! macOS: no core dumps, glow before wgpu.

mod cocoa;
mod lock_signals;
mod opened;

use eframe::Renderer;
use rustix::process::{Resource, Rlimit, setrlimit};

pub use self::lock_signals::{LockSignals, watch_lock_signals};
pub use self::opened::take_over_opened;
pub use super::policy_file::{POLICY_PLACE, policy_source};
pub use super::unix::{
    call, create_private_folder, default_data_folder, is_same_session, is_same_user, listen,
    open_regular, passphrase_source, sync_folder,
};

/// Keeps secrets out of core dumps. Best effort: a system that refuses is no reason not to open
/// a recording.
pub fn harden_process() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Renderers in the order in which they are tried.
pub fn renderers() -> [Renderer; 2] {
    [Renderer::Glow, Renderer::Wgpu]
}

/// Every program has its standard output here.
pub fn attach_console() {}

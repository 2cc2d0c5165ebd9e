//! Linux: no core dumps, no peeking, glow before wgpu.

mod bus;
mod lock_signals;
mod logind;
mod screen_savers;

use std::sync::mpsc::Receiver;

use eframe::Renderer;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use crate::open::source::Source;

pub use self::lock_signals::{LockSignals, watch_lock_signals};
pub use super::policy_file::{POLICY_PLACE, policy_source};
pub use super::unix::{
    call, create_private_folder, default_data_folder, is_same_session, is_same_user, listen,
    open_regular, passphrase_source, sync_folder,
};

/// Keeps secrets out of core dumps and away from debuggers of the same user. Best effort: a
/// system that refuses is no reason not to open a recording.
pub fn harden_process() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Renderers in the order in which they are tried.
pub fn renderers() -> [Renderer; 2] {
    [Renderer::Glow, Renderer::Wgpu]
}

/// Every program has its standard output here.
pub fn attach_console() {}

/// Files and links come as arguments here.
pub fn take_over_opened() -> Option<Receiver<Vec<Source>>> {
    None
}

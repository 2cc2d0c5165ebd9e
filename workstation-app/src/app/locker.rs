//! How do sound and keys go although the window is stuck? A covered window may get no turn to paint,
//! and a lock waits for nobody.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::message::Command;
use crate::unlocking::KeysInUse;

/// What silences, from any thread.
type Silencer = Box<dyn Fn() + Send + Sync>;

/// Locks from any thread, until it is retired. The window follows as soon as it can.
#[derive(Clone)]
pub struct Locker(Arc<Mutex<Option<Means>>>);

struct Means {
    unlocking: KeysInUse,
    commands: SyncSender<Command>,
    silence: Silencer,
}

impl Locker {
    /// By these means.
    pub fn new(unlocking: KeysInUse, commands: SyncSender<Command>, silence: Silencer) -> Self {
        Self(Arc::new(Mutex::new(Some(Means { unlocking, commands, silence }))))
    }

    /// Silences what plays, and forgets every unlocked key.
    pub fn lock(&self) {
        if let Some(means) = &*self.means() {
            (means.silence)();
            means.unlocking.leave();
        }
        self.forget_keys();
    }

    /// Forgets every unlocked key, whatever the worker is busy with.
    pub fn forget_keys(&self) {
        if let Some(means) = &*self.means() {
            means.unlocking.lock();
            // Its answer says that they are gone. Where there is no room for it, the window asks too.
            let _ = means.commands.try_send(Command::Lock);
        }
    }

    /// Lets go of the threads: they end when nobody speaks to them any more, and whoever else holds
    /// this may live longer.
    pub fn retire(&self) {
        *self.means() = None;
    }

    fn means(&self) -> MutexGuard<'_, Option<Means>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

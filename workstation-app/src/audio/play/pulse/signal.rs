//! How is a thread that waits for a sound server woken or sent away?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{EventfdFlags, eventfd};
use rustix::fd::OwnedFd;

/// Rings a thread that waits for its connection.
#[derive(Clone)]
pub struct Signal {
    descriptor: Arc<OwnedFd>,
    is_leaving: Arc<AtomicBool>,
}

impl Signal {
    /// A silent one.
    pub fn new() -> std::io::Result<Self> {
        let descriptor = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self { descriptor: Arc::new(descriptor), is_leaving: Arc::default() })
    }

    /// Wakes the thread.
    pub fn ring(&self) {
        // Full means that it was rung often enough.
        let _ = rustix::io::write(&*self.descriptor, &1_u64.to_ne_bytes());
    }

    /// Asks the thread to leave.
    pub fn leave(&self) {
        self.is_leaving.store(true, Ordering::Release);
        self.ring();
    }

    /// Takes back the request.
    pub fn stay(&self) {
        self.is_leaving.store(false, Ordering::Release);
    }

    /// Whether the thread is asked to leave.
    pub fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Acquire)
    }

    /// Readable while it has been rung.
    pub fn descriptor(&self) -> &OwnedFd {
        &self.descriptor
    }

    /// It has been heard.
    pub fn hush(&self) {
        let _ = rustix::io::read(&*self.descriptor, &mut [0_u8; 8]);
    }
}

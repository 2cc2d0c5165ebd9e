//! How does no server keep the run waiting? Timeouts of sockets end with each octet that comes; here
//! a whole conversation has an end, after which its sockets are shut down.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Sockets that are shut down when something takes too long.
#[derive(Debug)]
pub struct Deadline {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// A handle by which sockets come under a deadline.
#[derive(Debug, Clone)]
pub struct Sockets(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The control connection first, then the last one that carried a file.
    sockets: Vec<TcpStream>,
    end: Option<Instant>,
    is_over: bool,
}

impl Deadline {
    /// Begins to watch.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn new() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let watched = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name("deadline".to_string()).spawn(move || watched.watch())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// A handle for sockets that are yet to be made.
    #[must_use]
    pub fn sockets(&self) -> Sockets {
        Sockets(Arc::clone(&self.shared))
    }

    /// Does something that ends within `limit`, or loses its sockets.
    pub fn within<T>(&self, limit: Duration, work: impl FnOnce() -> T) -> T {
        self.set(Instant::now().checked_add(limit));
        let result = work();
        self.set(None);
        result
    }

    fn set(&self, end: Option<Instant>) {
        self.shared.lock().end = end;
        self.shared.changed.notify_all();
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl Sockets {
    /// Puts a socket under the deadline; of those that carry files only the last one is kept.
    ///
    /// # Errors
    /// When there is no descriptor left for it.
    pub fn add(&self, socket: &TcpStream) -> std::io::Result<()> {
        let socket = socket.try_clone()?;
        let mut state = self.0.lock();
        state.sockets.truncate(1);
        state.sockets.push(socket);
        Ok(())
    }

    /// Lets go of the socket that carried a file: as long as one descriptor of it is open, the
    /// server waits for more.
    pub fn release(&self) {
        self.0.lock().sockets.truncate(1);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut state = self.lock();
        while !state.is_over {
            let Some(end) = state.end else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                for socket in state.sockets.drain(..) {
                    // One that is gone needs no end.
                    let _ = socket.shutdown(Shutdown::Both);
                }
                state.end = None;
            } else {
                let waited = self.changed.wait_timeout(state, left);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::io::Read;
    use std::net::TcpListener;

    #[test]
    fn who_waits_for_a_silent_peer_is_woken() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let deadline = Deadline::new().unwrap();
        deadline.sockets().add(&socket).unwrap();
        let read = deadline.within(Duration::from_millis(50), || socket.read(&mut [0]));
        assert_eq!(read.unwrap(), 0);
    }
}

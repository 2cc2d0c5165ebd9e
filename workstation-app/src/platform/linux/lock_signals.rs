//! Which thread listens to the buses, and how does it end?

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use async_io::{Async, block_on};
use futures_lite::future::or;

use super::bus::keep_listening;
use super::logind::Logind;
use super::screen_savers::ScreenSavers;
use crate::lock_signals::Teller;

/// How long the end of the thread is waited for: whoever is told may be busy.
const END_LIMIT: Duration = Duration::from_secs(1);

/// Listens as long as it is held.
pub struct LockSignals {
    // The thread sees that its other end is gone.
    stop: Option<UnixStream>,
    ended: Receiver<()>,
}

/// Listens to logind and to the desktop. `None` where not even a thread is to be had.
pub fn watch_lock_signals(teller: Teller) -> Option<LockSignals> {
    let (stop, stopped) = UnixStream::pair().ok()?;
    let (sender, ended) = channel();
    let listen = move || {
        let _ends_with_the_thread = sender;
        block_on(listen_until(stopped, teller));
    };
    std::thread::Builder::new().name("lock signals".to_owned()).spawn(listen).ok()?;
    Some(LockSignals { stop: Some(stop), ended })
}

async fn listen_until(stopped: UnixStream, teller: Teller) {
    let Ok(stopped) = Async::new(stopped) else { return };
    let teller = Rc::new(teller);
    let system = keep_listening(Logind::new(Rc::clone(&teller)));
    let session = keep_listening(ScreenSavers::new(teller));
    let stop = async {
        // Readable means closed: nobody writes.
        let _ = stopped.read_with(|mut stream| stream.read(&mut [0])).await;
    };
    let listening = async {
        or(system, session).await;
    };
    or(stop, listening).await;
}

impl Drop for LockSignals {
    fn drop(&mut self) {
        self.stop = None;
        // Nothing is ever sent: this waits for the thread's end.
        let _ = self.ended.recv_timeout(END_LIMIT);
    }
}

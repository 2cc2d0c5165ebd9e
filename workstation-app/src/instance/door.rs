//! Who knocks at the window, and when has the window taken what they bring?

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{Listener, Stream};

use super::place::Place;
use super::{
    ANSWER_LIMIT, ELSEWHERE, MESSAGE_OCTETS, Message, START_LIMIT, STARTING, TAKE_LIMIT, TAKEN,
    now_ms,
};
use crate::message::Wake;
use crate::open::source::Source;
use crate::platform;

/// Starts that are listened to at once: as many as a person may have selected files.
const MOST_CALLERS: usize = 64;
/// How long to wait where nobody can be listened to: without files to open it fails at once, again
/// and again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// How often a caller is told that the window is coming.
const STARTING_INTERVAL: Duration = Duration::from_millis(400);

/// What other starts bring, from before there is a window until it is closed.
pub struct Door {
    visits: Receiver<Visit>,
    hall: Arc<Hall>,
}

/// What the threads that listen know of the window.
#[derive(Default)]
struct Hall {
    /// Makes the window look; none as long as there is none.
    wake: Mutex<Option<Wake>>,
    /// The window has looked once: from now on it looks in time, or it hangs.
    is_open: AtomicBool,
    callers: AtomicUsize,
}

/// One start that waits for its answer.
pub struct Visit {
    /// What it brings.
    pub sources: Vec<Source>,
    /// Until when it waits.
    until: Arc<Mutex<Instant>>,
    answer: SyncSender<()>,
}

impl Visit {
    /// Says that the window has it.
    pub fn confirm(self) {
        // The thread that waits for it ends only by this, or after the time.
        let _ = self.answer.send(());
    }

    fn is_waiting(&self) -> bool {
        Instant::now() < *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    /// Listens until the program ends. The lock is held as long.
    pub(super) fn listen(lock: File, listener: Listener) -> io::Result<Self> {
        let (sender, visits) = channel();
        let hall = Arc::new(Hall::default());
        let listened = Arc::clone(&hall);
        let listening = move || {
            let _lock = lock;
            for stream in listener.incoming() {
                match stream {
                    Ok(stream) => admit(stream, &sender, &listened),
                    Err(_) => std::thread::sleep(ACCEPT_PAUSE),
                }
            }
        };
        std::thread::Builder::new().name("door".to_owned()).spawn(listening)?;
        Ok(Self { visits, hall })
    }

    /// There is a window, which `wake` makes look.
    pub fn open(&self, wake: Wake) {
        *self.hall.wake.lock().unwrap_or_else(PoisonError::into_inner) = Some(wake);
        // What came before it was known.
        self.hall.wake();
    }

    /// What somebody brings who is still waiting.
    pub fn next(&self) -> Option<Visit> {
        self.hall.is_open.store(true, Ordering::Release);
        self.visits.try_iter().find(Visit::is_waiting)
    }
}

fn admit(stream: Stream, sender: &Sender<Visit>, hall: &Arc<Hall>) {
    if hall.callers.fetch_add(1, Ordering::AcqRel) >= MOST_CALLERS {
        hall.callers.fetch_sub(1, Ordering::AcqRel);
        return;
    }
    let (sender, host) = (sender.clone(), Arc::clone(hall));
    let spawned = std::thread::Builder::new().name("caller".to_owned()).spawn(move || {
        // A caller that says nonsense or nothing gets no answer.
        let _ = receive(stream, &sender, &host);
        host.callers.fetch_sub(1, Ordering::AcqRel);
    });
    if spawned.is_err() {
        hall.callers.fetch_sub(1, Ordering::AcqRel);
    }
}

fn receive(mut stream: Stream, sender: &Sender<Visit>, hall: &Hall) -> io::Result<()> {
    if !platform::is_same_user(&stream) {
        return Ok(());
    }
    // Where a connection cannot time out, the limit on callers is what bounds it.
    let _ = stream.set_recv_timeout(Some(ANSWER_LIMIT));
    let mut line = Vec::new();
    BufReader::new((&mut stream).take(MESSAGE_OCTETS)).read_until(b'\n', &mut line)?;
    let message: Message = serde_json::from_slice(&line)?;
    if !message.place.is_with(&Place::here()) || !platform::is_same_session(&stream) {
        return say(&mut stream, ELSEWHERE);
    }
    // This process may have stood still since it was sent.
    let age = Duration::from_millis(now_ms().saturating_sub(message.sent_ms));
    let Some(left) = TAKE_LIMIT.checked_sub(age) else { return Ok(()) };
    let sources = message.recordings.iter().map(|address| Source::of_argument(address.as_ref()));
    // What the other start let through is no bad link.
    let sources = sources.filter_map(Result::ok).collect();
    let until = Arc::new(Mutex::new(Instant::now() + left));
    let (answer, answered) = sync_channel(1);
    if sender.send(Visit { sources, until: Arc::clone(&until), answer }).is_ok() {
        hall.wake();
        wait(stream, &answered, &until, hall)?;
    }
    Ok(())
}

/// Waits until the window has taken what was brought, and says so; hangs up if it does not, or is
/// closed.
fn wait(
    mut stream: Stream,
    answered: &Receiver<()>,
    until: &Mutex<Instant>,
    hall: &Hall,
) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        let is_starting = !hall.is_open.load(Ordering::Acquire) && begun.elapsed() < START_LIMIT;
        match answered.recv_timeout(STARTING_INTERVAL) {
            Ok(()) => return say(&mut stream, TAKEN),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) if is_starting => {
                // Fails where the caller has given up.
                say(&mut stream, STARTING)?;
                let later = Instant::now() + TAKE_LIMIT;
                *until.lock().unwrap_or_else(PoisonError::into_inner) = later;
            }
            Err(RecvTimeoutError::Timeout) => {
                let until = *until.lock().unwrap_or_else(PoisonError::into_inner);
                if Instant::now() > until + STARTING_INTERVAL {
                    return Ok(());
                }
            }
        }
    }
}

fn say(stream: &mut Stream, word: &str) -> io::Result<()> {
    stream.write_all(format!("{word}\n").as_bytes())
}

impl Hall {
    fn wake(&self) {
        if let Some(wake) = &*self.wake.lock().unwrap_or_else(PoisonError::into_inner) {
            wake();
        }
    }
}

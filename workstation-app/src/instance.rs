//! Is a window open already? Then it gets what this start was given, and this start ends.
//!
//! Who holds the lock in the data folder has the window. It listens on a socket, or a named pipe,
//! that only the same user may connect to; one line of JSON comes in and one word goes back. A first
//! window that does not answer in time is left alone: the second start opens its own.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::time::{Duration, Instant};

use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{Listener, Stream};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::message::{Event, Wake};
use crate::open::source::Source;
use crate::platform;

/// A window that does not answer for so long hangs.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// How often a first start that does not listen yet is tried again.
const KNOCK_INTERVAL: Duration = Duration::from_millis(50);
/// Far more than a selection of files makes.
const MESSAGE_OCTETS: u64 = 1 << 20;
/// Starts that are listened to at once.
const MOST_CALLERS: usize = 8;
/// The answer.
const TAKEN: &str = "taken";

/// What a start learns.
pub enum Claim {
    /// It is the first one, and others are to be listened to.
    First(Door),
    /// The window that is open has taken everything.
    HandedOver,
    /// It opens a window of its own: nobody answers, or nobody can be asked.
    Alone,
}

/// What other starts bring, from before there is a window until the program ends.
pub struct Door {
    brought: Receiver<Vec<Source>>,
}

/// What one start tells another.
#[derive(Deserialize, Serialize)]
struct Message {
    /// Addresses of files (`file:///…`) and links.
    recordings: Vec<String>,
}

/// Finds out whether this start is the first one with `data_folder`; if not, hands `sources` over.
pub fn claim(data_folder: &Path, sources: &[Source]) -> Claim {
    let Ok(lock) = lock_file(data_folder) else { return Claim::Alone };
    match lock.try_lock() {
        // Whatever lies under that name was left behind: its owner would hold the lock.
        Ok(()) => match platform::listen(data_folder) {
            Ok(listener) => Door::listen(lock, listener).map_or(Claim::Alone, Claim::First),
            Err(_) => Claim::Alone,
        },
        Err(std::fs::TryLockError::WouldBlock) if is_taken(data_folder, sources) => {
            Claim::HandedOver
        }
        Err(_) => Claim::Alone,
    }
}

/// One name for each data folder, as each has its own keys.
pub fn door_name(data_folder: &Path) -> io::Result<String> {
    let place = std::fs::canonicalize(data_folder)?;
    let digest = Sha256::digest(place.as_os_str().as_encoded_bytes());
    let digits: String = digest.iter().take(8).map(|octet| format!("{octet:02x}")).collect();
    Ok(format!("callseal-{digits}"))
}

fn lock_file(data_folder: &Path) -> io::Result<File> {
    platform::create_private_folder(data_folder)?;
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data_folder.join("instance.lock"))
}

/// On a thread of its own, because not every system lets a connection time out.
fn is_taken(data_folder: &Path, sources: &[Source]) -> bool {
    let recordings: Option<Vec<String>> = sources.iter().map(Source::to_address).collect();
    let Some(recordings) = recordings else { return false };
    let (sender, answer) = channel();
    let data_folder = data_folder.to_owned();
    let caller = std::thread::Builder::new().spawn(move || {
        // Nobody listens any more once the time is over.
        let _ = sender.send(hand_over(&data_folder, &Message { recordings }).unwrap_or(false));
    });
    caller.is_ok() && answer.recv_timeout(ANSWER_LIMIT).unwrap_or(false)
}

fn hand_over(data_folder: &Path, message: &Message) -> io::Result<bool> {
    let mut stream = knock(data_folder)?;
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream.take(MESSAGE_OCTETS)).read_line(&mut answer)?;
    Ok(answer.trim_end() == TAKEN)
}

/// The first start may have its lock and not yet listen.
fn knock(data_folder: &Path) -> io::Result<Stream> {
    let begun = Instant::now();
    loop {
        match platform::call(data_folder) {
            Err(_) if begun.elapsed() < ANSWER_LIMIT => std::thread::sleep(KNOCK_INTERVAL),
            outcome => return outcome,
        }
    }
}

impl Door {
    /// Listens until the program ends. The lock is held as long.
    fn listen(lock: File, listener: Listener) -> io::Result<Self> {
        let (sender, brought) = channel();
        let callers = Arc::new(AtomicUsize::new(0));
        let listening = move || {
            let _lock = lock;
            for stream in listener.incoming().flatten() {
                if callers.fetch_add(1, Ordering::AcqRel) >= MOST_CALLERS {
                    callers.fetch_sub(1, Ordering::AcqRel);
                    continue;
                }
                let (sender, callers) = (sender.clone(), Arc::clone(&callers));
                let _ = std::thread::Builder::new().name("caller".to_owned()).spawn(move || {
                    // A caller that says nonsense or nothing gets no answer.
                    let _ = receive(stream, &sender);
                    callers.fetch_sub(1, Ordering::AcqRel);
                });
            }
        };
        std::thread::Builder::new().name("door".to_owned()).spawn(listening)?;
        Ok(Self { brought })
    }

    /// From now on what comes is an [`Event::Arrived`], and so is what has come already.
    pub fn open(self, events: SyncSender<Event>, wake: Wake) {
        let forward = move || {
            for sources in self.brought {
                if events.send(Event::Arrived(sources)).is_err() {
                    return;
                }
                wake();
            }
        };
        // Without it others hand over in vain, which only a machine without threads can bring about.
        let _ = std::thread::Builder::new().name("arrivals".to_owned()).spawn(forward);
    }
}

fn receive(mut stream: Stream, brought: &Sender<Vec<Source>>) -> io::Result<()> {
    if !platform::is_same_user(&stream) {
        return Ok(());
    }
    // Where a connection cannot time out, the limit on callers is what bounds it.
    let _ = stream.set_recv_timeout(Some(ANSWER_LIMIT));
    let mut line = Vec::new();
    BufReader::new((&mut stream).take(MESSAGE_OCTETS)).read_until(b'\n', &mut line)?;
    let message: Message = serde_json::from_slice(&line)?;
    let sources = message.recordings.iter().map(|address| Source::of_argument(address.as_ref()));
    // What the other start let through is no bad link.
    let sources = sources.filter_map(Result::ok).collect();
    if brought.send(sources).is_ok() {
        stream.write_all(format!("{TAKEN}\n").as_bytes())?;
    }
    Ok(())
}

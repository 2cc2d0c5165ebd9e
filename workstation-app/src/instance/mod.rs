//! Is a window open already? Then it gets what this start was given, and this start ends.
//!
//! Who holds the lock in the data folder has the window. It listens on a socket, or a named pipe,
//! that only the same user may connect to. One line of JSON comes in; `starting` goes back now and
//! then until there is a window, and `taken` once the window has it. A window on another screen of
//! the same user says `elsewhere`. One that says nothing in time hangs: it is left alone, and must
//! not take later what was given up. One that hangs up is about to end, and its lock with it.

mod door;
mod place;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime};

use interprocess::local_socket::Stream;
use interprocess::local_socket::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::open::source::Source;
use crate::platform;

pub use door::Door;
use place::Place;

/// A window that does not take what it was given for so long hangs.
const TAKE_LIMIT: Duration = Duration::from_millis(1500);
/// So long an answer is waited for: longer, so that nothing is taken that was given up.
const ANSWER_LIMIT: Duration = Duration::from_millis(2000);
/// A window that is not there after so long will not come.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long a window may take to end, or a first start to listen.
const ENDING_LIMIT: Duration = Duration::from_secs(3);
/// How often it is looked at.
const KNOCK_INTERVAL: Duration = Duration::from_millis(50);
/// Far more than a selection of files makes.
const MESSAGE_OCTETS: u64 = 1 << 20;

/// The window is not there yet.
const STARTING: &str = "starting";
/// The window has everything.
const TAKEN: &str = "taken";
/// The window is on another screen.
const ELSEWHERE: &str = "elsewhere";

/// What a start learns.
pub enum Claim {
    /// It is the first one, and others are to be listened to.
    First(Door),
    /// The window that is open has taken everything.
    HandedOver,
    /// It opens a window of its own: nobody answers, or nobody can be asked.
    Alone,
}

/// What one start tells another.
#[derive(Deserialize, Serialize)]
struct Message {
    /// Addresses of files (`file:///…`) and links.
    recordings: Vec<String>,
    /// Where the person sits.
    place: Place,
    /// Milliseconds since 1970, by the clock that both have: what is old was given up.
    sent_ms: u64,
}

/// How an attempt to hand over ended.
enum Answer {
    Taken,
    /// Another screen, or silence.
    Refused,
    /// Nobody is there, or somebody who is about to go.
    Gone,
}

/// Finds out whether this start is the first one with `data_folder`; if not, hands `sources` over.
pub fn claim(data_folder: &Path, sources: &[Source]) -> Claim {
    let Ok(lock) = lock_file(data_folder) else { return Claim::Alone };
    let recordings: Option<Vec<String>> = sources.iter().map(Source::to_address).collect();
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return first(lock, data_folder),
            Err(TryLockError::Error(_)) => return Claim::Alone,
            Err(TryLockError::WouldBlock) => {}
        }
        let Some(recordings) = recordings.clone() else { return Claim::Alone };
        match hand_over(data_folder, recordings) {
            Answer::Taken => return Claim::HandedOver,
            Answer::Gone if begun.elapsed() < ENDING_LIMIT => std::thread::sleep(KNOCK_INTERVAL),
            Answer::Gone | Answer::Refused => return Claim::Alone,
        }
    }
}

/// Whatever lies under the socket's name was left behind: its owner would hold the lock.
fn first(lock: File, data_folder: &Path) -> Claim {
    let door = platform::listen(data_folder).and_then(|listener| Door::listen(lock, listener));
    door.map_or(Claim::Alone, Claim::First)
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
fn hand_over(data_folder: &Path, recordings: Vec<String>) -> Answer {
    let Ok(stream) = platform::call(data_folder) else { return Answer::Gone };
    let message = Message { recordings, place: Place::here(), sent_ms: now_ms() };
    let (sender, answers) = channel();
    let speak = move || {
        // Ends when the other hangs up. Nobody listens any more once the time is over.
        let _ = tell(stream, &message, &mut |answer| sender.send(answer).is_ok());
    };
    if std::thread::Builder::new().name("hand over".to_owned()).spawn(speak).is_err() {
        return Answer::Refused;
    }
    let begun = Instant::now();
    loop {
        match answers.recv_timeout(ANSWER_LIMIT).as_deref() {
            Ok(TAKEN) => return Answer::Taken,
            Ok(STARTING) if begun.elapsed() < START_LIMIT + ANSWER_LIMIT => {}
            Ok(_) | Err(RecvTimeoutError::Timeout) => return Answer::Refused,
            Err(RecvTimeoutError::Disconnected) => return Answer::Gone,
        }
    }
}

/// Sends the message and passes on what is answered, line by line, as long as `pass_on` wants more.
fn tell(
    mut stream: Stream,
    message: &Message,
    pass_on: &mut dyn FnMut(String) -> bool,
) -> io::Result<()> {
    let _ = stream.set_recv_timeout(Some(ANSWER_LIMIT));
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    for answer in BufReader::new(stream.take(MESSAGE_OCTETS)).lines() {
        if !pass_on(answer?.trim_end().to_owned()) {
            break;
        }
    }
    Ok(())
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

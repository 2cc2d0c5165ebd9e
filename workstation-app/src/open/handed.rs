//! How does what the system hands over while the program runs reach the window? macOS names
//! documents and links that way, not on a command line.

use std::sync::mpsc::{Receiver, SyncSender};

use super::source::Source;
use crate::message::{Event, Wake};

/// Makes an [`Event::Arrived`] of all that was handed over and will be.
pub fn forward(handed: Receiver<Vec<Source>>, events: SyncSender<Event>, wake: Wake) {
    let forward = move || {
        for sources in handed {
            if events.send(Event::Arrived(sources)).is_err() {
                return;
            }
            wake();
        }
    };
    // Without it they must be opened by hand, which only a machine without threads can bring about.
    let _ = std::thread::Builder::new().name("handed".to_owned()).spawn(forward);
}

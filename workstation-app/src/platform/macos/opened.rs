//! What does the Finder, a browser or another program open with this one?
//!
//! macOS hands that over by Apple events, not by arguments, and the window's library (winit 0.30)
//! does not pass them on. It was type-checked and has not run on a Mac yet.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use super::cocoa::receive_opened;
use crate::open::source::Source;

/// What is opened from now on, the event that started the program included; to be called before
/// the window's event loop runs.
pub fn take_over_opened() -> Option<Receiver<Vec<Source>>> {
    let (sender, opened) = channel();
    receive_opened(Box::new(move |files, links| {
        let sources = sources(files, &links);
        if !sources.is_empty() {
            // Fails only while the program ends.
            let _ = sender.send(sources);
        }
    }));
    Some(opened)
}

fn sources(files: Vec<PathBuf>, links: &[String]) -> Vec<Source> {
    // What is no link is not worth a message: the system has taken it for one of ours.
    let links = links.iter().filter_map(|link| Source::of_argument(link.as_ref()).ok());
    files.into_iter().map(Source::of_file).chain(links).collect()
}

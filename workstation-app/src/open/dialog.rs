//! How does a person pick a file without the window standing still?

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use crate::message::{Event, Wake};

/// Nobody closes a dialog this fast: none was shown.
const NO_DIALOG_LIMIT: Duration = Duration::from_millis(150);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A sealed recording.
    Recording,
    /// A file with a secret key.
    Key,
}

/// Shows the desktop's own dialog on a thread of its own; the answer comes as an [`Event`].
/// Returns false if no thread could be started.
pub fn ask(wanted: Wanted, events: SyncSender<Event>, wake: Wake) -> bool {
    std::thread::Builder::new()
        .name("dialog".to_owned())
        .spawn(move || {
            let asked = Instant::now();
            let picked = show(wanted);
            let is_missing = picked.is_none() && asked.elapsed() < NO_DIALOG_LIMIT;
            // The window may have been closed meanwhile.
            let _ = events.send(Event::DialogClosed { wanted, picked, is_missing });
            wake();
        })
        .is_ok()
}

fn show(wanted: Wanted) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match wanted {
        Wanted::Recording => dialog
            .set_title("Open a recording")
            .add_filter("Sealed recordings", &["pgp", "gpg", "asc"])
            .add_filter("All files", &["*"]),
        Wanted::Key => dialog
            .set_title("Bring your key")
            .add_filter("Keys", &["asc", "pgp", "gpg", "key"])
            .add_filter("All files", &["*"]),
    }
    .pick_file()
}

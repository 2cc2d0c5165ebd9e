//! Has a recording just been downloaded? Watches one folder, if the person wants it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel};
use std::time::{Duration, Instant};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use sha2::{Digest as _, Sha256};
use shared::decrypt;

use crate::failure::FailureKind;
use crate::message::{Event, Wake};
use crate::open;

/// Names that recordings have; browsers give others until a download is complete.
const EXTENSIONS: [&str; 3] = ["pgp", "gpg", "asc"];
/// A file that was written to a moment ago may not be complete.
const REST: Duration = Duration::from_millis(600);

/// A folder that is watched as long as this is held.
pub struct Watched {
    _watcher: RecommendedWatcher,
}

/// The folder that browsers save to.
pub fn folder() -> Option<PathBuf> {
    // Linux knows the place only where a desktop has set it.
    dirs::download_dir().or_else(|| Some(dirs::home_dir()?.join("Downloads")))
}

/// Watches `folder`; each complete sealed recording in it becomes an [`Event::Downloaded`].
///
/// # Errors
/// The system's reason.
pub fn watch(folder: &Path, events: SyncSender<Event>, wake: Wake) -> Result<Watched, String> {
    let (sender, touched) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_)) {
            for path in event.paths.into_iter().filter(|path| has_name_of_recording(path)) {
                // Fails only while the program ends.
                let _ = sender.send(path);
            }
        }
    })
    .map_err(|error| error.to_string())?;
    watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| error.to_string())?;
    std::thread::Builder::new()
        .name("downloads".to_owned())
        .spawn(move || look(&touched, &events, &wake))
        .map_err(|error| error.to_string())?;
    Ok(Watched { _watcher: watcher })
}

fn has_name_of_recording(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|it| EXTENSIONS.iter().any(|known| it.eq_ignore_ascii_case(known)))
}

/// Ends with the watcher.
fn look(touched: &Receiver<PathBuf>, events: &SyncSender<Event>, wake: &Wake) {
    let mut waiting: HashMap<PathBuf, Instant> = HashMap::new();
    loop {
        match touched.recv_timeout(REST / 4) {
            Ok(path) => {
                waiting.insert(path, Instant::now());
            }
            Err(RecvTimeoutError::Timeout) if waiting.is_empty() => match touched.recv() {
                Ok(path) => {
                    waiting.insert(path, Instant::now());
                }
                Err(_) => return,
            },
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        for path in waiting.extract_if(|_, since| since.elapsed() > REST).map(|(path, _)| path) {
            if is_recording(&path) {
                // The window may be gone.
                let _ = events.send(Event::Downloaded(path));
                wake();
            }
        }
    }
}

fn is_recording(path: &Path) -> bool {
    open::read_file(path).is_ok_and(|octets| decrypt::inspect(&octets).is_ok())
}

/// Removes a file from the folder of downloads if it still is the one with this SHA-256; true if it
/// did. A file anywhere else stays: it may be the only one. One that is gone needs no removing.
///
/// # Errors
/// The system's reason, or that it is another file by now.
pub fn remove(path: &Path, digest: &[u8; 32]) -> Result<bool, String> {
    let place = path.parent().and_then(|parent| std::fs::canonicalize(parent).ok());
    let downloads = folder().and_then(|folder| std::fs::canonicalize(folder).ok());
    if place.is_none() || place != downloads {
        return Ok(false);
    }
    let now = match open::read_file(path) {
        Ok(octets) => octets,
        Err(failure) if failure.kind == FailureKind::FileMissing => return Ok(false),
        Err(failure) => return Err(failure.detail),
    };
    if Sha256::digest(&*now)[..] != digest[..] {
        return Err("it is another file by now".to_owned());
    }
    std::fs::remove_file(path).map(|()| true).map_err(|error| error.to_string())
}

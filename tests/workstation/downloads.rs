//! Are downloads offered once they are complete, and is only what was heard removed?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use common::fixture;
use workstation_app::downloads::{Watched, watch};
use workstation_app::message::Event;

const PATIENCE: Duration = Duration::from_secs(10);
/// Longer than a complete file takes to be offered.
const QUIET: Duration = Duration::from_secs(2);

struct Downloads {
    folder: tempfile::TempDir,
    events: Receiver<Event>,
    _watched: Watched,
}

impl Downloads {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (sender, events) = sync_channel(8);
        let watched = watch(folder.path(), sender, Arc::new(|| {})).unwrap();
        Self { folder, events, _watched: watched }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn offered(&self, patience: Duration) -> Option<PathBuf> {
        match self.events.recv_timeout(patience) {
            Ok(Event::Downloaded(path)) => Some(path),
            _ => None,
        }
    }
}

fn sealed() -> Vec<u8> {
    fs::read(fixture("messages/gpg22-cv25519.pgp")).unwrap()
}

#[test]
fn a_download_is_offered_when_it_is_complete_and_once() {
    let downloads = Downloads::new();
    // As browsers do it: under another name until the last octet is there.
    let partial = downloads.path("call.mp3.pgp.crdownload");
    fs::write(&partial, sealed()).unwrap();
    assert_eq!(downloads.offered(QUIET), None);
    fs::rename(&partial, downloads.path("call.mp3.pgp")).unwrap();
    assert_eq!(downloads.offered(PATIENCE), Some(downloads.path("call.mp3.pgp")));
    assert_eq!(downloads.offered(QUIET), None);
}

#[test]
fn a_file_that_still_grows_is_waited_for() {
    let downloads = Downloads::new();
    let whole = sealed();
    let path = downloads.path("call.mp3.gpg");
    for end in (1..=8).map(|part| whole.len() * part / 8) {
        fs::write(&path, whole.get(..end).unwrap()).unwrap();
        assert_eq!(downloads.offered(Duration::from_millis(200)), None, "{end} octets");
    }
    assert_eq!(downloads.offered(PATIENCE), Some(path));
}

#[test]
fn what_is_no_sealed_recording_is_not_offered() {
    let downloads = Downloads::new();
    fs::write(downloads.path("page.pgp"), b"<!DOCTYPE html><html></html>").unwrap();
    fs::write(downloads.path("empty.gpg"), b"").unwrap();
    fs::write(downloads.path("cut.pgp"), sealed().get(..500).unwrap()).unwrap();
    fs::write(downloads.path("call.mp3"), fs::read(fixture("plain.mp3")).unwrap()).unwrap();
    fs::copy(fixture("keys/cv25519.cert.pgp"), downloads.path("key.pgp")).unwrap();
    assert_eq!(downloads.offered(QUIET), None);
    thread::sleep(Duration::from_millis(50));
    fs::write(downloads.path("call.pgp"), sealed()).unwrap();
    assert_eq!(downloads.offered(PATIENCE), Some(downloads.path("call.pgp")));
}

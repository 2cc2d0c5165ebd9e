//! Does the work thread answer every command, even where a fault of this program stops the work?

#[path = "worker/again.rs"]
mod again;
#[path = "worker/ahead.rs"]
mod ahead;
#[path = "worker/desk.rs"]
mod desk;
#[path = "worker/growing.rs"]
mod growing;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use shared::secret::Passphrase;
use support::failure::Context;
use support::{Outcome, ensure};
use workstation_app::keys::store::KeyStore;
use workstation_app::keys::task::KeyTask;
use workstation_app::link::login::Logins;
use workstation_app::message::{Command, Event, Wake};
use workstation_app::texts::{FailureKind, words};
use workstation_app::unlocking::KeysInUse;
use workstation_app::worker::Worker;

const WAIT: Duration = Duration::from_secs(20);

/// A wake that panics at these calls of it, counted from 1: in the middle of the work, as a parser
/// would.
fn panicking(calls: &'static [u64]) -> Wake {
    let count = AtomicU64::new(0);
    Arc::new(move || {
        let call = count.fetch_add(1, Ordering::AcqRel) + 1;
        if calls.contains(&call) {
            // Without the words on standard error that a panic of its own would leave.
            std::panic::resume_unwind(Box::new("a fault"));
        }
    })
}

fn next(events: &Receiver<Event>) -> Outcome<Event> {
    events.recv_timeout(WAIT).context("an answer of the work thread")
}

/// Fails unless the answer is the fault of the program, for this selection.
fn is_fault(event: &Event, wanted: u64) -> Outcome {
    let is_fault = matches!(event, Event::Failed { generation, failure, .. }
        if *generation == wanted && failure.kind == FailureKind::Internal);
    ensure!(is_fault, "instead of a fault for {wanted}: {event:?}");
    Ok(())
}

#[test]
fn a_fault_in_any_command_is_told_and_the_next_command_is_obeyed() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (event_sender, events) = sync_channel(64);
    let (commands, received) = sync_channel(16);
    let worker = Worker {
        store: KeyStore::in_folder(folder.path()),
        events: event_sender,
        // After the keys and the policy, each first answer to four commands; what follows from a
        // fault is told.
        wake: panicking(&[3, 5, 7, 9]),
        selected: Arc::new(AtomicU64::new(0)),
        logins: Logins::default(),
        unlocking: KeysInUse::default(),
        is_keychain_emptied: false,
        to_keep: Vec::new(),
    };
    let thread = thread::spawn(move || worker.run(&received));
    ensure!(matches!(next(&events)?, Event::Keys { .. }), "it begins with the keys");
    ensure!(matches!(next(&events)?, Event::Policy(_)), "the policy follows");
    let missing = || Path::new("/no/such/recording.pgp").to_owned();

    commands.send(Command::Open { generation: 1, source: missing().into() })?;
    ensure!(matches!(next(&events)?, Event::Failed { generation: 1, .. }), "no answer");
    is_fault(&next(&events)?, 1)?;

    let passphrase = Passphrase::new(b"x".to_vec().into());
    commands.send(Command::Unlock { generation: 2, passphrase: Some(passphrase) })?;
    next(&events)?;
    is_fault(&next(&events)?, 2)?;

    commands.send(Command::ImportKey { path: missing() })?;
    next(&events)?;
    let title = words(FailureKind::Internal).title;
    let told = next(&events)?;
    let is_told = matches!(&told, Event::ImportFailed { message, .. } if message.contains(title));
    ensure!(is_told, "instead of a fault: {told:?}");

    commands.send(Command::Keys(KeyTask::Delete { fingerprint: "F".repeat(40) }))?;
    next(&events)?;
    let told = next(&events)?;
    let is_told = matches!(&told, Event::KeysDone(Err(message)) if message.contains(title));
    ensure!(is_told, "the view of keys would wait for ever: {told:?}");

    commands.send(Command::Open { generation: 4, source: missing().into() })?;
    let answer = next(&events)?;
    let is_answer = matches!(&answer, Event::Failed { generation: 4, failure, .. }
        if failure.kind == FailureKind::FileMissing);
    ensure!(is_answer, "the next command: {answer:?}");
    drop(commands);
    ensure!(thread.join().is_ok(), "the work thread panicked");
    Ok(())
}

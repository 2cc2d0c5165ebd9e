//! A long recording is not held beside its samples, and opens again all the same.

use std::path::Path;

use support::{Outcome, ensure, fail};
use workstation_app::message::{Command, Event};
use workstation_app::texts::FailureKind;

use crate::desk::{Desk, long_mp3};

/// More than is kept: seven octets of this file are sealed as seven.
const MINUTES: usize = 50;

fn heard(desk: &Desk) -> Outcome {
    desk.until_ready()?;
    desk.until("all of it", |event| match event {
        Event::Grown { is_damaged: Some(_), .. } => Some(()),
        _ => None,
    })
}

fn failure(desk: &Desk) -> Outcome<FailureKind> {
    loop {
        match desk.next()? {
            Event::Failed { failure, .. } => return Ok(failure.kind),
            Event::Ready { .. } => fail!("it opened"),
            _ => {}
        }
    }
}

fn lock_and_unlock(desk: &Desk) -> Outcome {
    desk.send(Command::Lock)?;
    desk.unlock(1, true)
}

fn opened(name: &str) -> Outcome<(Desk, std::path::PathBuf)> {
    let desk = Desk::new()?;
    let path = desk.sealed(name, &long_mp3(MINUTES, 8000)?)?;
    ensure!(std::fs::metadata(&path)?.len() > 4 << 20, "too small to be let go");
    desk.open(1, &path)?;
    desk.unlock(1, true)?;
    heard(&desk)?;
    Ok((desk, path))
}

#[test]
fn a_long_one_is_read_again_after_a_lock_and_must_be_the_same() -> Outcome {
    let (desk, path) = opened("long.mp3.pgp")?;
    lock_and_unlock(&desk)?;
    heard(&desk)?;

    let mut octets = std::fs::read(&path)?;
    octets.push(0);
    std::fs::write(&path, octets)?;
    lock_and_unlock(&desk)?;
    let changed = failure(&desk)?;
    ensure!(changed == FailureKind::FileUnreadable, "{changed:?}");

    std::fs::remove_file(&path)?;
    lock_and_unlock(&desk)?;
    let missing = failure(&desk)?;
    ensure!(missing == FailureKind::FileMissing, "{missing:?}");
    Ok(())
}

#[test]
fn one_whose_download_was_removed_once_it_was_heard_opens_again() -> Outcome {
    let (desk, path) = opened("long.mp3.pgp")?;
    desk.send(Command::Remove { path: path.clone(), digest: [0; 32] })?;
    // Whatever became of the removal, somebody else takes the file away.
    while Path::new(&path).exists() {
        desk.send(Command::Habits(workstation_app::locking::Habits {
            keep_for: std::time::Duration::ZERO,
            uses_keychain: false,
        }))?;
        // Answered only once the removal was seen to.
        desk.until("the removal", |event| matches!(event, Event::Relocked).then_some(()))?;
        std::fs::remove_file(&path)?;
    }
    lock_and_unlock(&desk)?;
    heard(&desk)
}

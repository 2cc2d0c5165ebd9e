//! The next recording is opened before anybody asks for it.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use support::{Outcome, ensure, fail};
use workstation_app::message::{Command, Event, Ready};

use crate::desk::{Desk, long_mp3};

/// Opens a first recording, whose key stays unlocked, and waits until all of it is there.
fn desk_with_first() -> Outcome<Desk> {
    let desk = Desk::new()?;
    desk.keep_unlocked()?;
    let first = desk.sealed("first.mp3.pgp", &long_mp3(1, 8000)?)?;
    desk.open(1, &first)?;
    desk.unlock(1, true)?;
    desk.until_ready()?;
    desk.until("its end", |event| match event {
        Event::Grown { is_damaged, .. } => *is_damaged,
        _ => None,
    })?;
    Ok(desk)
}

fn prefetch(desk: &Desk, path: &Path) -> Outcome {
    desk.send(Command::Prefetch { source: path.to_owned().into() })
}

fn has_ahead(desk: &Desk) -> bool {
    desk.keys.with(|keys| keys.ahead_mut().is_some())
}

fn wait_for_ahead(desk: &Desk) -> Outcome {
    let begun = Instant::now();
    while !has_ahead(desk) {
        ensure!(begun.elapsed() < Duration::from_secs(60), "it is never opened ahead");
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Selects the next one, which must be open already or not.
fn listen(desk: &Desk, path: &Path, is_whole: bool) -> Outcome {
    desk.selected.store(2, Ordering::Release);
    desk.send(Command::Open { generation: 2, source: path.to_owned().into() })?;
    let ready = desk.until("it is located", |event| match event {
        Event::Located { seal, .. } => Some(seal.ready),
        _ => None,
    })?;
    ensure!(ready == Ready::Unlocked, "{ready:?}");
    desk.unlock(2, false)?;
    let recording = desk.until_ready()?;
    ensure!(recording.overview.is_complete() == is_whole, "{recording:?}");
    ensure!(recording.opened_by.is_some(), "{recording:?}");
    Ok(())
}

#[test]
fn it_is_ready_as_a_whole_and_at_once() -> Outcome {
    let desk = desk_with_first()?;
    let next = desk.sealed("next.mp3.pgp", &long_mp3(30, 8000)?)?;
    prefetch(&desk, &next)?;
    wait_for_ahead(&desk)?;
    ensure!(desk.within(Duration::from_millis(100)).is_none(), "something was told");
    let begun = Instant::now();
    listen(&desk, &next, true)?;
    ensure!(begun.elapsed() < Duration::from_secs(1), "it took {:?}", begun.elapsed());
    ensure!(!has_ahead(&desk), "it is kept twice");
    Ok(())
}

#[test]
fn whoever_forgets_the_keys_forgets_it_whichever_way() -> Outcome {
    let ways: [fn(&Desk) -> Outcome; 4] = [
        |desk| desk.send(Command::Lock),
        |desk| {
            desk.keys.lock();
            Ok(())
        },
        |desk| desk.send(Command::ForgetPrefetched),
        |desk| {
            let path = desk.folder.path().join("other.pgp");
            let other = support::sealing::certificate_path().with_file_name("rsa3072.secret.pgp");
            std::fs::copy(other, &path)?;
            desk.send(Command::ImportKey { path })
        },
    ];
    for (number, forget) in ways.into_iter().enumerate() {
        let desk = desk_with_first()?;
        let next = desk.sealed("next.mp3.pgp", &long_mp3(2, 8000)?)?;
        prefetch(&desk, &next)?;
        wait_for_ahead(&desk)?;
        let samples = desk.keys.with(|keys| {
            keys.ahead_mut().map(|ahead| std::sync::Arc::downgrade(&ahead.recording.pcm))
        });
        forget(&desk)?;
        let begun = Instant::now();
        while has_ahead(&desk) {
            ensure!(begun.elapsed() < Duration::from_secs(10), "way {number}: it is still there");
            std::thread::sleep(Duration::from_millis(10));
        }
        let is_wiped = samples.is_some_and(|samples| samples.upgrade().is_none());
        ensure!(is_wiped, "way {number}: the samples are still there");
    }
    Ok(())
}

#[test]
fn nothing_is_opened_ahead_without_an_unlocked_key() -> Outcome {
    let desk = Desk::new()?;
    let next = desk.sealed("next.mp3.pgp", &long_mp3(1, 8000)?)?;
    prefetch(&desk, &next)?;
    std::thread::sleep(Duration::from_millis(500));
    ensure!(!has_ahead(&desk), "it was opened");
    while let Some(event) = desk.within(Duration::from_millis(50)) {
        let is_quiet = !matches!(event, Event::Failed { .. } | Event::Located { .. });
        ensure!(is_quiet, "it was told: {event:?}");
    }
    Ok(())
}

#[test]
fn a_file_that_changed_meanwhile_is_opened_anew() -> Outcome {
    let desk = desk_with_first()?;
    let next = desk.sealed("next.mp3.pgp", &long_mp3(2, 8000)?)?;
    prefetch(&desk, &next)?;
    wait_for_ahead(&desk)?;
    let other = desk.sealed("other.mp3.pgp", &long_mp3(3, 8000)?)?;
    std::fs::copy(other, &next)?;
    listen(&desk, &next, false)
}

#[test]
fn what_cannot_be_opened_ahead_is_told_only_when_it_is_opened() -> Outcome {
    let desk = desk_with_first()?;
    let broken = desk.folder.path().join("broken.pgp");
    std::fs::write(&broken, b"no message")?;
    for path in [&broken, Path::new("/no/such/file.pgp")] {
        prefetch(&desk, path)?;
        let told = desk.within(Duration::from_millis(500));
        ensure!(told.is_none() && !has_ahead(&desk), "it was told: {told:?}");
    }
    desk.selected.store(2, Ordering::Release);
    desk.send(Command::Open { generation: 2, source: broken.into() })?;
    loop {
        match desk.next()? {
            Event::Failed { generation: 2, .. } => return Ok(()),
            Event::Located { .. } => fail!("it is a recording"),
            _ => {}
        }
    }
}

#[test]
fn nobody_waits_for_what_is_opened_ahead() -> Outcome {
    let desk = desk_with_first()?;
    let long = desk.sealed("long.mp3.pgp", &long_mp3(120, 8000)?)?;
    let short = desk.sealed("short.mp3.pgp", &long_mp3(1, 8000)?)?;
    prefetch(&desk, &long)?;
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    listen(&desk, &short, false)?;
    ensure!(begun.elapsed() < Duration::from_secs(2), "it took {:?}", begun.elapsed());
    // What was interrupted is opened when there is time again.
    wait_for_ahead(&desk)
}

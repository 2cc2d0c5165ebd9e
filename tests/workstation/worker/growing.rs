//! A recording is heard while the rest of it is decoded.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use support::{Outcome, ensure, fail};
use workstation_app::audio::analysis::SilenceRule;
use workstation_app::audio::decode::FIRST_STRETCH;
use workstation_app::message::{Command, Event};
use workstation_app::texts::FailureKind;

use crate::desk::{Desk, long_mp3};

#[test]
fn it_is_ready_with_its_first_stretch_and_grows_to_its_end() -> Outcome {
    let desk = Desk::new()?;
    let path = desk.sealed("long.mp3.pgp", &long_mp3(30, 8000)?)?;
    desk.open(1, &path)?;
    desk.unlock(1, true)?;
    let recording = desk.until_ready()?;
    let begun = recording.overview.duration();
    ensure!(begun >= FIRST_STRETCH && begun < 10 * FIRST_STRETCH, "ready with {begun:?}");
    ensure!(!recording.overview.is_complete() && !recording.is_damaged, "{recording:?}");
    let (mut last, mut count) = (begun, 0);
    let overview = loop {
        match desk.next()? {
            Event::Grown { generation: 1, overview, is_damaged } => {
                ensure!(overview.duration() > last, "it shrank to {overview:?}");
                ensure!(is_damaged.is_some() == overview.is_complete(), "{is_damaged:?}");
                ensure!(overview.duration() <= recording.pcm.duration(), "{overview:?}");
                (last, count) = (overview.duration(), count + 1);
                if is_damaged.is_some() {
                    break overview;
                }
            }
            other => fail!("while it grows: {other:?}"),
        }
    };
    ensure!(count >= 2, "it grew in {count} steps");
    ensure!(
        recording.pcm.is_complete() && overview.duration() == recording.pcm.duration(),
        "{recording:?}"
    );
    ensure!((1800..1815).contains(&last.as_secs()), "{last:?}");
    let treatment = overview.treatment(&SilenceRule::default());
    ensure!(treatment.gains.len() > 20_000, "gains for all of it");
    Ok(())
}

#[test]
fn what_is_no_recording_fails_before_anything_is_heard() -> Outcome {
    let desk = Desk::new()?;
    let path = desk.sealed("none.mp3.pgp", b"This is not a call, whatever it is called.")?;
    desk.open(1, &path)?;
    desk.unlock(1, true)?;
    loop {
        match desk.next()? {
            Event::Failed { failure, .. } => {
                ensure!(failure.kind == FailureKind::NoSound, "{failure:?}");
                return Ok(());
            }
            Event::Ready { .. } => fail!("it is heard"),
            _ => {}
        }
    }
}

#[test]
fn a_short_recording_is_ready_as_a_whole_and_says_at_once_that_it_is_damaged() -> Outcome {
    let desk = Desk::new()?;
    let mut mp3 = long_mp3(1, 8000)?;
    mp3.truncate(mp3.len() / 60);
    mp3.extend([0x55; 400]);
    let path = desk.sealed("short.mp3.pgp", &mp3)?;
    desk.open(1, &path)?;
    desk.unlock(1, true)?;
    let recording = desk.until_ready()?;
    ensure!(recording.overview.is_complete() && recording.is_damaged, "{recording:?}");
    ensure!(desk.within(Duration::from_millis(300)).is_none(), "more came");
    Ok(())
}

#[test]
fn damage_at_the_end_is_told_at_the_end() -> Outcome {
    let desk = Desk::new()?;
    let mut mp3 = long_mp3(10, 8000)?;
    let end = mp3.len();
    mp3.splice(end - 3000..end - 1000, [0; 100]);
    let path = desk.sealed("damaged.mp3.pgp", &mp3)?;
    desk.open(1, &path)?;
    desk.unlock(1, true)?;
    ensure!(!desk.until_ready()?.is_damaged, "it is said too early");
    let is_damaged = desk.until("its end", |event| match event {
        Event::Grown { is_damaged, .. } => *is_damaged,
        _ => None,
    })?;
    ensure!(is_damaged, "it was not noticed");
    Ok(())
}

#[test]
fn parts_of_two_rates_are_heard_first_and_then_as_one() -> Outcome {
    let desk = Desk::new()?;
    let parts = [long_mp3(2, 8000)?, long_mp3(1, 16_000)?].concat();
    let path = desk.sealed("parts.mp3.pgp", &parts)?;
    desk.open(1, &path)?;
    desk.unlock(1, true)?;
    let (first, second) = (desk.until_ready()?, desk.until_ready()?);
    ensure!((first.pcm.rate_hz(), second.pcm.rate_hz()) == (8000, 16_000), "{first:?} {second:?}");
    ensure!(!Arc::ptr_eq(&first.pcm, &second.pcm) && second.overview.is_complete(), "{second:?}");
    ensure!(second.pcm.duration().as_secs().abs_diff(180) <= 1, "{second:?}");
    Ok(())
}

/// Begins to hear a long recording, does `this`, and sees that nothing more is decoded or kept.
fn ends_by(this: impl Fn(&Desk) -> Outcome) -> Outcome {
    let desk = Desk::new()?;
    let path = desk.sealed("long.mp3.pgp", &long_mp3(60, 8000)?)?;
    desk.open(1, &path)?;
    desk.unlock(1, true)?;
    let recording = desk.until_ready()?;
    this(&desk)?;
    let pcm = Arc::downgrade(&recording.pcm);
    // What the worker was in the middle of.
    std::thread::sleep(Duration::from_millis(200));
    let reached = recording.pcm.duration();
    ensure!(reached < Duration::from_secs(3500), "all of it was decoded: {reached:?}");
    ensure!(recording.pcm.is_complete(), "it is still being decoded");
    drop(recording);
    ensure!(pcm.upgrade().is_none(), "the samples are still there");
    while let Some(event) = desk.within(Duration::from_millis(50)) {
        let is_end = matches!(event, Event::Grown { is_damaged: Some(_), .. });
        ensure!(!is_end && !matches!(event, Event::Failed { .. }), "it was told: {event:?}");
    }
    Ok(())
}

#[test]
fn closing_it_ends_the_decoding_at_once_and_wipes() -> Outcome {
    ends_by(|desk| {
        desk.selected.store(2, Ordering::Release);
        desk.send(Command::Forget)
    })
}

#[test]
fn a_lock_ends_the_decoding_although_the_window_has_no_turn() -> Outcome {
    ends_by(|desk| {
        desk.keys.leave();
        Ok(())
    })
}

#[test]
fn the_time_of_the_key_running_out_does_not_end_what_is_heard() -> Outcome {
    let desk = Desk::new()?;
    desk.keep_unlocked()?;
    let path = desk.sealed("long.mp3.pgp", &long_mp3(20, 8000)?)?;
    desk.open(1, &path)?;
    desk.unlock(1, true)?;
    desk.until_ready()?;
    desk.keys.lock();
    desk.until("its end", |event| match event {
        Event::Grown { is_damaged, .. } => *is_damaged,
        _ => None,
    })
    .map(drop)
}

//! Is a recording heard while it still grows?

use std::time::Duration;

use support::{Outcome, ensure};
use workstation_app::audio::pcm::Recorder;
use workstation_app::audio::play::hearing::Hearing;

use super::stage::{RAMP_BEGIN, RATE_HZ, Stage};

fn ramp_piece(from: i32, to: i32) -> Vec<i16> {
    (from..to).map(|frame| (RAMP_BEGIN + frame) as i16).collect()
}

fn waits_and_goes_on(speed: f32) -> Outcome {
    let mut recorder = Recorder::new(1, RATE_HZ);
    recorder.append(&ramp_piece(0, 16_000));
    let mut stage = Stage::new(48_000, true)?;
    stage.player.set_hearing(Hearing { speed, ..Hearing::default() });
    stage.play(recorder.pcm().clone())?;
    stage.advance(6000);
    let playback = stage.player.playback();
    let waits_at = stage.shown();
    ensure!(playback.is_playing && !playback.has_ended, "{playback:?}");
    ensure!((14_000.0..=16_000.0).contains(&waits_at), "{speed}: it waits at {waits_at}");
    let silent = stage.heard.iter().rev().take(48_000).all(|it| it.abs() < 1e-6);
    ensure!(silent, "{speed}: it waits in silence");
    recorder.append(&ramp_piece(16_000, 30_000));
    stage.advance(500);
    let went_on_to = stage.shown();
    ensure!(went_on_to > waits_at + 1000.0, "{speed}: it went on to {went_on_to} only");
    drop(recorder);
    stage.advance(8000);
    let playback = stage.player.playback();
    ensure!(playback.has_ended, "{speed}: {playback:?}");
    ensure!(playback.position == Duration::from_millis(3750), "{speed}: {playback:?}");
    // Heard in its order, with nothing but fades between.
    let frame = |sample: &f32| f64::from(*sample) * 32_768.0 - f64::from(RAMP_BEGIN);
    let highest = stage.heard.iter().map(frame).filter(|it| *it < 30_001.0).fold(0.0, f64::max);
    ensure!(highest > 29_700.0, "{speed}: it was heard up to {highest}");
    Ok(())
}

#[test]
fn it_waits_in_silence_for_what_is_not_there_yet_and_goes_on() -> Outcome {
    waits_and_goes_on(1.0)?;
    waits_and_goes_on(1.5)
}

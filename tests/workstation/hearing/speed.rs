//! Is another speed heard with the same pitch, and a change of speed without a click?

use std::thread;
use std::time::Duration;

use support::sound::{DEVICE_HZ, Sink, SoundServer};
use support::spectrum::{Spectrum, tones, worst_click};
use support::tape;
use support::{Outcome, ensure};
use workstation_app::audio::play::hearing::{Hearing, Side};

use super::listener::{
    let_it_arrive, play, player, recording, secs_into, side_by_side, tape_recording, wait_for_end,
    wait_for_position,
};

const AMPLITUDE: f64 = 0.25;
/// A hard cut departs by up to 2, a fade of 5 ms by 0.02.
const CLICK_LIMIT: f64 = 0.03;

fn at(speed: f32) -> Hearing {
    Hearing { speed, ..Hearing::default() }
}

/// First and last sound in a capture, in seconds.
fn bounds(samples: &[f32]) -> (f64, f64) {
    let is_sound = |sample: &f32| sample.abs() > 0.02;
    let secs = |index: Option<usize>| index.unwrap_or(0) as f64 / f64::from(DEVICE_HZ);
    (secs(samples.iter().position(is_sound)), secs(samples.iter().rposition(is_sound)))
}

#[test]
fn every_speed_lasts_as_long_as_it_should_and_keeps_the_pitch() -> Outcome {
    let speeds = vec![0.5, 0.8, 1.25, 1.5, 2.0, 3.0, 4.0];
    side_by_side(speeds, |speed: f32| {
        let server = SoundServer::new()?;
        let capture = server.record_all_of(&Sink::USUAL)?;
        let mut player = player(&server);
        player.set_hearing(at(speed));
        let secs = 2.0 * f64::from(speed);
        play(&mut player, recording(1, 8000, &tones(&[330.0], AMPLITUDE, 8000, secs)));
        wait_for_end(&player)?;
        let_it_arrive(&capture);
        let heard = capture.channel(0)?;
        let (first, last) = bounds(&heard);
        let from = ((first + 0.3) * f64::from(DEVICE_HZ)) as usize;
        let steady = heard.get(from..from + DEVICE_HZ as usize).unwrap_or_default();
        let (pitch_hz, level_db) = Spectrum::of(steady, DEVICE_HZ).loudest_between(100.0, 3900.0);
        let length = last - first;
        println!("{speed}: {length:.3} s of 2 s, {pitch_hz:.2} Hz of 330 Hz at {level_db:.1} dB");
        ensure!((length - 2.0).abs() < 0.02, "{speed}: {length} s");
        ensure!((pitch_hz / 330.0 - 1.0).abs() < 0.012, "{speed}: {pitch_hz} Hz");
        Ok(())
    })
    .map(drop)
}

#[test]
fn no_change_of_hearing_clicks_while_a_tone_plays() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    let mut samples = vec![0; 2000];
    samples.extend(tones(&[300.0], AMPLITUDE, 8000, 60.0));
    play(&mut player, recording(1, 8000, &samples));
    wait_for_position(&player, 0.5)?;
    let begun = capture.seconds()?;
    for speed in [1.5, 2.0, 0.5, 0.8, 1.0, 3.0, 4.0, 1.25, 1.0] {
        player.set_hearing(at(speed));
        thread::sleep(Duration::from_millis(170));
    }
    let single = capture.seconds()?;
    // As fast as a hand on a slider.
    for step in 0..100 {
        player.set_hearing(at(0.5 + step as f32 * 0.035));
        thread::sleep(Duration::from_millis(16));
    }
    let slid = capture.seconds()?;
    for side in [Side::Mixed, Side::Left, Side::Both] {
        player.set_hearing(Hearing { side, is_swapped: true, ..at(1.0) });
        thread::sleep(Duration::from_millis(120));
    }
    player.pause();
    thread::sleep(Duration::from_millis(300));
    let_it_arrive(&capture);
    let click = |name: &str, from: f64, to: f64| -> Outcome {
        let heard = capture.between(from, to)?;
        let (at_secs, click) = worst_click(&heard, 300.0, AMPLITUDE, DEVICE_HZ);
        println!("{name}: departs by {click:.4} at {:.3} s", from + at_secs);
        ensure!(click < CLICK_LIMIT, "{name}: a click of {click} at {} s", from + at_secs);
        let piece = DEVICE_HZ as usize / 100;
        let peak = |piece: &[f32]| piece.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
        let softest = heard.chunks_exact(piece).map(peak).fold(f32::MAX, f32::min);
        println!("{name}: never softer than {softest:.3} of {AMPLITUDE}");
        ensure!(softest > 0.12, "{name}: a gap, {softest}");
        Ok(())
    };
    click("changes of speed", begun, single)?;
    click("a slider", single, slid)?;
    click("other switches", slid, slid + 0.3)
}

#[test]
fn what_is_shown_is_what_is_heard_at_another_speed() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    player.set_hearing(at(1.5));
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 0.3)?;
    let began_at = capture.began_at()?;
    let mut shown = Vec::new();
    for speed in [1.5, 0.8, 1.4] {
        player.set_hearing(at(speed));
        thread::sleep(Duration::from_millis(200));
        for _ in 0..40 {
            let before = std::time::Instant::now();
            let position = player.playback().position.as_secs_f64();
            if before.elapsed() < Duration::from_millis(3) {
                shown.push((secs_into(began_at, before), position));
            }
            thread::sleep(Duration::from_millis(13));
        }
    }
    let_it_arrive(&capture);
    let places = tape::heard(&tape::read(&capture.channel(0)?, DEVICE_HZ));
    let mut differences: Vec<f64> = shown
        .iter()
        .filter_map(|(at, position)| {
            let (_, place) = places.iter().find(|(moment, _)| (moment - at).abs() < 0.006)?;
            Some(place - position)
        })
        .collect();
    differences.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let index = (differences.len() as f64 * share) as usize;
        differences.get(index).copied().unwrap_or(f64::MAX) * 1000.0
    };
    println!(
        "{} looks: heard {:+.0} ms from what is shown (5 %: {:+.0}, 95 %: {:+.0})",
        differences.len(),
        at(0.5),
        at(0.05),
        at(0.95)
    );
    ensure!(differences.len() > 60, "only {} looks", differences.len());
    // The recorder's own clock is known to 10 ms only.
    ensure!(at(0.5).abs() < 30.0 && at(0.05) > -50.0 && at(0.95) < 50.0, "{differences:?}");
    Ok(())
}

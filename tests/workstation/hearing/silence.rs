//! Is silence left out and nothing else, and is what is repeated heard over and over?

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use support::sound::{DEVICE_HZ, Sink, SoundServer};
use support::spectrum::{Analyser, tones, worst_click};
use support::tape;
use support::{Outcome, ensure};
use workstation_app::audio::play::hearing::Hearing;
use workstation_app::audio::treatment::Treatment;

use super::listener::{
    let_it_arrive, play, player, recording, tape_recording, wait_for_end, wait_for_position,
};

const BURST_SECS: f64 = 0.4;
const GAP_SECS: f64 = 0.6;
/// What the treatment leaves of the silence on each side of a burst.
const LEFT_SECS: f64 = 0.05;
const BURSTS_HZ: [f64; 6] = [400.0, 500.0, 700.0, 900.0, 1100.0, 1300.0];
/// A hum goes on in the silence: where it is joined badly, it clicks.
const HUM_HZ: f64 = 150.0;
const HUM: f64 = 0.03;

/// Bursts of speech, each of its own pitch, over a hum.
fn bursts() -> (Vec<i16>, Treatment) {
    let period = ((BURST_SECS + GAP_SECS) * 8000.0) as usize;
    let mut samples = tones(&[HUM_HZ], HUM, 8000, (BURST_SECS + GAP_SECS) * 6.0);
    let mut silences = Vec::new();
    for (index, pitch_hz) in BURSTS_HZ.iter().enumerate() {
        let begin = index * period;
        let burst = tones(&[*pitch_hz], 0.25, 8000, BURST_SECS);
        for (at, sample) in burst.iter().enumerate() {
            let edge = at.min(burst.len() - at).min(80) as f64 / 80.0;
            if let Some(slot) = samples.get_mut(begin + at) {
                *slot += (f64::from(*sample) * edge) as i16;
            }
        }
        let from = begin + ((BURST_SECS + LEFT_SECS) * 8000.0) as usize;
        silences.push(from..begin + period - (LEFT_SECS * 8000.0) as usize);
    }
    (samples, Treatment { silences, gain_frames: 0, gains: vec![] })
}

/// Which burst sounds in each hundredth of a second.
fn bursts_heard(samples: &[f32]) -> Vec<Option<f64>> {
    let window = DEVICE_HZ as usize / 50;
    let analyser = Analyser::new(window, DEVICE_HZ);
    let pitch = |piece: &[f32]| {
        let spectrum = analyser.spectrum(piece);
        let (pitch_hz, level_db) = spectrum.loudest_between(330.0, 1500.0);
        (level_db > -20.0).then_some(pitch_hz)
    };
    samples.windows(window).step_by(window / 2).map(pitch).collect()
}

#[test]
fn exactly_the_silence_is_left_out_and_no_join_clicks() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    let (samples, treatment) = bursts();
    player.set_hearing(Hearing { skips_silence: true, ..Hearing::default() });
    player.load(recording(1, 8000, &samples));
    player.treat(Arc::new(treatment));
    player.play();
    wait_for_end(&player)?;
    ensure!(player.playback().position == Duration::from_secs(6), "{:?}", player.playback());
    let_it_arrive(&capture);
    let heard = capture.channel(0)?;
    let pitches = bursts_heard(&heard);
    let mut runs: Vec<(f64, usize)> = Vec::new();
    let mut gaps = Vec::new();
    let mut gap = 0;
    for pitch_hz in pitches {
        let Some(pitch_hz) = pitch_hz else {
            gap += 1;
            continue;
        };
        match runs.last_mut() {
            Some((last, count)) if gap == 0 && (*last - pitch_hz).abs() < 40.0 => *count += 1,
            _ => {
                gaps.push(gap);
                runs.push((pitch_hz, 1));
            }
        }
        gap = 0;
    }
    println!("bursts and hundredths of a second: {runs:.0?}, between them {:?}", gaps.get(1..));
    ensure!(runs.len() == 6, "{runs:?}");
    for ((pitch_hz, count), wanted_hz) in runs.iter().zip(BURSTS_HZ) {
        ensure!((pitch_hz - wanted_hz).abs() < 20.0, "{runs:?}");
        ensure!((37..=43).contains(count), "{runs:?}");
    }
    ensure!(gaps.iter().skip(1).all(|gap| (6..=12).contains(gap)), "{gaps:?}");
    // The joins lie in the hum between the bursts.
    let mut worst = 0.0_f64;
    let quiet = DEVICE_HZ as usize / 25;
    for piece in heard.windows(quiet).step_by(240) {
        let peak = piece.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
        if (0.01..0.034).contains(&peak) {
            worst = worst.max(worst_click(piece, HUM_HZ, HUM, DEVICE_HZ).1);
        }
    }
    println!("the hum departs from itself by {worst:.4} where it is joined");
    ensure!(worst > 0.0 && worst < 0.02, "a click of {worst}");
    Ok(())
}

#[test]
fn what_is_repeated_is_heard_as_often_as_it_should() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    let secs = Duration::from_secs_f64;
    player.set_hearing(Hearing { repeated: Some(secs(1.0)..secs(1.8)), ..Hearing::default() });
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 1.0)?;
    thread::sleep(Duration::from_secs(4));
    ensure!(player.playback().is_playing, "{:?}", player.playback());
    let_it_arrive(&capture);
    let places = tape::heard(&tape::read(&capture.channel(0)?, DEVICE_HZ));
    let highest = places.iter().map(|it| it.1).fold(0.0, f64::max);
    let jump = |two: &[(f64, f64)]| match two {
        [(_, before), (at, after)] if *before > *after + 0.5 => Some(*at),
        _ => None,
    };
    let jumps: Vec<f64> = places.windows(2).filter_map(jump).collect();
    let periods: Vec<f64> =
        jumps.windows(2).filter_map(|two| Some(two.get(1)? - two.first()?)).collect();
    println!("heard up to {highest:.2} s, back after {periods:.2?} s");
    ensure!((4..=6).contains(&jumps.len()), "{jumps:?}");
    ensure!(periods.iter().all(|it| (it - 0.8).abs() < 0.021), "{periods:?}");
    ensure!(highest < 1.85, "heard up to {highest} s");
    Ok(())
}

#[test]
fn a_seek_is_heard_where_it_leads_at_any_speed() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    // Every second has its pitch.
    let seconds: Vec<i16> = (0..20)
        .flat_map(|second| tones(&[400.0 + 100.0 * f64::from(second)], 0.25, 8000, 1.0))
        .collect();
    play(&mut player, recording(1, 8000, &seconds));
    wait_for_position(&player, 0.2)?;
    for (speed, to_secs) in [(1.0, 5.6), (2.0, 9.3), (1.0, 12.6), (2.0, 3.4)] {
        player.set_hearing(Hearing { speed, ..Hearing::default() });
        thread::sleep(Duration::from_millis(150));
        let from = capture.seconds()?;
        player.seek(Duration::from_secs_f64(to_secs));
        thread::sleep(Duration::from_millis(800));
        let heard = capture.between(from, f64::MAX)?;
        let pitches = bursts_heard_between(&heard, 390.0, 2500.0);
        let own_hz = 400.0 + 100.0 * to_secs.floor();
        let count = |pitch_hz: f64| {
            pitches.iter().flatten().filter(|it| (**it - pitch_hz).abs() < 40.0).count()
        };
        let heard_secs = count(own_hz) as f64 / 200.0;
        let expected = (to_secs.ceil() - to_secs) / f64::from(speed);
        println!("{speed}: {heard_secs:.3} s of the second sought, {expected:.3} s expected");
        ensure!((heard_secs - expected).abs() < 0.02, "{heard_secs} s, not {expected} s");
        ensure!(count(own_hz + 100.0) > 10, "the next second follows");
    }
    Ok(())
}

/// The loudest pitch in each two-hundredth of a second.
fn bursts_heard_between(samples: &[f32], from_hz: f64, to_hz: f64) -> Vec<Option<f64>> {
    let window = DEVICE_HZ as usize / 25;
    let analyser = Analyser::new(window, DEVICE_HZ);
    let pitch = |piece: &[f32]| {
        let (pitch_hz, level_db) = analyser.spectrum(piece).loudest_between(from_hz, to_hz);
        (level_db > -18.0).then_some(pitch_hz)
    };
    samples.windows(window).step_by(DEVICE_HZ as usize / 200).map(pitch).collect()
}

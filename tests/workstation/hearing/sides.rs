//! Is each side heard where it is wished, as loud as it is wished, and shown as loud as it is?

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use support::capture::Capture;
use support::process::wait_for;
use support::sound::{DEVICE_HZ, Sink, SoundServer};
use support::spectrum::{Spectrum, tones};
use support::{Outcome, ensure};
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::play::hearing::{Hearing, Side};
use workstation_app::audio::treatment::Treatment;

use super::listener::{play, player, recording, wait_for_position};

const LEFT_HZ: f64 = 400.0;
const RIGHT_HZ: f64 = 1000.0;
const AMPLITUDE: f64 = 0.25;

/// A call whose sides are two tones of these amplitudes.
fn call(left: f64, right: f64, secs: f64) -> Arc<Pcm> {
    let (left, right) =
        (tones(&[LEFT_HZ], left, 8000, secs), tones(&[RIGHT_HZ], right, 8000, secs));
    let samples: Vec<i16> = left.iter().zip(&right).flat_map(|(a, b)| [*a, *b]).collect();
    recording(2, 8000, &samples)
}

/// The last tenths of a second of both ears.
fn lately(capture: &Capture) -> Outcome<[Spectrum; 2]> {
    let ear = |number: usize| -> Outcome<Spectrum> {
        let heard = capture.channel(number)?;
        let from = heard.len().saturating_sub(DEVICE_HZ as usize * 3 / 10);
        Ok(Spectrum::of(heard.get(from..).unwrap_or_default(), DEVICE_HZ))
    };
    Ok([ear(0)?, ear(1)?])
}

/// Levels of the left and of the right side on both ears, in decibels against full scale, half a
/// second after the hearing was set.
fn levels(
    player: &mut workstation_app::audio::play::Player,
    capture: &Capture,
    hearing: Hearing,
) -> Outcome<[[f64; 2]; 2]> {
    player.set_hearing(hearing);
    thread::sleep(Duration::from_millis(600));
    let ears = lately(capture)?;
    Ok(ears.map(|ear| [ear.level_db(LEFT_HZ), ear.level_db(RIGHT_HZ)]))
}

fn close(levels: [[f64; 2]; 2], wanted: [[f64; 2]; 2]) -> bool {
    let both = levels.as_flattened().iter().zip(wanted.as_flattened());
    both.into_iter().all(|(level, wanted)| {
        if *wanted < -60.0 { *level < -60.0 } else { (level - wanted).abs() < 0.5 }
    })
}

#[test]
fn each_side_is_heard_on_the_ears_it_is_wished_for() -> Outcome {
    const NO: f64 = -70.0;
    const FULL: f64 = -12.04;
    const HALF: f64 = -18.06;
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    play(&mut player, call(AMPLITUDE, AMPLITUDE, 20.0));
    wait_for_position(&player, 0.2)?;
    let scenes = [
        (Side::Both, false, [[FULL, NO], [NO, FULL]]),
        (Side::Both, true, [[NO, FULL], [FULL, NO]]),
        (Side::Left, false, [[FULL, NO], [FULL, NO]]),
        (Side::Right, true, [[NO, FULL], [NO, FULL]]),
        (Side::Mixed, false, [[HALF, HALF], [HALF, HALF]]),
    ];
    for (side, is_swapped, wanted) in scenes {
        let hearing = Hearing { side, is_swapped, ..Hearing::default() };
        let levels = levels(&mut player, &capture, hearing)?;
        println!("{side:?}, swapped {is_swapped}: {levels:.1?} dB");
        ensure!(close(levels, wanted), "{side:?}, swapped {is_swapped}: {levels:.1?}");
    }
    Ok(())
}

#[test]
fn the_telephone_band_is_kept_and_what_lies_beside_it_goes() -> Outcome {
    const TONES: [f64; 5] = [100.0, 300.0, 1000.0, 3300.0, 3900.0];
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    play(&mut player, recording(1, 16_000, &tones(&TONES, 0.15, 16_000, 20.0)));
    wait_for_position(&player, 0.2)?;
    let mut measured = |is_band_limited: bool| -> Outcome<[f64; 5]> {
        player.set_hearing(Hearing { is_band_limited, ..Hearing::default() });
        thread::sleep(Duration::from_millis(600));
        let [ear, _] = lately(&capture)?;
        Ok(TONES.map(|tone| ear.level_db(tone)))
    };
    let (plain, limited) = (measured(false)?, measured(true)?);
    let changes: Vec<f64> = limited.iter().zip(plain).map(|(a, b)| a - b).collect();
    println!("{TONES:?} Hz change by {changes:.1?} dB");
    let wanted = [-120.0..-30.0, -4.0..-2.0, -0.3..0.3, -3.0..0.3, -120.0..-12.0];
    for (change, wanted) in changes.iter().zip(wanted) {
        ensure!(wanted.contains(change), "{changes:.1?}");
    }
    Ok(())
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |a, b| a.max(b.abs()))
}

#[test]
fn both_sides_are_levelled_at_once_after_a_seek_and_never_too_loud() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    // A loud agent and a soft customer, who are to be equally loud; from 10 s on far too loud.
    player.load(call(0.5, 0.02, 20.0));
    let fair = [0.5, 12.5];
    let gains = (0..100).map(|step| if step < 50 { fair } else { [8.0, 30.0] }).collect();
    player.treat(Arc::new(Treatment { silences: vec![], gain_frames: 1600, gains }));
    player.play();
    wait_for_position(&player, 0.2)?;
    let before = levels(&mut player, &capture, Hearing::default())?;
    let levelled = Hearing { is_levelled: true, ..Hearing::default() };
    let after = levels(&mut player, &capture, levelled)?;
    println!("left {:.1} and right {:.1} dB", before[0][0], before[1][1]);
    println!("levelled: left {:.1} and right {:.1} dB", after[0][0], after[1][1]);
    ensure!((before[0][0] - before[1][1]).abs() > 25.0, "{before:?}");
    ensure!((after[0][0] - after[1][1]).abs() < 0.5, "{after:?}");

    // No blast after a seek: the first tenth of a second is no louder than what follows.
    for to_secs in [5, 12, 3] {
        player.pause();
        thread::sleep(Duration::from_millis(250));
        let from = capture.seconds()?;
        player.seek(Duration::from_secs(to_secs));
        player.play();
        thread::sleep(Duration::from_millis(800));
        for number in 0..2 {
            let heard = capture.channel(number)?;
            let at = (from * f64::from(DEVICE_HZ)) as usize;
            let heard = heard.get(at..).unwrap_or_default();
            let begun = heard.iter().position(|it| it.abs() > 1e-3).unwrap_or(0);
            let tenth = DEVICE_HZ as usize / 10;
            let first = peak(heard.get(begun..begun + tenth).unwrap_or_default());
            let later = peak(heard.get(begun + tenth * 2..begun + tenth * 5).unwrap_or_default());
            println!("after a seek to {to_secs} s on ear {number}: {first:.3}, then {later:.3}");
            ensure!(first <= later * 1.05 && later > 0.1, "{first}, then {later}");
            ensure!(later < 0.995, "{later} is full scale");
        }
    }
    Ok(())
}

#[test]
fn the_meter_shows_how_loud_each_ear_is_now() -> Outcome {
    let server = SoundServer::new()?;
    let mut player = player(&server);
    play(&mut player, call(0.5, 0.2, 20.0));
    wait_for_position(&player, 0.4)?;
    let is_near = |levels: [f32; 2], wanted: [f32; 2]| {
        levels.iter().zip(wanted).all(|(level, wanted)| (level - wanted).abs() < 0.03)
    };
    ensure!(is_near(player.playback().levels, [0.5, 0.2]), "{:?}", player.playback());
    player.set_volume(0.5);
    thread::sleep(Duration::from_millis(200));
    ensure!(is_near(player.playback().levels, [0.25, 0.1]), "{:?}", player.playback());
    player.set_hearing(Hearing { side: Side::Left, ..Hearing::default() });
    thread::sleep(Duration::from_millis(200));
    ensure!(is_near(player.playback().levels, [0.25, 0.25]), "{:?}", player.playback());
    player.pause();
    wait_for("the meter to fall", Duration::from_millis(250), || {
        Ok((player.playback().levels == [0.0; 2]).then_some(()))
    })?;
    player.play();
    wait_for_position(&player, 1.2)?;
    player.close();
    thread::sleep(Duration::from_millis(100));
    ensure!(player.playback().levels == [0.0; 2], "{:?}", player.playback());
    Ok(())
}

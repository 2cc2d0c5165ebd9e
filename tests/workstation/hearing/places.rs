//! Is what is shown what is heard, whatever is asked for in whatever order?

use std::sync::Arc;
use std::time::Duration;

use support::{Outcome, ensure};
use workstation_app::audio::play::hearing::Hearing;
use workstation_app::audio::treatment::Treatment;

use super::stage::{Chance, RAMP_FRAMES, RATE_HZ, Stage, ramp};

/// 20 ms.
const LIMIT_FRAMES: f64 = 160.0;

fn hearing(chance: &mut Chance) -> Hearing {
    let speeds = [1.0, 1.0, 0.5, 0.8, 1.25, 1.5, 2.0, 3.0, 4.0];
    let millis = |value: u64| Duration::from_millis(value);
    let start = chance.below(7000);
    let length = 250 + chance.below(1500);
    Hearing {
        speed: chance.one_of(&speeds, 1.0),
        skips_silence: chance.below(2) == 0,
        repeated: (chance.below(4) == 0).then(|| millis(start)..millis(start + length)),
        ..Hearing::default()
    }
}

fn silences(chance: &mut Chance) -> Treatment {
    let mut silences = Vec::new();
    let mut at = chance.below(4000) as usize;
    while at < RAMP_FRAMES {
        let length = 1600 + chance.below(6000) as usize;
        silences.push(at..at + length);
        at += length + 400 + chance.below(8000) as usize;
    }
    Treatment { silences, gain_frames: 0, gains: vec![] }
}

/// Looks, of which in some nothing could be told, and the worst difference in frames.
#[derive(Default)]
struct Looks {
    count: usize,
    told: usize,
    worst: f64,
}

fn look(stage: &Stage, at: usize, shown: f64, looks: &mut Looks) -> f64 {
    looks.count += 1;
    let Some(place) = stage.place_at(at) else { return 0.0 };
    looks.told += 1;
    looks.worst = looks.worst.max((place - shown).abs());
    place - shown
}

fn a_sequence(seed: u64, rate_hz: u32, looks: &mut Looks) -> Outcome {
    let mut chance = Chance::new(seed);
    let mut stage = Stage::new(rate_hz, true)?;
    stage.play(ramp(RAMP_FRAMES)?)?;
    stage.player.treat(Arc::new(silences(&mut chance)));
    let mut told = Vec::new();
    for _ in 0..60 {
        match chance.below(8) {
            0..=2 => {
                let wished = hearing(&mut chance);
                told.push(format!("{wished:?}"));
                stage.player.set_hearing(wished);
            }
            3..=4 => {
                let to = Duration::from_millis(chance.below(7500));
                told.push(format!("seek {to:?}"));
                stage.player.seek(to);
                stage.player.play();
            }
            5 => {
                told.push("pause".to_owned());
                stage.player.pause();
                stage.advance(10 * chance.below(20));
                stage.player.play();
            }
            _ => {}
        }
        stage.advance(100 + 10 * chance.below(30));
        for _ in 0..8 {
            stage.advance(10);
            let (at, shown) = (stage.heard.len(), stage.shown());
            stage.advance(10);
            let difference = look(&stage, at, shown, looks);
            ensure!(
                difference.abs() < LIMIT_FRAMES,
                "seed {seed} at {rate_hz} Hz: shown {} frames off at {} of {} heard, after {told:#?}",
                difference,
                shown,
                at
            );
        }
    }
    Ok(())
}

#[test]
fn the_place_that_is_shown_is_heard_whatever_is_asked_for_in_whatever_order() -> Outcome {
    for rate_hz in [8000, 44_100, 48_000] {
        let mut looks = Looks::default();
        for seed in 1..=10 {
            a_sequence(seed, rate_hz, &mut looks)?;
        }
        println!(
            "{rate_hz} Hz: {} of {} places told, at most {:.1} ms from what is shown",
            looks.told,
            looks.count,
            looks.worst / 8.0
        );
        ensure!(looks.told * 2 > looks.count, "only {} of {}", looks.told, looks.count);
    }
    Ok(())
}

/// Frames of the ramp in the order in which they were heard, from a recording at the device's rate.
fn frames_heard(stage: &Stage) -> Vec<i64> {
    let frame = |sample: &f32| (f64::from(*sample) * 32_768.0).round() as i64 + 30_000;
    stage.heard.iter().map(frame).collect()
}

#[test]
fn what_is_repeated_comes_back_after_exactly_its_length() -> Outcome {
    let mut stage = Stage::new(RATE_HZ, true)?;
    let millis = Duration::from_millis;
    stage
        .player
        .set_hearing(Hearing { repeated: Some(millis(2000)..millis(2700)), ..Hearing::default() });
    stage.play(ramp(RAMP_FRAMES)?)?;
    stage.player.seek(millis(1500));
    stage.advance(6000);
    let heard = frames_heard(&stage);
    let middles: Vec<usize> =
        heard.iter().enumerate().filter(|(_, it)| **it == 18_800).map(|(at, _)| at).collect();
    ensure!(middles.len() == 8, "{middles:?}");
    let is_exact = |two: &[usize]| matches!(two, [a, b] if b - a == 5600);
    ensure!(middles.windows(2).all(is_exact), "{middles:?}");
    let first = middles.first().copied().unwrap_or(0);
    let is_within = |frame: &i64| (15_990..21_690).contains(frame);
    ensure!(heard.iter().skip(first).all(is_within), "it went on beyond its end");

    // Beyond its end it plays to the end, and before its beginning it comes into it.
    stage.player.seek(millis(2750));
    stage.advance(6000);
    ensure!(stage.player.playback().has_ended, "{:?}", stage.player.playback());
    stage.player.play();
    stage.player.seek(millis(100));
    stage.advance(9000);
    let place = stage.shown();
    ensure!((16_000.0..21_600.0).contains(&place), "it is at {place}");
    Ok(())
}

#[test]
fn nothing_is_lost_at_the_end_at_any_speed() -> Outcome {
    for speed in [0.5, 0.8, 1.0, 1.25, 2.0, 2.3, 3.0, 4.0] {
        let mut stage = Stage::new(RATE_HZ, true)?;
        stage.player.set_hearing(Hearing { speed, ..Hearing::default() });
        stage.play(ramp(RAMP_FRAMES)?)?;
        stage.advance(17_000);
        ensure!(stage.player.playback().has_ended, "{speed}: {:?}", stage.player.playback());
        let is_heard = |sample: &f32| sample.abs() > 0.000_2;
        let first = stage.heard.iter().position(is_heard).unwrap_or(0);
        let last = stage.heard.iter().rposition(is_heard).unwrap_or(0);
        let (secs, expected) = ((last - first) as f64 / 8000.0, 7.5 / f64::from(speed));
        println!("{speed}: {secs:.3} s, {expected:.3} s expected");
        ensure!((secs - expected).abs() < 0.02, "{speed}: {secs} s of {expected} s");
        let highest = frames_heard(&stage).into_iter().max().unwrap_or(0);
        ensure!(highest > 59_800, "{speed}: it ended at {highest}");
    }
    Ok(())
}

#[test]
fn a_seek_lands_where_it_was_asked_to() -> Outcome {
    let bare = Treatment {
        silences: std::iter::once(30_000..40_000).collect(),
        gain_frames: 0,
        gains: vec![],
    };
    for (speed, skips_silence) in
        [(1.0, false), (2.0, false), (1.0, true), (2.0, true), (0.7, true)]
    {
        let mut stage = Stage::new(RATE_HZ, true)?;
        stage.player.set_hearing(Hearing { speed, skips_silence, ..Hearing::default() });
        stage.play(ramp(RAMP_FRAMES)?)?;
        stage.player.treat(Arc::new(bare.clone()));
        for to_ms in [1000, 3000, 4200, 500, 6000] {
            stage.advance(300);
            stage.player.seek(Duration::from_millis(to_ms));
            let from = stage.heard.len();
            stage.advance(200);
            let asked = to_ms as i64 * 8;
            let wanted =
                if skips_silence && (30_000..40_000).contains(&asked) { 40_000 } else { asked };
            // The silence between two fades, and then the first frame whose fade is over.
            let after = stage.heard.get(from..).unwrap_or_default();
            let quiet = after.iter().rposition(|it| it.abs() < 1e-6).unwrap_or(0);
            let begun = quiet + 41;
            let heard = frames_heard(&stage).get(from + begun).copied().unwrap_or(0);
            let expected = wanted + (41.0 * f64::from(speed)) as i64;
            ensure!(
                (heard - expected).abs() <= 160,
                "{speed}, {skips_silence}: asked for {asked}, heard {heard}, not {expected}"
            );
        }
    }
    Ok(())
}

//! Can anything that a window or an analysis may ask for break the player?

use std::sync::Arc;
use std::time::{Duration, Instant};

use support::{Outcome, ensure};
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::play::hearing::{Hearing, Side};
use workstation_app::audio::treatment::Treatment;

use super::stage::{Chance, Stage};

fn moment(chance: &mut Chance) -> Duration {
    let known = [0, 1, 199, 200, 201, 999, 1000, 60_000, u64::MAX];
    let other = chance.below(3000);
    Duration::from_millis(if chance.below(2) == 0 { chance.one_of(&known, 0) } else { other })
}

fn hearing(chance: &mut Chance) -> Hearing {
    let speeds = [f32::NAN, f32::INFINITY, -1.0, 0.0, 1e-30, 0.5, 0.999_9, 1.0, 1.7, 2.0, 4.0, 1e9];
    let sides = [Side::Both, Side::Left, Side::Right, Side::Mixed];
    let mut is = || chance.below(2) == 0;
    let (skips_silence, is_levelled, is_band_limited, is_swapped) = (is(), is(), is(), is());
    Hearing {
        speed: chance.one_of(&speeds, 1.0),
        skips_silence,
        is_levelled,
        is_band_limited,
        side: chance.one_of(&sides, Side::Both),
        is_swapped,
        repeated: (chance.below(3) == 0).then(|| moment(chance)..moment(chance)),
    }
}

fn treatment(chance: &mut Chance) -> Treatment {
    let frames = [0, 1, 2, 79, 80, 8000, 16_000, 16_001, usize::MAX - 1, usize::MAX];
    let gains = [f32::NAN, f32::INFINITY, -5.0, 0.0, 1e-40, 1.0, 7.0, 1e30];
    if chance.below(4) == 0 {
        // Everything is silence, or every other frame is.
        let every_other = (0..8000).map(|frame| frame * 2..frame * 2 + 1).collect();
        let all = if chance.below(2) == 0 {
            std::iter::once(0..usize::MAX).collect()
        } else {
            every_other
        };
        return Treatment { silences: all, ..Treatment::default() };
    }
    let mut frame = || {
        if chance.below(2) == 0 { chance.one_of(&frames, 0) } else { chance.below(20_000) as usize }
    };
    let silences = (0..12).map(|_| frame()..frame()).collect();
    let gain_frames = frame();
    let gains = (0..40).map(|_| [chance.one_of(&gains, 1.0), chance.one_of(&gains, 1.0)]).collect();
    Treatment { silences, gain_frames, gains }
}

fn recording(chance: &mut Chance) -> Arc<Pcm> {
    let rates = [1000, 3999, 4000, 8000, 8000, 11_025, 44_100];
    let channel_count = 1 + (chance.below(2) as u16);
    let lengths = [0, 1, 2, 100, 1000, 16_000, 16_000];
    let mut pcm = Pcm::new(channel_count, chance.one_of(&rates, 8000));
    let count = chance.one_of(&lengths, 0) * usize::from(channel_count);
    let samples: Vec<i16> = (0..count).map(|_| chance.below(65_536) as u16 as i16).collect();
    pcm.append(&samples);
    Arc::new(pcm)
}

fn ask(stage: &mut Stage, chance: &mut Chance) {
    match chance.below(12) {
        0..=2 => stage.player.set_hearing(hearing(chance)),
        3..=4 => stage.player.treat(Arc::new(treatment(chance))),
        5 => stage.player.seek(moment(chance)),
        6 => stage.player.pause(),
        7..=8 => stage.player.play(),
        9 => stage.player.set_volume(chance.one_of(&[0.0, 1.0, f32::NAN, -3.0, 9.0], 1.0)),
        10 => {
            // As fast as a hand on a slider.
            for step in 0..20 {
                let speed = 0.5 + step as f32 * 0.17;
                stage.player.set_hearing(Hearing { speed, ..Hearing::default() });
                stage.advance(10);
            }
        }
        _ => {}
    }
}

fn a_sequence(seed: u64) -> Outcome {
    let mut chance = Chance::new(seed);
    let rate_hz = chance.one_of(&[8000, 16_000, 44_100, 48_000], 48_000);
    let mut stage = Stage::new(rate_hz, chance.below(3) > 0)?;
    stage.play(recording(&mut chance))?;
    for _ in 0..60 {
        ask(&mut stage, &mut chance);
        stage.advance(10 * chance.below(30));
    }
    let loudest = stage.heard.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    ensure!(stage.heard.iter().all(|it| it.is_finite()), "seed {seed}: what is heard is no number");
    ensure!(loudest < 2.0, "seed {seed}: {loudest}");
    Ok(())
}

#[test]
fn nothing_that_can_be_asked_for_breaks_it() -> Outcome {
    let began = Instant::now();
    for seed in 1..=50 {
        a_sequence(seed)?;
    }
    println!("50 sequences in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

#[test]
fn a_recording_that_is_all_silence_ends_when_silence_is_left_out() -> Outcome {
    let mut stage = Stage::new(48_000, true)?;
    let mut pcm = Pcm::new(1, 8000);
    pcm.append(&[100; 16_000]);
    stage.player.set_hearing(Hearing { skips_silence: true, ..Hearing::default() });
    let all = Treatment { silences: std::iter::once(0..16_000).collect(), ..Treatment::default() };
    stage.play(Arc::new(pcm))?;
    stage.player.treat(Arc::new(all));
    stage.advance(700);
    ensure!(stage.player.playback().has_ended, "{:?}", stage.player.playback());

    // What is repeated and all silence is heard all the same.
    let millis = Duration::from_millis;
    let repeated = Some(millis(500)..millis(900));
    stage.player.set_hearing(Hearing { skips_silence: true, repeated, ..Hearing::default() });
    stage.player.seek(millis(600));
    stage.player.play();
    stage.advance(5000);
    let playback = stage.player.playback();
    ensure!(playback.is_playing && playback.position < millis(900), "{playback:?}");
    Ok(())
}

//! What part of a core does it take to hear a recording?

use std::fs;
use std::sync::Arc;

use support::spectrum::tones;
use support::{Outcome, ensure};
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::play::hearing::{Hearing, Side};
use workstation_app::audio::treatment::Treatment;

use super::stage::Stage;

/// On an idle machine it is a tenth of this; the tests beside it make caches cold.
const LIMIT_PERCENT: f64 = 8.0;
const HEARD_MS: u64 = 20_000;

/// What this thread has worked so far, in seconds.
fn worked_secs() -> Outcome<f64> {
    let times = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: f64 = times.split(' ').next().unwrap_or("0").parse()?;
    Ok(nanos / 1e9)
}

fn call(rate_hz: u32) -> Arc<Pcm> {
    let (left, right) =
        (tones(&[170.0, 410.0], 0.2, rate_hz, 90.0), tones(&[230.0], 0.2, rate_hz, 90.0));
    let samples: Vec<i16> = left.iter().zip(&right).flat_map(|(a, b)| [*a, *b]).collect();
    let mut pcm = Pcm::new(2, rate_hz);
    pcm.append(&samples);
    Arc::new(pcm)
}

/// Percent of a core while `each` is asked for ten times a second.
fn percent(rate_hz: u32, hearing: &Hearing, mut each: impl FnMut(&mut Stage, u64)) -> Outcome<f64> {
    let mut stage = Stage::new(48_000, true)?;
    stage.player.set_hearing(hearing.clone());
    stage.play(call(rate_hz))?;
    let frames = rate_hz as usize;
    let silences =
        (0..40).map(|number| frames * (2 * number + 1)..frames * (2 * number + 1) + 4000);
    let gains = vec![[1.5, 0.7]; 1000];
    let treatment = Treatment { silences: silences.collect(), gain_frames: 800, gains };
    stage.player.treat(Arc::new(treatment));
    stage.advance(1000);
    let before = worked_secs()?;
    for step in 0..HEARD_MS / 100 {
        each(&mut stage, step);
        stage.advance(100);
    }
    ensure!(stage.player.playback().is_playing, "{:?}", stage.player.playback());
    Ok((worked_secs()? - before) / (HEARD_MS as f64 / 1000.0) * 100.0)
}

#[test]
fn hearing_takes_a_small_part_of_a_core() -> Outcome {
    let at = |speed: f32| Hearing { speed, ..Hearing::default() };
    let everything = Hearing {
        speed: 2.0,
        skips_silence: true,
        is_levelled: true,
        is_band_limited: true,
        side: Side::Mixed,
        is_swapped: false,
        repeated: None,
    };
    let scenes = [
        ("8 kHz as recorded", 8000, at(1.0)),
        ("8 kHz at 2", 8000, at(2.0)),
        ("8 kHz at 4", 8000, at(4.0)),
        ("8 kHz at 2 with everything on", 8000, everything.clone()),
        ("44.1 kHz as recorded", 44_100, at(1.0)),
        ("44.1 kHz at 2 with everything on", 44_100, everything),
    ];
    for (name, rate_hz, hearing) in scenes {
        let percent = percent(rate_hz, &hearing, |_, _| {})?;
        println!("{name}: {percent:.2} % of a core");
        ensure!(percent < LIMIT_PERCENT, "{name}: {percent} %");
    }
    let slid = percent(8000, &at(1.0), |stage, step| {
        let speed = 1.0 + (step % 40) as f32 / 20.0;
        stage.player.set_hearing(Hearing { speed, ..Hearing::default() });
    })?;
    println!("a slider that changes ten times a second: {slid:.2} %");
    ensure!(slid < 4.0 * LIMIT_PERCENT, "{slid} %");
    Ok(())
}

//! Does sound leave the program as it is in the recording, through any device?
//!
//! Everything is measured behind the device, with a recorder that is not ours.

#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

#[path = "listener.rs"]
mod listener;

use std::time::{Duration, Instant};

use listener::{play, player, recording, side_by_side, sink, wait_for_end, wait_for_position};
use support::sound::{Sink, SoundServer, SoundStream};
use support::spectrum::{Spectrum, tones};
use support::{Outcome, ensure};
use workstation_app::audio::resample::RateConverter;

const AMPLITUDE: f64 = 0.25;
const PIECE_SECS: f64 = 1.3;
const LEVEL_LIMIT_DB: f64 = 0.5;
const BESIDE_LIMIT_DB: f64 = -60.0;

/// Tones that a recording holds at the same time, and those of them a device can play.
#[derive(Clone, Copy)]
struct Piece {
    played_hz: &'static [f64],
    wanted_hz: &'static [f64],
}

/// What a device made of it: the worst departure from the level, the loudest of what should not be.
struct Figures {
    departure_db: f64,
    beside_db: f64,
    beside_hz: f64,
}

fn whole(tones_hz: &'static [f64]) -> Piece {
    Piece { played_hz: tones_hz, wanted_hz: tones_hz }
}

/// Plays pieces one after the other and measures the steady middle of each, on every channel.
fn measured(sink: &Sink, rate_hz: u32, pieces: &[Piece]) -> Outcome<(Vec<Figures>, SoundStream)> {
    let server = SoundServer::with(&[*sink])?;
    let capture = server.record_all_of(sink)?;
    let mut player = player(&server);
    let samples: Vec<i16> = pieces
        .iter()
        .flat_map(|piece| tones(piece.played_hz, AMPLITUDE, rate_hz, PIECE_SECS))
        .collect();
    play(&mut player, recording(1, rate_hz, &samples));
    wait_for_position(&player, 0.3)?;
    let streams = server.streams()?;
    ensure!(streams.len() == 1, "{streams:?}");
    wait_for_end(&player)?;
    listener::let_it_arrive(&capture);
    let mut all = Vec::new();
    // Left on all of them; a channel of its own on more than two is the server's business.
    for channel in 0..sink.channel_count.min(2) {
        let heard = capture.channel(channel)?;
        let start = heard.iter().position(|it| it.abs() > 0.02).unwrap_or(0);
        for (index, piece) in pieces.iter().enumerate() {
            let from =
                start + ((index as f64 * PIECE_SECS + 0.15) * f64::from(sink.rate_hz)) as usize;
            let to = from + sink.rate_hz as usize;
            let steady = heard.get(from..to).unwrap_or_default();
            ensure!(!steady.is_empty(), "{sink:?} recorded only {} frames", heard.len());
            all.push(figures(&Spectrum::of(steady, sink.rate_hz), piece));
        }
    }
    Ok((all, streams.into_iter().next().unwrap_or_default()))
}

fn figures(spectrum: &Spectrum, piece: &Piece) -> Figures {
    let full_db = 20.0 * AMPLITUDE.log10();
    let departures = piece.wanted_hz.iter().map(|tone| spectrum.level_db(*tone) - full_db);
    let departure_db = departures.fold(0.0, |a: f64, b: f64| if b.abs() > a.abs() { b } else { a });
    let (beside_hz, level) = spectrum.loudest_beside(piece.wanted_hz);
    Figures { departure_db, beside_db: level - full_db, beside_hz }
}

fn judge(name: &str, figures: &[Figures]) -> Outcome {
    let departure = figures.iter().map(|it| it.departure_db.abs()).fold(0.0, f64::max);
    let loudest = figures.iter().max_by(|a, b| a.beside_db.total_cmp(&b.beside_db));
    let (beside_db, beside_hz) = loudest.map_or((0.0, 0.0), |it| (it.beside_db, it.beside_hz));
    println!(
        "{name:42} within {departure:.3} dB, beside it at most {beside_db:.1} dB ({beside_hz:.0} Hz)"
    );
    ensure!(departure < LEVEL_LIMIT_DB, "{name}: a level is {departure} dB off");
    ensure!(beside_db < BESIDE_LIMIT_DB, "{name}: {beside_db} dB at {beside_hz} Hz");
    Ok(())
}

#[test]
fn a_telephone_sounds_flat_and_clean_through_every_kind_of_device() -> Outcome {
    let pieces = [whole(&[3000.0]), whole(&[300.0, 1000.0, 3400.0])];
    let sinks = vec![
        sink(44_100, 2, "s16le"),
        sink(48_000, 2, "s16le"),
        sink(96_000, 2, "s24le"),
        sink(16_000, 1, "s16le"),
        sink(8000, 1, "s16le"),
        sink(48_000, 6, "float32le"),
        sink(44_100, 1, "float32le"),
        sink(96_000, 6, "s32le"),
        sink(48_000, 2, "s32le"),
        sink(48_000, 1, "s24le"),
        sink(8000, 2, "float32le"),
        sink(16_000, 6, "s24-32le"),
        sink(192_000, 2, "s32le"),
        sink(11_025, 2, "s16be"),
    ];
    side_by_side(sinks, |sink| {
        let (figures, stream) = measured(&sink, 8000, &pieces)?;
        let name = format!("8000 Hz on {}, sent as {}", sink.spec(), stream.spec);
        judge(&name, &figures)?;
        // We work in what the device works in, so that the server converts nothing.
        let is_usual = sink.format != "s16be";
        let sent = Sink {
            channel_count: sink.channel_count.min(2),
            format: if is_usual { sink.format } else { "float32le" },
            ..sink
        };
        ensure!(stream.spec == sent.spec(), "{}: it is sent as {}", sink.spec(), stream.spec);
        let method = stream.resample_method;
        ensure!(["copy", "n/a"].contains(&method.as_str()), "the server resamples by {method}");
        Ok(())
    })
    .map(drop)
}

#[test]
fn recordings_of_higher_rates_keep_what_the_device_can_play_and_nothing_folds_back() -> Outcome {
    const LOW: &[f64] = &[300.0, 1000.0, 3400.0];
    let full = whole(&[300.0, 3000.0, 7000.0]);
    // 5, 7.9, 12.1 and 15.9 kHz would fold to 3, 0.1, 3.9 and 0.1 kHz.
    let above_16 = Piece { played_hz: &[1000.0, 5000.0, 7900.0], wanted_hz: &[1000.0] };
    let above_44 = Piece { played_hz: &[1000.0, 5000.0, 12_100.0], wanted_hz: &[1000.0] };
    let above_44_16 = Piece { played_hz: &[1000.0, 9000.0, 15_900.0], wanted_hz: &[1000.0] };
    let scenes = vec![
        (16_000, sink(48_000, 2, "s16le"), vec![full]),
        (44_100, sink(48_000, 2, "s16le"), vec![whole(&[300.0, 3000.0, 15_000.0])]),
        (48_000, sink(44_100, 2, "s16le"), vec![whole(&[300.0, 3000.0, 15_000.0])]),
        (16_000, sink(8000, 1, "s16le"), vec![above_16, whole(LOW)]),
        (44_100, sink(8000, 1, "s16le"), vec![above_44, whole(LOW)]),
        (44_100, sink(16_000, 2, "s16le"), vec![above_44_16, whole(LOW)]),
        (11_025, sink(48_000, 2, "s16le"), vec![whole(LOW)]),
        (7919, sink(44_100, 2, "s16le"), vec![whole(LOW)]),
    ];
    side_by_side(scenes, |(rate_hz, sink, pieces)| {
        let (figures, _) = measured(&sink, rate_hz, &pieces)?;
        judge(&format!("{rate_hz} Hz on {}", sink.spec()), &figures)
    })
    .map(drop)
}

#[test]
fn no_rate_that_a_file_may_claim_asks_for_a_transform_without_measure() {
    let devices = [8000, 44_100, 48_000, 192_000, 768_000];
    for from_hz in [0, 1, 7, 997, 7919, 47_999, 96_001, 191_999, 767_957, 768_001, u32::MAX] {
        for to_hz in devices {
            let began = Instant::now();
            let Ok(mut converter) = RateConverter::new(from_hz, to_hz, 2) else { continue };
            let frames = vec![1000; converter.frames_wanted() * 2];
            converter.convert(&frames);
            let limits =
                (converter.frames_wanted() < 100_000, converter.largest_output() < 400_000);
            assert_eq!(limits, (true, true), "{from_hz} to {to_hz}");
            assert!(began.elapsed() < Duration::from_secs(2), "{from_hz} to {to_hz}");
        }
    }
    let refused = |from_hz| RateConverter::new(from_hz, 48_000, 1).is_err();
    assert!(refused(0) && refused(1) && refused(u32::MAX));
    assert!(!refused(997) && !refused(767_957));
}

/// Levels of two tones on each channel of a device, in decibels against what was played.
fn levels(sink: &Sink, channel_count: u16, samples: &[i16]) -> Outcome<Vec<(f64, f64)>> {
    let server = SoundServer::with(&[*sink])?;
    let capture = server.record_all_of(sink)?;
    let mut player = player(&server);
    play(&mut player, recording(channel_count, 8000, samples));
    wait_for_end(&player)?;
    listener::let_it_arrive(&capture);
    let all = capture.samples()?;
    let first = all.iter().position(|it| it.abs() > 0.02).unwrap_or(0) / sink.channel_count;
    let from = first + sink.rate_hz as usize / 5;
    let full_db = 20.0 * AMPLITUDE.log10();
    let levels: Outcome<Vec<(f64, f64)>> = (0..sink.channel_count)
        .map(|number| {
            let heard = capture.channel(number)?;
            let steady = heard.get(from..from + sink.rate_hz as usize).unwrap_or_default();
            let spectrum = Spectrum::of(steady, sink.rate_hz);
            Ok((spectrum.level_db(400.0) - full_db, spectrum.level_db(1000.0) - full_db))
        })
        .collect();
    let levels = levels?;
    println!("{channel_count} on {}: {levels:.1?}", sink.spec());
    Ok(levels)
}

fn is_full(level_db: f64) -> bool {
    level_db.abs() < LEVEL_LIMIT_DB
}

fn is_silent(level_db: f64) -> bool {
    level_db < BESIDE_LIMIT_DB
}

#[test]
fn mono_comes_out_on_both_sides_and_stereo_keeps_its_sides_apart() -> Outcome {
    let (left, right) =
        (tones(&[400.0], AMPLITUDE, 8000, 1.6), tones(&[1000.0], AMPLITUDE, 8000, 1.6));
    let stereo: Vec<i16> =
        left.iter().zip(&right).flat_map(|(left, right)| [*left, *right]).collect();
    let scenes = vec![
        (1, sink(48_000, 2, "s16le")),
        (2, sink(48_000, 2, "s16le")),
        (2, sink(44_100, 1, "s16le")),
        (2, sink(48_000, 6, "s16le")),
        (1, sink(48_000, 6, "s16le")),
    ];
    let all = side_by_side(scenes, |(channel_count, sink)| {
        levels(&sink, channel_count, if channel_count == 1 { &left } else { &stereo })
    })?;
    let side = |scene: usize, channel: usize| -> (f64, f64) {
        all.get(scene).and_then(|levels| levels.get(channel)).copied().unwrap_or((-180.0, -180.0))
    };
    // Mono: the same on both sides.
    assert!(is_full(side(0, 0).0) && (side(0, 0).0 - side(0, 1).0).abs() < 0.01);
    // Stereo: each side its own.
    assert!(is_full(side(1, 0).0) && is_silent(side(1, 0).1));
    assert!(is_full(side(1, 1).1) && is_silent(side(1, 1).0));
    // One loudspeaker: both sides, at the same loudness.
    assert!((side(2, 0).0 + 6.02).abs() < 0.5 && (side(2, 0).1 + 6.02).abs() < 0.5);
    // Six: the front ones as on two, whatever the server gives to the others.
    assert!(is_full(side(3, 0).0) && is_silent(side(3, 0).1));
    assert!(is_full(side(3, 1).1) && is_silent(side(3, 1).0));
    assert!(is_full(side(4, 0).0) && is_full(side(4, 1).0));
    Ok(())
}

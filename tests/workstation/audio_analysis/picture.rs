//! The picture of a recording: peaks, and where it was muted.

use std::time::Duration;

use workstation_app::audio::analysis::{Growing, Overview, SilenceRule};
use workstation_app::audio::pcm::Pcm;

use crate::call::{LINE_HZ, mix, noise, overview, recording, samples, tone};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Silence of so many seconds, and tones at known times: (lane, from ms, to ms, amplitude).
fn with_tones(rate_hz: u32, secs: usize, tones: &[(usize, usize, usize, f64)]) -> Overview {
    let at = |ms: usize| ms * rate_hz as usize / 1000;
    let lane_count = tones.iter().map(|it| it.0).max().unwrap() + 1;
    let mut lanes = vec![vec![0.0; secs * rate_hz as usize]; lane_count];
    for (lane, from, to, amplitude) in tones {
        let hz = f64::from(rate_hz) / 8.0;
        mix(&mut lanes[*lane], at(*from), &tone(hz, *amplitude, rate_hz, at(*to) - at(*from)));
    }
    overview(rate_hz, &lanes)
}

#[test]
fn each_lane_shows_its_own_sound_at_its_time_at_every_rate() {
    for rate_hz in [1000, 8000, 11_025, 16_000, 44_100, 48_000, 192_000] {
        let seen = with_tones(rate_hz, 4, &[(0, 500, 900, 0.5), (1, 2000, 3500, 0.25)]);
        assert_eq!((seen.lane_count(), seen.duration()), (2, ms(4000)), "{rate_hz} Hz");
        assert!(seen.is_complete());
        let peak = |lane, from, to| seen.peak_between(lane, ms(from), ms(to));
        // 25 ms beside the tone is silence, 25 ms inside it is the tone.
        for (lane, from, to, level) in [(0, 500, 900, 0.5), (1, 2000, 3500, 0.25)] {
            assert_eq!(peak(lane, 0, from - 25), 0.0, "{rate_hz} Hz, before {from} ms");
            assert_eq!(peak(lane, to + 25, 4000), 0.0, "{rate_hz} Hz, after {to} ms");
            for at in (from..to - 25).step_by(25) {
                let peak = peak(lane, at, at + 25);
                assert!((peak - level).abs() < 0.08 * level, "{rate_hz} Hz, {at} ms: {peak}");
            }
        }
        assert!((seen.loudest() - 0.5).abs() < 0.02, "{rate_hz} Hz: {}", seen.loudest());
    }
}

#[test]
fn at_any_zoom_the_peak_is_that_of_the_samples() {
    let sound = noise(-20.0, 37 * LINE_HZ as usize + 123);
    let pcm = recording(LINE_HZ, &[sound]);
    let seen = Overview::of(&pcm);
    let block = 80;
    let all = pcm.samples();
    for width in [1, 2, 7, 16, 17, 100, 255, 256, 257, 1000, 3000, 4000] {
        for first in (0..3700).step_by(width.max(13)) {
            let (from, to) = (first * block, ((first + width) * block).min(all.len()));
            let expected = all[from..to].iter().map(|it| it.unsigned_abs()).max().unwrap();
            let time = |frame: usize| Duration::from_micros(frame as u64 * 125);
            let found = seen.peak_between(0, time(from), time(to));
            assert_eq!(found, f32::from(expected) / 32_768.0, "{first} blocks, {width} wide");
        }
    }
}

#[test]
fn a_recording_of_one_frame_or_none_is_no_fault() {
    let rule = SilenceRule::default();
    for (frames, rate_hz) in [(0, 8000), (1, 8000), (1, 1000), (3, 192_000), (1, 1)] {
        for lanes in [1, 2] {
            let seen = overview(rate_hz, &vec![vec![-1.0; frames]; lanes]);
            let peak = seen.peak_between(0, Duration::ZERO, ms(1));
            assert_eq!(peak > 0.99, frames > 0, "{frames} frames: {peak}");
            assert_eq!(seen.peak_between(7, Duration::ZERO, Duration::MAX), 0.0);
            assert!(seen.silences(&rule).is_empty() && seen.talk_over().is_empty());
            let treatment = seen.treatment(&rule);
            assert!(treatment.gain_frames > 0);
            assert!(treatment.gains.iter().flatten().all(|gain| gain.is_finite()));
        }
    }
    assert_eq!(Overview::default().peak_between(0, Duration::ZERO, Duration::MAX), 0.0);
}

#[test]
fn muted_is_what_stands_still_on_all_lanes_for_half_a_second() {
    let mut left = noise(-50.0, 10 * LINE_HZ as usize);
    let mut right = noise(-50.0, 10 * LINE_HZ as usize);
    left[8003..16_002].fill(0.0);
    right[8003..16_002].fill(0.0);
    // One lane alone, too short, beside the zero line, and up to the end.
    left[24_000..32_000].fill(0.0);
    left[40_000..43_990].fill(0.1);
    right[40_000..43_990].fill(0.0);
    left[48_000..56_000].fill(0.1);
    right[48_000..56_000].fill(-0.2);
    left[72_000..].fill(0.0);
    right[72_000..].fill(0.0);
    let seen = overview(LINE_HZ, &[left, right]);
    let frame = |time: Duration| (time.as_nanos() * 8 / 1_000_000) as usize;
    let muted: Vec<_> = seen.muted().iter().map(|it| (frame(it.start), frame(it.end))).collect();
    assert_eq!(muted, [(8003, 16_002), (48_000, 56_000), (72_000, 80_000)]);
}

#[test]
fn what_is_known_while_it_grows_is_what_is_known_at_the_end() {
    let mut sound = noise(-55.0, 20 * LINE_HZ as usize + 77);
    sound[50_000..60_000].fill(0.0);
    mix(&mut sound, 20_000, &tone(700.0, 0.3, LINE_HZ, 9000));
    let samples = samples(&sound);
    let mut growing = Growing::new(1, LINE_HZ);
    for (number, piece) in samples.chunks(997).enumerate() {
        growing.take(piece);
        if number % 20 == 0 {
            let known = growing.overview(false);
            let frames = ((number + 1) * 997).min(samples.len());
            assert_eq!(known.duration(), Duration::from_micros(frames as u64 * 125));
            assert!(!known.is_complete());
        }
    }
    let (grown, whole) = (growing.overview(true), {
        let mut pcm = Pcm::new(1, LINE_HZ);
        pcm.append(&samples);
        Overview::of(&pcm)
    });
    let rule = SilenceRule::default();
    assert_eq!(grown.muted(), whole.muted());
    assert_eq!(grown.treatment(&rule), whole.treatment(&rule));
    for at in (0..20_000).step_by(10) {
        assert_eq!(
            grown.peak_between(0, ms(at), ms(at + 10)),
            whole.peak_between(0, ms(at), ms(at + 10))
        );
    }
}

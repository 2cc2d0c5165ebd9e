//! Do samples come out of a recording as they went in: resampling, playing?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;

use std::f32::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{DEVICE_RATE_HZ, TestDevice, wait_until};
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::play::{Player, SoundFault};
use workstation_app::audio::resample::RateConverter;

/// A chirp from 200 to 3000 Hz, as 16-bit samples.
fn chirp(rate_hz: u32, secs: f32) -> Vec<i16> {
    let count = (rate_hz as f32 * secs) as usize;
    (0..count)
        .map(|index| {
            let time = index as f32 / rate_hz as f32;
            let phase = TAU * (200.0 * time + 2800.0 / secs * time * time / 2.0);
            (phase.sin() * 12_000.0) as i16
        })
        .collect()
}

fn tone(frequency_hz: f32, rate_hz: u32, count: usize) -> Vec<i16> {
    (0..count)
        .map(|index| ((TAU * frequency_hz * index as f32 / rate_hz as f32).sin() * 16_384.0) as i16)
        .collect()
}

fn correlation(left: &[f32], right: &[f32]) -> f32 {
    let sum = |values: &mut dyn Iterator<Item = f32>| values.sum::<f32>();
    let dot = sum(&mut left.iter().zip(right).map(|(left, right)| left * right));
    let power = |values: &[f32]| sum(&mut values.iter().map(|value| value * value));
    dot / (power(left) * power(right)).sqrt()
}

/// Level of one frequency in decibels, 0 for full scale.
fn level_db(samples: &[f32], frequency_hz: f32, rate_hz: u32) -> f32 {
    let count = samples.len() as f32;
    let (mut real, mut imaginary) = (0.0_f64, 0.0_f64);
    for (index, sample) in samples.iter().enumerate() {
        // A window that ends softly, or the ends would be heard at every frequency.
        let window = 0.5 - 0.5 * (TAU * index as f32 / count).cos();
        let phase = f64::from(TAU) * f64::from(frequency_hz) * index as f64 / f64::from(rate_hz);
        real += f64::from(sample * window) * phase.cos();
        imaginary += f64::from(sample * window) * phase.sin();
    }
    let amplitude = (real * real + imaginary * imaginary).sqrt() * 4.0 / f64::from(count);
    20.0 * (amplitude.max(1e-9)).log10() as f32
}

fn resampled(samples: &[i16], from_hz: u32, to_hz: u32) -> Vec<f32> {
    let mut converter = RateConverter::new(from_hz, to_hz, 1).unwrap();
    let mut output = Vec::new();
    let mut rest = samples;
    while !rest.is_empty() {
        let count = converter.frames_wanted().min(rest.len());
        output.extend_from_slice(converter.convert(&rest[..count]));
        rest = &rest[count..];
    }
    output.extend_from_slice(converter.convert(&[]));
    output
}

#[test]
fn speech_reaches_the_device_flat_and_without_images() {
    for to_hz in [44_100, 48_000, 16_000] {
        for frequency_hz in [300.0, 1000.0, 2000.0, 3000.0, 3400.0] {
            let output = resampled(&tone(frequency_hz, 8000, 32_000), 8000, to_hz);
            let steady = &output[output.len() / 4..output.len() * 3 / 4];
            let level = level_db(steady, frequency_hz, to_hz) + 6.02;
            assert!(level.abs() < 0.5, "{frequency_hz} Hz at {to_hz} Hz: {level} dB");
            let image = level_db(steady, 8000.0 - frequency_hz, to_hz) + 6.02;
            assert!(image < -60.0, "image of {frequency_hz} Hz at {to_hz} Hz: {image} dB");
        }
    }
}

#[test]
fn resampling_keeps_length_and_moment() {
    let mut samples = vec![0_i16; 8000];
    samples[4000] = 30_000;
    let output = resampled(&samples, 8000, 48_000);
    let loudest = (0..output.len()).max_by(|a, b| output[*a].total_cmp(&output[*b])).unwrap();
    assert!(loudest.abs_diff(24_000) <= 6, "the click moved to {loudest}");
    assert!(output.len() >= 48_000);
    assert_eq!(resampled(&samples, 8000, 8000)[4000], 30_000.0 / 32_768.0);
}

fn player_with(device: &TestDevice, samples: &[i16]) -> Player {
    let mut pcm = Pcm::new(1, 8000);
    pcm.append(samples);
    let mut player = Player::new(Box::new(device.clone()), Arc::new(|| {}));
    player.load(Arc::new(pcm));
    player
}

#[test]
fn a_recording_is_heard_from_its_first_to_its_last_sample() {
    let device = TestDevice::new();
    let samples = chirp(8000, 3.0);
    let mut player = player_with(&device, &samples);
    player.play();
    wait_until("the end", || player.playback().has_ended);
    assert_eq!(player.playback().position, Duration::from_secs(3));
    assert!(!player.playback().is_playing);
    let heard = device.heard.lock().unwrap().clone();
    let expected = resampled(&samples, 8000, DEVICE_RATE_HZ);
    let start = heard.iter().position(|sample| sample.abs() > 0.0).unwrap();
    // The first milliseconds fade in.
    let faded = 48 * 20;
    let lag_limit = 480;
    let likeness = (0..lag_limit)
        .map(|lag| {
            let ours = &heard[start + faded..start + faded + 96_000];
            correlation(ours, &expected[faded + lag..faded + lag + 96_000])
        })
        .fold(0.0, f32::max);
    assert!(likeness > 0.999, "{likeness}");
}

#[test]
fn pause_is_silent_and_keeps_the_position() {
    let device = TestDevice::new();
    let mut player = player_with(&device, &tone(440.0, 8000, 8000 * 600));
    player.play();
    wait_until("some sound", || player.playback().position > Duration::from_secs(1));
    player.pause();
    std::thread::sleep(Duration::from_millis(100));
    let position = player.playback().position;
    device.heard.lock().unwrap().clear();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(player.playback().position, position);
    let heard = device.heard.lock().unwrap().clone();
    assert!(!heard.is_empty() && heard.iter().all(|sample| sample.abs() < 1e-6));
    player.seek(Duration::from_secs(300));
    assert_eq!(player.playback().position, Duration::from_secs(300));
    player.play();
    wait_until("it goes on", || player.playback().position > Duration::from_secs(300));
    assert!(player.playback().position < Duration::from_secs(400));
}

#[test]
fn at_the_end_play_begins_again() {
    let device = TestDevice::new();
    let mut player = player_with(&device, &tone(440.0, 8000, 8000));
    player.play();
    wait_until("the end", || player.playback().has_ended);
    player.play();
    let playback = player.playback();
    assert!(playback.is_playing && !playback.has_ended);
    assert!(playback.position < Duration::from_millis(900));
    wait_until("the end again", || player.playback().has_ended);
}

#[test]
fn without_a_device_it_says_so_and_plays_once_there_is_one() {
    let device = TestDevice::new();
    device.is_there.store(false, Ordering::Release);
    let mut player = player_with(&device, &tone(440.0, 8000, 80_000));
    player.seek(Duration::from_secs(2));
    player.play();
    wait_until("it is said", || player.playback().fault == Some(SoundFault::NoDevice));
    assert_eq!(player.playback().position, Duration::from_secs(2));
    device.is_there.store(true, Ordering::Release);
    wait_until("it plays", || player.playback().position > Duration::from_secs(3));
    assert_eq!(player.playback().fault, None);
}

#[test]
fn a_device_that_dies_is_noticed_and_the_position_kept() {
    let device = TestDevice::new();
    let mut player = player_with(&device, &tone(440.0, 8000, 8000 * 600));
    player.play();
    wait_until("some sound", || player.playback().position > Duration::from_secs(1));
    device.is_there.store(false, Ordering::Release);
    device.is_alive.store(false, Ordering::Release);
    wait_until("it is said", || player.playback().fault == Some(SoundFault::DeviceLost));
    let position = player.playback().position;
    device.is_there.store(true, Ordering::Release);
    device.is_alive.store(true, Ordering::Release);
    wait_until("it plays on", || player.playback().position > position);
    assert!(player.playback().position < position + Duration::from_secs(60));
}

#[test]
fn a_device_that_was_just_opened_may_take_its_time_and_one_that_played_may_not() {
    let device = TestDevice::new();
    // It holds silence in advance, which it plays first.
    device.is_alive.store(false, Ordering::Release);
    let mut player = player_with(&device, &tone(440.0, 8000, 8000 * 600));
    player.play();
    let started = std::time::Instant::now();
    while started.elapsed() < Duration::from_millis(1500) {
        assert_eq!(player.playback().fault, None, "after {:?}", started.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    device.is_alive.store(true, Ordering::Release);
    wait_until("some sound", || player.playback().position > Duration::from_secs(1));
    device.is_alive.store(false, Ordering::Release);
    wait_until("it is said", || player.playback().fault == Some(SoundFault::DeviceLost));
}

#[test]
fn a_closed_recording_is_let_go() {
    let device = TestDevice::new();
    let mut pcm = Pcm::new(1, 8000);
    pcm.append(&tone(440.0, 8000, 80_000));
    let pcm = Arc::new(pcm);
    let mut player = Player::new(Box::new(device.clone()), Arc::new(|| {}));
    player.load(Arc::clone(&pcm));
    player.play();
    wait_until("some sound", || player.playback().position > Duration::ZERO);
    player.close();
    wait_until("nobody holds the samples", || Arc::strong_count(&pcm) == 1);
    assert_eq!(player.playback().position, Duration::ZERO);
}

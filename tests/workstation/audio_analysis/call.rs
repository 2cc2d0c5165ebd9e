//! Calls whose every moment is known, written sample by sample.

use workstation_app::audio::analysis::Overview;
use workstation_app::audio::pcm::Pcm;

/// Frames a second, as telephones have it.
pub const LINE_HZ: u32 = 8000;

/// So many samples at this level (RMS, below full scale) without any order.
pub fn noise(dbfs: f64, frames: usize) -> Vec<f64> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let amplitude = 3.0_f64.sqrt() * 10.0_f64.powf(dbfs / 20.0);
    (0..frames)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            amplitude * ((state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0)
        })
        .collect()
}

/// A tone with this largest amplitude.
pub fn tone(hz: f64, amplitude: f64, rate_hz: u32, frames: usize) -> Vec<f64> {
    let turn = std::f64::consts::TAU * hz / f64::from(rate_hz);
    (0..frames).map(|frame| amplitude * (turn * frame as f64).sin()).collect()
}

/// Adds what sounds at the same time.
pub fn mix(onto: &mut [f64], from: usize, sound: &[f64]) {
    for (sample, more) in onto.iter_mut().skip(from).zip(sound) {
        *sample += more;
    }
}

/// As 16-bit samples.
pub fn samples(sound: &[f64]) -> Vec<i16> {
    sound
        .iter()
        .map(|sample| (sample * 32_767.0).round().clamp(-32_768.0, 32_767.0) as i16)
        .collect()
}

/// As a recording with one lane for each sound.
pub fn recording(rate_hz: u32, lanes: &[Vec<f64>]) -> Pcm {
    let lanes: Vec<Vec<i16>> = lanes.iter().map(|lane| samples(lane)).collect();
    let mut pcm = Pcm::new(lanes.len() as u16, rate_hz);
    let frames = lanes[0].len();
    let interleaved: Vec<i16> =
        (0..frames).flat_map(|frame| lanes.iter().map(move |lane| lane[frame])).collect();
    pcm.append(&interleaved);
    pcm
}

/// What is known of a recording with one lane for each sound.
pub fn overview(rate_hz: u32, lanes: &[Vec<f64>]) -> Overview {
    Overview::of(&recording(rate_hz, lanes))
}

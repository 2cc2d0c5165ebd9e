//! What is heard when a person wants to know whether a device works?

use std::f32::consts::{PI, TAU};

use crate::audio::pcm::Pcm;

const RATE_HZ: u32 = 16_000;
/// Two notes, each a quarter of a second: a fourth upwards, soft enough for an ear on a headset.
const NOTES_HZ: [f32; 2] = [660.0, 880.0];
const NOTE_FRAMES: usize = RATE_HZ as usize / 4;
const EDGE_FRAMES: usize = RATE_HZ as usize / 50;
const AMPLITUDE: f32 = 0.15;

/// Half a second of two notes.
pub fn test_sound() -> Pcm {
    let mut pcm = Pcm::new(1, RATE_HZ);
    for note_hz in NOTES_HZ {
        let note: Vec<i16> = (0..NOTE_FRAMES).map(|frame| sample(note_hz, frame)).collect();
        pcm.append(&note);
    }
    pcm
}

fn sample(note_hz: f32, frame: usize) -> i16 {
    let edge = frame.min(NOTE_FRAMES - frame).min(EDGE_FRAMES) as f32 / EDGE_FRAMES as f32;
    let softly = 0.5 - 0.5 * (PI * edge).cos();
    let phase = TAU * note_hz * frame as f32 / RATE_HZ as f32;
    (phase.sin() * AMPLITUDE * softly * 32_767.0) as i16
}

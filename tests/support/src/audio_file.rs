//! What samples does an audio file hold, by a decoder that is not ours?

use std::path::Path;

use crate::failure::Context;
use crate::process::{output_of, tool};
use crate::{Outcome, ensure};

/// Decodes any file that sox reads to mono samples between -1 and 1 at `rate_hz`.
pub fn decode(file: &Path, rate_hz: u32) -> Outcome<Vec<f32>> {
    let mut sox = tool("sox")?;
    let octets = output_of(sox.arg("-V1").arg(file).args(raw_mono(rate_hz)).arg("-"))
        .context(format!("decoding {}", file.display()))?;
    ensure!(!octets.is_empty(), "{} holds no sound", file.display());
    Ok(samples_of(&octets))
}

fn raw_mono(rate_hz: u32) -> Vec<String> {
    let rate = rate_hz.to_string();
    let options = ["-t", "raw", "-e", "signed-integer", "-b", "16", "-c", "1", "-r", &rate];
    options.iter().map(|it| (*it).to_owned()).collect()
}

/// Samples between -1 and 1 from signed 16 bit little endian octets; an odd last octet is left out.
pub fn samples_of(octets: &[u8]) -> Vec<f32> {
    octets
        .chunks_exact(2)
        .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
        .map(|pair| f32::from(i16::from_le_bytes(pair)) / 32768.0)
        .collect()
}

/// Signed 16 bit little endian octets from samples between -1 and 1.
pub fn octets_of(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|it| ((it * 32767.0).round() as i16).to_le_bytes()).collect()
}

/// Root mean square of the samples: 0 for silence.
pub fn loudness(samples: &[f32]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let energy: f64 = samples.iter().map(|it| f64::from(*it).powi(2)).sum();
    (energy / samples.len() as f64).sqrt()
}

//! How is audio made, and what do programs that are not ours hear in it?

use std::f32::consts::TAU;
use std::ops::ControlFlow;
use std::path::PathBuf;

use support::process::{output_of, tool};
use support::{Outcome, ensure};
use tempfile::TempDir;
use workstation_app::audio::decode::{DecodeError, Decoded, decode};

/// Channels and rate of samples.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub channels: usize,
    pub rate_hz: u32,
}

/// What telephony records.
pub const CALL: Shape = Shape { channels: 1, rate_hz: 8000 };

/// A place to make audio in; its files are gone when it is dropped.
pub struct Studio {
    folder: TempDir,
}

impl Studio {
    pub fn new() -> Outcome<Studio> {
        Ok(Studio { folder: tempfile::tempdir()? })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn wav(&self, samples: &[i16], shape: Shape) -> Outcome<PathBuf> {
        let path = self.path("source.wav");
        let octets: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        std::fs::write(&path, wav_file(1, shape, 16, &octets))?;
        Ok(path)
    }

    /// Lets sox write `samples` as the ending and the options ask for.
    pub fn sox(
        &self,
        samples: &[i16],
        shape: Shape,
        ending: &str,
        options: &[&str],
    ) -> Outcome<Vec<u8>> {
        let (source, made) = (self.wav(samples, shape)?, self.path(&format!("made.{ending}")));
        output_of(tool("sox")?.args(["-V1", "-D"]).arg(source).args(options).arg(&made))?;
        Ok(std::fs::read(made)?)
    }

    /// Lets lame write `samples` at their own rate.
    pub fn lame(&self, samples: &[i16], shape: Shape, options: &[&str]) -> Outcome<Vec<u8>> {
        let (source, made) = (self.wav(samples, shape)?, self.path("made.mp3"));
        let rate = format!("{}", f64::from(shape.rate_hz) / 1000.0);
        let mut lame = tool("lame")?;
        lame.args(["--quiet", "--resample", &rate]).args(options).arg(source).arg(&made);
        output_of(&mut lame)?;
        Ok(std::fs::read(made)?)
    }

    /// The 16-bit samples that sox hears, without the noise it would add to hide rounding.
    pub fn heard_by_sox(&self, octets: &[u8], ending: &str, options: &[&str]) -> Outcome<Vec<i16>> {
        let (heard, raw) = (self.path(&format!("heard.{ending}")), self.path("heard.raw"));
        std::fs::write(&heard, octets)?;
        let mut sox = tool("sox")?;
        sox.args(["-V1", "-D"]).arg(&heard).args(["-t", "raw", "-e", "signed", "-b", "16"]);
        output_of(sox.args(options).arg(&raw))?;
        Ok(samples_of(&std::fs::read(raw)?))
    }
}

/// Samples from 16-bit little endian octets.
pub fn samples_of(octets: &[u8]) -> Vec<i16> {
    let (whole, _) = octets.as_chunks::<2>();
    whole.iter().map(|sample| i16::from_le_bytes(*sample)).collect()
}

/// Decodes with the program's own code.
pub fn decoded(octets: &[u8]) -> Outcome<Decoded> {
    Ok(attempt(octets)?)
}

/// The same, for what may fail.
pub fn attempt(octets: &[u8]) -> Result<Decoded, DecodeError> {
    decode(octets, &mut |_| ControlFlow::Continue(()))
}

/// Decodes what nothing is wrong with.
pub fn decoded_whole(octets: &[u8], what: &str) -> Outcome<Decoded> {
    let decoded = decoded(octets)?;
    ensure!(!decoded.is_damaged, "{what} is called damaged, but is not");
    Ok(decoded)
}

/// Something like speech: syllables of several tones with pauses of silence between them, and a
/// second voice on the second channel.
pub fn call(shape: Shape, secs: f32) -> Vec<i16> {
    let frame_count = (shape.rate_hz as f32 * secs) as usize;
    let mut noise = Noise::new(1);
    (0..frame_count * shape.channels)
        .map(|index| {
            let time = (index / shape.channels) as f32 / shape.rate_hz as f32;
            let pitch = 120.0 + 90.0 * (index % shape.channels) as f32;
            let syllable = (TAU * 1.7 * time).sin().max(0.0);
            let voice: f32 =
                (1..12).map(|part| (TAU * pitch * part as f32 * time).sin() / part as f32).sum();
            let hiss = f32::from(noise.octet()) - 127.5;
            (syllable * (voice * 6000.0 + hiss * 4.0)) as i16
        })
        .collect()
}

/// Octets without any order, the same in every run.
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Noise {
        Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn octet(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 24) as u8
    }

    pub fn octets(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.octet()).collect()
    }

    pub fn below(&mut self, limit: usize) -> usize {
        let four: [u8; 4] = std::array::from_fn(|_| self.octet());
        u32::from_le_bytes(four) as usize % limit.max(1)
    }
}

/// A chunk of a RIFF file, padded to an even length.
pub fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_le_bytes();
    let padding = vec![0; content.len() % 2];
    [name.as_slice(), &length, content, &padding].concat()
}

/// A RIFF file of these chunks.
pub fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    let length = (chunks.len() as u32 + 4).to_le_bytes();
    [b"RIFF".as_slice(), &length, b"WAVE", &chunks].concat()
}

/// The chunk that describes plain samples.
pub fn format_chunk(tag: u16, shape: Shape, bits: u16) -> Vec<u8> {
    let block = (shape.channels as u16).wrapping_mul(bits.div_ceil(8));
    let a_second = shape.rate_hz.wrapping_mul(u32::from(block));
    let mut format = Vec::new();
    format.extend(tag.to_le_bytes());
    format.extend((shape.channels as u16).to_le_bytes());
    format.extend(shape.rate_hz.to_le_bytes());
    format.extend(a_second.to_le_bytes());
    format.extend(block.to_le_bytes());
    format.extend(bits.to_le_bytes());
    chunk(b"fmt ", &format)
}

/// A WAV file of plain samples.
pub fn wav_file(tag: u16, shape: Shape, bits: u16, samples: &[u8]) -> Vec<u8> {
    riff(&[format_chunk(tag, shape, bits), chunk(b"data", samples)])
}

/// Fails with the first place at which two decoders differ by more than `tolerance`.
pub fn ensure_alike(ours: &[i16], theirs: &[i16], tolerance: u16, what: &str) -> Outcome {
    let (here, there) = (ours.len(), theirs.len());
    ensure!(here == there, "{what}: {here} samples instead of {there}");
    let differs = |(left, right): (&i16, &i16)| left.abs_diff(*right) > tolerance;
    if let Some(at) = ours.iter().zip(theirs).position(differs) {
        let (here, there) = (ours.get(at), theirs.get(at));
        support::fail!("{what}: sample {at} is {here:?} instead of {there:?}");
    }
    Ok(())
}

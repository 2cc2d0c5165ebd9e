//! What has come out of a sound device, and when?

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::audio_file::samples_of;
use crate::process::{Background, wait_for};
use crate::sound::Sink;
use crate::{Outcome, ensure};

const START_WAIT: Duration = Duration::from_secs(10);

/// A recording of a device in progress; it ends when it is dropped.
pub struct Capture {
    recorder: Background,
    file: PathBuf,
    /// What it is recorded in.
    sink: Sink,
}

impl Capture {
    /// Takes what `recorder` writes to `file`, recorded in the format of `sink`.
    pub fn start(recorder: Background, file: PathBuf, sink: Sink) -> Capture {
        Capture { recorder, file, sink }
    }

    /// Whether something is recorded within a time.
    pub fn begins_within(&self, time: Duration) -> Outcome<bool> {
        let start = Instant::now();
        while start.elapsed() < time {
            if self.seconds()? > 0.0 {
                return Ok(true);
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(false)
    }

    /// The first octets show that the recorder is connected: nothing is missed after this.
    pub fn wait_for_begin(mut self) -> Outcome<Capture> {
        wait_for("the recorder's first samples", START_WAIT, || {
            self.recorder.still_running()?;
            Ok((self.seconds()? > 0.0).then_some(()))
        })?;
        Ok(self)
    }

    /// How much has been recorded.
    pub fn seconds(&self) -> Outcome<f64> {
        let size = if self.sink.format == "float32le" { 4 } else { 2 };
        let octets = fs::metadata(&self.file)?.len();
        let frames = octets as f64 / (size * self.sink.channel_count) as f64;
        Ok(frames / f64::from(self.sink.rate_hz))
    }

    /// Everything recorded up to now, of all channels in turn.
    pub fn samples(&self) -> Outcome<Vec<f32>> {
        let octets = fs::read(&self.file)?;
        if self.sink.format != "float32le" {
            return Ok(samples_of(&octets));
        }
        let quads = octets.chunks_exact(4).filter_map(|quad| <[u8; 4]>::try_from(quad).ok());
        Ok(quads.map(f32::from_le_bytes).collect())
    }

    /// Everything recorded up to now of one channel.
    pub fn channel(&self, number: usize) -> Outcome<Vec<f32>> {
        Ok(self.samples()?.into_iter().skip(number).step_by(self.sink.channel_count).collect())
    }

    /// What came out of the first channel between two moments of the recording, in seconds.
    pub fn between(&self, from_secs: f64, to_secs: f64) -> Outcome<Vec<f32>> {
        let samples = self.channel(0)?;
        let at = |secs: f64| (secs * f64::from(self.sink.rate_hz)) as usize;
        let piece = samples.get(at(from_secs)..at(to_secs).min(samples.len())).unwrap_or_default();
        ensure!(!piece.is_empty(), "nothing was recorded from {from_secs} s to {to_secs} s");
        Ok(piece.to_vec())
    }

    /// When its first sample was played, by watching it for a third of a second. The server hands
    /// over what it is about to play, a piece at a time: the middle of that is right to 10 ms.
    pub fn began_at(&self) -> Outcome<Instant> {
        let base = Instant::now();
        let mut lead_secs = Vec::new();
        while base.elapsed() < Duration::from_millis(350) {
            let now = base.elapsed().as_secs_f64();
            lead_secs.push(self.seconds()? - now);
            thread::sleep(Duration::from_millis(1));
        }
        lead_secs.sort_by(f64::total_cmp);
        let middle = lead_secs.get(lead_secs.len() / 2).copied().unwrap_or(0.0);
        Ok(base - Duration::from_secs_f64(middle.max(0.0)))
    }
}

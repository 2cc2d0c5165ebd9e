//! How loud is each stretch of a recording, for the picture of it?

use super::pcm::Pcm;

/// Number of stretches a recording is divided into: enough for one column a point on a wide
/// window.
pub const COLUMN_COUNT: usize = 1200;

/// One loudness (0 to 1) for each of [`COLUMN_COUNT`] equal stretches, true to the samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    levels: Vec<f32>,
}

impl Overview {
    /// Measures `pcm`: the largest amplitude of each stretch, scaled so that the loudest is 1.
    pub fn of(pcm: &Pcm) -> Self {
        let frame_count = pcm.frame_count();
        let channel_count = usize::from(pcm.channel_count());
        let column_count = COLUMN_COUNT.min(frame_count);
        let mut levels: Vec<f32> = (0..column_count)
            .map(|column| {
                let first = column * frame_count / column_count * channel_count;
                let last = (column + 1) * frame_count / column_count * channel_count;
                peak(pcm.samples().get(first..last).unwrap_or_default())
            })
            .collect();
        scale_to_one(&mut levels);
        Self { levels }
    }

    /// The loudest level between two fractions (0 to 1) of the recording.
    pub fn level_between(&self, from: f32, to: f32) -> f32 {
        let count = self.levels.len() as f32;
        let first = (from.clamp(0.0, 1.0) * count) as usize;
        let last = ((to.clamp(0.0, 1.0) * count).ceil() as usize).max(first + 1);
        let last = last.min(self.levels.len());
        let stretch = self.levels.get(first.min(last)..last).unwrap_or_default();
        stretch.iter().copied().fold(0.0, f32::max)
    }
}

fn peak(samples: &[i16]) -> f32 {
    let largest = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
    f32::from(largest) / 32_768.0
}

fn scale_to_one(levels: &mut [f32]) {
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    if loudest > 0.0 {
        for level in levels {
            *level /= loudest;
        }
    }
}

//! How do the floating point samples of a decoder become those that are kept?

use symphonia::core::audio::{Audio, AudioBuffer};
use zeroize::Zeroizing;

use super::samples;
use crate::audio::pcm::make_room;

/// Appends the channels of `buffer`, interleaved and rounded as everywhere.
pub(super) fn interleave(buffer: &AudioBuffer<f32>, output: &mut Zeroizing<Vec<i16>>) {
    let planes: Vec<&[f32]> = (0..buffer.num_planes()).filter_map(|at| buffer.plane(at)).collect();
    make_room(output, planes.len() * buffer.frames());
    for frame in 0..buffer.frames() {
        output.extend(planes.iter().map(|plane| {
            plane.get(frame).map_or(0, |sample| samples::from_float(f64::from(*sample)))
        }));
    }
}

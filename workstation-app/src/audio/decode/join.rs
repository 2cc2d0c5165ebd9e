//! How do stretches of several rates become one recording, as when two files were put together?

use std::sync::Arc;

use super::DecodeError;
use crate::audio::pcm::Pcm;
use crate::audio::resample::RateConverter;
use zeroize::Zeroizing;

/// All parts in a row, at the highest of their rates and in stereo if one of them is; `None` if
/// there is none, an error beyond `most_octets`. `go_on` is asked often.
pub(super) fn join(
    mut parts: Vec<Arc<Pcm>>,
    most_octets: u64,
    go_on: &mut dyn FnMut() -> Result<(), DecodeError>,
) -> Result<Option<Arc<Pcm>>, DecodeError> {
    if parts.len() <= 1 {
        return Ok(parts.pop());
    }
    let rate_hz = parts.iter().map(|part| part.rate_hz()).max().unwrap_or_default();
    let channel_count = parts.iter().map(|part| part.channel_count()).max().unwrap_or_default();
    let frame_count: u128 = parts.iter().map(|part| frames_at(part, rate_hz)).sum();
    let sample_count = frame_count * u128::from(channel_count);
    if sample_count * 2 > u128::from(most_octets) {
        return Err(DecodeError::TooLong);
    }
    let mut joined = Pcm::new(channel_count, rate_hz);
    for part in parts {
        go_on()?;
        append(&part, &mut joined, go_on)?;
    }
    Ok(Some(Arc::new(joined)))
}

fn frames_at(part: &Pcm, rate_hz: u32) -> u128 {
    let own_rate_hz = u128::from(part.rate_hz());
    (part.frame_count() as u128 * u128::from(rate_hz) + own_rate_hz / 2) / own_rate_hz
}

fn append(
    part: &Pcm,
    joined: &mut Pcm,
    go_on: &mut dyn FnMut() -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let channel_count = part.channel_count();
    let mut converter = RateConverter::new(part.rate_hz(), joined.rate_hz(), channel_count)
        .map_err(|error| DecodeError::NotAudio(error.to_string()))?;
    let sample_count = frames_at(part, joined.rate_hz()) * u128::from(channel_count);
    let mut missing = usize::try_from(sample_count).unwrap_or(usize::MAX);
    let wanted = converter.frames_wanted() * usize::from(channel_count);
    let mut samples = Zeroizing::new(vec![0; wanted]);
    let mut frame = 0;
    while missing > 0 {
        let count = part.read(frame, &mut samples);
        frame += count / usize::from(channel_count);
        let now = samples.get(..count).unwrap_or_default();
        let converted = converter.convert(now);
        // After the end only what is still inside comes out; nothing more is a fault of ours.
        if now.is_empty() && converted.is_empty() {
            break;
        }
        let converted = converted.get(..missing.min(converted.len())).unwrap_or_default();
        missing -= converted.len();
        append_floats(converted, channel_count, joined);
        go_on()?;
    }
    Ok(())
}

/// Mono goes to both sides where the whole is stereo.
fn append_floats(samples: &[f32], channel_count: u16, joined: &mut Pcm) {
    let copies = usize::from(joined.channel_count() / channel_count.max(1));
    let mut chunk = Zeroizing::new(Vec::with_capacity(samples.len() * copies));
    for sample in samples {
        let sample = super::samples::from_float(f64::from(*sample));
        chunk.extend(std::iter::repeat_n(sample, copies));
    }
    joined.append(&chunk);
}

//! How are samples written in the format of a sound server's device?

use pulseaudio::protocol::{ChannelMap, SampleFormat, SampleSpec};

use crate::audio::play::feed::Frame;

/// What a stream is sent in, so that nothing is left to convert for the server: the device's rate,
/// its format where it is a usual one, one channel for a device of one, else left and right, which
/// the server knows to place among more.
pub fn stream_spec(device: SampleSpec) -> SampleSpec {
    use SampleFormat::{Float32Le, S16Le, S24In32Le, S24Le, S32Le};
    let format = match device.format {
        usual @ (S16Le | S24Le | S24In32Le | S32Le) => usual,
        _ => Float32Le,
    };
    SampleSpec { format, channels: device.channels.clamp(1, 2), sample_rate: device.sample_rate }
}

/// Where the channels of such a stream belong.
pub fn channel_map(spec: SampleSpec) -> ChannelMap {
    if spec.channels == 1 { ChannelMap::mono() } else { ChannelMap::stereo() }
}

/// Octets of one frame.
pub fn frame_octets(spec: SampleSpec) -> usize {
    spec.format.bytes_per_sample() * usize::from(spec.channels)
}

/// Appends one frame.
pub fn push_frame(octets: &mut Vec<u8>, frame: Frame, spec: SampleSpec) {
    let [left, right] = frame;
    if spec.channels == 1 {
        push_sample(octets, (left + right) / 2.0, spec.format);
    } else {
        push_sample(octets, left, spec.format);
        push_sample(octets, right, spec.format);
    }
}

fn push_sample(octets: &mut Vec<u8>, sample: f32, format: SampleFormat) {
    match format {
        SampleFormat::S16Le => {
            octets.extend_from_slice(&(whole(sample, 15) as i16).to_le_bytes());
        }
        SampleFormat::S24Le => {
            let [first, second, third, _] = whole(sample, 23).to_le_bytes();
            octets.extend_from_slice(&[first, second, third]);
        }
        SampleFormat::S24In32Le => octets.extend_from_slice(&whole(sample, 23).to_le_bytes()),
        SampleFormat::S32Le => octets.extend_from_slice(&whole(sample, 31).to_le_bytes()),
        _ => octets.extend_from_slice(&sample.clamp(-1.0, 1.0).to_le_bytes()),
    }
}

/// The sample as a whole number of so many bits after the sign.
fn whole(sample: f32, bits: u32) -> i32 {
    let scale = f64::from(1_u32 << bits);
    (f64::from(sample) * scale).round().clamp(-scale, scale - 1.0) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sample: f32, format: SampleFormat) -> Vec<u8> {
        let mut octets = Vec::new();
        push_sample(&mut octets, sample, format);
        octets
    }

    #[test]
    fn full_scale_does_not_wrap_round_in_any_format() {
        assert_eq!(written(1.5, SampleFormat::S16Le), [0xFF, 0x7F]);
        assert_eq!(written(-1.5, SampleFormat::S16Le), [0x00, 0x80]);
        assert_eq!(written(1.0, SampleFormat::S24Le), [0xFF, 0xFF, 0x7F]);
        assert_eq!(written(-1.0, SampleFormat::S24In32Le), [0x00, 0x00, 0x80, 0xFF]);
        assert_eq!(written(1.0, SampleFormat::S32Le), [0xFF, 0xFF, 0xFF, 0x7F]);
        assert_eq!(written(2.0, SampleFormat::Float32Le), 1.0_f32.to_le_bytes());
        assert_eq!(written(f32::NAN, SampleFormat::S16Le), [0, 0]);
    }

    #[test]
    fn a_device_of_one_channel_gets_both_sides() {
        let spec = SampleSpec { format: SampleFormat::S16Le, channels: 1, sample_rate: 8000 };
        let mut octets = Vec::new();
        push_frame(&mut octets, [0.5, 0.0], spec);
        assert_eq!(octets, 8192_i16.to_le_bytes());
    }
}

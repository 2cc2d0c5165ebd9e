//! Is every sample of a WAV file the one that sox hears?

use support::{Outcome, ensure};

use crate::studio::{
    CALL, Noise, Shape, Studio, call, chunk, decoded_whole, ensure_alike, format_chunk, riff,
    wav_file,
};

/// Format tag, bits, name of the codec.
const ENCODINGS: [(u16, u16, &str); 8] = [
    (1, 8, "pcm_u8"),
    (1, 16, "pcm_s16le"),
    (1, 24, "pcm_s24le"),
    (1, 32, "pcm_s32le"),
    (3, 32, "pcm_f32le"),
    (3, 64, "pcm_f64le"),
    (6, 8, "pcm_alaw"),
    (7, 8, "pcm_mulaw"),
];

/// Every octet, the ends of the range, what lies beside a rounding boundary, and noise.
fn samples(tag: u16, bits: u16, count: usize) -> Vec<u8> {
    let mut noise = Noise::new(u64::from(bits));
    let octets = usize::from(bits / 8);
    if tag != 3 {
        let mut samples: Vec<u8> = (0..=255).collect();
        samples.extend([0xFF, 0xFF, 0xFF, 0x7F].repeat(8));
        samples.extend([0, 0, 0, 0x80].repeat(8));
        samples.extend(noise.octets(count * octets));
        // No long row of any value, which would be a hole, and whole frames.
        samples.truncate(count * octets);
        return samples;
    }
    let edges = [0.0, 1.0, -1.0, 1.5, -7.0, 1e30, -1e30, 0.5, 1.0 / 65_536.0, -1.0 / 65_536.0];
    let halves = (-40..40).map(|step| (f64::from(step) + 0.5) / 32_768.0);
    let below_one = [32_767.4, 32_767.5, 32_767.6, -32_768.5].map(|step| step / 32_768.0);
    let random = std::iter::repeat_with(|| {
        f64::from(noise.octet()) / 100.0 - 1.27 + f64::from(noise.octet()) / 1e6
    });
    let values = edges.into_iter().chain(halves).chain(below_one).chain(random).take(count);
    let octets = |value: f64| match bits {
        32 => (value as f32).to_le_bytes().to_vec(),
        _ => value.to_le_bytes().to_vec(),
    };
    values.flat_map(octets).collect()
}

#[test]
fn every_sample_of_every_encoding_is_the_one_that_sox_hears() -> Outcome {
    let studio = Studio::new()?;
    for (tag, bits, codec) in ENCODINGS {
        for channels in [1, 2] {
            let shape = Shape { channels, rate_hz: 8000 };
            let wav = wav_file(tag, shape, bits, &samples(tag, bits, 6000));
            let what = format!("{codec} with {channels} channels");
            let ours = decoded_whole(&wav, &what)?;
            ensure_alike(&ours.pcm.samples(), &studio.heard_by_sox(&wav, "wav", &[])?, 0, &what)?;
            ensure!(ours.codec == codec, "{} instead of {codec}", ours.codec);
            ensure!(usize::from(ours.pcm.channel_count()) == channels, "{what}");
        }
    }
    Ok(())
}

#[test]
fn what_sox_writes_is_heard_as_sox_hears_it() -> Outcome {
    let studio = Studio::new()?;
    let encodings: [&[&str]; 8] = [
        &["-b", "16"],
        &["-e", "unsigned", "-b", "8"],
        &["-e", "signed", "-b", "24"],
        &["-e", "signed", "-b", "32"],
        &["-e", "float", "-b", "32"],
        &["-e", "float", "-b", "64"],
        &["-e", "mu-law"],
        &["-e", "a-law"],
    ];
    for rate_hz in [8000, 11_025, 16_000, 22_050, 44_100, 48_000] {
        for channels in [1, 2] {
            let shape = Shape { channels, rate_hz };
            let samples = call(shape, 0.4);
            for options in encodings {
                let wav = studio.sox(&samples, shape, "wav", options)?;
                let what = format!("{options:?} at {rate_hz} Hz");
                let ours = decoded_whole(&wav, &what)?;
                let theirs = studio.heard_by_sox(&wav, "wav", &[])?;
                ensure_alike(&ours.pcm.samples(), &theirs, 0, &what)?;
                ensure!(ours.pcm.rate_hz() == rate_hz, "{what}");
            }
        }
    }
    Ok(())
}

#[test]
fn the_length_is_that_of_the_samples() -> Outcome {
    for frame_count in [1, 7999, 8000, 12_345] {
        let wav = wav_file(1, CALL, 16, &vec![1; frame_count * 2]);
        let ours = decoded_whole(&wav, "a WAV file")?;
        let expected = std::time::Duration::from_nanos(frame_count as u64 * 125_000);
        ensure!(ours.pcm.duration() == expected, "{:?}", ours.pcm.duration());
    }
    Ok(())
}

/// sox mixes the 32-bit samples, so that what we round before may differ by one.
#[test]
fn more_than_two_channels_are_mixed_to_two_as_sox_mixes_them() -> Outcome {
    let studio = Studio::new()?;
    for channels in [3, 4, 6, 8] {
        let shape = Shape { channels, rate_hz: 8000 };
        let wav = wav_file(1, shape, 16, &samples(1, 16, 3000 * channels));
        let what = format!("{channels} channels");
        let ours = decoded_whole(&wav, &what)?;
        let theirs = studio.heard_by_sox(&wav, "wav", &["-c", "2"])?;
        ensure!(ours.pcm.channel_count() == 2, "{what}");
        ensure_alike(&ours.pcm.samples(), &theirs, 1, &what)?;
    }
    Ok(())
}

#[test]
fn samples_with_fewer_bits_than_room_are_as_loud_as_they_were() -> Outcome {
    // Twenty bits in three octets: the bits that count are the upper ones.
    let octets = [0_u8, 0, 0x40].repeat(800);
    let mut format = format_chunk(1, CALL, 24);
    if let Some(bits) = format.get_mut(22) {
        *bits = 20;
    }
    let wav = riff(&[format, chunk(b"data", &octets)]);
    let ours = decoded_whole(&wav, "20 bits")?;
    ensure!(*ours.pcm.samples() == [0x4000; 800], "{:?}", ours.pcm.samples().first());
    Ok(())
}

//! Is Ogg Vorbis exactly as long as its source, and does it sound as sox decodes it?

use support::{Outcome, ensure};

use crate::studio::{CALL, Shape, Studio, call, decoded_whole, ensure_alike};

/// Two decoders that compute with other precision round a few samples in a thousand differently.
const TOLERANCE: u16 = 2;

fn ensure_heard(
    studio: &Studio,
    samples: &[i16],
    shape: Shape,
    options: &[&str],
    what: &str,
) -> Outcome {
    let ogg = studio.sox(samples, shape, "ogg", options)?;
    let ours = decoded_whole(&ogg, what)?;
    ensure!(ours.codec == "vorbis", "{}", ours.codec);
    ensure!(ours.pcm.rate_hz() == shape.rate_hz, "{what}: {:?}", ours.pcm);
    let count = ours.pcm.samples().len();
    ensure!(count == samples.len(), "{what}: {count} samples of {}", samples.len());
    let theirs = studio.heard_by_sox(&ogg, "ogg", &[])?;
    ensure_alike(&ours.pcm.samples(), &theirs, TOLERANCE, what)
}

#[test]
fn every_rate_and_quality_is_heard_as_sox_hears_it() -> Outcome {
    let studio = Studio::new()?;
    for rate_hz in [8000, 11_025, 16_000, 22_050, 44_100, 48_000] {
        for channels in [1, 2] {
            let shape = Shape { channels, rate_hz };
            let samples = call(shape, 2.3);
            for quality in ["-1", "3", "8"] {
                let what = format!("{channels} channels at {rate_hz} Hz, quality {quality}");
                ensure_heard(&studio, &samples, shape, &["-C", quality], &what)?;
            }
        }
    }
    Ok(())
}

#[test]
fn the_length_is_that_of_the_source_to_the_sample() -> Outcome {
    let studio = Studio::new()?;
    let all = call(CALL, 12.0);
    for length in [1, 100, 1023, 1024, 1025, 4097, 33_333, 95_999] {
        let samples = all.get(..length).unwrap_or_default();
        ensure_heard(&studio, samples, CALL, &[], &format!("{length} samples"))?;
    }
    Ok(())
}

#[test]
fn more_than_two_channels_are_mixed_to_two() -> Outcome {
    let studio = Studio::new()?;
    for channels in [3, 4] {
        let shape = Shape { channels, rate_hz: 16_000 };
        let ogg = studio.sox(&call(shape, 1.0), shape, "ogg", &[])?;
        let ours = decoded_whole(&ogg, "many channels")?;
        ensure!(ours.pcm.channel_count() == 2, "{:?}", ours.pcm);
        ensure!(ours.pcm.frame_count() == 16_000, "{:?}", ours.pcm);
    }
    Ok(())
}

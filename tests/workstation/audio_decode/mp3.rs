//! Is every MP3 file as long as it must be, and does it sound as sox decodes it?
//!
//! How long is an MP3 file? Where LAME says how much silence it added, exactly as long as its
//! source. Where it says nothing (as at the 16 kbit/s of the stock compress step) every frame
//! counts, silence included. sox decodes all frames but the last, and the describing frame as
//! silence.

use support::{Outcome, ensure};

use crate::studio::{CALL, Shape, Studio, call, decoded_whole, ensure_alike, wav_file};

/// The silence of the encoder (576 samples) and of every decoder.
const DELAY: usize = 576 + 529;
/// Two decoders that compute with other precision round a few samples in a thousand differently.
const TOLERANCE: u16 = 2;

/// Samples of a channel in a frame: MPEG-1 from 32 kHz on, MPEG-2 and 2.5 below.
fn frame_samples(rate_hz: u32) -> usize {
    if rate_hz >= 32_000 { 1152 } else { 576 }
}

fn has_description(mp3: &[u8]) -> bool {
    let start = mp3.get(..200).unwrap_or_default();
    start.windows(4).any(|name| name == b"Xing" || name == b"Info")
}

/// Compares with sox, sample by sample at the one place where it belongs.
fn ensure_heard(studio: &Studio, mp3: &[u8], samples: &[i16], shape: Shape, what: &str) -> Outcome {
    let ours = decoded_whole(mp3, what)?;
    let theirs = studio.heard_by_sox(mp3, "mp3", &[])?;
    let channels = usize::from(ours.pcm.channel_count());
    ensure!((ours.codec.as_str(), channels) == ("mp3", shape.channels), "{what}: {ours:?}");
    ensure!(ours.pcm.rate_hz() == shape.rate_hz, "{what}: {ours:?}");
    let frame = frame_samples(shape.rate_hz);
    let ours = ours.pcm.samples();
    let (lag, expected) = if has_description(mp3) {
        ((frame + DELAY) * channels, samples.len())
    } else {
        // Where sox guesses a length, it even breaks off within a frame.
        let theirs = (theirs.len() / channels).div_ceil(frame);
        (0, (theirs + 1) * frame * channels)
    };
    ensure!(ours.len() == expected, "{what}: {} samples, not {expected}", ours.len());
    let there = theirs.get(lag..).unwrap_or_default();
    let common = there.len().min(ours.len());
    ensure!(common + 2 * frame * channels > ours.len(), "{what}: sox hears only {common}");
    ensure_alike(
        ours.get(..common).unwrap_or_default(),
        there.get(..common).unwrap_or_default(),
        TOLERANCE,
        what,
    )
}

#[test]
fn every_rate_and_mode_is_heard_as_sox_hears_it() -> Outcome {
    let studio = Studio::new()?;
    let rates = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
    for rate_hz in rates {
        for (channels, mode) in [(1, "m"), (2, "s"), (2, "j")] {
            let shape = Shape { channels, rate_hz };
            let samples = call(shape, 1.1);
            for options in [
                ["-b", "32", "-q", "5"].as_slice(),
                &["-b", "64", "-q", "5"],
                &["-b", "64", "-q", "5", "-t"],
                &["-V", "4"],
                &["-V", "7", "-t"],
                &["--abr", "48"],
                &["-b", "64", "-p"],
            ] {
                let options = [options, &["-m", mode]].concat();
                let mp3 = studio.lame(&samples, shape, &options)?;
                let what = format!("{rate_hz} Hz {options:?}");
                ensure_heard(&studio, &mp3, &samples, shape, &what)?;
            }
        }
    }
    Ok(())
}

/// The command of the stock compress step, which leaves no room for a description.
#[test]
fn what_the_stock_script_compresses_is_heard_from_the_first_to_the_last_frame() -> Outcome {
    let studio = Studio::new()?;
    for (channels, mode) in [(1, "m"), (2, "s"), (2, "j")] {
        let shape = Shape { channels, rate_hz: 8000 };
        for secs in [0.2, 3.0, 20.0] {
            let samples = call(shape, secs);
            let mp3 = studio.lame(&samples, shape, &["-b", "16", "-m", mode])?;
            ensure!(!has_description(&mp3), "LAME has found room");
            ensure_heard(&studio, &mp3, &samples, shape, mode)?;
            let ours = decoded_whole(&mp3, mode)?;
            ensure!(ours.pcm.frame_count() == mp3.len() / 144 * 576, "{:?}", ours.pcm);
        }
    }
    Ok(())
}

#[test]
fn where_lame_tells_its_silence_the_length_is_that_of_the_source() -> Outcome {
    let studio = Studio::new()?;
    for rate_hz in [8000, 16_000, 44_100] {
        let shape = Shape { channels: 1, rate_hz };
        let all = call(shape, 2.0);
        for length in [1, 575, 576, 577, 1151, 1153, 5000, 9999, 15_000] {
            let samples = all.get(..length).unwrap_or_default();
            for options in [["-b", "64"], ["-V", "3"]] {
                let mp3 = studio.lame(samples, shape, &options)?;
                ensure!(has_description(&mp3), "no description");
                let ours = decoded_whole(&mp3, "MP3")?;
                let count = ours.pcm.frame_count();
                ensure!(count == length, "{count} of {length} at {rate_hz} Hz {options:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn what_sox_writes_as_mp3_is_heard() -> Outcome {
    let studio = Studio::new()?;
    for (channels, rate_hz) in [(1, 8000), (2, 44_100), (1, 22_050)] {
        let shape = Shape { channels, rate_hz };
        let samples = call(shape, 1.5);
        for quality in ["32", "-4.2"] {
            let mp3 = studio.sox(&samples, shape, "mp3", &["-C", quality])?;
            ensure_heard(&studio, &mp3, &samples, shape, &format!("sox -C {quality}"))?;
        }
    }
    Ok(())
}

/// LAME into a pipe leaves the frame empty in which the description would stand.
#[test]
fn a_description_that_could_not_be_written_counts_as_silence() -> Outcome {
    let studio = Studio::new()?;
    let samples = call(CALL, 1.0);
    let mut mp3 = studio.lame(&samples, CALL, &["-b", "32"])?;
    let before = decoded_whole(&mp3, "MP3")?.pcm.frame_count();
    mp3.iter_mut().take(288).skip(4).for_each(|octet| *octet = 0);
    let after = decoded_whole(&mp3, "MP3 without a description")?.pcm.frame_count();
    ensure!(before == 8000 && after == mp3.len() / 288 * 576, "{before} and {after}");
    Ok(())
}

#[test]
fn mp3_in_a_wav_file_is_mp3() -> Outcome {
    let studio = Studio::new()?;
    let mp3 = studio.lame(&call(CALL, 2.0), CALL, &["-b", "16"])?;
    let alone = decoded_whole(&mp3, "MP3")?;
    let inside = decoded_whole(&wav_file(0x55, CALL, 0, &mp3), "MP3 in a WAV file")?;
    ensure!(inside.codec == "mp3", "{}", inside.codec);
    ensure!(*inside.pcm.samples() == *alone.pcm.samples(), "{:?}", inside.pcm);
    Ok(())
}

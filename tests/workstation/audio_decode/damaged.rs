//! Is what is left of damaged audio played, and is it said that a part is missing?
//!
//! Not all damage can be seen. Plain samples, ADPCM and GSM in a WAV file have no order that
//! overwritten octets could disturb, and zeros in plain samples are silence: such a file is played
//! as it is. A file that ends between two frames of raw GSM, or of MP3 without LAME's description,
//! could as well have been that short from the beginning.

use std::ops::Range;

use support::{Outcome, ensure, fail};
use workstation_app::audio::decode::Decoded;

use crate::studio::{CALL, Noise, Studio, attempt, call, decoded, decoded_whole};

/// What can be seen of the damage to a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// A length in the header only.
    None,
    /// Zeros are seen, where they are not silence.
    Zeros,
    /// Anything of some length.
    Frames,
}

struct Sample {
    name: String,
    octets: Vec<u8>,
    /// Where the sound is.
    sound: Range<usize>,
    order: Order,
    /// Octets after which the file may be cut without anybody noticing; 0 if it is always noticed.
    unnoticed_octets: usize,
    whole: Decoded,
}

fn samples() -> Outcome<Vec<Sample>> {
    let studio = Studio::new()?;
    let source = call(CALL, 8.0);
    let mut samples = Vec::new();
    let mut add = |name: &str, octets: Vec<u8>, order, unnoticed_octets| -> Outcome {
        let whole = decoded_whole(&octets, name)?;
        let start = if octets.starts_with(b"RIFF") { 100 } else { 0 };
        // The headers of a Vorbis stream come first, and nothing replaces them.
        let start = if octets.starts_with(b"OggS") { 5000 } else { start };
        let sound = start..octets.len();
        samples.push(Sample {
            name: name.to_owned(),
            octets,
            sound,
            order,
            unnoticed_octets,
            whole,
        });
        Ok(())
    };
    let wav = |options: &[&str]| studio.sox(&source, CALL, "wav", options);
    add("PCM", wav(&["-b", "16"])?, Order::None, 0)?;
    add("24 bits", wav(&["-b", "24"])?, Order::None, 0)?;
    add("float", wav(&["-e", "float"])?, Order::None, 0)?;
    add("8 bits", wav(&["-e", "unsigned", "-b", "8"])?, Order::Zeros, 0)?;
    add("mu-law", wav(&["-e", "mu-law"])?, Order::Zeros, 0)?;
    add("A-law", wav(&["-e", "a-law"])?, Order::Zeros, 0)?;
    add("IMA ADPCM", wav(&["-e", "ima-adpcm"])?, Order::None, 0)?;
    add("Microsoft ADPCM", wav(&["-e", "ms-adpcm"])?, Order::Zeros, 0)?;
    add("GSM in WAV", wav(&["-e", "gsm-full-rate"])?, Order::Zeros, 0)?;
    add("GSM", studio.sox(&source, CALL, "gsm", &[])?, Order::Frames, 33)?;
    // A page of Vorbis holds some seconds, and is lost as a whole.
    let longer = call(CALL, 40.0);
    add("Vorbis", studio.sox(&longer, CALL, "ogg", &["-C", "3"])?, Order::Frames, 0)?;
    add("MP3", studio.lame(&source, CALL, &["-b", "16"])?, Order::Frames, 144)?;
    add("MP3 with description", studio.lame(&source, CALL, &["-V", "2"])?, Order::Frames, 0)?;
    Ok(samples)
}

/// Silence, sound that never changes, and noise are none of them holes.
#[test]
fn strange_sounds_are_not_called_damaged() -> Outcome {
    let studio = Studio::new()?;
    let mut noise = Noise::new(7);
    let mut random = |loudness: i16| -> Vec<i16> {
        (0..16_000).map(|_| (i16::from(noise.octet()) - 128) * loudness).collect()
    };
    let click = (0..16_000).map(|at| if at == 8000 { i16::MAX } else { 0 }).collect();
    let square = (0..16_000).map(|at| if at / 40 % 2 == 0 { 32_000 } else { -32_000 }).collect();
    let still = |sample: i16| vec![sample; 16_000];
    for (what, samples) in [
        ("silence", still(0)),
        ("almost silence", still(1)),
        ("a high level", still(30_000)),
        ("a low level", still(-30_000)),
        ("quiet noise", random(1)),
        ("loud noise", random(250)),
        ("a click", click),
        ("a square wave", square),
    ] {
        for options in [
            ["-b", "16"].as_slice(),
            &["-e", "unsigned", "-b", "8"],
            &["-e", "mu-law"],
            &["-e", "a-law"],
            &["-e", "gsm-full-rate"],
            &["-e", "ms-adpcm"],
            &["-e", "ima-adpcm"],
        ] {
            let wav = studio.sox(&samples, CALL, "wav", options)?;
            decoded_whole(&wav, &format!("{what} {options:?}"))?;
        }
        decoded_whole(&studio.sox(&samples, CALL, "gsm", &[])?, what)?;
        decoded_whole(&studio.sox(&samples, CALL, "ogg", &[])?, what)?;
        for options in [["-b", "16"], ["-b", "64"], ["-V", "4"]] {
            decoded_whole(&studio.lame(&samples, CALL, &options)?, what)?;
        }
    }
    Ok(())
}

/// Fails unless most of the sound is there.
fn ensure_mostly_there(sample: &Sample, octets: &[u8], what: &str) -> Outcome<Decoded> {
    let name = &sample.name;
    let decoded = match attempt(octets) {
        Ok(decoded) => decoded,
        Err(error) => fail!("{name} {what}: {error}"),
    };
    let (left, whole) = (decoded.pcm.frame_count(), sample.whole.pcm.frame_count());
    ensure!(left * 100 > whole * 65, "{name} {what}: {left} of {whole}");
    ensure!(left * 100 < whole * 110, "{name} {what}: {left} of {whole}");
    Ok(decoded)
}

#[test]
fn audio_that_is_cut_off_plays_to_where_it_ends_and_says_so() -> Outcome {
    let mut noise = Noise::new(1);
    for sample in samples()? {
        let near_end = sample.octets.len() - 150..sample.octets.len();
        let anywhere = (0..60).map(|_| sample.sound.start + noise.below(sample.sound.len()));
        for cut in near_end.chain(anywhere) {
            let left = sample.octets.get(..cut).unwrap_or_default();
            let name = format!("{} cut at {cut} of {}", sample.name, sample.octets.len());
            let Ok(decoded) = attempt(left) else {
                ensure!(cut < 6000, "{name}: nothing is played");
                continue;
            };
            let is_unnoticed = sample.unnoticed_octets > 0 && cut % sample.unnoticed_octets == 0;
            ensure!(decoded.is_damaged != is_unnoticed, "{name}: {}", decoded.is_damaged);
            let (ours, whole) = (decoded.pcm.samples(), sample.whole.pcm.samples());
            ensure!(whole.starts_with(&ours), "{name}: what is played is something else");
            let expected =
                whole.len() * cut.saturating_sub(sample.sound.start) / sample.sound.len();
            let lost = expected.saturating_sub(ours.len());
            ensure!(lost < 4000, "{name}: {} of {expected}", ours.len());
        }
    }
    Ok(())
}

#[test]
fn overwritten_octets_cost_their_own_place_only() -> Outcome {
    let mut noise = Noise::new(2);
    for sample in samples()? {
        for length in [1, 20, 400, 1000] {
            for round in 0..6 {
                let mut octets = sample.octets.clone();
                let start = sample.sound.start + noise.below(sample.sound.len() - length);
                octets.splice(start..start + length, noise.octets(length));
                let what = format!("with {length} octets overwritten at {start} ({round})");
                let decoded = ensure_mostly_there(&sample, &octets, &what)?;
                // One octet may be the same as before, or one that means little.
                let is_seen = sample.order == Order::Frames && length >= 400;
                ensure!(decoded.is_damaged || !is_seen, "{} {what}: not seen", sample.name);
                let is_blind = sample.order == Order::None && sample.name != "IMA ADPCM";
                ensure!(!decoded.is_damaged || !is_blind, "{} {what}: imagined", sample.name);
            }
        }
    }
    Ok(())
}

#[test]
fn holes_filled_with_zeros_are_silent_and_told() -> Outcome {
    let mut noise = Noise::new(3);
    for sample in samples()? {
        for length in [1100, 1500, 2048] {
            let mut octets = sample.octets.clone();
            let start = sample.sound.start + noise.below(sample.sound.len() - 2 * length);
            octets.splice(start..start + length, vec![0; length]);
            let what = format!("with a hole of {length} at {start}");
            let decoded = ensure_mostly_there(&sample, &octets, &what)?;
            let is_seen = sample.order != Order::None;
            ensure!(decoded.is_damaged == is_seen, "{} {what}", sample.name);
            let loudest = |samples: &[i16]| samples.iter().map(|it| it.unsigned_abs()).max();
            let (now, before) =
                (loudest(&decoded.pcm.samples()), loudest(&sample.whole.pcm.samples()));
            // A noise that hurts would be worse than the hole.
            ensure!(now <= before.map(|it| it + 4000), "{} {what}: {now:?}", sample.name);
        }
    }
    Ok(())
}

#[test]
fn something_else_in_front_is_passed_over() -> Outcome {
    let mut noise = Noise::new(4);
    for sample in samples()? {
        for length in [1, 5, 33, 700, 5000, 70_000] {
            for garbage in [noise.octets(length), vec![0; length], b"HTTP/1.1\n".repeat(length)] {
                let octets = [garbage, sample.octets.clone()].concat();
                let what = format!("behind {length} octets");
                let decoded = ensure_mostly_there(&sample, &octets, &what)?;
                ensure!(decoded.is_damaged, "{} {what}: not seen", sample.name);
            }
        }
    }
    Ok(())
}

#[test]
fn octets_that_are_missing_or_too_many_in_the_middle_are_told() -> Outcome {
    let mut noise = Noise::new(5);
    for sample in samples()?.iter().filter(|sample| sample.order == Order::Frames) {
        for length in [1, 7, 100, 1000] {
            let start = sample.sound.start + noise.below(sample.sound.len() - 2 * length);
            let mut shorter = sample.octets.clone();
            shorter.drain(start..start + length);
            let mut longer = sample.octets.clone();
            longer.splice(start..start, noise.octets(length));
            for octets in [shorter, longer] {
                let what = format!("with {length} octets more or less at {start}");
                let decoded = ensure_mostly_there(sample, &octets, &what)?;
                ensure!(decoded.is_damaged, "{} {what}: not seen", sample.name);
            }
        }
    }
    Ok(())
}

#[test]
fn a_wav_file_with_a_damaged_header_is_played_as_far_as_it_can_be() -> Outcome {
    let sample = samples()?.swap_remove(0);
    let wav = &sample.octets;
    // RIFF, its length, WAVE, the length of the format, the name and the length of the samples.
    for (at, octets, is_seen) in [
        (0, b"XXXX".as_slice(), true),
        (4, b"\xFF\xFF\xFF\xFF", false),
        (8, b"XXXX", true),
        (16, b"\xFF\xFF\xFF\x7F", true),
        (16, b"\x03\0\0\0", true),
        (40, b"\x10\0\0\0", true),
        (40, b"\xF0\xFF\xFF\x10", true),
    ] {
        let mut damaged = wav.clone();
        damaged.splice(at..at + octets.len(), octets.iter().copied());
        let decoded = decoded(&damaged)?;
        ensure!(decoded.is_damaged == is_seen, "{octets:?} at {at}");
        let (left, whole) = (decoded.pcm.frame_count(), sample.whole.pcm.frame_count());
        ensure!(left == whole, "{octets:?} at {at}: {left} of {whole}");
    }
    Ok(())
}

/// A second of sound overwritten by noise in every way at once, again and again.
#[test]
fn whatever_happens_to_a_file_decoding_ends() -> Outcome {
    let mut noise = Noise::new(6);
    for sample in samples()? {
        for _ in 0..150 {
            let mut octets = sample.octets.clone();
            octets.truncate(1 + noise.below(octets.len().min(12_000)));
            for _ in 0..1 + noise.below(6) {
                let at = noise.below(octets.len());
                let end = (at + noise.below(200)).min(octets.len());
                let count = noise.below(200);
                let new = if noise.below(2) == 0 { noise.octets(count) } else { vec![0xFF; count] };
                octets.splice(at..end, new);
            }
            drop(attempt(&octets));
        }
    }
    Ok(())
}

//! Does a hostile file cost more memory or time than its own length allows?
//!
//! The program itself opens each file, sealed with a passphrase, and may not use more memory than a
//! harmless file needs and some more.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use support::process::{finish_with_input, output_with_input, tool};
use support::{Outcome, ensure};
use workstation_app::audio::decode::{DecodeError, decode};

use crate::forged::{Bits, empty_book, giant_books, plain_book, smallest_setup, vorbis};
use crate::studio::{CALL, Noise, Shape, Studio, attempt, call, decoded, decoded_whole, wav_file};

const PASSPHRASE: &str = "open the recording";

/// Address space that the program may use: what it takes for a second of sound, and 200 MiB.
const MEMORY_OCTETS: u64 = 420 << 20;

/// Seals with a passphrase, which is the quickest, and lets the program open it.
fn check(folder: &Path, octets: &[u8]) -> Outcome<serde_json::Value> {
    let home = folder.join("gnupg");
    std::fs::create_dir_all(&home)?;
    let sealed = folder.join("sealed.pgp");
    let mut gpg = tool("gpg")?;
    gpg.arg("--homedir").arg(&home).args([
        "--batch",
        "--quiet",
        "--yes",
        "--compress-algo",
        "none",
    ]);
    gpg.args(["--pinentry-mode", "loopback", "--passphrase", PASSPHRASE, "--s2k-count", "1024"]);
    output_with_input(gpg.arg("--output").arg(&sealed).arg("--symmetric"), octets)?;
    let mut program = tool("prlimit")?;
    program.arg(format!("--as={MEMORY_OCTETS}")).arg("--cpu=60");
    program.arg(env!("CARGO_BIN_EXE_workstation-app")).arg("--check").arg(&sealed);
    program.args(["--json", "--passphrase-fd", "0"]).env("CALLSEAL_DATA_DIR", folder);
    let finished = finish_with_input(&mut program, PASSPHRASE.as_bytes())?;
    ensure!(
        matches!(finished.code, Some(0 | 1)),
        "the program ended with {:?}: {}",
        finished.code,
        finished.stderr
    );
    Ok(serde_json::from_slice(&finished.stdout)?)
}

/// Found by fuzzing the decoder itself: each of these stopped the program.
#[test]
fn a_setup_that_stops_the_decoder_is_refused() -> Outcome {
    let mut sound = Bits::default();
    // A packet of sound with the heights of both ends and of the point between them.
    for (value, bits) in [(0, 1), (1, 1), (100, 8), (120, 8), (1, 1)] {
        sound.put(value, bits);
    }
    let stream = |point: u64| {
        vorbis(8000, move |setup| smallest_setup(setup, plain_book, point), &sound.octets)
    };
    ensure!(decoded(&stream(5))?.pcm.frame_count() > 0, "the stream is no good test");
    ensure!(attempt(&stream(0)).is_err(), "two points in one place");
    let endless = |setup: &mut Bits| {
        setup.put(0x56_4342, 24);
        setup.put(1, 16);
        setup.put(2, 24);
        // In order of length: none of 32 bits, and two of 33.
        setup.put(1, 1);
        setup.put(31, 5);
        setup.put(0, 2);
        setup.put(2, 2);
        setup.put(0, 4);
    };
    let endless = vorbis(8000, |setup| smallest_setup(setup, endless, 5), &sound.octets);
    ensure!(attempt(&endless).is_err(), "code words of 33 bits");
    Ok(())
}

#[test]
fn no_header_makes_the_program_take_memory_by_its_word() -> Outcome {
    let folder = tempfile::tempdir()?;
    let studio = Studio::new()?;
    let mp3 = studio.lame(&call(CALL, 1.0), CALL, &["-b", "16"])?;
    let giant = |channels, rate_hz| wav_file(1, Shape { channels, rate_hz }, 16, &[1; 4000]);
    let mut huge_chunk = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \xFF\xFF\xFF\xFF\x01\0\x01\0".to_vec();
    huge_chunk.extend([0x40, 0x1F, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0]);
    huge_chunk.extend(b"data\xFE\xFF\xFF\x7F\x01\x02");
    let mut no_blocks = wav_file(0x11, CALL, 4, &[1; 4000]);
    no_blocks.splice(32..34, [0, 0]);
    let hostile = [
        ("a harmless file", mp3.clone(), true),
        ("a RIFF file of 4 GiB", huge_chunk, true),
        ("65535 channels", giant(65_535, 8000), false),
        ("no rate", giant(1, 0), false),
        ("a rate of 4 GHz", giant(1, u32::MAX), false),
        ("no block length", no_blocks, false),
        ("a tag of 256 MiB", [b"ID3\x04\0\0\x7F\x7F\x7F\x7F".as_slice(), &mp3].concat(), true),
        ("giant code books", vorbis(8000, giant_books, &[0; 40]), false),
        ("an empty code book", vorbis(8000, empty_book, &[0; 40]), false),
        ("Vorbis at 4 GHz", vorbis(u32::MAX, empty_book, &[0; 40]), false),
    ];
    for (what, octets, is_played) in hostile {
        let report = check(folder.path(), &octets)?;
        let ok = report.get("ok").and_then(serde_json::Value::as_bool);
        ensure!(ok == Some(is_played), "{what}: {report}");
    }
    let mut agent = Command::new(tool("gpgconf")?.get_program());
    agent.arg("--homedir").arg(folder.path().join("gnupg")).args(["--kill", "all"]);
    finish_with_input(&mut agent, b"")?.expect_code(0)?;
    Ok(())
}

/// An encoder turns hours of silence into a few thousand octets, and anybody can repeat them.
#[test]
fn a_small_file_of_silence_becomes_no_gibibytes_and_a_real_one_plays() -> Outcome {
    let studio = Studio::new()?;
    let wide = Shape { channels: 2, rate_hz: 48_000 };
    let silence = |shape: Shape, secs: usize| {
        let samples = vec![0; shape.channels * shape.rate_hz as usize * secs];
        studio.sox(&samples, shape, "ogg", &[])
    };
    // 1 MB of this would take 1.8 GB, and twice that on the way.
    let minutes = silence(wide, 120)?;
    let bomb = minutes.repeat(300_000 / minutes.len());
    ensure!(attempt(&bomb).err() == Some(DecodeError::TooLong), "{} octets", bomb.len());
    // Somebody left a line open for an afternoon.
    let hour = silence(CALL, 3600)?;
    let afternoon = decoded_whole(&hour.repeat(5), "an afternoon of silence")?;
    ensure!(afternoon.pcm.duration().as_secs() >= 5 * 3600, "{:?}", afternoon.pcm);
    Ok(())
}

/// Each octet of such a file looks like the beginning of something.
#[test]
fn files_made_to_be_searched_are_searched_in_time() -> Outcome {
    const OCTETS: usize = 4 << 20;
    let repeated =
        |pattern: &[u8]| -> Vec<u8> { pattern.iter().copied().cycle().take(OCTETS).collect() };
    let page = [b"OggS\0\0".as_slice(), &[0; 20], &[255], &[255; 200]].concat();
    let patterns = [
        ("pages", repeated(&page)),
        ("short pages", repeated(b"OggS\0\0")),
        ("tags", repeated(b"ID3\x03\0\0\0\0\x10\0\xFF\xE3\x18\xC4")),
        ("headers", repeated(&[0xFF, 0xFB, 0xE0, 0x00])),
        ("headers of many kinds", repeated(&[0xFF, 0xE3, 0x18, 0xC4, 0xFF, 0xFB, 0x94])),
        ("chunks", [b"RIFF\0\0\0\0WAVE".to_vec(), repeated(b"abcd\0\0\0\0")].concat()),
        ("GSM", repeated(&[[0xD0; 34].as_slice(), &[0; 40]].concat())),
        ("footers", repeated(b"APETAGEX\xD0\x07\0\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")),
        ("noise", Noise::new(8).octets(OCTETS)),
    ];
    for (what, octets) in patterns {
        let before = processor_secs()?;
        drop(attempt(&octets));
        let secs = processor_secs()? - before;
        ensure!(secs < 20.0, "{what}: {secs} s");
    }
    Ok(())
}

/// Time that this thread has computed, whatever else the machine does.
fn processor_secs() -> Outcome<f64> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(times.split_whitespace().next().unwrap_or_default().parse::<f64>()? / 1e9)
}

/// The decoders are compiled with optimization in every profile.
#[test]
fn an_hour_is_decoded_in_seconds() -> Outcome {
    let studio = Studio::new()?;
    let minutes = call(CALL, 240.0);
    let an_hour: Vec<i16> = minutes.iter().copied().cycle().take(minutes.len() * 15).collect();
    for (what, octets) in [
        ("MP3", studio.lame(&minutes, CALL, &["-b", "16", "-q", "9"])?.repeat(15)),
        ("GSM", studio.sox(&minutes, CALL, "gsm", &[])?.repeat(15)),
        ("Vorbis", studio.sox(&minutes, CALL, "ogg", &["-C", "0"])?.repeat(15)),
        ("mu-law", studio.sox(&an_hour, CALL, "wav", &["-e", "mu-law"])?),
    ] {
        let before = processor_secs()?;
        let decoded = decoded(&octets)?;
        let secs = processor_secs()? - before;
        ensure!(decoded.pcm.duration().as_secs() >= 3600, "{what}: {:?}", decoded.pcm);
        ensure!(!decoded.is_damaged, "{what} is called damaged");
        ensure!(secs < 15.0, "{what}: {secs} s");
    }
    Ok(())
}

#[test]
fn decoding_stops_when_asked_wherever_it_is() -> Outcome {
    let studio = Studio::new()?;
    let samples = call(CALL, 60.0);
    let wav = studio.sox(&samples, CALL, "wav", &[])?;
    let mp3 = studio.lame(&samples, CALL, &["-b", "16"])?;
    let noise = Noise::new(3).octets(1 << 22);
    for (what, octets) in [
        ("WAV", wav),
        ("MP3", mp3.clone()),
        ("MP3 with a long hole", [mp3.as_slice(), &noise, &mp3].concat()),
        ("GSM", studio.sox(&samples, CALL, "gsm", &[])?),
        ("GSM in WAV", studio.sox(&samples, CALL, "wav", &["-e", "gsm-full-rate"])?),
        ("ADPCM", studio.sox(&samples, CALL, "wav", &["-e", "ima-adpcm"])?),
        ("Vorbis", studio.sox(&samples, CALL, "ogg", &[])?),
    ] {
        let mut told = Vec::new();
        decode(&octets, &mut |fraction| {
            told.push(fraction);
            ControlFlow::Continue(())
        })?;
        let is_rising = told.is_sorted() && told.iter().all(|it| (0.0..=1.0).contains(it));
        ensure!(told.len() >= 5 && is_rising, "{what} was told {told:?}");
        // Asked at any moment, it is done at once.
        for stop_at in [1, 2, told.len() / 2, told.len()] {
            let mut count = 0;
            let stopped = decode(&octets, &mut |_| {
                count += 1;
                if count == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            let is_stopped = matches!(stopped, Err(DecodeError::Stopped));
            ensure!(is_stopped && count == stop_at, "{what} went on to {count} of {stop_at}");
        }
    }
    Ok(())
}

//! Is a WAV file played whoever wrote its header, and however?

use support::process::{finish_with_input, tool};
use support::{Outcome, ensure, fail};
use workstation_app::audio::decode::DecodeError;

use crate::studio::{
    CALL, Shape, Studio, attempt, call, chunk, decoded, decoded_whole, format_chunk, riff,
    samples_of, wav_file,
};

fn octets_of(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// A WAV file whose length of samples is a lie.
fn with_length(wav: &[u8], length: u32) -> Outcome<Vec<u8>> {
    let mut wav = wav.to_vec();
    let Some(at) = wav.windows(4).position(|window| window == b"data") else {
        fail!("no samples in it");
    };
    wav.splice(at + 4..at + 8, length.to_le_bytes());
    Ok(wav)
}

fn ensure_heard(wav: &[u8], samples: &[i16], what: &str) -> Outcome {
    let ours = decoded_whole(wav, what)?;
    ensure!(*ours.pcm.samples() == *samples, "{what}: {:?}", ours.pcm);
    Ok(())
}

#[test]
fn a_length_that_a_writer_left_open_is_no_damage() -> Outcome {
    let samples = call(CALL, 1.0);
    let wav = wav_file(1, CALL, 16, &octets_of(&samples));
    for length in [0, u32::MAX, 0x7FFF_FFFF, 0x7FFF_EFDC, 0x8000_0000] {
        ensure_heard(&with_length(&wav, length)?, &samples, &format!("length {length:#x}"))?;
    }
    Ok(())
}

#[test]
fn what_sox_and_lame_write_into_a_pipe_is_heard() -> Outcome {
    let samples = call(CALL, 1.0);
    let wav = wav_file(1, CALL, 16, &octets_of(&samples));
    // From raw samples, whose number sox cannot know before they end.
    let input = ["-V1", "-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-c", "1", "-"];
    let mut sox = tool("sox")?;
    sox.args(input).args(["-t", "wav", "-"]);
    let piped = finish_with_input(&mut sox, &octets_of(&samples))?.expect_code(0)?.stdout;
    ensure!(piped.get(40..44) != wav.get(40..44), "sox knew the length");
    ensure_heard(&piped, &samples, "sox into a pipe")?;

    let studio = Studio::new()?;
    let mp3 = studio.lame(&samples, CALL, &["-b", "32"])?;
    let mut lame = tool("lame")?;
    lame.args(["--quiet", "--decode", "--mp3input", "-", "-"]);
    let piped = finish_with_input(&mut lame, &mp3)?.expect_code(0)?.stdout;
    let theirs = samples_of(piped.get(44..).unwrap_or_default());
    ensure_heard(&piped, &theirs, "lame into a pipe")
}

#[test]
fn other_chunks_are_passed_over_wherever_they_are_and_however_they_are_padded() -> Outcome {
    let samples = call(CALL, 0.5);
    let (format, data) = (format_chunk(1, CALL, 16), chunk(b"data", &octets_of(&samples)));
    let list = chunk(b"LIST", b"INFOISFT\x05\0\0\0Lavf\0");
    let broadcast = chunk(b"bext", &[7; 603]);
    let mut unpadded = chunk(b"note", b"odd");
    unpadded.pop();
    let junk = chunk(b"JUNK", &[0; 28]);
    let orders: [&[&Vec<u8>]; 7] = [
        &[&format, &list, &data],
        &[&junk, &broadcast, &format, &data],
        &[&format, &unpadded, &data],
        &[&unpadded, &format, &unpadded, &list, &data, &list],
        &[&format, &data, &list],
        &[&format, &data, &unpadded, &broadcast],
        &[&data, &format],
    ];
    for (index, order) in orders.iter().enumerate() {
        let chunks: Vec<Vec<u8>> = order.iter().map(|chunk| (*chunk).clone()).collect();
        ensure_heard(&riff(&chunks), &samples, &format!("order {index}"))?;
    }
    // An odd number of octets, with and without what fills it up.
    let odd = vec![100_u8; 801];
    let format = format_chunk(1, CALL, 8);
    for padding in [0, 1] {
        let mut data = chunk(b"data", &odd);
        data.truncate(8 + 801 + padding);
        let ours = decoded_whole(&riff(&[format.clone(), data, list.clone()]), "an odd length")?;
        ensure!(ours.pcm.frame_count() == 801, "{:?}", ours.pcm);
    }
    Ok(())
}

#[test]
fn an_extensible_format_is_what_it_says_in_its_extension() -> Outcome {
    let samples = call(CALL, 0.5);
    let extension = |tag: u8| {
        let mut content = vec![22, 0, 16, 0, 4, 0, 0, 0, tag, 0];
        content.extend(b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71");
        content
    };
    let format = |tag, bits| {
        let plain = format_chunk(0xFFFE, CALL, bits);
        chunk(b"fmt ", &[plain.get(8..).unwrap_or_default(), &extension(tag)].concat())
    };
    let wav = riff(&[format(1, 16), chunk(b"data", &octets_of(&samples))]);
    ensure_heard(&wav, &samples, "an extensible format")?;
    let mu_law = decoded(&riff(&[format(7, 8), chunk(b"data", &[0x9A; 800])]))?;
    ensure!(mu_law.codec == "pcm_mulaw", "{}", mu_law.codec);
    Ok(())
}

#[test]
fn files_beyond_four_gigabytes_have_another_name_and_the_same_samples() -> Outcome {
    let samples = call(CALL, 0.5);
    let sizes = chunk(b"ds64", &[0; 28]);
    let data = chunk(b"data", &octets_of(&samples));
    let plain = riff(&[sizes, format_chunk(1, CALL, 16), data]);
    for name in [b"RF64", b"BW64"] {
        let wav = [name, plain.get(4..).unwrap_or_default()].concat();
        ensure_heard(&with_length(&wav, u32::MAX)?, &samples, "a large WAV file")?;
    }
    Ok(())
}

#[test]
fn headers_that_cannot_be_true_are_refused_or_mended() -> Outcome {
    let octets = octets_of(&call(CALL, 0.5));
    for rate_hz in [0, 1, 999, 192_001, u32::MAX] {
        let wav = wav_file(1, Shape { channels: 1, rate_hz }, 16, &octets);
        ensure!(matches!(attempt(&wav), Err(DecodeError::NotAudio(_))), "{rate_hz} Hz");
    }
    let silent = wav_file(1, Shape { channels: 0, rate_hz: 8000 }, 16, &octets);
    ensure!(attempt(&silent).is_err(), "no channel");
    // The octets of a frame follow from the rest.
    let mut format = format_chunk(1, CALL, 16);
    format.splice(20..22, [0, 0]);
    let mended = decoded_whole(&riff(&[format, chunk(b"data", &octets)]), "no block length")?;
    ensure!(mended.pcm.frame_count() == 4000, "{:?}", mended.pcm);
    Ok(())
}

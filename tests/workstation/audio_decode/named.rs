//! Is audio that is not played called by its name, and what is no audio refused?

use support::{Outcome, ensure};
use workstation_app::audio::decode::DecodeError;

use crate::forged::ogg_page;
use crate::studio::{CALL, Noise, Shape, Studio, attempt, call, decoded, wav_file};

fn ensure_named(octets: &[u8], name: &'static str) -> Outcome {
    let answer = attempt(octets).map(|decoded| decoded.codec);
    ensure!(answer == Err(DecodeError::Unsupported(name)), "{answer:?} instead of {name}");
    Ok(())
}

#[test]
fn other_kinds_have_names() -> Outcome {
    let studio = Studio::new()?;
    let samples = call(CALL, 0.5);
    for (ending, name) in [("flac", "FLAC"), ("aiff", "AIFF"), ("aifc", "AIFF"), ("au", "Sun AU")] {
        ensure_named(&studio.sox(&samples, CALL, ending, &[])?, name)?;
    }
    let wide = Shape { channels: 1, rate_hz: 44_100 };
    let samples = call(wide, 0.5);
    ensure_named(&studio.sox(&samples, wide, "mp2", &[])?, "MPEG layer II")?;
    let free = studio.lame(&samples, wide, &["--freeformat", "-b", "200"])?;
    ensure_named(&free, "MP3 of a free bit rate")?;
    ensure_named(
        &ogg_page(2, 0, &[b"OpusHead\x01\x01\x38\x01\x40\x1F\0\0\0\0\0".as_slice()]),
        "Opus",
    )?;
    ensure_named(&ogg_page(2, 0, &[b"Speex   1.2".as_slice()]), "Speex")?;
    ensure_named(&ogg_page(2, 0, &[b"\x7FFLAC\x01\0".as_slice()]), "FLAC")?;
    ensure_named(b"#!AMR\n\x3c\0\0\0", "AMR")?;
    ensure_named(b"\0\0\0\x20ftypM4A \0\0\0\0", "MPEG-4")?;
    ensure_named(b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81", "WebM")
}

#[test]
fn other_codecs_in_a_wav_file_have_names() -> Outcome {
    for (tag, name) in [
        (0x83, "G.729 (in a WAV file)"),
        (0x133, "G.729 (in a WAV file)"),
        (0x45, "G.726 (in a WAV file)"),
        (0x22, "TrueSpeech (in a WAV file)"),
        (0x161, "Windows Media (in a WAV file)"),
        (0x7777, "WAV of a rare kind"),
    ] {
        ensure_named(&wav_file(tag, CALL, 16, &[1; 4000]), name)?;
    }
    Ok(())
}

#[test]
fn what_is_no_audio_is_refused() -> Outcome {
    let empty = wav_file(1, CALL, 16, &[]);
    let text = "Это не запись разговора. ".repeat(400);
    let page = b"<!DOCTYPE html><html><body>Log in</body></html>".repeat(50);
    let noise = Noise::new(9).octets(2_000_000);
    for octets in [
        b"".as_slice(),
        b"hello",
        &[0; 5000],
        &[0xFF; 5000],
        &[0xD5; 20],
        &empty,
        text.as_bytes(),
        &page,
        &noise,
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"OggS",
        b"ID3\x03\0\0\x7f\x7f\x7f\x7f",
        &[0xFF, 0xFB, 0x90, 0x00],
    ] {
        let answer = attempt(octets);
        let is_refused = matches!(answer, Err(DecodeError::NotAudio(_)));
        ensure!(is_refused, "{} octets: {answer:?}", octets.len());
    }
    Ok(())
}

#[test]
fn the_name_of_a_kind_is_never_asked() -> Outcome {
    let studio = Studio::new()?;
    let samples = call(CALL, 1.0);
    // GSM in a WAV file and plain samples end alike, and both are told apart by their content.
    let gsm = studio.sox(&samples, CALL, "wav", &["-e", "gsm-full-rate"])?;
    let plain = studio.sox(&samples, CALL, "wav", &[])?;
    ensure!(decoded(&gsm)?.codec == "gsm_ms" && decoded(&plain)?.codec == "pcm_s16le", "mixed up");
    Ok(())
}

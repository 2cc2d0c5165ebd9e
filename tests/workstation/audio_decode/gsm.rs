//! Is GSM decoded to the bit, in frames of its own and in a WAV file?

use support::{Outcome, ensure};

use crate::studio::{
    CALL, Noise, Shape, Studio, call, chunk, decoded, decoded_whole, ensure_alike, riff,
};

/// As Asterisk's format_wav_gsm writes it; the length is put in when a call ends.
pub fn asterisk_wav49(blocks: &[u8], length: u32) -> Vec<u8> {
    let format = b"\x31\0\x01\0\x40\x1F\0\0\x59\x06\0\0\x41\0\0\0\x02\0\x40\x01";
    let mut data = chunk(b"data", blocks);
    data.splice(4..8, length.to_le_bytes());
    riff(&[chunk(b"fmt ", format), chunk(b"fact", &[0; 4]), data])
}

#[test]
fn raw_gsm_is_decoded_to_the_bit() -> Outcome {
    let studio = Studio::new()?;
    for secs in [0.06, 0.5, 3.017, 10.0] {
        let gsm = studio.sox(&call(CALL, secs), CALL, "gsm", &[])?;
        let ours = decoded_whole(&gsm, "raw GSM")?;
        let theirs = studio.heard_by_sox(&gsm, "gsm", &[])?;
        ensure_alike(&ours.pcm.samples(), &theirs, 0, "raw GSM")?;
        ensure!(ours.codec == "gsm", "{}", ours.codec);
        ensure!(ours.pcm.frame_count() == gsm.len() / 33 * 160, "{:?}", ours.pcm);
    }
    Ok(())
}

#[test]
fn gsm_in_a_wav_file_is_decoded_to_the_bit() -> Outcome {
    let studio = Studio::new()?;
    for secs in [0.06, 0.5, 3.017, 10.0] {
        let wav = studio.sox(&call(CALL, secs), CALL, "wav", &["-e", "gsm-full-rate"])?;
        let ours = decoded_whole(&wav, "GSM in a WAV file")?;
        let theirs = studio.heard_by_sox(&wav, "wav", &[])?;
        ensure_alike(&ours.pcm.samples(), &theirs, 0, "GSM in a WAV file")?;
        ensure!(ours.codec == "gsm_ms", "{}", ours.codec);
    }
    Ok(())
}

/// Values that no encoder would choose reach every branch of the decoder.
#[test]
fn frames_of_noise_are_decoded_as_sox_decodes_them() -> Outcome {
    let studio = Studio::new()?;
    let mut noise = Noise::new(33);
    let gsm: Vec<u8> = (0..2000)
        .flat_map(|_| {
            let mut frame = noise.octets(33);
            if let Some(first) = frame.first_mut() {
                *first = 0xD0 | *first >> 4;
            }
            frame
        })
        .collect();
    let ours = decoded_whole(&gsm, "GSM noise")?;
    ensure_alike(&ours.pcm.samples(), &studio.heard_by_sox(&gsm, "gsm", &[])?, 0, "GSM noise")?;
    let blocks = noise.octets(65 * 1000);
    let wav = asterisk_wav49(&blocks, 65_000);
    let ours = decoded_whole(&wav, "GSM noise in a WAV file")?;
    ensure_alike(&ours.pcm.samples(), &studio.heard_by_sox(&wav, "wav", &[])?, 0, "blocks")
}

#[test]
fn gsm_of_which_asterisk_never_wrote_the_length_is_heard_to_its_end() -> Outcome {
    let studio = Studio::new()?;
    let wav = studio.sox(&call(CALL, 2.0), CALL, "wav", &["-e", "gsm-full-rate"])?;
    let blocks = wav.get(60..60 + 50 * 65).unwrap_or_default();
    let whole = decoded_whole(&asterisk_wav49(blocks, 50 * 65), "Asterisk's GSM")?;
    for length in [0, u32::MAX] {
        let open = decoded_whole(&asterisk_wav49(blocks, length), "GSM of open length")?;
        ensure!(*open.pcm.samples() == *whole.pcm.samples(), "{length}: {:?}", open.pcm);
    }
    ensure!(whole.pcm.frame_count() == 50 * 320, "{:?}", whole.pcm);
    Ok(())
}

#[test]
fn gsm_at_another_rate_in_a_wav_file_keeps_it() -> Outcome {
    let studio = Studio::new()?;
    let shape = Shape { channels: 1, rate_hz: 11_025 };
    let wav = studio.sox(&call(shape, 1.0), shape, "wav", &["-e", "gsm-full-rate"])?;
    let ours = decoded(&wav)?;
    ensure!(ours.pcm.rate_hz() == 11_025, "{:?}", ours.pcm);
    ensure_alike(&ours.pcm.samples(), &studio.heard_by_sox(&wav, "wav", &[])?, 0, "11 kHz")
}

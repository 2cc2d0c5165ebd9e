//! Is ADPCM in a WAV file decoded to the bit?

use support::{Outcome, ensure};

use crate::studio::{Noise, Shape, Studio, call, decoded, decoded_whole, ensure_alike};

const KINDS: [(&str, &str); 2] = [("ms-adpcm", "adpcm_ms"), ("ima-adpcm", "adpcm_ima_wav")];

#[test]
fn what_sox_writes_as_adpcm_is_decoded_to_the_bit() -> Outcome {
    let studio = Studio::new()?;
    for (encoding, codec) in KINDS {
        for (channels, rate_hz) in [(1, 8000), (2, 8000), (1, 22_050), (2, 44_100)] {
            let shape = Shape { channels, rate_hz };
            let wav = studio.sox(&call(shape, 1.3), shape, "wav", &["-e", encoding])?;
            let what = format!("{encoding} with {channels} channels at {rate_hz} Hz");
            let ours = decoded_whole(&wav, &what)?;
            let theirs = studio.heard_by_sox(&wav, "wav", &[])?;
            ensure_alike(&ours.pcm.samples(), &theirs, 0, &what)?;
            ensure!(ours.codec == codec, "{}", ours.codec);
        }
    }
    Ok(())
}

#[test]
fn silence_is_silent() -> Outcome {
    let studio = Studio::new()?;
    let shape = Shape { channels: 1, rate_hz: 8000 };
    for (encoding, _) in KINDS {
        let wav = studio.sox(&[0; 8000], shape, "wav", &["-e", encoding])?;
        let ours = decoded_whole(&wav, encoding)?;
        let theirs = studio.heard_by_sox(&wav, "wav", &[])?;
        ensure_alike(&ours.pcm.samples(), &theirs, 0, encoding)?;
        ensure!(ours.pcm.samples().iter().all(|sample| sample.abs() < 16), "{encoding}");
    }
    Ok(())
}

/// Numbers that grow with every nibble must end at the largest sample and stop nothing.
#[test]
fn blocks_of_noise_are_decoded_to_their_end() -> Outcome {
    let studio = Studio::new()?;
    for channels in [1, 2] {
        let shape = Shape { channels, rate_hz: 8000 };
        for (encoding, _) in KINDS {
            let mut wav = studio.sox(&call(shape, 1.0), shape, "wav", &["-e", encoding])?;
            let before = decoded(&wav)?.pcm.frame_count();
            for fill in [0x77, 0x88, 0xFF] {
                wav.iter_mut().skip(400).for_each(|octet| *octet = fill);
                ensure!(decoded(&wav)?.pcm.frame_count() <= before, "{encoding}");
            }
            let noise = Noise::new(5).octets(wav.len());
            wav.iter_mut().zip(noise).skip(100).for_each(|(octet, noise)| *octet = noise);
            let decoded = decoded(&wav)?;
            ensure!(decoded.is_damaged, "{encoding}: no encoder writes such headers");
        }
    }
    Ok(())
}

//! Is all of a file played into which several were put, as people do with `cat`?

use std::time::Duration;

use support::{Outcome, ensure};

use crate::studio::{CALL, Shape, Studio, call, decoded, decoded_whole};

const STEREO: Shape = Shape { channels: 2, rate_hz: 8000 };
const WIDE: Shape = Shape { channels: 2, rate_hz: 44_100 };

#[test]
fn two_of_a_kind_in_a_row_are_both_heard() -> Outcome {
    let studio = Studio::new()?;
    let samples = call(CALL, 1.5);
    let mp3 = studio.lame(&samples, CALL, &["-b", "16"])?;
    let described = studio.lame(&samples, CALL, &["-b", "48"])?;
    let ogg = studio.sox(&samples, CALL, "ogg", &[])?;
    let gsm = studio.sox(&samples, CALL, "gsm", &[])?;
    for (first, second) in [
        (&mp3, &mp3),
        (&mp3, &described),
        (&described, &mp3),
        (&described, &described),
        (&ogg, &ogg),
        (&gsm, &gsm),
    ] {
        let lengths = [first, second].map(|octets| decoded(octets).map(|it| it.pcm.frame_count()));
        let [first_length, second_length] = lengths;
        let both = decoded_whole(&[first.as_slice(), second].concat(), "two in a row")?;
        let expected = first_length? + second_length?;
        ensure!(both.pcm.frame_count() == expected, "{:?}, not {expected}", both.pcm);
    }
    Ok(())
}

#[test]
fn a_file_that_changes_its_rate_or_channels_is_heard_to_its_end() -> Outcome {
    let studio = Studio::new()?;
    let mut parts = Vec::new();
    for shape in [CALL, STEREO, WIDE] {
        let samples = call(shape, 1.0);
        parts.push((studio.lame(&samples, shape, &["-b", "64"])?, shape));
    }
    let ogg = |shape| studio.sox(&call(shape, 1.0), shape, "ogg", &[]);
    let oggs = vec![(ogg(WIDE)?, WIDE), (ogg(CALL)?, CALL)];
    let narrow: Vec<_> = parts.iter().take(2).cloned().collect();
    for (parts, rate_hz) in [(parts, 44_100), (oggs, 44_100), (narrow, 8000)] {
        let file: Vec<u8> = parts.iter().flat_map(|(octets, _)| octets.clone()).collect();
        let all = decoded_whole(&file, "a change")?;
        ensure!((all.pcm.rate_hz(), all.pcm.channel_count()) == (rate_hz, 2), "{:?}", all.pcm);
        let expected = Duration::from_secs(parts.len() as u64);
        let difference = all.pcm.duration().abs_diff(expected);
        ensure!(difference < Duration::from_millis(1), "{:?}", all.pcm.duration());
    }
    Ok(())
}

/// What was mono is on both sides, as loud as it was, where it belongs and at its pitch.
#[test]
fn a_part_of_another_rate_sounds_as_it_did() -> Outcome {
    let studio = Studio::new()?;
    let tone = |rate_hz: u32| -> Vec<i16> {
        (0..rate_hz)
            .map(|at| (std::f32::consts::TAU * 440.0 * at as f32 / rate_hz as f32).sin() * 12_000.0)
            .map(|sample| sample as i16)
            .collect()
    };
    let narrow = studio.lame(&tone(8000), CALL, &["-b", "64"])?;
    let shape = Shape { channels: 1, rate_hz: 48_000 };
    let wide = studio.lame(&tone(48_000), shape, &["-b", "128"])?;
    let both = decoded_whole(&[narrow, wide].concat(), "two rates")?;
    ensure!(both.pcm.frame_count() == 96_000, "{:?}", both.pcm);
    let both = both.pcm.samples();
    let (first, second) = both.split_at(48_000);
    // Away from the ends, where an encoder and a filter have to settle.
    let middle = 4800..43_200;
    let pairs = first.iter().zip(second).skip(middle.start).take(middle.len());
    let (difference, power) = pairs.fold((0.0, 0.0), |(difference, power), (left, right)| {
        let (left, right) = (f64::from(*left), f64::from(*right));
        (difference + (left - right).powi(2), power + right.powi(2))
    });
    let decibels = 10.0 * (difference / power).log10();
    ensure!(decibels < -40.0, "the difference is {decibels} dB");
    Ok(())
}

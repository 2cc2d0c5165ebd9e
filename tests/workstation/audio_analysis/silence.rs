//! What is left out, and what never is.

use std::ops::Range;
use std::time::Duration;

use workstation_app::audio::analysis::{Overview, SilenceRule};

use crate::call::{LINE_HZ, mix, overview, tone};
use crate::speech::{Codec, Noise, VOICES, noise, recorded, spoken};

const PAUSES: [f64; 12] = [2.5, 0.3, 1.4, 4.0, 0.7, 6.0, 0.2, 1.2, 3.0, 2.0, 9.0, 1.6];

/// What became of the words and of the pauses, in frames.
#[derive(Debug, Default)]
struct Outcome {
    /// Of words, left out.
    lost: usize,
    /// Of pauses of a second and longer, and how many of them could be left out beside what is kept
    /// around words.
    found: usize,
    sought: usize,
}

fn overlap(silences: &[Range<usize>], place: &Range<usize>) -> usize {
    let inside =
        |it: &Range<usize>| it.end.min(place.end).saturating_sub(it.start.max(place.start));
    silences.iter().map(inside).sum()
}

/// Codecs move sound by some frames.
const SLACK: usize = LINE_HZ as usize / 50;

fn outcome(
    silences: &[Range<usize>],
    places: &[Range<usize>],
    delay: usize,
    end: usize,
) -> Outcome {
    let mut outcome = Outcome::default();
    let moved: Vec<_> = places.iter().map(|it| it.start + delay..it.end + delay).collect();
    for place in &moved {
        outcome.lost += overlap(silences, &(place.start + SLACK..place.end - SLACK));
    }
    let ends = std::iter::once(0).chain(moved.iter().map(|it| it.end));
    let starts = moved.iter().map(|it| it.start).chain(std::iter::once(end));
    for pause in ends.zip(starts).map(|(end, start)| end..start) {
        if pause.len() > LINE_HZ as usize {
            outcome.sought += pause.len() - LINE_HZ as usize / 2;
            outcome.found += overlap(silences, &pause);
        }
    }
    outcome
}

fn frames(overview: &Overview, rule: &SilenceRule) -> Vec<Range<usize>> {
    overview.treatment(rule).silences
}

/// The codec's own delay, as measured.
fn delay(codec: Codec) -> usize {
    if codec == Codec::Mp3 { 1105 } else { 0 }
}

#[test]
fn no_word_is_lost_over_any_noise_at_any_level_and_most_of_the_silence_is_found() {
    let mut table = Vec::new();
    let mut is_bad = false;
    for (number, (speech, under)) in
        [(-40.0, -55.0), (-15.0, -40.0), (-25.0, -50.0), (-32.0, -60.0)].into_iter().enumerate()
    {
        for kind in [Noise::White, Noise::Pink, Noise::Brown, Noise::Hum, Noise::None] {
            for codec in [Codec::Plain, Codec::Mp3, Codec::Gsm] {
                let mut all = Outcome::default();
                // Each voice with each noise; not each with each codec.
                let voices = VOICES.iter().skip(if codec == Codec::Plain { 0 } else { number });
                for voice in voices.take(if codec == Codec::Plain { 5 } else { 1 }) {
                    let (mut call, places) = spoken(voice, speech, &PAUSES);
                    let under = noise(kind, under, call.len());
                    mix(&mut call, 0, &under);
                    let pcm = recorded(codec, &[call]);
                    let silences = frames(&Overview::of(&pcm), &SilenceRule::default());
                    let one = outcome(&silences, &places, delay(codec), pcm.frame_count());
                    all.lost += one.lost;
                    all.found += one.found;
                    all.sought += one.sought;
                }
                let share = all.found as f64 / all.sought as f64;
                is_bad |= all.lost > 0 || share < 0.9;
                let lost_ms = all.lost * 1000 / LINE_HZ as usize;
                table.push(format!(
                    "{speech} over {under} {kind:?} {codec:?}: lost {lost_ms} ms, found {share:.2}"
                ));
            }
        }
    }
    assert!(!is_bad, "{table:#?}");
    figures(&table);
}

#[expect(clippy::print_stderr, reason = "figures for whoever runs it with --nocapture")]
fn figures(table: &[String]) {
    eprintln!("{}", table.join("\n"));
}

#[test]
fn at_thresholds_between_noise_and_speech_no_word_is_lost() {
    let mut table = Vec::new();
    for kind in [Noise::White, Noise::Pink, Noise::Brown] {
        for threshold in -60..=-36 {
            let mut all = Outcome::default();
            for voice in VOICES {
                let (mut call, places) = spoken(voice, -40.0, &PAUSES);
                let under = noise(kind, -55.0, call.len());
                mix(&mut call, 0, &under);
                let rule = SilenceRule {
                    threshold_dbfs: Some(threshold as f32),
                    ..SilenceRule::default()
                };
                let silences = frames(&overview(LINE_HZ, std::slice::from_ref(&call)), &rule);
                let one = outcome(&silences, &places, 0, call.len());
                all.lost += one.lost;
                all.found += one.found;
                all.sought += one.sought;
            }
            let share = all.found as f64 / all.sought as f64;
            let lost_ms = all.lost * 1000 / LINE_HZ as usize;
            table.push(format!("{kind:?} {threshold} dBFS: lost {lost_ms} ms, found {share:.2}"));
            if threshold <= -42 {
                assert_eq!(all.lost, 0, "{table:#?}");
            }
            if (-48..=-42).contains(&threshold) {
                assert!(share > 0.9, "{table:#?}");
            }
        }
    }
    figures(&table);
}

fn secs(secs: f64) -> usize {
    (secs * f64::from(LINE_HZ)) as usize
}

fn silent_secs(call: &[Vec<f64>], rule: &SilenceRule) -> f64 {
    let silences = overview(LINE_HZ, call).silences(rule);
    silences.iter().map(|it| (it.end - it.start).as_secs_f64()).sum()
}

#[test]
fn clicks_in_a_long_silence_keep_nothing_of_it() {
    let (mut call, places) = spoken("es", -25.0, &[1.0, 20.0, 1.0]);
    for at in [4, 8, 12, 16] {
        mix(&mut call, places[0].end + secs(f64::from(at)), &tone(1500.0, 0.5, LINE_HZ, 120));
    }
    let under = noise(Noise::White, -60.0, call.len());
    mix(&mut call, 0, &under);
    let silent = silent_secs(&[call], &SilenceRule::default());
    assert!(silent > 19.0, "{silent} s");
}

#[test]
fn tones_ringing_and_music_are_no_silence() {
    let (mut call, places) = spoken("en-us+m3", -25.0, &[1.0, 60.0, 2.0]);
    let end = places[0].end;
    // Ringing of two seconds in six, a tone, and chords that change.
    for ring in 0..3 {
        let at = end + secs(2.0 + 6.0 * f64::from(ring));
        mix(&mut call, at, &tone(440.0, 0.05, LINE_HZ, secs(2.0)));
        mix(&mut call, at, &tone(480.0, 0.05, LINE_HZ, secs(2.0)));
    }
    mix(&mut call, end + secs(22.0), &tone(425.0, 0.04, LINE_HZ, secs(10.0)));
    for (number, hz) in [523.0, 659.0, 784.0, 698.0, 587.0, 494.0, 880.0, 659.0].iter().enumerate()
    {
        for overtone in [1.0, 1.26, 1.5] {
            let note = tone(hz * overtone, 0.02, LINE_HZ, secs(2.5));
            mix(&mut call, end + secs(34.0 + 2.5 * number as f64), &note);
        }
    }
    let under = noise(Noise::Pink, -62.0, call.len());
    mix(&mut call, 0, &under);
    let silences = frames(&overview(LINE_HZ, &[call]), &SilenceRule::default());
    for ring in 0..3 {
        let at = end + secs(2.0 + 6.0 * f64::from(ring));
        assert_eq!(overlap(&silences, &(at..at + secs(2.0))), 0, "ring {ring}");
    }
    let lost = overlap(&silences, &(end + secs(22.0)..end + secs(32.0)));
    assert_eq!(lost, 0, "of the tone");
    let lost = overlap(&silences, &(end + secs(34.0)..end + secs(54.0)));
    assert_eq!(lost, 0, "of the music");
    assert!(silences.len() >= 3, "{silences:?}");
}

#[test]
fn where_nothing_is_said_nothing_is_left_out() {
    for (kind, level) in [
        (Noise::None, 0.0),
        (Noise::White, -70.0),
        (Noise::White, -45.0),
        (Noise::Pink, -35.0),
        (Noise::White, -12.0),
        (Noise::Hum, -20.0),
    ] {
        let call = noise(kind, level, secs(60.0));
        assert_eq!(silent_secs(&[call], &SilenceRule::default()), 0.0, "{kind:?} {level}");
    }
}

#[test]
fn silence_is_where_both_sides_are_silent() {
    let (mut left, mut right) =
        (spoken("en-us+m3", -20.0, &[5.0]).0, spoken("en-gb+f3", -35.0, &[12.0]).0);
    let end = secs(20.0);
    left.resize(end, 0.0);
    right.resize(end, 0.0);
    for (lane, level) in [(&mut left, -60.0), (&mut right, -50.0)] {
        let under = noise(Noise::White, level, end);
        mix(lane, 0, &under);
    }
    let silences = frames(&overview(LINE_HZ, &[left, right]), &SilenceRule::default());
    assert_eq!(silences.len(), 3, "{silences:?}");
    assert_eq!((silences[0].start, silences[2].end), (0, end));
    assert!(silences[0].end.abs_diff(secs(4.8)) < secs(0.1), "{silences:?}");
}

#[test]
fn only_pauses_of_the_wanted_length_are_left_out() {
    let (mut call, _) = spoken("es", -20.0, &[0.8, 1.5, 2.5, 4.0]);
    let under = noise(Noise::White, -60.0, call.len());
    mix(&mut call, 0, &under);
    let overview = overview(LINE_HZ, &[call]);
    for (shortest_ms, count) in [(500, 5), (1000, 4), (2000, 2), (3000, 1), (10_000, 0)] {
        let rule =
            SilenceRule { shortest: Duration::from_millis(shortest_ms), ..SilenceRule::default() };
        let silences = overview.silences(&rule);
        // The last two seconds are a pause, too, and end with the recording.
        let found = silences.len();
        assert!(found.abs_diff(count) <= 1, "{shortest_ms} ms: {silences:?}");
    }
}

/// What a bad line does to each sample.
type Change = fn(f64) -> f64;

#[test]
fn a_recording_beside_the_zero_line_or_far_too_loud_keeps_its_words() {
    let (mut call, places) = spoken("en-us+m3", -25.0, &PAUSES);
    let under = noise(Noise::White, -55.0, call.len());
    mix(&mut call, 0, &under);
    let changes: [(&str, Change); 3] = [
        ("beside", |it| it + 0.2),
        ("clipped", |it| (it * 30.0).clamp(-1.0, 1.0)),
        ("quiet", |it| it / 30.0),
    ];
    for (what, change) in changes {
        let call: Vec<f64> = call.iter().map(|sample| change(*sample)).collect();
        let end = call.len();
        let silences = frames(&overview(LINE_HZ, &[call]), &SilenceRule::default());
        let outcome = outcome(&silences, &places, 0, end);
        assert_eq!(outcome.lost, 0, "{what}: {outcome:?}");
        assert!(
            what == "clipped" || outcome.found * 10 > outcome.sought * 8,
            "{what}: {outcome:?}"
        );
    }
}

#[test]
fn noise_that_comes_and_goes_takes_no_word_and_is_left_out() {
    let (mut call, places) = spoken("en-gb+f3", -32.0, &PAUSES.repeat(3));
    // Soft speakers are on the quiet line only.
    let end = call.len();
    let quiet = noise(Noise::Pink, -62.0, end);
    let loud = noise(Noise::White, -46.0, end / 3);
    mix(&mut call, 0, &quiet);
    mix(&mut call, end / 3, &loud);
    let silences = frames(&overview(LINE_HZ, &[call]), &SilenceRule::default());
    let outcome = outcome(&silences, &places, 0, end);
    assert_eq!(outcome.lost, 0, "{outcome:?}");
    assert!(outcome.found * 10 > outcome.sought * 9, "{outcome:?}");
}

#[test]
fn a_soft_voice_beside_a_loud_one_is_kept_on_a_line_without_any_noise() {
    for kind in [Noise::None, Noise::White] {
        for codec in [Codec::Plain, Codec::Mp3, Codec::Gsm] {
            let (loud, places) = spoken("en-us+m3", -12.0, &PAUSES.repeat(2));
            let (soft, soft_places) = spoken("en-gb+f3", -46.0, &[3.0, 2.0, 5.0, 1.5, 4.0, 0.4]);
            let (from, end) = (loud.len(), loud.len() + soft.len());
            let mut call = noise(kind, -64.0, end);
            mix(&mut call, 0, &loud);
            mix(&mut call, from, &soft);
            let places: Vec<_> = places
                .into_iter()
                .chain(soft_places.into_iter().map(|it| it.start + from..it.end + from))
                .collect();
            let pcm = recorded(codec, &[call]);
            let silences = frames(&Overview::of(&pcm), &SilenceRule::default());
            let outcome = outcome(&silences, &places, delay(codec), pcm.frame_count());
            assert_eq!(outcome.lost, 0, "{kind:?} {codec:?}: {outcome:?}");
            assert!(outcome.found * 10 > outcome.sought * 9, "{kind:?} {codec:?}: {outcome:?}");
        }
    }
}

#[test]
fn both_sides_of_an_mp3_call_keep_their_words() {
    let (mut left, places) = spoken("en-us+m3", -18.0, &[2.0, 12.0, 9.0, 14.0]);
    let (mut right, others) = spoken("en-gb+f3", -38.0, &[8.0, 14.0, 6.0]);
    let end = left.len().max(right.len());
    left.resize(end, 0.0);
    right.resize(end, 0.0);
    for (lane, level) in [(&mut left, -58.0), (&mut right, -54.0)] {
        let under = noise(Noise::Pink, level, end);
        mix(lane, 0, &under);
    }
    let mut places: Vec<_> = places.into_iter().chain(others).collect();
    places.sort_by_key(|it| it.start);
    let pcm = recorded(Codec::Mp3, &[left, right]);
    let silences = frames(&Overview::of(&pcm), &SilenceRule::default());
    let lost: usize = places
        .iter()
        .map(|it| overlap(&silences, &(it.start + 1105 + SLACK..it.end + 1105 - SLACK)))
        .sum();
    assert_eq!(lost, 0, "{silences:?}");
    assert!(silences.iter().map(|it| it.len()).sum::<usize>() > end / 4, "{silences:?}");
}

//! Who speaks at the same time, and is everybody about equally loud?

use std::ops::Range;
use std::time::Duration;

use workstation_app::audio::analysis::{Overview, SilenceRule};
use workstation_app::audio::treatment::Treatment;

use crate::call::{LINE_HZ, mix, overview, recording, tone};
use crate::speech::{Noise, at_level, dbfs, noise, phrases, spoken};

fn secs(secs: f64) -> usize {
    (secs * f64::from(LINE_HZ)) as usize
}

/// A long phrase of the voice.
fn phrase(voice: &'static str, level: f64) -> Vec<f64> {
    at_level(&phrases(voice)[3], level)
}

fn lines(end: usize, levels: [f64; 2]) -> [Vec<f64>; 2] {
    levels.map(|level| noise(Noise::White, level, end))
}

#[test]
fn both_at_once_is_found_and_taking_turns_is_not() {
    let [mut left, mut right] = lines(secs(40.0), [-60.0, -55.0]);
    let (agent, customer) = (phrase("en-us+m3", -18.0), phrase("en-gb+f3", -30.0));
    for (at, is_left) in [(2.0, true), (8.0, false), (14.0, true), (20.0, false), (30.0, true)] {
        mix(
            if is_left { &mut left } else { &mut right },
            secs(at),
            if is_left { &agent } else { &customer },
        );
    }
    // Into the agent's third turn.
    mix(&mut right, secs(31.5), &customer);
    let both = overview(LINE_HZ, &[left, right]).talk_over().to_vec();
    let until = 30.0 + agent.len() as f64 / f64::from(LINE_HZ);
    let found: f64 = both.iter().map(|it| (it.end - it.start).as_secs_f64()).sum();
    let is_there =
        |it: &Range<Duration>| it.start.as_secs_f64() > 31.3 && it.end.as_secs_f64() < until + 0.3;
    assert!(!both.is_empty() && both.iter().all(is_there), "{both:?}, until {until}");
    assert!(found > 0.6 * (until - 31.5), "{both:?}, until {until}");
}

#[test]
fn what_leaks_from_the_other_side_is_no_voice() {
    for (loss_db, echo_ms) in [(20.0, 0.0), (20.0, 120.0), (26.0, 200.0), (32.0, 30.0)] {
        let [mut left, mut right] = lines(secs(60.0), [-65.0, -65.0]);
        let (agent, _) = spoken("en-us+m3", -15.0, &[1.0, 2.0, 4.0, 1.0, 7.0, 2.0]);
        let customer = phrase("en-gb+f3", -22.0);
        mix(&mut left, 0, &agent);
        let leak: Vec<f64> = agent.iter().map(|it| it * 10.0_f64.powf(-loss_db / 20.0)).collect();
        mix(&mut right, secs(echo_ms / 1000.0), &leak);
        mix(&mut right, secs(45.0), &customer);
        let both = overview(LINE_HZ, &[left, right]).talk_over().to_vec();
        assert!(both.is_empty(), "{loss_db} dB after {echo_ms} ms: {both:?}");
    }
}

#[test]
fn a_yes_between_two_words_and_a_recording_with_one_lane_are_no_talk_over() {
    let [mut left, mut right] = lines(secs(20.0), [-60.0, -60.0]);
    mix(&mut left, secs(2.0), &phrase("en-us+m3", -20.0));
    mix(&mut right, secs(3.0), &tone(500.0, 0.1, LINE_HZ, secs(0.15)));
    assert!(overview(LINE_HZ, &[left.clone(), right]).talk_over().is_empty());
    assert!(overview(LINE_HZ, &[left]).talk_over().is_empty());
}

/// The gains at work, as the player has them.
fn levelled(call: &[f64], treatment: &Treatment, lane: usize) -> Vec<f64> {
    let gain = |frame: usize| {
        let (step, within) = (frame / treatment.gain_frames, frame % treatment.gain_frames);
        let part = within as f64 / treatment.gain_frames as f64;
        let (here, next) = (treatment.gains[step][lane], treatment.gains[step + 1][lane]);
        f64::from(here) * (1.0 - part) + f64::from(next) * part
    };
    call.iter().enumerate().map(|(frame, sample)| sample * gain(frame)).collect()
}

#[test]
fn a_quiet_customer_and_a_shouting_agent_come_out_about_equally_loud() {
    let rule = SilenceRule::default();
    for (loud, quiet) in [(-12.0, -38.0), (-15.0, -42.0), (-20.0, -30.0)] {
        let mut call = noise(Noise::White, -60.0, secs(60.0));
        let (agent, customer) = (phrase("en-us+m3", loud), phrase("en-gb+f3", quiet));
        let mut turns = Vec::new();
        for turn in 0..6 {
            let words = if turn % 2 == 0 { &agent } else { &customer };
            // The pauses get shorter and shorter.
            let at = secs(2.0 + f64::from(turn) * 4.2);
            mix(&mut call, at, words);
            turns.push((at..at + words.len(), turn % 2 == 0));
        }
        let pcm = recording(LINE_HZ, std::slice::from_ref(&call));
        let treatment = Overview::of(&pcm).treatment(&rule);
        let heard = levelled(&call, &treatment, 0);
        for (turn, is_agent) in &turns {
            let level = dbfs(&heard[turn.clone()]);
            assert!((level + 20.0).abs() < 4.0, "{loud}/{quiet}, agent {is_agent}: {level:.1} dB");
            let first = dbfs(&heard[turn.start..turn.start + secs(0.3)]);
            assert!(first < -13.0, "a blast at the beginning: {first:.1} dB");
        }
        // What is between the words stays noise.
        let silence = dbfs(&heard[secs(40.0)..secs(60.0)]);
        assert!(silence < -50.0, "the noise is raised to {silence:.1} dB");
        assert!(heard.iter().all(|sample| sample.abs() < 1.0), "it is too loud");
    }
}

#[test]
fn each_side_has_its_own_gain_and_a_leak_is_not_raised() {
    let [mut left, mut right] = lines(secs(60.0), [-65.0, -65.0]);
    let (agent, places) = spoken("en-us+m3", -14.0, &[1.0, 2.0, 4.0, 1.0]);
    mix(&mut left, 0, &agent);
    let leak: Vec<f64> = agent.iter().map(|it| it * 0.08).collect();
    mix(&mut right, secs(0.05), &leak);
    let customer = phrase("en-gb+f3", -36.0);
    mix(&mut right, secs(40.0), &customer);
    let treatment =
        overview(LINE_HZ, &[left.clone(), right.clone()]).treatment(&SilenceRule::default());
    let (left, right) = (levelled(&left, &treatment, 0), levelled(&right, &treatment, 1));
    let agent = dbfs(&left[places[1].clone()]);
    let customer = dbfs(&right[secs(40.0)..secs(40.0) + customer.len()]);
    assert!((agent + 20.0).abs() < 4.0 && (customer + 20.0).abs() < 4.0, "{agent}, {customer}");
    let leak = dbfs(&right[places[1].clone()]);
    assert!(leak < -33.0, "the leak is raised to {leak:.1} dB");
}

#[test]
fn no_sample_leaves_the_scale_and_no_gain_is_without_measure() {
    for (kind, level) in [(Noise::White, -3.0), (Noise::White, -80.0), (Noise::Brown, -20.0)] {
        let mut call = noise(kind, level, secs(20.0));
        mix(&mut call, secs(5.0), &phrase("es", -40.0));
        mix(&mut call, secs(10.0), &tone(300.0, 1.0, LINE_HZ, 40));
        mix(&mut call, secs(10.3), &phrase("es", -40.0));
        let call: Vec<f64> = call.iter().map(|sample| sample.clamp(-1.0, 1.0)).collect();
        let treatment =
            overview(LINE_HZ, std::slice::from_ref(&call)).treatment(&SilenceRule::default());
        assert!(treatment.gains.len() * treatment.gain_frames >= call.len());
        let gains = treatment.gains.iter().flatten();
        assert!(gains.clone().all(|gain| (0.05..=16.0).contains(gain)), "{kind:?} {level}");
        let heard = levelled(&call, &treatment, 0);
        assert!(heard.iter().all(|sample| sample.abs() <= 1.0), "{kind:?} {level}");
    }
}

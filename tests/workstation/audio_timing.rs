//! Is what a person asks for heard at once, without a click, and what is shown what is heard?

#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

#[path = "listener.rs"]
mod listener;

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use listener::{
    all_at_once, play, player, recording, secs_into, sink, tape_recording, wait_for_end,
    wait_for_position,
};
use support::capture::Capture;
use support::process::{Background, guarded_tool, wait_for};
use support::sound::{DEVICE_HZ, Sink, SoundServer};
use support::spectrum::{tones, worst_click};
use support::tape::{heard, read};
use support::{Outcome, ensure};

const AMPLITUDE: f64 = 0.25;
/// A jump is to be heard within this.
const LATE_LIMIT_SECS: f64 = 0.1;
/// A look at the position that takes longer was interrupted, and its moment is not known.
const LOOK_LIMIT: Duration = Duration::from_millis(10);
/// A hard cut departs by up to 2, a fade of 5 ms by less than this.
const CLICK_LIMIT: f64 = 0.03;

/// A tone after a moment of silence: when a stream begins, the server takes back the silence it has
/// handed to the recorder already, which is a click in the recording and nowhere else.
fn tone_after_silence(frequency_hz: f64, secs: f64) -> Vec<i16> {
    let mut samples = vec![0; 2000];
    samples.extend(tones(&[frequency_hz], AMPLITUDE, 8000, secs));
    samples
}

/// Every core works for somebody else until this is dropped.
fn busy_cores() -> Outcome<Vec<Background>> {
    let count = thread::available_parallelism().map_or(2, usize::from);
    let worker = || Background::start(guarded_tool("sh")?.args(["-c", "while :; do :; done"]));
    (0..count).map(|_| worker()).collect()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::MAX)
}

/// Seconds from `asked` until the last place of the tape between two bounds was heard.
fn last_heard_after(
    capture: &Capture,
    began_at: Instant,
    asked: Instant,
    is_old: impl Fn(f64) -> bool,
) -> Outcome<f64> {
    let asked_secs = secs_into(began_at, asked);
    let from_secs = (asked_secs - 0.3).max(0.0);
    let samples = capture.channel(0)?;
    let from = (from_secs * f64::from(DEVICE_HZ)) as usize;
    let places = heard(&read(samples.get(from..).unwrap_or_default(), DEVICE_HZ));
    let old = places.iter().filter(|(_, place)| is_old(*place));
    let last = old.map(|(at, _)| from_secs + at).fold(f64::MIN, f64::max);
    Ok(last - asked_secs)
}

// The busy cores of one test would disturb the clock of the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn pause_and_jump_are_heard_at_once_and_nothing_is_lost_while_every_core_is_busy() -> Outcome {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let server = SoundServer::new()?;
    let mut player = player(&server);
    let _busy = busy_cores()?;
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 0.2)?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let began_at = capture.began_at()?;
    let (mut pauses, mut jumps) = (Vec::new(), Vec::new());
    for round in 0..4 {
        let asked = Instant::now();
        player.seek(Duration::from_secs(15));
        thread::sleep(Duration::from_millis(350 + round * 17));
        jumps.push(last_heard_after(&capture, began_at, asked, |place| place < 14.0)?);
        player.seek(Duration::from_secs(2));
        thread::sleep(Duration::from_millis(350));
        let asked = Instant::now();
        player.pause();
        thread::sleep(Duration::from_millis(350));
        pauses.push(last_heard_after(&capture, began_at, asked, |_| true)?);
        player.play();
        thread::sleep(Duration::from_millis(200));
    }
    let shown = |values: &[f64]| values.iter().map(|it| (it * 1000.0).round()).collect::<Vec<_>>();
    println!("pause is heard after {:?} ms, a jump after {:?} ms", shown(&pauses), shown(&jumps));

    // A stretch without orders: every place of the tape follows the last one.
    let from_secs = capture.seconds()?;
    thread::sleep(Duration::from_secs(4));
    let samples = capture.between(from_secs, f64::MAX)?;
    let readings = read(&samples, DEVICE_HZ);
    let places = heard(&readings);
    ensure!(places.len() == readings.len(), "a gap in {} readings", readings.len());
    let steps = places.windows(2).map(|two| match two {
        [(_, before), (_, after)] => (after - before - 0.01).abs(),
        _ => 0.0,
    });
    let worst = steps.fold(0.0, f64::max);
    println!("4 s without orders: worst step {:.1} ms", worst * 1000.0);
    ensure!(worst < 0.02, "a step of {worst} s");
    ensure!(median(&mut jumps) < LATE_LIMIT_SECS, "jumps are heard after {jumps:?} s");
    ensure!(median(&mut pauses) < LATE_LIMIT_SECS, "pauses are heard after {pauses:?} s");
    Ok(())
}

/// Nothing that is asked for clicks.
fn clicks(channel_count: usize, rate_hz: u32) -> Outcome {
    let sink = sink(rate_hz, channel_count, "s16le");
    let server = SoundServer::with(&[sink])?;
    let capture = server.record_all_of(&sink)?;
    let mut player = player(&server);
    let mut samples = tone_after_silence(300.0, 4.0);
    // The recording itself ends softly.
    for (left, sample) in samples.iter_mut().rev().take(400).enumerate() {
        *sample = (f64::from(*sample) * left as f64 / 400.0) as i16;
    }
    play(&mut player, recording(1, 8000, &samples));
    wait_for_position(&player, 0.5)?;
    for step in 0..6 {
        player.pause();
        thread::sleep(Duration::from_millis(120 + 13 * step));
        player.play();
        thread::sleep(Duration::from_millis(90 + 7 * step));
        player.seek(Duration::from_millis(503 + 101 * step));
        thread::sleep(Duration::from_millis(80));
        player.set_volume(if step % 2 == 0 { 0.4 } else { 1.0 });
        thread::sleep(Duration::from_millis(60));
    }
    // As fast as a hand on a key that is held down.
    for step in 0..20 {
        player.seek(Duration::from_millis(600 + 37 * step));
        thread::sleep(Duration::from_millis(15));
    }
    player.set_volume(1.0);
    wait_for_end(&player)?;
    // Another recording in the middle of one, and the end of the program in the middle of that.
    for _ in 0..2 {
        play(&mut player, recording(1, 8000, &samples));
        wait_for_position(&player, 0.7)?;
    }
    drop(player);
    listener::let_it_arrive(&capture);
    let heard = capture.channel(0)?;
    let (at_secs, click) = worst_click(&heard, 300.0, AMPLITUDE, rate_hz);
    println!("{}: the worst departure from the tone is {click:.4} at {at_secs:.3} s", sink.spec());
    ensure!(click < CLICK_LIMIT, "{}: a click of {click} at {at_secs} s", sink.spec());
    Ok(())
}

fn the_position_shown_is_the_one_that_is_heard() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 0.2)?;
    let began_at = capture.began_at()?;
    let mut shown = Vec::new();
    for jump_secs in [None, Some(12), Some(4)] {
        if let Some(secs) = jump_secs {
            player.seek(Duration::from_secs(secs));
            thread::sleep(Duration::from_millis(200));
        }
        for _ in 0..60 {
            let before = Instant::now();
            let position = player.playback().position.as_secs_f64();
            if before.elapsed() < LOOK_LIMIT {
                shown.push((secs_into(began_at, before), position));
            }
            thread::sleep(Duration::from_millis(13));
        }
    }
    listener::let_it_arrive(&capture);
    ensure!(shown.len() > 90, "only {} looks of 180 were undisturbed", shown.len());
    let places = heard(&read(&capture.channel(0)?, DEVICE_HZ));
    let (mut worst, mut worst_at_secs) = (0.0, 0.0);
    for (at_secs, position) in shown {
        let near = |it: &&(f64, f64)| (it.0 - at_secs).abs() < 0.006;
        let Some((_, place)) = places.iter().find(near) else { continue };
        let difference = place - position;
        if difference.abs() > f64::abs(worst) {
            (worst, worst_at_secs) = (difference, at_secs);
        }
    }
    let worst_ms = worst * 1000.0;
    println!(
        "what is heard is at most {worst_ms:.0} ms from what is shown, at {worst_at_secs:.2} s"
    );
    ensure!(worst != 0.0 && worst.abs() < LATE_LIMIT_SECS, "{worst} s at {worst_at_secs} s");

    // Held, it stands where the sound ended.
    player.pause();
    thread::sleep(Duration::from_millis(300));
    let places = heard(&read(&capture.channel(0)?, DEVICE_HZ));
    let last = places.last().map_or(0.0, |(_, place)| *place);
    let position = player.playback().position.as_secs_f64();
    ensure!((position - last).abs() < 0.05, "it shows {position} s, {last} s was heard last");
    Ok(())
}

fn the_end_is_shown_when_the_last_sample_has_been_heard() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    play(&mut player, recording(1, 8000, &tone_after_silence(1000.0, 2.0)));
    wait_for_position(&player, 0.2)?;
    let began_at = capture.began_at()?;
    wait_for_end(&player)?;
    let ended_secs = secs_into(began_at, Instant::now());
    let playback = player.playback();
    ensure!(
        playback.position == Duration::from_millis(2250) && !playback.is_playing,
        "{playback:?}"
    );
    listener::let_it_arrive(&capture);
    let samples = capture.channel(0)?;
    let is_sound = |sample: &f32| sample.abs() > 0.02;
    let first = samples.iter().position(is_sound).unwrap_or(0) as f64 / f64::from(DEVICE_HZ);
    let last = samples.iter().rposition(is_sound).unwrap_or(0) as f64 / f64::from(DEVICE_HZ);
    println!(
        "{:.4} s of 2 s were heard; the end is shown {:+.0} ms after",
        last - first,
        (ended_secs - last) * 1000.0
    );
    ensure!((last - first - 2.0).abs() < 0.005, "{} s were heard", last - first);
    ensure!((-0.03..0.2).contains(&(ended_secs - last)), "{} s", ended_secs - last);

    // From the end it begins again.
    player.play();
    wait_for_position(&player, 0.1)?;
    ensure!(player.playback().position < Duration::from_secs(1), "{:?}", player.playback());
    Ok(())
}

fn a_long_pause_gives_the_device_back_and_goes_on_where_it_was() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 1.0)?;
    ensure!(server.clients_named("Callseal")? == 1, "one program plays");
    player.pause();
    wait_for("the device to be given back", Duration::from_secs(8), || {
        Ok((server.clients_named("Callseal")? == 0).then_some(()))
    })?;
    ensure!(server.streams()?.is_empty(), "nothing plays");
    let position = player.playback().position.as_secs_f64();
    let from_secs = capture.seconds()?;
    player.play();
    wait_for_position(&player, position + 0.5)?;
    listener::let_it_arrive(&capture);
    let places = heard(&read(&capture.between(from_secs, f64::MAX)?, DEVICE_HZ));
    let first = places.first().map_or(0.0, |(_, place)| *place);
    ensure!((first - position).abs() < 0.05, "it stood at {position} s and went on from {first} s");
    Ok(())
}

#[test]
fn nothing_clicks_and_what_is_shown_is_what_is_heard_to_the_end_and_after_a_long_pause() -> Outcome
{
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    all_at_once(&[
        || clicks(2, DEVICE_HZ),
        || clicks(1, 44_100),
        the_position_shown_is_the_one_that_is_heard,
        the_end_is_shown_when_the_last_sample_has_been_heard,
        a_long_pause_gives_the_device_back_and_goes_on_where_it_was,
    ])
}

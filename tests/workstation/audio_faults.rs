//! What happens to what is heard when the sound server or its devices fail, and when they come back?
//!
//! The position is kept, playing goes on by itself, what is wrong is said, and nobody waits.

#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

#[path = "listener.rs"]
mod listener;

use std::thread;
use std::time::{Duration, Instant};

use listener::{
    WAIT, all_at_once, play, player, player_at, secs_into, side_by_side, sink, tape_recording,
    wait_for_fault, wait_for_position,
};
use support::capture::Capture;
use support::process::wait_for;
use support::sound::{Sink, SoundServer, socket_in};
use support::tape::{heard, read};
use support::{Outcome, ensure};
use workstation_app::audio::play::{Player, SoundFault};

/// Lost at most this much, and repeated at most this much, by a fault.
const LOST_LIMIT_SECS: f64 = 0.1;
const REPEATED_LIMIT_SECS: f64 = 0.25;
/// From the moment that sound is possible again.
const RESUME_LIMIT: Duration = Duration::from_secs(3);
/// A window that closes must not be held longer.
const LEAVE_LIMIT: Duration = Duration::from_secs(1);

/// The places of the tape in what was recorded of a sink.
fn places(capture: &Capture, sink: &Sink) -> Outcome<Vec<(f64, f64)>> {
    Ok(heard(&read(&capture.channel(0)?, sink.rate_hz)))
}

fn position_secs(player: &Player) -> f64 {
    player.playback().position.as_secs_f64()
}

/// Fails unless what comes is where the last left off.
fn is_next(name: &str, last: f64, first: f64) -> Outcome {
    println!("{name}: to {last:.2} s, then from {first:.2} s");
    ensure!(last > 0.5 && first > 0.0, "{name}: {last} s, {first} s");
    ensure!(first - last < LOST_LIMIT_SECS, "{name}: lost from {last} to {first} s");
    ensure!(last - first < REPEATED_LIMIT_SECS, "{name}: repeated from {first} to {last} s");
    Ok(())
}

fn last_place(places: &[(f64, f64)]) -> f64 {
    places.last().map_or(-1.0, |(_, place)| *place)
}

fn first_place(places: &[(f64, f64)]) -> f64 {
    places.first().map_or(-1.0, |(_, place)| *place)
}

/// Fails unless the position stands still while nothing can be heard; gives it.
fn stands_still(player: &Player) -> Outcome<f64> {
    let position = position_secs(player);
    thread::sleep(Duration::from_millis(400));
    let playback = player.playback();
    ensure!(position_secs(player) == position, "{position} s became {playback:?}");
    ensure!(playback.is_playing, "it no longer means to play");
    Ok(position)
}

/// Fails unless it goes on from `kept` within the limit, and nothing is wrong any more.
fn goes_on(name: &str, player: &Player, kept: f64) -> Outcome {
    let first = goes_on_somewhere(name, player, kept)?;
    is_next(name, kept, first)
}

/// Fails unless it goes on at all, within the limit; gives where.
fn goes_on_somewhere(name: &str, player: &Player, kept: f64) -> Outcome<f64> {
    let since = Instant::now();
    let first = wait_for("the recording to go on", WAIT, || {
        let position = position_secs(player);
        Ok((position != kept).then_some(position))
    })?;
    wait_for_fault(player, None)?;
    let took = since.elapsed();
    ensure!(took < RESUME_LIMIT, "{name}: it went on after {took:?}");
    thread::sleep(Duration::from_millis(200));
    ensure!(position_secs(player) > first, "{name}: it does not go on");
    Ok(first)
}

/// Fails unless a device plays what the player shows.
fn is_heard(name: &str, player: &Player, server: &SoundServer, sink: &Sink) -> Outcome {
    let streams = server.streams()?;
    let is_fit = streams.len() == 1 && streams.iter().all(|it| it.spec == sink.spec());
    ensure!(is_fit, "{name}: the device takes {}, {streams:?}", sink.spec());
    let capture = server.record_all_of(sink)?;
    let began_at = capture.began_at()?;
    let (position, moment) = (position_secs(player), secs_into(began_at, Instant::now()));
    listener::let_it_arrive(&capture);
    let places = places(&capture, sink)?;
    let at_moment = places.iter().find(|(at, _)| (at - moment).abs() < 0.006);
    let heard = at_moment.map_or(-1.0, |(_, place)| *place);
    println!("{name}: it shows {position:.2} s, {heard:.2} s is heard");
    ensure!((heard - position).abs() < 0.1, "{name}: {position} s is shown, {heard} s is heard");
    Ok(())
}

/// Noticed, and when it is back, at another rate, playing goes on.
fn a_killed_server() -> Outcome {
    let (first, second) = (sink(44_100, 2, "s16le"), sink(48_000, 2, "s24le"));
    let mut server = SoundServer::with(&[first])?;
    let capture = server.record_all_of(&first)?;
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 1.2)?;
    server.kill()?;
    wait_for_fault(&player, Some(SoundFault::DeviceLost))?;
    let kept = stands_still(&player)?;
    is_next("a killed server: heard", last_place(&places(&capture, &first)?), kept)?;
    server.start_again(&[second])?;
    goes_on("a killed server", &player, kept)?;
    is_heard("a killed server", &player, &server, &second)
}

/// It goes on with what it holds, or is asked anew.
fn a_hung_server(hang_secs: f64) -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 1.2)?;
    server.hang()?;
    let hung_secs = capture.seconds()?;
    wait_for_fault(&player, Some(SoundFault::DeviceLost))?;
    stands_still(&player)?;
    thread::sleep(Duration::from_secs_f64(hang_secs - 1.2));
    let kept = stands_still(&player)?;
    server.go_on()?;
    let name = format!("a hang of {hang_secs} s");
    // A device without hardware makes up for the time it slept by taking what there is at once, so
    // that the position may step; what came out of it tells whether anything is missing.
    goes_on_somewhere(&name, &player, kept)?;
    let all = places(&capture, &Sink::USUAL)?;
    let (before, after): (Vec<_>, Vec<_>) = all.iter().partition(|it| it.0 < hung_secs);
    is_next(&format!("{name}: heard"), last_place(&before), first_place(&after))?;
    let step = |two: &[(f64, f64)]| match two {
        [(_, before), (_, after)] => after - before,
        _ => 0.0,
    };
    let lost = all.windows(2).map(step).fold(0.0, f64::max);
    ensure!(lost < LOST_LIMIT_SECS, "{name}: {lost} s were lost");
    is_heard(&name, &player, &server, &Sink::USUAL)
}

fn a_device_that_gives_way_to_another() -> Outcome {
    let first = sink(48_000, 2, "s16le");
    let other = Sink { name: "other", ..sink(44_100, 2, "s16le") };
    let server = SoundServer::with(&[])?;
    let module = server.plug_in(&first)?;
    server.plug_in(&other)?;
    server.make_default(&first)?;
    let (old, new) = (server.record_all_of(&first)?, server.record_all_of(&other)?);
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 1.2)?;
    let until_secs = old.seconds()?;
    server.unplug(&module)?;
    thread::sleep(Duration::from_millis(800));
    ensure!(player.playback().fault.is_none(), "nobody need read of it");
    // The recorder of the first device is moved as well: what it holds from there on was heard on
    // the other one too.
    let begins = first_place(&places(&new, &other)?);
    let (before, after): (Vec<_>, Vec<_>) =
        places(&old, &first)?.into_iter().partition(|(at, _)| *at <= until_secs);
    let rest = after.iter().map(|(_, place)| *place).filter(|place| *place < begins);
    let left_off = rest.fold(last_place(&before), f64::max);
    is_next("unplugged with another there", left_off, begins)?;
    is_heard("unplugged with another there", &player, &server, &other)
}

/// On most desktops the server has a dummy then, which takes sound that nobody hears.
fn the_last_device(has_dummy: bool) -> Outcome {
    let name = if has_dummy { "only the dummy is left" } else { "the last device unplugged" };
    let first = sink(48_000, 2, "s16le");
    let later = Sink { name: "later", ..sink(96_000, 2, "s32le") };
    let server = SoundServer::with(&[])?;
    if has_dummy {
        server.plug_in_dummy()?;
    }
    let module = server.plug_in(&first)?;
    let capture = server.record_all_of(&first)?;
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 1.2)?;
    server.unplug(&module)?;
    wait_for_fault(&player, Some(SoundFault::DeviceLost))?;
    let kept = stands_still(&player)?;
    is_next(&format!("{name}: heard"), last_place(&places(&capture, &first)?), kept)?;
    // Left running, the recorder would be moved to the next device and set its rate.
    drop(capture);
    server.plug_in(&later)?;
    goes_on(name, &player, kept)?;
    is_heard(name, &player, &server, &later)
}

/// To another one, and back.
fn a_new_default() -> Outcome {
    let speaker = sink(48_000, 2, "s16le");
    let headset = Sink { name: "headset", ..sink(16_000, 1, "s16le") };
    let server = SoundServer::with(&[speaker, headset])?;
    server.make_default(&speaker)?;
    server.bind_recorders(&speaker)?;
    let (old, new) = (server.record_all_of(&speaker)?, server.record_all_of(&headset)?);
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 1.2)?;
    server.make_default(&headset)?;
    thread::sleep(Duration::from_millis(800));
    let before = places(&old, &speaker)?;
    is_next("to the headset", last_place(&before), first_place(&places(&new, &headset)?))?;
    is_heard("to the headset", &player, &server, &headset)?;
    // And back: the stream is bound to no device.
    server.make_default(&speaker)?;
    thread::sleep(Duration::from_millis(800));
    let after = places(&old, &speaker)?;
    let after = after.get(before.len()..).unwrap_or_default();
    is_next("and back", last_place(&places(&new, &headset)?), first_place(after))?;
    is_heard("and back", &player, &server, &speaker)?;
    ensure!(player.playback().fault.is_none(), "nobody need read of it");
    Ok(())
}

/// Neither a server nor a device, or a server without one: it says so, and plays once there is one.
fn nothing_at_first(has_server: bool) -> Outcome {
    let name = if has_server { "no device at first" } else { "no server at first" };
    let folder = SoundServer::prepared()?;
    let mut player = player_at(socket_in(folder.path()));
    let begin = |player: &mut Player| -> Outcome<f64> {
        player.load(tape_recording(30.0));
        player.seek(Duration::from_secs(7));
        player.play();
        wait_for_fault(player, Some(SoundFault::NoDevice))?;
        stands_still(player)
    };
    let (server, kept) = if has_server {
        let server = SoundServer::in_folder(folder, &[])?;
        let kept = begin(&mut player)?;
        server.plug_in(&Sink::USUAL)?;
        (server, kept)
    } else {
        let kept = begin(&mut player)?;
        (SoundServer::in_folder(folder, &[Sink::USUAL])?, kept)
    };
    ensure!(kept == 7.0, "{name}: it stood at {kept} s");
    goes_on(name, &player, kept)?;
    is_heard(name, &player, &server, &Sink::USUAL)
}

fn a_sleeping_device() -> Outcome {
    let server = SoundServer::new()?;
    let capture = server.record_all_of(&Sink::USUAL)?;
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 1.2)?;
    server.suspend(&Sink::USUAL, true)?;
    wait_for_fault(&player, Some(SoundFault::DeviceLost))?;
    // Longer than the player's patience: it is asked anew, and it must not say that all is well.
    for _ in 0..40 {
        ensure!(player.playback().fault.is_some(), "it said that all is well");
        thread::sleep(Duration::from_millis(100));
    }
    let kept = stands_still(&player)?;
    is_next("a sleeping device: heard", last_place(&places(&capture, &Sink::USUAL)?), kept)?;
    server.suspend(&Sink::USUAL, false)?;
    goes_on("a sleeping device", &player, kept)?;
    is_heard("a sleeping device", &player, &server, &Sink::USUAL)
}

fn a_server_that_comes_and_goes_leaves_nothing_behind() -> Outcome {
    let mut server = SoundServer::new()?;
    let mut player = player(&server);
    play(&mut player, tape_recording(30.0));
    wait_for_position(&player, 0.6)?;
    for round in 0..3 {
        server.kill()?;
        wait_for_fault(&player, Some(SoundFault::DeviceLost))?;
        let kept = stands_still(&player)?;
        server.start_again(&[Sink::USUAL])?;
        goes_on(&format!("round {round}"), &player, kept)?;
    }
    ensure!(server.clients_named("Callseal")? == 1, "one connection");
    drop(player);
    wait_for("no connection", WAIT, || Ok((server.clients_named("Callseal")? == 0).then_some(())))
}

#[test]
fn a_server_that_dies_hangs_or_comes_late_loses_nothing_of_the_recording() -> Outcome {
    // A hang shorter than the player's patience, and a longer one.
    all_at_once(&[
        a_killed_server,
        || a_hung_server(1.6),
        || a_hung_server(4.3),
        || nothing_at_first(false),
        a_server_that_comes_and_goes_leaves_nothing_behind,
    ])
}

#[test]
fn devices_that_come_go_change_or_sleep_lose_nothing_of_the_recording() -> Outcome {
    all_at_once(&[
        a_device_that_gives_way_to_another,
        || the_last_device(false),
        || the_last_device(true),
        a_new_default,
        || nothing_at_first(true),
        a_sleeping_device,
    ])
}

#[test]
fn nobody_waits_for_a_hung_server() -> Outcome {
    side_by_side(vec![true, false], |plays_already| {
        let server = SoundServer::new()?;
        let mut player = player(&server);
        player.load(tape_recording(30.0));
        if plays_already {
            player.play();
            wait_for_position(&player, 0.5)?;
            server.hang()?;
            thread::sleep(Duration::from_millis(300));
        } else {
            server.hang()?;
            player.play();
            thread::sleep(Duration::from_millis(100));
        }
        let began = Instant::now();
        player.pause();
        player.seek(Duration::from_secs(3));
        player.set_volume(0.5);
        player.play();
        let _ = player.playback();
        let asked = began.elapsed();
        drop(player);
        let left = began.elapsed();
        println!("playing {plays_already}: orders took {asked:?}, leaving {left:?}");
        ensure!(asked < Duration::from_millis(50), "orders took {asked:?}");
        ensure!(left < LEAVE_LIMIT, "leaving took {left:?}");
        server.go_on()
    })
    .map(drop)
}

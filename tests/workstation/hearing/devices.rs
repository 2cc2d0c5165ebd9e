//! Is a recording heard through the device that was chosen by its name, and what if it is not there?

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use support::capture::Capture;
use support::process::wait_for;
use support::sound::{DEVICE_HZ, Sink, SoundServer};
use support::spectrum::{Spectrum, tones};
use support::{Outcome, ensure};
use workstation_app::audio::play::Player;

use super::listener::{WAIT, let_it_arrive, play, player, recording, wait_for_position};

const HEADSET: Sink = Sink { name: "headset", ..Sink::USUAL };

fn names(player: &Player) -> Outcome<Vec<String>> {
    let (answer, answered) = channel();
    player.devices(move |names| {
        let _ = answer.send(names);
    });
    let names = answered.recv_timeout(WAIT)?;
    names.map_err(support::Failure::new)
}

/// Two devices with names that people know; the first is the default.
fn two_devices() -> Outcome<SoundServer> {
    let server = SoundServer::with(&[])?;
    server.plug_in_named(&Sink::USUAL, "Loudspeakers")?;
    server.plug_in_named(&HEADSET, "Headset")?;
    server.make_default(&Sink::USUAL)?;
    server.bind_recorders(&Sink::USUAL)?;
    Ok(server)
}

fn is_loud(capture: &Capture) -> Outcome<bool> {
    let heard = capture.channel(0)?;
    let from = heard.len().saturating_sub(DEVICE_HZ as usize / 5);
    Ok(heard.get(from..).unwrap_or_default().iter().any(|it| it.abs() > 0.1))
}

fn tone() -> std::sync::Arc<workstation_app::audio::pcm::Pcm> {
    recording(1, 8000, &tones(&[440.0], 0.25, 8000, 60.0))
}

#[test]
fn a_device_is_chosen_by_its_name_and_the_default_plays_where_it_is_missing() -> Outcome {
    let server = two_devices()?;
    let (usual, headset) = (server.record_all_of(&Sink::USUAL)?, server.record_all_of(&HEADSET)?);
    let mut player = player(&server);
    let names = names(&player)?;
    println!("{names:?}");
    ensure!(names == ["Loudspeakers", "Headset"], "{names:?}");

    player.set_device(Some("Headset".to_owned()));
    play(&mut player, tone());
    wait_for_position(&player, 0.5)?;
    let_it_arrive(&headset);
    ensure!(is_loud(&headset)? && !is_loud(&usual)?, "it is not heard on the headset");
    ensure!(!player.playback().is_elsewhere, "{:?}", player.playback());

    // While it plays, to the default and back: it goes on where it was.
    for (device, heard, silent) in
        [(None, &usual, &headset), (Some("Headset".to_owned()), &headset, &usual)]
    {
        let before = player.playback().position;
        player.set_device(device);
        wait_for_position(&player, before.as_secs_f64() + 0.4)?;
        let_it_arrive(heard);
        ensure!(is_loud(heard)? && !is_loud(silent)?, "it is not heard where it was sent");
        let position = player.playback().position;
        ensure!(position < before + Duration::from_millis(1500), "{before:?} became {position:?}");
    }

    player.set_device(Some("Something unplugged".to_owned()));
    wait_for("the default to play", WAIT, || Ok(player.playback().is_elsewhere.then_some(())))?;
    thread::sleep(Duration::from_millis(400));
    ensure!(is_loud(&usual)? && !is_loud(&headset)?, "it is not heard on the default");
    ensure!(player.playback().fault.is_none(), "{:?}", player.playback());
    player.set_device(None);
    wait_for("the default as a choice", WAIT, || {
        Ok((!player.playback().is_elsewhere).then_some(()))
    })?;
    Ok(())
}

#[test]
fn the_chosen_device_that_goes_gives_way_and_is_taken_again_when_it_is_back() -> Outcome {
    let server = SoundServer::with(&[])?;
    server.plug_in_named(&Sink::USUAL, "Loudspeakers")?;
    let module = server.plug_in_named(&HEADSET, "Headset")?;
    server.make_default(&Sink::USUAL)?;
    let mut player = player(&server);
    player.set_device(Some("Headset".to_owned()));
    play(&mut player, tone());
    wait_for_position(&player, 0.5)?;
    ensure!(!player.playback().is_elsewhere, "{:?}", player.playback());
    server.unplug(&module)?;
    wait_for("the default to play", WAIT, || Ok(player.playback().is_elsewhere.then_some(())))?;
    let position = player.playback().position.as_secs_f64();
    wait_for_position(&player, position + 0.3)?;
    server.plug_in_named(&HEADSET, "Headset")?;
    wait_for("the headset to play", WAIT, || Ok((!player.playback().is_elsewhere).then_some(())))?;
    let headset = server.record_all_of(&HEADSET)?;
    let position = player.playback().position.as_secs_f64();
    wait_for_position(&player, position + 0.3)?;
    let_it_arrive(&headset);
    ensure!(is_loud(&headset)?, "the headset is silent");
    Ok(())
}

#[test]
fn the_test_sound_is_two_soft_notes_and_never_over_a_recording() -> Outcome {
    let server = two_devices()?;
    let headset = server.record_all_of(&HEADSET)?;
    let mut player = player(&server);
    player.set_device(Some("Headset".to_owned()));
    player.test_sound();
    thread::sleep(Duration::from_millis(150));
    wait_for("the test sound's level", WAIT, || {
        Ok((player.playback().levels.iter().all(|it| *it > 0.1)).then_some(()))
    })?;
    wait_for("its end", WAIT, || Ok(server.streams()?.is_empty().then_some(())))?;
    ensure!(player.playback().levels == [0.0; 2], "{:?}", player.playback());
    let_it_arrive(&headset);
    let heard = headset.channel(0)?;
    let is_sound = |it: &f32| it.abs() > 0.005;
    let first = heard.iter().position(is_sound).unwrap_or(0);
    let last = heard.iter().rposition(is_sound).unwrap_or(0);
    let secs = (last - first) as f64 / f64::from(DEVICE_HZ);
    let peak = heard.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    println!("the test sound lasts {secs:.2} s, at most {peak:.2}");
    ensure!((0.44..0.52).contains(&secs) && (0.1..0.2).contains(&peak), "{secs} s, {peak}");
    for (from_secs, pitch_hz) in [(0.03, 660.0), (0.28, 880.0)] {
        let from = first + (from_secs * f64::from(DEVICE_HZ)) as usize;
        let note = heard.get(from..from + DEVICE_HZ as usize / 6).unwrap_or_default();
        let (heard_hz, _) = Spectrum::of(note, DEVICE_HZ).loudest_between(200.0, 3000.0);
        ensure!((heard_hz - pitch_hz).abs() < 5.0, "{heard_hz} Hz, not {pitch_hz} Hz");
    }

    play(&mut player, tone());
    wait_for_position(&player, 0.3)?;
    player.test_sound();
    thread::sleep(Duration::from_millis(500));
    ensure!(server.streams()?.len() == 1, "the test sound plays over the recording");
    ensure!(player.playback().is_playing, "{:?}", player.playback());
    let mut lonely = super::listener::player_at(server.socket().with_file_name("nobody"));
    lonely.test_sound();
    wait_for("the fault", WAIT, || Ok(lonely.playback().fault.map(drop)))?;
    Ok(())
}

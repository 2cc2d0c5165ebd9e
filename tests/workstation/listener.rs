//! What do the tests of the sound have in common: a player at a sound server of its own, the clock.

#![expect(dead_code, reason = "every test file uses its own part of this")]

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use support::capture::Capture;
use support::process::wait_for;
use support::sound::{Sink, SoundServer};
use support::{Failure, Outcome, tape};
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::play::output::DefaultDevice;
use workstation_app::audio::play::{Player, SoundFault};

/// What anything may take before the test gives up.
pub const WAIT: Duration = Duration::from_secs(15);

/// A player with the program's own output, at a server's socket, which need not be there yet.
pub fn player_at(socket: PathBuf) -> Player {
    Player::new(Box::new(DefaultDevice::at(socket)), Arc::new(|| {}))
}

/// A player at a server.
pub fn player(server: &SoundServer) -> Player {
    player_at(server.socket())
}

/// A recording of interleaved samples.
pub fn recording(channel_count: u16, rate_hz: u32, samples: &[i16]) -> Arc<Pcm> {
    let mut pcm = Pcm::new(channel_count, rate_hz);
    pcm.append(samples);
    Arc::new(pcm)
}

/// A recording by a telephone in which every place can be told by its pitch.
pub fn tape_recording(secs: f64) -> Arc<Pcm> {
    recording(1, 8000, &tape::tape(8000, secs))
}

/// Loads and plays.
pub fn play(player: &mut Player, pcm: Arc<Pcm>) {
    player.load(pcm);
    player.play();
}

/// Waits until the recording has been heard to its end.
pub fn wait_for_end(player: &Player) -> Outcome {
    wait_for("the end", Duration::from_secs(40), || Ok(player.playback().has_ended.then_some(())))
}

/// Waits until the player stands beyond `secs`.
pub fn wait_for_position(player: &Player, secs: f64) -> Outcome {
    let what = format!("the position {secs} s (it is {:?})", player.playback());
    wait_for(&what, WAIT, || Ok((player.playback().position.as_secs_f64() >= secs).then_some(())))
}

/// Waits until this fault is shown, or none.
pub fn wait_for_fault(player: &Player, fault: Option<SoundFault>) -> Outcome {
    wait_for(&format!("{fault:?}"), WAIT, || Ok((player.playback().fault == fault).then_some(())))
}

/// Seconds between the beginning of a capture and a moment.
pub fn secs_into(began_at: Instant, moment: Instant) -> f64 {
    match moment.checked_duration_since(began_at) {
        Some(later) => later.as_secs_f64(),
        None => -began_at.duration_since(moment).as_secs_f64(),
    }
}

/// Seconds until `capture` holds what sounds up to now, and a little more.
pub fn let_it_arrive(_capture: &Capture) {
    thread::sleep(Duration::from_millis(250));
}

/// Runs scenes beside each other, each with a server of its own: they mostly wait.
pub fn side_by_side<S: Send, T: Send>(
    scenes: Vec<S>,
    scene: impl Fn(S) -> Outcome<T> + Sync,
) -> Outcome<Vec<T>> {
    let scene = &scene;
    thread::scope(|scope| {
        let begun: Vec<_> =
            scenes.into_iter().map(|it| scope.spawn(move || scene(it).map_err(text))).collect();
        let ended = begun.into_iter().map(|it| match it.join() {
            Ok(outcome) => outcome.map_err(Failure::new),
            Err(_) => Err(Failure::new("a scene panicked")),
        });
        ended.collect()
    })
}

/// Runs scenes of different kinds beside each other.
pub fn all_at_once(scenes: &[fn() -> Outcome]) -> Outcome {
    side_by_side(scenes.to_vec(), |scene| scene()).map(drop)
}

// A failure is moved between threads as its words.
fn text(failure: Failure) -> String {
    failure.to_string()
}

/// A sink by what it differs in.
pub fn sink(rate_hz: u32, channel_count: usize, format: &'static str) -> Sink {
    Sink { name: "callseal", rate_hz, channel_count, format }
}

//! Does the real window play what was recorded, and nothing before the right passphrase?

#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use support::audio_file::{decode, loudness};
use support::correlate::{MATCH, compare, worst};
use support::gnupg::{Algorithm, GnupgHome};
use support::process::{Background, wait_for};
use support::screen::{Screen, Window};
use support::sound::{Capture, DEVICE_HZ, Sink, SoundServer};
use support::speech::{Format, Studio, conversation, file_name};
use support::workstation::Workstation;
use support::{Outcome, ensure};

const PASSPHRASE: &str = "open the recording";
const SILENCE: f64 = 0.0005;
const SOUND: f64 = 0.005;
const STEP_WAIT: Duration = Duration::from_secs(20);
const LEAVE_LIMIT: Duration = Duration::from_secs(2);

// Two windows at once would share two cores, and sound that is late is sound that is wrong.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A listener with a key, a sealed recording and a screen and a sound device to himself.
struct Desk {
    recording: PathBuf,
    source: Vec<f32>,
    workstation: Workstation,
    screen: Screen,
    sound: SoundServer,
    _home: GnupgHome,
    _turn: MutexGuard<'static, ()>,
}

impl Desk {
    fn new(number: usize) -> Outcome<Desk> {
        Desk::with_call(number, &conversation(number))
    }

    /// The same with a recording of what is said in `call`.
    fn with_call(number: usize, call: &str) -> Outcome<Desk> {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let home = GnupgHome::new()?;
        let fingerprint =
            home.generate("Sam Supervisor", Algorithm::Curve25519, PASSPHRASE, "1y")?;
        let workstation = Workstation::new(Path::new(env!("CARGO_BIN_EXE_workstation-app")))?;
        workstation.import_key(&home.secret_key(&fingerprint, PASSPHRASE)?)?.expect_code(0)?;

        let plain = home.path().join("plain.mp3");
        fs::write(&plain, Studio::new()?.recording(call, Format::Mp3)?)?;
        let recording = home.path().join(file_name(number, Format::Mp3) + ".pgp");
        fs::write(&recording, home.encrypt(&fs::read(&plain)?, &[&fingerprint], &[])?)?;
        Ok(Desk {
            recording,
            source: decode(&plain, DEVICE_HZ)?,
            workstation,
            screen: Screen::new(1100, 720)?,
            sound: SoundServer::new()?,
            _home: home,
            _turn: turn,
        })
    }

    fn phone(&self) -> String {
        let name = self.recording.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.split('_').nth(1).unwrap_or_default().to_owned()
    }

    fn source_secs(&self) -> f64 {
        self.source.len() as f64 / f64::from(DEVICE_HZ)
    }

    fn start(&self) -> Outcome<Background> {
        self.workstation.open(&self.recording, &self.screen, &self.sound)
    }
}

fn type_passphrase(window: &Window<'_>, passphrase: &str) -> Outcome {
    // The field takes the keys with the first frame that shows it.
    thread::sleep(Duration::from_millis(300));
    window.type_text(passphrase)?;
    window.press("Return")
}

fn wait_until_recorded(capture: &Capture, secs: f64) -> Outcome {
    let timeout = Duration::from_secs_f64(secs) + STEP_WAIT;
    wait_for("the sound recorder", timeout, || Ok((capture.seconds()? >= secs).then_some(())))
}

/// Waits for `what` to be true of the last tenth of a second, and says when that was.
fn wait_for_loudness(capture: &Capture, what: &str, is_so: impl Fn(f64) -> bool) -> Outcome<f64> {
    wait_for(what, STEP_WAIT, || {
        let now = capture.seconds()?;
        let last = capture.between((now - 0.1).max(0.0), now)?;
        Ok(is_so(loudness(&last)).then_some(now))
    })
}

#[test]
fn a_wrong_passphrase_is_silent_and_the_right_one_plays_the_recording() -> Outcome {
    let mut desk = Desk::new(2)?;
    let capture = desk.sound.record()?;
    let mut app = desk.start()?;
    let (phone, source_secs) = (desk.phone(), desk.source_secs());
    let window = desk.screen.window(&phone)?;

    type_passphrase(&window, "something else")?;
    thread::sleep(Duration::from_secs(2));
    app.still_running()?;
    assert!(loudness(&capture.samples()?) < SILENCE, "it played with a wrong passphrase");
    assert!(window.title()?.contains(&phone), "the recording was closed");

    // The field is empty again and has the keys: no click in between.
    type_passphrase(&window, PASSPHRASE)?;
    let heard_at = wait_for_loudness(&capture, "the first sound", |it| it > SOUND)?;
    wait_until_recorded(&capture, heard_at + source_secs + 1.0)?;
    let matches = compare(&desk.source, &capture.samples()?);
    assert!(matches.len() >= 8 && worst(&matches) >= MATCH, "{matches:?}");

    window.close()?;
    ensure!(app.wait(STEP_WAIT)?.success(), "the window did not close in order");
    Ok(())
}

#[test]
fn space_pauses_and_goes_on_without_a_loss() -> Outcome {
    let mut desk = Desk::new(4)?;
    let capture = desk.sound.record()?;
    let _app = desk.start()?;
    let (phone, source_secs) = (desk.phone(), desk.source_secs());
    let window = desk.screen.window(&phone)?;
    type_passphrase(&window, PASSPHRASE)?;
    wait_for_loudness(&capture, "the first sound", |it| it > SOUND)?;
    thread::sleep(Duration::from_secs(1));

    window.press("space")?;
    let paused_at = wait_for_loudness(&capture, "silence after the space key", |it| it < SILENCE)?;
    wait_until_recorded(&capture, paused_at + 2.0)?;
    // A breath between two words is not this long.
    let pause = capture.between(paused_at, paused_at + 2.0)?;
    assert!(loudness(&pause) < SILENCE, "the pause was not silent");

    window.press("space")?;
    let resumed_at =
        wait_for_loudness(&capture, "sound after the second space key", |it| it > SOUND)?;
    wait_until_recorded(&capture, resumed_at + source_secs)?;
    // What comes well after the pause is all there.
    let rest = desk.source.split_at((DEVICE_HZ * 3) as usize).1;
    let matches = compare(rest, &capture.between(resumed_at - 1.0, capture.seconds()?)?);
    assert!(matches.len() >= 4 && worst(&matches) >= MATCH, "{matches:?}");
    Ok(())
}

/// Clock ticks, hundredths of a second, that a process has worked.
fn ticks_of(process: u32) -> Outcome<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold anything; the 12th and 13th field after it are the times.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields = after.split_whitespace().skip(11).take(2);
    Ok(fields.filter_map(|field| field.parse::<u64>().ok()).sum())
}

#[test]
fn a_sound_server_that_dies_is_waited_for_and_one_that_hangs_holds_no_window() -> Outcome {
    // Longer than all of this takes: a pause in its last half second would be followed by nothing
    // that can be heard, and at its end the device is given back without a pause.
    let call: Vec<String> = (2..9).map(conversation).collect();
    let mut desk = Desk::with_call(2, &call.join(" "))?;
    let capture = desk.sound.record()?;
    let mut app = desk.start()?;
    let phone = desk.phone();
    let window = desk.screen.window(&phone)?;
    type_passphrase(&window, PASSPHRASE)?;
    wait_for_loudness(&capture, "the first sound", |it| it > SOUND)?;
    thread::sleep(Duration::from_millis(1500));

    desk.sound.kill()?;
    thread::sleep(Duration::from_millis(1200));
    app.still_running()?;
    desk.sound.start_again(&[Sink::USUAL])?;
    let capture = desk.sound.record()?;
    wait_until_recorded(&capture, 5.0)?;
    // What comes after the fault is all there.
    let second = DEVICE_HZ as usize;
    let later = desk.source.get(3 * second..6 * second).unwrap_or_default();
    let matches = compare(later, &capture.samples()?);
    assert!(matches.len() >= 4 && worst(&matches) >= MATCH, "{matches:?}");

    window.press("space")?;
    wait_for("the device to be given back", STEP_WAIT, || {
        Ok((desk.sound.clients_named("Callseal")? == 0).then_some(()))
    })?;
    let before = ticks_of(app.id())?;
    thread::sleep(Duration::from_secs(2));
    let worked = ticks_of(app.id())? - before;
    assert!(worked <= 2, "an idle window worked {worked} hundredths of a second in two seconds");

    window.press("space")?;
    wait_for_loudness(&capture, "sound after the pause", |it| it > SOUND)?;
    desk.sound.hang()?;
    thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    window.close()?;
    ensure!(app.wait(STEP_WAIT)?.success(), "the window did not close in order");
    println!("the window closed {:?} after it was asked to, with a hung server", asked.elapsed());
    ensure!(asked.elapsed() < LEAVE_LIMIT, "it took {:?} to close", asked.elapsed());
    desk.sound.go_on()
}

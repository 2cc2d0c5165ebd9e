//! Does any octet or sample of a recording leave the program but to the sound server?
//!
//! The program's writes are watched from outside while it opens and plays a recording. The same
//! search finds planted leaks of every kind that it looks for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use support::Outcome;
use support::audio_file::{decode, loudness};
use support::gnupg::{Algorithm, GnupgHome};
use support::leak::{Leak, Needles};
use support::process::{Background, output_of, tool, wait_for};
use support::screen::Screen;
use support::site::{Site, reply};
use support::sound::SoundServer;
use support::speech::{Format, Studio, conversation, file_name};
use support::trace::{Report, expect_clean, search, traced};
use support::workstation::Workstation;

const PASSPHRASE: &str = "open the recording";
const SOURCE_HZ: u32 = 8000;
const STEP_WAIT: Duration = Duration::from_secs(30);

struct Call {
    folder: tempfile::TempDir,
    octets: Vec<u8>,
}

impl Call {
    fn new() -> Outcome<Call> {
        let folder = tempfile::tempdir()?;
        let octets = Studio::new()?.recording(&conversation(3), Format::Mp3)?;
        fs::write(folder.path().join("call.mp3"), &octets)?;
        Ok(Call { folder, octets })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn needles(&self) -> Outcome<Needles> {
        let mut needles = Needles::new();
        needles.add_octets(&self.octets);
        needles.add_samples(&decode(&self.file("call.mp3"), SOURCE_HZ)?);
        let (runs, shapes) = needles.count();
        assert!(
            runs > 1000 && shapes > 1000,
            "too little to look for: {runs} runs, {shapes} shapes"
        );
        Ok(needles)
    }

    /// What the search says of a shell that runs `script` beside the recording.
    fn planted(&self, script: &str, sound: Option<&SoundServer>) -> Outcome<Report> {
        let mut shell = tool("sh")?;
        shell.args(["-ec", &format!("cd {}; {script}", self.folder.path().display())]);
        let socket = sound.map(SoundServer::socket).unwrap_or_default();
        if let Some(sound) = sound {
            sound.play_through(&mut shell);
        }
        let trace = self.file("planted.trace");
        output_of(&mut traced(&shell, &trace)?)?;
        search(&trace, self.needles()?, &socket)
    }
}

fn kinds(report: &Report) -> Vec<Leak> {
    report.leaks.iter().map(|(kind, _)| *kind).collect()
}

/// Opens the recording in the real window under strace, plays a while, and closes the window.
fn play_traced(app: &Command, screen: &mut Screen, sound: &SoundServer, trace: &Path) -> Outcome {
    let capture = sound.record()?;
    let mut command = traced(app, trace)?;
    let mut strace = Background::start(command.stdin(Stdio::null()).stdout(Stdio::null()))?;
    let window = screen.window(&phone())?;
    thread::sleep(Duration::from_millis(500));
    window.type_text(PASSPHRASE)?;
    window.press("Return")?;
    wait_for("two seconds of sound", STEP_WAIT, || {
        let heard = capture.samples()?;
        let loud = heard.chunks(4800).filter(|it| loudness(it) > 0.005).count();
        Ok((loud >= 20).then_some(()))
    })?;
    window.close()?;
    strace.wait(STEP_WAIT).map(drop)
}

fn phone() -> String {
    file_name(3, Format::Mp3).split('_').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn opening_and_playing_writes_no_plaintext() -> Outcome {
    let (call, home) = (Call::new()?, GnupgHome::new()?);
    let fingerprint = home.generate("Sam Supervisor", Algorithm::Curve25519, PASSPHRASE, "1y")?;
    let workstation = Workstation::new(Path::new(env!("CARGO_BIN_EXE_workstation-app")))?;
    workstation.import_key(&home.secret_key(&fingerprint, PASSPHRASE)?)?.expect_code(0)?;
    let sealed = call.file(&(file_name(3, Format::Mp3) + ".pgp"));
    fs::write(&sealed, home.encrypt(&call.octets, &[&fingerprint], &[])?)?;

    let (mut screen, sound, trace) =
        (Screen::new(1100, 720)?, SoundServer::new()?, call.file("real.trace"));
    let app = workstation.window_command(&sealed, &screen, &sound);
    play_traced(&app, &mut screen, &sound, &trace)?;

    let report = search(&trace, call.needles()?, &sound.socket())?;
    // Sound was seen on its one way out, so the search knows the very samples the device got.
    assert!(report.sound_octets > 100_000, "only {} octets of sound", report.sound_octets);
    assert!(report.octets > 1000, "only {} octets written elsewhere", report.octets);
    expect_clean(&report)
}

#[test]
fn following_a_callseal_link_writes_neither_the_sealed_nor_the_opened_recording() -> Outcome {
    let (call, home) = (Call::new()?, GnupgHome::new()?);
    let fingerprint = home.generate("Sam Supervisor", Algorithm::Curve25519, PASSPHRASE, "1y")?;
    let workstation = Workstation::new(Path::new(env!("CARGO_BIN_EXE_workstation-app")))?;
    workstation.import_key(&home.secret_key(&fingerprint, PASSPHRASE)?)?.expect_code(0)?;
    let sealed = home.encrypt(&call.octets, &[&fingerprint], &[])?;

    let body = sealed.clone();
    let site = Site::start(Box::new(move |_, _| reply("200 OK", &[], &body)))?;
    // The question about the host has been answered before.
    let settings = format!("{{\"hosts\": [\"{}\"]}}", site.link(""));
    fs::write(workstation.data().join("settings.json"), settings)?;
    let link = format!("callseal:{}", site.link(&format!("/{}.pgp", file_name(3, Format::Mp3))));
    let (mut screen, sound, trace) =
        (Screen::new(1100, 720)?, SoundServer::new()?, call.file("link.trace"));
    let app = workstation.window_command(Path::new(&link), &screen, &sound);
    play_traced(&app, &mut screen, &sound, &trace)?;

    let mut needles = call.needles()?;
    needles.add_octets(&sealed);
    let report = search(&trace, needles, &sound.socket())?;
    assert_eq!(site.seen().len(), 1, "it was not fetched once");
    assert!(report.sound_octets > 100_000, "only {} octets of sound", report.sound_octets);
    expect_clean(&report)
}

#[test]
fn a_planted_recording_is_found() -> Outcome {
    let report = Call::new()?.planted("dd if=call.mp3 of=leak status=none", None)?;
    assert!(kinds(&report).contains(&Leak::Octets), "{:?}", report.leaks);
    Ok(())
}

#[test]
fn a_planted_piece_of_a_recording_is_found() -> Outcome {
    let report = Call::new()?.planted("tail -c +3001 call.mp3 | head -c 100 > leak", None)?;
    assert!(report.leaks.iter().any(|(_, place)| place.contains("/leak>")), "{:?}", report.leaks);
    Ok(())
}

#[test]
fn planted_samples_are_found_in_both_spellings() -> Outcome {
    let raw = |options: &str| {
        format!("sox -V1 -D call.mp3 -t raw {options} - vol 0.7 | dd of=leak status=none")
    };
    for options in ["-e signed-integer -b 16", "-e floating-point -b 32"] {
        let report = Call::new()?.planted(&raw(options), None)?;
        assert!(kinds(&report).contains(&Leak::Samples), "{options}: {:?}", report.leaks);
    }
    Ok(())
}

#[test]
fn planted_samples_at_the_device_rate_are_found() -> Outcome {
    let (call, sound) = (Call::new()?, SoundServer::new()?);
    // Without shared memory the player sends its samples through the socket, as our app does.
    fs::write(call.file("client.conf"), "enable-shm = no\n")?;
    let script = "sox -V1 call.mp3 -t raw -e signed-integer -b 16 -r 48000 device.raw; \
                  PULSE_CLIENTCONFIG=$PWD/client.conf pacat --raw --format=s16le --channels=1 \
                  --rate=48000 device.raw & dd if=device.raw of=leak bs=4096 status=none; wait";
    let report = call.planted(script, Some(&sound))?;
    assert!(report.sound_octets > 100_000, "only {} octets of sound", report.sound_octets);
    assert!(report.leaks.iter().any(|(_, place)| place.contains("/leak>")), "{:?}", report.leaks);
    Ok(())
}

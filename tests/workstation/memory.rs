//! What of a recording, its key and its passphrase stands in the memory of the real window: while it
//! is heard, after a wrong passphrase, once it is closed or locked, whoever locks it?

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use support::audio_file::loudness;
use support::gnupg::{Algorithm, GnupgHome};
use support::logind::Logind;
use support::memory::{Found, Secrets};
use support::message_bus::MessageBus;
use support::process::{Background, guarded_tool, wait_for};
use support::screen::{Screen, Window};
use support::sound::{Capture, SoundServer};
use support::speech::{Format, Studio, conversation, file_name};
use support::workstation::Workstation;
use support::{Failure, Outcome, ensure, fail, secret_numbers};
use workstation_app::audio::decode::decode;

/// Letters that stand nowhere by chance.
const PASSPHRASE: &str = "vexq-jumbok-tryw-plidz";
const WRONG: &str = "zorqa-mipfu-xwelk-hudby";
const CALL: usize = 3;
const WAIT: Duration = Duration::from_secs(30);
const SETTLE: Duration = Duration::from_millis(1500);

/// What stands in memory while a recording is heard: the samples, and those on their way to the
/// device.
const SOUND: [&str; 2] = ["samples as fractions", "samples of 16 bits"];

/// A listener with a key, and everything that nobody may read in the window's memory.
struct Desk {
    home: GnupgHome,
    workstation: Workstation,
    secrets: Secrets,
    /// The secrets themselves, as another program may hold them.
    held: Vec<u8>,
    phone: String,
}

impl Desk {
    fn new(algorithm: Algorithm) -> Outcome<Desk> {
        let home = GnupgHome::new()?;
        let fingerprint = home.generate("Sam Supervisor", algorithm, PASSPHRASE, "1y")?;
        let secret_key = home.secret_key(&fingerprint, PASSPHRASE)?;
        let workstation = Workstation::new(Path::new(env!("CARGO_BIN_EXE_workstation-app")))?;
        workstation.import_key(&secret_key)?.expect_code(0)?;
        // A key that stays unlocked between two recordings, until each lock.
        let settings = r#"{"keep_unlocked_minutes": 15}"#;
        fs::write(workstation.data().join("settings.json"), settings)?;
        // It goes on where it was locked, and is to last until the last lock.
        let call: Vec<String> = (CALL..CALL + 8).map(conversation).collect();
        let octets = Studio::new()?.recording(&call.join(" "), Format::Mp3)?;
        let name = file_name(CALL, Format::Mp3) + ".pgp";
        let sealed = home.path().join(&name);
        fs::write(&sealed, home.encrypt(&octets, &[&fingerprint], &[])?)?;

        let mut desk = Desk {
            workstation,
            secrets: Secrets::default(),
            held: Vec::new(),
            phone: name.split('_').nth(1).unwrap_or_default().to_owned(),
            home,
        };
        desk.add_texts();
        for (name, number) in secret_numbers::of_key(&secret_key, PASSPHRASE)? {
            desk.add_number(&name, &number);
        }
        let session_key = secret_numbers::of_message(&desk.home, &sealed, PASSPHRASE)?;
        desk.add_number("the key of the message", &session_key);
        desk.add_recording(&octets)?;
        Ok(desk)
    }

    fn add_texts(&mut self) {
        for (name, text) in [("the passphrase", PASSPHRASE), ("the wrong passphrase", WRONG)] {
            self.secrets.add_text(name, text);
            self.held.extend(text.as_bytes());
            self.held.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            self.held.extend(text.chars().flat_map(|it| u32::from(it).to_le_bytes()));
        }
    }

    fn add_number(&mut self, name: &str, number: &[u8]) {
        self.secrets.add_number(name, number);
        self.held.extend(number);
        self.held.extend(number.iter().rev());
    }

    fn add_recording(&mut self, octets: &[u8]) -> Outcome {
        let decoded = decode(octets, &mut |_| ControlFlow::Continue(()));
        let decoded = decoded.map_err(|error| Failure::new(error.to_string()))?;
        let samples = decoded.pcm.samples();
        let short: Vec<u8> = samples.iter().flat_map(|it| it.to_le_bytes()).collect();
        let float = samples.iter().map(|it| f32::from(*it) / 32768.0);
        let float: Vec<u8> = float.flat_map(f32::to_le_bytes).collect();
        for (name, octets) in
            [("the file", octets), (SOUND[0], float.as_slice()), (SOUND[1], &short)]
        {
            self.secrets.add_distinctive(name, octets, 32);
            self.held.extend(octets);
        }
        Ok(())
    }

    fn sealed(&self) -> std::path::PathBuf {
        self.home.path().join(file_name(CALL, Format::Mp3) + ".pgp")
    }
}

fn names(found: &[Found]) -> Vec<&str> {
    found.iter().map(|it| it.name.as_str()).collect()
}

fn type_passphrase(window: &Window<'_>, passphrase: &str) -> Outcome {
    // The field takes the keys with the first frame that shows it.
    thread::sleep(Duration::from_millis(500));
    window.type_text(passphrase)?;
    window.press("Return")
}

/// Waits for `what` to be true of the last half second.
fn wait_for_loudness(capture: &Capture, what: &str, is_so: impl Fn(f64) -> bool) -> Outcome {
    wait_for(what, WAIT, || {
        let now = capture.seconds()?;
        let last = capture.between((now - 0.5).max(0.0), now)?;
        Ok((now > 0.5 && is_so(loudness(&last))).then_some(()))
    })
}

/// How a recording that is heard is left.
enum Leaving {
    Key(&'static str),
    /// What logind says.
    Logind(&'static str),
    Sleep,
    ScreenSaver,
}

/// What the person's desktop has around the window.
struct Surroundings {
    system: MessageBus,
    session: MessageBus,
    logind: Logind,
    sound: SoundServer,
}

impl Surroundings {
    fn new() -> Outcome<Surroundings> {
        let (system, session) = (MessageBus::new()?, MessageBus::new()?);
        let logind = Logind::start(&system, "process", "open")?;
        Ok(Surroundings { system, session, logind, sound: SoundServer::new()? })
    }

    fn open(&self, desk: &Desk, screen: &Screen) -> Outcome<Background> {
        let mut command = desk.workstation.window_command(&desk.sealed(), screen, &self.sound);
        command.env("DBUS_SYSTEM_BUS_ADDRESS", self.system.address());
        command.env("DBUS_SESSION_BUS_ADDRESS", self.session.address());
        Background::start(&mut command)
    }

    /// Comes back when everything should be wiped.
    fn leave(&mut self, window: &Window<'_>, leaving: &Leaving) -> Outcome {
        match leaving {
            Leaving::Key(key) => window.press(key)?,
            Leaving::Logind(words) => self.logind.tell(words)?,
            Leaving::ScreenSaver => self
                .session
                .send(None, &["/", "org.freedesktop.ScreenSaver.ActiveChanged", "boolean:true"])?,
            Leaving::Sleep => {
                self.logind.tell("sleep true")?;
                // Whoever lets the computer sleep has wiped everything before.
                self.logind.wait_until_released(1)?;
                return self.logind.tell("sleep false");
            }
        }
        thread::sleep(SETTLE);
        Ok(())
    }
}

/// Opens, hears and leaves a recording in each of these ways, and looks into the memory each time.
fn what_stands_in_memory(algorithm: Algorithm, ways: &[Leaving]) -> Outcome {
    let (desk, mut surroundings) = (Desk::new(algorithm)?, Surroundings::new()?);
    let mut screen = Screen::new(1100, 720)?;
    let capture = surroundings.sound.record()?;
    let app = surroundings.open(&desk, &screen)?;
    let window = screen.window(&desk.phone)?;
    surroundings.logind.wait_until_held(1)?;
    let look = || desk.secrets.find_in(app.id());

    type_passphrase(&window, WRONG)?;
    thread::sleep(Duration::from_secs(3));
    let found = look()?;
    ensure!(found.is_empty(), "after a wrong passphrase: {found:#?}");

    for (number, leaving) in ways.iter().enumerate() {
        type_passphrase(&window, PASSPHRASE)?;
        wait_for_loudness(&capture, &format!("sound before way {number}"), |it| it > 0.005)?;
        if number == 0 {
            let found = look()?;
            // That these are found shows that the search works.
            let has_sound = names(&found).contains(&SOUND[1]);
            let is_sound = names(&found).iter().all(|name| SOUND.contains(name));
            ensure!(has_sound && is_sound, "while it is heard: {found:#?}");
        }

        surroundings.leave(&window, leaving)?;
        let found = look()?;
        ensure!(found.is_empty(), "after it was left in way {number}: {found:#?}");
        wait_for_loudness(&capture, "silence", |it| it < 0.0005)?;
    }
    Ok(())
}

#[test]
fn nothing_of_an_rsa_key_is_left_and_nothing_of_a_closed_recording() -> Outcome {
    what_stands_in_memory(Algorithm::Rsa3072, &[Leaving::Key("ctrl+w")])
}

#[test]
fn nothing_is_left_however_the_window_was_locked() -> Outcome {
    let ways = [
        Leaving::Sleep,
        Leaving::Logind("lock 1"),
        Leaving::Logind("change 1 LockedHint true"),
        Leaving::Logind("change 1 Active false"),
        Leaving::ScreenSaver,
        Leaving::Key("ctrl+l"),
        Leaving::Key("ctrl+w"),
    ];
    what_stands_in_memory(Algorithm::Curve25519, &ways)
}

#[test]
fn a_lock_silences_although_the_window_gets_no_turn() -> Outcome {
    let (desk, surroundings) = (Desk::new(Algorithm::Curve25519)?, Surroundings::new()?);
    let mut screen = Screen::new(1100, 720)?;
    let capture = surroundings.sound.record()?;
    let _app = surroundings.open(&desk, &screen)?;
    let window = screen.window(&desk.phone)?;
    surroundings.logind.wait_until_held(1)?;
    type_passphrase(&window, PASSPHRASE)?;
    wait_for_loudness(&capture, "sound", |it| it > 0.005)?;
    screen.hang()?;
    let mut logind = surroundings.logind;
    logind.tell("lock 1")?;
    thread::sleep(Duration::from_millis(2500));
    let now = capture.seconds()?;
    let loudness = loudness(&capture.between(now - 1.0, now)?);
    screen.go_on()?;
    // The recording would have gone on for longer.
    ensure!(loudness < 0.0005, "{loudness} is still heard");
    Ok(())
}

/// The samples of a recording, to be looked for.
fn samples_of(octets: &[u8]) -> Outcome<Secrets> {
    let decoded = decode(octets, &mut |_| ControlFlow::Continue(()));
    let decoded = decoded.map_err(|error| Failure::new(error.to_string()))?;
    let short: Vec<u8> = decoded.pcm.samples().iter().flat_map(|it| it.to_le_bytes()).collect();
    let mut samples = Secrets::default();
    samples.add_distinctive(SOUND[1], &short, 32);
    Ok(samples)
}

#[test]
fn what_was_heard_goes_with_the_next_and_what_was_opened_ahead_goes_with_a_lock() -> Outcome {
    let (desk, surroundings) = (Desk::new(Algorithm::Curve25519)?, Surroundings::new()?);
    // Nothing that is said in the first: the same words would be the same samples.
    let said = "Good morning, my parcel has not come yet, and nobody answers the door bell there. ";
    let octets = Studio::new()?.recording(&said.repeat(6), Format::Mp3)?;
    let samples = samples_of(&octets)?;
    let fingerprint = desk.home.fingerprints()?.remove(0);
    let second = desk.home.path().join(file_name(CALL + 20, Format::Mp3) + ".pgp");
    fs::write(&second, desk.home.encrypt(&octets, &[&fingerprint], &[])?)?;

    let mut screen = Screen::new(1100, 720)?;
    let capture = surroundings.sound.record()?;
    let mut command = desk.workstation.window_command(&desk.sealed(), &screen, &surroundings.sound);
    command.arg(&second);
    let app = Background::start(&mut command)?;
    let window = screen.window(&desk.phone)?;
    type_passphrase(&window, PASSPHRASE)?;
    wait_for_loudness(&capture, "sound", |it| it > 0.005)?;
    wait_for("the next one to be opened ahead", WAIT, || {
        Ok((!samples.find_in(app.id())?.is_empty()).then_some(()))
    })?;

    window.press("ctrl+l")?;
    thread::sleep(SETTLE);
    let found = (desk.secrets.find_in(app.id())?, samples.find_in(app.id())?);
    ensure!(found.0.is_empty() && found.1.is_empty(), "after a lock: {found:#?}");

    type_passphrase(&window, PASSPHRASE)?;
    wait_for_loudness(&capture, "sound again", |it| it > 0.005)?;
    window.press("ctrl+n")?;
    let phone = second.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    screen.window(phone.split('_').nth(1).unwrap_or_default())?;
    wait_for_loudness(&capture, "the next one", |it| it > 0.005)?;
    thread::sleep(SETTLE);
    let found = desk.secrets.find_in(app.id())?;
    let is_heard_one =
        found.iter().any(|it| SOUND.contains(&it.name.as_str()) || it.name == "the file");
    ensure!(!is_heard_one, "of the one that was heard: {found:#?}");
    Ok(())
}

/// Another program that holds what it is given on its standard input.
fn holder(held: &[u8]) -> Outcome<Background> {
    let mut command = guarded_tool("perl")?;
    command.args(["-e", "local $/; my $held = <STDIN>; print 1; close STDOUT; sleep 100 while 1"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = Background::start(&mut command)?;
    feed(program.child(), held)?;
    Ok(program)
}

fn feed(child: &mut Child, held: &[u8]) -> Outcome {
    use std::io::{Read, Write};
    let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
        fail!("no pipes");
    };
    input.write_all(held)?;
    drop(input);
    // It answers once it holds everything.
    Ok(output.read_to_end(&mut Vec::new()).map(drop)?)
}

#[test]
fn each_secret_is_found_in_a_program_that_holds_it() -> Outcome {
    for algorithm in [Algorithm::Rsa3072, Algorithm::Curve25519] {
        let desk = Desk::new(algorithm)?;
        let program = holder(&desk.held)?;
        let found = desk.secrets.find_in(program.id())?;
        let mut wanted = desk.secrets.names().to_vec();
        wanted.sort();
        assert_eq!(names(&found), wanted);
        // Of a program that holds nothing, nothing is said.
        let program = holder(b"nothing")?;
        let found = desk.secrets.find_in(program.id())?;
        ensure!(found.is_empty(), "{found:#?}");
    }
    Ok(())
}

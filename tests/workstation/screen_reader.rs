//! Does a screen reader find its way in the real window? Read over AT-SPI, as Orca does it.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use support::process::{Background, wait_for};
use support::screen::Screen;
use support::screen_reader::{
    BUTTON, CHECK_BOX, Control, FRAME, INVALID, PASSWORD, SLIDER, ScreenReader, UNKNOWN,
};
use support::sound::SoundServer;
use support::workstation::Workstation;
use support::{Outcome, ensure};

const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
const PASSPHRASE: &str = "correct horse";
const WAIT: Duration = Duration::from_secs(20);

/// A window with a recording before somebody who cannot see it.
struct Desk {
    reader: ScreenReader,
    screen: Screen,
    app: Background,
    _sound: SoundServer,
    _workstation: Workstation,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp").join(name)
}

impl Desk {
    fn new(settings: &str) -> Outcome<Desk> {
        let workstation = Workstation::new(Path::new(env!("CARGO_BIN_EXE_workstation-app")))?;
        let key = fs::read(fixture("keys/cv25519.secret.pgp"))?;
        workstation.import_key(&key)?.expect_code(0)?;
        fs::write(workstation.data().join("settings.json"), settings)?;
        let file = workstation.data().join(CALL);
        fs::copy(fixture("messages/gpg22-cv25519.pgp"), &file)?;
        let (reader, sound) = (ScreenReader::new()?, SoundServer::new()?);
        let screen = Screen::new(1100, 760)?;
        let mut command = workstation.window_command(&file, &screen, &sound);
        reader.dress(&mut command);
        let app = Background::start(&mut command)?;
        Ok(Desk { reader, screen, app, _sound: sound, _workstation: workstation })
    }

    /// Types the passphrase, and waits until the recording is heard.
    fn open(&mut self, field: &str, position: &str) -> Outcome {
        let found = self.reader.wait_for(field)?;
        assert_eq!(found.role, PASSWORD, "{found:?}");
        let window = self.screen.window("5551234567")?;
        let reader = &self.reader;
        wait_for("the passphrase's focus", WAIT, || {
            Ok(reader.wait_for(field)?.has_focus.then_some(()))
        })?;
        window.type_text(PASSPHRASE)?;
        window.press("Return")?;
        self.reader.wait_for(position)?;
        self.app.still_running()
    }

    fn named(&self, name: &str) -> Outcome<Control> {
        self.reader.wait_for(name)
    }

    /// Presses pause, unless the short recording has ended meanwhile.
    fn hold(&self, pause: &str, play: &str) -> Outcome {
        let is_either = |it: &Control| it.name == pause || it.name == play;
        let found = wait_for("play or pause", WAIT, || {
            Ok(self.reader.controls()?.into_iter().find(is_either))
        })?;
        if found.name == pause {
            self.reader.press(&found)?;
        }
        self.named(play).map(drop)
    }

    fn focused(&self) -> Outcome<Option<Control>> {
        Ok(self.reader.controls()?.into_iter().find(|it| it.has_focus && it.is_focusable))
    }
}

/// Every control that the keyboard can reach says what it is called and what it is.
fn ensure_all_are_named(controls: &[Control]) -> Outcome {
    let reached: Vec<&Control> = controls.iter().filter(|control| control.is_focusable).collect();
    ensure!(reached.len() > 3, "{controls:?}");
    for control in reached {
        let is_window = control.role == FRAME;
        let has_name = control.name.chars().any(char::is_alphanumeric);
        ensure!(has_name || is_window, "without a name: {control:?}");
        ensure!(!matches!(control.role, INVALID | UNKNOWN), "{control:?}");
    }
    Ok(())
}

#[test]
fn every_control_of_the_real_window_is_named_and_pressed_by_a_screen_reader() -> Outcome {
    let mut desk = Desk::new("{}")?;
    desk.named("Open")?;
    ensure_all_are_named(&desk.reader.controls()?)?;
    desk.open("Passphrase", "Position")?;
    ensure_all_are_named(&desk.reader.controls()?)?;
    for (name, role) in [("Skip silence", CHECK_BOX), ("Volume", SLIDER), ("Settings", BUTTON)] {
        let control = desk.named(name)?;
        assert_eq!(control.role, role, "{control:?}");
    }
    // What is pressed does what it says.
    desk.hold("Pause", "Play")?;
    desk.reader.press(&desk.named("Sound off")?)?;
    desk.reader.press(&desk.named("Sound on")?)?;
    desk.named("Sound off")?;
    desk.reader.press(&desk.named("Settings")?)?;
    desk.named("Language")?;
    ensure_all_are_named(&desk.reader.controls()?)
}

#[test]
fn the_picture_of_a_recording_is_a_slider_that_says_the_time() -> Outcome {
    let mut desk = Desk::new("{}")?;
    desk.open("Passphrase", "Position")?;
    desk.hold("Pause", "Play")?;
    let position = desk.named("Position")?;
    assert_eq!(position.role, SLIDER);
    desk.reader.set_value(&position, 2.0)?;
    let moved = wait_for("the place that was asked for", WAIT, || {
        let position = desk.named("Position")?;
        Ok(position.value.filter(|value| (value - 2.0).abs() < 0.1).map(|_| position))
    })?;
    ensure!(moved.description.starts_with("0:02 of 0:0"), "{moved:?}");
    Ok(())
}

#[test]
fn tab_goes_round_the_listening_desk_and_is_held_nowhere() -> Outcome {
    let mut desk = Desk::new("{}")?;
    desk.open("Passphrase", "Position")?;
    desk.hold("Pause", "Play")?;
    let all: Vec<String> = desk
        .reader
        .controls()?
        .into_iter()
        .filter(|it| it.is_focusable && !it.name.is_empty() && it.role != FRAME)
        .map(|it| it.name)
        .collect();
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..2 * all.len() {
        let before = desk.focused()?.map(|it| it.name);
        desk.screen.window("5551234567")?.press("Tab")?;
        let now = wait_for("the next control", WAIT, || {
            Ok(desk.focused()?.filter(|it| Some(&it.name) != before.as_ref()))
        })?;
        if !seen.contains(&now.name) {
            seen.push(now.name);
        }
    }
    let missed: Vec<&String> = all.iter().filter(|name| !seen.contains(name)).collect();
    ensure!(missed.is_empty(), "Tab does not come to {missed:?}");
    Ok(())
}

#[test]
fn a_screen_reader_is_spoken_to_in_spanish_where_that_is_chosen() -> Outcome {
    let mut desk = Desk::new(r#"{"language": "spanish"}"#)?;
    desk.named("Abrir")?;
    desk.open("Frase de contraseña", "Posición")?;
    desk.hold("Pausa", "Reproducir")?;
    desk.reader.press(&desk.named("Ajustes")?)?;
    desk.named("Idioma")?;
    Ok(())
}

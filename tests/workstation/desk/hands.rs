//! A window that plays a call with two sides, and hands that work in it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use workstation_app::app::App;
use workstation_app::desk::Desk;
use workstation_app::state::{Listening, Screen};
use workstation_app::ui::theme;

use crate::common::{PASSPHRASE, TestDevice, run, sealed_by_passphrase, sources};

pub const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
pub const OTHER: &str = "20260102-101500_5559876543_SALES_agent02-all.mp3.pgp";

/// A window with its data folder.
pub struct Hands {
    pub window: Harness<'static, App>,
    pub folder: tempfile::TempDir,
}

/// Half a minute of a call: a tone for each side, with ten seconds of silence in the middle.
fn call(folder: &Path) -> Vec<u8> {
    let path = folder.join("call.wav");
    let name = path.to_str().unwrap();
    let side = |hz: &str, file: &str| {
        let file = folder.join(file);
        let file = file.to_str().unwrap().to_owned();
        run(
            "sox",
            &["-n", "-r", "8000", "-b", "16", &file, "synth", "10", "sine", hz, "vol", "0.3"],
        );
        let silence = format!("{file}.silent.wav");
        run("sox", &[&file, &silence, "pad", "0", "10"]);
        let whole = format!("{file}.whole.wav");
        run("sox", &[&silence, &file, &whole]);
        whole
    };
    let (left, right) = (side("400", "left.wav"), side("900", "right.wav"));
    run("sox", &["-M", &left, &right, name]);
    std::fs::read(path).unwrap()
}

impl Hands {
    /// A window that has just begun to play.
    pub fn listening() -> Self {
        Self::listening_to(&[CALL])
    }

    /// The same with others of that name behind it.
    pub fn listening_to(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let octets = call(folder.path());
        let files: Vec<PathBuf> =
            names.iter().map(|name| sealed_by_passphrase(folder.path(), name, &octets)).collect();
        let data = folder.path().to_owned();
        let window =
            Harness::builder().with_size(theme::WINDOW_SIZE).build_eframe(move |creation| {
                let output = Box::new(TestDevice::new());
                App::new(&creation.egui_ctx, &data, sources(files), output)
            });
        let mut hands = Self { window, folder };
        hands.unlock();
        hands
    }

    /// Types the passphrase and waits for the sound.
    pub fn unlock(&mut self) {
        self.until("locked", |hands| {
            matches!(hands.window.state().state().screen, Screen::Locked(_))
        });
        for character in PASSPHRASE.chars() {
            self.window.event(egui::Event::Text(character.to_string()));
        }
        self.window.step();
        self.window.key_press(Key::Enter);
        self.until("all of it is read", |hands| {
            hands.heard().is_some_and(|it| it.recording.overview.is_complete())
        });
    }

    /// What is heard.
    pub fn heard(&self) -> Option<&Listening> {
        match &self.window.state().state().screen {
            Screen::Listening(listening) => Some(listening),
            _ => None,
        }
    }

    /// The same, which must be there.
    pub fn listening_now(&self) -> &Listening {
        self.heard().unwrap_or_else(|| panic!("nothing is heard"))
    }

    /// Where it stands, in seconds.
    pub fn at(&self) -> f64 {
        self.listening_now().playback.position.as_secs_f64()
    }

    pub fn desk(&self) -> &Desk {
        &self.window.state().state().settings.desk
    }

    pub fn steps(&mut self) {
        self.window.run_steps(3);
    }

    pub fn until(&mut self, what: &str, wanted: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !wanted(self) {
            assert!(started.elapsed() < Duration::from_secs(20), "{what}");
            self.window.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.steps();
    }

    /// Clicks what a screen reader calls so.
    pub fn click(&mut self, role: Role, label: &str) {
        self.window.get_by_role_and_label(role, label).click_accesskit();
        self.steps();
    }

    pub fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    pub fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.steps();
    }

    /// Pauses, so that what follows is exact.
    pub fn pause(&mut self) {
        if self.listening_now().playback.is_playing {
            self.press(Key::Space);
        }
    }

    /// Whether a control of that role and name is there.
    pub fn has(&self, role: Role, label: &str) -> bool {
        self.window.query_by_role_and_label(role, label).is_some()
    }
}

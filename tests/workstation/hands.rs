//! How is the window worked in a test: by keyboard alone, with its real threads and files?

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use workstation_app::app::App;
use workstation_app::state::AppState;
use workstation_app::ui::theme;

use crate::common::{TestDevice, sources};

/// The window.
pub type AppHarness = Harness<'static, App>;

pub fn window(data: &Path, files: Vec<PathBuf>) -> AppHarness {
    let data = data.to_owned();
    Harness::builder().with_size(theme::WINDOW_SIZE).build_eframe(move |creation| {
        App::new(&creation.egui_ctx, &data, sources(files), Box::new(TestDevice::new()))
    })
}

pub fn state(harness: &AppHarness) -> &AppState {
    harness.state().state()
}

pub fn until(harness: &mut AppHarness, what: &str, wanted: impl Fn(&AppState) -> bool) {
    let started = Instant::now();
    while !wanted(state(harness)) {
        let keys = &state(harness).keys;
        assert!(started.elapsed() < Duration::from_secs(60), "{what}: {keys:?}");
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    harness.run_steps(3);
}

pub fn press(harness: &mut AppHarness, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(2);
}

pub fn typed(harness: &mut AppHarness, words: &str) {
    for character in words.chars() {
        harness.event(egui::Event::Text(character.to_string()));
        harness.step();
    }
}

/// Goes on by Tab until this control has the focus: nothing must be out of the keyboard's reach.
pub fn tab_to(harness: &mut AppHarness, label: &str) {
    for _ in 0..40 {
        if harness.query_all_by_label(label).any(|node| node.is_focused()) {
            return;
        }
        press(harness, Modifiers::NONE, Key::Tab);
    }
    panic!("{label} was not reached by Tab");
}

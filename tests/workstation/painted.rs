//! Is every screen painted, in both themes and at every size, and can it be read?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "shown.rs"]
mod shown;
#[path = "shown_desk.rs"]
mod shown_desk;
#[path = "shown_keys.rs"]
mod shown_keys;
#[path = "shown_links.rs"]
mod shown_links;

use std::path::PathBuf;
use std::time::Instant;

use egui::accesskit::Role;
use egui::{Theme, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use shared::decrypt::Problem;
use shown::{
    WINDOW, assert_fits, failed, ink, listening, locked, opening, painted, with_every_remark,
};
use workstation_app::audio::play::SoundFault;
use workstation_app::message::Event;
use workstation_app::settings::Settings;
use workstation_app::state::AppState;
use workstation_app::texts::FailureKind;
use workstation_app::ui::theme;

fn every_screen() -> Vec<(&'static str, AppState)> {
    let mut with_notice = listening(None);
    let message = "The key of somebody has no passphrase. Set one first and export it again.";
    let import_failed = Event::ImportFailed { message: message.to_owned(), generation: None };
    with_notice.apply(import_failed, Instant::now());
    let wrong = FailureKind::Problem(Problem::WrongPassphrase);
    let mut screens = vec![
        ("empty", AppState::new(Settings::default())),
        ("locked", locked()),
        ("wrong passphrase", failed(opening(), wrong, "")),
        ("opening", opening()),
        ("listening", listening(None)),
        ("listening without a device", listening(Some(SoundFault::NoDevice))),
        ("listening with a notice", with_notice),
        ("listening with every remark", with_every_remark()),
        ("host", shown_links::host()),
        ("sign in", shown_links::sign_in()),
        ("fetching", shown_links::fetching()),
        ("fetching the next", shown_links::fetching_the_next()),
        ("waiting", shown_links::waiting()),
        ("settings", shown_links::settings()),
    ];
    screens.extend(shown_desk::desks());
    screens.extend(shown_keys::pages());
    screens.extend(shown_keys::locks());
    screens
}

#[test]
fn every_screen_fits_the_smallest_and_the_usual_window() {
    for size in [theme::WINDOW_MIN_SIZE, WINDOW, Vec2::new(1920.0, 1080.0)] {
        for (name, state) in every_screen() {
            let harness = painted(state, Theme::Light, size, 1.0);
            assert_fits(&harness, &format!("{name} at {size}"), size);
        }
    }
}

#[test]
fn a_window_at_twice_the_zoom_still_fits_in_width() {
    let size = theme::WINDOW_MIN_SIZE / 2.0;
    let harness = painted(locked(), Theme::Light, size, 2.0);
    assert_fits(&harness, "locked", size);
}

#[test]
fn every_screen_is_painted_light_and_dark_at_100_and_200_percent() {
    // Where somebody wants to look at them.
    let kept = std::env::var_os("CALLSEAL_SCREENS").map(PathBuf::from);
    let smallest = theme::WINDOW_MIN_SIZE;
    for (theme, palette, size, scale) in [
        (Theme::Light, theme::LIGHT, WINDOW, 1.0),
        (Theme::Light, theme::LIGHT, WINDOW, 2.0),
        (Theme::Light, theme::LIGHT, smallest, 1.0),
        (Theme::Dark, theme::DARK, WINDOW, 1.0),
        (Theme::Dark, theme::DARK, WINDOW, 2.0),
    ] {
        for (name, state) in every_screen() {
            let name = format!("{name} {theme:?} {}x{} {scale}", size.x, size.y);
            let mut harness = painted(state, theme, size, scale);
            let picture = harness.render().unwrap();
            let size = size * scale;
            assert_eq!((picture.width(), picture.height()), (size.x as u32, size.y as u32));
            let (share, colours) = ink(&picture, palette.background);
            assert!(share > 0.1 && share < 0.9, "{name}: {share} painted");
            assert!(colours > 50, "{name}: {colours} colours");
            if let Some(folder) = &kept {
                picture.save(folder.join(format!("{name}.png").replace(' ', "-"))).unwrap();
            }
        }
    }
}

/// Relative luminance and contrast as WCAG 2 defines them.
fn contrast(left: egui::Color32, right: egui::Color32) -> f32 {
    let luminance = |colour: egui::Color32| {
        let channel = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
    };
    let (left, right) = (luminance(left), luminance(right));
    (left.max(right) + 0.05) / (left.min(right) + 0.05)
}

#[test]
fn text_is_readable_on_everything_it_stands_on() {
    for (name, palette) in [("light", theme::LIGHT), ("dark", theme::DARK)] {
        for (what, text, ground) in [
            ("text on the window", palette.text, palette.background),
            ("text on a card", palette.text, palette.surface),
            ("text on a button", palette.text, palette.raised_hover),
            ("muted on the window", palette.muted, palette.background),
            ("muted on a card", palette.muted, palette.surface),
            ("text on the main button", palette.on_accent, palette.accent),
            ("text on it under the pointer", palette.on_accent, palette.accent_hover),
            ("what went wrong on a card", palette.bad, palette.surface),
            ("what went wrong on the window", palette.bad, palette.background),
            ("a bad notice", palette.bad, palette.bad_soft),
            ("a good notice", palette.good, palette.good_soft),
        ] {
            let ratio = contrast(text, ground);
            assert!(ratio >= 4.5, "{name}, {what}: {ratio}");
        }
        // Edges of controls need less.
        assert!(contrast(palette.line_strong, palette.surface) >= 3.0, "{name}");
        assert!(contrast(palette.accent_text, palette.wave_rest) >= 1.9, "{name}: heard and not");
    }
}

#[test]
fn the_picture_and_the_loudness_answer_a_screen_reader() {
    let harness = painted(listening(None), Theme::Light, WINDOW, 1.0);
    let position = harness.get_by_role_and_label(Role::Slider, "Position");
    assert_eq!(position.accesskit_node().numeric_value().map(f64::round), Some(31.0));
    assert!(harness.query_by_role_and_label(Role::Slider, "Volume").is_some());
    assert!(harness.query_by_label("0:31").is_some() && harness.query_by_label("/ 1:30").is_some());
}

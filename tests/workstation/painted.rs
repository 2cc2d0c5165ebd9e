//! Is every screen painted, in both themes and at every size, and can it be read?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "shown.rs"]
mod shown;
#[path = "shown_all.rs"]
mod shown_all;
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
use shown::{WINDOW, assert_fits, ink, listening, locked, painted};
use shown_all::every_screen;
use workstation_app::state::Action;
use workstation_app::ui::theme;

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

#[test]
fn the_picture_and_the_loudness_answer_a_screen_reader() {
    let harness = painted(listening(None), Theme::Light, WINDOW, 1.0);
    let position = harness.get_by_role_and_label(Role::Slider, "Position");
    assert_eq!(position.accesskit_node().numeric_value().map(f64::round), Some(31.0));
    assert!(harness.query_by_role_and_label(Role::Slider, "Volume").is_some());
    assert!(harness.query_by_label("0:31").is_some() && harness.query_by_label("/ 1:30").is_some());
}

#[test]
fn a_hidden_number_stands_on_no_screen() {
    for (name, mut state) in every_screen() {
        let mut settings = state.settings.clone();
        settings.desk.hides_numbers = true;
        state.act(Action::Settings(settings), Instant::now());
        assert!(!state.title().contains("555"), "{name}: {}", state.title());
        let mut harness = painted(state, Theme::Light, WINDOW, 1.0);
        // Folded details say the file's name.
        if let Some(details) = harness.query_by_role_and_label(Role::Button, "Details") {
            details.click_accesskit();
            harness.run_steps(3);
        }
        for node in harness.root().query_all_by(|_| true) {
            let node = node.accesskit_node();
            for text in [node.label(), node.value(), node.description()].into_iter().flatten() {
                assert!(
                    !text.contains("5551234567") && !text.contains("5559876543"),
                    "{name}: {text}"
                );
            }
        }
    }
}

#[test]
fn the_desk_fills_a_4k_screen() {
    let size = egui::Vec2::new(1920.0, 1080.0);
    let (_, desk) = shown_desk::desks().swap_remove(0);
    let mut harness = painted(desk, Theme::Light, size, 2.0);
    assert_fits(&harness, "desk in 4K", size);
    let picture = harness.render().unwrap();
    assert_eq!((picture.width(), picture.height()), (3840, 2160));
    if let Some(folder) = std::env::var_os("CALLSEAL_SCREENS") {
        picture.save(PathBuf::from(folder).join("desk-4k.png")).unwrap();
    }
}

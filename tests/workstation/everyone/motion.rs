//! Does anything move that tells nothing?

use egui::{Key, Theme};

use crate::shown::{PaintedHarness, WINDOW, painted};
use crate::shown_all::every_screen;

/// Everything that is painted, with its places and colours.
fn picture(harness: &PaintedHarness) -> Vec<String> {
    harness.output().shapes.iter().map(|clipped| format!("{:?}", clipped.shape)).collect()
}

#[test]
fn whatever_changes_is_at_its_place_at_once() {
    for (screen, state) in every_screen() {
        let mut harness = painted(state, Theme::Light, WINDOW, 1.0);
        for key in [Key::Tab, Key::Tab, Key::PageDown] {
            harness.key_press(key);
            // The key, and a column that is measured and painted again.
            harness.run_steps(3);
            let at_once = picture(&harness);
            harness.run_steps(8);
            assert_eq!(at_once, picture(&harness), "{screen} after {key:?}");
        }
    }
}

#[test]
fn nothing_fades_slides_or_blinks() {
    let (_, state) = every_screen().remove(0);
    let harness = painted(state, Theme::Light, WINDOW, 1.0);
    for theme in [Theme::Light, Theme::Dark] {
        let style = harness.ctx.style_of(theme);
        assert_eq!(style.animation_time, 0.0, "{theme:?}");
        assert_eq!(style.scroll_animation, egui::style::ScrollAnimation::none(), "{theme:?}");
        assert!(!style.visuals.text_cursor.blink, "{theme:?}");
    }
}

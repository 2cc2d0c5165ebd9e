//! Are all colours told apart from what they stand on, as WCAG 2 asks at level AA?

use egui::Color32;
use workstation_app::ui::theme::{self, Palette};

/// Of text (1.4.3).
const TEXT: f32 = 4.5;

/// Of what must be seen to use the window: edges, the focus, the picture (1.4.11).
const CONTROL: f32 = 3.0;

/// Relative luminance and contrast as WCAG 2 defines them.
fn contrast(left: Color32, right: Color32) -> f32 {
    let luminance = |colour: Color32| {
        let channel = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
    };
    let (left, right) = (luminance(left), luminance(right));
    (left.max(right) + 0.05) / (left.min(right) + 0.05)
}

type Named = (&'static str, Color32);

/// What is read, and everything that it may stand on.
fn texts(palette: &Palette) -> Vec<(Named, Vec<Named>)> {
    let grounds = vec![
        ("the window", palette.background),
        ("a card", palette.surface),
        ("a field", palette.raised),
        ("a button under the pointer", palette.raised_hover),
        ("an offer", palette.accent_soft),
    ];
    let pictured = vec![("silence", palette.silence), ("skipped silence", palette.skipped)];
    let main = vec![("a main button", palette.accent), ("the same, hot", palette.accent_hover)];
    let bad = vec![("a bad notice", palette.bad_soft)];
    let good = vec![("a good notice", palette.good_soft)];
    vec![
        (("text", palette.text), grounds.clone()),
        (("text", palette.text), [bad.clone(), good.clone(), pictured.clone()].concat()),
        (("muted text", palette.muted), grounds.clone()),
        (("accent", palette.accent_text), [grounds.clone(), pictured].concat()),
        (("what went wrong", palette.bad), [grounds.clone(), bad].concat()),
        (("what went well", palette.good), [grounds, good].concat()),
        (("a main button's words", palette.on_accent), main),
    ]
}

/// What must be seen, and everything that it may stand on.
fn controls(palette: &Palette) -> Vec<(Named, Vec<Named>)> {
    let grounds = vec![
        ("the window", palette.background),
        ("a card", palette.surface),
        ("a field", palette.raised),
        ("an offer", palette.accent_soft),
    ];
    let picture = vec![
        ("a card", palette.surface),
        ("silence", palette.silence),
        ("skipped silence", palette.skipped),
        ("what is repeated", palette.accent_soft),
    ];
    let focus = vec![("a bad notice", palette.bad_soft), ("a good notice", palette.good_soft)];
    vec![
        (("the edge of a control", palette.line_strong), grounds.clone()),
        (("the focus", palette.accent_text), [grounds, focus].concat()),
        (("the agent, heard", palette.agent), picture.clone()),
        (("the agent, not heard", palette.agent_rest), picture.clone()),
        (("the customer, heard", palette.customer), picture.clone()),
        (("the customer, not heard", palette.customer_rest), picture.clone()),
        (("both speak", palette.talk_over), picture.clone()),
        (("a mark", palette.mark), picture.clone()),
        (("the place that is heard", palette.text), picture),
    ]
}

fn check(pairs: Vec<(Named, Vec<Named>)>, least: f32, theme: &str) {
    let mut failed = Vec::new();
    for ((what, colour), grounds) in pairs {
        for (ground, behind) in grounds {
            let ratio = contrast(colour, behind);
            if ratio < least {
                failed.push(format!("{theme}: {what} on {ground}: {ratio:.2}"));
            }
        }
    }
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn every_text_is_readable_on_everything_it_stands_on() {
    for (name, palette) in [("light", theme::LIGHT), ("dark", theme::DARK)] {
        check(texts(&palette), TEXT, name);
    }
}

#[test]
fn edges_focus_and_picture_are_seen_on_everything_they_stand_on() {
    for (name, palette) in [("light", theme::LIGHT), ("dark", theme::DARK)] {
        check(controls(&palette), CONTROL, name);
    }
}

#[test]
fn what_was_heard_is_told_from_what_was_not() {
    for (name, palette) in [("light", theme::LIGHT), ("dark", theme::DARK)] {
        for (heard, rest) in [
            (palette.agent, palette.agent_rest),
            (palette.customer, palette.customer_rest),
            (palette.accent_text, palette.wave_rest),
        ] {
            let ratio = contrast(heard, rest);
            assert!(ratio >= 1.9, "{name}: {ratio}");
        }
    }
}

#[test]
fn contrast_is_what_its_standard_says() {
    assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
    // The example that everybody quotes: the lightest grey for text on white.
    let grey = Color32::from_rgb(0x76, 0x76, 0x76);
    assert!((contrast(grey, Color32::WHITE) - 4.54).abs() < 0.01);
}

//! Is every screen in Spanish, and is there room for the longer words? On its own: the language is
//! one for the whole program.

#[path = "shown.rs"]
mod shown;
#[path = "shown_all.rs"]
mod shown_all;
#[path = "shown_desk.rs"]
mod shown_desk;
#[path = "shown_fit.rs"]
mod shown_fit;
#[path = "shown_keys.rs"]
mod shown_keys;
#[path = "shown_links.rs"]
mod shown_links;

use std::path::PathBuf;
use std::time::Instant;

use egui::accesskit::Role;
use egui::{Theme, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use shown::{CALL, PaintedHarness, WINDOW, assert_fits, painted};
use workstation_app::settings::{LanguageChoice, Settings};
use workstation_app::state::{Action, AppState};
use workstation_app::texts::{Language, Text, rows, speak};
use workstation_app::ui::theme;

const SIZES: [(Vec2, f32); 3] = [(WINDOW, 1.0), (theme::WINDOW_MIN_SIZE, 1.0), (WINDOW, 2.0)];

/// What is taken from the outside, and may be longer than any window is wide.
fn is_from_outside(text: &str) -> bool {
    let is_call = text.contains("SALES") || text.contains("SUPPORT");
    is_call || text.contains(CALL) || text.contains("example.com") || text.starts_with("555")
}

#[test]
fn every_screen_has_room_for_spanish() {
    speak(Language::Spanish);
    // Where somebody wants to look at them.
    let kept = std::env::var_os("CALLSEAL_SCREENS").map(PathBuf::from);
    let mut faults = Vec::new();
    for (size, scale) in SIZES {
        for theme in [Theme::Light, Theme::Dark] {
            for (name, state) in shown_all::every_screen() {
                let name = format!("{name} {theme:?} {}x{} {scale}", size.x, size.y);
                let mut harness = painted(state, theme, size, scale);
                assert_fits(&harness, &name, size);
                let found = shown_fit::faults(harness.output(), &name, size, is_from_outside);
                faults.extend(found);
                if let Some(folder) = &kept {
                    let file = folder.join(format!("es {name}.png").replace(' ', "-"));
                    if let Ok(picture) = harness.render() {
                        assert!(picture.save(file).is_ok());
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Everything that is shown or told to a screen reader.
fn said(harness: &PaintedHarness) -> Vec<String> {
    let mut said: Vec<String> =
        shown_fit::texts(harness.output()).into_iter().map(|text| text.text).collect();
    for node in harness.root().query_all_by(|_| true) {
        let node = node.accesskit_node();
        said.extend(node.label());
        said.extend(node.value());
        said.extend(node.placeholder().map(str::to_owned));
    }
    said
}

/// Whether `said` is a text of the table with anything in its places.
fn is(text: &str, said: &str) -> bool {
    let mut pieces = text.split('{').map(|piece| piece.split_once('}').map_or(piece, |it| it.1));
    let Some(mut rest) = pieces.next().and_then(|first| said.strip_prefix(first)) else {
        return false;
    };
    let mut last = "";
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
        last = piece;
    }
    if text.contains('{') { last.is_empty() || rest.is_empty() } else { rest.is_empty() }
}

/// Examples of names, which people of any language have.
const EXAMPLES: [&str; 2] = ["YOUR_NAME_HINT", "YOUR_ADDRESS_HINT"];

/// English rows that say something of their own: `{owner}, {day}` could be anything.
fn english() -> Vec<(&'static str, Text)> {
    let letters = |text: &str| {
        let words = text.split('{').map(|piece| piece.split_once('}').map_or(piece, |it| it.1));
        words.flat_map(str::chars).filter(|character| character.is_alphabetic()).count()
    };
    let rows = rows();
    let is_spanish_too = |english: &str| rows.iter().any(|(_, text)| text.spanish == english);
    rows.iter()
        .filter(|(name, _)| !EXAMPLES.contains(name))
        .filter(|(_, text)| letters(text.english) > 3 && !is_spanish_too(text.english))
        .copied()
        .collect()
}

#[test]
fn no_english_word_of_the_table_is_left_on_any_screen() {
    speak(Language::Spanish);
    let english = english();
    assert!(english.len() > 300);
    let mut spanish = 0;
    for (name, state) in shown_all::every_screen() {
        let harness = painted(state, Theme::Light, WINDOW, 1.0);
        for said in said(&harness) {
            for (row, text) in &english {
                assert!(!is(text.english, &said), "{name}: {row} in English: {said}");
                spanish += usize::from(is(text.spanish, &said));
            }
        }
    }
    assert!(spanish > 300, "{spanish}");
}

#[test]
fn the_search_for_english_finds_it() {
    assert!(is("Key of {owner}", "Key of Anna"));
    assert!(is("{site}, sign-in kept", "a.example, sign-in kept"));
    assert!(is("Cancel", "Cancel"));
    assert!(!is("Cancel", "Cancelar"));
    assert!(!is("Key of {owner}", "Llave de Anna"));
    assert!(!is("Type \"{word}\" to go on", "Escriba \"eliminar\" para continuar"));
}

#[test]
fn the_settings_offer_each_language_by_its_own_name() {
    speak(Language::Spanish);
    let mut state = AppState::new(Settings::default());
    state.act(Action::Show(workstation_app::state::Place::Settings), Instant::now());
    let harness = painted(state, Theme::Light, Vec2::new(1024.0, 1600.0), 1.0);
    let choice = harness.get_by_role_and_label(Role::ComboBox, "Idioma");
    assert_eq!(choice.accesskit_node().value().as_deref(), Some("El del sistema"));
    let file = serde_json::to_string(&Settings {
        language: LanguageChoice::Spanish,
        ..Settings::default()
    });
    assert!(file.is_ok_and(|file| file.contains(r#""language":"spanish""#)));
}

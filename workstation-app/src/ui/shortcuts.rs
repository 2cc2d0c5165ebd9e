//! Which key does what: to look it up, and to change it.

use egui::{Event, Key, Label, Layout, RichText, Ui};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{self, Emphasis, button, muted, row_from_right, rule};
use crate::shortcuts::{Chord, SHORTCUTS, Shortcut};
use crate::state::{Action, AppState, Place};
use crate::texts::{Text, desk as words, keys_in_words};

const WIDTH: f32 = 170.0 * theme::STEP;
const KEY_WIDTH: f32 = 28.0 * theme::STEP;

/// Keys that cannot be changed.
const FIXED: [(Text, &str); 7] = [
    (words::KEY_OPEN, "Ctrl+O"),
    (words::KEY_CLOSE, "Ctrl+W"),
    (words::NEXT, "Ctrl+N"),
    (words::KEY_LOCK, "Ctrl+L"),
    (words::KEY_KEYS, "Ctrl+K"),
    (words::KEY_SETTINGS, "Ctrl+,"),
    (words::KEY_ESCAPE, "Esc"),
];

/// What belongs to the view alone.
#[derive(Debug, Default)]
pub struct ShortcutsView {
    /// The command that waits for its key.
    waiting: Option<Shortcut>,
}

impl ShortcutsView {
    /// Whether the next key that is pressed is chosen for something.
    pub fn is_waiting(&self, state: &AppState) -> bool {
        self.waiting.is_some() && state.place == Place::Shortcuts
    }
}

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, view: &mut ShortcutsView, actions: &mut Vec<Action>) {
    take_key(ui, state, view, actions);
    widgets::centred(ui, "shortcuts", WIDTH, |ui| {
        widgets::card_frame(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            // On top: the list is longer than many windows.
            buttons(ui, state, actions);
            ui.add(Label::new(muted(ui, words::KEYS_ADVICE)).truncate());
            ui.add_space(theme::GAP);
            list(ui, state, view);
            ui.add_space(theme::GAP);
            rule(ui);
            ui.add_space(theme::GAP);
            ui.label(RichText::new(words::KEYS_FIXED).font(theme::strong()));
            fixed(ui);
        });
    });
}

fn list(ui: &mut Ui, state: &AppState, view: &mut ShortcutsView) {
    ui.spacing_mut().item_spacing.x = theme::GROUP;
    ui.columns(2, |columns| {
        let half = SHORTCUTS.len().div_ceil(2);
        for (index, (shortcut, label, _)) in SHORTCUTS.iter().enumerate() {
            if let Some(column) = columns.get_mut(index / half) {
                row(column, state, *shortcut, *label, view);
            }
        }
    });
}

fn row(ui: &mut Ui, state: &AppState, shortcut: Shortcut, label: Text, view: &mut ShortcutsView) {
    row_from_right(ui, |ui| {
        let key = state.settings.desk.keys.chord(shortcut).map(keys_in_words);
        let key = key.unwrap_or_else(|| words::KEY_NONE.into());
        let is_waiting = view.waiting == Some(shortcut);
        let shown = if is_waiting { words::KEY_PRESS.into() } else { key.clone() };
        let emphasis = if is_waiting { Emphasis::Main } else { Emphasis::Quiet };
        let chosen = button(ui, emphasis, "", &shown, KEY_WIDTH);
        let said = words::KEY_CHANGE.with(&[("words", &label), ("key", &key)]);
        chosen.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &said));
        if chosen.clicked() {
            view.waiting = (!is_waiting).then_some(shortcut);
        }
        ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add(Label::new(label.get()).truncate());
        });
    });
}

fn fixed(ui: &mut Ui) {
    let palette = Palette::of(ui);
    ui.columns(2, |columns| {
        for (index, (label, key)) in FIXED.iter().enumerate() {
            let Some(column) = columns.get_mut(index % 2) else { continue };
            column.horizontal(|ui| {
                ui.label(RichText::new(*key).font(theme::strong()));
                ui.add(Label::new(RichText::new(label.get()).color(palette.muted)).truncate());
            });
        }
    });
}

fn buttons(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    row_from_right(ui, |ui| {
        let done = button(ui, Emphasis::Main, icons::CHECK_CIRCLE, &words::DONE, 0.0);
        if done.on_hover_text("Esc").clicked() {
            actions.push(Action::Show(Place::Shortcuts));
        }
        if !state.settings.desk.keys.is_original()
            && button(ui, Emphasis::Quiet, "", &words::KEYS_RESET, 0.0).clicked()
        {
            let mut settings = state.settings.clone();
            settings.desk.keys.reset();
            actions.push(Action::Settings(settings));
        }
        ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add(Label::new(RichText::new(words::KEYS_TITLE).font(theme::large())).truncate());
        });
    });
}

/// The next key that can be given is taken; Esc leaves it as it was, Delete takes it away.
fn take_key(ui: &Ui, state: &AppState, view: &mut ShortcutsView, actions: &mut Vec<Action>) {
    let Some(shortcut) = view.waiting else { return };
    let pressed = ui.input_mut(|input| {
        let pressed = input.events.iter().find_map(|event| match event {
            Event::Key { key, pressed: true, repeat: false, modifiers, .. } => {
                Some((*key, *modifiers))
            }
            _ => None,
        });
        if pressed.is_some() {
            input.events.retain(|event| !matches!(event, Event::Key { .. } | Event::Text(_)));
        }
        pressed
    });
    let Some((key, modifiers)) = pressed else { return };
    if key == Key::Escape {
        view.waiting = None;
        return;
    }
    let chord = Chord::pressed(modifiers, key);
    if chord.is_none() && key != Key::Delete {
        return;
    }
    let mut settings = state.settings.clone();
    settings.desk.keys.set(shortcut, chord.filter(|_| key != Key::Delete));
    actions.push(Action::Settings(settings));
    view.waiting = None;
}

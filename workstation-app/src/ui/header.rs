//! The bar on top: whose program this is, and what can be done with an open recording.

use std::time::Instant;

use egui::{Align, CornerRadius, Layout, Margin, RichText, Sense, Ui, Vec2};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{Emphasis, button, button_width, paint_icon, rule};
use crate::locking::countdown;
use crate::open::dialog::Wanted;
use crate::state::{Action, AppState, Place, Screen};
use crate::texts::{self, desk as words};

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, now: Instant, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let margin = Margin::symmetric(theme::GROUP as i8 + 8, 0);
    egui::Frame::new().fill(palette.surface).inner_margin(margin).show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), theme::HEADER_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_height(theme::HEADER_HEIGHT);
            ui.spacing_mut().item_spacing.x = theme::GAP;
            mark(ui, palette);
            ui.label(RichText::new(shared::PRODUCT).font(theme::strong()));
            let shown = fitting(ui, entries(state, now));
            // At the right, yet in the order in which they are read and reached by Tab.
            let space = ui.available_width() - width(ui, &shown);
            ui.add_space((space - theme::GAP).max(0.0));
            for entry in shown {
                let response = button(ui, Emphasis::Bare, entry.icon, &entry.words, 0.0);
                if response.on_hover_text(entry.hint).clicked() {
                    actions.push(entry.action);
                }
            }
        });
    });
    rule(ui);
}

/// A word in the bar.
struct Entry {
    icon: &'static str,
    words: String,
    hint: String,
    action: Action,
    /// It has a key of its own, and is left out where there is no room.
    is_spare: bool,
}

impl Entry {
    fn new(icon: &'static str, words: impl Into<String>, key: &str, action: Action) -> Self {
        Self { icon, words: words.into(), hint: key.to_owned(), action, is_spare: false }
    }

    fn spare(self) -> Self {
        Self { is_spare: true, ..self }
    }
}

fn entries(state: &AppState, now: Instant) -> Vec<Entry> {
    let is_open = !matches!(state.screen, Screen::Empty);
    let show = Action::Show;
    let open = Action::Ask(Wanted::Recording);
    let open = Entry::new(icons::FOLDER, texts::OPEN_ANOTHER, "Ctrl+O", open).spare();
    let keys = Entry::new("", texts::KEYS, "Ctrl+K", show(Place::Keys)).spare();
    let settings = Entry::new("", texts::SETTINGS, "Ctrl+,", show(Place::Settings)).spare();
    let close = Entry::new(icons::CROSS, texts::CLOSE_RECORDING, "Ctrl+W", Action::Close);
    let mut entries = Vec::new();
    entries.extend(is_open.then_some(open));
    entries.extend([keys, settings]);
    entries.extend(waiting(state));
    entries.extend(lock(state, now));
    entries.extend(is_open.then_some(close));
    entries
}

/// The way to silence at once, with the time that is left where a key stays unlocked.
fn lock(state: &AppState, now: Instant) -> Option<Entry> {
    if !state.is_lockable() {
        return None;
    }
    let words = match state.unlocked_left(now) {
        Some(left) => texts::LOCK_NOW_LEFT.with(&[("left", &countdown(left).0)]),
        None => texts::LOCK_NOW.into(),
    };
    let hint = match state.unlocked_until {
        Some(_) => texts::LOCKS_BY_ITSELF.with(&[("key", &"Ctrl+L")]),
        None => "Ctrl+L".to_owned(),
    };
    Some(Entry::new(icons::LOCK, words, &hint, Action::Lock))
}

/// Recordings that wait, and the way to the next one.
fn waiting(state: &AppState) -> Option<Entry> {
    state.queue.next()?;
    let count = state.queue.waiting_count();
    let words = words::NEXT_WAITING.with(&[("count", &count)]);
    Some(Entry::new(icons::CARET_RIGHT, words, "Ctrl+N", Action::Next))
}

/// What there is room for.
fn fitting(ui: &Ui, mut entries: Vec<Entry>) -> Vec<Entry> {
    while width(ui, &entries) > ui.available_width() {
        let Some(spare) = entries.iter().position(|entry| entry.is_spare) else { break };
        entries.remove(spare);
    }
    entries
}

fn width(ui: &Ui, entries: &[Entry]) -> f32 {
    entries.iter().map(|it| button_width(ui, it.icon, &it.words) + theme::GAP).sum()
}

fn mark(ui: &mut Ui, palette: Palette) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(28.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(theme::CORNER), palette.accent);
    let font = theme::icons_filled(theme::ICON);
    paint_icon(ui, rect.center(), icons::LOCK_FILLED, font, palette.on_accent);
}

//! The bar on top: whose program this is, and what can be done with an open recording.

use std::time::Instant;

use egui::{Align, CornerRadius, Layout, Margin, RichText, Sense, Ui, Vec2};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{Emphasis, button, paint_icon, rule};
use crate::locking::countdown;
use crate::open::dialog::Wanted;
use crate::state::{Action, AppState, Place, Screen};
use crate::texts::{self, desk as words};

/// What the ways to the settings and the keys take.
const PLACES_WIDTH: f32 = 180.0;

/// What the way to another recording takes.
const OPEN_WIDTH: f32 = 170.0;

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
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if !matches!(state.screen, Screen::Empty) {
                    close(ui, actions);
                }
                lock(ui, state, now, actions);
                waiting(ui, state, actions);
                // What has a key of its own is left out where there is no room for it.
                if ui.available_width() > PLACES_WIDTH {
                    settings(ui, actions);
                    keys(ui, actions);
                }
                if !matches!(state.screen, Screen::Empty) && ui.available_width() > OPEN_WIDTH {
                    open(ui, actions);
                }
            });
        });
    });
    rule(ui);
}

fn close(ui: &mut Ui, actions: &mut Vec<Action>) {
    let close = button(ui, Emphasis::Bare, icons::CROSS, &texts::CLOSE_RECORDING, 0.0);
    if close.on_hover_text("Ctrl+W").clicked() {
        actions.push(Action::Close);
    }
}

fn open(ui: &mut Ui, actions: &mut Vec<Action>) {
    let open = button(ui, Emphasis::Bare, icons::FOLDER, &texts::OPEN_ANOTHER, 0.0);
    if open.on_hover_text("Ctrl+O").clicked() {
        actions.push(Action::Ask(Wanted::Recording));
    }
}

fn keys(ui: &mut Ui, actions: &mut Vec<Action>) {
    let keys = button(ui, Emphasis::Bare, "", &texts::KEYS, 0.0);
    if keys.on_hover_text("Ctrl+K").clicked() {
        actions.push(Action::Show(Place::Keys));
    }
}

fn settings(ui: &mut Ui, actions: &mut Vec<Action>) {
    let settings = button(ui, Emphasis::Bare, "", &texts::SETTINGS, 0.0);
    if settings.on_hover_text("Ctrl+,").clicked() {
        actions.push(Action::Show(Place::Settings));
    }
}

/// The way to silence at once, with the time that is left where a key stays unlocked.
fn lock(ui: &mut Ui, state: &AppState, now: Instant, actions: &mut Vec<Action>) {
    if !state.is_lockable() {
        return;
    }
    let words = match state.unlocked_left(now) {
        Some(left) => texts::LOCK_NOW_LEFT.with(&[("left", &countdown(left).0)]),
        None => texts::LOCK_NOW.into(),
    };
    let lock = button(ui, Emphasis::Bare, icons::LOCK, &words, 0.0);
    let hint = match state.unlocked_until {
        Some(_) => texts::LOCKS_BY_ITSELF.with(&[("key", &"Ctrl+L")]),
        None => "Ctrl+L".to_owned(),
    };
    if lock.on_hover_text(hint).clicked() {
        actions.push(Action::Lock);
    }
}

/// Recordings that wait, and the way to the next one.
fn waiting(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if state.queue.next().is_none() {
        return;
    }
    let count = state.queue.waiting_count();
    let words = words::NEXT_WAITING.with(&[("count", &count)]);
    let next = button(ui, Emphasis::Bare, icons::CARET_RIGHT, &words, 0.0);
    if next.on_hover_text("Ctrl+N").clicked() {
        actions.push(Action::Next);
    }
}

fn mark(ui: &mut Ui, palette: Palette) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(28.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(theme::CORNER), palette.accent);
    let font = theme::icons_filled(theme::ICON);
    paint_icon(ui, rect.center(), icons::LOCK_FILLED, font, palette.on_accent);
}

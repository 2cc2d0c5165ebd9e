//! The list of recordings that are there to be heard.

use egui::{
    Align, CornerRadius, Label, Layout, Response, RichText, Role, Sense, Ui, Vec2, WidgetInfo,
};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{focus_ring, icon_button, icon_label, muted};
use crate::call::CallCard;
use crate::queue::Item;
use crate::state::desk::DeskAction;
use crate::state::{Action, AppState};
use crate::texts::desk as words;

/// How wide the list is.
pub const WIDTH: f32 = 56.0 * theme::STEP;
const ROW_HEIGHT: f32 = 11.0 * theme::STEP;
/// The same in a narrow window.
pub const NARROW_WIDTH: f32 = 44.0 * theme::STEP;

/// Whether it is to be seen.
pub fn is_shown(state: &AppState) -> bool {
    state.settings.desk.shows_queue && state.queue.items().len() > 1
}

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = theme::STEP;
    ui.horizontal(|ui| {
        ui.label(RichText::new(words::QUEUE).font(theme::strong()));
        ui.label(heard_words(ui, state));
    });
    ui.add_space(theme::STEP);
    let items = state.queue.items();
    // Only what is seen is painted: a day's work may be thousands.
    let area = egui::ScrollArea::vertical().id_salt("queue").auto_shrink(false);
    area.show_rows(ui, ROW_HEIGHT, items.len(), |ui, seen| {
        for (index, item) in items.iter().enumerate().skip(seen.start).take(seen.len()) {
            row(ui, state, index, item, actions);
        }
    });
}

fn row(ui: &mut Ui, state: &AppState, index: usize, item: &Item, actions: &mut Vec<Action>) {
    let is_open = state.queue.current() == Some(index);
    let call = call_of(state, item, is_open);
    let title = call.title();
    let said = match (is_open, item.is_heard) {
        (true, _) => words::ROW_OPEN.with(&[("call", &title)]),
        (false, true) => words::ROW_HEARD.with(&[("call", &title)]),
        (false, false) => title.clone(),
    };
    let size = Vec2::new(ui.available_width(), ROW_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::STEP;
        if !is_open {
            take_out(ui, index, actions);
        }
        let response = name(ui, &call.lines(), &said, is_open, item.is_heard);
        if response.on_hover_text(call.file_name()).clicked() && !is_open {
            actions.push(Action::Desk(DeskAction::Pick(index)));
        }
    });
}

/// What is clicked to open it.
fn name(
    ui: &mut Ui,
    (title, when): &(String, Option<String>),
    said: &str,
    is_open: bool,
    is_heard: bool,
) -> Response {
    let size = Vec2::new(ui.available_width(), ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_open, said));
    ground(ui, &response, rect, is_open);
    let inner = rect.shrink2(Vec2::new(theme::GAP, 0.0));
    let layout = Layout::left_to_right(Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        let palette = Palette::of(ui);
        let (icon, colour) = match (is_open, is_heard) {
            (true, _) => (icons::WAVEFORM, palette.accent_text),
            (false, true) => (icons::CHECK_CIRCLE, palette.good),
            (false, false) => ("", palette.muted),
        };
        if !icon.is_empty() {
            icon_label(ui, icon, colour);
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(theme::STEP);
            let colour = if is_heard && !is_open { palette.muted } else { palette.text };
            let line = |words: RichText| Label::new(words).truncate().selectable(false);
            ui.add(line(RichText::new(title).color(colour)));
            ui.add(line(muted(ui, when.as_deref().unwrap_or_default())));
        });
    });
    focus_ring(ui, &response, rect, CornerRadius::same(theme::CORNER));
    response
}

fn ground(ui: &Ui, response: &Response, rect: egui::Rect, is_open: bool) {
    let palette = Palette::of(ui);
    let fill = match (is_open, response.hovered()) {
        (true, _) => palette.accent_soft,
        (false, true) => palette.raised_hover,
        (false, false) => return,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(theme::CORNER), fill);
}

fn take_out(ui: &mut Ui, index: usize, actions: &mut Vec<Action>) {
    let cross = icon_button(ui, icons::CROSS, &words::TAKE_OUT, 6.0 * theme::STEP);
    if cross.on_hover_text(words::TAKE_OUT.get()).clicked() {
        actions.push(Action::Desk(DeskAction::TakeOut(index)));
    }
}

/// What its name says; the one that is open may have got its name from its server.
fn call_of(state: &AppState, item: &Item, is_open: bool) -> CallCard {
    match state.call() {
        Some(call) if is_open && state.pending.is_none() => call.clone(),
        _ => state.card_of(item),
    }
}

/// How many are heard, for whoever works through a list.
fn heard_words(ui: &Ui, state: &AppState) -> RichText {
    let heard = state.queue.items().iter().filter(|item| item.is_heard).count();
    muted(ui, format!("{heard}/{}", state.queue.items().len()))
}

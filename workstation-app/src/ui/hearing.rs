//! The switches that make a call easier to hear, in one row.

use egui::{CornerRadius, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use super::icons;
use super::theme::{self, Palette};
use super::transport::with_key;
use super::widgets::{focus_ring, paint_icon};
use crate::audio::play::hearing::Side;
use crate::desk::Switch;
use crate::shortcuts::Shortcut;
use crate::state::desk::{DeskAction, Repeat};
use crate::state::{Action, AppState, Listening};
use crate::texts::{Text, desk as words};

const SMALL_ICON: f32 = 16.0;

/// Paints them.
pub fn show(ui: &mut Ui, state: &AppState, listening: &Listening, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        let between_rows = if theme::is_low(ui) { theme::STEP } else { theme::GAP };
        ui.spacing_mut().item_spacing = Vec2::new(theme::GAP, between_rows);
        ui.set_min_height(height(ui));
        let switches = [
            (
                Switch::SkipSilence,
                words::SKIP_SILENCE,
                words::SKIP_SILENCE_HINT,
                Shortcut::SkipSilence,
            ),
            (Switch::Level, words::LEVEL, words::LEVEL_HINT, Shortcut::Level),
            (Switch::Band, words::BAND, words::BAND_HINT, Shortcut::Band),
        ];
        for (switch, label, hint, shortcut) in switches {
            let is_on = state.settings.desk.is_on(switch);
            if chip(ui, "", &label, is_on, true)
                .on_hover_text(with_key(state, hint, shortcut))
                .clicked()
            {
                actions.push(Action::Desk(DeskAction::Toggle(switch)));
            }
        }
        repeat(ui, state, listening, actions);
        if listening.recording.pcm.channel_count() > 1 {
            sides(ui, state, actions);
            let hint = with_key(state, words::SWAP_HINT, Shortcut::Swap);
            let is_on = state.settings.desk.is_swapped;
            if chip(ui, icons::SWAP, &words::SWAP, is_on, true).on_hover_text(hint).clicked() {
                actions.push(Action::Desk(DeskAction::Toggle(Switch::Swap)));
            }
        }
    });
}

fn repeat(ui: &mut Ui, state: &AppState, listening: &Listening, actions: &mut Vec<Action>) {
    let (label, is_on) = match listening.repeat {
        Repeat::Off => (words::REPEAT, false),
        Repeat::From(_) => (words::REPEAT_SET_B, true),
        Repeat::Between(_) => (words::REPEAT_CLEAR, true),
    };
    let hint = with_key(state, words::REPEAT_HINT, Shortcut::Repeat);
    if chip(ui, icons::REPEAT, &label, is_on, true).on_hover_text(hint).clicked() {
        actions.push(Action::Desk(DeskAction::Repeat));
    }
}

/// Both, agent, customer, mixed: one of them is chosen.
fn sides(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let desk = &state.settings.desk;
    let choices: [(Side, &str, Text, Text); 4] = [
        (Side::Both, "", words::BOTH, words::BOTH_HINT),
        (desk.side_of(true), icons::HEADSET, words::AGENT, words::AGENT_HINT),
        (desk.side_of(false), icons::USER, words::CUSTOMER, words::CUSTOMER_HINT),
        (Side::Mixed, "", words::MIXED, words::MIXED_HINT),
    ];
    let width = choices.iter().map(|(_, icon, label, _)| chip_width(ui, icon, label)).sum();
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, height(ui)), Sense::hover());
    let layout = egui::Layout::left_to_right(egui::Align::Min);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (side, icon, label, hint) in choices {
            let response = chip(ui, icon, &label, desk.side == side, false);
            if response.on_hover_text(with_key(state, hint, Shortcut::Side)).clicked() {
                actions.push(Action::Desk(DeskAction::Side(side)));
            }
        }
    });
    let palette = Palette::of(ui);
    let corner = CornerRadius::same(theme::CORNER);
    let stroke = Stroke::new(1.0, palette.line_strong);
    ui.painter().rect_stroke(rect, corner, stroke, StrokeKind::Inside);
}

/// A switch: what is on is filled and says so; `is_alone` gives it an edge of its own.
pub fn chip(ui: &mut Ui, icon: &str, label: &str, is_on: bool, is_alone: bool) -> Response {
    let palette = Palette::of(ui);
    let galley =
        ui.painter().layout_no_wrap(label.to_owned(), theme::strong(), egui::Color32::PLACEHOLDER);
    let width = chip_width(ui, icon, label);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, height(ui)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_on, label));
    let corner = CornerRadius::same(theme::CORNER);
    let is_hot = response.hovered() || response.is_pointer_button_down_on();
    let (fill, text) = match (is_on, is_hot) {
        (true, false) => (palette.accent, palette.on_accent),
        (true, true) => (palette.accent_hover, palette.on_accent),
        (false, true) => (palette.raised_hover, palette.text),
        (false, false) => (palette.raised, palette.text),
    };
    let edge = if is_alone && !is_on { palette.line_strong } else { fill };
    ui.painter().rect(rect, corner, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let mut left = rect.left() + 3.0 * theme::STEP;
    if !icon.is_empty() {
        let centre = egui::Pos2::new(left + SMALL_ICON / 2.0, rect.center().y);
        paint_icon(ui, centre, icon, theme::icons(SMALL_ICON), text);
        left += SMALL_ICON + theme::STEP;
    }
    let top = egui::Pos2::new(left, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley_with_override_text_color(top, galley, text);
    focus_ring(ui, &response, rect, corner);
    response
}

fn height(ui: &Ui) -> f32 {
    if theme::is_low(ui) { 7.0 * theme::STEP } else { 8.0 * theme::STEP }
}

fn chip_width(ui: &Ui, icon: &str, label: &str) -> f32 {
    let galley =
        ui.painter().layout_no_wrap(label.to_owned(), theme::strong(), egui::Color32::PLACEHOLDER);
    let icon_width = if icon.is_empty() { 0.0 } else { SMALL_ICON + theme::STEP };
    (galley.size().x + icon_width + 6.0 * theme::STEP).ceil()
}

//! The bar on top: whose program this is, and what can be done with an open recording.

use egui::{Align, CornerRadius, Layout, Margin, RichText, Sense, Ui, Vec2};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{Emphasis, button, paint_icon, rule};
use crate::open::dialog::Wanted;
use crate::state::{Action, AppState, Screen};

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
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
                    buttons(ui, actions);
                }
            });
        });
    });
    rule(ui);
}

fn buttons(ui: &mut Ui, actions: &mut Vec<Action>) {
    let close = button(ui, Emphasis::Bare, icons::CROSS, "Close recording", 0.0);
    if close.on_hover_text("Ctrl+W").clicked() {
        actions.push(Action::Close);
    }
    let open = button(ui, Emphasis::Bare, icons::FOLDER, "Open another…", 0.0);
    if open.on_hover_text("Ctrl+O").clicked() {
        actions.push(Action::Ask(Wanted::Recording));
    }
}

fn mark(ui: &mut Ui, palette: Palette) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(28.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(theme::CORNER), palette.accent);
    let font = theme::icons_filled(theme::ICON);
    paint_icon(ui, rect.center(), icons::LOCK_FILLED, font, palette.on_accent);
}

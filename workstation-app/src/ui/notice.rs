//! One line under the bar on top: what just happened, until it is read.

use egui::{Align, Layout, Margin, RichText, Ui, Vec2};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{Emphasis, button, icon_button, icon_label, row_from_right};
use crate::call::CallCard;
use crate::open::source::Source;
use crate::state::{Action, AppState};
use crate::texts;

const DISMISS_WIDTH: f32 = 32.0;

/// Paints it, if there is one.
pub fn show(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    offered(ui, state, actions);
    if let Some(notice) = &state.notice
        && strip(ui, notice.is_bad, &notice.text, true)
    {
        actions.push(Action::DismissNotice);
    }
    if let Some(damaged) = state.damaged_keys.first() {
        let name = shared::recording::escaped(damaged.as_os_str().as_encoded_bytes());
        strip(ui, true, &texts::key_file_damaged(&name), false);
    }
}

/// What was downloaded, with a button that opens it.
fn offered(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    if state.offered.is_empty() {
        return;
    }
    let heading =
        |source: &Source| CallCard::of_name(&source.file_name(), &state.settings.desk).heading();
    let headings: Vec<String> = state.offered.iter().map(heading).collect();
    let margin = Margin::symmetric(theme::GROUP as i8 + 8, theme::GAP as i8);
    let palette = Palette::of(ui);
    egui::Frame::new().fill(palette.accent_soft).inner_margin(margin).show(ui, |ui| {
        row_from_right(ui, |ui| {
            if icon_button(ui, icons::CROSS, &texts::NOT_NOW, DISMISS_WIDTH).clicked() {
                actions.push(Action::DismissOffered);
            }
            if button(ui, Emphasis::Main, icons::FOLDER, &texts::OPEN, 0.0).clicked() {
                actions.push(Action::OpenOffered);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let words = RichText::new(texts::offered(&headings)).color(palette.text);
                ui.add(egui::Label::new(words).truncate());
            });
        });
    });
}

/// True when it was dismissed.
fn strip(ui: &mut Ui, is_bad: bool, words: &str, is_dismissable: bool) -> bool {
    let palette = Palette::of(ui);
    let (icon, text, fill) = if is_bad {
        (icons::WARNING_CIRCLE, palette.bad, palette.bad_soft)
    } else {
        (icons::CHECK_CIRCLE, palette.good, palette.good_soft)
    };
    let margin = Margin::symmetric(theme::GROUP as i8 + 8, theme::GAP as i8);
    let mut is_dismissed = false;
    egui::Frame::new().fill(fill).inner_margin(margin).show(ui, |ui| {
        let words = RichText::new(words).color(text);
        let width = ui.available_width() - theme::ICON - DISMISS_WIDTH - 2.0 * theme::GAP;
        // The row must know its height before the icon is placed in its middle.
        let height = text_height(ui, words.clone(), width).max(DISMISS_WIDTH);
        let row = Vec2::new(ui.available_width(), height);
        ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
            icon_label(ui, icon, text);
            let column = Vec2::new(width, height);
            ui.allocate_ui_with_layout(column, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(width);
                ui.add(egui::Label::new(words).wrap());
            });
            if is_dismissable {
                is_dismissed =
                    icon_button(ui, icons::CROSS, &texts::DISMISS, DISMISS_WIDTH).clicked();
            }
        });
    });
    is_dismissed
}

fn text_height(ui: &Ui, words: RichText, width: f32) -> f32 {
    let wrap = Some(egui::TextWrapMode::Wrap);
    egui::WidgetText::from(words).into_galley(ui, wrap, width, egui::TextStyle::Body).size().y
}

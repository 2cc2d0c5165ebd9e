//! Nothing is open: what to do first, and which key this workstation holds.

use std::time::{Duration, Instant};

use egui::{Align, Layout, RichText, Ui};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{self, Emphasis, badge, button, centred_card, icon_label, muted};
use crate::keys::KeyCard;
use crate::open::dialog::Wanted;
use crate::state::{Action, AppState};

/// Work shorter than this is not worth a word.
const PATIENCE: Duration = Duration::from_millis(300);

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, now: Instant, actions: &mut Vec<Action>) {
    if let Some(pending) = &state.pending {
        if now.saturating_duration_since(pending.since) > PATIENCE {
            centred_card(ui, "reading", |ui| reading(ui, &pending.selected.call.heading));
        }
        return;
    }
    centred_card(ui, "empty", |ui| {
        let palette = Palette::of(ui);
        badge(ui, icons::WAVEFORM, palette.accent_text, palette.accent_soft);
        ui.vertical_centered(|ui| {
            ui.label(RichText::new("Listen to a sealed recording").font(theme::large()));
            ui.label(RichText::new("Drop it on this window, or choose it").color(palette.muted));
        });
        ui.add_space(theme::GROUP);
        let width = ui.available_width();
        let open = button(ui, Emphasis::Main, icons::FOLDER, "Open a recording…", width);
        if open.on_hover_text("Ctrl+O").clicked() {
            actions.push(Action::Ask(Wanted::Recording));
        }
        ui.add_space(theme::GAP);
        widgets::rule(ui);
        ui.add_space(theme::GAP);
        keys(ui, state, actions);
    });
}

fn reading(ui: &mut Ui, heading: &str) {
    ui.label(RichText::new(heading).font(theme::large()));
    ui.horizontal(|ui| {
        ui.spinner();
        ui.label("Reading the file");
    });
}

fn keys(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    if state.held.is_empty() {
        ui.vertical_centered(|ui| {
            ui.label(muted(
                ui,
                "This workstation holds no key yet. Recordings are sealed for a key.",
            ));
        });
        let width = ui.available_width();
        if button(ui, Emphasis::Quiet, icons::KEY, "Bring your key…", width).clicked() {
            actions.push(Action::Ask(Wanted::Key));
        }
        return;
    }
    let row = egui::Vec2::new(ui.available_width(), 7.0 * theme::STEP);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        if widgets::text_button(ui, icons::PLUS, "Add a key…", false).clicked() {
            actions.push(Action::Ask(Wanted::Key));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            icon_label(ui, icons::KEY, palette.muted);
            let names: Vec<&str> = state.held.iter().map(KeyCard::name).collect();
            ui.add(egui::Label::new(muted(ui, held_words(&names))).truncate());
        });
    });
}

fn held_words(owners: &[&str]) -> String {
    match owners {
        [owner] => format!("Key of {owner}"),
        [owner, others @ ..] => format!("Key of {owner}, and {} more", others.len()),
        [] => String::new(),
    }
}

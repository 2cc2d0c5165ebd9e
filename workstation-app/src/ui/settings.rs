//! What a person may choose, and which sites are known.

use egui::{Align, Label, Layout, RichText, Ui};

use super::icons;
use super::theme;
use super::widgets::{self, Emphasis, button, centred_card, muted, row_from_right, text_button};
use crate::state::{Action, AppState};

/// Paints them in place of whatever is open.
pub fn show(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    centred_card(ui, "settings", |ui| {
        ui.label(RichText::new("Settings").font(theme::large()));
        ui.add_space(theme::GAP);
        switches(ui, state, actions);
        ui.add_space(theme::GAP);
        widgets::rule(ui);
        ui.add_space(theme::GAP);
        sites(ui, state, actions);
        ui.add_space(theme::GROUP);
        let width = ui.available_width();
        let done = button(ui, Emphasis::Main, icons::CHECK_CIRCLE, "Done", width);
        if done.on_hover_text("Esc").clicked() {
            actions.push(Action::ToggleSettings);
        }
    });
}

fn switches(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let mut settings = state.settings.clone();
    ui.label(RichText::new("Downloads").font(theme::strong()));
    ui.checkbox(&mut settings.offers_downloads, "Offer new recordings in my Downloads folder");
    let words = "Remove a sealed file from there once it was heard to its end";
    ui.checkbox(&mut settings.removes_heard, words);
    if settings != state.settings {
        actions.push(Action::Settings(settings));
    }
}

fn sites(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.label(RichText::new("Where recordings come from").font(theme::strong()));
    let mut sites: Vec<&String> = state.settings.hosts.iter().chain(&state.settings.kept).collect();
    sites.sort();
    sites.dedup();
    if sites.is_empty() {
        ui.label(muted(ui, "No site yet. It is asked when a web page hands over a link."));
    }
    for site in sites {
        row_from_right(ui, |ui| {
            let forget = text_button(ui, icons::CROSS, "Forget", false);
            if forget.on_hover_text(format!("Ask again about {site}")).clicked() {
                actions.push(Action::ForgetSite(site.clone()));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let is_kept = state.settings.kept.contains(site);
                let words = if is_kept { format!("{site}, sign-in kept") } else { site.clone() };
                ui.add(Label::new(words).truncate());
            });
        });
    }
}

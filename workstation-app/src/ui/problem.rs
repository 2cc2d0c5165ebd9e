//! A recording cannot be opened: what it is, what to do, one button that does it.

use egui::{RichText, Ui};

use super::View;
use super::icons;
use super::locked::shown_id;
use super::theme::{self, Palette};
use super::widgets::{self, Emphasis, badge, button, centred_card, details, icon_label};
use crate::keys::KeyCard;
use crate::state::{Action, AppState, ProblemScreen};
use crate::texts::Remedy;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    problem: &ProblemScreen,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let words = problem.failure.words();
    centred_card(ui, "problem", |ui| {
        let palette = Palette::of(ui);
        let icon = match words.remedy {
            Remedy::BringKey => icons::KEY,
            Remedy::OpenAnother | Remedy::TryAgain => icons::FILE_X,
        };
        badge(ui, icon, palette.bad, palette.bad_soft);
        ui.add_space(theme::GAP);
        ui.vertical_centered(|ui| {
            ui.add(egui::Label::new(RichText::new(words.title).font(theme::large())).wrap());
            ui.add(egui::Label::new(RichText::new(words.advice).color(palette.muted)).wrap());
        });
        ui.add_space(theme::GAP);
        if words.remedy == Remedy::BringKey {
            held(ui, &state.held);
        }
        if remedy_button(ui, words.remedy) {
            actions.push(Action::Remedy(words.remedy));
        }
        ui.add_space(theme::GAP);
        details(ui, &mut view.is_details_open, &detail_text(state, problem));
    });
}

fn remedy_button(ui: &mut Ui, remedy: Remedy) -> bool {
    let (icon, words) = match remedy {
        Remedy::BringKey => (icons::KEY, "Bring your key…"),
        Remedy::OpenAnother => (icons::FOLDER, "Open another recording…"),
        Remedy::TryAgain => (icons::FORWARD, "Try again"),
    };
    let width = ui.available_width();
    button(ui, Emphasis::Main, icon, words, width).clicked()
}

fn held(ui: &mut Ui, held: &[KeyCard]) {
    let palette = Palette::of(ui);
    widgets::rule(ui);
    ui.add_space(theme::GAP);
    let heading = if held.is_empty() {
        "This workstation holds no key yet"
    } else {
        "This workstation holds"
    };
    ui.label(RichText::new(heading).font(theme::strong()));
    for key in held {
        ui.horizontal_top(|ui| {
            icon_label(ui, icons::KEY, palette.muted);
            let owner = RichText::new(&key.owner).color(palette.muted);
            ui.add(egui::Label::new(owner).wrap());
        });
    }
    ui.add_space(theme::GAP);
}

fn detail_text(state: &AppState, problem: &ProblemScreen) -> String {
    let mut lines = vec![format!("File: {}", state.call().map_or("", |call| &call.file_name))];
    if let Some(word) = problem.failure.word() {
        lines.push(format!("Problem: {word}"));
    }
    if !problem.failure.detail.is_empty() && problem.sealed_to.is_empty() {
        lines.push(format!("Cause: {}", problem.failure.detail));
    }
    lines.extend(
        problem.sealed_to.iter().map(|key_id| format!("Sealed for key {}", shown_id(key_id))),
    );
    lines.extend(
        state
            .held
            .iter()
            .map(|key| format!("Held: key {} of {}", key.key_ids.join(", "), key.owner)),
    );
    lines.join("\n")
}

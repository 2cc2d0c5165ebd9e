//! A recording cannot be opened: what it is, what to do, one button that does it.

use egui::{Response, RichText, Ui};

use super::View;
use super::theme::{self, Palette};
use super::widgets::{self, Emphasis, badge, button, centred_card, icon_label, muted};
use super::{details, icons};
use crate::keys::KeyCard;
use crate::state::{Action, AppState, ProblemScreen};
use crate::texts::{self, Remedy};

/// More held keys would push the button out of the window.
const KEYS_SHOWN: usize = 2;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    problem: &ProblemScreen,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let words = problem.failure.words();
    let is_new = view.attempt != problem.attempt;
    view.attempt = problem.attempt;
    centred_card(ui, "problem", |ui| {
        let palette = Palette::of(ui);
        let icon = match words.remedy {
            Remedy::BringKey => icons::KEY,
            Remedy::OpenAnother | Remedy::TryAgain => icons::FILE_X,
        };
        badge(ui, icon, palette.bad, palette.bad_soft);
        ui.vertical_centered(|ui| {
            ui.add(egui::Label::new(RichText::new(words.title).font(theme::large())).wrap());
            if let Some(kind) = problem.failure.named_kind() {
                ui.add(egui::Label::new(RichText::new(kind).font(theme::strong())).wrap());
            }
            ui.add(egui::Label::new(RichText::new(words.advice).color(palette.muted)).wrap());
        });
        ui.add_space(theme::GAP);
        if words.remedy == Remedy::BringKey {
            held(ui, &state.held);
        }
        let remedy = remedy_button(ui, words.remedy);
        if is_new {
            remedy.request_focus();
        }
        if remedy.clicked() {
            actions.push(Action::Remedy(words.remedy));
        }
        ui.add_space(theme::GAP);
        widgets::details(ui, &mut view.details, &details::of_problem(state, problem));
    });
}

fn remedy_button(ui: &mut Ui, remedy: Remedy) -> Response {
    let (icon, words) = match remedy {
        Remedy::BringKey => (icons::KEY, texts::BRING_YOUR_KEY),
        Remedy::OpenAnother => (icons::FOLDER, texts::OPEN_ANOTHER_RECORDING),
        Remedy::TryAgain => (icons::FORWARD, texts::TRY_AGAIN),
    };
    let width = ui.available_width();
    button(ui, Emphasis::Main, icon, &words, width)
}

fn held(ui: &mut Ui, held: &[KeyCard]) {
    let palette = Palette::of(ui);
    widgets::rule(ui);
    ui.add_space(theme::GAP);
    let heading = if held.is_empty() { texts::NO_KEY_HELD } else { texts::THIS_WORKSTATION_HOLDS };
    ui.label(RichText::new(heading).font(theme::strong()));
    for key in held.iter().take(KEYS_SHOWN) {
        ui.horizontal_top(|ui| {
            icon_label(ui, icons::KEY, palette.muted);
            let owner = RichText::new(&key.owner).color(palette.muted);
            ui.add(egui::Label::new(owner).wrap());
        });
    }
    match held.len().saturating_sub(KEYS_SHOWN) {
        0 => {}
        1 => drop(ui.label(muted(ui, texts::ONE_MORE_IN_DETAILS))),
        more => drop(ui.label(muted(ui, texts::MORE_IN_DETAILS.with(&[("count", &more)])))),
    }
    ui.add_space(theme::GAP);
}

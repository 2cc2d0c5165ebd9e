//! May recordings come from this host? Asked once, because any web page can hand over a link.

use egui::{Label, RichText, Ui};

use super::View;
use super::icons;
use super::theme::{self, Palette};
use super::widgets::{Emphasis, badge, button, centred_card, marked};
use crate::open::source::Source;
use crate::state::{Action, AppState, HostScreen};
use crate::texts;

/// Paints the question.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    host: &HostScreen,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let is_new = view.attempt != host.attempt;
    view.attempt = host.attempt;
    centred_card(ui, "host", |ui| {
        let palette = Palette::of(ui);
        badge(ui, icons::SHIELD, palette.accent_text, palette.accent_soft);
        ui.vertical_centered(|ui| {
            let question = texts::host_question(&host.host);
            ui.add(Label::new(RichText::new(question).font(theme::large())).wrap());
            ui.add(Label::new(RichText::new(texts::HOST_ADVICE).color(palette.muted)).wrap());
        });
        if is_open(state) {
            ui.add_space(theme::GAP);
            marked(ui, icons::WARNING_CIRCLE, &texts::OPEN_HOST, palette.bad);
        }
        ui.add_space(theme::GROUP);
        let width = ui.available_width();
        if button(ui, Emphasis::Main, icons::CHECK_CIRCLE, &texts::YES_OPEN_THEM, width).clicked() {
            actions.push(Action::TrustHost);
        }
        // Whoever presses Enter without reading has said no.
        let no = button(ui, Emphasis::Quiet, icons::CROSS, &texts::NO_DO_NOT, width);
        if is_new {
            no.request_focus();
        }
        if no.clicked() {
            actions.push(Action::Close);
        }
    });
}

/// Whether others on the network can read what the link brings, and put another recording in its place.
fn is_open(state: &AppState) -> bool {
    let source = state.selected.as_ref().map(|selected| &selected.source);
    matches!(source, Some(Source::Link(link)) if link.address().scheme() == "http")
}

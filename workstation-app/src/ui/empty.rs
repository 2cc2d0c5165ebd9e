//! Nothing is open: what to do first, and which key this workstation holds.

use egui::{Align, Layout, RichText, Role, TextEdit, Ui, Vec2, WidgetInfo};

use super::View;
use super::icons;
use super::theme::{self, Palette};
use super::widgets::{self, Emphasis, badge, button, centred_card, icon_label, muted};
use crate::keys::KeyCard;
use crate::open::dialog::Wanted;
use crate::state::{Action, AppState, Place};
use crate::texts;

/// Longer ones are no links to recordings.
const LINK_OCTETS: usize = 8 << 10;

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, view: &mut View, actions: &mut Vec<Action>) {
    centred_card(ui, "empty", |ui| {
        let palette = Palette::of(ui);
        badge(ui, icons::WAVEFORM, palette.accent_text, palette.accent_soft);
        ui.vertical_centered(|ui| {
            ui.label(RichText::new(texts::LISTEN_TO_A_RECORDING).font(theme::large()));
            ui.label(RichText::new(texts::DROP_OR_CHOOSE).color(palette.muted));
        });
        ui.add_space(theme::GROUP);
        let width = ui.available_width();
        let open = button(ui, Emphasis::Main, icons::FOLDER, &texts::OPEN_A_RECORDING, width);
        if open.on_hover_text("Ctrl+O").clicked() {
            actions.push(Action::Ask(Wanted::Recording));
        }
        link(ui, &mut view.link, actions);
        ui.add_space(theme::GAP);
        widgets::rule(ui);
        ui.add_space(theme::GAP);
        keys(ui, state, actions);
    });
}

/// A link is opened with Enter, and at once when it is pasted.
fn link(ui: &mut Ui, text: &mut String, actions: &mut Vec<Action>) {
    let field = TextEdit::singleline(text)
        .hint_text(texts::PASTE_THE_LINK.get())
        .char_limit(LINK_OCTETS)
        .min_size(Vec2::new(0.0, theme::CONTROL_HEIGHT))
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(f32::INFINITY);
    let field = ui.add(field);
    field.widget_info(|| {
        let mut info = WidgetInfo::new(Role::TextInput);
        info.label = Some(texts::LINK_TO_A_RECORDING.into());
        info
    });
    let is_pasted =
        ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Paste(_))));
    let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let is_given = is_entered || (field.changed() && is_pasted);
    if is_given && !text.trim().is_empty() {
        actions.push(Action::OpenText(std::mem::take(text)));
    }
}

fn keys(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    if state.held.is_empty() {
        ui.vertical_centered(|ui| {
            ui.label(muted(ui, texts::NO_KEY_YET));
        });
        let width = ui.available_width();
        let words = texts::BRING_OR_MAKE_KEY;
        if button(ui, Emphasis::Quiet, icons::KEY, &words, width).clicked() {
            actions.push(Action::Show(Place::Keys));
        }
        return;
    }
    let row = Vec2::new(ui.available_width(), 7.0 * theme::STEP);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        let keys = widgets::text_button(ui, icons::KEY, &texts::KEYS_ELLIPSIS, false);
        if keys.on_hover_text("Ctrl+K").clicked() {
            actions.push(Action::Show(Place::Keys));
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
        [owner] => texts::KEY_OF.with(&[("owner", owner)]),
        [owner, _] => texts::KEY_OF_AND_ONE_MORE.with(&[("owner", owner)]),
        [owner, others @ ..] => {
            texts::KEY_OF_AND_MORE.with(&[("owner", owner), ("count", &others.len())])
        }
        [] => String::new(),
    }
}

//! The marks that were set in a recording, with what was noted.

use egui::{Align, Layout, RichText, TextEdit, Ui};

use super::icons;
use super::listening::word_button;
use super::theme;
use super::transport::with_key;
use super::widgets::{Emphasis, button, icon_button, muted};
use super::{View, widgets};
use crate::call::clock;
use crate::marks::{MOST_OCTETS, Mark};
use crate::shortcuts::Shortcut;
use crate::state::desk::DeskAction;
use crate::state::{Action, AppState};
use crate::texts::{desk as words, keys_in_words};

/// How wide the list is.
pub const WIDTH: f32 = 64.0 * theme::STEP;
/// The same in a narrow window.
pub const NARROW_WIDTH: f32 = 52.0 * theme::STEP;

/// Whether it is to be seen.
pub fn is_shown(state: &AppState) -> bool {
    let has_marks = state.marks().is_some_and(|marks| !marks.all().is_empty());
    state.settings.desk.shows_marks && has_marks
}

/// What belongs to the list alone.
#[derive(Debug, Default)]
pub struct NotesView {
    /// The mark whose remark was given the focus.
    focused: Option<u64>,
    is_copied: bool,
}

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, view: &mut View, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = theme::STEP;
    let marks = state.marks().map(|marks| marks.all()).unwrap_or_default();
    widgets::row_from_right(ui, |ui| {
        if !marks.is_empty() {
            copy(ui, state, view);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(RichText::new(words::MARKS).font(theme::strong()));
        });
    });
    if marks.is_empty() {
        ui.add(egui::Label::new(muted(ui, none_yet(state))).wrap());
    }
    let room = (ui.available_height() - 12.0 * theme::STEP).max(0.0);
    egui::ScrollArea::vertical().id_salt("marks").max_height(room).show(ui, |ui| {
        for mark in marks {
            row(ui, state, mark, view, actions);
        }
    });
    ui.add(egui::Label::new(muted(ui, words::MARKS_KEPT)).wrap());
}

fn none_yet(state: &AppState) -> String {
    match state.settings.desk.keys.chord(Shortcut::Mark) {
        Some(key) => words::MARKS_NONE.with(&[("key", &keys_in_words(key))]),
        None => words::MARKS_NONE_KEYLESS.into(),
    }
}

fn copy(ui: &mut Ui, state: &AppState, view: &mut View) {
    // A clipboard shows nothing: without a word people press again and again.
    let (icon, label) = if view.notes.is_copied {
        (icons::CHECK_CIRCLE, words::MARKS_COPIED)
    } else {
        (icons::COPY, words::MARKS_COPY)
    };
    if button(ui, Emphasis::Bare, icon, &label, 0.0).clicked() {
        let text = state.marks().map(|marks| marks.as_text()).unwrap_or_default();
        ui.ctx().copy_text(text);
        view.notes.is_copied = true;
    }
}

fn row(ui: &mut Ui, state: &AppState, mark: &Mark, view: &mut View, actions: &mut Vec<Action>) {
    let time = clock(mark.at);
    widgets::row_from_right(ui, |ui| {
        ui.spacing_mut().item_spacing.x = theme::STEP;
        let label = words::MARK_REMOVE.with(&[("time", &time)]);
        let remove = icon_button(ui, icons::TRASH, &label, 8.0 * theme::STEP);
        if remove.on_hover_text(&label).clicked() {
            actions.push(Action::Desk(DeskAction::RemoveMark(mark.number)));
            view.notes.is_copied = false;
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            go(ui, mark, &time, actions);
        });
    });
    text(ui, state, mark, &time, view, actions);
    ui.add_space(theme::GAP);
}

fn go(ui: &mut Ui, mark: &Mark, time: &str, actions: &mut Vec<Action>) {
    let label = words::MARK_GO.with(&[("time", &time)]);
    let shown = egui::Button::new(RichText::new(time).font(theme::figures(theme::BODY)))
        .frame(false)
        .min_size(egui::Vec2::new(0.0, theme::CONTROL_HEIGHT));
    let go = ui.add(shown);
    go.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &label));
    widgets::focus_ring(ui, &go, go.rect, egui::CornerRadius::same(theme::CORNER));
    if go.on_hover_text(&label).clicked() {
        actions.push(Action::Seek(mark.at));
    }
}

fn text(
    ui: &mut Ui,
    state: &AppState,
    mark: &Mark,
    time: &str,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let mut noted = mark.text.clone();
    let field = TextEdit::singleline(&mut noted)
        .hint_text(words::MARK_HINT.get())
        .char_limit(MOST_OCTETS)
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    let label = words::MARK_TEXT.with(&[("time", &time)]);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
    if response.changed() {
        actions.push(Action::Desk(DeskAction::WriteMark(mark.number, noted)));
        view.notes.is_copied = false;
    }
    let is_wanted = state.mark_to_write == Some(mark.number);
    if is_wanted && view.notes.focused != Some(mark.number) {
        view.notes.focused = Some(mark.number);
        view.notes.is_copied = false;
        response.request_focus();
    }
}

/// What the button that shows and hides the list says.
pub fn fold_words(is_open: bool) -> String {
    let label = if is_open { words::MARKS_HIDE } else { words::MARKS_SHOW };
    label.into()
}

/// The button that sets a mark.
pub fn set(ui: &mut Ui, state: &AppState, is_wide: bool, actions: &mut Vec<Action>) {
    let set = word_button(ui, is_wide, icons::FLAG, &words::MARK);
    if set.on_hover_text(with_key(state, words::MARK, Shortcut::Mark)).clicked() {
        actions.push(Action::Desk(DeskAction::Mark));
    }
}

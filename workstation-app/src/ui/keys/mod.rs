//! The view of keys: which are held, how one is made, brought, kept, handed out, and forgotten.

mod forms;
mod gnupg;
mod hand_out;
mod list;
mod make;
mod one;

use std::time::{Duration, Instant};

use egui::{Label, RichText, Role, TextEdit, Ui, Vec2, WidgetInfo};

use super::passphrase::{PassphraseText, TypedGuard};
use super::theme::{self, Palette};
use super::widgets::{Emphasis, button, marked, progress, rule};
use super::{View, icons};
use crate::keys::phrase::Strength;
use crate::state::key_steps::{KeyAction, KeyStep};
use crate::state::{Action, AppState};
use crate::texts;

/// What is typed in the forms.
pub struct KeyForms {
    attempt: u64,
    is_new: bool,
    /// Something was typed that cannot be right; it is said before anything is done.
    complaint: Option<String>,
    name: String,
    address: String,
    is_rsa: bool,
    years: u32,
    confirmation: String,
    /// A key is to be withdrawn whose passphrase nobody knows.
    is_forgotten: bool,
    /// The present passphrase of a key, or the one of a file.
    present: PassphraseText,
    /// The next one.
    next: PassphraseText,
    /// The next one once more.
    again: PassphraseText,
    /// The next one was offered, and is shown so that it can be written down.
    is_offered: bool,
    strength: Option<Strength>,
    measured: u64,
}

impl KeyForms {
    /// Nothing typed; all fields take their characters from `guard`.
    pub fn new(guard: &TypedGuard) -> Self {
        let text = || PassphraseText::new(guard.clone());
        Self {
            attempt: 0,
            is_new: false,
            complaint: None,
            name: String::new(),
            address: String::new(),
            is_rsa: false,
            years: crate::keys::create::DEFAULT_YEARS,
            confirmation: String::new(),
            is_forgotten: false,
            present: text(),
            next: text(),
            again: text(),
            is_offered: false,
            strength: None,
            measured: 0,
        }
    }

    /// Wipes what was typed for another page, or before a lock.
    fn follow(&mut self, attempt: u64, keeps_words: bool) {
        self.is_new = self.attempt != attempt;
        if !self.is_new {
            return;
        }
        self.wipe();
        self.attempt = attempt;
        if !keeps_words {
            self.name.clear();
            self.address.clear();
            self.is_rsa = false;
        }
    }

    /// Wipes every passphrase.
    pub fn wipe(&mut self) {
        if self.attempt == 0 {
            return;
        }
        self.attempt = 0;
        for text in [&mut self.present, &mut self.next, &mut self.again] {
            // Dropped at once, and with it wiped.
            text.take_passphrase();
        }
        self.confirmation.clear();
        self.is_forgotten = false;
        self.complaint = None;
        self.is_offered = false;
        self.strength = None;
    }
}

/// Paints the page in place of whatever is open.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    view: &mut View,
    now: Instant,
    actions: &mut Vec<Action>,
) {
    let forms = &mut view.keys;
    forms.follow(state.keys.attempt, state.keys.error.is_some());
    ui.add_enabled_ui(!state.keys.is_busy, |ui| {
        let mut done = Vec::new();
        match &state.keys.step {
            KeyStep::List => list::show(ui, state, forms.is_new, actions, &mut done),
            KeyStep::Make => make::show(ui, state, forms, &mut done),
            KeyStep::HandOut { fingerprint, why } => {
                let is_new = forms.is_new;
                hand_out::show(ui, state, (fingerprint, *why), is_new, &mut done);
            }
            KeyStep::Gnupg(candidates) => {
                gnupg::show_list(ui, state, candidates, forms.is_new, &mut done);
            }
            KeyStep::TakeOver(candidate) => {
                gnupg::show_one(ui, state, candidate, forms, &mut done);
            }
            KeyStep::One(fingerprint) => one::show(ui, state, fingerprint, forms.is_new, &mut done),
            KeyStep::Passphrase(fingerprint) => {
                forms::show_passphrase(ui, state, fingerprint, forms, &mut done);
            }
            KeyStep::Extend(fingerprint) => {
                forms::show_extend(ui, state, fingerprint, forms, &mut done);
            }
            KeyStep::TestBackup { fingerprint, path } => {
                forms::show_test(ui, state, (fingerprint, path), forms, &mut done);
            }
            KeyStep::Revoke(fingerprint) => {
                forms::show_revoke(ui, state, fingerprint, forms, &mut done);
            }
            KeyStep::Delete(fingerprint) => {
                forms::show_delete(ui, state, fingerprint, forms, &mut done);
            }
        }
        actions.extend(done.into_iter().map(Action::Keys));
    });
    if state.keys.is_busy {
        busy(ui, state.keys.attempt, now);
    }
}

/// A strip at the bottom that moves: an RSA key takes its time.
fn busy(ui: &Ui, attempt: u64, now: Instant) {
    let id = egui::Id::unique("keys busy").with(attempt);
    let since = ui.data_mut(|data| *data.get_temp_mut_or_insert_with(id, || now));
    let elapsed = now.saturating_duration_since(since);
    let rect = ui.ctx().content_rect();
    let area = egui::Area::new(id.with("area"))
        .fixed_pos(rect.left_bottom() - Vec2::new(0.0, theme::GAP))
        .interactable(false);
    area.show(ui.ctx(), |ui| {
        ui.set_width(rect.width());
        progress(ui, None, &texts::WORKING_WITH_KEY, elapsed);
    });
    ui.ctx().request_repaint_after(Duration::from_millis(66));
}

/// The heading of a page, and what is said under it.
fn heading(ui: &mut Ui, title: &str, advice: &str) {
    ui.add(Label::new(RichText::new(title).font(theme::large())).wrap());
    if !advice.is_empty() {
        let colour = Palette::of(ui).muted;
        ui.add(Label::new(RichText::new(advice).color(colour)).wrap());
    }
    ui.add_space(theme::GAP);
}

/// What went well or wrong, above what is to be done next.
fn outcome(ui: &mut Ui, state: &AppState, complaint: Option<&String>) {
    let palette = Palette::of(ui);
    if let Some(error) = complaint.or(state.keys.error.as_ref()) {
        marked(ui, icons::WARNING_CIRCLE, error, palette.bad);
        ui.add_space(theme::GAP);
    } else if let Some(done) = &state.keys.done {
        marked(ui, icons::CHECK_CIRCLE, done, palette.accent_text);
        ui.add_space(theme::GAP);
    }
}

/// A line above a field, and the field; `label` is what a screen reader says.
fn text_field(ui: &mut Ui, label: &str, hint: &str, text: &mut String) -> egui::Response {
    ui.label(RichText::new(label).font(theme::strong()));
    let field = TextEdit::singleline(text)
        .id(ui.make_persistent_id(label))
        .hint_text(hint)
        .char_limit(200)
        .min_size(Vec2::new(0.0, theme::CONTROL_HEIGHT))
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(f32::INFINITY);
    let field = ui.add(field);
    field.widget_info(|| {
        let mut info = WidgetInfo::new(Role::TextInput);
        info.label = Some(label.to_owned());
        info
    });
    field
}

/// The button that does it, and the way back. True if it was pressed, or Enter in a field.
fn buttons(
    ui: &mut Ui,
    icon: &str,
    words: &str,
    is_entered: bool,
    done: &mut Vec<KeyAction>,
) -> bool {
    ui.add_space(theme::GAP);
    let width = ui.available_width();
    let go =
        button(ui, Emphasis::Main, icon, words, width).on_hover_text(texts::ENTER_KEY).clicked();
    back(ui, &texts::BACK, done);
    go || is_entered
}

fn back(ui: &mut Ui, words: &str, done: &mut Vec<KeyAction>) {
    let width = ui.available_width();
    let back = button(ui, Emphasis::Quiet, "", words, width);
    if back.on_hover_text("Esc").clicked() {
        done.push(KeyAction::Back);
    }
}

fn is_entered(ui: &Ui, fields: &[&egui::Response]) -> bool {
    let is_left = fields.iter().any(|field| field.lost_focus());
    is_left && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

fn gap(ui: &mut Ui) {
    ui.add_space(theme::GAP);
    rule(ui);
    ui.add_space(theme::GAP);
}

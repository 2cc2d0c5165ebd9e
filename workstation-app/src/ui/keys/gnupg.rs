//! Which keys does Kleopatra or GnuPG hold, and how does one come over?

use egui::{Label, RichText, Ui};

use super::super::theme;
use super::super::widgets::{Emphasis, button, centred_card, muted};
use super::super::{icons, secret_field};
use super::{KeyForms, back, buttons, heading, is_entered, outcome};
use crate::keys::from_gnupg::Candidate;
use crate::keys::name_of;
use crate::keys::task::KeyTask;
use crate::state::AppState;
use crate::state::key_steps::{KeyAction, KeyStep};
use crate::texts;

/// Paints what there is.
pub fn show_list(
    ui: &mut Ui,
    state: &AppState,
    candidates: &[Candidate],
    is_new: bool,
    done: &mut Vec<KeyAction>,
) {
    centred_card(ui, "gnupg keys", |ui| {
        heading(ui, &texts::KEYS_OF_GNUPG, &texts::KEYS_OF_GNUPG_ADVICE);
        outcome(ui, state, None);
        if candidates.is_empty() {
            ui.add(Label::new(texts::GNUPG_HOLDS_NONE).wrap());
        }
        for candidate in candidates {
            row(ui, candidate, done);
        }
        ui.add_space(theme::GAP);
        back(ui, &texts::BACK, done);
    });
    if is_new {
        // The first thing that can be chosen.
        ui.memory_mut(|memory| memory.move_focus(egui::FocusDirection::Next));
    }
}

fn row(ui: &mut Ui, candidate: &Candidate, done: &mut Vec<KeyAction>) {
    let name = name_of(&candidate.key.owner);
    match &candidate.stays {
        Some(reason) => {
            ui.add(Label::new(RichText::new(name).font(theme::strong())).truncate());
            ui.add(Label::new(muted(ui, reason.as_str())).wrap());
        }
        None => {
            let width = ui.available_width();
            if button(ui, Emphasis::Quiet, icons::KEY, name, width).clicked() {
                done.push(KeyAction::Go(KeyStep::TakeOver(candidate.clone())));
            }
            let owner = &candidate.key.owner;
            let words = match candidate.is_held {
                true => texts::HELD_HERE_ALREADY.with(&[("owner", owner)]),
                false => owner.clone(),
            };
            ui.add(Label::new(muted(ui, words)).wrap());
        }
    }
    ui.add_space(theme::GAP);
}

/// Paints the question for the passphrase that the key has there.
pub fn show_one(
    ui: &mut Ui,
    state: &AppState,
    candidate: &Candidate,
    forms: &mut KeyForms,
    done: &mut Vec<KeyAction>,
) {
    centred_card(ui, "take over", |ui| {
        let owner = name_of(&candidate.key.owner);
        let title = texts::TAKE_OVER_KEY_OF.with(&[("owner", &owner)]);
        heading(ui, &title, &texts::TAKE_OVER_ADVICE);
        outcome(ui, state, None);
        ui.label(RichText::new(texts::PASSPHRASE).font(theme::strong()));
        let is_wrong = state.keys.error.is_some();
        let field = secret_field::show(ui, &mut forms.present, &texts::PASSPHRASE, is_wrong);
        if forms.is_new {
            field.request_focus();
        }
        forms.present.set_wanted(field.has_focus());
        let is_entered = is_entered(ui, &[&field]);
        if buttons(ui, icons::KEY, &texts::TAKE_IT_OVER, is_entered, done) {
            // A key without a passphrase is told from one whose passphrase was not typed by GnuPG.
            let passphrase = forms.present.take_passphrase();
            let fingerprint = candidate.key.fingerprint.clone();
            done.push(KeyAction::Do(KeyTask::TakeOver { fingerprint, passphrase }));
        }
    });
}

//! What must be typed before a key is changed, tested, withdrawn or forgotten?

use std::path::Path;

use egui::{RichText, Ui};

use super::super::settings::choice;
use super::super::theme;
use super::super::widgets::{centred_card, text_button};
use super::super::{icons, secret_field};
use super::make::{Wrong, new_passphrase, taken};
use super::{KeyForms, buttons, heading, is_entered, outcome, text_field};
use crate::keys::task::KeyTask;
use crate::state::AppState;
use crate::state::key_steps::KeyAction;
use crate::texts;

/// For so many years a key is extended.
const YEARS: [u32; 4] = [1, 2, 3, 5];

/// The present passphrase of a key.
fn present(ui: &mut Ui, state: &AppState, label: &str, forms: &mut KeyForms) -> egui::Response {
    ui.label(RichText::new(label).font(theme::strong()));
    let is_wrong = state.keys.error.is_some();
    let field = secret_field::show(ui, &mut forms.present, label, is_wrong);
    if forms.is_new {
        field.request_focus();
    }
    field
}

/// The same where it is all that is typed.
fn only(ui: &mut Ui, state: &AppState, label: &str, forms: &mut KeyForms) -> egui::Response {
    let field = present(ui, state, label, forms);
    forms.present.set_wanted(field.has_focus());
    field
}

fn owner(state: &AppState, fingerprint: &str) -> String {
    state.held_key(fingerprint).map_or_else(String::new, |card| card.name().to_owned())
}

/// Another passphrase.
pub fn show_passphrase(
    ui: &mut Ui,
    state: &AppState,
    fingerprint: &str,
    forms: &mut KeyForms,
    done: &mut Vec<KeyAction>,
) {
    centred_card(ui, "change passphrase", |ui| {
        let title = texts::NEW_PASSPHRASE_FOR.with(&[("owner", &owner(state, fingerprint))]);
        heading(ui, &title, "");
        outcome(ui, state, forms.complaint.as_ref());
        let old = present(ui, state, &texts::PRESENT_PASSPHRASE, forms);
        let (next, again) = new_passphrase(ui, forms, Some(&old));
        let is_entered = is_entered(ui, &[&old, &next, &again]);
        if buttons(ui, icons::LOCK_KEY, &texts::CHANGE_PASSPHRASE, is_entered, done) {
            if forms.present.is_empty() {
                return old.request_focus();
            }
            let owner = state.held_key(fingerprint).map(|card| card.owner.clone());
            match taken(forms, &[&owner.unwrap_or_default()]) {
                Ok(new) => {
                    let old = forms.present.take_passphrase();
                    let fingerprint = fingerprint.to_owned();
                    let task = KeyTask::ChangePassphrase { fingerprint, old, new };
                    done.push(KeyAction::Do(task));
                }
                Err((wrong, complaint)) => {
                    forms.complaint = Some(complaint);
                    if wrong == Wrong::Again { again.request_focus() } else { next.request_focus() }
                }
            }
        }
    });
}

/// More time.
pub fn show_extend(
    ui: &mut Ui,
    state: &AppState,
    fingerprint: &str,
    forms: &mut KeyForms,
    done: &mut Vec<KeyAction>,
) {
    centred_card(ui, "extend", |ui| {
        let title = texts::EXTEND_KEY_OF.with(&[("owner", &owner(state, fingerprint))]);
        heading(ui, &title, &texts::EXTEND_ADVICE);
        outcome(ui, state, None);
        let words = |years: u32| match years {
            1 => texts::ONE_YEAR.into(),
            years => texts::YEARS.with(&[("years", &years)]),
        };
        let chosen = choice(ui, &texts::VALID_FROM_NOW_FOR, forms.years, YEARS.into_iter(), words);
        forms.years = chosen.unwrap_or(forms.years);
        let field = only(ui, state, &texts::PASSPHRASE, forms);
        let is_entered = is_entered(ui, &[&field]);
        if buttons(ui, icons::CHECK_CIRCLE, &texts::EXTEND, is_entered, done) {
            if forms.present.is_empty() {
                return field.request_focus();
            }
            let passphrase = forms.present.take_passphrase();
            let (fingerprint, years) = (fingerprint.to_owned(), forms.years);
            done.push(KeyAction::Do(KeyTask::Extend { fingerprint, passphrase, years }));
        }
    });
}

/// Does a copy open recordings?
pub fn show_test(
    ui: &mut Ui,
    state: &AppState,
    (fingerprint, path): (&str, &Path),
    forms: &mut KeyForms,
    done: &mut Vec<KeyAction>,
) {
    centred_card(ui, "test backup", |ui| {
        let name = path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes();
        heading(ui, &texts::TEST_A_BACKUP, &shared::recording::escaped(name));
        outcome(ui, state, None);
        let field = only(ui, state, &texts::PASSPHRASE_OF_BACKUP, forms);
        let is_entered = is_entered(ui, &[&field]);
        if buttons(ui, icons::SHIELD, &texts::TEST_IT, is_entered, done) {
            if forms.present.is_empty() {
                return field.request_focus();
            }
            let passphrase = forms.present.take_passphrase();
            let (fingerprint, path) = (fingerprint.to_owned(), path.to_owned());
            done.push(KeyAction::Do(KeyTask::TestBackup { fingerprint, path, passphrase }));
        }
    });
}

/// An end for good.
pub fn show_revoke(
    ui: &mut Ui,
    state: &AppState,
    fingerprint: &str,
    forms: &mut KeyForms,
    done: &mut Vec<KeyAction>,
) {
    centred_card(ui, "revoke", |ui| {
        let title = texts::WITHDRAW_KEY_OF.with(&[("owner", &owner(state, fingerprint))]);
        heading(ui, &title, &texts::WITHDRAW_ADVICE);
        outcome(ui, state, forms.complaint.as_ref());
        if forms.is_forgotten {
            return revoke_without_passphrase(ui, fingerprint, forms, done);
        }
        let field = only(ui, state, &texts::PASSPHRASE, forms);
        let forgotten = text_button(ui, icons::CARET_RIGHT, &texts::PASSPHRASE_FORGOTTEN, false);
        forms.is_forgotten = forgotten.clicked();
        let is_entered = is_entered(ui, &[&field]);
        if buttons(ui, icons::WARNING_CIRCLE, &texts::WITHDRAW_FOR_GOOD, is_entered, done) {
            if forms.present.is_empty() {
                return field.request_focus();
            }
            let passphrase = Some(forms.present.take_passphrase());
            let fingerprint = fingerprint.to_owned();
            done.push(KeyAction::Do(KeyTask::Revoke { fingerprint, passphrase }));
        }
    });
}

/// By what was kept for this when the key was made. Without a passphrase a word must be typed: one
/// press too many must not end a key.
fn revoke_without_passphrase(
    ui: &mut Ui,
    fingerprint: &str,
    forms: &mut KeyForms,
    done: &mut Vec<KeyAction>,
) {
    let field = confirmation(ui, &texts::WORD_WITHDRAW, forms);
    let is_entered = is_entered(ui, &[&field]);
    let is_wanted = buttons(ui, icons::WARNING_CIRCLE, &texts::WITHDRAW_FOR_GOOD, is_entered, done);
    if is_wanted && is_confirmed(&texts::WORD_WITHDRAW, &field, forms) {
        let fingerprint = fingerprint.to_owned();
        done.push(KeyAction::Do(KeyTask::Revoke { fingerprint, passphrase: None }));
    }
}

/// The field for a word that stands for "yes, I have read this".
fn confirmation(ui: &mut Ui, word: &str, forms: &mut KeyForms) -> egui::Response {
    let label = texts::TYPE_WORD.with(&[("word", &word)]);
    text_field(ui, &label, "", &mut forms.confirmation)
}

fn is_confirmed(word: &str, field: &egui::Response, forms: &mut KeyForms) -> bool {
    let is_typed = forms.confirmation.trim().eq_ignore_ascii_case(word);
    if !is_typed {
        field.request_focus();
        forms.complaint = Some(texts::WORD_NOT_TYPED.with(&[("word", &word)]));
    }
    is_typed
}

/// Gone from here.
pub fn show_delete(
    ui: &mut Ui,
    state: &AppState,
    fingerprint: &str,
    forms: &mut KeyForms,
    done: &mut Vec<KeyAction>,
) {
    centred_card(ui, "delete", |ui| {
        let title = texts::REMOVE_KEY_OF.with(&[("owner", &owner(state, fingerprint))]);
        heading(ui, &title, &texts::REMOVE_ADVICE);
        outcome(ui, state, forms.complaint.as_ref());
        let field = confirmation(ui, &texts::WORD_REMOVE, forms);
        if forms.is_new {
            field.request_focus();
        }
        let is_entered = is_entered(ui, &[&field]);
        let words = texts::REMOVE_IT;
        let is_wanted = buttons(ui, icons::WARNING_CIRCLE, &words, is_entered, done);
        if is_wanted && is_confirmed(&texts::WORD_REMOVE, &field, forms) {
            let fingerprint = fingerprint.to_owned();
            done.push(KeyAction::Do(KeyTask::Delete { fingerprint }));
        }
    });
}

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

/// What must be typed before a key is forgotten.
const CONFIRMATION: &str = "remove";

/// The same before one is withdrawn without its passphrase.
const WITHDRAWAL: &str = "withdraw";

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
        let title = format!("New passphrase for the key of {}", owner(state, fingerprint));
        heading(ui, &title, "");
        outcome(ui, state, forms.complaint.as_ref());
        let old = present(ui, state, "Present passphrase", forms);
        let (next, again) = new_passphrase(ui, forms, Some(&old));
        let is_entered = is_entered(ui, &[&old, &next, &again]);
        if buttons(ui, icons::LOCK_KEY, "Change the passphrase", is_entered, done) {
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
        let title = format!("Extend the key of {}", owner(state, fingerprint));
        heading(ui, &title, "Your administrator needs the new certificate afterwards");
        outcome(ui, state, None);
        let words = |years: u32| match years {
            1 => "1 year".to_owned(),
            years => format!("{years} years"),
        };
        let chosen = choice(ui, "Valid from now for", forms.years, YEARS.into_iter(), words);
        forms.years = chosen.unwrap_or(forms.years);
        let field = only(ui, state, "Passphrase", forms);
        let is_entered = is_entered(ui, &[&field]);
        if buttons(ui, icons::CHECK_CIRCLE, "Extend", is_entered, done) {
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
        heading(ui, "Test a backup", &shared::recording::escaped(name));
        outcome(ui, state, None);
        let field = only(ui, state, "Passphrase of the backup", forms);
        let is_entered = is_entered(ui, &[&field]);
        if buttons(ui, icons::SHIELD, "Test it", is_entered, done) {
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
        let title = format!("Withdraw the key of {}?", owner(state, fingerprint));
        let advice = "For a key that others may have got hold of, or that is replaced. This cannot \
                      be undone: nothing new is sealed for it any more. Recordings of before still \
                      open.";
        heading(ui, &title, advice);
        outcome(ui, state, forms.complaint.as_ref());
        if forms.is_forgotten {
            return revoke_without_passphrase(ui, fingerprint, forms, done);
        }
        let field = only(ui, state, "Passphrase", forms);
        let forgotten = text_button(ui, icons::CARET_RIGHT, "I do not know it any more", false);
        forms.is_forgotten = forgotten.clicked();
        let is_entered = is_entered(ui, &[&field]);
        if buttons(ui, icons::WARNING_CIRCLE, "Withdraw it for good", is_entered, done) {
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
    let field = confirmation(ui, WITHDRAWAL, forms);
    let is_entered = is_entered(ui, &[&field]);
    let is_wanted = buttons(ui, icons::WARNING_CIRCLE, "Withdraw it for good", is_entered, done);
    if is_wanted && is_confirmed(WITHDRAWAL, &field, forms) {
        let fingerprint = fingerprint.to_owned();
        done.push(KeyAction::Do(KeyTask::Revoke { fingerprint, passphrase: None }));
    }
}

/// The field for a word that stands for "yes, I have read this".
fn confirmation(ui: &mut Ui, word: &str, forms: &mut KeyForms) -> egui::Response {
    let label = format!("Type \"{word}\" to go on");
    text_field(ui, &label, "", &mut forms.confirmation)
}

fn is_confirmed(word: &str, field: &egui::Response, forms: &mut KeyForms) -> bool {
    let is_typed = forms.confirmation.trim().eq_ignore_ascii_case(word);
    if !is_typed {
        field.request_focus();
        forms.complaint =
            Some(format!("Nothing was done. Type the word {word} if you want to go on."));
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
        let title = format!("Remove the key of {}?", owner(state, fingerprint));
        let advice = "Recordings that are sealed for it open here no more. Without a backup they \
                      open nowhere, ever.";
        heading(ui, &title, advice);
        outcome(ui, state, forms.complaint.as_ref());
        let field = confirmation(ui, CONFIRMATION, forms);
        if forms.is_new {
            field.request_focus();
        }
        let is_entered = is_entered(ui, &[&field]);
        let words = "Remove it from this computer";
        let is_wanted = buttons(ui, icons::WARNING_CIRCLE, words, is_entered, done);
        if is_wanted && is_confirmed(CONFIRMATION, &field, forms) {
            let fingerprint = fingerprint.to_owned();
            done.push(KeyAction::Do(KeyTask::Delete { fingerprint }));
        }
    });
}

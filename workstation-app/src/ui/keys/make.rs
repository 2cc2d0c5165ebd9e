//! How is a key made? One short form: who, and which passphrase.

use egui::{CornerRadius, Label, RichText, Sense, Ui, Vec2};

use shared::secret::Passphrase;

use super::super::theme::{self, Palette};
use super::super::widgets::{centred_card, checkbox, marked, muted, text_button};
use super::super::{icons, secret_field};
use super::{KeyForms, buttons, heading, is_entered, outcome, text_field};
use crate::keys::create::{self, KeyKind, NewKey};
use crate::keys::phrase;
use crate::keys::task::KeyTask;
use crate::state::AppState;
use crate::state::key_steps::KeyAction;
use crate::texts;

const METER_HEIGHT: f32 = 6.0;

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, forms: &mut KeyForms, done: &mut Vec<KeyAction>) {
    centred_card(ui, "make key", |ui| {
        heading(ui, &texts::MAKE_YOUR_KEY, &texts::MAKE_YOUR_KEY_ADVICE);
        outcome(ui, state, forms.complaint.as_ref());
        let name = text_field(ui, &texts::YOUR_NAME, &texts::YOUR_NAME_HINT, &mut forms.name);
        let address =
            text_field(ui, &texts::YOUR_ADDRESS, &texts::YOUR_ADDRESS_HINT, &mut forms.address);
        if forms.is_new && state.keys.error.is_none() {
            name.request_focus();
        }
        let (next, again) = new_passphrase(ui, forms, None);
        checkbox(ui, &mut forms.is_rsa, &texts::FOR_AN_OLD_DIALER);
        ui.add(Label::new(muted(ui, texts::VALID_FOR_TWO_YEARS)).wrap());
        let is_entered = is_entered(ui, &[&name, &address, &next, &again]);
        if buttons(ui, icons::KEY, &texts::MAKE_THE_KEY, is_entered, done) {
            match new_key(forms) {
                Ok(new) => done.push(KeyAction::Do(KeyTask::Make(new))),
                Err((wrong, complaint)) => {
                    forms.complaint = Some(complaint);
                    match wrong {
                        Wrong::Name => name.request_focus(),
                        Wrong::Address => address.request_focus(),
                        Wrong::Next => next.request_focus(),
                        Wrong::Again => again.request_focus(),
                    }
                }
            }
        }
    });
}

/// The field that must be filled in otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The name.
    Name,
    /// The address.
    Address,
    /// The new passphrase.
    Next,
    /// The same once more.
    Again,
}

/// What was filled in, if a key can be made of it; the first thing that is wrong otherwise.
fn new_key(forms: &mut KeyForms) -> Result<NewKey, (Wrong, String)> {
    let name = create::checked_name(&forms.name);
    let name = name.map_err(|error| (Wrong::Name, error.to_string()))?.to_owned();
    let address = create::checked_address(&forms.address);
    let address = address.map_err(|error| (Wrong::Address, error.to_string()))?.to_owned();
    let passphrase = taken(forms, &[&name, &address])?;
    let kind = if forms.is_rsa { KeyKind::Rsa3072 } else { KeyKind::Curve25519 };
    forms.complaint = None;
    Ok(NewKey { name, address, passphrase, kind, years: create::DEFAULT_YEARS })
}

/// The passphrase, once it is strong enough and typed the same way twice.
pub fn taken(forms: &mut KeyForms, known: &[&str]) -> Result<Passphrase, (Wrong, String)> {
    phrase::check(&forms.next.copy(), known).map_err(|error| (Wrong::Next, error.to_string()))?;
    if !forms.is_offered && !forms.next.is_same(&forms.again) {
        // Dropped at once, and with it wiped.
        forms.again.take_passphrase();
        return Err((Wrong::Again, texts::NOT_THE_SAME.into()));
    }
    Ok(forms.next.take_passphrase())
}

/// The fields for a passphrase that is new, with a meter and an offer of words.
pub fn new_passphrase(
    ui: &mut Ui,
    forms: &mut KeyForms,
    other: Option<&egui::Response>,
) -> (egui::Response, egui::Response) {
    ui.label(RichText::new(texts::NEW_PASSPHRASE).font(theme::strong()));
    let next =
        secret_field::show_or_reveal(ui, &mut forms.next, &texts::NEW_PASSPHRASE, forms.is_offered);
    measure(forms);
    meter(ui, forms);
    offer(ui, forms);
    let again = if forms.is_offered {
        marked(ui, icons::WARNING_CIRCLE, &texts::WRITE_WORDS_DOWN, Palette::of(ui).text);
        next.clone()
    } else {
        ui.label(RichText::new(texts::NEW_PASSPHRASE_AGAIN).font(theme::strong()));
        secret_field::show(ui, &mut forms.again, &texts::NEW_PASSPHRASE_AGAIN, false)
    };
    let has_focus =
        [Some(&next), Some(&again), other].into_iter().flatten().any(|field| field.has_focus());
    forms.next.set_wanted(has_focus);
    (next, again)
}

/// Six words by chance, in place of what nobody can guess and nobody remembers.
fn offer(ui: &mut Ui, forms: &mut KeyForms) {
    if text_button(ui, icons::SHIELD, &texts::OFFER_SIX_WORDS, false).clicked()
        && let Some(words) = phrase::suggest()
    {
        forms.next.set(&words);
        // Dropped at once, and with it wiped.
        forms.again.take_passphrase();
        forms.is_offered = true;
    }
    // Whoever types again chooses again.
    forms.is_offered &= !forms.next.is_empty();
}

/// Looked at only when something was typed: the estimate takes milliseconds.
fn measure(forms: &mut KeyForms) {
    if forms.measured == forms.next.revision() {
        return;
    }
    forms.measured = forms.next.revision();
    let known = [forms.name.as_str(), forms.address.as_str()];
    let is_empty = forms.next.is_empty();
    forms.strength = (!is_empty).then(|| phrase::strength(&forms.next.copy(), &known));
}

fn meter(ui: &mut Ui, forms: &KeyForms) {
    let palette = Palette::of(ui);
    let size = Vec2::new(ui.available_width(), METER_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let corner = CornerRadius::same(3);
    ui.painter().rect_filled(rect, corner, palette.line);
    let Some(strength) = &forms.strength else { return };
    let mut done = rect;
    done.set_width(rect.width() * f32::from(strength.score + 1) / 5.0);
    let colour = if strength.score < 3 { palette.bad } else { palette.accent_text };
    ui.painter().rect_filled(done, corner, colour);
    let words = texts::STRENGTH.with(&[("words", &strength.words)]);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &words));
    let words = match strength.advice {
        "" => words,
        advice => {
            texts::STRENGTH_AND_ADVICE.with(&[("words", &strength.words), ("advice", &advice)])
        }
    };
    ui.add(Label::new(muted(ui, words)).wrap());
}

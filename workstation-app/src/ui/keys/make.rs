//! How is a key made? One short form: who, and which passphrase.

use egui::{CornerRadius, Label, RichText, Sense, Ui, Vec2};

use shared::secret::Passphrase;

use super::super::theme::{self, Palette};
use super::super::widgets::{centred_card, marked, muted, text_button};
use super::super::{icons, secret_field};
use super::{KeyForms, buttons, heading, is_entered, outcome, text_field};
use crate::keys::create::{self, KeyKind, NewKey};
use crate::keys::phrase;
use crate::keys::task::KeyTask;
use crate::state::AppState;
use crate::state::key_steps::KeyAction;

const METER_HEIGHT: f32 = 6.0;

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, forms: &mut KeyForms, done: &mut Vec<KeyAction>) {
    centred_card(ui, "make key", |ui| {
        heading(
            ui,
            "Make your key",
            "Recordings that are sealed for it open with it and its passphrase",
        );
        outcome(ui, state, forms.complaint.as_ref());
        let name = text_field(ui, "Your name", "Anna Berger", &mut forms.name);
        let address =
            text_field(ui, "Your work address", "anna.berger@example.com", &mut forms.address);
        if forms.is_new && state.keys.error.is_none() {
            name.request_focus();
        }
        let (next, again) = new_passphrase(ui, forms, None);
        ui.checkbox(&mut forms.is_rsa, "For an old dialer whose gpg is 1.4 or 2.0 (RSA 3072)");
        ui.add(Label::new(muted(ui, "It is valid for 2 years and can be extended")).wrap());
        let is_entered = is_entered(ui, &[&name, &address, &next, &again]);
        if buttons(ui, icons::KEY, "Make the key", is_entered, done) {
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
        let words = "The two new passphrases are not the same. Type the second one again.";
        return Err((Wrong::Again, words.to_owned()));
    }
    Ok(forms.next.take_passphrase())
}

/// The fields for a passphrase that is new, with a meter and an offer of words.
pub fn new_passphrase(
    ui: &mut Ui,
    forms: &mut KeyForms,
    other: Option<&egui::Response>,
) -> (egui::Response, egui::Response) {
    ui.label(RichText::new("New passphrase").font(theme::strong()));
    let next =
        secret_field::show_or_reveal(ui, &mut forms.next, "New passphrase", forms.is_offered);
    measure(forms);
    meter(ui, forms);
    offer(ui, forms);
    let again = if forms.is_offered {
        marked(ui, icons::WARNING_CIRCLE, "Write these words down now", Palette::of(ui).text);
        next.clone()
    } else {
        ui.label(RichText::new("New passphrase again").font(theme::strong()));
        secret_field::show(ui, &mut forms.again, "New passphrase again", false)
    };
    let has_focus =
        [Some(&next), Some(&again), other].into_iter().flatten().any(|field| field.has_focus());
    forms.next.set_wanted(has_focus);
    (next, again)
}

/// Six words by chance, in place of what nobody can guess and nobody remembers.
fn offer(ui: &mut Ui, forms: &mut KeyForms) {
    if text_button(ui, icons::SHIELD, "Offer me six words", false).clicked()
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
    let words = format!("Strength: {}", strength.words);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &words));
    let words = match strength.advice {
        "" => words,
        advice => format!("{words}. {advice}"),
    };
    ui.add(Label::new(muted(ui, words)).wrap());
}

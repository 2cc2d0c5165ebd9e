//! Which keys are held, and where do others come from?

use std::time::SystemTime;

use egui::{Label, RichText, Ui};
use shared::date;

use super::super::icons;
use super::super::theme::{self, Palette};
use super::super::widgets::{Emphasis, button, card_frame, centred, marked, muted};
use super::{gap, heading, outcome};
use crate::keys::expiry::expiry_warning;
use crate::keys::task::KeyTask;
use crate::keys::{KeyCard, qr};
use crate::open::dialog::Wanted;
use crate::state::key_steps::{KeyAction, KeyStep};
use crate::state::{Action, AppState, Place};
use crate::texts;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    is_new: bool,
    actions: &mut Vec<Action>,
    done: &mut Vec<KeyAction>,
) {
    centred(ui, "keys", theme::CARD_WIDTH, |ui| {
        card_frame(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            heading(ui, &texts::KEYS, &texts::KEYS_ADVICE);
            outcome(ui, state, None);
            if state.held.is_empty() {
                marked(ui, icons::KEY, &texts::NO_KEY_HELD, Palette::of(ui).muted);
            }
            for (number, card) in state.held.iter().enumerate() {
                row(ui, card, is_new && number == 0, done);
            }
            for path in &state.damaged_keys {
                let name = path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes();
                let words = texts::key_file_damaged(&shared::recording::escaped(name));
                marked(ui, icons::WARNING_CIRCLE, &words, Palette::of(ui).bad);
            }
            gap(ui);
            sources(ui, state.held.is_empty(), is_new, done);
            ui.add_space(theme::GAP);
            let width = ui.available_width();
            let leave = button(ui, Emphasis::Main, icons::CHECK_CIRCLE, &texts::DONE, width);
            if leave.on_hover_text("Esc").clicked() {
                actions.push(Action::Show(Place::Keys));
            }
        });
    });
}

/// One key. The whole of what is known stands on its own page.
fn row(ui: &mut Ui, card: &KeyCard, is_first: bool, done: &mut Vec<KeyAction>) {
    let width = ui.available_width();
    let words = texts::KEY_OF.with(&[("owner", &card.name())]);
    let key = button(ui, Emphasis::Quiet, icons::KEY, &words, width);
    if is_first {
        key.request_focus();
    }
    if key.clicked() {
        done.push(KeyAction::Go(KeyStep::One(card.fingerprint.clone())));
    }
    ui.add(Label::new(muted(ui, facts(card))).wrap());
    ui.add(Label::new(muted(ui, qr::spoken(&card.fingerprint))).wrap());
    if let Some(warning) = expiry_warning(card, SystemTime::now()) {
        marked(ui, icons::WARNING_CIRCLE, &warning, Palette::of(ui).bad);
    }
    ui.add_space(theme::GAP);
}

fn facts(card: &KeyCard) -> String {
    let mut facts = vec![opens(card).to_owned()];
    facts.extend(card.created.map(|day| texts::FACT_MADE.with(&[("day", &date::iso(day))])));
    facts.push(match (card.is_revoked, card.expires) {
        (true, _) => texts::FACT_WITHDRAWN.into(),
        (false, Some(day)) => texts::FACT_VALID_UNTIL.with(&[("day", &date::iso(day))]),
        (false, None) => texts::FACT_ENDLESS.into(),
    });
    facts.join("  ·  ")
}

/// The answer that matters most.
pub fn opens(card: &KeyCard) -> &'static str {
    let text =
        if card.opens_recordings { texts::OPENS_RECORDINGS } else { texts::OPENS_NO_RECORDINGS };
    text.get()
}

fn sources(ui: &mut Ui, is_first: bool, is_new: bool, done: &mut Vec<KeyAction>) {
    let title = if is_first { texts::GET_YOUR_KEY } else { texts::ANOTHER_KEY };
    ui.label(RichText::new(title).font(theme::strong()));
    let width = ui.available_width();
    let make = button(ui, Emphasis::Quiet, icons::PLUS, &texts::MAKE_A_KEY, width);
    if is_first && is_new {
        make.request_focus();
    }
    if make.clicked() {
        done.push(KeyAction::Go(KeyStep::Make));
    }
    if button(ui, Emphasis::Quiet, icons::FOLDER, &texts::BRING_FROM_FILE, width).clicked() {
        done.push(KeyAction::Ask(Wanted::Key));
    }
    let words = texts::TAKE_OVER_FROM_GNUPG;
    if button(ui, Emphasis::Quiet, icons::KEY, &words, width).clicked() {
        done.push(KeyAction::Do(KeyTask::ListGnupg));
    }
}

//! One key: what is known of it, and what can be done with it.

use std::time::SystemTime;

use egui::{Label, RichText, Ui};
use shared::date;

use super::super::icons;
use super::super::theme::{self, Palette};
use super::super::widgets::{Emphasis, button, centred_card, marked, muted};
use super::{back, gap, heading, list, outcome};
use crate::keys::expiry::expiry_warning;
use crate::keys::{KeyCard, qr};
use crate::open::dialog::Wanted;
use crate::state::AppState;
use crate::state::key_steps::{HandOut, KeyAction, KeyStep};
use crate::texts;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    fingerprint: &str,
    is_new: bool,
    done: &mut Vec<KeyAction>,
) {
    let Some(card) = state.held_key(fingerprint) else { return };
    centred_card(ui, "one key", |ui| {
        heading(ui, card.name(), &card.owner);
        outcome(ui, state, None);
        facts(ui, card);
        gap(ui);
        deeds(ui, fingerprint, is_new, done);
        ui.add_space(theme::GAP);
        back(ui, &texts::BACK, done);
    });
}

fn facts(ui: &mut Ui, card: &KeyCard) {
    let palette = Palette::of(ui);
    let icon = if card.opens_recordings { icons::CHECK_CIRCLE } else { icons::WARNING_CIRCLE };
    marked(ui, icon, list::opens(card), palette.text);
    if let Some(remark) = &card.remark {
        ui.add(Label::new(muted(ui, remark.as_str())).wrap());
    }
    if let Some(warning) = expiry_warning(card, SystemTime::now()) {
        marked(ui, icons::WARNING_CIRCLE, &warning, palette.bad);
    }
    let until = match (card.is_revoked, card.expires) {
        (true, _) => texts::WITHDRAWN.into(),
        (false, Some(day)) => date::iso(day),
        (false, None) => texts::WITHOUT_END.into(),
    };
    let made = card.created.map(date::iso).unwrap_or_default();
    let spoken = qr::spoken(&card.fingerprint).replace("  ", "\n");
    for (label, value) in [
        (texts::LABEL_FINGERPRINT, spoken),
        (texts::LABEL_KIND, card.algorithm.clone()),
        (texts::LABEL_MADE, made),
        (texts::LABEL_VALID_UNTIL, until),
    ] {
        ui.horizontal_wrapped(|ui| {
            ui.label(muted(ui, label));
            ui.add(Label::new(RichText::new(value).size(theme::SMALL)).wrap().selectable(true));
        });
    }
}

fn deeds(ui: &mut Ui, fingerprint: &str, is_new: bool, done: &mut Vec<KeyAction>) {
    let width = (ui.available_width() - theme::GAP) / 2.0;
    let key = || fingerprint.to_owned();
    let hand_out = KeyStep::HandOut { fingerprint: key(), why: HandOut::Wanted };
    let rows = [
        [
            (texts::CERTIFICATE_ELLIPSIS, KeyAction::Go(hand_out)),
            (texts::BACK_UP_ELLIPSIS, KeyAction::Ask(Wanted::SaveBackup)),
        ],
        [
            (texts::TEST_BACKUP_ELLIPSIS, KeyAction::Ask(Wanted::Backup)),
            (texts::EXTEND_ELLIPSIS, KeyAction::Go(KeyStep::Extend(key()))),
        ],
        [
            (texts::NEW_PASSPHRASE_ELLIPSIS, KeyAction::Go(KeyStep::Passphrase(key()))),
            (texts::WITHDRAW_ELLIPSIS, KeyAction::Go(KeyStep::Revoke(key()))),
        ],
    ];
    let mut is_first = is_new;
    for row in rows {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            for (words, action) in row {
                let deed = button(ui, Emphasis::Quiet, "", &words, width);
                if std::mem::take(&mut is_first) {
                    deed.request_focus();
                }
                if deed.clicked() {
                    done.push(action);
                }
            }
        });
    }
    let words = texts::REMOVE_ELLIPSIS;
    if button(ui, Emphasis::Quiet, "", &words, ui.available_width()).clicked() {
        done.push(KeyAction::Go(KeyStep::Delete(key())));
    }
}

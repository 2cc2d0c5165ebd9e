//! A recording waits for its passphrase, or is being opened.

use std::time::{Duration, Instant};

use egui::{RichText, Ui};

use super::details;
use super::icons;
use super::theme::{self, Palette};
use super::widgets::{self, Emphasis, badge, button, centred_card, marked, muted, progress};
use super::{View, secret_field};
use shared::decrypt::Problem;

use crate::call::CallCard;
use crate::message::{Ready, Seal, Stage};
use crate::state::{Action, AppState, Locked, Opening};
use crate::texts::{self, FailureKind};

/// A progress that would be gone before it is read is not shown.
const PATIENCE: Duration = Duration::from_millis(300);

/// How the names of users begin where they say what they are, in English and in Spanish.
const AGENT: &str = "agent";

/// Paints the question for the passphrase.
pub fn show_locked(
    ui: &mut Ui,
    state: &AppState,
    locked: &Locked,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let is_new = view.attempt != locked.attempt;
    view.attempt = locked.attempt;
    centred_card(ui, "locked", |ui| {
        facts(ui, state.call());
        if let Some(cause) = locked.cause {
            marked(ui, icons::LOCK, cause.words(), Palette::of(ui).text);
            ui.add_space(theme::GAP);
        }
        ui.label(RichText::new(texts::PASSPHRASE).font(theme::strong()));
        let field =
            secret_field::show(ui, &mut view.passphrase, &texts::PASSPHRASE, locked.is_wrong);
        if is_new {
            field.request_focus();
        }
        view.passphrase.set_wanted(field.has_focus());
        let is_entered =
            field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        opener(ui, &locked.seal, locked.is_wrong);
        if locked.seal.ready == Ready::Keychain {
            ui.add(egui::Label::new(muted(ui, texts::KEPT_IN_KEYCHAIN)).wrap());
        }
        ui.add_space(theme::GAP);
        let width = ui.available_width();
        let open = button(ui, Emphasis::Main, icons::LOCK_KEY, &texts::OPEN, width);
        if open.on_hover_text(texts::ENTER_KEY).clicked() || is_entered {
            match (view.passphrase.is_empty(), locked.seal.ready) {
                (false, _) => {
                    actions.push(Action::Unlock(Some(view.passphrase.take_passphrase())));
                }
                (true, Ready::Keychain) => actions.push(Action::Unlock(None)),
                (true, _) => field.request_focus(),
            }
        }
        ui.add_space(theme::GAP);
        widgets::details(ui, &mut view.details, &details::of_seal(state, &locked.seal));
    });
}

/// Paints the wait.
pub fn show_opening(
    ui: &mut Ui,
    state: &AppState,
    opening: &Opening,
    now: Instant,
    actions: &mut Vec<Action>,
) {
    centred_card(ui, "opening", |ui| {
        facts(ui, state.call());
        let is_long = now.saturating_duration_since(opening.since) > PATIENCE;
        let (words, fraction) = match opening.stage {
            Stage::Reading | Stage::Fetching(_) => (texts::READING_THE_FILE, None),
            Stage::Decrypting => (texts::UNLOCKING_THE_RECORDING, None),
            Stage::Decoding(fraction) => (texts::PREPARING_THE_SOUND, Some(fraction)),
        };
        ui.label(RichText::new(words).font(theme::strong()));
        if is_long {
            progress(ui, fraction, &words, now.saturating_duration_since(opening.since));
        } else {
            ui.add_space(theme::GAP);
        }
        ui.add_space(theme::GAP);
        let width = ui.available_width();
        if button(ui, Emphasis::Quiet, icons::CROSS, &texts::CANCEL, width).clicked() {
            actions.push(Action::Cancel);
        }
    });
}

fn facts(ui: &mut Ui, call: Option<&CallCard>) {
    let Some(call) = call else { return };
    let palette = Palette::of(ui);
    badge(ui, icons::LOCK, palette.accent_text, palette.accent_soft);
    ui.vertical_centered(|ui| {
        ui.add(egui::Label::new(RichText::new(call.heading()).font(theme::large())).wrap());
        if let Some(when) = call.when() {
            ui.label(RichText::new(when).color(palette.muted));
        }
        if let Some(who) = who(call) {
            ui.label(RichText::new(who).color(palette.muted));
        }
    });
    ui.add_space(theme::GAP);
    widgets::rule(ui);
    ui.add_space(theme::GAP);
}

/// Campaign and agent in one line.
pub fn who(call: &CallCard) -> Option<String> {
    let campaign = call.campaign().map(|campaign| texts::CAMPAIGN.with(&[("name", &campaign)]));
    let agent = call.agent().map(|agent| {
        // Many sites call their users agent01: once is enough.
        let is_said = agent.to_lowercase().starts_with(AGENT);
        if is_said { agent } else { texts::AGENT.with(&[("name", &agent)]) }
    });
    let parts: Vec<String> = campaign.into_iter().chain(agent).collect();
    (!parts.is_empty()).then(|| parts.join("  ·  "))
}

/// Under the field: whose passphrase it is, or that it was wrong.
fn opener(ui: &mut Ui, seal: &Seal, is_wrong: bool) {
    let palette = Palette::of(ui);
    if is_wrong {
        marked(ui, icons::WARNING_CIRCLE, &texts::not_the_passphrase(seal), palette.bad);
        let words = texts::words(FailureKind::Problem(Problem::WrongPassphrase));
        ui.add(egui::Label::new(muted(ui, words.advice)).wrap());
    } else {
        let words = match texts::sealed_for(seal) {
            None => texts::OWN_PASSPHRASE.into(),
            Some(keys) => texts::SEALED_FOR.with(&[("keys", &keys)]),
        };
        marked(ui, icons::KEY, &words, palette.muted);
    }
}

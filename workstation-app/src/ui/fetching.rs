//! A file is being read or a link fetched: how far it is, and the way out.

use std::time::{Duration, Instant};

use egui::{Label, Margin, RichText, Ui};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{Emphasis, button, centred_card, muted, progress, rule};
use crate::open::source::Source;
use crate::screen::Pending;
use crate::state::{Action, AppState, Screen};
use crate::texts;

/// Work shorter than this is not worth a word.
const PATIENCE: Duration = Duration::from_millis(300);

/// Whether anything is worth a word.
fn shown(state: &AppState, now: Instant) -> Option<(&Pending, Duration)> {
    let pending = state.pending.as_ref()?;
    let elapsed = now.saturating_duration_since(pending.since);
    (elapsed > PATIENCE).then_some((pending, elapsed))
}

/// Paints it in the middle, where nothing else is.
pub fn show_card(ui: &mut Ui, state: &AppState, now: Instant, actions: &mut Vec<Action>) {
    let Some((pending, elapsed)) = shown(state, now) else { return };
    centred_card(ui, "fetching", |ui| {
        ui.vertical_centered(|ui| {
            let heading = RichText::new(heading(pending)).font(theme::large());
            ui.add(Label::new(heading).wrap());
        });
        ui.add_space(theme::GAP);
        let words = words(pending);
        progress(ui, fraction(pending), &words, elapsed);
        ui.vertical_centered(|ui| ui.label(muted(ui, words)));
        ui.add_space(theme::GAP);
        let width = ui.available_width();
        let cancel = button(ui, Emphasis::Quiet, icons::CROSS, &texts::CANCEL, width);
        if cancel.on_hover_text("Esc").clicked() {
            actions.push(Action::Cancel);
        }
    });
}

/// Paints it under the bar on top, where something else is open.
pub fn show_strip(ui: &mut Ui, state: &AppState, now: Instant, actions: &mut Vec<Action>) {
    if matches!(state.screen, Screen::Empty) {
        return;
    }
    let Some((pending, elapsed)) = shown(state, now) else { return };
    let margin = Margin::symmetric(theme::GROUP as i8 + 8, theme::GAP as i8);
    egui::Frame::new().fill(Palette::of(ui).surface).inner_margin(margin).show(ui, |ui| {
        let words = words(pending);
        ui.horizontal(|ui| {
            if button(ui, Emphasis::Quiet, icons::CROSS, &texts::CANCEL, 0.0).clicked() {
                actions.push(Action::Cancel);
            }
            ui.add(Label::new(format!("{}: {words}", heading(pending))).truncate());
        });
        progress(ui, fraction(pending), &words, elapsed);
    });
    rule(ui);
}

fn heading(pending: &Pending) -> String {
    pending.selected.call.heading()
}

fn fraction(pending: &Pending) -> Option<f32> {
    let received = pending.received?;
    let total = received.total.filter(|total| *total > 0)?;
    Some(received.octets as f32 / total as f32)
}

/// `Fetching from pbx.example: 1.2 of 3.4 MB, 5.6 MB/s`.
fn words(pending: &Pending) -> String {
    let Source::Link(link) = &pending.selected.source else {
        return texts::READING_THE_FILE.into();
    };
    let host = link.host();
    let Some(received) = pending.received.filter(|received| received.octets > 0) else {
        return texts::FETCHING_FROM.with(&[("host", &host)]);
    };
    let text = match (received.total, received.octets_per_sec) {
        (Some(_), 0) => texts::FETCHING_OF,
        (Some(_), _) => texts::FETCHING_OF_SPEED,
        (None, 0) => texts::FETCHING_MUCH,
        (None, _) => texts::FETCHING_MUCH_SPEED,
    };
    text.with(&[
        ("host", &host),
        ("done", &megabytes(received.octets)),
        ("total", &megabytes(received.total.unwrap_or_default())),
        ("speed", &megabytes(received.octets_per_sec)),
    ])
}

fn megabytes(octets: u64) -> String {
    format!("{:.1}", octets as f64 / 1e6)
}

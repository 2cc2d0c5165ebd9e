//! A recording can be heard: what the call is, its picture, the controls.

use std::time::Duration;

use egui::{Align, Layout, Margin, RichText, Ui};

use super::View;
use super::locked::who;
use super::theme::{self, Palette};
use super::waveform::{self, Picture};
use super::widgets::{card_frame, card_padding};
use super::{keyboard::SKIP_SECS, remarks, transport};
use crate::call::{CallCard, clock};
use crate::state::{Action, AppState, Listening};

const WAVE_MIN_HEIGHT: f32 = 64.0;
const WAVE_MAX_HEIGHT: f32 = 320.0;
/// The line around the card.
const CARD_EDGE: f32 = 1.0;
const TIMES_HEIGHT: f32 = 5.0 * theme::STEP;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let remarks = remarks::of(listening);
    let gap = if theme::is_low(ui) { theme::GAP } else { theme::GROUP };
    let edge = gap + theme::GAP;
    let margin = Margin::symmetric(theme::EDGE as i8, edge as i8);
    // What stays under the card: controls, remarks and their distances.
    let below = gap + theme::PLAY_DIAMETER + gap + remarks::height(&remarks) + edge;
    let room = ui.available_height() - below;
    egui::ScrollArea::vertical().id_salt("listening").auto_shrink(false).show(ui, |ui| {
        let top = ui.cursor().top();
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            facts(ui, state.call());
            ui.add_space(gap);
            picture(ui, listening, top + room, view, actions);
            ui.add_space(gap);
            transport::show(ui, state, listening, view, actions);
            ui.add_space(gap);
            remarks::show(ui, &remarks);
        });
    });
}

fn facts(ui: &mut Ui, call: Option<&CallCard>) {
    let Some(call) = call else { return };
    let palette = Palette::of(ui);
    ui.add(egui::Label::new(RichText::new(&call.heading).font(theme::large())).truncate());
    ui.add_space(theme::STEP);
    let parts: Vec<String> = call.when.clone().into_iter().chain(who(call)).collect();
    if !parts.is_empty() {
        let words = RichText::new(parts.join("  ·  ")).color(palette.muted);
        ui.add(egui::Label::new(words).truncate());
    }
}

fn picture(
    ui: &mut Ui,
    listening: &Listening,
    bottom: f32,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let duration = listening.recording.pcm.duration();
    let heard = fraction(listening.playback.position, duration);
    card_frame(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let below = theme::GAP + TIMES_HEIGHT + card_padding(ui) + CARD_EDGE;
        let height =
            (bottom - below - ui.cursor().top()).clamp(WAVE_MIN_HEIGHT, WAVE_MAX_HEIGHT).floor();
        let picture = Picture { overview: &listening.recording.overview, heard, duration };
        let touch = waveform::show(ui, &picture, view.scrub, height);
        view.scrub = touch.scrub;
        if let Some(jump) = touch.jump {
            actions.push(Action::Seek(duration.mul_f32(jump)));
        }
        if touch.steps != 0 {
            actions.push(Action::Skip(touch.steps * SKIP_SECS));
        }
        ui.add_space(theme::GAP);
        let shown = touch.scrub.map_or(listening.playback.position, |at| duration.mul_f32(at));
        times(ui, shown, duration);
    });
}

fn times(ui: &mut Ui, position: Duration, duration: Duration) {
    let palette = Palette::of(ui);
    let figures = |time: String| RichText::new(time).font(theme::figures(theme::BODY));
    ui.horizontal(|ui| {
        ui.set_height(TIMES_HEIGHT);
        ui.label(figures(clock(position)).color(palette.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(figures(clock(duration)).color(palette.muted));
        });
    });
}

fn fraction(position: Duration, duration: Duration) -> f32 {
    if duration.is_zero() {
        return 0.0;
    }
    (position.as_secs_f32() / duration.as_secs_f32()).clamp(0.0, 1.0)
}

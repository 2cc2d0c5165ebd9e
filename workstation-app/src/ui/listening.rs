//! A recording can be heard: what the call is, its picture, the controls.

use std::time::Duration;

use egui::{Align, Color32, Layout, Margin, RichText, Ui};

use super::View;
use super::icons;
use super::locked::who;
use super::theme::{self, Palette};
use super::waveform::{self, Picture};
use super::widgets::{card_frame, icon_label};
use super::{keyboard::SKIP_SECS, transport};
use crate::audio::player::SoundFault;
use crate::call::{CallCard, clock};
use crate::state::{Action, AppState, Listening};

const WAVE_MIN_HEIGHT: f32 = 64.0;
const WAVE_MAX_HEIGHT: f32 = 320.0;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let margin = Margin::symmetric(theme::EDGE as i8, theme::GROUP as i8 + 8);
    egui::ScrollArea::vertical().id_salt("listening").auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            facts(ui, state.call());
            ui.add_space(theme::GROUP);
            picture(ui, listening, view, actions);
            ui.add_space(theme::GROUP);
            transport::show(ui, state, listening, view, actions);
            ui.add_space(theme::GROUP);
            footing(ui, listening);
        });
    });
}

fn facts(ui: &mut Ui, call: Option<&CallCard>) {
    let Some(call) = call else { return };
    let palette = Palette::of(ui);
    ui.add(egui::Label::new(RichText::new(&call.heading).font(theme::large())).truncate());
    let parts: Vec<String> = call.when.clone().into_iter().chain(who(call)).collect();
    if !parts.is_empty() {
        let words = RichText::new(parts.join("  ·  ")).color(palette.muted);
        ui.add(egui::Label::new(words).truncate());
    }
}

fn picture(ui: &mut Ui, listening: &Listening, view: &mut View, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let duration = listening.recording.pcm.duration();
    let heard = fraction(listening.playback.position, duration);
    card_frame(palette).show(ui, |ui| {
        ui.set_width(ui.available_width());
        // What stays under the card: times, controls, footing and their distances.
        let below = theme::PLAY_DIAMETER + 4.0 * theme::GROUP + 5.0 * theme::CARD_PADDING;
        let height = (ui.clip_rect().bottom() - ui.cursor().top() - below)
            .clamp(WAVE_MIN_HEIGHT, WAVE_MAX_HEIGHT);
        let picture = Picture { overview: &listening.recording.overview, heard, duration };
        let touch = waveform::show(ui, &picture, view.scrub, height.round());
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

/// What is worth knowing about this playback, the most pressing first.
fn footing(ui: &mut Ui, listening: &Listening) {
    let palette = Palette::of(ui);
    ui.vertical_centered(|ui| match (listening.playback.fault, listening.recording.is_damaged) {
        (Some(SoundFault::NoDevice), _) => {
            let words = "No sound device was found. It plays as soon as one is connected";
            centred_line(ui, icons::SPEAKER_SLASH, words, palette.bad, theme::BODY);
        }
        (Some(SoundFault::DeviceLost), _) => {
            let words = "The sound device is gone. It plays on as soon as one is connected";
            centred_line(ui, icons::SPEAKER_SLASH, words, palette.bad, theme::BODY);
        }
        (None, true) => {
            let words = "Part of this recording is damaged or missing; the rest is played";
            centred_line(ui, icons::WARNING_CIRCLE, words, palette.bad, theme::BODY);
        }
        (None, false) => {
            let opener = match &listening.recording.opened_by {
                Some(owner) => format!("Opened with the key of {owner}, in memory only"),
                None => "Opened with its own passphrase, in memory only".to_owned(),
            };
            centred_line(ui, icons::SHIELD, &opener, palette.muted, theme::SMALL);
        }
    });
}

fn centred_line(ui: &mut Ui, icon: &str, words: &str, colour: Color32, size: f32) {
    let words = RichText::new(words).size(size).color(colour);
    let galley = egui::WidgetText::from(words.clone()).into_galley(
        ui,
        Some(egui::TextWrapMode::Extend),
        f32::INFINITY,
        egui::TextStyle::Body,
    );
    let width = galley.size().x + theme::ICON + 2.0 * theme::GAP;
    let space = ((ui.available_width() - width) / 2.0).max(0.0);
    ui.horizontal(|ui| {
        ui.add_space(space);
        icon_label(ui, icon, colour);
        ui.add(egui::Label::new(words).truncate());
    });
}

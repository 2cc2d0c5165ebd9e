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
use crate::call::{CallCard, clock};
use crate::keys::name_of;
use crate::state::{Action, AppState, Listening};
use crate::texts;

const WAVE_MIN_HEIGHT: f32 = 64.0;
const WAVE_MAX_HEIGHT: f32 = 320.0;
/// A line under the controls with its distance.
const REMARK_HEIGHT: f32 = 6.0 * theme::STEP;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let margin = Margin::symmetric(theme::EDGE as i8, theme::GROUP as i8 + 8);
    let remarks = remarks(listening);
    egui::ScrollArea::vertical().id_salt("listening").auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            facts(ui, state.call());
            ui.add_space(theme::GROUP);
            picture(ui, listening, remarks.len(), view, actions);
            ui.add_space(theme::GROUP);
            transport::show(ui, state, listening, view, actions);
            ui.add_space(theme::GROUP);
            footing(ui, &remarks);
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

fn picture(
    ui: &mut Ui,
    listening: &Listening,
    remark_count: usize,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let palette = Palette::of(ui);
    let duration = listening.recording.pcm.duration();
    let heard = fraction(listening.playback.position, duration);
    card_frame(palette).show(ui, |ui| {
        ui.set_width(ui.available_width());
        // What stays under the card: times, controls, remarks and their distances.
        let remarks = remark_count.saturating_sub(1) as f32 * REMARK_HEIGHT;
        let below = theme::PLAY_DIAMETER + 4.0 * theme::GROUP + 5.0 * theme::CARD_PADDING + remarks;
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

/// A line under the controls.
struct Remark {
    icon: &'static str,
    words: String,
    weight: Weight,
}

/// How much a remark asks for attention.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Nothing is heard.
    Fault,
    /// To be kept in mind while listening.
    Mark,
    /// Good to know.
    Quiet,
}

/// What is worth knowing about this recording and its sound, the most pressing first.
fn remarks(listening: &Listening) -> Vec<Remark> {
    let recording = &listening.recording;
    let remark = |icon, words: String, weight| Remark { icon, words, weight };
    let mark = |words| remark(icons::WARNING_CIRCLE, words, Weight::Mark);
    let fault = listening
        .playback
        .fault
        .map(|fault| remark(icons::SPEAKER_SLASH, texts::sound(fault).to_owned(), Weight::Fault));
    let altered = recording.may_be_altered.then(|| mark(texts::WITHOUT_INTEGRITY.to_owned()));
    let damaged =
        recording.is_damaged.then(|| mark(texts::part_is_missing(recording.pcm.duration())));
    let signed = (!recording.signed_by.is_empty()).then(|| {
        let names: Vec<&str> = recording.signed_by.iter().map(|owner| name_of(owner)).collect();
        let words = format!("Signed by {}", names.join(", "));
        remark(icons::CHECK_CIRCLE, words, Weight::Quiet)
    });
    let opener = match &recording.opened_by {
        Some(owner) => format!("Opened with the key of {owner}, in memory only"),
        None => "Opened with its own passphrase, in memory only".to_owned(),
    };
    let opened = Some(remark(icons::SHIELD, opener, Weight::Quiet));
    [fault, altered, damaged, signed, opened].into_iter().flatten().collect()
}

fn footing(ui: &mut Ui, remarks: &[Remark]) {
    let palette = Palette::of(ui);
    ui.spacing_mut().item_spacing.y = theme::STEP;
    for remark in remarks {
        let (ink, text, size) = match remark.weight {
            Weight::Fault => (palette.bad, palette.bad, theme::BODY),
            Weight::Mark => (palette.bad, palette.text, theme::BODY),
            Weight::Quiet => (palette.muted, palette.muted, theme::SMALL),
        };
        let words = RichText::new(&remark.words).size(size).color(text);
        centred_line(ui, remark.icon, ink, words);
    }
}

fn centred_line(ui: &mut Ui, icon: &str, ink: Color32, words: RichText) {
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
        icon_label(ui, icon, ink);
        ui.add(egui::Label::new(words).truncate());
    });
}

//! What is worth knowing about a recording that is heard, and about its sound? The lines under the
//! controls.

use egui::{Color32, FontFamily, FontId, RichText, Ui};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::icon_label;
use crate::keys::name_of;
use crate::state::{AppState, Listening};
use crate::texts;
use crate::texts::desk::DEVICE_ELSEWHERE;

const LINE_HEIGHT: f32 = 5.0 * theme::STEP;

/// One line.
pub struct Remark {
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

/// The most pressing first.
pub fn of(state: &AppState, listening: &Listening) -> Vec<Remark> {
    let recording = &listening.recording;
    let remark = |icon, words: String, weight| Remark { icon, words, weight };
    let mark = |words| remark(icons::WARNING_CIRCLE, words, Weight::Mark);
    let fault = listening
        .playback
        .fault
        .map(|fault| remark(icons::SPEAKER_SLASH, texts::sound(fault).to_owned(), Weight::Fault));
    let altered = recording.may_be_altered.then(|| mark(texts::WITHOUT_INTEGRITY.into()));
    let damaged =
        recording.is_damaged.then(|| mark(texts::part_is_missing(recording.pcm.duration())));
    let signed = (!recording.signed_by.is_empty()).then(|| {
        let names: Vec<&str> = recording.signed_by.iter().map(|owner| name_of(owner)).collect();
        let words = texts::SIGNED_BY.with(&[("owners", &names.join(", "))]);
        remark(icons::CHECK_CIRCLE, words, Weight::Quiet)
    });
    let opener = match &recording.opened_by {
        Some(owner) => texts::OPENED_WITH_KEY.with(&[("owner", owner)]),
        None => texts::OPENED_WITH_PASSPHRASE.into(),
    };
    let opened = Some(remark(icons::SHIELD, opener, Weight::Quiet));
    let elsewhere = state.settings.desk.device.as_ref().filter(|_| listening.playback.is_elsewhere);
    let elsewhere = elsewhere.map(|device| mark(DEVICE_ELSEWHERE.with(&[("device", device)])));
    [fault, elsewhere, altered, damaged, signed, opened].into_iter().flatten().collect()
}

/// Paints them in one column in the middle.
pub fn show(ui: &mut Ui, remarks: &[Remark]) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let palette = Palette::of(ui);
    let widest = remarks.iter().map(|remark| width(ui, remark)).fold(0.0, f32::max);
    let column = widest + theme::ICON + theme::GAP;
    let space = ((ui.available_width() - column) / 2.0).max(0.0).round();
    for remark in remarks {
        let (ink, colour) = match remark.weight {
            Weight::Fault => (palette.bad, palette.bad),
            Weight::Mark => (palette.bad, palette.text),
            Weight::Quiet => (palette.muted, palette.muted),
        };
        ui.horizontal(|ui| {
            ui.set_height(LINE_HEIGHT);
            ui.add_space(space);
            icon_label(ui, remark.icon, ink);
            let words = RichText::new(&remark.words).font(font(remark)).color(colour);
            ui.add(egui::Label::new(words).truncate());
        });
    }
}

fn font(remark: &Remark) -> FontId {
    let is_quiet = remark.weight == Weight::Quiet;
    FontId::new(if is_quiet { theme::SMALL } else { theme::BODY }, FontFamily::Proportional)
}

fn width(ui: &Ui, remark: &Remark) -> f32 {
    let words = remark.words.clone();
    ui.painter().layout_no_wrap(words, font(remark), Color32::PLACEHOLDER).size().x
}

//! The certificate for the dialer's administrator, and the fingerprint to compare it by.

use egui::{Color32, CornerRadius, Label, Rect, RichText, Role, Sense, Ui, Vec2, WidgetInfo};

use super::super::icons;
use super::super::theme;
use super::super::widgets::{Emphasis, button, centred_card, muted};
use super::{back, gap, heading, outcome};
use crate::keys::qr::{self, Modules};
use crate::open::dialog::Wanted;
use crate::state::AppState;
use crate::state::key_steps::{HandOut, KeyAction};
use crate::texts::{self, Text};

/// One square of the code.
const SQUARE: f32 = 4.0;

/// Squares of light around it, as its standard asks.
const QUIET: usize = 4;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    (fingerprint, why): (&str, HandOut),
    is_new: bool,
    done: &mut Vec<KeyAction>,
) {
    centred_card(ui, "hand out", |ui| {
        let (title, advice) = words(why);
        heading(ui, &title, &advice);
        outcome(ui, state, None);
        let width = ui.available_width();
        let save = texts::SAVE_CERTIFICATE;
        let save = button(ui, Emphasis::Main, icons::FOLDER, &save, width);
        if is_new {
            save.request_focus();
        }
        if save.clicked() {
            done.push(KeyAction::Ask(Wanted::SaveCertificate));
        }
        let words = texts::BACK_UP_NOW;
        if button(ui, Emphasis::Quiet, icons::SHIELD, &words, width).clicked() {
            done.push(KeyAction::Ask(Wanted::SaveBackup));
        }
        gap(ui);
        ui.label(RichText::new(texts::FINGERPRINT).font(theme::strong()));
        ui.add(Label::new(muted(ui, texts::COMPARE_FINGERPRINT)).wrap());
        ui.add_space(theme::GAP);
        let spoken = RichText::new(qr::spoken(fingerprint).replace("  ", "\n"))
            .font(theme::figures(theme::BODY));
        ui.add(Label::new(spoken).wrap().selectable(true));
        if let Some(modules) = qr::modules(fingerprint) {
            ui.add_space(theme::GAP);
            ui.vertical_centered(|ui| code(ui, &modules));
        }
        ui.add_space(theme::GAP);
        back(ui, &texts::DONE, done);
    });
}

fn words(why: HandOut) -> (Text, Text) {
    match why {
        HandOut::Made => (texts::KEY_IS_READY, texts::KEY_IS_READY_ADVICE),
        HandOut::Extended => (texts::KEY_IS_EXTENDED, texts::KEY_IS_EXTENDED_ADVICE),
        HandOut::Revoked => (texts::KEY_IS_WITHDRAWN, texts::KEY_IS_WITHDRAWN_ADVICE),
        HandOut::Wanted => (texts::THE_CERTIFICATE, texts::THE_CERTIFICATE_ADVICE),
    }
}

/// Dark on light in every theme: a camera expects that.
fn code(ui: &mut Ui, modules: &Modules) {
    let width = (modules.width + 2 * QUIET) as f32 * SQUARE;
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(width), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, texts::FINGERPRINT_AS_QR.get()));
    let painter = ui.painter();
    painter.rect_filled(rect, CornerRadius::ZERO, Color32::WHITE);
    for (index, _) in modules.is_dark.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
        let (row, column) = (index / modules.width, index % modules.width);
        let at = Vec2::new((column + QUIET) as f32, (row + QUIET) as f32) * SQUARE;
        let square = Rect::from_min_size(rect.min + at, Vec2::splat(SQUARE));
        painter.rect_filled(square, CornerRadius::ZERO, Color32::BLACK);
    }
}

//! A field for what nobody may read over a shoulder: bullets, and an eye that shows it while held.

use egui::{
    Color32, CornerRadius, FontId, Margin, Response, Role, Sense, Stroke, TextEdit, Ui, Vec2,
    WidgetInfo,
};

use super::passphrase::PassphraseText;
use super::theme::{self, Palette};
use super::{icons, widgets};
use crate::texts;

const EYE_WIDTH: f32 = 40.0;

/// Paints the field; `label` is what a screen reader says.
pub fn show(ui: &mut Ui, passphrase: &mut PassphraseText, label: &str, is_wrong: bool) -> Response {
    field(ui, passphrase, label, is_wrong, false)
}

/// The same for a passphrase that is to be written down, and shown as long as `is_revealed`.
pub fn show_or_reveal(
    ui: &mut Ui,
    passphrase: &mut PassphraseText,
    label: &str,
    is_revealed: bool,
) -> Response {
    field(ui, passphrase, label, false, is_revealed)
}

fn field(
    ui: &mut Ui,
    passphrase: &mut PassphraseText,
    label: &str,
    is_wrong: bool,
    is_revealed: bool,
) -> Response {
    let palette = Palette::of(ui);
    let id = ui.make_persistent_id(label);
    let has_focus = ui.memory(|memory| memory.has_focus(id));
    let stroke = match (has_focus, is_wrong) {
        (true, _) => Stroke::new(2.0, palette.accent_text),
        (false, true) => Stroke::new(1.0, palette.bad),
        (false, false) => Stroke::new(1.0, palette.line_strong),
    };
    let frame = egui::Frame::new()
        .fill(palette.raised)
        .stroke(stroke)
        .corner_radius(CornerRadius::same(theme::CORNER))
        .inner_margin(Margin { left: 12, right: 0, top: 0, bottom: 0 });
    let inner = frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_height(theme::CONTROL_HEIGHT);
            ui.spacing_mut().item_spacing.x = 0.0;
            let eye_key = id.with("eye");
            let is_held = ui.data(|data| data.get_temp(eye_key)).unwrap_or(false);
            let is_shown = is_held || is_revealed;
            let output = TextEdit::singleline(passphrase)
                .id(id)
                .password(true)
                .frame(egui::Frame::NONE)
                .margin(Margin::ZERO)
                .align(egui::Align2::LEFT_CENTER)
                .min_size(Vec2::new(0.0, theme::CONTROL_HEIGHT))
                .desired_width(ui.available_width() - EYE_WIDTH)
                .font(FontId::proportional(theme::BODY))
                .text_color(if is_shown { Color32::TRANSPARENT } else { palette.text })
                .show(ui);
            if is_shown {
                reveal(ui, passphrase, &output);
            }
            let eye = eye(ui, label);
            ui.data_mut(|data| data.insert_temp(eye_key, eye.is_pointer_button_down_on()));
            output.response.response
        })
        .inner
    });
    let field = inner.inner;
    field.widget_info(|| {
        let mut info = WidgetInfo::new(Role::PasswordInput);
        info.label = Some(label.to_owned());
        info
    });
    field
}

fn eye(ui: &mut Ui, label: &str) -> Response {
    let palette = Palette::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(EYE_WIDTH, theme::CONTROL_HEIGHT), Sense::click());
    let words = texts::SHOW_WHILE_HELD.with(&[("what", &label.to_lowercase())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    let is_hot = response.hovered() || response.is_pointer_button_down_on();
    let colour = if is_hot { palette.accent_text } else { palette.muted };
    widgets::paint_icon(ui, rect.center(), icons::EYE, theme::icons(theme::ICON), colour);
    widgets::focus_ring(ui, &response, rect.shrink(6.0), CornerRadius::same(theme::CORNER));
    response.on_hover_text(texts::HOLD_TO_SHOW)
}

// Character by character: a text of the whole passphrase would stay in egui's caches.
fn reveal(ui: &Ui, passphrase: &PassphraseText, output: &egui::text_edit::TextEditOutput) {
    let palette = Palette::of(ui);
    let painter = ui.painter().with_clip_rect(output.text_clip_rect);
    let mut at = output.galley_pos;
    for character in passphrase.characters() {
        let font = FontId::proportional(theme::BODY);
        let galley = painter.layout_no_wrap(character.to_string(), font, palette.text);
        let width = galley.size().x;
        painter.galley(at, galley, palette.text);
        at.x += width;
    }
}

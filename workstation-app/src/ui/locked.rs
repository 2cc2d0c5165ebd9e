//! A recording waits for its passphrase, or is being opened.

use std::time::{Duration, Instant};

use egui::{
    Color32, CornerRadius, FontId, Margin, Response, RichText, Role, Sense, Stroke, TextEdit, Ui,
    Vec2, WidgetInfo,
};

use super::details;
use super::icons;
use super::theme::{self, Palette};
use super::widgets::{self, Emphasis, badge, button, centred_card, icon_label, muted};
use super::{View, passphrase::PassphraseText};
use shared::decrypt::Problem;

use crate::call::CallCard;
use crate::message::{Seal, Stage};
use crate::state::{Action, AppState, Locked, Opening};
use crate::texts::{self, FailureKind};

/// A progress that would be gone before it is read is not shown.
const PATIENCE: Duration = Duration::from_millis(300);
const EYE_WIDTH: f32 = 40.0;
const PROGRESS_HEIGHT: f32 = 6.0;

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
        ui.label(RichText::new("Passphrase").font(theme::strong()));
        let field = field(ui, &mut view.passphrase, locked.is_wrong);
        if is_new {
            field.request_focus();
        }
        view.passphrase.set_wanted(field.has_focus());
        let is_entered =
            field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        opener(ui, &locked.seal, locked.is_wrong);
        ui.add_space(theme::GAP);
        let width = ui.available_width();
        let open = button(ui, Emphasis::Main, icons::LOCK_KEY, "Open", width);
        if open.on_hover_text("Enter").clicked() || is_entered {
            if view.passphrase.is_empty() {
                field.request_focus();
            } else {
                actions.push(Action::Unlock(view.passphrase.take_passphrase()));
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
            Stage::Reading => ("Reading the file", None),
            Stage::Decrypting => ("Unlocking the recording", None),
            Stage::Decoding(fraction) => ("Preparing the sound", Some(fraction)),
        };
        ui.label(RichText::new(words).font(theme::strong()));
        if is_long {
            progress(ui, fraction, words, now.saturating_duration_since(opening.since));
        } else {
            ui.add_space(theme::GAP);
        }
        ui.add_space(theme::GAP);
        let width = ui.available_width();
        if button(ui, Emphasis::Quiet, icons::CROSS, "Cancel", width).clicked() {
            actions.push(Action::Cancel);
        }
    });
}

// What is not measured must still move, and must not pretend to be near its end.
fn progress(ui: &mut Ui, fraction: Option<f32>, words: &str, elapsed: Duration) {
    let palette = Palette::of(ui);
    let shown = fraction.unwrap_or_else(|| 1.0 - 1.0 / (1.0 + elapsed.as_secs_f32() * 0.5));
    let size = Vec2::new(ui.available_width(), PROGRESS_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, words));
    let corner = CornerRadius::same(3);
    ui.painter().rect_filled(rect, corner, palette.line);
    let mut done = rect;
    done.set_width(rect.width() * shown.clamp(0.0, 1.0));
    ui.painter().rect_filled(done, corner, palette.accent_text);
}

fn facts(ui: &mut Ui, call: Option<&CallCard>) {
    let Some(call) = call else { return };
    let palette = Palette::of(ui);
    badge(ui, icons::LOCK, palette.accent_text, palette.accent_soft);
    ui.vertical_centered(|ui| {
        ui.add(egui::Label::new(RichText::new(&call.heading).font(theme::large())).wrap());
        if let Some(when) = &call.when {
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
    let campaign = call.campaign.as_ref().map(|campaign| format!("Campaign {campaign}"));
    let agent = call.agent.as_ref().map(|agent| {
        // Many sites call their users agent01: once is enough.
        let is_said = agent.to_lowercase().starts_with("agent");
        if is_said { agent.clone() } else { format!("Agent {agent}") }
    });
    let parts: Vec<String> = campaign.into_iter().chain(agent).collect();
    (!parts.is_empty()).then(|| parts.join("  ·  "))
}

fn field(ui: &mut Ui, passphrase: &mut PassphraseText, is_wrong: bool) -> Response {
    let palette = Palette::of(ui);
    let id = ui.make_persistent_id("passphrase");
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
            let is_shown = ui.data(|data| data.get_temp(eye_key)).unwrap_or(false);
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
            let eye = eye(ui);
            ui.data_mut(|data| data.insert_temp(eye_key, eye.is_pointer_button_down_on()));
            output.response.response
        })
        .inner
    });
    let field = inner.inner;
    field.widget_info(|| {
        let mut info = WidgetInfo::new(Role::PasswordInput);
        info.label = Some("Passphrase".to_owned());
        info
    });
    field
}

fn eye(ui: &mut Ui) -> Response {
    let palette = Palette::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(EYE_WIDTH, theme::CONTROL_HEIGHT), Sense::click());
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, true, "Show the passphrase while held"));
    let is_hot = response.hovered() || response.is_pointer_button_down_on();
    let colour = if is_hot { palette.accent_text } else { palette.muted };
    widgets::paint_icon(ui, rect.center(), icons::EYE, theme::icons(theme::ICON), colour);
    widgets::focus_ring(ui, &response, rect.shrink(6.0), CornerRadius::same(theme::CORNER));
    response.on_hover_text("Hold to show")
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

/// Under the field: whose passphrase it is, or that it was wrong.
fn opener(ui: &mut Ui, seal: &Seal, is_wrong: bool) {
    let palette = Palette::of(ui);
    if is_wrong {
        marked(ui, icons::WARNING_CIRCLE, &texts::not_the_passphrase(seal), palette.bad);
        let words = texts::words(FailureKind::Problem(Problem::WrongPassphrase));
        ui.add(egui::Label::new(muted(ui, words.advice)).wrap());
    } else {
        let words = match texts::sealed_for(seal) {
            None => "Sealed with a passphrase of its own".to_owned(),
            Some(keys) => format!("Sealed for {keys}"),
        };
        marked(ui, icons::KEY, &words, palette.muted);
    }
}

fn marked(ui: &mut Ui, icon: &str, words: &str, colour: Color32) {
    ui.horizontal_top(|ui| {
        icon_label(ui, icon, colour);
        ui.add(egui::Label::new(RichText::new(words).color(colour)).wrap());
    });
}

//! The picture of a recording: how loud it is, what was heard, and where to jump.

use std::time::Duration;

use egui::accesskit::Action as AccessAction;
use egui::{CornerRadius, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::theme::{self, Palette};
use super::widgets::focus_ring;
use crate::audio::overview::Overview;
use crate::call::clock;

const BAR_WIDTH: f32 = 3.0;
const BAR_STRIDE: f32 = 5.0;

/// What is painted.
pub struct Picture<'a> {
    /// The loudness over time.
    pub overview: &'a Overview,
    /// Fraction that was heard.
    pub heard: f32,
    /// The whole length.
    pub duration: Duration,
}

/// What a hand did to it.
pub struct Touch {
    /// The fraction under the hand while it drags.
    pub scrub: Option<f32>,
    /// The fraction to jump to.
    pub jump: Option<f32>,
    /// Steps asked for by key or by a screen reader.
    pub steps: i64,
}

/// Paints it `height` points high over the whole width.
pub fn show(ui: &mut Ui, picture: &Picture<'_>, scrub: Option<f32>, height: f32) -> Touch {
    let size = Vec2::new(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    describe(&response, picture);
    let shown = scrub.unwrap_or(picture.heard);
    paint_bars(ui, rect, picture.overview, shown);
    paint_head(ui, rect, shown);
    paint_hover(ui, rect, &response, picture.duration);
    focus_ring(ui, &response, rect, CornerRadius::same(theme::CORNER));
    touch(ui, rect, &response, scrub)
}

fn describe(response: &Response, picture: &Picture<'_>) {
    let position_secs = f64::from(picture.heard) * picture.duration.as_secs_f64();
    response.widget_info(|| WidgetInfo::slider(true, position_secs, "Position in seconds"));
}

fn paint_bars(ui: &Ui, rect: Rect, overview: &Overview, heard: f32) {
    let palette = Palette::of(ui);
    let count = (rect.width() / BAR_STRIDE).floor().max(1.0) as usize;
    for index in 0..count {
        let from = index as f32 / count as f32;
        let to = (index + 1) as f32 / count as f32;
        // Speech spreads over a large range; the root shows soft words too.
        let level = overview.level_between(from, to).sqrt();
        let half = (level * rect.height() / 2.0).max(1.5);
        let x = rect.left() + from * rect.width() + (BAR_STRIDE - BAR_WIDTH) / 2.0;
        let bar = Rect::from_min_max(
            Pos2::new(x, rect.center().y - half),
            Pos2::new(x + BAR_WIDTH, rect.center().y + half),
        );
        let colour = if to <= heard { palette.accent_text } else { palette.wave_rest };
        ui.painter().rect_filled(bar, CornerRadius::same(1), colour);
    }
}

fn paint_head(ui: &Ui, rect: Rect, heard: f32) {
    let palette = Palette::of(ui);
    let x = rect.left() + heard.clamp(0.0, 1.0) * rect.width();
    ui.painter().vline(x, rect.y_range(), Stroke::new(2.0, palette.accent_text));
    ui.painter().circle_filled(Pos2::new(x, rect.top()), 5.0, palette.accent_text);
}

fn paint_hover(ui: &Ui, rect: Rect, response: &Response, duration: Duration) {
    let Some(pointer) = response.hover_pos() else { return };
    let palette = Palette::of(ui);
    ui.painter().vline(pointer.x, rect.y_range(), Stroke::new(1.0, palette.line_strong));
    let time = clock(duration.mul_f32(fraction_at(rect, pointer)));
    response
        .clone()
        .on_hover_text_at_pointer(egui::RichText::new(time).font(theme::figures(theme::SMALL)));
}

fn fraction_at(rect: Rect, at: Pos2) -> f32 {
    ((at.x - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0)
}

fn touch(ui: &Ui, rect: Rect, response: &Response, scrub: Option<f32>) -> Touch {
    let under_hand = response.interact_pointer_pos().map(|at| fraction_at(rect, at));
    let is_released = response.drag_stopped() || response.clicked_by(egui::PointerButton::Primary);
    let jump = if is_released { under_hand.or(scrub) } else { None };
    let scrub = if response.dragged() { under_hand } else { None };
    Touch { scrub, jump, steps: steps(ui, response) }
}

fn steps(ui: &Ui, response: &Response) -> i64 {
    let asked =
        |action| ui.input(|input| input.num_accesskit_action_requests(response.id, action)) as i64;
    let mut steps = asked(AccessAction::Increment) - asked(AccessAction::Decrement);
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        steps += ui.input(|input| {
            i64::from(input.key_pressed(egui::Key::ArrowRight))
                - i64::from(input.key_pressed(egui::Key::ArrowLeft))
        });
    }
    steps
}

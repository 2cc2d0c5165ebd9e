//! The few building blocks that every panel is made of.

use egui::{
    Color32, CornerRadius, FontId, Frame, Galley, Margin, Pos2, Rect, Response, RichText, Role,
    Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo,
};

use std::sync::Arc;
use std::time::Duration;

use egui::text::{LayoutJob, TextWrapping};

use super::icons;
use super::theme::{self, Palette};
use crate::texts;

const PROGRESS_HEIGHT: f32 = 6.0;

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// The one thing to do.
    Main,
    /// Something else that can be done.
    Quiet,
    /// A word in the bar on top.
    Bare,
}

/// How wide a [`button`] is that has room.
pub fn button_width(ui: &Ui, icon: &str, words: &str) -> f32 {
    let icon_width = if icon.is_empty() { 0.0 } else { theme::ICON + theme::GAP };
    let galley =
        ui.painter().layout_no_wrap(words.to_owned(), theme::strong(), Color32::PLACEHOLDER);
    galley.size().x + icon_width + 2.0 * theme::GROUP
}

/// A button with an icon and words; `width` 0 means as wide as its words.
pub fn button(ui: &mut Ui, emphasis: Emphasis, icon: &str, words: &str, width: f32) -> Response {
    let palette = Palette::of(ui);
    let is_enabled = ui.is_enabled();
    let icon_width = if icon.is_empty() { 0.0 } else { theme::ICON + theme::GAP };
    let room = width.max(ui.available_width()) - 2.0 * theme::GROUP - icon_width;
    let galley = one_line(ui, words, room);
    let content_width = galley.size().x + icon_width;
    let size = Vec2::new(width.max(content_width + 2.0 * theme::GROUP), theme::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, words));
    let is_hot = response.hovered() || response.is_pointer_button_down_on();
    let (fill, stroke, text) = match emphasis {
        Emphasis::Main if is_hot => (palette.accent_hover, Stroke::NONE, palette.on_accent),
        Emphasis::Main => (palette.accent, Stroke::NONE, palette.on_accent),
        Emphasis::Quiet => (
            if is_hot { palette.raised_hover } else { palette.raised },
            Stroke::new(1.0, palette.line_strong),
            palette.text,
        ),
        Emphasis::Bare => (
            if is_hot { palette.raised_hover } else { Color32::TRANSPARENT },
            Stroke::NONE,
            palette.text,
        ),
    };
    let corner = CornerRadius::same(theme::CORNER);
    ui.painter().rect(rect, corner, fill, stroke, StrokeKind::Inside);
    let mut at = Pos2::new(rect.center().x - content_width / 2.0, rect.center().y);
    if !icon.is_empty() {
        let centre = at + Vec2::new(theme::ICON / 2.0, 0.0);
        paint_icon(ui, centre, icon, theme::icons(theme::ICON), text);
        at.x += icon_width;
    }
    let top = at - Vec2::new(0.0, galley.size().y / 2.0);
    ui.painter().galley_with_override_text_color(top, galley, text);
    focus_ring(ui, &response, rect, corner);
    response
}

/// Words in one line, cut where they are longer than there is room: a name may have any length.
fn one_line(ui: &Ui, words: &str, room: f32) -> Arc<Galley> {
    let mut job =
        LayoutJob::simple_singleline(words.to_owned(), theme::strong(), Color32::PLACEHOLDER);
    job.wrap = TextWrapping::truncate_at_width(room.max(theme::CONTROL_HEIGHT));
    ui.painter().layout_job(job)
}

/// Paints an icon with its ink in the middle of `centre`: the fonts' boxes are wider on one side.
pub fn paint_icon(ui: &Ui, centre: Pos2, icon: &str, font: FontId, colour: Color32) {
    let galley = ui.painter().layout_no_wrap(icon.to_owned(), font, colour);
    let top_left = centre - galley.mesh_bounds.center().to_vec2();
    ui.painter().galley(top_left, galley, colour);
}

/// A round or square button with an icon alone; `label` is what a screen reader says.
pub fn icon_button(ui: &mut Ui, icon: &str, label: &str, diameter: f32) -> Response {
    let palette = Palette::of(ui);
    let is_enabled = ui.is_enabled();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(diameter), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, label));
    let corner = CornerRadius::same((diameter / 2.0) as u8);
    if response.hovered() || response.is_pointer_button_down_on() {
        ui.painter().rect_filled(rect, corner, palette.raised_hover);
    }
    let size = if diameter > theme::CONTROL_HEIGHT { 26.0 } else { theme::ICON };
    paint_icon(ui, rect.center(), icon, theme::icons(size), palette.text);
    focus_ring(ui, &response, rect, corner);
    response
}

/// The ring that shows where the keyboard is.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, corner: CornerRadius) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.has_focus() {
        let stroke = Stroke::new(2.0, Palette::of(ui).accent_text);
        ui.painter().rect_stroke(
            rect.expand(2.0),
            corner + CornerRadius::same(2),
            stroke,
            StrokeKind::Outside,
        );
    }
}

/// A surface with an edge.
pub fn card_frame(ui: &Ui) -> Frame {
    let palette = Palette::of(ui);
    let margin = Margin::symmetric(theme::CARD_PADDING as i8, card_padding(ui) as i8);
    Frame::new()
        .fill(palette.surface)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(theme::CARD_CORNER))
        .inner_margin(margin)
}

/// Above and below what stands in a card.
pub fn card_padding(ui: &Ui) -> f32 {
    if theme::is_low(ui) { theme::GROUP } else { theme::CARD_PADDING }
}

/// A card in the middle of what is left of the window; scrolls where it does not fit.
pub fn centred_card(ui: &mut Ui, salt: &str, add_contents: impl FnOnce(&mut Ui)) {
    centred(ui, salt, theme::CARD_WIDTH, |ui| {
        card_frame(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            add_contents(ui);
        });
    });
}

/// A column in the middle of what is left of the window; scrolls where it does not fit.
pub fn centred(ui: &mut Ui, salt: &str, width: f32, add_contents: impl FnOnce(&mut Ui)) {
    let id = ui.make_persistent_id(("centred", salt));
    let known: Option<f32> = ui.data(|data| data.get_temp(id));
    let space = ui.available_rect_before_wrap();
    egui::ScrollArea::vertical().id_salt(salt).auto_shrink(false).show(ui, |ui| {
        let height = known.unwrap_or(space.height());
        // The eye takes a little above the middle for the middle.
        let top = ((space.height() - height) * 0.45).max(theme::GROUP).round();
        let width = width.min(space.width() - 2.0 * theme::GROUP);
        let left = ui.min_rect().left() + ((space.width() - width) / 2.0).round();
        let start = Pos2::new(left, ui.min_rect().top() + top);
        let rect = Rect::from_min_size(start, Vec2::new(width, f32::INFINITY));
        let inner = ui.scope_builder(UiBuilder::new().max_rect(rect), add_contents);
        let measured = inner.response.rect.height();
        ui.add_space(theme::GROUP);
        if known != Some(measured) {
            ui.data_mut(|data| data.insert_temp(id, measured));
            ui.ctx().request_discard("a column was measured");
        }
    });
}

/// An icon in a soft circle, in the middle of the column; an ornament.
pub fn badge(ui: &mut Ui, icon: &str, colour: Color32, soft: Color32) {
    if theme::is_low(ui) {
        return;
    }
    let diameter = 16.0 * theme::STEP;
    ui.vertical_centered(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(diameter), Sense::hover());
        ui.painter().circle_filled(rect.center(), diameter / 2.0, soft);
        paint_icon(ui, rect.center(), icon, theme::icons(30.0), colour);
    });
    ui.add_space(theme::GAP);
}

/// An icon as high as a line of text.
pub fn icon_label(ui: &mut Ui, icon: &str, colour: Color32) {
    let height = ui.text_style_height(&egui::TextStyle::Body);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(theme::ICON, height), Sense::hover());
    paint_icon(ui, rect.center(), icon, theme::icons(theme::ICON), colour);
}

/// Small text that matters less.
pub fn muted(ui: &Ui, words: impl Into<String>) -> RichText {
    RichText::new(words).size(theme::SMALL).color(Palette::of(ui).muted)
}

/// A thin line across.
pub fn rule(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 1.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::ZERO, Palette::of(ui).line);
}

/// A bar; what is not measured must still move, and must not pretend to be near its end.
pub fn progress(ui: &mut Ui, fraction: Option<f32>, words: &str, elapsed: Duration) {
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

/// A row that is filled from the right; a column of no given height needs to know its height.
pub fn row_from_right(ui: &mut Ui, add_contents: impl FnOnce(&mut Ui)) {
    let size = Vec2::new(ui.available_width(), theme::CONTROL_HEIGHT);
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, add_contents);
}

/// An icon and words beside it, in one colour.
pub fn marked(ui: &mut Ui, icon: &str, words: &str, colour: Color32) {
    ui.horizontal_top(|ui| {
        icon_label(ui, icon, colour);
        ui.add(egui::Label::new(RichText::new(words).color(colour)).wrap());
    });
}

/// A box to tick, with its words.
pub fn checkbox(ui: &mut Ui, is_ticked: &mut bool, words: &str) -> Response {
    let response = ui.checkbox(is_ticked, words);
    focus_ring(ui, &response, response.rect, CornerRadius::same(4));
    response
}

/// What was done with the details of a screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Details {
    is_open: bool,
    is_copied: bool,
}

/// "Details", folded until wanted, with a button that copies them.
pub fn details(ui: &mut Ui, details: &mut Details, text: &str) {
    let was_open = details.is_open;
    ui.horizontal(|ui| {
        let caret = if details.is_open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
        if text_button(ui, caret, &texts::DETAILS, details.is_open).clicked() {
            *details = Details { is_open: !details.is_open, is_copied: false };
        }
        if details.is_open {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                copy_button(ui, details, text);
            });
        }
    });
    if details.is_open {
        let shown = details_text(ui, text);
        if !was_open {
            shown.scroll_to_me(None);
        }
    }
}

fn details_text(ui: &mut Ui, text: &str) -> Response {
    let frame = Frame::new()
        .fill(Palette::of(ui).background)
        .corner_radius(CornerRadius::same(theme::CORNER))
        .inner_margin(Margin::same(12));
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(egui::Label::new(muted(ui, text)).wrap().selectable(true));
    });
    shown.response
}

fn copy_button(ui: &mut Ui, details: &mut Details, text: &str) {
    // A clipboard shows nothing: without a word people press again and again.
    let (icon, words) = if details.is_copied {
        (icons::CHECK_CIRCLE, texts::DETAILS_COPIED)
    } else {
        (icons::COPY, texts::COPY_DETAILS)
    };
    if text_button(ui, icon, &words, false).clicked() {
        ui.ctx().copy_text(text.to_owned());
        details.is_copied = true;
    }
}

/// Small words that can be clicked.
pub fn text_button(ui: &mut Ui, icon: &str, words: &str, is_open: bool) -> Response {
    let palette = Palette::of(ui);
    let font = FontId::proportional(theme::SMALL);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, Color32::PLACEHOLDER);
    let size = Vec2::new(galley.size().x + 22.0 + theme::GAP, 7.0 * theme::STEP);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_open, words));
    let colour = if response.hovered() { palette.text } else { palette.muted };
    let left = rect.left_center();
    paint_icon(ui, left + Vec2::new(7.0, 0.0), icon, theme::icons(14.0), colour);
    let top = left + Vec2::new(20.0, -galley.size().y / 2.0);
    ui.painter().galley_with_override_text_color(top, galley, colour);
    focus_ring(ui, &response, rect, CornerRadius::same(theme::CORNER));
    response
}

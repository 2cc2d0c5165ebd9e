//! Which part of the whole is seen, and where to look: a strip under the picture.

use std::time::Duration;

use egui::{CornerRadius, Pos2, Rect, Role, Sense, Ui, Vec2, WidgetInfo};

use super::Looks;
use crate::texts::desk as words;
use crate::ui::theme::Palette;

/// Paints it `height` points high; empty while all of it is seen.
pub fn strip(ui: &mut Ui, looks: &mut Looks, duration: Duration, height: f32) {
    let size = Vec2::new(ui.available_width(), height);
    if !looks.zoom.is_part() {
        ui.allocate_exact_size(size, Sense::hover());
        return;
    }
    let (rect, response) = ui.allocate_exact_size(size, Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, words::VISIBLE_PART));
    let palette = Palette::of(ui);
    let corner = CornerRadius::same(2);
    let rail = Rect::from_center_size(rect.center(), Vec2::new(rect.width(), 4.0));
    ui.painter().rect_filled(rail, corner, palette.line);
    let seen = looks.zoom.fractions(duration);
    let x = |fraction: f64| rail.left() + fraction as f32 * rail.width();
    let handle = Rect::from_min_max(
        Pos2::new(x(seen.start), rail.top()),
        Pos2::new(x(seen.end).max(x(seen.start) + 8.0), rail.bottom()),
    );
    ui.painter().rect_filled(handle, corner, palette.line_strong);
    if let (true, Some(pointer)) = (response.dragged(), response.interact_pointer_pos()) {
        let fraction = f64::from((pointer.x - rail.left()) / rail.width().max(1.0));
        let at = duration.mul_f64(fraction.clamp(0.0, 1.0));
        looks.zoom.centre(at, duration);
    }
}

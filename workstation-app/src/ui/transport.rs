//! The controls under the picture: back, play, on, and how loud.

use egui::{
    Align, CornerRadius, Layout, Pos2, Response, Role, Sense, Slider, Stroke, Ui, UiBuilder, Vec2,
    WidgetInfo,
};

use super::View;
use super::icons;
use super::keyboard::SKIP_SECS;
use super::theme::{self, Palette};
use super::widgets::{focus_ring, icon_button, paint_icon};
use crate::state::{Action, AppState, Listening};

const VOLUME_WIDTH: f32 = 120.0;

/// Paints them in one row of [`theme::PLAY_DIAMETER`].
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let size = Vec2::new(ui.available_width(), theme::PLAY_DIAMETER);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let width = theme::PLAY_DIAMETER + 2.0 * (theme::SKIP_DIAMETER + theme::GROUP);
    let middle = egui::Rect::from_center_size(rect.center(), Vec2::new(width, rect.height()));
    let layout = Layout::left_to_right(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(middle).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = theme::GROUP;
        if skip(ui, icons::BACK, "5 seconds back", "Left").clicked() {
            actions.push(Action::Skip(-SKIP_SECS));
        }
        if play(ui, listening.playback.is_playing).clicked() {
            actions.push(Action::TogglePlay);
        }
        if skip(ui, icons::FORWARD, "5 seconds on", "Right").clicked() {
            actions.push(Action::Skip(SKIP_SECS));
        }
    });
    let layout = Layout::right_to_left(Align::Center);
    let right = egui::Rect::from_min_max(Pos2::new(middle.right(), rect.top()), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(right).layout(layout), |ui| {
        volume(ui, state.settings.volume, view, actions);
    });
}

fn play(ui: &mut Ui, is_playing: bool) -> Response {
    let palette = Palette::of(ui);
    let diameter = theme::PLAY_DIAMETER;
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(diameter), Sense::click());
    let (icon, label) =
        if is_playing { (icons::PAUSE_FILLED, "Pause") } else { (icons::PLAY_FILLED, "Play") };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let is_hot = response.hovered() || response.is_pointer_button_down_on();
    let fill = if is_hot { palette.accent_hover } else { palette.accent };
    ui.painter().circle_filled(rect.center(), diameter / 2.0, fill);
    // A triangle looks centred a little right of its middle.
    let shift = if is_playing { 0.0 } else { 2.0 };
    let centre = rect.center() + Vec2::new(shift, 0.0);
    paint_icon(ui, centre, icon, theme::icons_filled(28.0), palette.on_accent);
    focus_ring(ui, &response, rect, CornerRadius::same((diameter / 2.0) as u8));
    response.on_hover_text(format!("{label} (Space)"))
}

fn skip(ui: &mut Ui, icon: &str, label: &str, key: &str) -> Response {
    let response = icon_button(ui, icon, label, theme::SKIP_DIAMETER);
    let font = theme::figures(9.0);
    paint_icon(ui, response.rect.center() + Vec2::new(0.0, 1.0), "5", font, Palette::of(ui).text);
    response.on_hover_text(format!("{label} ({key})"))
}

fn volume(ui: &mut Ui, volume: f32, view: &mut View, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = theme::STEP;
    ui.spacing_mut().slider_width = VOLUME_WIDTH;
    ui.spacing_mut().slider_rail_height = 4.0;
    let palette = Palette::of(ui);
    ui.visuals_mut().selection.bg_fill = palette.accent_text;
    let widgets = &mut ui.visuals_mut().widgets;
    for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
        widget.fg_stroke = Stroke::new(2.0, palette.accent_text);
    }
    let mut level = volume;
    let slider = ui.add(Slider::new(&mut level, 0.0..=1.0).show_value(false).trailing_fill(true));
    slider.widget_info(|| WidgetInfo::slider(true, f64::from(level), "Volume"));
    focus_ring(ui, &slider, slider.rect, CornerRadius::same(theme::CORNER));
    if slider.changed() || slider.drag_stopped() {
        let is_final = !slider.dragged();
        actions.push(Action::Volume { volume: level, is_final });
    }
    mute(ui, volume, view, actions);
}

fn mute(ui: &mut Ui, volume: f32, view: &mut View, actions: &mut Vec<Action>) {
    let (icon, label) = match volume {
        volume if volume <= 0.0 => (icons::SPEAKER_NONE, "Sound on"),
        volume if volume < 0.5 => (icons::SPEAKER_LOW, "Sound off"),
        _ => (icons::SPEAKER_HIGH, "Sound off"),
    };
    let response = icon_button(ui, icon, label, theme::CONTROL_HEIGHT).on_hover_text(label);
    if response.clicked() {
        let wanted = if volume > 0.0 {
            view.muted_from = Some(volume);
            0.0
        } else {
            view.muted_from.take().unwrap_or(0.8)
        };
        actions.push(Action::Volume { volume: wanted, is_final: true });
    }
}

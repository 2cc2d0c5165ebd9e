//! The controls under the picture: how fast, where to, play, and how loud.

use egui::{
    Align, CornerRadius, Layout, Pos2, Rect, Response, Role, Sense, Slider, Stroke, Ui, UiBuilder,
    Vec2, WidgetInfo,
};

use super::icons;
use super::theme::{self, Palette};
use super::widgets::{Emphasis, button, focus_ring, icon_button, paint_icon};
use crate::desk::SPEED_CHOICES;
use crate::shortcuts::Shortcut;
use crate::state::desk::DeskAction;
use crate::state::{Action, AppState, Listening};
use crate::texts::{Text, desk as words, keys_in_words};

/// Seconds of a short jump.
pub const SKIP_SECS: i64 = 5;
/// Seconds of a long one.
pub const FAR_SKIP_SECS: i64 = 10;

const VOLUME_WIDTH: f32 = 88.0;
const METER_SIZE: Vec2 = Vec2::new(10.0, 32.0);
const SPEED_WIDTH: f32 = 64.0;
/// With this much room, the speed says what it is.
const WORDS_WIDTH: f32 = 180.0;
/// What everything in one row takes.
const WIDE: f32 = 690.0;

/// Paints them in one row, as high as the play button.
pub fn show(ui: &mut Ui, state: &AppState, listening: &Listening, actions: &mut Vec<Action>) {
    let is_wide = ui.available_width() >= WIDE;
    let size = Vec2::new(ui.available_width(), play_diameter(ui));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let pairs = if is_wide { 3.0 } else { 1.0 };
    let width = play_diameter(ui) + 2.0 * pairs * (theme::SKIP_DIAMETER + theme::STEP);
    let middle = Rect::from_center_size(rect.center(), Vec2::new(width, rect.height()));
    let left = Rect::from_min_max(rect.min, Pos2::new(middle.left(), rect.bottom()));
    let right = Rect::from_min_max(Pos2::new(middle.right(), rect.top()), rect.max);
    let across = Layout::left_to_right(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(left).layout(across), |ui| {
        speed(ui, state, actions);
    });
    ui.scope_builder(UiBuilder::new().max_rect(middle).layout(across), |ui| {
        jumps(ui, state, listening, is_wide, actions);
    });
    let back = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(right).layout(back), |ui| {
        volume(ui, state, listening, actions);
    });
}

fn play_diameter(ui: &Ui) -> f32 {
    if theme::is_low(ui) { theme::SKIP_DIAMETER } else { theme::PLAY_DIAMETER }
}

/// A label with its key behind it.
pub fn with_key(state: &AppState, label: Text, shortcut: Shortcut) -> String {
    match state.settings.desk.keys.chord(shortcut) {
        Some(key) => words::WITH_KEY.with(&[("words", &label), ("key", &keys_in_words(key))]),
        None => label.into(),
    }
}

fn jumps(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    is_wide: bool,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.x = theme::STEP;
    if is_wide {
        let start = icon_button(ui, icons::TO_START, &words::TO_START, theme::SKIP_DIAMETER);
        if start.on_hover_text(with_key(state, words::TO_START, Shortcut::Start)).clicked() {
            actions.push(Action::Seek(std::time::Duration::ZERO));
        }
        skip(ui, state, (words::BACK_10, Shortcut::FarBack), -FAR_SKIP_SECS, actions);
    }
    skip(ui, state, (words::BACK_5, Shortcut::Back), -SKIP_SECS, actions);
    if play(ui, state, listening.playback.is_playing).clicked() {
        actions.push(Action::TogglePlay);
    }
    skip(ui, state, (words::ON_5, Shortcut::Forward), SKIP_SECS, actions);
    if is_wide {
        skip(ui, state, (words::ON_10, Shortcut::FarForward), FAR_SKIP_SECS, actions);
        let end = icon_button(ui, icons::TO_END, &words::TO_END, theme::SKIP_DIAMETER);
        if end.on_hover_text(with_key(state, words::TO_END, Shortcut::End)).clicked() {
            actions.push(Action::Seek(listening.recording.pcm.duration()));
        }
    }
}

fn play(ui: &mut Ui, state: &AppState, is_playing: bool) -> Response {
    let palette = Palette::of(ui);
    let diameter = play_diameter(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(diameter), Sense::click());
    let (icon, label) = if is_playing {
        (icons::PAUSE_FILLED, words::PAUSE)
    } else {
        (icons::PLAY_FILLED, words::PLAY)
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let is_hot = response.hovered() || response.is_pointer_button_down_on();
    let fill = if is_hot { palette.accent_hover } else { palette.accent };
    ui.painter().circle_filled(rect.center(), diameter / 2.0, fill);
    // A triangle looks centred a little right of its middle.
    let shift = if is_playing { 0.0 } else { 2.0 };
    let centre = rect.center() + Vec2::new(shift, 0.0);
    paint_icon(ui, centre, icon, theme::icons_filled(28.0), palette.on_accent);
    focus_ring(ui, &response, rect, CornerRadius::same((diameter / 2.0) as u8));
    response.on_hover_text(with_key(state, label, Shortcut::Play))
}

fn skip(
    ui: &mut Ui,
    state: &AppState,
    (label, shortcut): (Text, Shortcut),
    secs: i64,
    actions: &mut Vec<Action>,
) {
    let icon = if secs < 0 { icons::BACK } else { icons::FORWARD };
    let response = icon_button(ui, icon, &label, theme::SKIP_DIAMETER);
    let (figures, font) = (secs.abs().to_string(), theme::figures(9.0));
    let centre = response.rect.center() + Vec2::new(0.0, 1.0);
    paint_icon(ui, centre, &figures, font, Palette::of(ui).text);
    if response.on_hover_text(with_key(state, label, shortcut)).clicked() {
        actions.push(Action::Skip(secs));
    }
}

/// Slower, the speed with a menu, faster.
fn speed(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = theme::STEP;
    let now = state.settings.desk.speed;
    let slower = icon_button(ui, icons::MINUS, &words::SLOWER, theme::CONTROL_HEIGHT);
    if slower.on_hover_text(with_key(state, words::SLOWER, Shortcut::Slower)).clicked() {
        actions.push(Action::Desk(DeskAction::SpeedStep(-1)));
    }
    let said = words::SPEED_VALUE.with(&[("speed", &speed_words(now))]);
    let is_wide = ui.available_width() > WORDS_WIDTH;
    let shown = if is_wide { said.clone() } else { format!("{}×", speed_words(now)) };
    let menu = button(ui, Emphasis::Bare, "", &shown, SPEED_WIDTH);
    menu.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
    egui::Popup::menu(&menu).show(|ui| {
        for choice in SPEED_CHOICES {
            let label = format!("{}×", speed_words(choice));
            if ui.selectable_label((choice - now).abs() < 0.001, label).clicked() {
                actions.push(Action::Desk(DeskAction::Speed(choice)));
                ui.close();
            }
        }
    });
    menu.on_hover_text(words::SPEED.get());
    let faster = icon_button(ui, icons::PLUS, &words::FASTER, theme::CONTROL_HEIGHT);
    if faster.on_hover_text(with_key(state, words::FASTER, Shortcut::Faster)).clicked() {
        actions.push(Action::Desk(DeskAction::SpeedStep(1)));
    }
}

/// `1`, `1.5`, `1.25`.
fn speed_words(speed: f32) -> String {
    let words = format!("{speed:.2}");
    words.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn volume(ui: &mut Ui, state: &AppState, listening: &Listening, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = theme::STEP;
    ui.spacing_mut().slider_width = VOLUME_WIDTH;
    ui.spacing_mut().slider_rail_height = 4.0;
    let palette = Palette::of(ui);
    ui.visuals_mut().selection.bg_fill = palette.accent_text;
    let widgets = &mut ui.visuals_mut().widgets;
    for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
        widget.fg_stroke = Stroke::new(2.0, palette.accent_text);
    }
    let mut level = state.settings.loudness();
    let slider = ui.add(Slider::new(&mut level, 0.0..=1.0).show_value(false).trailing_fill(true));
    slider.widget_info(|| WidgetInfo::slider(true, f64::from(level), words::VOLUME));
    focus_ring(ui, &slider, slider.rect, CornerRadius::same(theme::CORNER));
    if slider.changed() || slider.drag_stopped() {
        let is_final = !slider.dragged();
        actions.push(Action::Volume { volume: level, is_final });
    }
    mute(ui, state, actions);
    meter(ui, listening.playback.levels);
}

fn mute(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let (icon, label) = match state.settings.loudness() {
        volume if volume <= 0.0 => (icons::SPEAKER_NONE, words::SOUND_ON),
        volume if volume < 0.5 => (icons::SPEAKER_LOW, words::SOUND_OFF),
        _ => (icons::SPEAKER_HIGH, words::SOUND_OFF),
    };
    let response = icon_button(ui, icon, &label, theme::CONTROL_HEIGHT);
    if response.on_hover_text(with_key(state, label, Shortcut::Mute)).clicked() {
        actions.push(Action::ToggleMute);
    }
}

/// How loud each ear is now: an ornament for whoever sees, since it says nothing that is not heard.
fn meter(ui: &mut Ui, levels: [f32; 2]) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(METER_SIZE, Sense::hover());
    for (ear, level) in levels.into_iter().enumerate() {
        let left = rect.left() + ear as f32 * (METER_SIZE.x / 2.0 + 0.5);
        let column = Rect::from_min_size(
            Pos2::new(left, rect.top()),
            Vec2::new(METER_SIZE.x / 2.0 - 0.5, rect.height()),
        );
        ui.painter().rect_filled(column, CornerRadius::same(1), palette.line);
        // In decibels, from -48 up: a voice at half the level is not half as loud.
        let decibels = 20.0 * level.max(1e-5).log10();
        let part = ((decibels + 48.0) / 48.0).clamp(0.0, 1.0);
        let lit = column.with_min_y(column.bottom() - part * column.height());
        ui.painter().rect_filled(lit, CornerRadius::same(1), palette.accent_text);
    }
    response.on_hover_text(words::LEVEL_METER.get());
}

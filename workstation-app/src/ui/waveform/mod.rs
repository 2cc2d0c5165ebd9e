//! The picture of a recording: who speaks when, what was heard, and where to jump.

mod hand;
mod paint;
mod strip;
mod zoom;

use std::ops::Range;
use std::time::Duration;

use egui::accesskit::{self, Action as AccessAction};
use egui::{CornerRadius, Response, Sense, Ui, Vec2, WidgetInfo};

use super::theme;
use super::widgets::focus_ring;
use crate::audio::analysis::Overview;
use crate::call::clock;
use crate::marks::Mark;
use crate::state::desk::Repeat;
use crate::texts::desk as words;

pub use hand::{Drag, Touch};
pub use strip::strip;
pub use zoom::Zoom;

/// What is painted.
pub struct Picture<'a> {
    /// The loudness over time.
    pub overview: &'a Overview,
    /// Where silence is.
    pub silences: &'a [Range<Duration>],
    /// Silence is left out.
    pub skips_silence: bool,
    /// What is noted.
    pub marks: &'a [Mark],
    /// What is played over and over.
    pub repeat: &'a Repeat,
    /// The moment that is heard.
    pub position: Duration,
    /// The length, as far as it is known.
    pub duration: Duration,
    /// How often somebody jumped.
    pub jump_count: u64,
    /// The agent is the second lane.
    pub is_agent_second: bool,
}

/// What a hand is doing to it, and how close it is looked at.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// Which part is seen.
    pub zoom: Zoom,
    /// What a hand drags.
    pub drag: Option<Drag>,
    /// How long what is heard takes from one point of the picture to the next, at normal speed.
    pub secs_a_point: f32,
}

/// Paints it `height` points high over the whole width.
pub fn show(ui: &mut Ui, picture: &Picture<'_>, looks: &mut Looks, height: f32) -> Touch {
    let size = Vec2::new(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let shown = match &looks.drag {
        Some(Drag::Scrub(at)) => *at,
        _ => picture.position,
    };
    let is_held = looks.drag.is_some();
    looks.zoom.follow(shown, picture.duration, picture.jump_count, is_held);
    let scale = looks.zoom.scale(rect, picture.duration);
    let seen = scale.seen();
    looks.secs_a_point = (seen.end - seen.start).as_secs_f32() / rect.width().max(1.0);
    describe(ui, &response, picture, shown);
    paint::all(ui, &scale, picture, shown, looks.drag.as_ref());
    paint::hover(ui, &scale, picture, &response);
    focus_ring(ui, &response, rect, CornerRadius::same(theme::CORNER));
    let mut touch = hand::touch(ui, &scale, picture, &response, looks);
    touch.steps += steps(ui, &response);
    touch.seek = touch.seek.or_else(|| asked_position(ui, &response));
    touch
}

/// A screen reader hears the time in words, and may set it.
fn describe(ui: &Ui, response: &Response, picture: &Picture<'_>, shown: Duration) {
    let (at, length) = (clock(shown), clock(picture.duration));
    let said = words::POSITION_VALUE.with(&[("at", &at), ("length", &length)]);
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(true, shown.as_secs_f64(), words::POSITION.get());
        info.current_text_value = Some(said.clone());
        info
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        if cfg!(target_os = "linux") {
            // AT-SPI knows a slider's value as a figure only.
            node.set_description(said.clone());
        }
        node.set_value(said);
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(picture.duration.as_secs_f64());
        node.set_numeric_value_step(5.0);
        node.add_action(AccessAction::Increment);
        node.add_action(AccessAction::Decrement);
        node.add_action(AccessAction::SetValue);
    });
}

/// Steps asked for by key or by a screen reader.
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

fn asked_position(ui: &Ui, response: &Response) -> Option<Duration> {
    ui.input(|input| {
        let asked = input.accesskit_action_requests(response.id, AccessAction::SetValue);
        asked
            .filter_map(|request| match request.data {
                Some(accesskit::ActionData::NumericValue(secs)) => {
                    Duration::try_from_secs_f64(secs).ok()
                }
                _ => None,
            })
            .last()
    })
}

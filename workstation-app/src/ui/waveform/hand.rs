//! What does a hand do to the picture: jump, drag, choose a stretch, zoom?

use std::ops::Range;
use std::time::Duration;

use egui::{PointerButton, Response, Ui, Vec2};

use super::zoom::Scale;
use super::{Looks, Picture, paint};

/// One notch of a wheel makes it a fifth closer.
const ZOOM_PER_POINT: f64 = 0.004;

/// What is being dragged.
#[derive(Clone, Debug, PartialEq)]
pub enum Drag {
    /// The moment that is heard, to here.
    Scrub(Duration),
    /// A stretch to be repeated, from here to there.
    Stretch(Duration, Duration),
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Touch {
    /// Jump there.
    pub seek: Option<Duration>,
    /// Play this over and over.
    pub repeat: Option<Range<Duration>>,
    /// Steps asked for by key or by a screen reader.
    pub steps: i64,
}

/// Looks at the hand. What it drags is kept in `looks`.
pub fn touch(
    ui: &Ui,
    scale: &Scale,
    picture: &Picture<'_>,
    response: &Response,
    looks: &mut Looks,
) -> Touch {
    wheel(ui, scale, picture, response, looks);
    let mut touch = Touch::default();
    let under_hand = response.interact_pointer_pos().map(|at| scale.time(at.x));
    if response.drag_started_by(PointerButton::Primary) {
        let start = ui.input(|input| input.pointer.press_origin());
        let start = start.map(|at| scale.time(at.x)).or(under_hand).unwrap_or_default();
        let is_stretch = ui.input(|input| input.modifiers.shift);
        looks.drag =
            Some(if is_stretch { Drag::Stretch(start, start) } else { Drag::Scrub(start) });
    }
    if let (Some(drag), Some(at)) = (&mut looks.drag, under_hand) {
        match drag {
            Drag::Scrub(to) | Drag::Stretch(_, to) => *to = at,
        }
    }
    if response.clicked_by(PointerButton::Primary) {
        let flag =
            response.interact_pointer_pos().and_then(|at| paint::mark_at(scale, picture, at));
        touch.seek = flag.or(under_hand);
    }
    if response.drag_stopped() {
        match looks.drag.take() {
            Some(Drag::Scrub(at)) => touch.seek = Some(at),
            Some(Drag::Stretch(from, to)) => touch.repeat = Some(from.min(to)..from.max(to)),
            None => {}
        }
    } else if !response.dragged() {
        looks.drag = None;
    }
    touch
}

/// The wheel zooms at the pointer; sideways it moves the part that is seen.
fn wheel(ui: &Ui, scale: &Scale, picture: &Picture<'_>, response: &Response, looks: &mut Looks) {
    let Some(pointer) = response.hover_pos() else { return };
    // Taken, or the page around would move as well.
    let (delta, pinch) = ui.input_mut(|input| {
        (std::mem::replace(&mut input.smooth_scroll_delta, Vec2::ZERO), input.zoom_delta())
    });
    let at = scale.time(pointer.x);
    let factor = (f64::from(delta.y) * ZOOM_PER_POINT).exp() * f64::from(pinch);
    if (factor - 1.0).abs() > 1e-6 {
        looks.zoom.zoom(factor, at, picture.duration);
    }
    if delta.x != 0.0 {
        let seen = scale.seen();
        let secs = (seen.end - seen.start).as_secs_f64();
        let points = f64::from(scale.rect.width().max(1.0));
        looks.zoom.pan(-f64::from(delta.x) / points * secs, picture.duration);
    }
}

//! Which part of the recording does the picture show, and which point is which moment?

use std::ops::Range;
use std::time::Duration;

use egui::Rect;

/// Nobody needs to look closer.
const LEAST_SECS: f64 = 2.0;
/// What is heard stays this far from the right edge while it moves through a part.
const TURN_AT: f64 = 0.95;
/// After a turn it stands here.
const TURN_TO: f64 = 0.05;

/// The part that is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Zoom {
    /// None: all of it.
    part: Option<Part>,
    /// What was heard when it was last painted.
    last_secs: f64,
    /// How often somebody had jumped by then.
    last_jump_count: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    first_secs: f64,
    secs: f64,
}

/// Points and moments.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Where it is painted.
    pub rect: Rect,
    first_secs: f64,
    secs: f64,
}

impl Scale {
    /// The point of a moment, which may lie outside.
    pub fn x(&self, time: Duration) -> f32 {
        let fraction = (time.as_secs_f64() - self.first_secs) / self.secs;
        self.rect.left() + (fraction * f64::from(self.rect.width())) as f32
    }

    /// The moment of a point, within what is seen.
    pub fn time(&self, x: f32) -> Duration {
        let fraction = ((x - self.rect.left()) / self.rect.width().max(1.0)).clamp(0.0, 1.0);
        let secs = self.first_secs + f64::from(fraction) * self.secs;
        Duration::try_from_secs_f64(secs).unwrap_or_default()
    }

    /// What is seen.
    pub fn seen(&self) -> Range<Duration> {
        self.time(self.rect.left())..self.time(self.rect.right())
    }
}

impl Zoom {
    /// Whether only a part is seen.
    pub fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// All of it.
    pub fn reset(&mut self) {
        self.part = None;
    }

    /// Looks closer (above 1) or from further away, with the moment `at` where it is.
    pub fn zoom(&mut self, factor: f64, at: Duration, duration: Duration) {
        let whole = duration.as_secs_f64();
        let now = self.part.unwrap_or(Part { first_secs: 0.0, secs: whole });
        let secs = (now.secs / factor).max(LEAST_SECS);
        if !secs.is_finite() || secs >= whole {
            return self.reset();
        }
        let at = at.as_secs_f64();
        let place = (at - now.first_secs) / now.secs.max(f64::EPSILON);
        self.part = Some(Part { first_secs: at - place * secs, secs }.within(whole));
    }

    /// Moves the part by so many seconds.
    pub fn pan(&mut self, secs: f64, duration: Duration) {
        if let Some(part) = &mut self.part {
            part.first_secs += secs;
            *part = part.within(duration.as_secs_f64());
        }
    }

    /// Shows this moment in the middle.
    pub fn centre(&mut self, at: Duration, duration: Duration) {
        if let Some(part) = &mut self.part {
            part.first_secs = at.as_secs_f64() - part.secs / 2.0;
            *part = part.within(duration.as_secs_f64());
        }
    }

    /// Turns the page when what is heard has come to its end, unless a hand holds the picture or has
    /// moved it elsewhere; goes along with a jump.
    pub fn follow(&mut self, heard: Duration, duration: Duration, jump_count: u64, is_held: bool) {
        let heard = heard.as_secs_f64();
        let before = std::mem::replace(&mut self.last_secs, heard);
        let is_jump = std::mem::replace(&mut self.last_jump_count, jump_count) != jump_count;
        let Some(part) = &mut self.part else { return };
        *part = part.within(duration.as_secs_f64());
        let place = |secs: f64| (secs - part.first_secs) / part.secs;
        let was_seen = (0.0..=1.0).contains(&place(before));
        let is_seen = (0.0..=TURN_AT).contains(&place(heard));
        if !is_held && !is_seen && (was_seen || is_jump) && heard != before {
            part.first_secs = heard - TURN_TO * part.secs;
            *part = part.within(duration.as_secs_f64());
        }
    }

    /// Points and moments of a picture of this length.
    pub fn scale(&self, rect: Rect, duration: Duration) -> Scale {
        let whole = duration.as_secs_f64().max(0.001);
        let part = self.part.unwrap_or(Part { first_secs: 0.0, secs: whole }).within(whole);
        Scale { rect, first_secs: part.first_secs, secs: part.secs.max(0.001) }
    }

    /// The seen part of the whole, as fractions.
    pub fn fractions(&self, duration: Duration) -> Range<f64> {
        let whole = duration.as_secs_f64().max(0.001);
        match self.part {
            Some(part) => part.first_secs / whole..(part.first_secs + part.secs) / whole,
            None => 0.0..1.0,
        }
    }
}

impl Part {
    fn within(self, whole_secs: f64) -> Self {
        let secs = self.secs.min(whole_secs);
        Self { first_secs: self.first_secs.clamp(0.0, (whole_secs - secs).max(0.0)), secs }
    }
}

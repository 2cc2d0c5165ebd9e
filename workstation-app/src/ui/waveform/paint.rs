//! What does the picture look like: two lanes, what is silent, muted, said at once, marked, repeated?

use std::ops::Range;
use std::time::Duration;

use egui::{Align2, CornerRadius, FontId, Pos2, Rect, Response, Stroke, Ui};

use super::zoom::Scale;
use super::{Drag, Picture};
use crate::call::clock;
use crate::state::desk::Repeat;
use crate::texts::desk as words;
use crate::ui::theme::{self, Palette};

const BAR_WIDTH: f32 = 3.0;
const BAR_STRIDE: f32 = 5.0;
/// The second lane is one shape without gaps: told from the first without its colour.
const AREA_STRIDE: f32 = 2.0;
/// The line of times under the lanes.
const AXIS_HEIGHT: f32 = 18.0;
/// Where flags stand.
const FLAGS_HEIGHT: f32 = 12.0;
/// Noise alone must not look like speech.
const LEAST_FULL_SCALE: f32 = 0.05;
const LEAST_TICK_POINTS: f32 = 84.0;
const HATCH_POINTS: f32 = 7.0;

/// Distances between times, in seconds.
const TICKS_SECS: [u64; 14] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/// Everything, from the ground up.
pub fn all(ui: &Ui, scale: &Scale, picture: &Picture<'_>, shown: Duration, drag: Option<&Drag>) {
    let palette = Palette::of(ui);
    // What lies outside of the part that is seen stays outside of the picture.
    let painter = Painter { painter: ui.painter().with_clip_rect(clip(ui, scale)), scale, palette };
    painter.silences(picture);
    painter.muted(picture);
    painter.repeat(picture.repeat, drag);
    let lanes = lane_rects(scale, picture);
    for (lane, rect) in lanes.iter().enumerate() {
        painter.lane(picture, lane, *rect, shown);
    }
    painter.talk_over(picture, &lanes);
    painter.axis();
    painter.marks(picture);
    painter.head(shown);
}

fn clip(ui: &Ui, scale: &Scale) -> Rect {
    // The head's knob stands a little out at both ends.
    scale.rect.expand2(egui::Vec2::new(6.0, 6.0)).intersect(ui.clip_rect())
}

/// Where the lanes are, the first one on top.
fn lane_rects(scale: &Scale, picture: &Picture<'_>) -> Vec<Rect> {
    let mut body = scale.rect;
    body.min.y += FLAGS_HEIGHT;
    body.max.y -= AXIS_HEIGHT;
    if picture.overview.lane_count() < 2 {
        return vec![body];
    }
    let (upper, lower) = body.split_top_bottom_at_fraction(0.5);
    vec![upper.with_max_y(upper.bottom() - 2.0), lower.with_min_y(lower.top() + 2.0)]
}

struct Painter<'a> {
    painter: egui::Painter,
    scale: &'a Scale,
    palette: Palette,
}

impl Painter<'_> {
    fn body(&self) -> Rect {
        self.scale.rect.with_max_y(self.scale.rect.bottom() - AXIS_HEIGHT)
    }

    fn band(&self, stretch: &Range<Duration>) -> Option<Rect> {
        let body = self.body();
        let left = self.scale.x(stretch.start).max(body.left());
        let right = self.scale.x(stretch.end).min(body.right());
        (right > left).then(|| {
            Rect::from_min_max(Pos2::new(left, body.top()), Pos2::new(right, body.bottom()))
        })
    }

    fn silences(&self, picture: &Picture<'_>) {
        let colour =
            if picture.skips_silence { self.palette.skipped } else { self.palette.silence };
        for band in picture.silences.iter().filter_map(|stretch| self.band(stretch)) {
            self.painter.rect_filled(band, CornerRadius::ZERO, colour);
        }
    }

    /// Hatched: somebody switched the sound off.
    fn muted(&self, picture: &Picture<'_>) {
        let stroke = Stroke::new(1.0, self.palette.line_strong);
        for band in picture.overview.muted().iter().filter_map(|stretch| self.band(stretch)) {
            let painter = self.painter.with_clip_rect(band.intersect(self.painter.clip_rect()));
            let mut x = band.left() - band.height();
            while x < band.right() {
                let foot = Pos2::new(x, band.bottom());
                painter.line_segment([foot, Pos2::new(x + band.height(), band.top())], stroke);
                x += HATCH_POINTS;
            }
        }
    }

    fn repeat(&self, repeat: &Repeat, drag: Option<&Drag>) {
        let stretch = match (drag, repeat) {
            (Some(Drag::Stretch(from, to)), _) => *from.min(to)..*from.max(to),
            (_, Repeat::Between(range)) => range.clone(),
            (_, Repeat::From(start)) => return self.border(*start, "A"),
            (_, Repeat::Off) => return,
        };
        if let Some(band) = self.band(&stretch) {
            self.painter.rect_filled(band, CornerRadius::ZERO, self.palette.accent_soft);
        }
        self.border(stretch.start, "A");
        self.border(stretch.end, "B");
    }

    fn border(&self, at: Duration, name: &str) {
        let (x, body) = (self.scale.x(at), self.body());
        if !body.x_range().contains(x) {
            return;
        }
        self.painter.vline(x, body.y_range(), Stroke::new(1.5, self.palette.accent_text));
        let corner = Pos2::new(x + 3.0, body.bottom() - 2.0);
        let font = FontId::proportional(theme::SMALL);
        self.painter.text(corner, Align2::LEFT_BOTTOM, name, font, self.palette.accent_text);
    }

    fn lane(&self, picture: &Picture<'_>, lane: usize, rect: Rect, shown: Duration) {
        let is_first = lane == 0;
        let (heard, rest) = if is_first {
            (self.palette.agent, self.palette.agent_rest)
        } else {
            (self.palette.customer, self.palette.customer_rest)
        };
        let channel = if picture.is_agent_second && picture.overview.lane_count() > 1 {
            1 - lane
        } else {
            lane
        };
        let (stride, width) =
            if is_first { (BAR_STRIDE, BAR_WIDTH) } else { (AREA_STRIDE, AREA_STRIDE) };
        let full = picture.overview.loudest().max(LEAST_FULL_SCALE);
        let known = self.scale.x(picture.overview.duration()).min(rect.right());
        let mut x = rect.left();
        while x < known {
            let (from, to) = (self.scale.time(x), self.scale.time(x + stride));
            let peak = picture.overview.peak_between(channel, from, to) / full;
            // Speech spreads over a large range; the root shows soft words too.
            let half = (peak.clamp(0.0, 1.0).sqrt() * rect.height() / 2.0).max(0.75);
            let bar = Rect::from_min_max(
                Pos2::new(x, rect.center().y - half),
                Pos2::new(x + width, rect.center().y + half),
            );
            let colour = if to <= shown { heard } else { rest };
            let corner = if is_first { CornerRadius::same(1) } else { CornerRadius::ZERO };
            self.painter.rect_filled(bar, corner, colour);
            x += stride;
        }
    }

    /// Both speak: a line between the lanes.
    fn talk_over(&self, picture: &Picture<'_>, lanes: &[Rect]) {
        let [upper, lower] = lanes else { return };
        let middle = (upper.bottom() + lower.top()) / 2.0;
        for band in picture.overview.talk_over().iter().filter_map(|stretch| self.band(stretch)) {
            let line = Rect::from_min_max(
                Pos2::new(band.left(), middle - 2.0),
                Pos2::new(band.right().max(band.left() + 2.0), middle + 2.0),
            );
            self.painter.rect_filled(line, CornerRadius::same(2), self.palette.talk_over);
        }
    }

    fn axis(&self) {
        let seen = self.scale.seen();
        let secs = (seen.end - seen.start).as_secs_f32().max(0.001);
        let points_a_second = self.scale.rect.width() / secs;
        let fits = |tick: &&u64| **tick as f32 * points_a_second >= LEAST_TICK_POINTS;
        let step = TICKS_SECS.iter().find(fits).copied().unwrap_or(14_400);
        let body = self.body();
        let mut at = seen.start.as_secs().next_multiple_of(step);
        while at <= seen.end.as_secs() {
            let time = Duration::from_secs(at);
            let x = self.scale.x(time);
            let foot = body.bottom();
            self.painter.vline(x, foot..=foot + 4.0, Stroke::new(1.0, self.palette.line_strong));
            let label = self.painter.layout_no_wrap(
                clock(time),
                theme::figures(theme::SMALL),
                self.palette.muted,
            );
            let half = label.size().x / 2.0;
            let left =
                (x - half).clamp(self.scale.rect.left(), self.scale.rect.right() - 2.0 * half);
            self.painter.galley(Pos2::new(left, foot + 4.0), label, self.palette.muted);
            at += step;
        }
    }

    fn marks(&self, picture: &Picture<'_>) {
        for mark in picture.marks {
            let x = self.scale.x(mark.at);
            if !self.scale.rect.x_range().contains(x) {
                continue;
            }
            let top = self.scale.rect.top();
            self.painter.vline(x, self.body().y_range(), Stroke::new(1.0, self.palette.mark));
            let flag =
                vec![Pos2::new(x, top), Pos2::new(x + 9.0, top + 4.5), Pos2::new(x, top + 9.0)];
            self.painter.add(egui::Shape::convex_polygon(flag, self.palette.mark, Stroke::NONE));
        }
    }

    fn head(&self, shown: Duration) {
        let (x, body) = (self.scale.x(shown), self.body());
        if !self.scale.rect.expand(1.0).x_range().contains(x) {
            return;
        }
        self.painter.vline(x, body.y_range(), Stroke::new(2.0, self.palette.text));
        self.painter.circle_filled(Pos2::new(x, body.top()), 5.0, self.palette.text);
    }
}

/// The time under the pointer, and what is there.
pub fn hover(ui: &Ui, scale: &Scale, picture: &Picture<'_>, response: &Response) {
    let Some(pointer) = response.hover_pos() else { return };
    let palette = Palette::of(ui);
    ui.painter().vline(pointer.x, scale.rect.y_range(), Stroke::new(1.0, palette.line_strong));
    let at = scale.time(pointer.x);
    let is_in = |stretches: &[Range<Duration>]| stretches.iter().any(|it| it.contains(&at));
    let kind = if is_in(picture.overview.muted()) {
        Some(words::MUTED)
    } else if is_in(picture.overview.talk_over()) {
        Some(words::TALK_OVER)
    } else if is_in(picture.silences) {
        Some(words::SILENCE)
    } else {
        None
    };
    let marked = mark_at(scale, picture, pointer)
        .and_then(|time| picture.marks.iter().find(|mark| mark.at == time));
    let mut said = clock(at);
    for part in kind.map(|kind| kind.get()).into_iter().chain(marked.map(|mark| mark.text.as_str()))
    {
        said.push_str("  ·  ");
        said.push_str(part);
    }
    response
        .clone()
        .on_hover_text_at_pointer(egui::RichText::new(said).font(theme::figures(theme::SMALL)));
}

/// The mark whose flag is under the pointer.
pub fn mark_at(scale: &Scale, picture: &Picture<'_>, pointer: Pos2) -> Option<Duration> {
    let is_high = pointer.y <= scale.rect.top() + FLAGS_HEIGHT;
    let is_near = |at: Duration| (-3.0..=11.0).contains(&(pointer.x - scale.x(at)));
    let mark = picture.marks.iter().rev().find(|mark| is_high && is_near(mark.at));
    mark.map(|mark| mark.at)
}

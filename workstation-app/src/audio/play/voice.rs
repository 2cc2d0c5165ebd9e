//! Which samples does the device get: the recording with its jumps and fades?

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use rodio::Source;

use super::controls::{Controls, Seek};
use super::feed::{Feed, Frame};
use super::meter::Meter;
use super::past::{Given, Past};
use super::timeline::{Mark, Timeline};
use crate::audio::pcm::Pcm;
use crate::audio::resample::RateError;

/// A pause fades in 5 ms, or it would click.
const FADE_MS: u32 = 5;
/// A change of loudness takes 20 ms over its whole range, or its steps would be heard.
const VOLUME_MS: u32 = 20;
/// A device that only pulls is told where it is this often.
const FRAMES_BETWEEN_REPORTS: u64 = 64;

/// What the person wants.
#[derive(Clone, Copy, PartialEq)]
struct Orders {
    is_playing: bool,
    seek: Option<Seek>,
    volume: f32,
    wish_count: u64,
}

impl Orders {
    fn of(controls: &Controls) -> Self {
        Self {
            is_playing: controls.is_running(),
            seek: controls.seek_asked(),
            volume: controls.volume(),
            wish_count: controls.wish_count(),
        }
    }
}

/// The stream of samples a device takes, which never ends: silence keeps the device open until the
/// player lets it go.
pub struct Voice {
    controls: Arc<Controls>,
    device_rate_hz: NonZero<u32>,
    feed: Feed,
    past: Past,
    timeline: Timeline,
    meter: Meter,
    level: f32,
    volume: f32,
    orders: Orders,
    /// The last jump that was made.
    done: Option<Seek>,
    /// How much later the device plays what it pulls; none if it says itself what it has played.
    latency_frames: Option<u64>,
    frame: Frame,
    channel_index: usize,
}

impl Voice {
    /// A stream of `pcm` at the device's rate that begins where `controls` stand.
    pub fn new(
        pcm: Arc<Pcm>,
        controls: Arc<Controls>,
        device_rate_hz: NonZero<u32>,
    ) -> Result<Self, RateError> {
        let last_source = pcm.frame_count();
        let feed = Feed::new(pcm, device_rate_hz)?;
        // Asked first: a jump that comes after this is another one, and is made later.
        let done = controls.seek_asked();
        let source = done.map_or(controls.position(), Seek::frame).min(last_source);
        let mut timeline = Timeline::new(feed.ratio(), source, last_source);
        let begin = Mark { seek: done, ..timeline.last() };
        timeline.push(begin);
        Ok(Self {
            volume: controls.volume(),
            orders: Orders::of(&controls),
            timeline,
            meter: Meter::new(device_rate_hz.get()),
            controls,
            device_rate_hz,
            feed,
            past: Past::new(0),
            level: 0.0,
            done,
            latency_frames: Some(0),
            frame: [0.0; 2],
            channel_index: 0,
        })
    }

    /// The same recording for a device of another rate, from what is heard now.
    pub fn at_rate(&self, device_rate_hz: NonZero<u32>) -> Result<Self, RateError> {
        Self::new(Arc::clone(self.feed.pcm()), Arc::clone(&self.controls), device_rate_hz)
    }

    /// What both sides share.
    pub fn controls(&self) -> &Arc<Controls> {
        &self.controls
    }

    /// The device only pulls, and plays what it pulled this much later.
    pub fn played_later_by(&mut self, frames: u64) {
        self.latency_frames = Some(frames);
    }

    /// The device says itself what it has played, and takes back up to `frame_count` frames.
    pub fn reported_by_device(&mut self, frame_count: usize) {
        self.latency_frames = None;
        self.past = Past::new(frame_count);
    }

    /// How many frames were given.
    pub fn given(&self) -> u64 {
        self.past.cursor()
    }

    /// Whether an order has come since it was last asked.
    pub fn has_new_orders(&mut self) -> bool {
        let orders = Orders::of(&self.controls);
        std::mem::replace(&mut self.orders, orders) != orders
    }

    /// Goes back to `frame`, or as far as it remembers: what follows obeys the orders of now.
    pub fn take_back(&mut self, frame: u64) {
        self.past.go_back(frame);
        let cursor = self.past.cursor();
        let before = self.past.last().unwrap_or_default();
        self.level = before.level;
        self.volume = if cursor > 0 { before.volume } else { self.controls.volume() };
        let Some(turn) = self.timeline.cut(cursor) else { return };
        // What was given from that turn on led elsewhere. An unheard jump is to be made again.
        self.past.forget_from(turn);
        self.done = self.timeline.last().seek;
        if self.timeline.last().is_moving {
            self.feed.jump(self.timeline.source_at(turn));
        }
    }

    /// The device has played up to `frame`.
    pub fn report(&mut self, frame: u64) {
        let heard = self.timeline.hear(frame);
        self.controls.set_position(heard.source, heard.seek);
        self.controls.set_levels(self.meter.levels_at(frame));
        let is_playing = self.controls.is_playing() && self.controls.seek_asked().is_none();
        if heard.is_end && is_playing {
            self.controls.end();
        } else if heard.has_come_to_rest {
            self.controls.rest();
        }
    }

    /// The device is gone, and is known to have played up to `frame` only.
    pub fn lost_after(&mut self, frame: u64) {
        self.controls.set_position(self.timeline.source_at(frame), None);
        self.controls.set_levels([0.0; 2]);
        self.controls.device_lost();
    }

    /// The next frame.
    pub fn next_frame(&mut self) -> Frame {
        self.level = approached(self.level, self.wanted_level(), self.step(FADE_MS));
        self.volume = approached(self.volume, self.controls.volume(), self.step(VOLUME_MS));
        let content = if self.level > 0.0 { self.sound() } else { self.rest() };
        let gain = self.level * self.volume;
        let frame = content.map(|sample| sample * gain);
        self.meter.note(self.given(), frame);
        self.past.push(Given { content, level: self.level, volume: self.volume });
        frame
    }

    fn step(&self, fade_ms: u32) -> f32 {
        1.0 / (self.device_rate_hz.get() / 1000 * fade_ms).max(1) as f32
    }

    fn is_jump_asked(&self) -> bool {
        let asked = self.controls.seek_asked();
        asked.is_some() && asked != self.done
    }

    /// A fade ends before a jump, and begins after it.
    fn wanted_level(&self) -> f32 {
        let is_at_end = self.timeline.last().is_end;
        if self.controls.is_running() && !self.is_jump_asked() && !is_at_end { 1.0 } else { 0.0 }
    }

    fn sound(&mut self) -> Frame {
        let now = self.timeline.last();
        if !now.is_moving {
            self.past.forget_ahead();
            self.feed.jump(now.source);
            self.mark(now.source, true, None);
        }
        if let Some(content) = self.past.ahead() {
            return content;
        }
        self.feed.next_frame().unwrap_or_else(|| {
            self.timeline
                .push(Mark { is_end: true, ..self.rest_at(self.feed.pcm().frame_count()) });
            self.level = 0.0;
            [0.0; 2]
        })
    }

    fn rest(&mut self) -> Frame {
        let now = self.timeline.last();
        if let Some(seek) = self.controls.seek_asked().filter(|asked| Some(*asked) != self.done) {
            self.done = Some(seek);
            self.past.forget_ahead();
            self.mark(seek.frame().min(self.feed.pcm().frame_count()), false, Some(seek));
        } else if now.is_moving {
            self.past.forget_ahead();
            self.mark(self.timeline.source_at(self.given()), false, None);
        }
        [0.0; 2]
    }

    fn mark(&mut self, source: usize, is_moving: bool, seek: Option<Seek>) {
        self.timeline.push(Mark { is_moving, seek, ..self.rest_at(source) });
    }

    fn rest_at(&self, source: usize) -> Mark {
        Mark { from: self.given(), source, is_moving: false, seek: None, is_end: false }
    }

    fn pulled(&mut self) {
        let Some(latency_frames) = self.latency_frames else { return };
        let given = self.given();
        self.controls.add_progress(1);
        if given.is_multiple_of(FRAMES_BETWEEN_REPORTS) {
            self.report(given.saturating_sub(latency_frames));
        }
    }
}

fn approached(value: f32, wanted: f32, step: f32) -> f32 {
    value + (wanted - value).clamp(-step, step)
}

impl Iterator for Voice {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.channel_index == 0 {
            self.frame = self.next_frame();
            self.pulled();
        }
        let sample = self.frame.get(self.channel_index).copied();
        self.channel_index = (self.channel_index + 1) % usize::from(self.channels().get());
        sample
    }
}

impl Source for Voice {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        NonZero::new(self.feed.pcm().channel_count()).unwrap_or(NonZero::<u16>::MIN)
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.device_rate_hz
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

//! Which samples does the device get: the recording with its jumps and fades?

use std::num::NonZero;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::change::Change;
use super::controls::{Controls, Orders, Seek};
use super::feed::{Fed, Feed, Frame};
use super::meter::Meter;
use super::past::{Given, Past};
use super::pull::Pulled;
use super::spans::Span;
use super::timeline::{Mark, Timeline};
use crate::audio::pcm::Pcm;
use crate::audio::resample::RateError;

/// A pause fades in 5 ms, or it would click.
const FADE_MS: u32 = 5;
/// A change of loudness takes 20 ms over its whole range, or its steps would be heard.
const VOLUME_MS: u32 = 20;
/// Wishes are obeyed this far apart at least.
const WISH_MS: u64 = 80;
/// Another way of hearing takes over in this time.
const CHANGE_MS: u64 = 20;
/// What is waited for is looked for this often.
const FRAMES_BETWEEN_LOOKS: u64 = 64;

/// The stream of samples a device takes, which never ends: silence keeps the device open until the
/// player lets it go.
pub struct Voice {
    controls: Arc<Controls>,
    device_rate_hz: NonZero<u32>,
    feed: Feed,
    change: Change,
    past: Past,
    timeline: Timeline,
    meter: Meter,
    level: f32,
    volume: f32,
    orders: Orders,
    /// The device has played so much.
    reported: u64,
    /// From then on another wish is obeyed.
    next_wish: u64,
    /// The last jump that was made.
    done: Option<Seek>,
    /// The recording is not there yet from where it stands on.
    is_starved: bool,
    /// How much later the device plays what it pulls; none if it says itself what it has played.
    pub(super) latency_frames: Option<u64>,
    /// What it pulls sample by sample.
    pub(super) pulled: Pulled,
}

impl Voice {
    /// A stream of `pcm` at the device's rate that begins where `controls` stand.
    pub fn new(
        pcm: Arc<Pcm>,
        controls: Arc<Controls>,
        device_rate_hz: NonZero<u32>,
    ) -> Result<Self, RateError> {
        // Asked first: a wish or a jump that comes after this is another one, and is made later.
        let wish_count = controls.wish_count();
        let wish = controls.wish();
        let feed = Feed::new(pcm, &wish, device_rate_hz)?;
        let done = controls.seek_asked();
        let source = done.map_or(controls.position(), Seek::frame).min(feed.pcm().frame_count());
        let mut timeline = Timeline::new(feed.ratio(), source);
        let begin = Mark { seek: done, ..timeline.last() };
        timeline.push(begin);
        Ok(Self {
            volume: controls.volume(),
            orders: Orders::of(&controls).with_wish(wish_count),
            timeline,
            meter: Meter::new(device_rate_hz.get()),
            controls,
            device_rate_hz,
            feed,
            change: Change::none(wish, wish_count),
            past: Past::new(0),
            level: 0.0,
            reported: 0,
            next_wish: 0,
            done,
            is_starved: false,
            latency_frames: Some(0),
            pulled: Pulled::default(),
        })
    }

    /// The same recording for a device of another rate, from what is heard now.
    pub fn at_rate(&self, device_rate_hz: NonZero<u32>) -> Result<Self, RateError> {
        Self::new(Arc::clone(self.feed.pcm()), Arc::clone(&self.controls), device_rate_hz)
    }

    /// The rate at which it is taken.
    pub fn device_rate_hz(&self) -> NonZero<u32> {
        self.device_rate_hz
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

    /// One or two.
    pub fn channel_count(&self) -> u16 {
        self.feed.pcm().channel_count()
    }

    /// Whether an order has come since it was last asked, or what was waited for.
    pub fn has_new_orders(&mut self) -> bool {
        let mut orders = Orders::of(&self.controls);
        if orders.wish_count != self.orders.wish_count && !self.takes_wish(self.reported) {
            orders.wish_count = self.orders.wish_count;
        }
        let is_fed = self.is_starved && self.feed.can_go_on(self.timeline.last().source);
        self.is_starved &= !is_fed;
        std::mem::replace(&mut self.orders, orders) != orders || is_fed
    }

    /// Goes back to `frame`, or as far as it remembers: what follows obeys the orders of now.
    pub fn take_back(&mut self, frame: u64) {
        self.past.go_back(frame);
        let cursor = self.past.cursor();
        let before = self.past.last().unwrap_or_default();
        self.level = before.level;
        self.volume = if cursor > 0 { before.volume } else { self.controls.volume() };
        self.change.go_back(cursor);
        let Some(turn) = self.timeline.cut(cursor) else { return };
        // What was given from that turn on led elsewhere. An unheard jump is to be made again.
        self.past.forget_from(turn);
        self.done = self.timeline.last().seek;
        self.is_starved = false;
        // What sounds until there may still be as it was wished before.
        self.change.take_back(turn);
        if self.timeline.last().is_moving {
            self.go_on_at(turn);
        }
    }

    /// The device has played up to `frame`.
    pub fn report(&mut self, frame: u64) {
        self.reported = frame;
        let heard = self.timeline.hear(frame);
        self.controls.set_position(self.within(heard.source), heard.seek);
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
        self.controls.set_position(self.source_at(frame), None);
        self.controls.set_levels([0.0; 2]);
        self.controls.device_lost();
    }

    /// The next frame.
    pub fn next_frame(&mut self) -> Frame {
        self.obey_wish();
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

    fn within(&self, source: usize) -> usize {
        source.min(self.feed.pcm().frame_count())
    }

    fn source_at(&self, frame: u64) -> usize {
        self.within(self.timeline.source_at(frame))
    }

    fn is_jump_asked(&self) -> bool {
        let asked = self.controls.seek_asked();
        asked.is_some() && asked != self.done
    }

    /// A fade ends before a jump, and begins after it.
    fn wanted_level(&self) -> f32 {
        let is_held = self.timeline.last().is_end || self.is_starved || self.is_jump_asked();
        if self.controls.is_running() && !is_held { 1.0 } else { 0.0 }
    }

    /// Whether another wish is obeyed at this frame: each makes anew what was given ahead, and a
    /// hand on a slider has many.
    fn takes_wish(&mut self, now: u64) -> bool {
        if now < self.next_wish {
            return false;
        }
        self.next_wish = now + u64::from(self.device_rate_hz.get()) * WISH_MS / 1000;
        true
    }

    /// Another wish is heard at once: what sounds fades into the same as it is wished now.
    fn obey_wish(&mut self) {
        // A device that takes nothing back is not asked for orders first.
        if self.latency_frames.is_some() {
            let wish_count = self.controls.wish_count();
            if wish_count != self.orders.wish_count && self.takes_wish(self.given()) {
                self.orders.wish_count = wish_count;
            }
        }
        let Some(wish) = self.change.news(&self.controls, self.orders.wish_count) else { return };
        let now = self.timeline.last();
        self.feed.set_wish(&wish);
        if !now.is_moving {
            return self.past.forget_ahead();
        }
        let (wanted, given) =
            (u64::from(self.device_rate_hz.get()) * CHANGE_MS / 1000, self.given());
        let mut old = Zeroizing::new(Vec::with_capacity(usize::try_from(wanted).unwrap_or(0)));
        old.extend(self.past.all_ahead(wanted));
        while (old.len() as u64) < wanted
            && let Fed::Frame(frame, _) = self.fetch()
        {
            old.push(frame);
        }
        self.past.forget_ahead();
        self.timeline.forget_after(given);
        self.change.begin(old, given);
        self.go_on_at(given);
    }

    /// What sounded in frame `at` goes on from there, made anew.
    fn go_on_at(&mut self, at: u64) {
        let (source, lead) = self.timeline.splice_at(at);
        self.feed.jump(source, lead);
    }

    /// The next frame of the recording that was never given.
    fn fetch(&mut self) -> Fed {
        match self.feed.next_frame() {
            Fed::Frame(frame, span) => Fed::Frame(self.change.fade(frame), span),
            other => other,
        }
    }

    fn sound(&mut self) -> Frame {
        let now = self.timeline.last();
        if !now.is_moving && !self.is_starved && !now.is_end {
            self.past.forget_ahead();
            self.change.end();
            self.feed.jump(now.source, 0);
            self.mark(now.source, true, None);
        }
        if let Some(content) = self.past.ahead() {
            return content;
        }
        if self.is_starved {
            return self.past.last_content();
        }
        match self.fetch() {
            Fed::Frame(content, span) => {
                if let Some(span) = span {
                    self.follow(span);
                }
                content
            }
            Fed::Wait => self.starve(),
            Fed::End => {
                let end = self.feed.pcm().frame_count();
                self.timeline.push(Mark { is_end: true, ..self.rest_at(end) });
                self.level = 0.0;
                [0.0; 2]
            }
        }
    }

    /// The recording is not there yet: what was heard last fades.
    fn starve(&mut self) -> Frame {
        self.is_starved = true;
        self.mark(self.source_at(self.given()), false, None);
        self.past.last_content()
    }

    fn rest(&mut self) -> Frame {
        let now = self.timeline.last();
        if let Some(seek) = self.controls.seek_asked().filter(|asked| Some(*asked) != self.done) {
            self.done = Some(seek);
            self.is_starved = false;
            self.past.forget_ahead();
            self.mark(self.within(seek.frame()), false, Some(seek));
        } else if now.is_moving {
            self.past.forget_ahead();
            self.mark(self.source_at(self.given()), false, None);
        } else if self.is_starved && self.given().is_multiple_of(FRAMES_BETWEEN_LOOKS) {
            self.is_starved = !self.feed.can_go_on(now.source);
        }
        [0.0; 2]
    }

    fn follow(&mut self, span: Span) {
        let Span { source, lead, pace, .. } = span;
        let way = Mark { lead, pace, is_moving: true, is_turn: false, ..self.rest_at(source) };
        self.timeline.push(way);
    }

    fn mark(&mut self, source: usize, is_moving: bool, seek: Option<Seek>) {
        self.timeline.push(Mark { is_moving, seek, ..self.rest_at(source) });
    }

    fn rest_at(&self, source: usize) -> Mark {
        Mark::rest(self.given(), source)
    }
}

fn approached(value: f32, wanted: f32, step: f32) -> f32 {
    value + (wanted - value).clamp(-step, step)
}

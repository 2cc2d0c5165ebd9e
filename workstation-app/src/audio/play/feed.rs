//! What is the recording's next frame at the device's rate, from any place on, as it is wished?

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::hearing::SPEEDS;
use super::passage::{LONGEST_RUN, Passage, Taken};
use super::spans::{Span, Spans};
use super::stretch::{Step, Stretch};
use super::wish::Wish;
use crate::audio::pcm::Pcm;
use crate::audio::resample::{RateConverter, RateError, Ratio};

/// One sample for each ear; a mono recording has the same on both.
pub type Frame = [f32; 2];

/// What lies before a place is heard by filters and the converter only, so that they know where the
/// sound comes from.
const LEAD_IN_MS: u64 = 20;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fed {
    /// This frame; a new span begins with it, if one does.
    Frame(Frame, Option<Span>),
    /// Nothing yet: the recording is not there.
    Wait,
    /// Nothing any more.
    End,
}

/// Reads a recording from a place on, as it is wished, converted to the device's rate.
pub struct Feed {
    passage: Passage,
    device_rate_hz: u32,
    speed: f32,
    stretch: Option<Stretch>,
    converter: RateConverter,
    spans: Spans,
    due: VecDeque<Span>,
    /// What the converter takes next.
    gathered: Zeroizing<Vec<f32>>,
    piece: Zeroizing<Vec<f32>>,
    piece_index: usize,
    /// Converted frames that only lead in.
    skipped: u64,
    /// Converted frames until the end, once they are known: the converter's last piece is longer.
    left: Option<u64>,
    converted: u64,
    /// Frames given since the last jump.
    given: u64,
}

impl Feed {
    /// Stands at the beginning.
    pub fn new(
        pcm: Arc<Pcm>,
        wish: &Wish,
        device_rate_hz: NonZero<u32>,
    ) -> Result<Self, RateError> {
        let device_rate_hz = device_rate_hz.get();
        let converter = RateConverter::new(pcm.rate_hz(), device_rate_hz, pcm.channel_count())?;
        let mut feed = Self {
            device_rate_hz,
            speed: 1.0,
            stretch: None,
            spans: Spans::new(converter.ratio(), 0),
            due: VecDeque::new(),
            gathered: Zeroizing::new(Vec::new()),
            piece: Zeroizing::new(Vec::new()),
            passage: Passage::new(pcm, wish),
            converter,
            piece_index: 0,
            skipped: 0,
            left: None,
            converted: 0,
            given: 0,
        };
        // Growing vectors would leave their old copies behind.
        let gathered = (feed.converter.frames_wanted() + feed.lead_in() + LONGEST_RUN) * 2;
        feed.gathered = Zeroizing::new(Vec::with_capacity(gathered));
        let slowest = (1.0 / SPEEDS.start()).ceil() as usize;
        let piece =
            feed.converter.largest_output() * slowest + Stretch::most_samples(device_rate_hz);
        feed.piece = Zeroizing::new(Vec::with_capacity(piece));
        feed.set_wish(wish);
        feed.jump(0, 0);
        Ok(feed)
    }

    /// The recording.
    pub fn pcm(&self) -> &Arc<Pcm> {
        self.passage.pcm()
    }

    /// How the recording's frames relate to the device's.
    pub fn ratio(&self) -> Ratio {
        self.converter.ratio()
    }

    /// Whether sound can go on from `frame` for a while.
    pub fn can_go_on(&self, frame: usize) -> bool {
        let extent = self.passage.extent();
        let ahead = usize::try_from(self.pcm().rate_hz() / 4).unwrap_or(1);
        extent.is_complete || extent.frame_count > frame.saturating_add(ahead)
    }

    /// From the next [`jump`](Self::jump) on it is to sound like this.
    pub fn set_wish(&mut self, wish: &Wish) {
        self.speed = wish.hearing().speed;
        self.passage.set_wish(wish);
    }

    /// Goes on from `frame` of the recording, and `lead` frames of the device further on.
    pub fn jump(&mut self, frame: usize, lead: u64) {
        let frame = frame.min(self.pcm().frame_count());
        self.stretch = Stretch::new(self.speed, self.device_rate_hz, self.pcm().channel_count());
        self.converter.reset();
        self.gathered.clear();
        self.piece.clear();
        self.piece_index = 0;
        self.due.clear();
        self.spans = Spans::new(self.ratio(), lead);
        (self.converted, self.given, self.left) = (0, 0, None);
        // A whole number of the converter's steps, so that nothing moves.
        let step = usize::try_from(self.ratio().input).unwrap_or(1).max(1);
        let lead_in = self.lead_in().min(frame) / step * step;
        self.skipped = self.ratio().output_for(lead_in as u64) + lead;
        let gathered = &mut self.gathered;
        self.passage.start(frame, lead_in, |before| gathered.extend_from_slice(before));
    }

    fn lead_in(&self) -> usize {
        let frames = u64::from(self.pcm().rate_hz()) * LEAD_IN_MS / 1000;
        usize::try_from(frames.max(self.ratio().input)).unwrap_or(0)
    }

    /// The next frame.
    pub fn next_frame(&mut self) -> Fed {
        while self.piece_index >= self.piece.len() {
            if self.left == Some(0) {
                return Fed::End;
            }
            self.piece.clear();
            self.piece_index = 0;
            if !self.refill() {
                return Fed::Wait;
            }
        }
        let (span, frame) = (self.span_due(), self.piece_frame());
        self.given += 1;
        Fed::Frame(frame, span)
    }

    fn piece_frame(&mut self) -> Frame {
        let at = |index: usize| self.piece.get(index).copied().unwrap_or(0.0);
        let left = at(self.piece_index);
        if self.pcm().channel_count() > 1 {
            let right = at(self.piece_index + 1);
            self.piece_index += 2;
            [left, right]
        } else {
            self.piece_index += 1;
            [left; 2]
        }
    }

    fn span_due(&mut self) -> Option<Span> {
        let mut last = None;
        while self.due.front().is_some_and(|span| span.from <= self.given) {
            last = self.due.pop_front();
        }
        last
    }

    /// Converts another piece; false if it is not there yet.
    fn refill(&mut self) -> bool {
        let channel_count = usize::from(self.pcm().channel_count());
        let wanted = self.converter.frames_wanted() * channel_count;
        while self.gathered.len() < wanted && self.left.is_none() {
            if !self.gather() {
                return false;
            }
        }
        let count = self.gathered.len().min(wanted);
        let converted = self.converter.convert_floats(self.gathered.get(..count).unwrap_or(&[]));
        self.gathered.drain(..count);
        let frames = (converted.len() / channel_count) as u64;
        let first = self.skipped.min(frames);
        self.skipped -= first;
        let new = (frames - first).min(self.left.unwrap_or(u64::MAX));
        self.left = self.left.map(|left| left - new);
        self.converted += new;
        let samples = |frames: u64| usize::try_from(frames).unwrap_or(0) * channel_count;
        let converted = converted.get(samples(first)..samples(first + new)).unwrap_or(&[]);
        let Some(stretch) = &mut self.stretch else {
            self.spans.pass(&mut self.due);
            self.piece.extend_from_slice(converted);
            return true;
        };
        let frames = converted.chunks_exact(channel_count);
        let mut steps: Vec<Step> =
            frames.filter_map(|frame| stretch.take(frame, &mut self.piece)).collect();
        if self.left == Some(0) {
            steps.extend(stretch.flush(&mut self.piece));
        }
        steps.into_iter().for_each(|step| self.spans.step(step, &mut self.due));
        true
    }

    /// Takes a stretch of the recording; false if it is not there yet.
    fn gather(&mut self) -> bool {
        match self.passage.take(LONGEST_RUN) {
            Taken::Run(first, follows) => {
                if !follows {
                    self.spans.turn(first);
                }
                let samples = self.passage.samples();
                let channel_count = usize::from(self.passage.pcm().channel_count());
                self.spans.run((samples.len() / channel_count) as u64);
                self.gathered.extend_from_slice(samples);
                true
            }
            Taken::Wait => false,
            Taken::End => {
                self.left = Some(self.spans.total().saturating_sub(self.converted));
                true
            }
        }
    }
}

//! What is the recording's next frame at the device's rate, from any place on, as it is wished?

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::passage::{LONGEST_RUN, Passage, Taken};
use super::spans::{Span, Spans};
use super::stretch::Stretch;
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
    speed: f32,
    stretch: Option<Stretch>,
    converter: RateConverter,
    spans: Spans,
    due: VecDeque<Span>,
    /// What the converter takes next.
    gathered: Zeroizing<Vec<f32>>,
    piece: Zeroizing<Vec<f32>>,
    piece_index: usize,
    /// Frames that only lead in.
    skipped: u64,
    /// Frames given since the last jump.
    given: u64,
    /// How many there are until the end, once that is known: the converter's last piece is longer.
    total: Option<u64>,
}

impl Feed {
    /// Stands at the beginning.
    pub fn new(
        pcm: Arc<Pcm>,
        wish: &Wish,
        device_rate_hz: NonZero<u32>,
    ) -> Result<Self, RateError> {
        let converter =
            RateConverter::new(pcm.rate_hz(), device_rate_hz.get(), pcm.channel_count())?;
        let mut feed = Self {
            speed: 1.0,
            stretch: None,
            spans: Spans::new(converter.ratio(), 0),
            due: VecDeque::new(),
            gathered: Zeroizing::new(Vec::new()),
            // A growing vector would leave its old copy behind unwiped.
            piece: Zeroizing::new(Vec::with_capacity(converter.largest_output())),
            passage: Passage::new(pcm, wish),
            converter,
            piece_index: 0,
            skipped: 0,
            given: 0,
            total: None,
        };
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
        let samples = (self.converter.frames_wanted() + self.lead_in() + LONGEST_RUN * 3) * 2
            + Stretch::most_samples(self.pcm().rate_hz());
        if self.gathered.capacity() < samples {
            self.gathered = Zeroizing::new(Vec::with_capacity(samples));
        }
    }

    /// Goes on from `frame` of the recording, and `lead` frames of the device further on.
    pub fn jump(&mut self, frame: usize, lead: u64) {
        let frame = frame.min(self.pcm().frame_count());
        let pcm = self.pcm();
        self.stretch = Stretch::new(self.speed, pcm.rate_hz(), pcm.channel_count());
        self.converter.reset();
        self.gathered.clear();
        self.piece.clear();
        self.piece_index = 0;
        self.due.clear();
        self.spans = Spans::new(self.ratio(), lead);
        (self.given, self.total) = (0, None);
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
        loop {
            if self.total.is_some_and(|total| self.given >= total) {
                return Fed::End;
            }
            if self.piece_index >= self.piece.len() && !self.refill() {
                return if self.total.is_some() { Fed::End } else { Fed::Wait };
            }
            let frame = self.piece_frame();
            if self.skipped == 0 {
                let span = self.span_due();
                self.given += 1;
                return Fed::Frame(frame, span);
            }
            self.skipped -= 1;
        }
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

    /// The converter's next piece; false if there is none now.
    fn refill(&mut self) -> bool {
        self.piece.clear();
        self.piece_index = 0;
        let wanted = self.converter.frames_wanted() * usize::from(self.pcm().channel_count());
        // The converter's first pieces may be shorter than its delay.
        for _ in 0..4 {
            while self.gathered.len() < wanted && self.total.is_none() {
                if !self.gather() {
                    return false;
                }
            }
            let count = self.gathered.len().min(wanted);
            let converted =
                self.converter.convert_floats(self.gathered.get(..count).unwrap_or(&[]));
            self.piece.extend_from_slice(converted);
            self.gathered.drain(..count);
            if !self.piece.is_empty() {
                return true;
            }
        }
        false
    }

    /// Takes a stretch of the recording; false if it is not there yet.
    fn gather(&mut self) -> bool {
        let (first, follows) = match self.passage.take(LONGEST_RUN) {
            Taken::Run(first, follows) => (first, follows),
            Taken::Wait => return false,
            Taken::End => {
                self.finish();
                return true;
            }
        };
        if !follows {
            self.spans.turn(first);
        }
        let samples = self.passage.samples();
        let channel_count = usize::from(self.passage.pcm().channel_count());
        self.spans.run((samples.len() / channel_count) as u64);
        let Some(stretch) = &mut self.stretch else {
            self.gathered.extend_from_slice(samples);
            self.spans.pass(&mut self.due);
            return true;
        };
        for frame in samples.chunks_exact(channel_count) {
            if let Some(step) = stretch.take(frame, &mut self.gathered) {
                self.spans.step(step, &mut self.due);
            }
        }
        true
    }

    fn finish(&mut self) {
        let rest = self.stretch.as_mut().and_then(|stretch| stretch.flush(&mut self.gathered));
        if let Some(step) = rest {
            self.spans.step(step, &mut self.due);
        }
        self.total = Some(self.spans.total());
    }
}

//! What are the samples along the way through the recording, joined so that no join clicks?

use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::colour::Colour;
use super::route::{Extent, JOIN_MS, Route, Way};
use super::wish::Wish;
use crate::audio::pcm::Pcm;

/// Frames that are taken at a time, at most.
pub const LONGEST_RUN: usize = 512;

/// The recording along its way, coloured.
pub struct Passage {
    pcm: Arc<Pcm>,
    route: Route,
    colour: Colour,
    read: Zeroizing<Vec<i16>>,
    run: Zeroizing<Vec<f32>>,
    left_off: Zeroizing<Vec<f32>>,
    /// Where the last stretch ended; none at the beginning.
    end: Option<usize>,
    /// The frames where a stretch was left off that still fade out.
    fading: Range<usize>,
}

/// A stretch of the recording, or why there is none.
pub enum Taken {
    /// It begins with this frame; whether it follows the last one.
    Run(usize, bool),
    /// It is not there yet.
    Wait,
    /// There is nothing any more.
    End,
}

impl Passage {
    /// At the beginning.
    pub fn new(pcm: Arc<Pcm>, wish: &Wish) -> Self {
        let (rate_hz, channel_count) = (pcm.rate_hz(), pcm.channel_count());
        let samples = LONGEST_RUN * usize::from(channel_count);
        Self {
            route: Route::new(wish, rate_hz),
            colour: Colour::new(wish, rate_hz, channel_count),
            pcm,
            read: Zeroizing::new(vec![0; samples]),
            run: Zeroizing::new(Vec::with_capacity(samples)),
            left_off: Zeroizing::new(Vec::with_capacity(samples)),
            end: None,
            fading: 0..0,
        }
    }

    /// The recording.
    pub fn pcm(&self) -> &Arc<Pcm> {
        &self.pcm
    }

    /// How much of it is there.
    pub fn extent(&self) -> Extent {
        // Asked in this order: what is complete grows no more.
        let is_complete = self.pcm.is_complete();
        Extent { frame_count: self.pcm.frame_count(), is_complete }
    }

    /// From now on it is to sound like this, from the next [`start`](Self::start) on.
    pub fn set_wish(&mut self, wish: &Wish) {
        self.route = Route::new(wish, self.pcm.rate_hz());
        self.colour = Colour::new(wish, self.pcm.rate_hz(), self.pcm.channel_count());
    }

    /// Goes on from `frame`. What lies before it, up to `lead_in` frames, is handed to `before`: who
    /// comes to a sound in its middle needs to know what it came from.
    pub fn start(&mut self, frame: usize, lead_in: usize, mut before: impl FnMut(&[f32])) {
        self.colour.reset();
        self.fading = 0..0;
        self.end = None;
        self.route.start(frame, self.extent());
        let mut from = frame - lead_in.min(frame);
        while from < frame {
            let to = frame.min(from + LONGEST_RUN);
            self.fetch(from..to);
            self.colour.finish(&mut self.run);
            before(&self.run);
            from = to;
        }
    }

    /// The next stretch, of `most` frames at most; its samples are [`samples`](Self::samples).
    pub fn take(&mut self, most: usize) -> Taken {
        let run = match self.route.next(most.min(LONGEST_RUN), self.extent()) {
            Way::Run(run) => run,
            Way::Wait => return Taken::Wait,
            Way::End => return Taken::End,
        };
        let first = run.start;
        let follows = self.end == Some(first);
        if let Some(end) = self.end.filter(|_| !follows) {
            self.fading = end..end + self.join_frames();
        }
        self.end = Some(run.end);
        self.fade_out(run.len());
        self.fetch(run);
        self.fade_in();
        self.colour.finish(&mut self.run);
        Taken::Run(first, follows)
    }

    /// The samples of the last stretch.
    pub fn samples(&self) -> &[f32] {
        &self.run
    }

    fn join_frames(&self) -> usize {
        let frames = u64::from(self.pcm.rate_hz()) * JOIN_MS / 1000;
        usize::try_from(frames).unwrap_or(1).max(1)
    }

    /// What still fades out during the next `frames` goes aside.
    fn fade_out(&mut self, frames: usize) {
        self.left_off.clear();
        if self.fading.is_empty() {
            return;
        }
        let now = self.fading.start..self.fading.end.min(self.fading.start + frames);
        self.fetch(now);
        std::mem::swap(&mut self.run, &mut self.left_off);
    }

    fn fade_in(&mut self) {
        let channel_count = usize::from(self.pcm.channel_count());
        let frames = self.left_off.len() / channel_count;
        let (left, whole) = (self.fading.len(), self.join_frames());
        let old = self.left_off.chunks(channel_count).zip(self.run.chunks_mut(channel_count));
        for (index, (old, new)) in old.enumerate() {
            let share = (left - index.min(left)) as f32 / whole as f32;
            for (old, new) in old.iter().zip(new) {
                *new += (old - *new) * share;
            }
        }
        self.fading.start += frames;
    }

    /// The samples of these frames, each as loud as it is to be; silence beyond the end.
    fn fetch(&mut self, frames: Range<usize>) {
        let channel_count = usize::from(self.pcm.channel_count());
        let wanted = frames.len().min(LONGEST_RUN) * channel_count;
        let room = self.read.get_mut(..wanted).unwrap_or_default();
        let count = self.pcm.read(frames.start, room);
        self.run.clear();
        let there = self.read.get(..count).unwrap_or_default();
        self.run.extend(there.iter().map(|sample| f32::from(*sample) / 32_768.0));
        self.run.resize(wanted, 0.0);
        self.colour.level(frames, &mut self.run);
    }
}

//! Which stretches of the recording are heard one after the other?

use std::ops::Range;
use std::sync::Arc;

use super::wish::{SHORTEST_REPEAT, Wish};
use crate::audio::treatment::Treatment;

/// A stretch that is played lasts at least this long, or its joins would run into each other.
pub const JOIN_MS: u64 = 10;

/// How much of the recording is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Frames that can be played now.
    pub frame_count: usize,
    /// Whether no more will come.
    pub is_complete: bool,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// These frames.
    Run(Range<usize>),
    /// Frames that are not there yet.
    Wait,
    /// Nothing any more.
    End,
}

/// A way through the recording, leaving out silence and coming back for what is repeated.
pub struct Route {
    /// What is left out, if silence is.
    silences: Option<Arc<Treatment>>,
    repeated: Option<Range<usize>>,
    shortest_repeat: usize,
    join_frames: usize,
    cursor: usize,
    /// Up to here nothing is left out: a stretch was just begun.
    held_until: usize,
    /// Whether it comes to the end of what is repeated from before.
    is_before_end: bool,
    /// Silence is not left out of a repeat that holds nothing else.
    is_all_silence: bool,
}

impl Route {
    /// At the beginning of a recording of this rate.
    pub fn new(wish: &Wish, rate_hz: u32) -> Self {
        let frames = |milliseconds: u64| {
            usize::try_from(u64::from(rate_hz) * milliseconds / 1000).unwrap_or(usize::MAX)
        };
        let frame_at = |nanos: u128| {
            let frame = nanos.saturating_mul(u128::from(rate_hz)) / 1_000_000_000;
            usize::try_from(frame).unwrap_or(usize::MAX)
        };
        let hearing = wish.hearing();
        Self {
            silences: hearing.skips_silence.then(|| Arc::clone(wish.treatment())),
            repeated: hearing
                .repeated
                .as_ref()
                .map(|it| frame_at(it.start.as_nanos())..frame_at(it.end.as_nanos())),
            shortest_repeat: frames(SHORTEST_REPEAT.as_millis() as u64).max(1),
            join_frames: frames(JOIN_MS).max(1),
            cursor: 0,
            held_until: 0,
            is_before_end: false,
            is_all_silence: false,
        }
    }

    /// Goes on from `frame`, or from where the silence ends that it lies in.
    pub fn start(&mut self, frame: usize, extent: Extent) {
        self.cursor = frame;
        self.held_until = frame;
        let repeat = self.repeat_in(extent);
        self.is_before_end = repeat.as_ref().is_some_and(|repeat| frame < repeat.end);
        let is_inside = repeat.as_ref().is_some_and(|repeat| repeat.contains(&frame));
        self.is_all_silence = is_inside && repeat.is_some_and(|it| self.is_silent(&it));
    }

    /// The next stretch, of `most` frames at most.
    pub fn next(&mut self, most: usize, extent: Extent) -> Way {
        let repeat = self.repeat_in(extent).filter(|_| self.is_before_end);
        self.leave_out_silence();
        if let Some(repeat) = &repeat
            && self.cursor >= repeat.end
        {
            self.cursor = repeat.start;
            self.held_until = repeat.start;
            self.is_all_silence = self.is_silent(repeat);
            self.leave_out_silence();
            self.held_until = self.cursor + self.join_frames;
        }
        let end = repeat.map_or(usize::MAX, |repeat| repeat.end);
        let end = end.min(self.next_silence()).min(self.cursor.saturating_add(most.max(1)));
        self.run_to(end, extent)
    }

    fn run_to(&mut self, end: usize, extent: Extent) -> Way {
        let end = end.min(extent.frame_count);
        if self.cursor < end {
            let run = self.cursor..end;
            self.cursor = end;
            Way::Run(run)
        } else if extent.is_complete {
            Way::End
        } else {
            Way::Wait
        }
    }

    /// What is repeated, as far as the recording reaches; none if that is too little.
    fn repeat_in(&self, extent: Extent) -> Option<Range<usize>> {
        let repeat = self.repeated.clone()?;
        let last = if extent.is_complete { extent.frame_count } else { usize::MAX };
        let end = repeat.end.min(last);
        (end.saturating_sub(repeat.start) >= self.shortest_repeat).then_some(repeat.start..end)
    }

    fn leave_out_silence(&mut self) {
        if self.is_all_silence || self.cursor < self.held_until {
            return;
        }
        let silences = self.silences.as_ref().map_or(&[][..], |it| &it.silences);
        let before = silences.partition_point(|silence| silence.end <= self.cursor);
        if let Some(silence) = silences.get(before)
            && silence.start <= self.cursor
        {
            self.cursor = silence.end;
            self.held_until = self.cursor.saturating_add(self.join_frames);
        }
    }

    /// Where the next silence begins that is left out.
    fn next_silence(&self) -> usize {
        let silences = self.silences.as_ref().filter(|_| !self.is_all_silence);
        let silences = silences.map_or(&[][..], |it| &it.silences);
        let before = silences.partition_point(|silence| silence.start < self.cursor);
        let start = silences.get(before).map_or(usize::MAX, |silence| silence.start);
        start.max(self.held_until)
    }

    /// Whether too little would be left of `repeat` to be repeated.
    fn is_silent(&self, repeat: &Range<usize>) -> bool {
        let silences = self.silences.as_ref().map_or(&[][..], |it| &it.silences);
        let within = |silence: &Range<usize>| {
            silence.end.min(repeat.end).saturating_sub(silence.start.max(repeat.start))
        };
        let silent: usize = silences.iter().map(within).sum();
        repeat.len().saturating_sub(silent) < self.shortest_repeat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 1000;

    #[test]
    fn what_is_not_there_yet_is_waited_for() {
        let mut route = Route::new(&Wish::default(), RATE_HZ);
        let half = Extent { frame_count: 50, is_complete: false };
        route.start(0, half);
        assert_eq!(route.next(100, half), Way::Run(0..50));
        assert_eq!(route.next(100, half), Way::Wait);
        let all = Extent { frame_count: 70, is_complete: true };
        assert_eq!(route.next(100, all), Way::Run(50..70));
        assert_eq!(route.next(100, all), Way::End);
    }
}

//! Which moment of the recording sounds in which frame that the device was given?

use super::controls::Seek;
use super::spans::AS_RECORDED;
use crate::audio::resample::Ratio;

/// From its first device frame on, the recording runs or rests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// First frame given to the device that belongs to it.
    pub from: u64,
    /// Frame of the recording that sounds there.
    pub source: usize,
    /// Frames of the device by which the place lies behind it, at the recording's own pace.
    pub lead: u64,
    /// How fast the recording runs on from there.
    pub pace: Ratio,
    /// Whether the recording runs on from there.
    pub is_moving: bool,
    /// Whether an order of the person, or the end, led there: without it the sound runs on. Else it
    /// is only the recording's way, which holds whatever is ordered later.
    pub is_turn: bool,
    /// The jump that led there.
    pub seek: Option<Seek>,
    /// Whether this is the recording's end.
    pub is_end: bool,
}

impl Mark {
    /// From `from` on, `source` stands still.
    pub fn rest(from: u64, source: usize) -> Self {
        Self {
            from,
            source,
            lead: 0,
            pace: AS_RECORDED,
            is_moving: false,
            is_turn: true,
            seek: None,
            is_end: false,
        }
    }
}

/// What a person hears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// Frame of the recording.
    pub source: usize,
    /// The last jump that is heard.
    pub seek: Option<Seek>,
    /// Whether it came to rest since it was last asked.
    pub has_come_to_rest: bool,
    /// Whether the end is reached.
    pub is_end: bool,
}

/// Everything the device was given and has not played, as marks.
#[derive(Debug)]
pub struct Timeline {
    ratio: Ratio,
    /// Never empty; ordered.
    marks: Vec<Mark>,
    was_moving: bool,
}

impl Timeline {
    /// Rests at `source`; `ratio` is that of the recording's frames and the device's.
    pub fn new(ratio: Ratio, source: usize) -> Self {
        let first = Mark::rest(0, source);
        Self { ratio, marks: vec![first], was_moving: false }
    }

    /// What holds for whatever is given next.
    pub fn last(&self) -> Mark {
        self.marks.last().copied().unwrap_or(Mark::rest(0, 0))
    }

    /// From `mark.from` on something else holds, whatever was to begin later.
    pub fn push(&mut self, mut mark: Mark) {
        while self.marks.len() > 1 && self.last().from > mark.from {
            self.marks.pop();
        }
        if let Some(last) = self.marks.last_mut()
            && last.from == mark.from
        {
            mark.seek = mark.seek.or(last.seek);
            mark.is_turn |= last.is_turn;
            *last = mark;
        } else {
            self.marks.push(mark);
        }
    }

    /// Frame of the recording that sounds in a device frame.
    pub fn source_at(&self, frame: u64) -> usize {
        self.source_in(self.mark_at(frame), frame)
    }

    /// Where the same sound goes on without a break: a frame of the recording, and how many frames of
    /// the device it had sounded before. Where the recording is stretched, the sound at the beginning
    /// of a step is that of its first frames, and at the end that of its last ones.
    pub fn splice_at(&self, frame: u64) -> (usize, u64) {
        let mark = self.mark_at(frame);
        if !mark.is_moving {
            return (mark.source, 0);
        }
        let passed = frame.saturating_sub(mark.from);
        let left = mark.pace.output.saturating_sub(passed);
        if mark.pace == AS_RECORDED || passed <= left {
            return self.whole(mark.source, mark.lead + passed);
        }
        self.whole(mark.source, (mark.lead + mark.pace.input).saturating_sub(left))
    }

    fn whole(&self, source: usize, passed: u64) -> (usize, u64) {
        let moved = self.ratio.input_for(passed);
        let lead = passed.saturating_sub(self.ratio.output_for(moved));
        (source.saturating_add(usize::try_from(moved).unwrap_or(usize::MAX)), lead)
    }

    /// Forgets what orders led to at `frame` or later; where the first of that was, if any.
    pub fn cut(&mut self, frame: u64) -> Option<u64> {
        // The first mark is where it all stands: it stays.
        let is_ordered = |mark: &Mark| mark.is_turn && mark.from >= frame;
        let first = self.marks.iter().skip(1).position(is_ordered)? + 1;
        let from = self.marks.get(first).map(|mark| mark.from);
        self.marks.truncate(first);
        from
    }

    /// Forgets everything that was to begin after `frame`.
    pub fn forget_after(&mut self, frame: u64) {
        let kept = self.marks.iter().skip(1).position(|mark| mark.from > frame);
        if let Some(kept) = kept {
            self.marks.truncate(kept + 1);
        }
    }

    /// The device has come to `frame`: what a person hears.
    pub fn hear(&mut self, frame: u64) -> Heard {
        let now = self.mark_at(frame);
        let passed = self.marks.iter().filter(|mark| mark.from <= frame);
        let has_moved = self.was_moving || passed.clone().any(|mark| mark.is_moving);
        let seek = passed.fold(None, |last, mark| mark.seek.or(last));
        let has_come_to_rest = !now.is_moving && (has_moved || seek.is_some());
        self.was_moving = now.is_moving;
        self.marks.retain(|mark| mark.from >= now.from);
        // A jump is told once.
        if let Some(first) = self.marks.first_mut()
            && first.from <= frame
        {
            first.seek = None;
        }
        Heard { source: self.source_in(now, frame), seek, has_come_to_rest, is_end: now.is_end }
    }

    fn mark_at(&self, frame: u64) -> Mark {
        let before = |mark: &&Mark| mark.from <= frame;
        self.marks.iter().rev().find(before).or(self.marks.first()).copied().unwrap_or(self.last())
    }

    fn source_in(&self, mark: Mark, frame: u64) -> usize {
        if !mark.is_moving {
            return mark.source;
        }
        let passed = mark.pace.input_for(frame.saturating_sub(mark.from));
        self.whole(mark.source, mark.lead + passed).0
    }
}

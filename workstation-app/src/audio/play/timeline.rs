//! Which moment of the recording sounds in which frame that the device was given?

use super::controls::Seek;
use crate::audio::resample::Ratio;

/// From its first device frame on, the recording runs or rests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// First frame given to the device that belongs to it.
    pub from: u64,
    /// Frame of the recording that sounds there.
    pub source: usize,
    /// Whether the recording runs on from there.
    pub is_moving: bool,
    /// The jump that led there.
    pub seek: Option<Seek>,
    /// Whether this is the recording's end.
    pub is_end: bool,
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
    last_source: usize,
    /// Never empty; ordered.
    marks: Vec<Mark>,
    was_moving: bool,
}

impl Timeline {
    /// Rests at `source`; `last_source` is the recording's end.
    pub fn new(ratio: Ratio, source: usize, last_source: usize) -> Self {
        let first = Mark { from: 0, source, is_moving: false, seek: None, is_end: false };
        Self { ratio, last_source, marks: vec![first], was_moving: false }
    }

    /// What holds for whatever is given next.
    pub fn last(&self) -> Mark {
        let rest = Mark { from: 0, source: 0, is_moving: false, seek: None, is_end: false };
        self.marks.last().copied().unwrap_or(rest)
    }

    /// From `mark.from` on something else holds.
    pub fn push(&mut self, mut mark: Mark) {
        if let Some(last) = self.marks.last_mut()
            && last.from == mark.from
        {
            mark.seek = mark.seek.or(last.seek);
            *last = mark;
        } else {
            self.marks.push(mark);
        }
    }

    /// Frame of the recording that sounds in a device frame.
    pub fn source_at(&self, frame: u64) -> usize {
        self.source_in(self.mark_at(frame), frame)
    }

    /// Forgets what was to begin at `frame` or later; where the first of that was, if any.
    pub fn cut(&mut self, frame: u64) -> Option<u64> {
        // The first mark is where it all stands: it stays.
        let first = self.marks.iter().skip(1).position(|mark| mark.from >= frame)? + 1;
        let from = self.marks.get(first).map(|mark| mark.from);
        self.marks.truncate(first);
        from
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
        let moved = self.ratio.input_for(frame.saturating_sub(mark.from));
        mark.source
            .saturating_add(usize::try_from(moved).unwrap_or(usize::MAX))
            .min(self.last_source)
    }
}

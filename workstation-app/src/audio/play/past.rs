//! What was given to the device lately, so that what it has not played can be given again, changed?

use zeroize::{Zeroize, Zeroizing};

use super::feed::Frame;

/// One frame as the recording has it, and how loud it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Given {
    /// The recording's own samples.
    pub content: Frame,
    /// How far a fade was, 0 to 1.
    pub level: f32,
    /// The loudness on its way to what was asked for.
    pub volume: f32,
}

/// A ring of the last frames; wiped when dropped.
pub struct Past {
    slots: Zeroizing<Vec<[f32; 4]>>,
    /// The frame that is given next.
    cursor: u64,
    /// The first frame that was never given.
    newest: u64,
    /// What was given last, whatever is kept.
    last_content: Frame,
}

impl Drop for Past {
    fn drop(&mut self) {
        self.last_content.zeroize();
    }
}

impl Past {
    /// Keeps the last `frame_count` frames; 0 for a device that takes nothing back.
    pub fn new(frame_count: usize) -> Self {
        Self {
            slots: Zeroizing::new(vec![[0.0; 4]; frame_count]),
            cursor: 0,
            newest: 0,
            last_content: [0.0; 2],
        }
    }

    /// The frame that is given next.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Notes the next frame.
    pub fn push(&mut self, given: Given) {
        let [left, right] = given.content;
        self.last_content = given.content;
        if let Some(slot) = self.index(self.cursor).and_then(|index| self.slots.get_mut(index)) {
            *slot = [left, right, given.level, given.volume];
        }
        self.cursor += 1;
        self.newest = self.newest.max(self.cursor);
    }

    /// What is to be given again next, if anything is.
    pub fn ahead(&self) -> Option<Frame> {
        (self.cursor < self.newest).then(|| self.get(self.cursor)).flatten().map(|it| it.content)
    }

    /// The first `frame_count` frames that are to be given again next.
    pub fn all_ahead(&self, frame_count: u64) -> impl Iterator<Item = Frame> {
        let last = self.newest.min(self.cursor.saturating_add(frame_count));
        (self.cursor..last).filter_map(|frame| self.get(frame)).map(|it| it.content)
    }

    /// The frame that was given last.
    pub fn last(&self) -> Option<Given> {
        self.get(self.cursor.checked_sub(1)?)
    }

    /// What the recording had in it.
    pub fn last_content(&self) -> Frame {
        self.last_content
    }

    /// Goes back to `frame`, or as far as it remembers.
    pub fn go_back(&mut self, frame: u64) {
        let oldest = self.newest.saturating_sub(self.slots.len() as u64);
        // The one before it is needed to go on from its loudness.
        let oldest = if oldest > 0 { oldest + 1 } else { 0 };
        self.cursor = frame.max(oldest).min(self.cursor);
    }

    /// What would be given again is not wanted.
    pub fn forget_ahead(&mut self) {
        self.forget_from(self.cursor);
    }

    /// What would be given again is not wanted from `frame` on.
    pub fn forget_from(&mut self, frame: u64) {
        self.newest = self.newest.min(frame).max(self.cursor);
    }

    fn index(&self, frame: u64) -> Option<usize> {
        usize::try_from(frame.checked_rem(self.slots.len() as u64)?).ok()
    }

    fn get(&self, frame: u64) -> Option<Given> {
        let [left, right, level, volume] = *self.slots.get(self.index(frame)?)?;
        Some(Given { content: [left, right], level, volume })
    }
}

//! How does one way of hearing give way to another while a recording plays?

use std::f32::consts::PI;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::controls::Controls;
use super::feed::Frame;
use super::wish::Wish;

/// What is still heard of the way before, and since when another one holds.
pub struct Change {
    wish: Arc<Wish>,
    /// The wish's number; none if it has to be obeyed once more.
    wish_count: Option<u64>,
    /// The frame from which on it was obeyed last.
    since: u64,
    old: Zeroizing<Vec<Frame>>,
    faded: usize,
}

impl Change {
    /// Nothing changes yet.
    pub fn none(wish: Arc<Wish>, wish_count: u64) -> Self {
        let wish_count = Some(wish_count);
        Self { wish, wish_count, since: 0, old: Zeroizing::new(Vec::new()), faded: 0 }
    }

    /// Another wish, if `wish_count` is that of another.
    pub fn news(&mut self, controls: &Controls, wish_count: u64) -> Option<Arc<Wish>> {
        if self.wish_count == Some(wish_count) {
            return None;
        }
        let wish = controls.wish_now()?;
        let is_known = self.wish_count.is_some() && wish.sounds_like(&self.wish);
        self.wish_count = Some(wish_count);
        self.wish = wish;
        (!is_known).then(|| Arc::clone(&self.wish))
    }

    /// `old` is what would be heard from frame `since` on: it fades out.
    pub fn begin(&mut self, old: Zeroizing<Vec<Frame>>, since: u64) {
        self.since = since;
        self.old = old;
        self.faded = 0;
    }

    /// What follows `cursor` may be given again: a change that was to be heard later comes at once.
    pub fn go_back(&mut self, cursor: u64) {
        if cursor < self.since {
            self.wish_count = None;
        }
    }

    /// What was given from `turn` on is given anew: what sounds until there may be older than the
    /// last wish.
    pub fn take_back(&mut self, turn: u64) {
        if turn <= self.since + self.old.len() as u64 {
            self.wish_count = None;
        }
        self.end();
    }

    /// Nothing fades any more.
    pub fn end(&mut self) {
        self.old = Zeroizing::new(Vec::new());
    }

    /// The next frame, with what still fades.
    pub fn fade(&mut self, new: Frame) -> Frame {
        let Some(old) = self.old.get(self.faded).copied() else { return new };
        let way = self.faded as f32 / self.old.len() as f32;
        let share = 0.5 - 0.5 * (PI * way).cos();
        self.faded += 1;
        let ([old_left, old_right], [left, right]) = (old, new);
        [old_left + (left - old_left) * share, old_right + (right - old_right) * share]
    }
}

//! Where does a recording stand still, every sample like the one before?
//!
//! A line that carries anything, be it only noise, never does for long: these are the stretches in
//! which a recorder was told to be silent.

use std::ops::Range;

/// The frames that stand still for so many frames or longer, found as the recording grows.
#[derive(Clone)]
pub(super) struct Muted {
    shortest_frames: usize,
    channel_count: usize,
    last: Vec<i16>,
    /// Where the frames that are all like the last one begin.
    from: usize,
    frame_count: usize,
    found: Vec<Range<usize>>,
}

impl Muted {
    /// Nothing was heard yet.
    pub(super) fn new(channel_count: usize, shortest_frames: usize) -> Self {
        Self {
            shortest_frames: shortest_frames.max(2),
            channel_count,
            last: Vec::new(),
            from: 0,
            frame_count: 0,
            found: Vec::new(),
        }
    }

    /// Takes whole frames, fewer at a time than the shortest stretch has.
    pub(super) fn take(&mut self, samples: &[i16]) {
        let frames = samples.chunks_exact(self.channel_count);
        let count = frames.len();
        let Some(last) = frames.clone().next_back() else { return };
        let same = frames.clone().take_while(|frame| *frame == self.last.as_slice()).count();
        if same < count {
            self.found.extend(self.ended_at(self.frame_count + same));
            let trailing = frames.rev().take_while(|frame| *frame == last).count();
            self.from = self.frame_count + count - trailing;
            self.last.clear();
            self.last.extend_from_slice(last);
        }
        self.frame_count += count;
    }

    /// All of them, the one that lasts to the end included.
    pub(super) fn found(&self) -> Vec<Range<usize>> {
        self.found.iter().cloned().chain(self.ended_at(self.frame_count)).collect()
    }

    fn ended_at(&self, end: usize) -> Option<Range<usize>> {
        (end - self.from >= self.shortest_frames).then_some(self.from..end)
    }
}

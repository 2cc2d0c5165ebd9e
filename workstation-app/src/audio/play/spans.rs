//! Which frames of the recording become which frames of the device, from a jump on?

use std::collections::VecDeque;

use super::stretch::Step;
use crate::audio::resample::Ratio;

/// From a frame of the device on, the recording runs on from a frame of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Frames of the device given since the jump.
    pub from: u64,
    /// Frames of the device that had passed already, at this place, at the jump.
    pub lead: u64,
    /// Frame of the recording.
    pub source: usize,
    /// How fast it runs on.
    pub ratio: Ratio,
}

/// Follows the frames on their way from the recording through the stretch to the device.
pub struct Spans {
    ratio: Ratio,
    lead: u64,
    /// Where the way turns: frames taken until there, and the frame of the recording.
    turns: VecDeque<(u64, usize)>,
    /// The last turn that was passed.
    last_turn: (u64, usize),
    /// Frames taken, and those of them that have come through.
    taken: u64,
    through: u64,
    /// Frames that came out, at the recording's rate.
    out: u64,
}

impl Spans {
    /// After a jump, `lead` frames of the device further on.
    pub fn new(ratio: Ratio, lead: u64) -> Self {
        Self {
            ratio,
            lead,
            turns: VecDeque::new(),
            last_turn: (0, 0),
            taken: 0,
            through: 0,
            out: 0,
        }
    }

    /// What is taken next is this frame of the recording.
    pub fn turn(&mut self, source: usize) {
        self.turns.push_back((self.taken, source));
    }

    /// So many frames were taken.
    pub fn run(&mut self, frames: u64) {
        self.taken += frames;
    }

    /// All that was taken came through as it was.
    pub fn pass(&mut self, due: &mut VecDeque<Span>) {
        while let Some((taken, source)) = self.turns.pop_front() {
            due.push_back(self.span(taken, source, self.ratio));
        }
        self.out += self.taken - self.through;
        self.through = self.taken;
    }

    /// A step came through.
    pub fn step(&mut self, step: Step, due: &mut VecDeque<Span>) {
        let end = self.through + step.input;
        let out_at =
            |taken: u64| self.out + (taken - self.through) * step.output / step.input.max(1);
        let mut at = self.through;
        let mut last_turn = self.last_turn;
        while at < end {
            while let Some(turn) = self.turns.front().copied().filter(|(taken, _)| *taken <= at) {
                last_turn = turn;
                self.turns.pop_front();
            }
            let next = self.turns.front().map_or(end, |(taken, _)| (*taken).min(end));
            let (from, to) = (out_at(at), out_at(next));
            if from < to {
                let (taken, source) = last_turn;
                let passed = usize::try_from(at - taken).unwrap_or(usize::MAX);
                let ratio = Ratio {
                    input: (next - at) * self.ratio.input,
                    output: (to - from) * self.ratio.output,
                };
                due.push_back(self.span(from, source.saturating_add(passed), ratio));
            }
            at = next;
        }
        self.last_turn = last_turn;
        self.through = end;
        self.out += step.output;
    }

    /// Frames of the device from the jump to the end, all that was taken having come through.
    pub fn total(&self) -> u64 {
        self.ratio.output_for(self.out).saturating_sub(self.lead)
    }

    fn span(&self, out: u64, source: usize, ratio: Ratio) -> Span {
        let at = self.ratio.output_for(out);
        let lead = self.lead.saturating_sub(at);
        Span { from: at.saturating_sub(self.lead), lead, source, ratio }
    }
}

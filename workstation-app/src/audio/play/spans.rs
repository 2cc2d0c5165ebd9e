//! Which frames of the recording become which frames of the device, from a jump on?

use std::collections::VecDeque;

use super::stretch::Step;
use crate::audio::resample::Ratio;

/// As recorded.
pub const AS_RECORDED: Ratio = Ratio { input: 1, output: 1 };

/// From a frame of the device on, the recording runs on from a frame of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Frames of the device given since the jump.
    pub from: u64,
    /// Frame of the recording.
    pub source: usize,
    /// Frames of the device by which its place lies behind that frame, at the recording's own pace.
    pub lead: u64,
    /// How many frames of the device, at the recording's own pace, become how many.
    pub pace: Ratio,
}

/// Where the way turns: frames of the device until there, at the recording's own pace.
#[derive(Clone, Copy)]
struct Turn {
    at: u64,
    source: usize,
    lead: u64,
}

/// Follows the frames on their way from the recording through the stretch to the device.
pub struct Spans {
    ratio: Ratio,
    lead: u64,
    turns: VecDeque<Turn>,
    last_turn: Turn,
    /// Frames of the recording that were taken.
    taken: u64,
    /// Frames of the device that went through the stretch, and what they became.
    through: u64,
    out: u64,
}

impl Spans {
    /// After a jump, `lead` frames of the device further on.
    pub fn new(ratio: Ratio, lead: u64) -> Self {
        let last_turn = Turn { at: 0, source: 0, lead };
        Self { ratio, lead, turns: VecDeque::new(), last_turn, taken: 0, through: 0, out: 0 }
    }

    /// What is taken next is this frame of the recording.
    pub fn turn(&mut self, source: usize) {
        let at = self.ratio.output_for(self.taken);
        let lead = self.lead.saturating_sub(at);
        self.turns.push_back(Turn { at: at.saturating_sub(self.lead), source, lead });
    }

    /// So many frames were taken.
    pub fn run(&mut self, frames: u64) {
        self.taken += frames;
    }

    /// What was taken is not stretched.
    pub fn pass(&mut self, due: &mut VecDeque<Span>) {
        for Turn { at, source, lead } in self.turns.drain(..) {
            due.push_back(Span { from: at, source, lead, pace: AS_RECORDED });
        }
    }

    /// A step went through the stretch. It is divided where the way turns.
    pub fn step(&mut self, step: Step, due: &mut VecDeque<Span>) {
        let (begin, end) = (self.through, self.through + step.input);
        let out_at = |at: u64| self.out + (at - begin) * step.output / step.input.max(1);
        let mut at = begin;
        while at < end {
            while let Some(turn) = self.turns.front().copied().filter(|turn| turn.at <= at) {
                self.last_turn = turn;
                self.turns.pop_front();
            }
            let next = self.turns.front().map_or(end, |turn| turn.at.min(end));
            let Turn { at: turned_at, source, lead } = self.last_turn;
            let (from, to) = (out_at(at), out_at(next));
            if from < to {
                let pace = Ratio { input: next - at, output: to - from };
                due.push_back(Span { from, source, lead: lead + at - turned_at, pace });
            }
            at = next;
        }
        self.through = end;
        self.out += step.output;
    }

    /// Frames of the device, at the recording's own pace, from the jump to where it ends.
    pub fn total(&self) -> u64 {
        self.ratio.output_for(self.taken).saturating_sub(self.lead)
    }
}

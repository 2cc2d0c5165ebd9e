//! When do both sides of a call speak at once?

use std::ops::Range;

use super::BLOCKS_PER_SEC;
use super::heard::Heard;

/// Shorter is a "yes" between two words.
const SHORTEST: usize = BLOCKS_PER_SEC / 4;
/// A pause this short is one between two syllables.
const BRIDGED: usize = BLOCKS_PER_SEC / 5;
/// An echo comes back within so many blocks.
const ECHO: usize = BLOCKS_PER_SEC / 4;
/// What leaks from one side into the other is softer by at least so many decibels.
const LEAST_LOSS_DB: f32 = 18.0;
/// No line is so good that this much softer could not be heard.
const MOST_LOSS_DB: f32 = 40.0;
/// What is louder than the leak by so many decibels is a voice.
const OVER_LEAK_DB: f32 = 6.0;
/// While the other side speaks, the loudest share may be voices; below it is only what leaks.
const SHARE: f32 = 0.25;

/// Where each of two lanes has a voice of its own: what it carries of the other's is none.
pub(super) fn own_voices(left: &Heard, right: &Heard) -> [Vec<bool>; 2] {
    [own_voice(left, right), own_voice(right, left)]
}

fn own_voice(own: &Heard, other: &Heard) -> Vec<bool> {
    let mut is_own = flags(&own.ranges, own.levels.len());
    let recent = recent_levels(other);
    let limit_db = loss(own, &recent) - OVER_LEAK_DB;
    for ((is_own, level), recent) in is_own.iter_mut().zip(&own.levels).zip(&recent) {
        if let Some(recent) = recent {
            *is_own &= *level > recent - limit_db;
        }
    }
    is_own
}

/// The loudest of the other side's levels of which an echo may still come; none where it is silent.
fn recent_levels(other: &Heard) -> Vec<Option<f32>> {
    let mut recent = vec![None; other.levels.len()];
    for range in &other.ranges {
        let levels = other.levels.get(range.clone()).unwrap_or_default();
        // The loudest of the last blocks: whichever is louder pushes out those before it.
        let mut candidates = std::collections::VecDeque::<(usize, f32)>::new();
        for number in 0..levels.len() + ECHO {
            if let Some(level) = levels.get(number) {
                while candidates.back().is_some_and(|(_, it)| it <= level) {
                    candidates.pop_back();
                }
                candidates.push_back((number, *level));
            }
            while candidates.front().is_some_and(|(at, _)| at + ECHO < number) {
                candidates.pop_front();
            }
            let Some(slot) = recent.get_mut(range.start + number) else { break };
            let now = candidates.front().map(|(_, level)| *level);
            *slot = match (*slot, now) {
                (Some(before), Some(now)) => Some(f32::max(before, now)),
                (before, now) => now.or(before),
            };
        }
    }
    recent
}

/// By how many decibels is softer what leaks from the other side, if anything does?
fn loss(own: &Heard, recent: &[Option<f32>]) -> f32 {
    let mut losses: Vec<f32> = recent
        .iter()
        .zip(&own.levels)
        .filter_map(|(recent, level)| recent.map(|recent| recent - level))
        .step_by(5)
        .collect();
    let index = (losses.len() as f32 * SHARE) as usize;
    if losses.is_empty() {
        return LEAST_LOSS_DB;
    }
    let index = index.min(losses.len() - 1);
    let (_, loss, _) = losses.select_nth_unstable_by(index, f32::total_cmp);
    loss.clamp(LEAST_LOSS_DB, MOST_LOSS_DB)
}

/// The blocks in which both speak.
pub(super) fn talk_over(voices: &[Vec<bool>; 2]) -> Vec<Range<usize>> {
    let [left, right] = voices.each_ref().map(|voice| bridged(voice));
    let mut both = Vec::new();
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(here), Some(there)) = (left.peek(), right.peek()) {
        let range = here.start.max(there.start)..here.end.min(there.end);
        if range.len() >= SHORTEST {
            both.push(range);
        }
        if here.end < there.end {
            left.next()
        } else {
            right.next()
        };
    }
    both
}

/// The stretches that are set, those with a short pause between them taken as one.
pub(super) fn bridged(voice: &[bool]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for run in voice.chunk_by(|here, next| here == next) {
        let range = at..at + run.len();
        at = range.end;
        if run.first() != Some(&true) {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if range.start - last.end <= BRIDGED => last.end = range.end,
            _ => ranges.push(range),
        }
    }
    ranges
}

fn flags(ranges: &[Range<usize>], count: usize) -> Vec<bool> {
    let mut flags = vec![false; count];
    for range in ranges {
        flags.get_mut(range.clone()).unwrap_or_default().fill(true);
    }
    flags
}

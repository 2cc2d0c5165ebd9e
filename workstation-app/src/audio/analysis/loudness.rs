//! By how much must each moment be made louder or softer, so that everybody is about equally loud?

use std::ops::Range;

use super::pyramid::Pyramid;

/// Blocks between two gains.
pub(super) const STEP: usize = 8;
/// Everybody is brought to this: the loudest levels of speech, which are some decibels above its mean.
const WANTED_DBFS: f32 = -17.0;
/// Nothing is raised by more.
const MOST_DB: f32 = 24.0;
/// Nor lowered.
const LEAST_DB: f32 = -18.0;
/// A voice is as loud as the loudest of so many steps on either side.
const ENVELOPE: usize = 2;
/// Of the loudnesses of so many steps on either side the middle one counts: a single word changes
/// little, another speaker all at once.
const AROUND: usize = 7;
/// In silence the gain sinks by so much with each step, to nothing at the lowest.
const SINKING_DB: f32 = 0.25;
/// So many steps before a voice begins its own gain is reached.
const AHEAD: usize = 5;
/// A gain may rise and fall by so much with each step.
const RISING_DB: f32 = 5.0;
const FALLING_DB: f32 = 8.0;
/// The largest sample that may come out.
const FULL_SCALE: f32 = 0.97 * 32_768.0;

/// The gain of a lane at the first block of each step, and at the end.
pub(super) fn gains(levels: &[f32], voices: &[Range<usize>], peaks: &Pyramid) -> Vec<f32> {
    let count = levels.len().div_ceil(STEP) + 1;
    let loudness = loudness(levels, voices, count);
    let mut wanted = wanted(&loudness);
    limit(&mut wanted);
    wanted.iter().enumerate().map(|(step, gain)| within_peak(*gain, step, peaks)).collect()
}

/// How loud the voice is around each step; none where there is no voice.
fn loudness(levels: &[f32], voices: &[Range<usize>], count: usize) -> Vec<Option<f32>> {
    let mut steps = vec![None; count];
    for voice in voices {
        for (block, level) in voice.clone().zip(levels.get(voice.clone()).unwrap_or_default()) {
            if let Some(step) = steps.get_mut(block / STEP) {
                *step = Some(step.map_or(*level, |loudest: f32| loudest.max(*level)));
            }
        }
    }
    let envelope = around(&steps, ENVELOPE, |near| near.iter().copied().reduce(f32::max));
    around(&envelope, AROUND, |near| {
        let middle = near.len() / 2;
        (!near.is_empty()).then(|| *near.select_nth_unstable_by(middle, f32::total_cmp).1)
    })
}

/// What `of` makes of the values near each step that has one.
fn around(
    steps: &[Option<f32>],
    reach: usize,
    of: impl Fn(&mut [f32]) -> Option<f32>,
) -> Vec<Option<f32>> {
    let mut near = Vec::with_capacity(2 * reach + 1);
    let value = |(number, step): (usize, &Option<f32>)| {
        step.as_ref()?;
        let range = number.saturating_sub(reach)..(number + reach + 1).min(steps.len());
        near.clear();
        near.extend(steps.get(range).unwrap_or_default().iter().flatten());
        of(&mut near)
    };
    steps.iter().enumerate().map(value).collect()
}

/// The gain that each step would best have. Between two voices it is held and sinks slowly, so that
/// noise is never raised; a little before the next one it is that one's.
fn wanted(loudness: &[Option<f32>]) -> Vec<f32> {
    let mut last = 0.0_f32;
    let mut gains: Vec<f32> = loudness
        .iter()
        .map(|loudness| {
            last = match loudness {
                Some(level) => (WANTED_DBFS - level).clamp(LEAST_DB, MOST_DB),
                None if last > 0.0 => (last - SINKING_DB).max(0.0),
                None => last,
            };
            last
        })
        .collect();
    let mut next = None;
    for (gain, loudness) in gains.iter_mut().zip(loudness).rev() {
        next = match (loudness, next) {
            (Some(_), _) => Some((*gain, AHEAD)),
            (None, Some((ahead, left))) if left > 0 => {
                *gain = ahead;
                Some((ahead, left - 1))
            }
            (None, _) => None,
        };
    }
    gains
}

/// Never above what is wanted, and never faster than a hand would turn it.
fn limit(gains: &mut [f32]) {
    let mut before = f32::INFINITY;
    for gain in gains.iter_mut() {
        *gain = gain.min(before + RISING_DB);
        before = *gain;
    }
    let mut after = f32::INFINITY;
    for gain in gains.iter_mut().rev() {
        *gain = gain.min(after + FALLING_DB);
        after = *gain;
    }
}

/// As a factor. Between two steps the gain goes on a straight line, so the samples on both sides count.
fn within_peak(gain_db: f32, step: usize, peaks: &Pyramid) -> f32 {
    let peak = peaks.largest(step.saturating_sub(1) * STEP, (step + 1) * STEP);
    10.0_f32.powf(gain_db / 20.0).min(FULL_SCALE / f32::from(peak.max(1)))
}

//! How is the recording to sound, as the device's side may rely on it?
//!
//! What the window asks for and what the analysis found out are put right here, once: a number that
//! is none, or stretches in no order, must never reach the samples.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::hearing::{Hearing, SPEEDS};
use crate::audio::treatment::Treatment;

/// What is repeated lasts at least this long: less is a buzz, and costs without end.
pub const SHORTEST_REPEAT: Duration = Duration::from_millis(200);
/// Nobody is made louder than this: 30 dB lift a whisper, and the noise of a bad line with it.
const LARGEST_GAIN: f32 = 32.0;

/// A hearing and a treatment that were put right.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    hearing: Hearing,
    treatment: Arc<Treatment>,
}

impl Wish {
    /// Puts both right.
    pub fn of(hearing: &Hearing, treatment: &Arc<Treatment>) -> Self {
        let hearing = Hearing {
            speed: sane_speed(hearing.speed),
            repeated: hearing.repeated.as_ref().and_then(sane_repeat),
            ..hearing.clone()
        };
        let treatment =
            if is_sane(treatment) { Arc::clone(treatment) } else { Arc::new(put_right(treatment)) };
        Self { hearing, treatment }
    }

    /// What the person wants: the speed within its bounds, what is repeated long enough.
    pub fn hearing(&self) -> &Hearing {
        &self.hearing
    }

    /// What is known of the recording: silences in order and apart, gains that are numbers.
    pub fn treatment(&self) -> &Arc<Treatment> {
        &self.treatment
    }

    /// Whether both sound the same: what is switched off may differ.
    pub fn sounds_like(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.treatment, &other.treatment);
        self.hearing == other.hearing
            && (!self.hearing.skips_silence || ours.silences == theirs.silences)
            && (!self.hearing.is_levelled
                || (ours.gain_frames == theirs.gain_frames && ours.gains == theirs.gains))
    }
}

fn sane_speed(speed: f32) -> f32 {
    // A tenth of a percent is nobody's wish, and costs as much as a real one.
    let is_recorded = !speed.is_finite() || (speed - 1.0).abs() < 0.001;
    if is_recorded { 1.0 } else { speed.clamp(*SPEEDS.start(), *SPEEDS.end()) }
}

fn sane_repeat(repeated: &Range<Duration>) -> Option<Range<Duration>> {
    let end = repeated.end.max(repeated.start.saturating_add(SHORTEST_REPEAT));
    (repeated.start < repeated.end).then_some(repeated.start..end)
}

fn is_sane(treatment: &Treatment) -> bool {
    let is_apart = |two: &[Range<usize>]| match two {
        [before, after] => before.end < after.start,
        _ => true,
    };
    treatment.silences.iter().all(|silence| silence.start < silence.end)
        && treatment.silences.windows(2).all(is_apart)
        && (treatment.gain_frames > 0 || treatment.gains.is_empty())
        && treatment.gains.iter().flatten().all(|gain| *gain == sane_gain(*gain))
}

fn put_right(treatment: &Treatment) -> Treatment {
    let mut silences = treatment.silences.clone();
    silences.retain(|silence| silence.start < silence.end);
    silences.sort_unstable_by_key(|silence| silence.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(silences.len());
    for silence in silences {
        match apart.last_mut() {
            Some(last) if silence.start <= last.end => last.end = last.end.max(silence.end),
            _ => apart.push(silence),
        }
    }
    let gains = if treatment.gain_frames == 0 { &[] } else { treatment.gains.as_slice() };
    Treatment {
        silences: apart,
        gain_frames: treatment.gain_frames,
        gains: gains.iter().map(|both| both.map(sane_gain)).collect(),
    }
}

fn sane_gain(gain: f32) -> f32 {
    if gain.is_nan() { 1.0 } else { gain.clamp(0.0, LARGEST_GAIN) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_that_is_none_is_as_recorded_and_others_stay_within_bounds() {
        let speed = |speed: f32| {
            let hearing = Hearing { speed, ..Hearing::default() };
            Wish::of(&hearing, &Arc::default()).hearing().speed
        };
        assert_eq!([speed(f32::NAN), speed(f32::INFINITY), speed(1.0003)], [1.0; 3]);
        assert_eq!([speed(-3.0), speed(0.0), speed(9.0), speed(1.25)], [0.5, 0.5, 4.0, 1.25]);
    }

    #[test]
    fn silences_in_no_order_become_stretches_apart_from_each_other() {
        let wild = Treatment {
            #[expect(clippy::reversed_empty_ranges, reason = "what is tested")]
            silences: vec![50..60, 10..20, 15..30, 30..31, 9..3, 70..70, 55..58],
            gain_frames: 0,
            gains: vec![[1.0, f32::NAN]],
        };
        let wish = Wish::of(&Hearing::default(), &Arc::new(wild));
        assert_eq!(wish.treatment().silences, [10..31, 50..60]);
        assert!(wish.treatment().gains.is_empty());
        let again = Wish::of(&Hearing::default(), wish.treatment());
        assert!(Arc::ptr_eq(again.treatment(), wish.treatment()));
    }

    #[test]
    fn gains_are_numbers() {
        let gains = vec![[f32::NAN, f32::INFINITY], [-1.0, f32::NEG_INFINITY], [0.5, 2.0]];
        let wild = Treatment { silences: vec![], gain_frames: 80, gains };
        let wish = Wish::of(&Hearing::default(), &Arc::new(wild));
        assert_eq!(wish.treatment().gains, [[1.0, 32.0], [0.0, 0.0], [0.5, 2.0]]);
    }

    #[test]
    fn what_is_repeated_is_long_enough_or_nothing() {
        let millis = Duration::from_millis;
        let repeated = |range: Range<u64>| {
            let repeated = Some(millis(range.start)..millis(range.end));
            let hearing = Hearing { repeated, ..Hearing::default() };
            Wish::of(&hearing, &Arc::default()).hearing().repeated.clone()
        };
        assert_eq!(repeated(1000..1001), Some(millis(1000)..millis(1200)));
        assert_eq!(repeated(1000..3000), Some(millis(1000)..millis(3000)));
        assert_eq!(repeated(1000..1000), None);
    }
}

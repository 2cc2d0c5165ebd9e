//! Is a call of two hours known as a whole, and its picture true at any zoom?

use workstation_app::audio::analysis::{Growing, SilenceRule};

use crate::call::{LINE_HZ, mix, noise, samples, tone};

/// Two seconds of speech-like bursts and two of noise, in stereo by turns.
fn turns(secs: usize) -> Vec<i16> {
    let rate = LINE_HZ as usize;
    let mut lanes = [noise(-55.0, secs * rate), noise(-52.0, secs * rate)];
    for turn in 0..secs / 4 {
        for syllable in 0..8 {
            let at = turn * 4 * rate + syllable * rate / 4;
            mix(&mut lanes[turn % 2], at, &tone(600.0, 0.2, LINE_HZ, rate / 6));
        }
    }
    let [left, right] = lanes.map(|lane| samples(&lane));
    left.into_iter().zip(right).flat_map(|(left, right)| [left, right]).collect()
}

#[test]
fn two_hours_of_both_sides_are_known_and_no_zoom_loses_a_peak() {
    let piece = turns(60);
    let mut growing = Growing::new(2, LINE_HZ);
    for _ in 0..120 {
        growing.take(&piece);
    }
    let overview = growing.overview(true);
    assert_eq!(overview.duration().as_secs(), 7200);
    let rule = SilenceRule::default();
    let by_hand = overview.silences(&SilenceRule { threshold_dbfs: Some(-45.0), ..rule });
    assert!(!overview.treatment(&rule).silences.is_empty() && !by_hand.is_empty());
    for picture in 0..30 {
        // From the whole call to a second of it, 1900 columns wide.
        let shown = overview.duration().div_f64(1.3_f64.powi(picture));
        for lane in 0..2 {
            let column = |at: u32| shown.mul_f64(f64::from(at) / 1900.0);
            let columns =
                (0..1900).map(|at| overview.peak_between(lane, column(at), column(at + 1)));
            let highest = columns.fold(0.0, f32::max);
            let whole = overview.peak_between(lane, column(0), column(1900));
            assert!((highest - whole).abs() < 1e-6, "{shown:?}: {highest} and {whole}");
        }
    }
}

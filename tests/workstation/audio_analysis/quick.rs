//! How long does it take?

use std::time::Duration;

use workstation_app::audio::analysis::{Growing, SilenceRule};

use crate::call::{LINE_HZ, mix, noise, samples, tone};

/// What this thread has calculated so far: others may need the processor meanwhile.
struct Work(Duration);

impl Work {
    fn begun() -> Self {
        Self(calculated())
    }

    fn done(&self) -> Duration {
        calculated() - self.0
    }
}

fn calculated() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

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
fn two_hours_of_both_sides_are_known_while_they_are_decoded_and_painted_at_any_zoom() {
    let piece = turns(60);
    let started = Work::begun();
    let mut growing = Growing::new(2, LINE_HZ);
    for _ in 0..120 {
        growing.take(&piece);
    }
    let measured = started.done();
    let started = Work::begun();
    let overview = growing.overview(true);
    let snapshot = started.done();
    let started = Work::begun();
    let rule = SilenceRule::default();
    let treatment = overview.treatment(&rule);
    let treated = started.done();
    let started = Work::begun();
    let by_hand = overview.silences(&SilenceRule { threshold_dbfs: Some(-45.0), ..rule });
    let again = started.done();
    assert!(!treatment.silences.is_empty() && !by_hand.is_empty());
    let started = Work::begun();
    let mut sum = 0.0;
    let pictures = 30;
    for picture in 0..pictures {
        // From the whole call to a second of it, 1900 columns wide.
        let shown = overview.duration().div_f64(1.3_f64.powi(picture));
        for column in 0..1900 {
            let from = shown.mul_f64(f64::from(column) / 1900.0);
            let to = shown.mul_f64(f64::from(column + 1) / 1900.0);
            sum += overview.peak_between(0, from, to) + overview.peak_between(1, from, to);
        }
    }
    let painted = started.done();
    assert!(sum > 0.0);
    let figures = format!(
        "measured {measured:?}, snapshot {snapshot:?}, treatment {treated:?}, \
         another threshold {again:?}, {pictures} pictures {painted:?}"
    );
    let (quick, second) = (Duration::from_millis(500), Duration::from_secs(1));
    // Two hours of two sides are four of what an hour with one is.
    assert!(measured < 4 * second && treated < second && again < quick, "{figures}");
    assert!(snapshot < quick && painted < quick, "{figures}");
    #[expect(clippy::print_stderr, reason = "figures for whoever runs it with --nocapture")]
    {
        eprintln!("{figures}");
    }
}

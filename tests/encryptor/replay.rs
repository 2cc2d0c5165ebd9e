//! Do names, links and settings behave that fuzzing starts from, and those that it found?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fuzz/src/dialer.rs"]
mod dialer;
#[path = "../fuzz/src/memory.rs"]
mod memory;
#[path = "../fuzz/src/shown.rs"]
mod shown;

use support::Outcome;
use support::seeds::replay;

#[test]
fn any_name_can_be_sealed_under_shown_and_found_again() -> Outcome {
    replay("names", dialer::names)
}

#[test]
fn settings_are_understood_or_refused() -> Outcome {
    replay("settings", dialer::settings)
}

//! Do audio and keys behave that fuzzing starts from, and those that it found?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fuzz/src/listening.rs"]
mod listening;
#[path = "../fuzz/src/memory.rs"]
mod memory;
#[path = "../fuzz/src/shown.rs"]
mod shown;

use support::Outcome;
use support::seeds::replay;

#[test]
fn audio_decodes_or_is_refused() -> Outcome {
    for target in ["wav", "mp3", "ogg", "gsm"] {
        replay(target, listening::audio)?;
    }
    Ok(())
}

#[test]
fn keys_are_imported_as_a_whole_or_not_at_all() -> Outcome {
    replay("key_import", listening::key_import)
}

#[test]
fn a_policy_allows_what_it_says_and_nothing_else() -> Outcome {
    replay("policy", listening::policy)
}

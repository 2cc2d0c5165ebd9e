//! Do messages, keys and certificates behave that fuzzing starts from, and those that it found?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../fuzz/src/memory.rs"]
mod memory;
#[path = "../fuzz/src/openpgp/mod.rs"]
mod openpgp;
#[path = "../fuzz/src/shown.rs"]
mod shown;

use openpgp::{keys, messages};
use std::fs;
use support::seeds::{inputs, replay};
use support::{Outcome, ensure};

#[test]
fn messages_open_to_what_was_sealed_or_not_at_all() -> Outcome {
    replay("message", messages::message)?;
    replay("armor", messages::armor)
}

#[test]
fn whatever_stands_behind_a_seal_ends_well() -> Outcome {
    replay("sealed", messages::sealed)
}

#[test]
fn keys_can_be_read_written_and_unlocked() -> Outcome {
    replay("keys", keys::keys)?;
    replay("unlock", keys::unlock)
}

#[test]
fn certificates_are_found_under_their_own_names() -> Outcome {
    replay("certificates", keys::certificates)?;
    replay("gnupg_home", keys::gnupg_home)
}

#[test]
fn a_key_unlocks_whatever_its_protection_is() -> Outcome {
    let kinds = inputs("unlock")?;
    let ours = kinds.iter().filter(|it| it.to_string_lossy().contains("seeds/unlock/cv25519-"));
    let mut count = 0;
    for kind in ours {
        ensure!(keys::opens(&fs::read(kind)?), "{} stays locked", kind.display());
        count += 1;
    }
    ensure!(count >= 7, "there are only {count}");
    Ok(())
}

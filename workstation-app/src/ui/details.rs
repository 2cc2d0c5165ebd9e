//! What stands in the folded details, for whoever is asked for help? No secrets, and nothing of the
//! customer but the file's name.

use shared::decrypt::Problem;

use crate::keys::KeyCard;
use crate::message::Seal;
use crate::state::{AppState, ProblemScreen};
use crate::texts::FailureKind;

/// Zeros, as a recording is sealed for somebody who is not named.
const UNNAMED: char = '0';

/// Of a recording that cannot be opened.
pub fn of_problem(state: &AppState, problem: &ProblemScreen) -> String {
    let failure = &problem.failure;
    let mut lines = vec![file(state)];
    lines.extend(failure.word().map(|word| format!("Problem: {word}")));
    if !failure.detail.is_empty() && !is_said_below(problem) {
        lines.push(format!("Cause: {}", failure.detail));
    }
    lines.extend(failure.facts.iter().cloned());
    lines.extend(problem.sealed_to.iter().map(|key_id| sealed_for(key_id)));
    lines.extend(held(&state.held));
    lines.push(program());
    lines.join("\n")
}

/// Of a recording that waits for its passphrase.
pub fn of_seal(state: &AppState, seal: &Seal) -> String {
    let mut lines = vec![file(state)];
    lines.extend(seal.sealed_to.iter().map(|key_id| sealed_for(key_id)));
    if seal.by_passphrase {
        lines.push("Sealed with a passphrase".to_owned());
    }
    lines.extend(
        seal.opened_by.iter().map(|key| format!("Held: {} of {}", key.fingerprint, key.owner)),
    );
    lines.push(program());
    lines.join("\n")
}

/// Where no key fits, the cause is whom it is sealed for, which has its own lines.
fn is_said_below(problem: &ProblemScreen) -> bool {
    let is_no_key = problem.failure.kind == FailureKind::Problem(Problem::NoKey);
    is_no_key && !problem.sealed_to.is_empty()
}

fn file(state: &AppState) -> String {
    let name = state.selected.as_ref().map(|selected| selected.source.file_name());
    format!("File: {}", shared::recording::escaped(name.unwrap_or_default().as_encoded_bytes()))
}

fn sealed_for(key_id: &str) -> String {
    if key_id.chars().all(|digit| digit == UNNAMED) {
        "Sealed for a key that is not named".to_owned()
    } else {
        format!("Sealed for key {key_id}")
    }
}

fn held(held: &[KeyCard]) -> Vec<String> {
    if held.is_empty() {
        return vec!["Held: none".to_owned()];
    }
    let line = |key: &KeyCard| format!("Held: key {} of {}", key.key_ids.join(", "), key.owner);
    held.iter().map(line).collect()
}

fn program() -> String {
    let (version, system) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    format!("Program: {} {version}, {system}", shared::PRODUCT)
}

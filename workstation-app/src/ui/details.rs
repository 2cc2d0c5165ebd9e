//! What stands in the folded details, for whoever is asked for help? No secrets, and nothing of the
//! customer but the file's name.

use shared::decrypt::Problem;

use crate::call::masked;
use crate::keys::KeyCard;
use crate::message::Seal;
use crate::state::{AppState, ProblemScreen};
use crate::texts::{self, FailureKind};

/// Zeros, as a recording is sealed for somebody who is not named.
const UNNAMED: char = '0';

/// Of a recording that cannot be opened.
pub fn of_problem(state: &AppState, problem: &ProblemScreen) -> String {
    let failure = &problem.failure;
    let mut lines = vec![file(state)];
    lines.extend(failure.word().map(|word| texts::DETAIL_PROBLEM.with(&[("word", &word)])));
    if !failure.detail.is_empty() && !is_said_below(problem) {
        let cause = shown(state, failure.detail.clone());
        lines.push(texts::DETAIL_CAUSE.with(&[("cause", &cause)]));
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
        lines.push(texts::DETAIL_OWN_PASSPHRASE.into());
    }
    lines.extend(seal.opened_by.iter().map(|key| {
        texts::DETAIL_HELD_FINGERPRINT
            .with(&[("fingerprint", &key.fingerprint), ("owner", &key.owner)])
    }));
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
    let name = shared::recording::escaped(name.unwrap_or_default().as_encoded_bytes());
    texts::DETAIL_FILE.with(&[("name", &shown(state, name))])
}

/// Details are shown and copied: a hidden number is not in them either.
fn shown(state: &AppState, text: String) -> String {
    if state.settings.desk.hides_numbers { masked(&text) } else { text }
}

fn sealed_for(key_id: &str) -> String {
    if key_id.chars().all(|digit| digit == UNNAMED) {
        texts::DETAIL_UNNAMED.into()
    } else {
        texts::DETAIL_SEALED_FOR.with(&[("key", &key_id)])
    }
}

fn held(held: &[KeyCard]) -> Vec<String> {
    if held.is_empty() {
        return vec![texts::DETAIL_HELD_NONE.into()];
    }
    let line = |key: &KeyCard| {
        texts::DETAIL_HELD_KEY.with(&[("ids", &key.key_ids.join(", ")), ("owner", &key.owner)])
    };
    held.iter().map(line).collect()
}

fn program() -> String {
    let (version, system) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    texts::DETAIL_PROGRAM.with(&[
        ("product", &shared::PRODUCT),
        ("version", &version),
        ("system", &system),
    ])
}

//! What does a person read when something goes wrong, and which button helps? One table for the
//! window, `--check` and `--import-key`; what `shared` says of key files stands there.
//!
//! A title and an advice are one sentence each, without a full stop.

mod command_line;
pub mod dates;
pub mod desk;
mod details;
mod key_faults;
mod key_view;
mod keys;
mod links;
mod problems;
mod settings;
mod text;
mod window;

use std::path::Path;
use std::time::Duration;

use shared::decrypt::Problem;

use crate::audio::play::SoundFault;
use crate::call::clock;
use crate::keys::KeyCard;
use crate::message::Seal;

pub use self::command_line::*;
pub use self::details::*;
pub use self::key_faults::*;
pub use self::key_view::*;
pub use self::keys::*;
pub use self::links::*;
pub use self::problems::*;
pub use self::settings::*;
pub use self::text::*;
pub use self::window::*;
pub use crate::failure::{Failure, FailureKind};

/// The button that helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Import a key.
    BringKey,
    /// Take another file.
    OpenAnother,
    /// Read the same file again.
    TryAgain,
}

/// What a person reads: two sentences, without full stops, and a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What went wrong.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// The button that does it.
    pub remedy: Remedy,
}

/// Why a recording is not heard.
pub fn words(kind: FailureKind) -> Words {
    let (title, advice, remedy) = match kind {
        FailureKind::Problem(problem) => problem_words(problem),
        FailureKind::FileMissing => (FILE_MISSING, FILE_MISSING_ADVICE, Remedy::OpenAnother),
        FailureKind::FileForbidden => (FILE_FORBIDDEN, FILE_FORBIDDEN_ADVICE, Remedy::TryAgain),
        FailureKind::NotAFile => (NOT_A_FILE, NOT_A_FILE_ADVICE, Remedy::OpenAnother),
        FailureKind::FileUnreadable => (FILE_UNREADABLE, FILE_UNREADABLE_ADVICE, Remedy::TryAgain),
        FailureKind::Policy => (POLICY_BROKEN, POLICY_BROKEN_ADVICE, Remedy::TryAgain),
        FailureKind::KeysUnreadable => (KEYS_UNREADABLE, KEYS_UNREADABLE_ADVICE, Remedy::TryAgain),
        FailureKind::LinkBad => (LINK_BAD, LINK_BAD_ADVICE, Remedy::OpenAnother),
        FailureKind::LinkUnreachable => {
            (LINK_UNREACHABLE, LINK_UNREACHABLE_ADVICE, Remedy::TryAgain)
        }
        FailureKind::LinkSilent => (LINK_SILENT, LINK_SILENT_ADVICE, Remedy::TryAgain),
        FailureKind::LinkCertificate => {
            (LINK_CERTIFICATE, LINK_CERTIFICATE_ADVICE, Remedy::TryAgain)
        }
        FailureKind::LinkSignIn => (LINK_SIGN_IN, LINK_SIGN_IN_ADVICE, Remedy::TryAgain),
        FailureKind::LinkSignInElsewhere => {
            (LINK_SIGN_IN_ELSEWHERE, LINK_SIGN_IN_ELSEWHERE_ADVICE, Remedy::OpenAnother)
        }
        FailureKind::LinkSignInKind => (LINK_SIGN_IN_KIND, FETCH_IN_BROWSER, Remedy::OpenAnother),
        FailureKind::LinkForbidden => (LINK_FORBIDDEN, LINK_FORBIDDEN_ADVICE, Remedy::TryAgain),
        FailureKind::LinkNotFound => (LINK_NOT_FOUND, LINK_NOT_FOUND_ADVICE, Remedy::OpenAnother),
        FailureKind::LinkServer => (LINK_SERVER, LINK_SERVER_ADVICE, Remedy::TryAgain),
        FailureKind::LinkProxy => (LINK_PROXY, LINK_PROXY_ADVICE, Remedy::TryAgain),
        FailureKind::LinkBroken => (LINK_BROKEN, LINK_BROKEN_ADVICE, Remedy::TryAgain),
        FailureKind::LinkSlow => (LINK_SLOW, LINK_BROKEN_ADVICE, Remedy::TryAgain),
        FailureKind::LinkPage => (LINK_PAGE, FETCH_IN_BROWSER, Remedy::OpenAnother),
        FailureKind::LinkPlainAudio => {
            (LINK_PLAIN_AUDIO, LINK_PLAIN_AUDIO_ADVICE, Remedy::OpenAnother)
        }
        FailureKind::LinkEmpty => (LINK_EMPTY, LINK_EMPTY_ADVICE, Remedy::TryAgain),
        FailureKind::Internal => (INTERNAL, INTERNAL_ADVICE, Remedy::TryAgain),
        FailureKind::NoSound => (NO_SOUND, NO_SOUND_ADVICE, Remedy::OpenAnother),
    };
    Words { title: title.get(), advice: advice.get(), remedy }
}

fn problem_words(problem: Problem) -> (Text, Text, Remedy) {
    match problem {
        Problem::Damaged => (DAMAGED, DAMAGED_ADVICE, Remedy::OpenAnother),
        Problem::Incomplete => (INCOMPLETE, INCOMPLETE_ADVICE, Remedy::OpenAnother),
        Problem::NoIntegrity => (NO_INTEGRITY, NO_INTEGRITY_ADVICE, Remedy::OpenAnother),
        Problem::NotPgpEmpty => (FILE_EMPTY, FILE_EMPTY_ADVICE, Remedy::OpenAnother),
        Problem::NotPgpHtml => (WEB_PAGE, WEB_PAGE_ADVICE, Remedy::OpenAnother),
        Problem::NotPgpAudio => (PLAIN_AUDIO, PLAIN_AUDIO_ADVICE, Remedy::OpenAnother),
        Problem::NotPgpUnknown => (UNKNOWN_FILE, UNKNOWN_FILE_ADVICE, Remedy::OpenAnother),
        Problem::UnsupportedKey => (UNSUPPORTED_KEY, UNSUPPORTED_KEY_ADVICE, Remedy::OpenAnother),
        Problem::NoKey => (NO_KEY, NO_KEY_ADVICE, Remedy::BringKey),
        Problem::WrongPassphrase => (WRONG_PASSPHRASE, WRONG_PASSPHRASE_ADVICE, Remedy::TryAgain),
        Problem::UnsupportedAudio => {
            (UNSUPPORTED_AUDIO, UNSUPPORTED_AUDIO_ADVICE, Remedy::OpenAnother)
        }
        Problem::TooLarge => (TOO_LARGE, TOO_LARGE_ADVICE, Remedy::OpenAnother),
    }
}

/// The title of a wrong passphrase where it is known whose it should be.
pub fn not_the_passphrase(seal: &Seal) -> String {
    match (sealed_for(seal), seal.by_passphrase) {
        (None, _) => NOT_THE_PASSPHRASE_OF_RECORDING.into(),
        (Some(keys), false) => NOT_THE_PASSPHRASE_OF.with(&[("keys", &keys)]),
        (Some(keys), true) => NOT_THE_PASSPHRASE_OF_EITHER.with(&[("keys", &keys)]),
    }
}

/// The held keys that open a recording, by their owners; none if only a passphrase does.
pub fn sealed_for(seal: &Seal) -> Option<String> {
    let owners: Vec<&str> = seal.opened_by.iter().map(KeyCard::name).collect();
    match owners.as_slice() {
        [] => None,
        [owner] => Some(THE_KEY_OF.with(&[("owner", owner)])),
        owners => Some(THE_KEYS_OF.with(&[("owners", &owners.join(", "))])),
    }
}

/// Not all of a recording is there.
pub fn part_is_missing(length: Duration) -> String {
    PART_IS_MISSING_LENGTH.with(&[("length", &clock(length))])
}

/// Why nothing is heard although it plays.
pub fn sound(fault: SoundFault) -> &'static str {
    match fault {
        SoundFault::NoDevice => NO_SOUND_DEVICE.get(),
        SoundFault::DeviceLost => SOUND_DEVICE_LOST.get(),
    }
}

/// The whole table, with the names of its rows.
pub fn rows() -> Vec<(&'static str, Text)> {
    let parts = [
        dates::ROWS,
        desk::ROWS,
        details::ROWS,
        key_faults::ROWS,
        key_view::ROWS,
        keys::ROWS,
        links::ROWS,
        problems::ROWS,
        settings::ROWS,
        window::ROWS,
    ];
    parts.concat()
}

/// A path, safe to show.
pub fn shown(path: &Path) -> String {
    shared::recording::escaped(path.as_os_str().as_encoded_bytes())
}

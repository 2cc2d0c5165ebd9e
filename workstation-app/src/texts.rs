//! What does a person read when something goes wrong, and which button helps? One table for the
//! window, `--check` and `--import-key`; what `shared` says of key files stands there.
//!
//! A title and an advice are one sentence each, without a full stop.

mod command_line;
pub mod dates;
pub mod desk;
mod keys;
mod links;
mod text;

use std::path::Path;
use std::time::Duration;

use shared::decrypt::Problem;

use crate::audio::play::SoundFault;
use crate::call::clock;
use crate::keys::KeyCard;
use crate::message::Seal;

pub use self::command_line::*;
pub use self::keys::*;
pub use self::links::*;
pub use self::text::*;
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

/// Links that a userscript has turned lead the browser itself nowhere without Shift.
const FETCH_IN_BROWSER: &str = "Download it in your browser, where you are signed in (hold Shift and click the link), and open \
     that file";

/// Why a recording is not heard.
pub fn words(kind: FailureKind) -> Words {
    let (title, advice, remedy) = match kind {
        FailureKind::Problem(problem) => problem_words(problem),
        FailureKind::NoSound => (
            "There is no sound in this recording",
            "Ask your administrator; it opened well, but what was sealed is no audio",
            Remedy::OpenAnother,
        ),
        FailureKind::FileMissing => (
            "There is no such file",
            "Check where it was saved, or download it again",
            Remedy::OpenAnother,
        ),
        FailureKind::FileForbidden => (
            "You are not allowed to read this file",
            "Ask its owner for access, or save a copy that is yours",
            Remedy::TryAgain,
        ),
        FailureKind::NotAFile => (
            "This is not a file",
            "Choose a recording, not a folder or a device",
            Remedy::OpenAnother,
        ),
        FailureKind::FileUnreadable => (
            "The file could not be read",
            "Check the disk or network drive that it is on, then try again",
            Remedy::TryAgain,
        ),
        FailureKind::Policy => (
            "The policy of this computer is broken, so no recording opens",
            "Tell your administrator, who finds the place in the details",
            Remedy::TryAgain,
        ),
        FailureKind::KeysUnreadable => (
            "The keys on this workstation cannot be read",
            "Tell your administrator, who finds the folder in the details",
            Remedy::TryAgain,
        ),
        FailureKind::LinkBad => (
            "This link cannot be opened",
            "Copy it again from the page of recordings, or download the file and open that",
            Remedy::OpenAnother,
        ),
        FailureKind::LinkUnreachable => (
            "The server cannot be reached",
            "Check the network or VPN, then try again",
            Remedy::TryAgain,
        ),
        FailureKind::LinkSilent => (
            "The server does not answer",
            "Try again in a minute, and tell your administrator if it stays like this",
            Remedy::TryAgain,
        ),
        FailureKind::LinkCertificate => (
            "The server could not prove that it is the right one",
            "Do not go on; tell your administrator, whose certificate may have expired",
            Remedy::TryAgain,
        ),
        FailureKind::LinkSignIn => (
            "The site wants a sign-in that was not given or was refused",
            "Try again with the name and password that you use there",
            Remedy::TryAgain,
        ),
        FailureKind::LinkSignInElsewhere => (
            "The link leads on to another site, which wants a sign-in",
            "Give that site's own link if the name and password are for it",
            Remedy::OpenAnother,
        ),
        FailureKind::LinkSignInKind => (
            "The site wants a kind of sign-in that this program does not know",
            FETCH_IN_BROWSER,
            Remedy::OpenAnother,
        ),
        FailureKind::LinkForbidden => (
            "You are not allowed to have this recording",
            "Ask your administrator for access to it",
            Remedy::TryAgain,
        ),
        FailureKind::LinkNotFound => (
            "There is no such recording on the server",
            "Open it from the page of recordings again; it may have been moved or deleted",
            Remedy::OpenAnother,
        ),
        FailureKind::LinkServer => (
            "The server did not send the recording",
            "Try again later, and send the details to your administrator if it stays like this",
            Remedy::TryAgain,
        ),
        FailureKind::LinkProxy => (
            "The way to the server is closed by a proxy that wants a sign-in",
            "Ask your administrator to let this program through, or download the file and open that",
            Remedy::TryAgain,
        ),
        FailureKind::LinkBroken => (
            "The connection broke before the recording was complete",
            "Check the network or VPN, then fetch it again",
            Remedy::TryAgain,
        ),
        FailureKind::LinkSlow => (
            "The recording comes too slowly",
            "Check the network or VPN, then fetch it again",
            Remedy::TryAgain,
        ),
        FailureKind::LinkPage => {
            ("The server sent a web page, not a recording", FETCH_IN_BROWSER, Remedy::OpenAnother)
        }
        FailureKind::LinkPlainAudio => (
            "The server sent a recording that is not sealed",
            "Hear it in your browser (hold Shift and click the link), and tell your administrator",
            Remedy::OpenAnother,
        ),
        FailureKind::LinkEmpty => (
            "The server sent an empty file",
            "Tell your administrator which recording it is: its file may be gone",
            Remedy::TryAgain,
        ),
        FailureKind::Internal => (
            "A fault in this program stopped it",
            "Send the details to your administrator",
            Remedy::TryAgain,
        ),
    };
    Words { title, advice, remedy }
}

fn problem_words(problem: Problem) -> (&'static str, &'static str, Remedy) {
    match problem {
        Problem::Damaged => (
            "This recording is damaged",
            "Download it again, and tell your administrator if it is still damaged",
            Remedy::OpenAnother,
        ),
        Problem::Incomplete => (
            "The download is incomplete",
            "Download the recording again, and wait until it has finished",
            Remedy::OpenAnother,
        ),
        Problem::NoIntegrity => (
            "This recording is not protected against changes",
            "Ask your administrator to have it sealed again, or to allow old recordings like it",
            Remedy::OpenAnother,
        ),
        Problem::NotPgpEmpty => (
            "The file is empty",
            "Download the recording again, and tell your administrator if it is still empty",
            Remedy::OpenAnother,
        ),
        Problem::NotPgpHtml => (
            "This is a web page, not a recording",
            "Sign in on the site it came from, then download the recording again",
            Remedy::OpenAnother,
        ),
        Problem::NotPgpAudio => (
            "This recording is not sealed",
            "Any player opens it; tell your administrator that it was not sealed",
            Remedy::OpenAnother,
        ),
        Problem::NotPgpUnknown => (
            "This is not a sealed recording",
            "Check that you chose the right file, or download it again",
            Remedy::OpenAnother,
        ),
        Problem::UnsupportedKey => (
            "It is sealed for a kind of key that cannot be used here",
            "Ask your administrator to seal it for an RSA or Curve25519 key, or to set up GnuPG here",
            Remedy::OpenAnother,
        ),
        Problem::NoKey => (
            "No key here opens this recording",
            "Bring the key that it is sealed for, or ask your administrator to seal it for yours",
            Remedy::BringKey,
        ),
        Problem::WrongPassphrase => (
            "That is not the passphrase",
            "Type it again, and check the keyboard layout and Caps Lock",
            Remedy::TryAgain,
        ),
        Problem::UnsupportedAudio => (
            "This kind of audio cannot be played",
            "Ask your administrator for it as MP3 or WAV; the recording itself opened well",
            Remedy::OpenAnother,
        ),
        Problem::TooLarge => (
            "This recording is too large to be opened",
            "Ask your administrator for it in smaller parts",
            Remedy::OpenAnother,
        ),
    }
}

/// The title of a wrong passphrase where it is known whose it should be.
pub fn not_the_passphrase(seal: &Seal) -> String {
    let title = words(FailureKind::Problem(Problem::WrongPassphrase)).title;
    match (sealed_for(seal), seal.by_passphrase) {
        (None, _) => format!("{title} of this recording"),
        (Some(keys), false) => format!("{title} of {keys}"),
        (Some(keys), true) => format!("{title} of {keys}, nor this recording's own"),
    }
}

/// The held keys that open a recording, by their owners; none if only a passphrase does.
pub fn sealed_for(seal: &Seal) -> Option<String> {
    let owners: Vec<&str> = seal.opened_by.iter().map(KeyCard::name).collect();
    match owners.as_slice() {
        [] => None,
        [owner] => Some(format!("the key of {owner}")),
        owners => Some(format!("the keys of {}", owners.join(", "))),
    }
}

/// What is wrong with a recording that is heard all the same: nothing protected it.
pub const WITHOUT_INTEGRITY: &str =
    "Sealed without protection against changes: it may have been altered";

/// The same: not all of it is there.
pub const PART_IS_MISSING: &str = "Part of the audio is damaged or missing";

/// The same with how much is there.
pub fn part_is_missing(length: Duration) -> String {
    format!("{PART_IS_MISSING}; {} of it can be heard", clock(length))
}

/// Why nothing is heard although it plays.
pub fn sound(fault: SoundFault) -> &'static str {
    match fault {
        SoundFault::NoDevice => "No sound device was found; it plays as soon as one is connected",
        SoundFault::DeviceLost => {
            "The sound device is gone; it plays on as soon as one is connected"
        }
    }
}

/// The desktop has none.
pub const NO_FILE_DIALOG: &str = "This desktop offers no file dialog. Drop the file on this \
                                  window, or give its name on the command line.";

/// A path, safe to show.
pub fn shown(path: &Path) -> String {
    shared::recording::escaped(path.as_os_str().as_encoded_bytes())
}

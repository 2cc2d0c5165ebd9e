//! What does a person read when something goes wrong, and which button helps? One table for the
//! window, `--check` and `--import-key`; what `shared` says of key files stands there.
//!
//! A title and an advice are one sentence each, without a full stop.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use shared::decrypt::Problem;

use crate::audio::play::SoundFault;
use crate::call::clock;
use crate::keys::KeyCard;
use crate::message::Seal;

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

/// There is no key at all.
pub const NO_KEY_HELD: &str = "This workstation holds no key yet";

/// A file in the store that is no key.
pub fn key_file_damaged(name: &str) -> String {
    format!(
        "A key file on this workstation is damaged and was left as it is. Move it elsewhere, then \
         bring the key again: {name}"
    )
}

/// A key file that would be overwritten by the import of its key.
pub fn key_in_the_way(path: &Path) -> String {
    format!(
        "A damaged key file stands in the way and was left untouched. Move it elsewhere, then \
         bring the key again: {}",
        shown(path)
    )
}

/// The store stood open.
pub fn keys_stood_open(folder: &Path) -> String {
    format!(
        "Others on this computer could read your key files; they are closed again. Change the \
         passphrases if you do not trust everybody who works here: {}",
        shown(folder)
    )
}

/// What to do with a new key.
pub fn back_it_up(fingerprint: &str) -> String {
    format!(
        "Back the key up now, since nobody can open its recordings without it: workstation-app \
         keys backup {fingerprint} --to FILE. Give its certificate to your administrator: \
         workstation-app keys export {fingerprint}"
    )
}

/// `keys` without a passphrase where one is needed.
pub const KEY_PASSPHRASE_NEEDED: &str = "A passphrase is needed for that. Give it on a \
     descriptor, for example: --passphrase-fd 0 < passphrase-file";

/// `keys passphrase` with one only.
pub const TWO_PASSPHRASES_NEEDED: &str = "Two passphrases are needed for that. Give the present \
     one in the first line and the new one in the second.";

/// Copies of a key that another passphrase opens.
pub const OTHER_PASSPHRASES_STAY: &str = "Another copy or part of this key has another \
     passphrase, which stays. Change that one too, with the passphrase that it has.";

/// What cannot be undone was not confirmed.
pub fn not_confirmed(fingerprint: &str) -> String {
    format!(
        "This cannot be undone, and the fingerprint after --yes is not that of the key. To \
         confirm it: --yes {fingerprint}"
    )
}

/// A name that none or several of GnuPG's keys have.
pub fn not_one_of_gnupg(name: &str, count: usize) -> String {
    format!(
        "GnuPG holds {count} secret keys of '{name}', and one is needed. Name it by its \
         fingerprint: workstation-app keys list --gnupg"
    )
}

/// A key that its thief could use.
pub fn key_without_passphrase(owner: &str) -> String {
    format!(
        "The key of {owner} has no passphrase, so anybody who copies the file could use it. Set \
         one first (in Kleopatra: Change Passphrase; with gpg: gpg --change-passphrase), export \
         the key again and bring that file."
    )
}

/// The store cannot be written.
pub fn keys_not_kept(folder: &Path, cause: impl Display) -> String {
    format!(
        "The key could not be kept ({cause}). Check that this folder can be written and has \
         space: {}",
        shown(folder)
    )
}

/// Why keys in a file were not kept; empty where nothing was refused.
pub fn not_brought(reasons: &[String]) -> String {
    match reasons {
        [] => String::new(),
        [reason] => reason.clone(),
        [reason, others @ ..] => {
            format!("{reason} Not brought either: {} more of this file.", others.len())
        }
    }
}

/// A certificate cannot be written.
pub fn certificate_not_saved(path: &Path, cause: impl Display) -> String {
    format!(
        "The certificate was not saved ({cause}). Choose a folder that can be written and has \
         space: {}",
        shown(path)
    )
}

/// The store cannot be read.
pub fn keys_not_read(folder: &Path, cause: impl Display) -> String {
    let title = words(FailureKind::KeysUnreadable).title;
    format!("{title} ({cause}). Check that this folder can be opened: {}", shown(folder))
}

/// The desktop has none.
pub const NO_FILE_DIALOG: &str = "This desktop offers no file dialog. Drop the file on this \
                                  window, or give its name on the command line.";

/// Why a text that was pasted is no link.
pub fn no_link(cause: impl Display) -> String {
    format!(
        "That is no link that can be opened: {cause}. Copy it again from the page of recordings."
    )
}

/// The keychain did not take a sign-in.
pub fn not_kept(cause: impl Display) -> String {
    format!(
        "This computer's keychain did not take the sign-in ({cause}). You are signed in until this \
         window is closed."
    )
}

/// Nothing needs to be typed.
pub const KEPT_IN_KEYCHAIN: &str =
    "This computer's keychain keeps the passphrase: press Open, or type another";

/// The keychain did not take a passphrase.
pub fn passphrase_not_kept(cause: impl Display) -> String {
    format!(
        "This computer's keychain did not take the passphrase ({cause}). It will be asked for the \
         next recording."
    )
}

/// A heard download is gone.
pub const SEALED_FILE_REMOVED: &str = "The sealed file was removed from your downloads.";

/// A heard download could not be removed.
pub fn sealed_file_stays(cause: impl Display) -> String {
    format!("The sealed file could not be removed from your downloads ({cause}). Remove it there.")
}

/// The folder of downloads cannot be watched.
pub fn not_watched(cause: impl Display) -> String {
    format!("Your downloads cannot be watched ({cause}). Open new recordings by hand.")
}

/// Recordings that were downloaded meanwhile.
pub fn offered(headings: &[String]) -> String {
    match headings {
        [heading] => format!("Just downloaded: {heading}"),
        headings => format!("{} recordings were downloaded", headings.len()),
    }
}

/// A sign-in over a connection that others can read.
pub const OPEN_SIGN_IN: &str =
    "This connection is not protected: others on the network could read the password.";

/// Where a name and a password are wanted.
pub fn sign_in(host: &str) -> String {
    format!("Sign in to {host}")
}

/// The first link of a host that a web page handed over.
pub fn host_question(host: &str) -> String {
    format!("Open recordings from {host}?")
}

/// What speaks for and against.
pub const HOST_ADVICE: &str =
    "A web page asked for it. Say yes only if that is where your recordings are.";

/// The same where it is asked for by http.
pub const OPEN_HOST: &str =
    "The way there is not protected (http): others on the network see what is asked for.";

/// `--check` without a passphrase.
pub const PASSPHRASE_NEEDED: &str = "A passphrase is needed to say whether the recording opens. Give it on a descriptor, for \
     example: --passphrase-fd 0 < passphrase-file";

/// `--check` with one that cannot be read.
pub fn passphrase_unreadable(descriptor: u32, cause: impl Display) -> String {
    format!(
        "The passphrase could not be read from descriptor {descriptor} ({cause}). Open it for \
         reading, or use --passphrase-fd 0 and standard input."
    )
}

/// `--check` with a password that cannot be read.
pub fn password_unreadable(descriptor: u32, cause: impl Display) -> String {
    format!(
        "The sign-in password could not be read from descriptor {descriptor} ({cause}). Open it for \
         reading, for example: --http-password-fd 3 3< password-file"
    )
}

/// `--check` with one source for two secrets.
pub fn one_descriptor_for_two(descriptor: u32) -> String {
    format!(
        "Passphrase and sign-in password cannot both come from descriptor {descriptor}. Give each \
         its own, for example: --passphrase-fd 0 < passphrase-file --http-password-fd 3 3< \
         password-file"
    )
}

/// A sign-in name that the web has no way to send.
pub const NAME_WITH_COLON: &str = "A sign-in name cannot hold a colon (:). Give the name alone.";

/// `--check` has signed in over http.
pub fn sent_in_the_open(site: &str) -> String {
    format!(
        "Warning: the password was sent to {site} without protection, so others on the network could \
         read it. Use an https link."
    )
}

/// A user without a home.
pub const NO_DATA_FOLDER: &str =
    "There is no folder for keys and settings. Name one with --data-dir.";

/// A machine without a desktop.
pub fn no_window(causes: &[String]) -> String {
    format!(
        "No window can be shown here ({}). Start it on a desktop; --check and keys need no \
         window.",
        causes.join("; ")
    )
}

/// A path, safe to show.
pub fn shown(path: &Path) -> String {
    shared::recording::escaped(path.as_os_str().as_encoded_bytes())
}

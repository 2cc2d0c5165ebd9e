//! What is said of keys, in the window and on the command line?

use std::fmt::Display;
use std::path::Path;

use super::{shown, words};
use crate::failure::FailureKind;

/// There is no key at all.
pub const NO_KEY_HELD: &str = "This workstation holds no key yet";

/// A key of gpg 1.4, as a remark.
pub const SIGNED_IN_AN_OLD_WAY: &str =
    "it is signed in an old way that is no longer believed, extend it";

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

/// A passphrase was changed; `others` copies or parts of the key keep theirs.
pub fn passphrase_changed(others: usize) -> String {
    let changed = "The passphrase was changed. Old backups keep the old one: make a new backup.";
    match others {
        0 => changed.to_owned(),
        _ => format!("{changed} {OTHER_PASSPHRASES_STAY}"),
    }
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

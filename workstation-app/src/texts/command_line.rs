//! What is said on the command line alone?

use std::fmt::Display;

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

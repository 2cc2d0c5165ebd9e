//! What is said of links, sign-ins and downloads?

use std::fmt::Display;

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

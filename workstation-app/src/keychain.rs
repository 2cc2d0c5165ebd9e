//! What does the system's keychain remember? Only what the person asked it to: sign-ins of sites and
//! passphrases of keys.

use shared::secret::Passphrase;
use zeroize::Zeroizing;

/// What a secret is for. Each has a name of its own in the keychain.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// Name and password for a site: scheme, host and port.
    Site(&'a str),
    /// The passphrase of a key, by its fingerprint.
    Key(&'a str),
}

/// Remembers a secret.
///
/// # Errors
/// The keychain's reason.
pub fn keep(purpose: Purpose<'_>, secret: &[u8]) -> Result<(), String> {
    entry(purpose)?.set_secret(secret).map_err(|error| error.to_string())
}

/// What is remembered.
pub fn recall(purpose: Purpose<'_>) -> Option<Zeroizing<Vec<u8>>> {
    entry(purpose).ok()?.get_secret().ok().map(Zeroizing::new)
}

/// Forgets it. What is not there needs no forgetting.
pub fn forget(purpose: Purpose<'_>) {
    let _ = entry(purpose).map(|entry| entry.delete_credential());
}

/// Remembers the passphrase of a key.
///
/// # Errors
/// The keychain's reason.
pub fn keep_passphrase(fingerprint: &str, passphrase: &Passphrase) -> Result<(), String> {
    // Exposed: the keychain keeps it for whoever unlocks the keychain, which is what was asked for.
    keep(Purpose::Key(fingerprint), passphrase.expose())
}

/// The passphrase of a key, if it is remembered.
pub fn recall_passphrase(fingerprint: &str) -> Option<Passphrase> {
    recall(Purpose::Key(fingerprint)).map(Passphrase::new)
}

fn entry(purpose: Purpose<'_>) -> Result<keyring::Entry, String> {
    let name = match purpose {
        Purpose::Site(site) => site.to_owned(),
        Purpose::Key(fingerprint) => format!("key {fingerprint}"),
    };
    keyring::Entry::new(shared::PRODUCT, &name).map_err(|error| error.to_string())
}

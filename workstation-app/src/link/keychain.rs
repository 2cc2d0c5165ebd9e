//! What does the system's keychain remember of a sign-in? Only what the person asked it to.

use shared::secret::Passphrase;
use zeroize::Zeroizing;

use super::login::Login;

/// Parts the name from the password; neither can hold it.
const SEPARATOR: u8 = 0;

/// Remembers a sign-in for a site.
///
/// # Errors
/// The keychain's reason.
pub fn keep(site: &str, login: &Login) -> Result<(), String> {
    let mut secret = Zeroizing::new(Vec::with_capacity(4 << 10));
    secret.extend_from_slice(login.name.as_bytes());
    secret.push(SEPARATOR);
    // The keychain keeps it in the clear for whoever unlocks it, which is what was asked for.
    secret.extend_from_slice(login.password.expose());
    entry(site)?.set_secret(&secret).map_err(|error| error.to_string())
}

/// What is remembered for a site.
pub fn recall(site: &str) -> Option<Login> {
    let secret = Zeroizing::new(entry(site).ok()?.get_secret().ok()?);
    let at = secret.iter().position(|octet| *octet == SEPARATOR)?;
    let name = String::from_utf8(secret.get(..at)?.to_vec()).ok()?;
    let password = Zeroizing::new(secret.get(at + 1..)?.to_vec());
    Some(Login { name, password: Passphrase::new(password) })
}

/// Forgets it. What is not there needs no forgetting.
pub fn forget(site: &str) {
    let _ = entry(site).map(|entry| entry.delete_credential());
}

fn entry(site: &str) -> Result<keyring::Entry, String> {
    keyring::Entry::new(shared::PRODUCT, site).map_err(|error| error.to_string())
}

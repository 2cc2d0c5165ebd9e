//! How does a sign-in stand in the system's keychain? Name and password, in one secret a site.

use shared::secret::Passphrase;
use zeroize::Zeroizing;

use super::login::Login;
use crate::keychain::{self, Purpose};

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
    keychain::keep(Purpose::Site(site), &secret)
}

/// What is remembered for a site.
pub fn recall(site: &str) -> Option<Login> {
    let secret = keychain::recall(Purpose::Site(site))?;
    let at = secret.iter().position(|octet| *octet == SEPARATOR)?;
    let name = String::from_utf8(secret.get(..at)?.to_vec()).ok()?;
    let password = Zeroizing::new(secret.get(at + 1..)?.to_vec());
    Some(Login { name, password: Passphrase::new(password) })
}

/// Forgets it.
pub fn forget(site: &str) {
    keychain::forget(Purpose::Site(site));
}

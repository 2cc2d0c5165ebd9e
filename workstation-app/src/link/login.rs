//! Who signs in where? Names and passwords are asked once and sent to the site that asked, and to
//! no other.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use shared::secret::Passphrase;
use url::Url;
use zeroize::Zeroizing;

/// A name and a password.
#[derive(Debug)]
pub struct Login {
    /// The name.
    pub name: String,
    /// The password.
    pub password: Passphrase,
}

impl Login {
    /// Whether a name can stand in a header: there it ends with the first colon (RFC 7617).
    pub fn can_send(name: &str) -> bool {
        !name.contains(':')
    }

    /// The header that carries it; none where the name cannot stand in it.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        if !Self::can_send(&self.name) {
            return None;
        }
        let mut pair = Zeroizing::new(Vec::with_capacity(CREDENTIAL_OCTETS));
        pair.extend_from_slice(self.name.as_bytes());
        pair.push(b':');
        // This is what a password is for.
        pair.extend_from_slice(self.password.expose());
        let mut text = Zeroizing::new(String::with_capacity(2 * CREDENTIAL_OCTETS));
        text.push_str("Basic ");
        STANDARD.encode_string(&*pair, &mut text);
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// Room for name and password, so that no copy is left behind by growing.
const CREDENTIAL_OCTETS: usize = 4 << 10;

/// A site that asks who wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Scheme, host and port: what a login is remembered by.
    pub site: String,
    /// The host, as a person reads it.
    pub host: String,
    /// What the site calls the place that it guards.
    pub realm: String,
    /// Whoever listens on the way can read what is sent.
    pub is_open: bool,
    /// The last answer was refused.
    pub is_wrong: bool,
}

/// The logins that are known, by site.
#[derive(Debug, Default)]
pub struct Logins(HashMap<String, Login>);

impl Logins {
    /// The login for the site of `address`.
    pub fn get(&self, address: &Url) -> Option<&Login> {
        self.0.get(&site_of(address))
    }

    /// The login for a site: scheme, host and port.
    pub fn of_site(&self, site: &str) -> Option<&Login> {
        self.0.get(site)
    }

    /// Remembers one until the program ends.
    pub fn insert(&mut self, site: String, login: Login) {
        self.0.insert(site, login);
    }

    /// Forgets what was refused.
    pub fn remove(&mut self, site: &str) {
        self.0.remove(site);
    }
}

/// Scheme, host and port.
pub fn site_of(address: &Url) -> String {
    address.origin().ascii_serialization()
}

/// The realm of a challenge for a name and a password (RFC 7617), where it is one.
pub(super) fn basic_realm(challenge: &str) -> Option<String> {
    let at = challenge.to_ascii_lowercase().find("basic")?;
    let parameters = challenge.get(at + "basic".len()..)?;
    let realm_at = parameters.to_ascii_lowercase().find("realm=")?;
    let value = parameters.get(realm_at + "realm=".len()..)?;
    let realm = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split([',', ' ']).next()?,
    };
    Some(realm.chars().filter(|character| !character.is_control()).take(80).collect())
}

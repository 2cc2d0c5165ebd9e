//! Which held key does somebody mean by a fingerprint or an address?

use shared::certs::SecretKey;
use shared::recording::escaped;

/// Why no key was chosen. Each text is two sentences.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChooseError {
    /// None.
    #[error(
        "This workstation holds no key of '{asked}'. Name one that it lists by its fingerprint \
         or address: workstation-app keys list"
    )]
    Unknown {
        /// As written.
        asked: String,
    },
    /// Several.
    #[error(
        "'{asked}' is the address of {} keys here. Name the one that is meant by its fingerprint: \
         {}", fingerprints.len(), fingerprints.join(", ")
    )]
    Several {
        /// As written.
        asked: String,
        /// Those it could be.
        fingerprints: Vec<String>,
    },
}

/// The fingerprint of the one held key that answers to `name`.
///
/// # Errors
/// When there is none, or there are several.
pub fn choose(held: &[SecretKey], name: &str) -> Result<String, ChooseError> {
    let mut fingerprints: Vec<String> =
        held.iter().filter(|key| key.answers_to(name)).map(SecretKey::fingerprint).collect();
    fingerprints.sort();
    fingerprints.dedup();
    let asked = escaped(name.as_bytes()).chars().take(100).collect();
    match (fingerprints.pop(), fingerprints.is_empty()) {
        (Some(fingerprint), true) => Ok(fingerprint),
        (Some(last), false) => {
            fingerprints.push(last);
            Err(ChooseError::Several { asked, fingerprints })
        }
        (None, _) => Err(ChooseError::Unknown { asked }),
    }
}

//! How is a key made in one short dialog?

use std::time::{Duration, SystemTime};

use shared::care::CareError;
use shared::new_key;
use shared::recording::escaped;
use shared::secret::Passphrase;

use super::KeyCard;
use super::phrase::{self, PhraseError};
use super::store::{KeyStore, StoreError};
use crate::texts;

pub use shared::new_key::KeyKind;

/// What is offered.
pub const DEFAULT_YEARS: u32 = 2;

/// The longest that a key is valid; longer is never looked at again.
pub const MOST_YEARS: u32 = 10;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

const NAME_CHARACTERS: usize = 100;

/// As mail servers take them (RFC 5321 section 4.5.3.1).
const ADDRESS_OCTETS: usize = 254;
const LOCAL_OCTETS: usize = 64;
const LABEL_OCTETS: usize = 63;

/// What somebody filled in.
#[derive(Debug)]
pub struct NewKey {
    /// As colleagues call them.
    pub name: String,
    /// Their work address.
    pub address: String,
    /// What protects it.
    pub passphrase: Passphrase,
    /// Curve25519 unless an old gpg must read it.
    pub kind: KeyKind,
    /// How long it is valid.
    pub years: u32,
}

/// A key that was made and kept.
#[derive(Debug)]
pub struct Created {
    /// What the list shows.
    pub card: KeyCard,
    /// The certificate for the dialer's administrator, in armor.
    pub certificate: String,
}

/// Why no key was made. Each text is two sentences.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Empty, too long, or with characters that names do not have.
    #[error("{}", texts::NOT_A_NAME.with(&[("most", &NAME_CHARACTERS)]))]
    Name,
    /// No mail address.
    #[error("{}", texts::NOT_AN_ADDRESS)]
    Address,
    /// Not a usual time.
    #[error("{}", texts::NOT_SO_MANY_YEARS.with(&[("most", &MOST_YEARS)]))]
    Years,
    /// Not a passphrase for a key.
    #[error(transparent)]
    Phrase(#[from] PhraseError),
    /// It could not be made.
    #[error("{}", texts::care_error(.0))]
    Care(#[from] CareError),
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a key, keeps it, and keeps what withdraws it one day beside it.
///
/// # Errors
/// [`CreateError`] says what to change; nothing is kept then.
pub fn create(store: &KeyStore, new: &NewKey, now: SystemTime) -> Result<Created, CreateError> {
    let (name, address) = (checked_name(&new.name)?, checked_address(&new.address)?);
    let valid_for = checked_years(new.years).ok_or(CreateError::Years)?;
    phrase::check(&new.passphrase, &[name, address])?;
    let user_id = format!("{name} <{address}>");
    let made = new_key::create(&user_id, &new.passphrase, new.kind, now, valid_for)?;
    let certificate = made.key.certificate_armored().map_err(StoreError::from)?;
    // The key last: where it is, there is what withdraws it.
    store.save_revocation(&made.key.fingerprint(), &made.revocation)?;
    store.save(&made.key)?;
    Ok(Created { card: KeyCard::of(&made.key), certificate })
}

/// As long as so many years are, or `None` for a time that no key is given.
pub fn checked_years(years: u32) -> Option<Duration> {
    (1..=MOST_YEARS).contains(&years).then(|| YEAR * years)
}

/// The name without blanks around it.
///
/// # Errors
/// When it cannot stand on a key.
pub fn checked_name(name: &str) -> Result<&str, CreateError> {
    let name = name.trim();
    let is_plain = escaped(name.as_bytes()) == name && !name.contains(['<', '>', '(', ')', '@']);
    let length = name.chars().count();
    if is_plain && (1..=NAME_CHARACTERS).contains(&length) {
        Ok(name)
    } else {
        Err(CreateError::Name)
    }
}

/// The address without blanks around it. Plain ASCII: the dialer compares it octet for octet.
///
/// # Errors
/// When it is none.
pub fn checked_address(address: &str) -> Result<&str, CreateError> {
    let address = address.trim();
    let Some((local, domain)) = address.split_once('@') else { return Err(CreateError::Address) };
    let is_local =
        |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&octet);
    let is_dotted = |text: &str| text.split('.').all(|part| !part.is_empty());
    let is_label = |label: &str| {
        (1..=LABEL_OCTETS).contains(&label.len())
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_address = address.len() <= ADDRESS_OCTETS
        && local.len() <= LOCAL_OCTETS
        && local.bytes().all(is_local)
        && is_dotted(local)
        && domain.split('.').all(is_label);
    if is_address { Ok(address) } else { Err(CreateError::Address) }
}

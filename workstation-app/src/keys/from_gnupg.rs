//! Which keys does GnuPG or Kleopatra on this computer hold, and how are they taken over?

use shared::certs::{KeyError, SecretKey};
use shared::gnupg::{ExportError, Gnupg, GnupgKey};
use shared::secret::Passphrase;

use super::phrase::{self, PhraseError};
use super::store::{KeyStore, StoreError};
use super::{KeyCard, cards};
use crate::texts;

/// A key that GnuPG holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What is known of it.
    pub key: GnupgKey,
    /// Two sentences: why it stays there; `None` where it can be taken over.
    pub stays: Option<String>,
    /// Whether this workstation holds it already.
    pub is_held: bool,
}

/// Why GnuPG's keys were not listed or one was not taken over. Each text is two sentences.
#[derive(Debug, thiserror::Error)]
pub enum TakeOverError {
    /// There is none.
    #[error("{}", texts::NO_GNUPG)]
    NoGnupg,
    /// It does not say what it holds.
    #[error("{}", texts::GNUPG_NOT_LISTED.with(&[("detail", detail)]))]
    NotListed {
        /// What it said.
        detail: String,
    },
    /// It has no passphrase there, and none was typed.
    #[error("{}", texts::UNPROTECTED_IN_GNUPG.with(&[("owner", owner)]))]
    Unprotected {
        /// Whose.
        owner: String,
    },
    /// It has no passphrase there, and the one that was typed protects nothing.
    #[error("{}", texts::WEAK_FOR_GNUPG.with(&[("owner", owner)]))]
    Weak {
        /// Whose.
        owner: String,
    },
    /// It has no passphrase there, and the one that was typed is none for a key.
    #[error(transparent)]
    Phrase(PhraseError),
    /// It did not give the key.
    #[error("{}", texts::export_error(.0))]
    Export(#[from] ExportError),
    /// What it gave is of no use.
    #[error("{}", texts::key_error(.0))]
    Key(#[from] KeyError),
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every secret key of the person's GnuPG.
///
/// # Errors
/// When there is no GnuPG, or it cannot be asked.
pub fn list(store: &KeyStore) -> Result<Vec<Candidate>, TakeOverError> {
    let gnupg = Gnupg::installed().ok_or(TakeOverError::NoGnupg)?;
    let held: Vec<String> = store.load()?.keys.iter().map(SecretKey::fingerprint).collect();
    let keys = gnupg.keys().map_err(|detail| TakeOverError::NotListed { detail })?;
    let candidate = |key: GnupgKey| Candidate {
        stays: key.stays.as_ref().map(texts::why_it_stays),
        is_held: held.contains(&key.fingerprint),
        key,
    };
    Ok(keys.into_iter().map(candidate).collect())
}

/// Takes one key over; GnuPG keeps its own copy. A key that has no passphrase there gets this one.
///
/// # Errors
/// [`TakeOverError`] tells a wrong passphrase from everything else.
pub fn take_over(
    store: &KeyStore,
    fingerprint: &str,
    passphrase: &Passphrase,
) -> Result<KeyCard, TakeOverError> {
    let gnupg = Gnupg::installed().ok_or(TakeOverError::NoGnupg)?;
    let octets = gnupg.export_secret(fingerprint, passphrase)?;
    let keys = SecretKey::read_all(&octets)?;
    let is_it = |key: &SecretKey| key.fingerprint().eq_ignore_ascii_case(fingerprint);
    let key = keys.into_iter().find(is_it).ok_or(ExportError::NotHeld)?;
    let key = if key.is_protected() { key } else { protected(&key, passphrase)? };
    // Where the agent remembers the right one, it does not look at what was typed.
    if !key.is_opened_by(passphrase) {
        return Err(ExportError::WrongPassphrase.into());
    }
    // It is here already, perhaps, and GnuPG protects every export anew.
    store.save_opened(&key, passphrase)?;
    let held = store.load()?.keys;
    let card = cards(&held).into_iter().find(|card| card.fingerprint == key.fingerprint());
    Ok(card.unwrap_or_else(|| KeyCard::of(&key)))
}

fn protected(key: &SecretKey, passphrase: &Passphrase) -> Result<SecretKey, TakeOverError> {
    let owner = key.owner();
    phrase::check(passphrase, &[&owner]).map_err(|error| match error {
        PhraseError::Empty => TakeOverError::Unprotected { owner },
        PhraseError::Weak => TakeOverError::Weak { owner },
        PhraseError::Unusable => TakeOverError::Phrase(error),
    })?;
    let rekeyed = key.rekeyed(passphrase, passphrase);
    let failed = |error: shared::care::CareError| ExportError::Failed { detail: error.to_string() };
    Ok(rekeyed.map_err(failed)?.key)
}

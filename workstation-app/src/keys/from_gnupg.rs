//! Which keys does GnuPG or Kleopatra on this computer hold, and how are they taken over?

use shared::certs::{KeyError, SecretKey};
use shared::gnupg::{ExportError, Gnupg, GnupgKey, Stays};
use shared::secret::Passphrase;

use super::phrase::{self, PhraseError};
use super::store::{KeyStore, StoreError};
use super::{KeyCard, cards};

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
    #[error("There is no GnuPG on this computer. Bring your key from a file instead.")]
    NoGnupg,
    /// It does not say what it holds.
    #[error(
        "GnuPG did not list its keys ({detail}). Export the key with Kleopatra, and bring that \
         file."
    )]
    NotListed {
        /// What it said.
        detail: String,
    },
    /// It has no passphrase there, and none was typed.
    #[error(
        "The key of {owner} has no passphrase in GnuPG. Type one that protects it here from now on."
    )]
    Unprotected {
        /// Whose.
        owner: String,
    },
    /// It has no passphrase there, and the one that was typed protects nothing.
    #[error(
        "The key of {owner} has no passphrase in GnuPG, and this one is too easy to guess. Type six \
         words that have nothing to do with each other; they protect it here from now on."
    )]
    Weak {
        /// Whose.
        owner: String,
    },
    /// It has no passphrase there, and the one that was typed is none for a key.
    #[error(transparent)]
    Phrase(PhraseError),
    /// It did not give the key.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// What it gave is of no use.
    #[error(transparent)]
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
        stays: key.stays.as_ref().map(why_it_stays),
        is_held: held.contains(&key.fingerprint),
        key,
    };
    Ok(keys.into_iter().map(candidate).collect())
}

fn why_it_stays(stays: &Stays) -> String {
    match stays {
        Stays::Card => "It is on a smart card and cannot leave it. Recordings open with it while \
                        the card is in its reader: GnuPG is asked."
            .to_owned(),
        Stays::Kind(kind) => format!(
            "It is of a kind that only GnuPG can use ({kind}). Recordings open with it as long as \
             GnuPG is installed."
        ),
        Stays::Elsewhere => "What opens recordings is not at this computer. Export the key where \
                             it was made and bring that file."
            .to_owned(),
        Stays::CannotOpen => "It cannot open recordings: it has no part for decryption. Choose \
                              another key."
            .to_owned(),
    }
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

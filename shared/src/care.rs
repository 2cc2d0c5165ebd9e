//! What may go wrong when a secret key is made or changed?

use crate::certs::KeyError;
use crate::date;
use std::time::SystemTime;

/// Why a key was not made or changed. Each text is two sentences: what went wrong, what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CareError {
    /// Not this passphrase.
    #[error(
        "That is not the passphrase of the key of {owner}. Type it again; capital letters and \
         blanks count."
    )]
    WrongPassphrase {
        /// Whose.
        owner: String,
    },
    /// The part that vouches for the others is elsewhere.
    #[error(
        "The main part of the key of {owner} is not here: it was left on a smart card or at \
         another computer. Do this there, then export the key and bring that file."
    )]
    NoPrimary {
        /// Whose.
        owner: String,
    },
    /// Neither engine can sign with it.
    #[error(
        "The key of {owner} is of a kind that only GnuPG can change. Change it in Kleopatra or \
         with gpg, then export the key and bring that file."
    )]
    Unsupported {
        /// Whose.
        owner: String,
    },
    /// It was signed in the future.
    #[error(
        "The key of {owner} was last changed in the future, as this computer's clock has it. Set \
         the clock, then try again."
    )]
    Clock {
        /// Whose.
        owner: String,
    },
    /// Nothing of it is valid by today's rules.
    #[error(
        "The key of {owner} is too old or not sound ({detail}). Make a new key and keep this one \
         for the recordings that are sealed for it."
    )]
    NotSound {
        /// Whose.
        owner: String,
        /// Why.
        detail: String,
    },
    /// Nothing is sealed for it any more, whatever its time.
    #[error(
        "The key of {owner} was withdrawn, so that more time is of no use. Make a new key and keep \
         this one for the recordings that are sealed for it."
    )]
    Revoked {
        /// Whose.
        owner: String,
    },
    /// It has all the time there is.
    #[error(
        "The key of {owner} never expires, so that it needs no more time. Leave it as it is, or \
         withdraw it if it should end."
    )]
    Endless {
        /// Whose.
        owner: String,
    },
    /// It would have less time than it has.
    #[error(
        "The key of {owner} is valid until {} already, which is no less. Choose more years.",
        date::iso(*until)
    )]
    NoLonger {
        /// Whose.
        owner: String,
        /// Its present end.
        until: SystemTime,
    },
    /// The library did not do it.
    #[error("The key could not be made or changed ({detail}). Tell your administrator.")]
    Failed {
        /// Why.
        detail: String,
    },
    /// It does not read as a key afterwards.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl CareError {
    pub(crate) fn failed(error: anyhow::Error) -> Self {
        Self::Failed { detail: error.to_string() }
    }
}

//! What is asked of a sealed message, and what is answered: whom it is sealed for, what was in it,
//! or what is wrong with it.

use crate::armor;
use crate::certs::SecretKey;
use crate::framing::{self, Container, FramingError, Outline, SessionKeyPacket};
use crate::inside::{self, BodyError};
use crate::limits;
use crate::session::{self, HIDDEN};
use crate::sniff::{self, Content};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

pub use crate::opener::Opener;

/// Whom a message is sealed for; known without any key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Key IDs in 16 hexadecimal digits; all zeros for a hidden recipient.
    pub sealed_to: Vec<String>,
    /// Whether a passphrase of its own opens it.
    pub by_passphrase: bool,
    /// The algorithms, where it is only for keys of kinds that cannot be used here.
    pub unusable: Vec<String>,
}

impl Envelope {
    /// The held keys that may open it; for a hidden recipient that is every key.
    #[must_use]
    pub fn keys_for<'a>(&self, held: &'a [SecretKey]) -> Vec<&'a SecretKey> {
        let is_hidden = self.sealed_to.iter().any(|id| id == HIDDEN);
        let fits = |key: &&SecretKey| {
            key.key_ids().iter().any(|id| is_hidden || self.sealed_to.contains(id))
        };
        held.iter().filter(fits).collect()
    }

    /// Why it does not open where none of the held keys is one that it is sealed for.
    #[must_use]
    pub fn no_key(&self) -> OpenError {
        if self.unusable.is_empty() {
            let detail = match self.sealed_to.as_slice() {
                [] => "sealed in a way that names no key".to_string(),
                ids => format!("sealed for {}", ids.join(", ")),
            };
            OpenError::new(Problem::NoKey, detail)
        } else {
            OpenError::new(Problem::UnsupportedKey, self.unusable.join(", "))
        }
    }
}

/// How a message proved that it was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// A modification detection code (RFC 9580 section 5.13.1).
    Mdc,
    /// Authenticated encryption.
    Aead,
    /// Not at all.
    None,
}

impl Integrity {
    /// The word that stands in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Mdc => "mdc",
            Self::Aead => "aead",
            Self::None => "none",
        }
    }
}

/// What an administrator allows beyond what is always allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// Messages without integrity protection open too: they may have been changed by anybody.
    pub allow_without_integrity: bool,
}

/// An open message.
pub struct Opened {
    /// What was sealed, wiped when dropped.
    pub data: Zeroizing<Vec<u8>>,
    /// The fingerprint of the key that opened it; none if a passphrase of its own did.
    pub key: Option<String>,
    /// How its integrity was proven.
    pub integrity: Integrity,
    /// The owners of the held keys that signed it, safe to show; only valid signatures count.
    pub signed_by: Vec<String>,
    /// How long the passphrase took to become a session key.
    pub unlock_time: Duration,
    /// How long the body took.
    pub decrypt_time: Duration,
}

impl Opened {
    pub(crate) fn new(content: inside::Content, key: Option<String>, sealed: Container) -> Self {
        let integrity = match sealed {
            Container::Mdc => Integrity::Mdc,
            Container::Aead | Container::GnupgAead => Integrity::Aead,
            Container::Unprotected => Integrity::None,
        };
        Self {
            data: content.data,
            key,
            integrity,
            signed_by: content.signed_by,
            unlock_time: Duration::ZERO,
            decrypt_time: Duration::ZERO,
        }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Opened({} octets, {:?})", self.data.len(), self.integrity)
    }
}

/// What is wrong, in the words of the `--check` contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// Changed or broken on its way.
    Damaged,
    /// Cut off.
    Incomplete,
    /// Sealed in a way that cannot show whether it was changed.
    NoIntegrity,
    /// An empty file.
    NotPgpEmpty,
    /// A web page.
    NotPgpHtml,
    /// Audio that was never sealed.
    NotPgpAudio,
    /// Something else.
    NotPgpUnknown,
    /// For a kind of key that cannot be used here.
    UnsupportedKey,
    /// For nobody whose key is held.
    NoKey,
    /// Not this passphrase.
    WrongPassphrase,
    /// Open, and no audio that can be played.
    UnsupportedAudio,
    /// Larger than the limits.
    TooLarge,
}

impl Problem {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Damaged,
        Self::Incomplete,
        Self::NoIntegrity,
        Self::NotPgpEmpty,
        Self::NotPgpHtml,
        Self::NotPgpAudio,
        Self::NotPgpUnknown,
        Self::UnsupportedKey,
        Self::NoKey,
        Self::WrongPassphrase,
        Self::UnsupportedAudio,
        Self::TooLarge,
    ];

    /// The word that stands in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Incomplete => "incomplete",
            Self::NoIntegrity => "no-integrity",
            Self::NotPgpEmpty => "not-pgp:empty",
            Self::NotPgpHtml => "not-pgp:html",
            Self::NotPgpAudio => "not-pgp:audio",
            Self::NotPgpUnknown => "not-pgp:unknown",
            Self::UnsupportedKey => "unsupported-key",
            Self::NoKey => "no-key",
            Self::WrongPassphrase => "wrong-passphrase",
            Self::UnsupportedAudio => "unsupported-audio",
            Self::TooLarge => "too-large",
        }
    }
}

/// Why a message did not open: the kind, and technical detail without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct OpenError {
    problem: Problem,
    detail: String,
}

impl OpenError {
    pub(crate) fn new(problem: Problem, detail: impl Into<String>) -> Self {
        Self { problem, detail: detail.into() }
    }

    /// The kind of failure.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem
    }
}

impl From<BodyError> for OpenError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => {
                Self::new(Problem::TooLarge, "the message grows beyond the limit when opened")
            }
            BodyError::Damaged(detail) | BodyError::Unread(detail) => {
                Self::new(Problem::Damaged, detail)
            }
            BodyError::Longer(_) | BodyError::WrongSessionKey => {
                Self::new(Problem::Damaged, "the session key does not fit the message")
            }
        }
    }
}

/// Says whom a message is sealed for. Needs no key and decrypts nothing.
///
/// # Errors
/// When it is no sealed message, or a cut-off or damaged one.
pub fn inspect(message: &[u8]) -> Result<Envelope, OpenError> {
    let binary = binary(message)?;
    Ok(envelope(&outline(&binary)?))
}

pub(crate) fn envelope(outline: &Outline<'_>) -> Envelope {
    let mut sealed_to = Vec::new();
    let mut unusable = Vec::new();
    let mut is_for_others = false;
    for packet in session::public_key_packets(outline) {
        let id = session::key_id(&packet);
        match session::unusable_algorithm(&packet) {
            Some(algorithm) if !unusable.contains(&algorithm) => unusable.push(algorithm),
            Some(_) => {}
            None => is_for_others = true,
        }
        if !sealed_to.contains(&id) {
            sealed_to.push(id);
        }
    }
    if is_for_others {
        unusable.clear();
    }
    let is_passphrase = |packet: &_| matches!(packet, SessionKeyPacket::Passphrase(_));
    let by_passphrase = outline.session_keys.iter().any(is_passphrase);
    Envelope { sealed_to, by_passphrase, unusable }
}

/// Takes the armor off, where there is one.
pub(crate) fn binary(message: &[u8]) -> Result<Cow<'_, [u8]>, OpenError> {
    armor::binary(message).map_err(|error| framing_failed(error, message))
}

/// Takes a binary message apart.
pub(crate) fn outline(binary: &[u8]) -> Result<Outline<'_>, OpenError> {
    framing::outline(binary).map_err(|error| framing_failed(error, binary))
}

fn framing_failed(error: FramingError, octets: &[u8]) -> OpenError {
    match error {
        FramingError::Incomplete => OpenError::new(Problem::Incomplete, "the message stops early"),
        FramingError::Damaged => OpenError::new(Problem::Damaged, "the packets make no sense"),
        FramingError::TooLong => {
            let detail = format!("more than {} MiB", limits::MESSAGE_OCTETS >> 20);
            OpenError::new(Problem::TooLarge, detail)
        }
        FramingError::TooManyKeys => {
            let detail = format!("more than {} session keys", limits::SESSION_KEY_PACKETS);
            OpenError::new(Problem::TooLarge, detail)
        }
        FramingError::NotSealed => match sniff::content(octets) {
            Content::Empty => OpenError::new(Problem::NotPgpEmpty, "the file is empty"),
            Content::Html => OpenError::new(Problem::NotPgpHtml, "the file is a web page"),
            Content::Audio => OpenError::new(Problem::NotPgpAudio, "the file is plain audio"),
            Content::Signed => {
                OpenError::new(Problem::NotPgpUnknown, "a signed file that is not sealed")
            }
            Content::Packed => {
                OpenError::new(Problem::NotPgpUnknown, "a packed file that is not sealed")
            }
            Content::Unknown => {
                OpenError::new(Problem::NotPgpUnknown, "the file is no sealed message")
            }
        },
    }
}

//! From a sealed message to its octets: integrity first, everything in memory.
//!
//! Two engines stand behind one function. sequoia reads what is current; rPGP reads what sequoia
//! does not (GnuPG's own AEAD packets, Blowfish). Nothing is returned before the integrity of the
//! whole message was proven.

use crate::certs::SecretKey;
use crate::engine_rpgp::{self, BodyError};
use crate::engine_sequoia;
use crate::framing::{self, Container, FramingError, Outline};
use crate::limits;
use crate::secret::Passphrase;
use crate::session::{self, Candidate, Found, HIDDEN, Unlocker};
use crate::sniff::{self, Content};
use sequoia_openpgp::types::SymmetricAlgorithm;
use std::fmt;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Whom a message is sealed for; known without any key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Key IDs in 16 hexadecimal digits; all zeros for a hidden recipient.
    pub sealed_to: Vec<String>,
    /// Whether a passphrase of its own opens it.
    pub by_passphrase: bool,
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
    fn new(problem: Problem, detail: impl Into<String>) -> Self {
        Self { problem, detail: detail.into() }
    }

    /// The kind of failure.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem
    }
}

/// Says whom a message is sealed for. Needs no key and decrypts nothing.
///
/// # Errors
/// When it is no sealed message, or a cut-off or damaged one.
pub fn inspect(message: &[u8]) -> Result<Envelope, OpenError> {
    let binary = binary(message)?;
    let outline = outline(&binary)?;
    let mut sealed_to = Vec::new();
    for packet in session::public_key_packets(&outline) {
        let id = session::key_id(&packet);
        if !sealed_to.contains(&id) {
            sealed_to.push(id);
        }
    }
    let by_passphrase = outline
        .session_keys
        .iter()
        .any(|packet| matches!(packet, framing::SessionKeyPacket::Passphrase));
    Ok(Envelope { sealed_to, by_passphrase })
}

/// Opens a message with whichever held key fits, or with the passphrase alone; through several
/// seals where it was sealed several times.
///
/// # Errors
/// [`OpenError`] says what is wrong. No plaintext is released unless its integrity was proven.
pub fn open(
    message: &[u8],
    held: &[SecretKey],
    passphrase: &Passphrase,
    rules: Rules,
) -> Result<Opened, OpenError> {
    let started = Instant::now();
    let mut unlocker = Unlocker::new(held, passphrase);
    let mut opened = layer(message, &mut unlocker, rules)?;
    for _ in 1..limits::NESTED_SEALS {
        if !is_sealed(&opened.data) {
            break;
        }
        opened = layer(&opened.data, &mut unlocker, rules)?;
    }
    if is_sealed(&opened.data) {
        let detail = format!("sealed more than {} times", limits::NESTED_SEALS);
        return Err(OpenError::new(Problem::TooLarge, detail));
    }
    opened.unlock_time = unlocker.time;
    opened.decrypt_time = started.elapsed().saturating_sub(unlocker.time);
    Ok(opened)
}

/// Whether this is a message again, be it a broken one.
fn is_sealed(data: &[u8]) -> bool {
    match inspect(data) {
        Ok(_) => true,
        Err(error) => matches!(error.problem, Problem::Damaged | Problem::Incomplete),
    }
}

fn layer(message: &[u8], unlocker: &mut Unlocker<'_>, rules: Rules) -> Result<Opened, OpenError> {
    let binary = binary(message)?;
    let outline = outline(&binary)?;
    if outline.container == Container::Unprotected && !rules.allow_without_integrity {
        let detail = "the message has no integrity protection (packet 9)";
        return Err(OpenError::new(Problem::NoIntegrity, detail));
    }
    let found = unlocker.find(&outline);
    let mut failure = None;
    for candidate in &found.candidates {
        match body(&outline, candidate) {
            Ok(data) => return Ok(opened(data, candidate, &outline)),
            Err(BodyError::WrongSessionKey) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.map_or_else(|| without_session_key(&found), |error| body_failed(&error)))
}

fn opened(data: Zeroizing<Vec<u8>>, candidate: &Candidate, outline: &Outline<'_>) -> Opened {
    let integrity = match outline.container {
        Container::Mdc => Integrity::Mdc,
        Container::Aead | Container::GnupgAead => Integrity::Aead,
        Container::Unprotected => Integrity::None,
    };
    Opened {
        data,
        key: candidate.key.clone(),
        integrity,
        signed_by: Vec::new(),
        unlock_time: Duration::ZERO,
        decrypt_time: Duration::ZERO,
    }
}

/// sequoia first; rPGP for what sequoia does not read.
fn body(outline: &Outline<'_>, candidate: &Candidate) -> Result<Zeroizing<Vec<u8>>, BodyError> {
    let algorithm =
        candidate.session_key.sym_algorithm().map(|a| SymmetricAlgorithm::from(u8::from(a)));
    let is_sequoias =
        outline.container != Container::GnupgAead && engine_sequoia::is_readable(algorithm);
    if is_sequoias {
        match engine_sequoia::body(outline, algorithm, &candidate.session_key) {
            Err(BodyError::Unread(_)) => {}
            decided => return decided,
        }
    }
    engine_rpgp::body(outline, candidate.session_key.clone()).map_err(|error| match error {
        BodyError::Damaged(_) if !candidate.is_checked => BodyError::WrongSessionKey,
        other => other,
    })
}

fn body_failed(error: &BodyError) -> OpenError {
    match error {
        BodyError::TooLarge => {
            OpenError::new(Problem::TooLarge, "the message grows beyond the limit when opened")
        }
        BodyError::Damaged(detail) | BodyError::Unread(detail) => {
            OpenError::new(Problem::Damaged, detail)
        }
        BodyError::WrongSessionKey => {
            OpenError::new(Problem::Damaged, "the session key does not fit the message")
        }
    }
}

/// Why no session key opened the body, from what stood in the way.
fn without_session_key(found: &Found) -> OpenError {
    let is_checked = |candidate: &Candidate| candidate.is_checked;
    if found.is_damaged || found.candidates.iter().any(is_checked) {
        return OpenError::new(Problem::Damaged, "the session key cannot be decrypted");
    }
    if !found.locked.is_empty() {
        let detail =
            format!("the passphrase does not unlock the key of {}", found.locked.join(", "));
        return OpenError::new(Problem::WrongPassphrase, detail);
    }
    if found.by_passphrase {
        let detail = "the passphrase does not open the message";
        return OpenError::new(Problem::WrongPassphrase, detail);
    }
    if !found.unsupported.is_empty() {
        let detail =
            format!("the key's algorithm is not supported: {}", found.unsupported.join(", "));
        return OpenError::new(Problem::UnsupportedKey, detail);
    }
    OpenError::new(Problem::NoKey, "none of the keys held here is one that it is sealed for")
}

fn binary(message: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>, OpenError> {
    if message.len() as u64 > limits::MESSAGE_OCTETS {
        let detail = format!("more than {} MiB", limits::MESSAGE_OCTETS >> 20);
        return Err(OpenError::new(Problem::TooLarge, detail));
    }
    framing::binary(message).map_err(|error| framing_failed(error, message))
}

fn outline(binary: &[u8]) -> Result<Outline<'_>, OpenError> {
    framing::outline(binary).map_err(|error| framing_failed(error, binary))
}

fn framing_failed(error: FramingError, octets: &[u8]) -> OpenError {
    match error {
        FramingError::Incomplete => OpenError::new(Problem::Incomplete, "the message stops early"),
        FramingError::Damaged => OpenError::new(Problem::Damaged, "the packets make no sense"),
        FramingError::NotSealed => match sniff::content(octets) {
            Content::Empty => OpenError::new(Problem::NotPgpEmpty, "the file is empty"),
            Content::Html => OpenError::new(Problem::NotPgpHtml, "the file is a web page"),
            Content::Audio => OpenError::new(Problem::NotPgpAudio, "the file is plain audio"),
            Content::Unknown => {
                OpenError::new(Problem::NotPgpUnknown, "the file is no sealed message")
            }
        },
    }
}

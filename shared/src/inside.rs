//! What does an open container hold, and whose valid signature is on it?

use crate::certs::SecretKey;
use crate::limits;
use crate::secret::{ReadError, read_wiped};
use openpgp::packet::Tag;
use openpgp::parse::Parse;
use openpgp::parse::stream::{MessageLayer, MessageStructure, VerificationHelper, VerifierBuilder};
use openpgp::policy::StandardPolicy;
use openpgp::types::SymmetricAlgorithm;
use openpgp::{Cert, KeyHandle};
use sequoia_openpgp as openpgp;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// What was sealed, and who signed it.
pub(crate) struct Content {
    pub(crate) data: Zeroizing<Vec<u8>>,
    pub(crate) signed_by: Vec<String>,
}

/// Why a body was not opened.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// The session key is not this message's.
    WrongSessionKey,
    /// This engine cannot make sense of the message; the other one may.
    Unread(String),
    /// The integrity check failed, or the body makes no sense.
    Damaged(String),
    /// It holds this many octets, far more than was expected.
    Longer(usize),
    /// It holds more than the limit.
    TooLarge,
}

impl From<ReadError> for BodyError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::TooLarge,
            ReadError::Longer(octets) => Self::Longer(octets),
            ReadError::Source(error) => Self::Damaged(error.to_string()),
        }
    }
}

/// How much room to make for what is inside, and how much there may be at all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) expected: usize,
    pub(crate) limit: u64,
}

impl Room {
    /// For a file as it comes: what is inside is rarely larger.
    pub(crate) fn of(message: &[u8]) -> Self {
        Self { expected: message.len(), limit: limits::opened_octets(message.len() as u64) }
    }

    /// For a container in that file, which may be the least part of it.
    pub(crate) fn for_container(self, sealed: &[u8]) -> Self {
        let own = Self::of(sealed);
        Self { expected: own.expected.min(self.expected), limit: own.limit.min(self.limit) }
    }

    /// For what is sealed inside what was opened. The file sets the limit of both together: a seal
    /// around octets that compress well would otherwise make the next one look large.
    pub(crate) fn inside(self, opened: &[u8]) -> Self {
        Self { limit: self.limit.saturating_sub(opened.len() as u64), ..self }
    }
}

/// The policy for reading: old ciphers are read, nobody's choice is made by them.
pub(crate) fn reading_policy() -> StandardPolicy<'static> {
    let mut policy = StandardPolicy::new();
    #[expect(deprecated, reason = "old recordings were sealed with these ciphers")]
    for old in [
        SymmetricAlgorithm::TripleDES,
        SymmetricAlgorithm::CAST5,
        SymmetricAlgorithm::IDEA,
        SymmetricAlgorithm::Twofish,
    ] {
        policy.accept_symmetric_algo(old);
    }
    // Nobody need understand these (RFC 9580 section 4.3): they are passed over.
    (40..=63).for_each(|tag| policy.accept_packet_tag(Tag::from(tag)));
    policy
}

/// A packet that says nothing (RFC 9580 section 5.8).
const MARKER: &[u8] = b"\xCA\x03PGP";

/// Reads the packets inside a container to the end of both: only there does a container of chunks
/// prove that none is missing.
///
/// # Errors
/// Also when `packets` fails, which is how a container says that it was changed.
pub(crate) fn read(
    packets: impl Read + Send,
    held: &[SecretKey],
    room: Room,
) -> Result<Content, BodyError> {
    let policy = reading_policy();
    let (has_ended, has_failed) = (AtomicBool::new(false), AtomicBool::new(false));
    // What begins with a packet that the reader does not know it would take for armor.
    let packets = MARKER.chain(packets);
    let source =
        Watched { source: Mutex::new(packets), has_ended: &has_ended, has_failed: &has_failed };
    let damaged = |error: anyhow::Error| BodyError::Damaged(error.to_string());
    let mut verifier = VerifierBuilder::from_reader(source)
        .map(|builder| builder.buffer_size(1 << 16))
        .and_then(|builder| builder.with_policy(&policy, None, Signers::new(held)))
        .map_err(damaged)?;
    let data = read_wiped(&mut verifier, room.expected, room.limit)?;
    let signed_by = verifier.into_helper().signed_by;
    // The reader passes over an error that comes after the last packet, and the proof that nothing
    // is missing comes there.
    if has_failed.load(Ordering::Acquire) || !has_ended.load(Ordering::Acquire) {
        return Err(BodyError::Damaged("the end of the container is not what was sealed".into()));
    }
    Ok(Content { data, signed_by })
}

/// A source that remembers whether it was read to its end, and whether it ever failed.
struct Watched<'a, R> {
    // The reader behind asks for what can be shared between threads; nothing here shares it.
    source: Mutex<R>,
    has_ended: &'a AtomicBool,
    has_failed: &'a AtomicBool,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let source = self.source.get_mut().unwrap_or_else(PoisonError::into_inner);
        let outcome = source.read(octets);
        let is_failure =
            outcome.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        self.has_failed.fetch_or(is_failure, Ordering::AcqRel);
        let count = outcome?;
        if count == 0 && !octets.is_empty() {
            self.has_ended.store(true, Ordering::Release);
        }
        Ok(count)
    }
}

/// Collects the owners of held keys whose signature is valid. A recording is believed because its
/// integrity is proven: a signature, or its absence, is no condition.
pub(crate) struct Signers<'a> {
    held: &'a [SecretKey],
    pub(crate) signed_by: Vec<String>,
}

impl<'a> Signers<'a> {
    pub(crate) fn new(held: &'a [SecretKey]) -> Self {
        Self { held, signed_by: Vec::new() }
    }
}

impl VerificationHelper for Signers<'_> {
    fn get_certs(&mut self, ids: &[KeyHandle]) -> openpgp::Result<Vec<Cert>> {
        let is_wanted = |key: &&SecretKey| {
            let mut keys = key.cert().keys();
            keys.any(|part| ids.iter().any(|id| id.aliases(part.key().key_handle())))
        };
        Ok(self.held.iter().filter(is_wanted).map(|key| key.cert().clone()).collect())
    }

    fn check(&mut self, structure: MessageStructure<'_>) -> openpgp::Result<()> {
        for layer in structure {
            let MessageLayer::SignatureGroup { results } = layer else { continue };
            for good in results.into_iter().flatten() {
                let owner = crate::certs::owner(good.ka.cert());
                if !self.signed_by.contains(&owner) {
                    self.signed_by.push(owner);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    /// Literal data, then what each reading says.
    struct Readings(Vec<Option<&'static [u8]>>);

    impl Read for Readings {
        fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
            match self.0.pop() {
                Some(Some(mut part)) => part.read(octets),
                Some(None) => Err(io::Error::other("the last tag is not the right one")),
                None => Ok(0),
            }
        }
    }

    #[test]
    fn a_failure_behind_the_last_packet_is_damage_whatever_is_read_after_it() {
        let room = Room { expected: 10, limit: 10 };
        let literal: &[u8] = b"\xCB\x07b\0\0\0\0\0x";
        let read =
            |readings: &[_]| read(Readings(readings.iter().rev().copied().collect()), &[], room);
        assert_eq!(*read(&[Some(literal)]).unwrap().data, b"x");
        for failing in [&[Some(literal), None][..], &[None, Some(literal)]] {
            assert!(matches!(read(failing), Err(BodyError::Damaged(_))), "{failing:?}");
        }
    }
}

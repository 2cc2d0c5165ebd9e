//! What does sequoia make of a message whose session key is known?

use crate::bounds::{self, Inside};
use crate::certs::SecretKey;
use crate::framing::{self, Container, Outline};
use crate::gnupg_aead;
use crate::inside::{self, BodyError, Content, Room, Signers, reading_policy};
use crate::secret::read_wiped;
use openpgp::crypto::SessionKey;
use openpgp::packet::{PKESK, SKESK};
use openpgp::parse::Parse;
use openpgp::parse::stream::{
    DecryptionHelper, DecryptorBuilder, MessageStructure, VerificationHelper,
};
use openpgp::types::SymmetricAlgorithm;
use openpgp::{Cert, KeyHandle};
use pgp::composed::PlainSessionKey;
use sequoia_openpgp as openpgp;

/// Whether sequoia deciphers with this algorithm. It calls Blowfish supported and then fails.
pub(crate) fn is_readable(algorithm: Option<SymmetricAlgorithm>) -> bool {
    let blowfish = SymmetricAlgorithm::Blowfish;
    algorithm.is_none_or(|algorithm| algorithm.is_supported() && algorithm != blowfish)
}

/// Decrypts the body to its end, and returns it only if its integrity was proven.
///
/// # Errors
/// [`BodyError`] tells a wrong session key from a damaged body.
pub(crate) fn body(
    outline: &Outline<'_>,
    algorithm: Option<SymmetricAlgorithm>,
    session_key: &PlainSessionKey,
    held: &[SecretKey],
    room: Room,
) -> Result<Content, BodyError> {
    if outline.container == Container::GnupgAead {
        let body = framing::body(outline.sealed)
            .map_err(|_| BodyError::Unread("the packet has the old format".into()))?;
        let packets = gnupg_aead::packets(&body, algorithm, known(session_key))?;
        return inside::read(packets, held, room);
    }
    if is_too_short(outline, algorithm) {
        return Err(BodyError::Damaged("the body is too short to hold anything".into()));
    }
    let policy = reading_policy();
    let helper = Known {
        algorithm,
        session_key: known(session_key),
        was_accepted: false,
        signers: Signers::new(held),
    };
    let sealed = framing::with_usual_chunks(outline.sealed);
    let mut decryptor = DecryptorBuilder::from_bytes(&sealed)
        .map(|builder| builder.buffer_size(1 << 16))
        .and_then(|builder| builder.with_policy(&policy, None, helper))
        .map_err(|error| body_error(&error))?;
    // The integrity code stands at the very end: only a read to the end proves anything.
    let data = read_wiped(&mut decryptor, room.expected, room.limit)?;
    Ok(Content { data, signed_by: decryptor.into_helper().signers.signed_by })
}

/// Looks how much GnuPG's own packet holds, whatever the cipher.
pub(crate) fn count(
    outline: &Outline<'_>,
    session_key: &PlainSessionKey,
    room: Room,
) -> Result<Inside, BodyError> {
    let Ok(body) = framing::body(outline.sealed) else { return Ok(Inside::any(room)) };
    match gnupg_aead::packets(&body, None, known(session_key)) {
        Ok(packets) => bounds::check(packets, room),
        // Whoever reads it says what is wrong with it.
        Err(_) => Ok(Inside::any(room)),
    }
}

/// sequoia 2.4.2 panics over a body that has no room for its own modification detection code:
/// the version, a random block and two octets of it again, and the code's 22 octets.
fn is_too_short(outline: &Outline<'_>, algorithm: Option<SymmetricAlgorithm>) -> bool {
    let block = algorithm.and_then(|algorithm| algorithm.block_size().ok()).unwrap_or(16);
    outline.container == Container::Mdc && outline.body_octets < 1 + block + 2 + 22
}

fn body_error(error: &anyhow::Error) -> BodyError {
    match error.downcast_ref::<openpgp::Error>() {
        Some(openpgp::Error::InvalidSessionKey(_) | openpgp::Error::MissingSessionKey(_)) => {
            BodyError::WrongSessionKey
        }
        Some(openpgp::Error::MalformedMessage(text)) => BodyError::Unread(text.clone()),
        _ => BodyError::Damaged(error.to_string()),
    }
}

fn known(session_key: &PlainSessionKey) -> SessionKey {
    let (PlainSessionKey::V3_4 { key, .. }
    | PlainSessionKey::V5 { key }
    | PlainSessionKey::V6 { key }) = session_key;
    SessionKey::from(key.as_ref())
}

struct Known<'a> {
    algorithm: Option<SymmetricAlgorithm>,
    session_key: SessionKey,
    was_accepted: bool,
    signers: Signers<'a>,
}

impl VerificationHelper for Known<'_> {
    fn get_certs(&mut self, ids: &[KeyHandle]) -> openpgp::Result<Vec<Cert>> {
        self.signers.get_certs(ids)
    }

    fn check(&mut self, structure: MessageStructure<'_>) -> openpgp::Result<()> {
        self.signers.check(structure)
    }
}

impl DecryptionHelper for Known<'_> {
    fn decrypt(
        &mut self,
        _: &[PKESK],
        _: &[SKESK],
        _: Option<SymmetricAlgorithm>,
        decrypt: &mut dyn FnMut(Option<SymmetricAlgorithm>, &SessionKey) -> bool,
    ) -> openpgp::Result<Option<Cert>> {
        // A second container inside the first has another session key: not this one's business.
        if !self.was_accepted && decrypt(self.algorithm, &self.session_key) {
            self.was_accepted = true;
            return Ok(None);
        }
        let reason = "the session key does not fit".to_string();
        Err(openpgp::Error::InvalidSessionKey(reason).into())
    }
}

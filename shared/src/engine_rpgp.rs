//! What does rPGP make of a message whose session key is known? It reads what sequoia does not:
//! Blowfish, GnuPG's own AEAD packets, and session keys sealed by passphrase in GnuPG's version 5.

use crate::framing::Outline;
use crate::limits;
use crate::secret::{Passphrase, ReadError, read_wiped};
use pgp::composed::{
    DecryptionOptions, Esk, Message, PlainSessionKey, TheRing, decrypt_session_key_with_password,
};
use pgp::types::{Password, Seipdv1ReadMode};
use std::io::Read;
use zeroize::Zeroizing;

/// Why a body was not opened.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// The session key is not this message's.
    WrongSessionKey,
    /// This engine cannot make sense of the message; the other one may.
    Unread(String),
    /// The integrity check failed, or the body makes no sense.
    Damaged(String),
    /// It holds more than the limit.
    TooLarge,
}

/// Decrypts the body to its end, and returns it only if its integrity was proven.
///
/// # Errors
/// [`BodyError`] tells a wrong session key from a damaged body.
pub(crate) fn body(
    outline: &Outline<'_>,
    session_key: PlainSessionKey,
) -> Result<Zeroizing<Vec<u8>>, BodyError> {
    let size = outline.message.len();
    let limit = limits::opened_octets(size as u64);
    let check_first = Seipdv1ReadMode::CheckFirst { max_message_size: size };
    let ring = TheRing {
        session_keys: vec![session_key],
        decrypt_options: DecryptionOptions::new()
            .enable_gnupg_aead()
            .set_seipdv1_read_mode(check_first),
        ..TheRing::default()
    };
    let damaged = |error: pgp::errors::Error| BodyError::Damaged(error.to_string());
    let (mut message, _) = Message::from_bytes(outline.message)
        .and_then(|message| message.decrypt_the_ring(ring, true))
        .map_err(damaged)?;
    for _ in 0..limits::NESTED_PACKETS {
        if !message.is_compressed() {
            break;
        }
        message = message.decompress().map_err(damaged)?;
    }
    if message.is_compressed() || message.is_encrypted() {
        return Err(BodyError::Unread("too many layers".into()));
    }
    let plaintext = read_wiped(&mut message, size, limit).map_err(body_error)?;
    // The last authentication tag stands behind the literal data: read on until it was checked.
    let mut rest = message.into_inner();
    std::io::copy(&mut rest.by_ref().take(limit), &mut std::io::sink())
        .map_err(|error| BodyError::Damaged(error.to_string()))?;
    Ok(plaintext)
}

fn body_error(error: ReadError) -> BodyError {
    match error {
        ReadError::TooLarge => BodyError::TooLarge,
        ReadError::Source(error) => BodyError::Damaged(error.to_string()),
    }
}

/// The session keys that a passphrase yields for this message.
///
/// Version 4 packets carry no check of their own: a wrong passphrase shows at the body.
pub(crate) fn session_keys(outline: &Outline<'_>, passphrase: &Passphrase) -> Vec<PlainSessionKey> {
    let Ok(Message::Encrypted { esk, .. }) = Message::from_bytes(outline.message) else {
        return Vec::new();
    };
    // Exposed: rPGP takes the octets over into memory of its own that it wipes.
    let password = Password::from(passphrase.expose());
    esk.iter()
        .filter_map(|esk| match esk {
            Esk::SymKeyEncryptedSessionKey(packet) => packet.is_supported().then_some(packet),
            Esk::PublicKeyEncryptedSessionKey(_) => None,
        })
        .filter_map(|packet| decrypt_session_key_with_password(packet, &password).ok())
        .collect()
}

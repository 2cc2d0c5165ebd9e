//! What does rPGP make of a message whose session key is known? It decrypts what sequoia does not:
//! Blowfish, GnuPG's own AEAD packets, bodies without integrity protection, and session keys sealed
//! by passphrase in GnuPG's version 5. What is inside is sequoia's again.

use crate::certs::SecretKey;
use crate::framing::{self, Container, Outline, SessionKeyPacket};
use crate::inside::{self, BodyError, Content, Room};
use crate::limits;
use crate::secret::{Passphrase, read_wiped};
use pgp::composed::{
    DecryptionOptions, Edata, Message, PlainSessionKey, decrypt_session_key_with_password,
};
use pgp::packet::{
    PacketHeader, ProtectedDataConfig, SymEncryptedProtectedDataConfig, SymKeyEncryptedSessionKey,
};
use pgp::types::{Password, Seipdv1ReadMode, StringToKey, Tag};
use std::io::{BufRead, Read};

/// Decrypts the body to its end, and returns it only if its integrity was proven; a body that has
/// no integrity protection is decrypted too: whoever calls decides about those.
///
/// # Errors
/// [`BodyError`] tells a wrong session key from a damaged body, as far as `is_checked` says that the
/// key itself was proven.
pub(crate) fn body(
    outline: &Outline<'_>,
    session_key: &PlainSessionKey,
    is_checked: bool,
    held: &[SecretKey],
    room: Room,
) -> Result<Content, BodyError> {
    let packets = proven(outline, session_key, is_checked)?;
    let is_proven = outline.container == Container::Mdc;
    inside::read(packets, held, room).map_err(|error| match error {
        BodyError::Damaged(_) if !is_checked && !is_proven => BodyError::WrongSessionKey,
        other => other,
    })
}

/// The packets inside as they are, where they are another sealed message.
///
/// # Errors
/// As for [`body`].
pub(crate) fn raw(
    outline: &Outline<'_>,
    session_key: &PlainSessionKey,
    is_checked: bool,
    room: Room,
) -> Result<Content, BodyError> {
    let mut packets = proven(outline, session_key, is_checked)?;
    let data = read_wiped(&mut packets, room.expected, room.limit)?;
    if framing::outline(&data).is_err() {
        return Err(BodyError::Damaged("what is sealed inside is not whole".into()));
    }
    Ok(Content { data, signed_by: Vec::new() })
}

/// The packets inside; a modification detection code was looked at before any of them is given out.
fn proven<'a>(
    outline: &Outline<'a>,
    session_key: &PlainSessionKey,
    is_checked: bool,
) -> Result<Edata<'a>, BodyError> {
    let max_message_size = outline.sealed.len();
    let check_first = Seipdv1ReadMode::CheckFirst { max_message_size };
    let packets = packets(outline, session_key, check_first).and_then(|mut packets| {
        packets.fill_buf().map_err(|error| BodyError::Damaged(error.to_string()))?;
        Ok(packets)
    });
    packets.map_err(|error| if is_checked { error } else { BodyError::WrongSessionKey })
}

/// The packets inside, as they are decrypted: nothing is proven before they were read to the end.
pub(crate) fn unproven<'a>(
    outline: &Outline<'a>,
    session_key: &PlainSessionKey,
) -> Result<impl Read + Send + use<'a>, BodyError> {
    packets(outline, session_key, Seipdv1ReadMode::Streaming)
}

fn packets<'a>(
    outline: &Outline<'a>,
    session_key: &PlainSessionKey,
    mode: Seipdv1ReadMode,
) -> Result<Edata<'a>, BodyError> {
    let damaged = |error: pgp::errors::Error| BodyError::Damaged(error.to_string());
    let Message::Encrypted { mut edata, .. } =
        Message::from_bytes(outline.sealed).map_err(damaged)?
    else {
        return Err(BodyError::Damaged("there is no sealed body".into()));
    };
    if !is_aead_known(&edata) {
        return Err(BodyError::Damaged("it names no known AEAD algorithm".into()));
    }
    let options =
        DecryptionOptions::new().enable_gnupg_aead().enable_legacy().set_seipdv1_read_mode(mode);
    edata.decrypt_with_options(session_key, options).map_err(damaged)?;
    Ok(edata)
}

/// Whether the algorithm that protects a body has a nonce: rPGP takes that for granted and panics.
fn is_aead_known(edata: &Edata<'_>) -> bool {
    let aead = match edata {
        Edata::SymEncryptedProtectedData { reader } | Edata::GnupgAeadData { reader } => {
            match reader.config() {
                ProtectedDataConfig::Seipd(SymEncryptedProtectedDataConfig::V2 {
                    aead, ..
                }) => aead,
                ProtectedDataConfig::GnupgAead(config) => &config.aead,
                ProtectedDataConfig::Seipd(_) => return true,
            }
        }
        Edata::SymEncryptedData { .. } => return true,
    };
    aead.nonce_size() > 0
}

/// The session keys that a passphrase yields for this message.
///
/// Version 4 packets carry no check of their own: a wrong passphrase shows at the body.
pub(crate) fn session_keys<'a>(
    outline: &Outline<'a>,
    passphrase: &Passphrase,
) -> impl Iterator<Item = PlainSessionKey> + use<'a> {
    // Exposed: rPGP takes the octets over into memory of its own that it wipes.
    let password = Password::from(passphrase.expose());
    passphrase_packets(outline)
        .filter(is_affordable)
        .take(limits::PASSPHRASE_PACKETS)
        .filter_map(move |packet| decrypt_session_key_with_password(&packet, &password).ok())
}

/// Whether all that a passphrase could open asks for more memory than is given.
pub(crate) fn is_passphrase_too_costly(outline: &Outline<'_>) -> bool {
    passphrase_packets(outline).next().is_some()
        && !passphrase_packets(outline).any(|packet| is_affordable(&packet))
}

fn passphrase_packets<'a>(
    outline: &Outline<'a>,
) -> impl Iterator<Item = SymKeyEncryptedSessionKey> + use<'a> {
    let packets: Vec<&[u8]> = outline
        .session_keys
        .iter()
        .filter_map(|packet| match packet {
            SessionKeyPacket::Passphrase(body) => Some(*body),
            SessionKeyPacket::PublicKey(_) => None,
        })
        .collect();
    packets.into_iter().filter_map(|body| {
        let length = u32::try_from(body.len()).ok()?;
        let header = PacketHeader::new_fixed(Tag::SymKeyEncryptedSessionKey, length);
        let packet = SymKeyEncryptedSessionKey::try_from_reader(header, body).ok()?;
        packet.is_supported().then_some(packet)
    })
}

/// Whether the way from passphrase to key stays within memory and time (RFC 9580 section 3.7.1.4).
fn is_affordable(packet: &SymKeyEncryptedSessionKey) -> bool {
    match packet.s2k() {
        Some(StringToKey::Argon2 { t, m_enc, .. }) => limits::is_argon2_affordable(*t, *m_enc),
        _ => true,
    }
}

//! Which OpenPGP packets does a message consist of, and is it all there?
//!
//! Both engines report a cut-off message as one of a dozen parse errors; whether a download was
//! cut is a question of framing alone (RFC 9580 section 4.2), so it is answered here, before any
//! cryptography.

use crate::limits;
use std::borrow::Cow;

/// Why there is no outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FramingError {
    /// This is not a sealed message at all.
    NotSealed,
    /// It begins as a sealed message and stops too early.
    Incomplete,
    /// It begins as a sealed message and then makes no sense.
    Damaged,
    /// It is longer than the limit.
    TooLong,
    /// It has more session keys than are looked at.
    TooManyKeys,
}

/// How the body of a message is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    /// SEIPD version 1: CFB with a modification detection code (RFC 9580 section 5.13.1).
    Mdc,
    /// SEIPD version 2: AEAD (RFC 9580 section 5.13.2).
    Aead,
    /// Packet 20 of LibrePGP: GnuPG's own AEAD.
    GnupgAead,
    /// Packet 9: no integrity protection whatever (RFC 9580 section 5.7).
    Unprotected,
}

/// One packet that holds the session key, without its header.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SessionKeyPacket<'a> {
    /// For a public key (RFC 9580 section 5.1).
    PublicKey(&'a [u8]),
    /// For a passphrase (RFC 9580 section 5.3).
    Passphrase(&'a [u8]),
}

/// A complete sealed message, taken apart.
#[derive(Debug)]
pub(crate) struct Outline<'a> {
    pub(crate) session_keys: Vec<SessionKeyPacket<'a>>,
    pub(crate) container: Container,
    /// How much the container holds, its version included.
    pub(crate) body_octets: usize,
    /// The container with its header, which is what an engine is given: it need not look at
    /// session keys that nobody here can use.
    pub(crate) sealed: &'a [u8],
    /// From the first packet to the end of the container; whatever follows is not part of it.
    pub(crate) message: &'a [u8],
}

struct Packet<'a> {
    tag: u8,
    /// The body, or its first chunk where it comes in chunks.
    body: &'a [u8],
    body_octets: usize,
    end: usize,
}

/// One packet of a certificate or key.
pub(crate) struct Part<'a> {
    pub(crate) tag: u8,
    pub(crate) body: &'a [u8],
    /// The packet with its header.
    pub(crate) whole: &'a [u8],
}

/// The packets at the start of `octets`, as far as they can be told apart.
pub(crate) fn parts(octets: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut rest = octets;
    std::iter::from_fn(move || {
        let found = packet(rest).ok()?;
        let (whole, after) = rest.split_at_checked(found.end)?;
        rest = after;
        Some(Part { tag: found.tag, body: found.body, whole })
    })
}

/// Reads the outline of a binary message.
///
/// # Errors
/// Says whether it is no message, a cut one or a damaged one.
pub(crate) fn outline(octets: &[u8]) -> Result<Outline<'_>, FramingError> {
    let mut session_keys = Vec::new();
    let mut at = 0;
    loop {
        let rest = octets.get(at..).unwrap_or_default();
        if session_keys.is_empty() && !may_begin(rest) {
            return Err(FramingError::NotSealed);
        }
        let packet = packet(rest)?;
        let start = at;
        at += packet.end;
        match packet.tag {
            1 => session_keys.push(SessionKeyPacket::PublicKey(packet.body)),
            3 => session_keys.push(SessionKeyPacket::Passphrase(packet.body)),
            // Markers, padding, comments, and what nobody need understand (RFC 9580 section 4.3).
            10 | 16 | 21 | 40..=63 => {}
            9 | 18 | 20 => {
                let container = container(packet.tag, packet.body)?;
                let message = octets.get(..at).unwrap_or_default();
                let sealed = message.get(start..).unwrap_or_default();
                let body_octets = packet.body_octets;
                return Ok(Outline { session_keys, container, body_octets, sealed, message });
            }
            _ => return Err(FramingError::Damaged),
        }
        if session_keys.len() > limits::SESSION_KEY_PACKETS {
            return Err(FramingError::TooManyKeys);
        }
    }
}

/// Whether `octets` may begin a sealed message: a marker, or a session key of a known version.
fn may_begin(octets: &[u8]) -> bool {
    let Some((&first, rest)) = octets.split_first() else { return false };
    if first & 0x80 == 0 {
        return false;
    }
    let (tag, length_octets) = match first & 0x40 {
        0 => (first >> 2 & 0x0F, [1, 2, 4, 0].get(usize::from(first & 3)).copied().unwrap_or(0)),
        _ => (first & 0x3F, if rest.first() == Some(&255) { 5 } else { 1 }),
    };
    // A file cut within its first few octets cannot be told from anything else by its version.
    match (tag, rest.get(length_octets)) {
        (10 | 61, _) => true,
        (1, version) => matches!(version, None | Some(2 | 3 | 6)) || two_octet_length(first, rest),
        (3, version) => matches!(version, None | Some(4..=6)),
        _ => false,
    }
}

/// A new-format header with a two-octet length, whose version stands one octet further on.
fn two_octet_length(first: u8, rest: &[u8]) -> bool {
    first & 0x40 != 0
        && matches!(rest.first(), Some(192..=223))
        && matches!(rest.get(2), None | Some(2 | 3 | 6))
}

fn container(tag: u8, body: &[u8]) -> Result<Container, FramingError> {
    match (tag, body.first()) {
        (9, _) => Ok(Container::Unprotected),
        (18, Some(1)) => Ok(Container::Mdc),
        (18, Some(2)) => Ok(Container::Aead),
        (20, Some(1)) => Ok(Container::GnupgAead),
        (_, None) => Err(FramingError::Incomplete),
        _ => Err(FramingError::Damaged),
    }
}

fn packet(octets: &[u8]) -> Result<Packet<'_>, FramingError> {
    let first = octet(octets, 0)?;
    if first & 0x80 == 0 {
        return Err(FramingError::Damaged);
    }
    if first & 0x40 == 0 { old_packet(first, octets) } else { new_packet(first & 0x3F, octets) }
}

fn old_packet(first: u8, octets: &[u8]) -> Result<Packet<'_>, FramingError> {
    let tag = first >> 2 & 0x0F;
    let (length, start) = match first & 3 {
        0 => (big_endian(octets, 1, 1)?, 2),
        1 => (big_endian(octets, 1, 2)?, 3),
        2 => (big_endian(octets, 1, 4)?, 5),
        // Indeterminate: to the end of the file, which only a data packet may do.
        _ if tag == 9 => (octets.len() - 1, 1),
        _ => return Err(FramingError::Damaged),
    };
    definite(tag, octets, start, length)
}

fn new_packet(tag: u8, octets: &[u8]) -> Result<Packet<'_>, FramingError> {
    let mut at = 1;
    let mut body = None;
    let mut body_octets = 0;
    loop {
        let (length, octets_used, is_last) = new_length(octets, at)?;
        if !is_last && !matches!(tag, 9 | 18 | 20) {
            return Err(FramingError::Damaged);
        }
        let chunk = definite(tag, octets, at + octets_used, length)?;
        at = chunk.end;
        body_octets += chunk.body_octets;
        let first = *body.get_or_insert(chunk.body);
        if is_last {
            return Ok(Packet { tag, body: first, body_octets, end: at });
        }
    }
}

/// The packet with lengths that every reader takes: a first chunk must have 512 octets (RFC 9580
/// section 4.2.1.4), and not every writer knows.
pub(crate) fn with_usual_chunks(whole: &[u8]) -> Cow<'_, [u8]> {
    const SMALLEST: u8 = 224 + 9;
    let has_small_chunk = matches!(whole, [_, 224..SMALLEST, ..]);
    match (has_small_chunk.then(|| body(whole)), whole.first()) {
        (Some(Ok(body)), Some(tag)) => {
            let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
            Cow::Owned([&[*tag, 255], &length[..], &body].concat())
        }
        _ => Cow::Borrowed(whole),
    }
}

/// The body of one packet in new format, its chunks put together.
pub(crate) fn body(whole: &[u8]) -> Result<Cow<'_, [u8]>, FramingError> {
    let mut body = Cow::Borrowed(&[][..]);
    let mut at = 1;
    loop {
        let (length, octets_used, is_last) = new_length(whole, at)?;
        let chunk = definite(0, whole, at + octets_used, length)?;
        at = chunk.end;
        if body.is_empty() {
            body = Cow::Borrowed(chunk.body);
        } else {
            body.to_mut().extend_from_slice(chunk.body);
        }
        if is_last {
            return Ok(body);
        }
    }
}

/// A new-format length at `at`: its value, how many octets it takes, and whether it is the last.
fn new_length(octets: &[u8], at: usize) -> Result<(usize, usize, bool), FramingError> {
    match octet(octets, at)? {
        short @ 0..=191 => Ok((usize::from(short), 1, true)),
        high @ 192..=223 => {
            let low = octet(octets, at + 1)?;
            Ok(((usize::from(high) - 192) * 256 + usize::from(low) + 192, 2, true))
        }
        power @ 224..=254 => Ok((1 << (power & 0x1F), 1, false)),
        255 => Ok((big_endian(octets, at + 1, 4)?, 5, true)),
    }
}

fn definite(
    tag: u8,
    octets: &[u8],
    start: usize,
    length: usize,
) -> Result<Packet<'_>, FramingError> {
    let end = start.checked_add(length).ok_or(FramingError::Incomplete)?;
    let body = octets.get(start..end).ok_or(FramingError::Incomplete)?;
    Ok(Packet { tag, body, body_octets: length, end })
}

fn octet(octets: &[u8], at: usize) -> Result<u8, FramingError> {
    octets.get(at).copied().ok_or(FramingError::Incomplete)
}

fn big_endian(octets: &[u8], at: usize, count: usize) -> Result<usize, FramingError> {
    let field = octets.get(at..at + count).ok_or(FramingError::Incomplete)?;
    Ok(field.iter().fold(0, |value, octet| value << 8 | usize::from(*octet)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    #![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
    use super::*;

    /// A session key packet and a body, both with lengths of one octet.
    const MESSAGE: &[u8] = b"\xC1\x03\x03ab\xD2\x04\x01xyz";

    #[test]
    fn every_cut_of_a_message_is_incomplete_and_the_whole_is_not() {
        for end in 3..MESSAGE.len() {
            let cut = MESSAGE.get(..end).unwrap();
            assert_eq!(outline(cut).unwrap_err(), FramingError::Incomplete, "{end}");
        }
        assert_eq!(outline(MESSAGE).unwrap().container, Container::Mdc);
    }

    #[test]
    fn chunks_count_only_with_their_last_one() {
        let mut message = b"\xC1\x03\x03ab\xD2\xE1\x01x".to_vec();
        assert_eq!(outline(&message).unwrap_err(), FramingError::Incomplete);
        message.extend_from_slice(b"\x01y");
        assert_eq!(outline(&message).unwrap().message, message);
    }

    #[test]
    fn a_body_in_chunks_is_put_together() {
        let whole = b"\xD4\xE1\x01x\xE0y\x02zz";
        assert_eq!(&*body(whole).unwrap(), b"\x01xyzz");
        assert!(matches!(body(b"\xD4\x03abc").unwrap(), Cow::Borrowed(b"abc")));
        assert_eq!(body(b"\xD4\xE1ab").unwrap_err(), FramingError::Incomplete);
    }

    #[test]
    fn what_follows_the_body_is_not_part_of_it() {
        let longer = [MESSAGE, b"\r\n<html>"].concat();
        assert_eq!(outline(&longer).unwrap().message, MESSAGE);
    }

    #[test]
    fn a_length_of_four_gigabytes_is_incomplete_not_an_allocation() {
        let message = b"\xC1\x03\x03ab\xD2\xFF\xFF\xFF\xFF\xFF\x01";
        assert_eq!(outline(message).unwrap_err(), FramingError::Incomplete);
    }

    #[test]
    fn other_files_are_not_sealed() {
        for other in [&b""[..], b"<html>", b"\xFF\xFB\x10\xC4", b"\x99\x01\x0D\x04", b"RIFF"] {
            assert_eq!(outline(other).unwrap_err(), FramingError::NotSealed);
        }
    }

    #[test]
    fn what_nobody_need_understand_is_passed_over() {
        let message = [&b"\xFD\x02hi"[..], &MESSAGE[..5], b"\xFC\x01x", &MESSAGE[5..]].concat();
        assert_eq!(outline(&message).unwrap().session_keys.len(), 1);
    }

    #[test]
    fn small_chunks_become_one() {
        let small = b"\xD2\xE1\x01x\xE0y\x02zz";
        assert_eq!(&*with_usual_chunks(small), b"\xD2\xFF\0\0\0\x05\x01xyzz");
        assert!(matches!(with_usual_chunks(b"\xD2\x02zz"), Cow::Borrowed(_)));
    }
}

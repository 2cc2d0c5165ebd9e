//! What stands in a message's armor? (RFC 9580 section 6.2)
//!
//! The field's armor has gone through mail, web pages and editors: with text around it, without its
//! last line, with lines that no standard knows.

use crate::framing::FramingError;
use crate::limits;
use sequoia_openpgp::armor;
use std::borrow::Cow;
use std::io::Read;

/// Takes the armor off, where there is one.
pub(crate) fn binary(octets: &[u8]) -> Result<Cow<'_, [u8]>, FramingError> {
    const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";
    const END: &[u8] = b"-----END PGP MESSAGE-----";
    let is_within = |octets: &[u8], limit: u64| octets.len() as u64 <= limit;
    let find = |text: &[u8], part: &[u8]| text.windows(part.len()).position(|at| at == part);
    let head = octets.get(..octets.len().min(limits::ARMOR_HEAD_OCTETS)).unwrap_or_default();
    let Some(start) = find(head, BEGIN).filter(|start| may_be_text(octets, *start)) else {
        let fits = is_within(octets, limits::MESSAGE_OCTETS);
        return if fits { Ok(Cow::Borrowed(octets)) } else { Err(FramingError::TooLong) };
    };
    if !is_within(octets, limits::ARMORED_OCTETS) {
        return Err(FramingError::TooLong);
    }
    let armored = octets.get(start..).unwrap_or_default();
    // Without its last line the packets say themselves whether one is missing.
    let end = find(armored, END);
    let armored = armored.get(..end.map_or(armored.len(), |end| end + END.len()));
    let text = text_of(armored.unwrap_or_default()).ok_or(FramingError::Damaged)?;
    let (text, last_line) = match end {
        Some(_) => (text, &b""[..]),
        None => (text.get(..find(text, b"\n-").unwrap_or(text.len())).unwrap_or_default(), END),
    };
    let mut plain = Vec::with_capacity(text.len() / 4 * 3);
    let source = BEGIN.chain(&b"\n\n"[..]).chain(text).chain(&b"\n"[..]).chain(last_line);
    let mode = armor::ReaderMode::Tolerant(Some(armor::Kind::Message));
    let outcome = armor::Reader::from_reader(source, mode)
        .take(limits::MESSAGE_OCTETS + 1)
        .read_to_end(&mut plain);
    match (outcome, end) {
        (Err(_), None) => Err(FramingError::Incomplete),
        (Err(_), Some(_)) => Err(FramingError::Damaged),
        _ if plain.is_empty() => Err(FramingError::Damaged),
        _ if !is_within(&plain, limits::MESSAGE_OCTETS) => Err(FramingError::TooLong),
        _ => Ok(Cow::Owned(plain)),
    }
}

/// Whether the octets before `start` are text that somebody wrote before the armor, in whatever
/// encoding. A packet begins as a letter of UTF-8 may; it does not go on without control characters.
fn may_be_text(octets: &[u8], start: usize) -> bool {
    let is_binary = octets.first().is_some_and(|first| first & 0x80 != 0);
    let is_text = |octet: &u8| !octet.is_ascii_control() || octet.is_ascii_whitespace();
    !is_binary || octets.get(..start).is_some_and(|before| before.iter().all(is_text))
}

/// What follows the armor's own lines (`Comment: ...`) and the empty line that ends them.
fn text_of(armored: &[u8]) -> Option<&[u8]> {
    let mut rest = armored;
    loop {
        let is_break = |octet: &u8| *octet == b'\n' || *octet == b'\r';
        let end = rest.iter().position(is_break).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end)?;
        let is_header = line.starts_with(b"-----") || line.windows(2).any(|part| part == b": ");
        if armored.len() - rest.len() > limits::ARMOR_HEAD_OCTETS {
            return None;
        }
        if !is_header && !line.trim_ascii().is_empty() {
            return Some(rest);
        }
        rest = after.get(1..)?;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    #![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
    use super::*;
    use crate::framing::outline;

    const MESSAGE: &[u8] = b"\xC1\x03\x03ab\xD2\x04\x01xyz";

    #[test]
    fn an_armor_without_its_end_is_what_its_packets_say() {
        let cut = b"-----BEGIN PGP MESSAGE-----\nComment: a\n\nwQMDYWLSBAF4eXo=\n";
        assert_eq!(&*binary(cut).unwrap(), MESSAGE);
        let cut = b"-----BEGIN PGP MESSAGE-----\n\nwQMDYWLSBAF4eXo=\n-----END PGP MES";
        assert_eq!(&*binary(cut).unwrap(), MESSAGE);
        let shorter = b"-----BEGIN PGP MESSAGE-----\n\nwQMDYWLSBAF4";
        assert_eq!(outline(&binary(shorter).unwrap()).unwrap_err(), FramingError::Incomplete);
        assert_eq!(binary(&shorter[..shorter.len() - 1]).unwrap_err(), FramingError::Incomplete);
    }

    #[test]
    fn a_head_without_end_is_damaged_and_not_kept() {
        let long = b"-----BEGIN PGP MESSAGE-----\n".to_vec();
        let long = [long, b"Comment: x\n".repeat(100_000)].concat();
        assert_eq!(binary(&long).unwrap_err(), FramingError::Damaged);
    }
}

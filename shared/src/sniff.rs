//! What is a file that is no sealed recording?

use sequoia_openpgp::Packet;
use sequoia_openpgp::parse::{Dearmor, PacketParserBuilder, PacketParserResult, Parse};
use sequoia_openpgp::types::DataFormat;

/// What stands where a sealed recording should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing at all.
    Empty,
    /// A web page: usually the login page, saved under the recording's name.
    Html,
    /// Audio that was never sealed.
    Audio,
    /// Signed, and sealed for nobody.
    Signed,
    /// Packed as what is sealed is packed, and sealed for nobody.
    Packed,
    /// Anything else.
    Unknown,
}

/// How much of a file is looked at for packets.
const HEAD_OCTETS: usize = 64 << 10;

/// How often packets are looked into that are packed inside each other.
const DEPTH: usize = 4;

/// Looks at the first octets only; names tell nothing (VICIdial's web server mislabels them).
pub(crate) fn content(octets: &[u8]) -> Content {
    let text = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets).trim_ascii_start();
    if octets.is_empty() {
        Content::Empty
    } else if is_markup(text) {
        Content::Html
    } else if is_audio(octets) {
        Content::Audio
    } else if is_signed_text(octets) {
        Content::Signed
    } else {
        packed(octets)
    }
}

/// A text that stays readable between its signature's lines (RFC 9580 section 7).
fn is_signed_text(octets: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
    octets.windows(BEGIN.len()).take(HEAD_OCTETS).any(|part| part == BEGIN)
}

/// Whether these are packets that are signed or packed, and not sealed.
pub(crate) fn packed(octets: &[u8]) -> Content {
    let head = octets.get(..octets.len().min(HEAD_OCTETS)).unwrap_or_default();
    let mut next = PacketParserBuilder::from_bytes(head)
        .and_then(|builder| builder.automatic_hashing(false).dearmor(Dearmor::Disabled).build());
    for _ in 0..DEPTH {
        let Ok(PacketParserResult::Some(parser)) = next else { break };
        match &parser.packet {
            Packet::OnePassSig(_) | Packet::Signature(_) => return Content::Signed,
            Packet::Literal(data) if !matches!(data.format(), DataFormat::Unknown(_)) => {
                return Content::Packed;
            }
            Packet::CompressedData(_) | Packet::Marker(_) => {}
            _ => break,
        }
        next = parser.recurse().map(|(_, next)| next);
    }
    Content::Unknown
}

fn is_markup(text: &[u8]) -> bool {
    let start: Vec<u8> = text.iter().take(512).map(u8::to_ascii_lowercase).collect();
    let tags: [&[u8]; 7] =
        [b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<!--", b"<script"];
    tags.iter().any(|tag| start.starts_with(tag))
        || (start.starts_with(b"<") && start.windows(5).any(|part| part == b"<html"))
}

fn is_audio(octets: &[u8]) -> bool {
    let begins = |tags: &[&[u8]]| tags.iter().any(|tag| octets.starts_with(tag));
    let riff = begins(&[b"RIFF", b"RF64", b"BW64"]) && octets.get(8..12) == Some(b"WAVE");
    let tagged = begins(&[b"ID3", b"OggS", b"fLaC", b".snd", b"#!AMR"]);
    riff || tagged || is_mpeg(octets) || is_gsm(octets)
}

/// Two MPEG audio frame headers in a row that agree (ISO 11172-3 2.4.2.3).
fn is_mpeg(octets: &[u8]) -> bool {
    let header = |octets: &[u8]| -> Option<[u8; 4]> {
        let header: [u8; 4] = octets.get(..4)?.try_into().ok()?;
        let [sync, version, rate, _] = header;
        let valid = sync == 0xFF
            && version & 0xE0 == 0xE0
            && version & 0x18 != 0x08
            && version & 0x06 != 0
            && rate & 0xF0 != 0xF0
            && rate & 0x0C != 0x0C;
        valid.then_some(header)
    };
    let Some(first) = header(octets) else { return false };
    (24..=2881).any(|at| {
        octets.get(at..).and_then(header).is_some_and(|next| {
            next[0] == first[0] && next[1] == first[1] && (next[2] ^ first[2]) & 0x0C == 0
        })
    })
}

/// Raw GSM 06.10: every frame is 33 octets and begins with the four bits 1101.
fn is_gsm(octets: &[u8]) -> bool {
    let frames = octets.chunks_exact(33).take(8);
    frames.len() >= 4 && frames.map(|frame| frame.first()).all(|b| b.is_some_and(|b| b >> 4 == 0xD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_from_the_others() {
        assert_eq!(content(b""), Content::Empty);
        assert_eq!(content(b"\xEF\xBB\xBF \r\n<!DOCTYPE html><html>"), Content::Html);
        assert_eq!(content(b"<meta charset=x><html lang=en>"), Content::Html);
        assert_eq!(content(b"RIFF\x24\0\0\0WAVEfmt "), Content::Audio);
        assert_eq!(content(b"ID3\x04"), Content::Audio);
        assert_eq!(content(&[0xD5; 132]), Content::Audio);
        assert_eq!(content(b"\xFF\xFF\xFF\xFF\xFF\xFF"), Content::Unknown);
        assert_eq!(content(b"hello"), Content::Unknown);
    }
}

//! Which kind of audio is this? The content decides, never the name.

use super::DecodeError;
use super::{gsm, mpeg, ogg, riff};

/// Kinds that are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A RIFF file with any codec in it.
    Wave,
    /// An Ogg file.
    Ogg,
    /// Frames of MPEG audio, with or without tags.
    Mpeg,
    /// Frames of GSM 06.10.
    Gsm,
}

impl Kind {
    /// A name for it, where nothing more is known.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wave => "wav",
            Self::Ogg => "vorbis",
            Self::Mpeg => "mp3",
            Self::Gsm => "gsm",
        }
    }
}

/// How each kind is recognized.
type Marks = [(Kind, fn(&[u8]) -> bool)];

/// The kind of `octets`, and where to begin if their own beginning is not that of the kind.
pub(super) fn of(octets: &[u8]) -> Result<(Kind, Option<usize>), DecodeError> {
    if octets.is_empty() {
        return Err(DecodeError::NotAudio("it is empty".to_owned()));
    }
    if let Some(name) = name_of_unsupported(octets) {
        return Err(DecodeError::Unsupported(name));
    }
    let begins: &Marks = &[
        (Kind::Wave, riff::is_wave),
        (Kind::Ogg, ogg::is_page),
        (Kind::Mpeg, mpeg::begins),
        (Kind::Gsm, gsm::begins),
    ];
    if let Some((kind, _)) = begins.iter().find(|(_, begins)| begins(octets)) {
        return Ok((*kind, None));
    }
    // Something else stands in front of it, or its beginning is damaged.
    if let Some(start) = riff::find(octets) {
        return Ok((Kind::Wave, Some(start)));
    }
    let is_inside: &Marks =
        &[(Kind::Ogg, ogg::is_inside), (Kind::Mpeg, mpeg::is_inside), (Kind::Gsm, gsm::is_inside)];
    is_inside
        .iter()
        .find(|(_, is_inside)| is_inside(octets))
        .map(|(kind, _)| (*kind, Some(0)))
        .ok_or_else(|| DecodeError::NotAudio("nothing in it is known".to_owned()))
}

/// Audio that is recognized and not played.
fn name_of_unsupported(octets: &[u8]) -> Option<&'static str> {
    let begins: [(&[u8], _); 12] = [
        (b"fLaC", "FLAC"),
        (b"RIFX", "WAV of a rare kind"),
        (b".snd", "Sun AU"),
        (b"#!AMR", "AMR"),
        (b"caff", "Apple CAF"),
        (b"wvpk", "WavPack"),
        (b"MAC ", "Monkey's Audio"),
        (b"\x1A\x45\xDF\xA3", "WebM"),
        (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media"),
        (b"riff\x2E\x91\xCF\x11", "Wave64"),
        (b"\xFF\xF1", "AAC"),
        (b"\xFF\xF9", "AAC"),
    ];
    let part = |from: usize, name: &[u8]| octets.get(from..from + name.len()) == Some(name);
    if part(0, b"FORM") && (part(8, b"AIFF") || part(8, b"AIFC")) {
        return Some("AIFF");
    }
    if part(4, b"ftyp") {
        return Some("MPEG-4");
    }
    let named = begins.iter().find(|(name, _)| part(0, name)).map(|(_, name)| *name);
    named.or_else(|| match octets {
        [0xFF, 0xFC | 0xFD | 0xF4 | 0xF5, rates, ..] if is_rate(*rates) => Some("MPEG layer II"),
        // Frames of a length that only the next one tells.
        [0xFF, 0xFA | 0xFB | 0xF2 | 0xF3 | 0xE2 | 0xE3, rates @ 0..=0x0B, ..] if rates & 1 == 0 => {
            Some("MP3 of a free bit rate")
        }
        _ => None,
    })
}

/// Whether the third octet of a frame's header holds rates that there are.
fn is_rate(octet: u8) -> bool {
    !matches!(octet >> 4, 0 | 15) && octet >> 2 & 3 != 3
}

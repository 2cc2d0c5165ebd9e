//! Which octets of an MP3 file are titles and pictures instead of sound?

const ID3V1_OCTETS: usize = 128;
const ID3V2_HEADER_OCTETS: usize = 10;
const APE_HEADER_OCTETS: usize = 32;
/// More zeros than this behind a tag are no padding.
const PADDING_OCTETS: usize = 4096;
const LYRICS_FOOTER_OCTETS: usize = 15;

/// The length of a tag at the beginning of `octets`. One that claims more than there is, or behind
/// which nothing of an MP3 file follows, is damaged: `None`, and its octets are searched for frames.
pub(super) fn length(octets: &[u8]) -> Option<usize> {
    let length = id3v2(octets).or_else(|| id3v1(octets)).or_else(|| ape(octets))?;
    let after = octets.get(length..)?;
    let next = after.get(zeros(after)..)?;
    // A frame, or one more tag, whose first octets are letters.
    let is_sound = next.is_empty()
        || next.first() == Some(&0xFF)
        || [b"ID3", b"TAG", b"APE"].iter().any(|name| next.starts_with(*name));
    is_sound.then_some(length)
}

/// The length of all tags at the beginning of `octets`.
pub(super) fn length_of_leading(octets: &[u8]) -> usize {
    let mut at = 0;
    while let Some(length) = octets.get(at..).and_then(length) {
        at += length + octets.get(at + length..).map_or(0, zeros);
    }
    at
}

/// Zeros between a tag and what follows, which some writers leave.
pub(super) fn zeros(octets: &[u8]) -> usize {
    octets.iter().take(PADDING_OCTETS).take_while(|octet| **octet == 0).count()
}

/// Where the tags at the end of `octets` begin; its length if there are none.
pub(super) fn start_of_trailing(octets: &[u8]) -> usize {
    let mut end = octets.len();
    while let Some(start) = octets.get(..end).and_then(start_of_last) {
        end = start;
    }
    end
}

fn start_of_last(octets: &[u8]) -> Option<usize> {
    let from_end = |length: usize| octets.len().checked_sub(length);
    let id3v1 = from_end(ID3V1_OCTETS).filter(|at| begins(octets, *at, b"TAG"));
    let enhanced = from_end(227).filter(|at| begins(octets, *at, b"TAG+"));
    let ape = || {
        let footer = octets.get(from_end(APE_HEADER_OCTETS)?..)?;
        let length = footer.starts_with(b"APETAGEX").then(|| ape_length(footer))??;
        // A footer counts itself, not a header in front of everything.
        let start = from_end(length)?;
        let header = start.checked_sub(APE_HEADER_OCTETS);
        Some(header.filter(|at| begins(octets, *at, b"APETAGEX")).unwrap_or(start))
    };
    let lyrics = || {
        let footer = octets.get(from_end(LYRICS_FOOTER_OCTETS)?..)?;
        let (digits, name) = footer.split_at_checked(6)?;
        let length: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
        let start = from_end(length.checked_add(LYRICS_FOOTER_OCTETS)?)?;
        (name == b"LYRICS200" && begins(octets, start, b"LYRICSBEGIN")).then_some(start)
    };
    id3v1.or(enhanced).or_else(ape).or_else(lyrics)
}

fn begins(octets: &[u8], at: usize, name: &[u8]) -> bool {
    octets.get(at..).is_some_and(|rest| rest.starts_with(name))
}

fn id3v2(octets: &[u8]) -> Option<usize> {
    let header = octets.get(..ID3V2_HEADER_OCTETS)?;
    let size = header.get(6..)?;
    // Seven bits in each octet, so that no size looks like the beginning of a frame.
    if !header.starts_with(b"ID3") || size.iter().any(|octet| *octet > 0x7F) {
        return None;
    }
    let size = size.iter().fold(0, |sum, octet| sum << 7 | usize::from(*octet));
    let footer = if header.get(5)? & 0x10 == 0 { 0 } else { ID3V2_HEADER_OCTETS };
    Some(ID3V2_HEADER_OCTETS + size + footer)
}

fn id3v1(octets: &[u8]) -> Option<usize> {
    octets.starts_with(b"TAG").then_some(ID3V1_OCTETS)
}

fn ape(octets: &[u8]) -> Option<usize> {
    let length = octets.starts_with(b"APETAGEX").then(|| ape_length(octets))??;
    length.checked_add(APE_HEADER_OCTETS)
}

/// What a header or footer says: everything but the header.
fn ape_length(octets: &[u8]) -> Option<usize> {
    let length = u32::from_le_bytes(octets.get(12..)?.first_chunk().copied()?) as usize;
    (length >= APE_HEADER_OCTETS).then_some(length)
}

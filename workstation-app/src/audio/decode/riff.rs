//! What is in a RIFF file: which chunks, and how much of the samples is really there?
//!
//! Lengths in headers are only ever compared with what is there, never believed.

use super::DecodeError;

/// A length of samples from here on is what a writer puts there that cannot go back to correct it:
/// `sox -` 0x7FFFF000 less its header, `lame --decode -` 0x7FFFFFFF, others 0xFFFFFFFF.
const UNKNOWN_LENGTH: u32 = 0x7FFF_0000;

/// How far into a file the beginning of a WAV file is looked for.
const SEARCH_OCTETS: usize = 1 << 20;

/// The longest description of a format that is looked at.
const FORMAT_OCTETS: usize = 40;

/// How far a chunk is looked for where the one before it is damaged.
const HEADER_OCTETS: usize = 1 << 20;

/// A WAV file taken apart.
#[derive(Debug)]
pub(super) struct Wave<'a> {
    /// The content of the chunk `fmt `.
    pub(super) format: &'a [u8],
    /// The content of the chunk `data`, as far as it is there.
    pub(super) data: &'a [u8],
    /// How long it is cannot be known: the header leaves it open.
    pub(super) is_open_ended: bool,
    /// Less is there than the header says, or the header is damaged.
    pub(super) is_damaged: bool,
}

/// Whether a WAV file begins here.
pub(super) fn is_wave(octets: &[u8]) -> bool {
    let is_riff = [b"RIFF", b"RF64", b"BW64"].iter().any(|id| octets.starts_with(*id));
    is_riff && octets.get(8..12) == Some(b"WAVE")
}

/// Where a WAV file begins behind something else, or would begin if its first octets were whole.
pub(super) fn find(octets: &[u8]) -> Option<usize> {
    let near = octets.get(..SEARCH_OCTETS).unwrap_or(octets);
    (0..near.len()).find(|at| {
        let rest = near.get(*at..).unwrap_or_default();
        is_wave(rest) || rest.get(8..16) == Some(b"WAVEfmt ") || is_nearly_wave(rest)
    })
}

fn is_nearly_wave(octets: &[u8]) -> bool {
    octets.starts_with(b"RIFF") && octets.get(12..16) == Some(b"fmt ")
}

/// Takes apart what begins with twelve octets of RIFF header.
pub(super) fn parse(octets: &[u8]) -> Result<Wave<'_>, DecodeError> {
    let chunks = octets.get(12..).unwrap_or_default();
    let (format_at, is_format_in_order) =
        locate(chunks, 0, b"fmt ").ok_or_else(|| missing("format"))?;
    // Its length may be damaged, so enough for every kind is taken.
    let format = chunks.get(format_at + 8..).ok_or_else(|| missing("format"))?;
    let format = format.get(..FORMAT_OCTETS).unwrap_or(format);
    // Samples in front of their format are against the rules, but not hard to play.
    let (at, is_in_order) = locate(chunks, format_at, b"data")
        .or_else(|| locate(chunks, 0, b"data"))
        .ok_or_else(|| missing("samples"))?;
    let samples = chunks.get(at + 4..).unwrap_or_default();
    let mut wave = measure(format, samples).ok_or_else(|| missing("samples"))?;
    wave.is_damaged |= !(is_in_order && is_format_in_order);
    Ok(wave)
}

fn missing(what: &str) -> DecodeError {
    DecodeError::NotAudio(format!("a WAV file without its {what}"))
}

fn length_of(chunk: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(chunk.get(4..)?.first_chunk().copied()?))
}

/// Where the chunk `wanted` begins, from `start` on, and whether every chunk before it is sound.
/// Where one is not, the name alone is looked for.
fn locate(chunks: &[u8], start: usize, wanted: &[u8; 4]) -> Option<(usize, bool)> {
    if let Some(at) = position(chunks, start, wanted) {
        return Some((at, true));
    }
    let end = start.saturating_add(HEADER_OCTETS).min(chunks.len());
    let near = chunks.get(start..end)?;
    let found = near.windows(4).position(|window| window == wanted)?;
    Some((start + found, false))
}

/// The same, only from chunk to chunk.
fn position(chunks: &[u8], start: usize, wanted: &[u8; 4]) -> Option<usize> {
    let mut at = start;
    loop {
        let chunk = chunks.get(at..)?;
        if chunk.starts_with(wanted) {
            return Some(at);
        }
        if !begins_chunk(chunk) {
            return None;
        }
        at = at.checked_add(8)?.checked_add(length_of(chunk)? as usize)?;
        at += padding(chunks, at);
    }
}

/// Chunks of odd length are followed by an octet that does not count; not every writer knows.
fn padding(chunks: &[u8], at: usize) -> usize {
    let is_id = |at: usize| chunks.get(at..).is_some_and(begins_chunk);
    usize::from(!is_id(at) && is_id(at + 1))
}

/// Whether four letters are there, as the name of a chunk is.
fn begins_chunk(octets: &[u8]) -> bool {
    octets
        .first_chunk::<4>()
        .is_some_and(|id| id.iter().all(|letter| matches!(letter, b' '..=b'~')))
}

/// Finds out how many octets of samples follow their length.
fn measure<'a>(format: &'a [u8], samples: &'a [u8]) -> Option<Wave<'a>> {
    let promised = u32::from_le_bytes(samples.first_chunk().copied()?);
    let rest = samples.get(4..)?;
    let mut wave = Wave { format, data: rest, is_open_ended: false, is_damaged: false };
    let (data, after) = rest.split_at_checked(promised as usize).unwrap_or((rest, &[]));
    if promised >= UNKNOWN_LENGTH || (promised == 0 && !are_chunks(rest)) {
        wave.is_open_ended = true;
    } else if promised as usize > rest.len() {
        wave.is_damaged = true;
    } else if is_end(data, after) {
        wave.data = data;
    } else {
        // Something goes on that is no chunk: the length is damaged.
        wave.is_damaged = true;
    }
    Some(wave)
}

/// Whether nothing more than other chunks follows the samples.
fn is_end(data: &[u8], after: &[u8]) -> bool {
    let padded = after.get(data.len() % 2..).unwrap_or_default();
    after.len() < 8
        || begins_chunk(after)
        || begins_chunk(padded)
        || after.iter().all(|octet| *octet == 0)
}

/// Whether `octets` are nothing but whole chunks.
fn are_chunks(octets: &[u8]) -> bool {
    let mut rest = octets;
    while !rest.is_empty() {
        let length = length_of(rest).map(|length| length as usize);
        let next = length.and_then(|length| rest.get(8 + length + length % 2..));
        match next {
            Some(next) if begins_chunk(rest) => rest = next,
            _ => return false,
        }
    }
    true
}

//! What does the first frame of an MP3 file say of those that follow?
//!
//! Encoders put a frame without sound first: `Xing` or `Info`, with LAME's and Lavc's addition of
//! how much silence they put around the sound, or Fraunhofer's `VBRI`.

use super::mpeg::Header;

/// Samples by which every decoder is late (the filter bank's 528, and one).
const DECODER_DELAY: u64 = 529;

/// The content of such a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Description {
    /// Frames that follow.
    pub(super) frame_count: Option<u64>,
    /// Samples before the first and after the last of the source.
    pub(super) silence: Option<(u64, u64)>,
    /// Octets of the frames, this one among them, and the checksum of those behind it.
    pub(super) checksum: Option<(usize, u16)>,
}

impl Description {
    /// `None` if `frame` is one with sound.
    pub(super) fn parse(header: Header, frame: &[u8]) -> Option<Self> {
        let side = frame.get(header.side_at()..4 + header.side_octets())?;
        if side.iter().any(|octet| *octet != 0) {
            return None;
        }
        let tag = frame.get(4 + header.side_octets()..)?;
        if tag.starts_with(b"Xing") || tag.starts_with(b"Info") {
            return Some(xing(frame, tag).unwrap_or_default());
        }
        frame.get(4 + 32..)?.starts_with(b"VBRI").then(Self::default)
    }

    /// How many samples of `total` come before the source's first, and how many are the source's.
    pub(super) fn source(&self, total: u64) -> Option<(u64, u64)> {
        let (before, after) = self.silence?;
        let before = before + DECODER_DELAY;
        let after = after.saturating_sub(DECODER_DELAY);
        Some((before, total.checked_sub(before + after)?))
    }
}

fn xing(frame: &[u8], tag: &[u8]) -> Option<Description> {
    let flags = long(tag, 4)?;
    let mut at = 8;
    let mut field = |flag: u32, length: usize| {
        let is_there = flags & flag != 0;
        let start = at;
        at += if is_there { length } else { 0 };
        is_there.then_some(start)
    };
    let frames_at = field(1, 4);
    // Octets, a table for seeking, quality.
    field(2, 4);
    field(4, 100);
    field(8, 4);
    let frame_count = frames_at.and_then(|at| long(tag, at)).map(u64::from);
    let more = tag.get(at..)?;
    let extension = Extension::parse(frame, more).unwrap_or_default();
    Some(Description { frame_count, ..extension.0 })
}

#[derive(Default)]
struct Extension(Description);

impl Extension {
    /// LAME's addition, which Lavf and Lavc write too.
    fn parse(frame: &[u8], extension: &[u8]) -> Option<Self> {
        let is_known = [b"LAME", b"Lavf", b"Lavc"].iter().any(|it| extension.starts_with(*it));
        let trim = extension.get(21..24)?;
        let own = extension.get(34..36)?;
        let written = u16::from_be_bytes(own.first_chunk().copied()?);
        let covered = frame.get(..frame.len().checked_sub(extension.len())? + 34)?;
        if !is_known || written != checksum(covered) {
            return None;
        }
        let trim = trim.iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet));
        let length = long(extension, 28)? as usize;
        let music = u16::from_be_bytes(extension.get(32..)?.first_chunk().copied()?);
        Some(Self(Description {
            frame_count: None,
            silence: Some((trim >> 12, trim & 0xFFF)),
            checksum: (length > frame.len()).then_some((length, music)),
        }))
    }
}

fn long(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(octets.get(at..)?.first_chunk().copied()?))
}

/// CRC-16 as LAME writes it: polynomial 0x8005, least significant bit first, from 0.
fn checksum(octets: &[u8]) -> u16 {
    octets.iter().fold(0, add)
}

fn add(sum: u16, octet: &u8) -> u16 {
    (0..8).fold(
        sum ^ u16::from(*octet),
        |sum, _| {
            if sum & 1 == 0 { sum >> 1 } else { sum >> 1 ^ 0xA001 }
        },
    )
}

/// Compares what follows a describing frame with the checksum in it, as it goes by.
#[derive(Default)]
pub(super) struct Proof {
    octets_left: usize,
    sum: u16,
    expected: u16,
}

impl Proof {
    /// For what follows a describing frame of `frame_octets`.
    pub(super) fn new(description: Description, frame_octets: usize) -> Self {
        let (octets, expected) = description.checksum.unwrap_or_default();
        Self { octets_left: octets.saturating_sub(frame_octets), sum: 0, expected }
    }

    /// Takes in what comes next; false if all of it is there and it is not what was written.
    pub(super) fn is_kept_by(&mut self, octets: &[u8]) -> bool {
        let counted = octets.get(..self.octets_left).unwrap_or(octets);
        self.sum = counted.iter().fold(self.sum, add);
        self.octets_left -= counted.len();
        self.octets_left > 0 || self.sum == self.expected
    }

    /// Whether everything was there.
    pub(super) fn is_complete(&self) -> bool {
        self.octets_left == 0
    }
}

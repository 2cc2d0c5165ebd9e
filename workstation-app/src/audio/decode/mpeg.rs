//! Where are the frames of an MP3 file, and what is between them?

use super::tags;

/// Octets of a frame's header.
const HEADER_OCTETS: usize = 4;
/// How far a frame is looked for at a time.
const SEARCH_OCTETS: usize = 1 << 20;
/// So many zeros after the last frame are padding, more are a hole.
const PADDING_OCTETS: usize = 128;

/// What the four octets at the beginning of a frame say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// MPEG-1, with two granules in a frame; otherwise MPEG-2 or 2.5 with one.
    pub(super) is_version_1: bool,
    /// Samples a second.
    pub(super) rate_hz: u32,
    /// One or two.
    pub(super) channel_count: usize,
    /// A checksum follows the header.
    pub(super) has_checksum: bool,
    /// Length of the whole frame.
    pub(super) octets: usize,
}

impl Header {
    /// `None` if `octets` do not begin with a frame of layer III.
    pub(super) fn parse(octets: &[u8]) -> Option<Self> {
        let [sync, version, rates, mode] = *octets.first_chunk::<HEADER_OCTETS>()?;
        // Eleven bits of sync, two of version, and layer III.
        if sync != 0xFF || version & 0xE6 != 0xE2 || version & 0x18 == 0x08 {
            return None;
        }
        let is_version_1 = version & 0x18 == 0x18;
        let kilobits = if is_version_1 { KILOBITS_VERSION_1 } else { KILOBITS_VERSION_2 };
        let bit_rate = kilobits.get(usize::from(rates >> 4)).copied().filter(|it| *it > 0)? * 1000;
        let highest_hz = *[44_100, 48_000, 32_000].get(usize::from(rates >> 2 & 3))?;
        let rate_hz = highest_hz
            >> match version & 0x18 {
                0x18 => 0,
                0x10 => 1,
                _ => 2,
            };
        let samples: u32 = if is_version_1 { 1152 } else { 576 };
        let padding = u32::from(rates >> 1 & 1);
        Some(Self {
            is_version_1,
            rate_hz,
            channel_count: if mode >> 6 == 3 { 1 } else { 2 },
            has_checksum: version & 1 == 0,
            octets: (samples / 8 * bit_rate / rate_hz + padding) as usize,
        })
    }

    /// Samples of each channel in a frame.
    pub(super) fn sample_count(self) -> usize {
        if self.is_version_1 { 1152 } else { 576 }
    }

    /// Octets of the side information.
    pub(super) fn side_octets(self) -> usize {
        match (self.is_version_1, self.channel_count) {
            (true, 1) => 17,
            (true, _) => 32,
            (false, 1) => 9,
            (false, _) => 17,
        }
    }

    /// Where the side information begins in the frame.
    pub(super) fn side_at(self) -> usize {
        HEADER_OCTETS + if self.has_checksum { 2 } else { 0 }
    }

    /// Whether both can be frames of one stream.
    fn is_like(self, other: Self) -> bool {
        self.is_version_1 == other.is_version_1
            && self.rate_hz == other.rate_hz
            && self.channel_count == other.channel_count
    }
}

// The first is a rate of the encoder's own choice, which nobody records with.
const KILOBITS_VERSION_1: [u32; 15] =
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KILOBITS_VERSION_2: [u32; 15] =
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// Whether frames begin here, or behind tags.
pub(super) fn begins(octets: &[u8]) -> bool {
    let start = tags::length_of_leading(octets);
    Frames::new(octets).is_chain(start, if start == 0 { 2 } else { 3 })
}

/// Whether frames begin near the beginning of `octets`.
pub(super) fn is_inside(octets: &[u8]) -> bool {
    Frames::new(octets).search(0).1
}

/// Something in an MP3 file.
pub(super) enum Found<'a> {
    /// A whole frame.
    Frame(Header, &'a [u8]),
    /// Octets that are none.
    Damage,
}

/// Goes through a file from frame to frame.
pub(super) struct Frames<'a> {
    octets: &'a [u8],
    at: usize,
    last: Option<Header>,
    is_lost: bool,
}

impl<'a> Frames<'a> {
    /// From the beginning of `octets` to the tags at their end.
    pub(super) fn new(octets: &'a [u8]) -> Self {
        let octets = octets.get(..tags::start_of_trailing(octets)).unwrap_or(octets);
        Self { octets, at: 0, last: None, is_lost: false }
    }

    /// How many octets are behind.
    pub(super) fn octets_done(&self) -> usize {
        self.at
    }

    fn rest(&self, at: usize) -> &'a [u8] {
        self.octets.get(at..).unwrap_or_default()
    }

    fn header(&self, at: usize) -> Option<Header> {
        Header::parse(self.rest(at))
    }

    /// Whether `at` is the beginning of `needed` frames in a row that are alike, or of as many as
    /// there are before the end.
    fn is_chain(&self, at: usize, needed: usize) -> bool {
        let Some(first) = self.header(at) else { return false };
        let mut next = at + first.octets;
        if next > self.octets.len() {
            return false;
        }
        for _ in 1..needed {
            let rest = self.rest(next);
            if rest.len() < HEADER_OCTETS || tags::length(rest).is_some() {
                return true;
            }
            match self.header(next) {
                Some(header) if header.is_like(first) => next += header.octets,
                _ => return false,
            }
        }
        true
    }

    /// What goes on as before needs less proof than what is new.
    fn is_sure(&self, at: usize) -> bool {
        let is_known = self.last.zip(self.header(at)).is_some_and(|(last, now)| now.is_like(last));
        self.is_chain(at, if is_known { 2 } else { 3 })
    }

    /// Where the next frame is after something that is none, or where to search on.
    fn search(&self, from: usize) -> (usize, bool) {
        let end = from.saturating_add(SEARCH_OCTETS).min(self.octets.len());
        (from..end).find(|at| self.is_sure(*at)).map_or((end, false), |at| (at, true))
    }

    /// Whether a whole frame is at `at`, and not only what looks like one.
    fn is_frame_at(&self, at: usize) -> bool {
        let Some(header) = self.header(at) else { return false };
        let end = at + header.octets;
        if end > self.octets.len() {
            return false;
        }
        if self.is_lost {
            return self.is_sure(at);
        }
        if !self.last.is_some_and(|last| header.is_like(last)) {
            // A file may hold a single frame, but not begin in its middle.
            return self.is_chain(at, if at == 0 { 2 } else { 3 });
        }
        // Another frame that begins before this one ends shows that this length is wrong.
        self.is_chain(at, 2) || !(at + HEADER_OCTETS..end).any(|inside| self.is_sure(inside))
    }

    /// Passes over tags and padding.
    fn pass_tags(&mut self) {
        while let Some(length) = tags::length(self.rest(self.at)) {
            let after = self.at + length + tags::zeros(self.rest(self.at + length));
            self.at = if self.header(after).is_some() { after } else { self.at + length };
        }
        let rest = self.rest(self.at);
        if rest.len() <= PADDING_OCTETS && rest.iter().all(|octet| *octet == 0) {
            self.at = self.octets.len();
        }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        self.pass_tags();
        if self.at >= self.octets.len() {
            return None;
        }
        if !self.is_frame_at(self.at) {
            (self.at, _) = self.search(self.at + 1);
            self.is_lost = true;
            return Some(Found::Damage);
        }
        self.is_lost = false;
        let header = self.header(self.at)?;
        let frame = self.rest(self.at).get(..header.octets)?;
        self.at += header.octets;
        self.last = Some(header);
        Some(Found::Frame(header, frame))
    }
}

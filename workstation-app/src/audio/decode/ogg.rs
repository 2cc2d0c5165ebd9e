//! Which pages are in an Ogg file, and is every one whole?
//!
//! By own code, because symphonia's reader passes over damaged pages and missing ends silently.

/// Octets of a page's header without the table of its segments.
const HEADER_OCTETS: usize = 27;
/// How far the beginning of a file is looked for behind something else.
const SEARCH_OCTETS: usize = 1 << 20;
/// How far a page is looked for at a time.
const STEP_OCTETS: usize = 1 << 20;

/// A page whose checksum is right.
pub(super) struct Page<'a> {
    /// Which stream it belongs to.
    pub(super) serial: u32,
    /// Number of the page in its stream.
    pub(super) number: u32,
    /// Samples of the stream up to the end of this page, if a packet ends in it.
    pub(super) position: Option<u64>,
    /// First page of its stream.
    pub(super) is_first: bool,
    /// Last page of its stream.
    pub(super) is_last: bool,
    /// Begins with the rest of the packet that the page before could not hold.
    pub(super) is_continued: bool,
    /// Lengths of the pieces of packets in it; 255 where a packet goes on.
    pub(super) segments: &'a [u8],
    /// The pieces.
    pub(super) body: &'a [u8],
    octets: usize,
}

impl<'a> Page<'a> {
    /// The beginning of a page that the end of the file has cut off, with its whole packets. Nothing
    /// proves it; whoever expects this very page may take it.
    fn cut_off(octets: &'a [u8]) -> Option<Self> {
        let mut page = Self::header(octets)?;
        let body = octets.get(page.octets..)?;
        let mut length = 0;
        let fits = |segment: &&u8| {
            length += usize::from(**segment);
            length <= body.len()
        };
        let count = page.segments.iter().take_while(fits).count();
        page.segments = page.segments.get(..count)?;
        Some(Self { body, position: None, is_last: false, ..page })
    }

    /// `None` if no whole page begins here; with how many octets had to be looked at.
    fn parse(octets: &'a [u8]) -> (Option<Self>, usize) {
        let parsed = Self::layout(octets);
        let work = parsed.as_ref().map_or(HEADER_OCTETS, |page| page.octets);
        let written = long(octets, 22);
        let page = parsed.filter(|page| {
            let whole = octets.get(..page.octets).unwrap_or_default();
            written == Some(checksum(whole))
        });
        (page, work)
    }

    fn layout(octets: &'a [u8]) -> Option<Self> {
        let page = Self::header(octets)?;
        let length: usize = page.segments.iter().map(|segment| usize::from(*segment)).sum();
        let body = octets.get(page.octets..page.octets + length)?;
        Some(Self { body, octets: page.octets + length, ..page })
    }

    fn header(octets: &'a [u8]) -> Option<Self> {
        let header = octets.get(..HEADER_OCTETS)?;
        let (&version, &flags) = (header.get(4)?, header.get(5)?);
        if !header.starts_with(b"OggS") || version != 0 || flags > 7 {
            return None;
        }
        let position = u64::from_le_bytes(header.get(6..)?.first_chunk().copied()?);
        let rest = octets.get(HEADER_OCTETS..)?;
        let segments = rest.get(..usize::from(*header.get(26)?))?;
        Some(Self {
            serial: long(header, 14)?,
            number: long(header, 18)?,
            // The highest bit marks a page in which no packet ends.
            position: (position >> 63 == 0).then_some(position),
            is_first: flags & 2 != 0,
            is_last: flags & 4 != 0,
            is_continued: flags & 1 != 0,
            segments,
            body: &[],
            octets: HEADER_OCTETS + segments.len(),
        })
    }

    /// The first packet, if it is whole.
    pub(super) fn first_packet(&self) -> &'a [u8] {
        let segments = self.segments.split_inclusive(|segment| *segment < 255).next();
        let length = segments.unwrap_or_default().iter().map(|it| usize::from(*it)).sum();
        self.body.get(..length).unwrap_or_default()
    }
}

fn long(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(octets.get(at..)?.first_chunk().copied()?))
}

/// CRC-32 of a page (polynomial 0x04C11DB7, most significant bit first, from 0), in which its own
/// four octets count as zeros.
fn checksum(page: &[u8]) -> u32 {
    let counted = |(index, octet): (usize, &u8)| if (22..26).contains(&index) { 0 } else { *octet };
    page.iter().enumerate().map(counted).fold(0, |sum, octet| {
        let index = (sum >> 24) as u8 ^ octet;
        sum << 8 ^ CHECKSUMS.get(usize::from(index)).copied().unwrap_or_default()
    })
}

const CHECKSUMS: [u32; 256] = checksums();

#[expect(clippy::indexing_slicing, reason = "the compiler runs it, and would refuse a wrong index")]
const fn checksums() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut sum = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = sum << 1 ^ if sum >> 31 == 0 { 0 } else { 0x04C1_1DB7 };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
}

/// Whether a page begins here, whole or not.
pub(super) fn is_page(octets: &[u8]) -> bool {
    octets.starts_with(b"OggS")
}

/// Whether a whole page is near the beginning of `octets`.
pub(super) fn is_inside(octets: &[u8]) -> bool {
    let mut pages = Pages::new(octets.get(..SEARCH_OCTETS).unwrap_or(octets));
    pages.any(|found| matches!(found, Found::Page(_)))
}

/// Something in an Ogg file.
pub(super) enum Found<'a> {
    /// A page.
    Page(Page<'a>),
    /// The last page, of which the end is missing.
    CutOff(Page<'a>),
    /// Octets that are none.
    Damage,
}

/// Goes through a file from page to page.
pub(super) struct Pages<'a> {
    octets: &'a [u8],
    at: usize,
    /// Octets that may still be looked at in vain, so that a hostile file does not have each of its
    /// octets looked at a thousand times.
    patience_octets: usize,
}

impl<'a> Pages<'a> {
    /// From the beginning of `octets`.
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0, patience_octets: octets.len().saturating_mul(4) }
    }

    /// How many octets are behind.
    pub(super) fn octets_done(&self) -> usize {
        self.at
    }

    fn page_at(&mut self, at: usize) -> Option<Page<'a>> {
        let (page, work) = Page::parse(self.octets.get(at..)?);
        if page.is_none() {
            self.patience_octets = self.patience_octets.saturating_sub(work);
        }
        page
    }

    /// Where the next page is, or where to search on.
    fn search(&mut self, from: usize) -> usize {
        let end = from.saturating_add(STEP_OCTETS).min(self.octets.len());
        for at in from..end {
            let is_candidate = self.octets.get(at..).is_some_and(is_page);
            if is_candidate && self.page_at(at).is_some() {
                return at;
            }
            if self.patience_octets == 0 {
                return self.octets.len();
            }
        }
        end
    }
}

impl<'a> Iterator for Pages<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        if self.at >= self.octets.len() {
            return None;
        }
        match self.page_at(self.at) {
            Some(page) => {
                self.at += page.octets;
                Some(Found::Page(page))
            }
            None => {
                let start = self.at;
                self.at = self.search(start + 1);
                let is_end = self.at == self.octets.len();
                let page = self.octets.get(start..).filter(|_| is_end).and_then(Page::cut_off);
                Some(page.map_or(Found::Damage, Found::CutOff))
            }
        }
    }
}

//! How do the pieces in the pages of an Ogg stream become packets again?

use zeroize::Zeroizing;

use super::ogg::Page;
use crate::audio::pcm::make_room;

/// The longest packet kept. Audio has a few hundred octets, the longest are titles with pictures.
const PACKET_OCTETS: usize = 1 << 20;

/// Puts the packets of one stream together.
#[derive(Default)]
pub(super) struct Packets {
    partial: Zeroizing<Vec<u8>>,
    is_in_packet: bool,
    /// The beginning of the packet is missing, so that its rest is worth nothing.
    is_headless: bool,
    next_number: Option<u32>,
}

impl Packets {
    /// Whether `page` is the one that comes next.
    pub(super) fn expects(&self, page: &Page<'_>) -> bool {
        self.next_number == Some(page.number) && page.is_continued == self.is_in_packet
    }

    /// Takes in the header of the next page; false if something is missing before it.
    pub(super) fn open(&mut self, page: &Page<'_>) -> bool {
        let is_next = self.next_number.is_none_or(|number| number == page.number);
        let is_whole = is_next && page.is_continued == self.is_in_packet;
        self.next_number = Some(page.number.wrapping_add(1));
        if !is_whole {
            self.partial.clear();
            self.is_headless = page.is_continued;
        }
        is_whole
    }

    /// Gives each packet that ends in `page` to `take`.
    pub(super) fn take_from(&mut self, page: &Page<'_>, take: &mut dyn FnMut(&[u8])) {
        let mut rest = page.body;
        for segments in page.segments.split_inclusive(|segment| *segment < 255) {
            let length = segments.iter().map(|segment| usize::from(*segment)).sum();
            let (part, later) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            rest = later;
            self.is_in_packet = segments.last() == Some(&255);
            if self.is_in_packet || !self.partial.is_empty() {
                self.keep(part);
            }
            if !self.is_in_packet {
                if !self.is_headless {
                    take(if self.partial.is_empty() { part } else { &self.partial });
                }
                self.is_headless = false;
                self.partial.clear();
            }
        }
    }

    fn keep(&mut self, part: &[u8]) {
        let room = PACKET_OCTETS.saturating_sub(self.partial.len());
        let part = part.get(..room).unwrap_or(part);
        make_room(&mut self.partial, part.len());
        self.partial.extend_from_slice(part);
    }
}

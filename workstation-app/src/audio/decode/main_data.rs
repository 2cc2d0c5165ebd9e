//! Does the sound of MP3 frames lie where their side information says?
//!
//! A frame's sound may begin in earlier frames, but never where that of the frame before it has
//! not ended yet, and it ends with its own frame at the latest. Overwritten octets break this long
//! before a decoder notices anything.

use super::mpeg::Header;

/// Follows the sound of frame after frame.
#[derive(Default)]
pub(super) struct MainData {
    /// Octets of sound in all frames so far.
    octets: u64,
    /// The bit after the last one that is used.
    used_bits: u64,
}

impl MainData {
    /// Forgets earlier frames, as where some are missing.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes in the next frame; `None` if it contradicts itself or the frames before it.
    pub(super) fn check(&mut self, header: Header, frame: &[u8]) -> Option<()> {
        let side = frame.get(header.side_at()..)?;
        let (side, own) = side.split_at_checked(header.side_octets())?;
        let before = self.octets;
        self.octets += own.len() as u64;
        let mut bits = Bits { octets: side, at: 0 };
        let back = u64::from(bits.read(if header.is_version_1 { 9 } else { 8 })?);
        let first_bit = before.checked_sub(back)? * 8;
        let last_bit = first_bit + length_bits(header, &mut bits)?;
        let is_sound = first_bit >= self.used_bits && last_bit <= self.octets * 8;
        self.used_bits = last_bit.min(self.octets * 8);
        is_sound.then_some(())
    }
}

/// The length of the sound of all granules and channels.
fn length_bits(header: Header, bits: &mut Bits<'_>) -> Option<u64> {
    let channel_count = header.channel_count;
    // Private bits, and which scale factors are shared.
    let (skipped, granules, granule_bits) = match (header.is_version_1, channel_count) {
        (true, 1) => (5 + 4, 2, 59),
        (true, _) => (3 + 8, 2, 59),
        (false, 1) => (1, 1, 63),
        (false, _) => (2, 1, 63),
    };
    bits.at += skipped;
    let mut sum = 0;
    for _ in 0..granules * channel_count {
        sum += u64::from(bits.read(12)?);
        bits.at += granule_bits - 12;
    }
    Some(sum)
}

struct Bits<'a> {
    octets: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn read(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let octet = *self.octets.get(self.at / 8)?;
            value = value << 1 | u32::from(octet >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }
}

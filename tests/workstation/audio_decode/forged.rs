//! How are Ogg files made that no encoder would write?

/// Puts numbers bit by bit, the least significant first, as Vorbis reads them.
#[derive(Default)]
pub struct Bits {
    pub octets: Vec<u8>,
    count: usize,
}

impl Bits {
    pub fn put(&mut self, value: u64, bits: u32) {
        for bit in 0..bits {
            if self.count.is_multiple_of(8) {
                self.octets.push(0);
            }
            if let Some(last) = self.octets.last_mut() {
                *last |= ((value.checked_shr(bit).unwrap_or(0) & 1) as u8) << (self.count % 8);
            }
            self.count += 1;
        }
    }
}

pub fn ogg_page(flags: u8, number: u32, packets: &[&[u8]]) -> Vec<u8> {
    let mut segments = Vec::new();
    for packet in packets {
        segments.extend(std::iter::repeat_n(255, packet.len() / 255));
        segments.push((packet.len() % 255) as u8);
    }
    // More samples than there are, so that none is cut off.
    let position = [0, 1, 0, 0, 0, 0, 0, 0];
    let mut page = [b"OggS\0".as_slice(), &[flags], &position, &[7, 0, 0, 0]].concat();
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.push(segments.len() as u8);
    page.extend(&segments);
    page.extend(packets.concat());
    let checksum = page.iter().fold(0_u32, |sum, octet| {
        (0..8).fold(sum ^ u32::from(*octet) << 24, |sum, _| {
            sum << 1 ^ if sum >> 31 == 0 { 0 } else { 0x04C1_1DB7 }
        })
    });
    page.splice(22..26, checksum.to_le_bytes());
    page
}

/// A Vorbis stream with the given setup, and three packets of sound.
pub fn vorbis(rate_hz: u32, setup: impl Fn(&mut Bits), sound: &[u8]) -> Vec<u8> {
    let mut identification = b"\x01vorbis\0\0\0\0\x01".to_vec();
    identification.extend(rate_hz.to_le_bytes());
    identification.extend([0; 12]);
    identification.extend([0xB8, 1]);
    let mut bits = Bits::default();
    b"\x05vorbis".iter().for_each(|octet| bits.put(u64::from(*octet), 8));
    setup(&mut bits);
    let comment = b"\x03vorbis\0\0\0\0\0\0\0\0\x01";
    [
        ogg_page(2, 0, &[&identification]),
        ogg_page(0, 1, &[comment, &bits.octets]),
        ogg_page(4, 2, &[sound, sound, sound]),
    ]
    .concat()
}

/// As many books of 131,072 entries with 32 numbers each as a setup may have: 4 GiB of tables.
pub fn giant_books(setup: &mut Bits) {
    setup.put(255, 8);
    for _ in 0..256 {
        setup.put(0x56_4342, 24);
        setup.put(32, 16);
        setup.put(131_072, 24);
        // In order of length: all of 17 bits.
        setup.put(1, 1);
        setup.put(16, 5);
        setup.put(131_072, 18);
        // One number for all of them.
        setup.put(1, 4);
        setup.put(0, 64);
        setup.put(0, 4);
        setup.put(0, 1);
        setup.put(0, 1);
    }
}

/// A book without entries, from which a floor is read.
pub fn empty_book(setup: &mut Bits) {
    setup.put(0, 8);
    setup.put(0x56_4342, 24);
    setup.put(1, 16);
    setup.put(0, 24);
    setup.put(0, 2);
    setup.put(0, 4);
    setup.put(0, 64);
    setup.put(0, 4000);
}

/// A book of two entries, of one bit each.
pub fn plain_book(setup: &mut Bits) {
    setup.put(0x56_4342, 24);
    setup.put(1, 16);
    setup.put(2, 24);
    setup.put(0, 2);
    setup.put(0, 10);
    setup.put(0, 4);
}

/// Everything that a stream needs, with a floor that has a point at `point` besides its ends.
pub fn smallest_setup(setup: &mut Bits, book: impl Fn(&mut Bits), point: u64) {
    setup.put(0, 8);
    book(setup);
    // No transform; one floor of one partition, whose class has one point and one book.
    for (value, bits) in [(0, 6), (0, 16), (0, 6), (1, 16), (1, 5), (0, 4), (0, 3), (0, 2), (1, 8)]
    {
        setup.put(value, bits);
    }
    for (value, bits) in [(0, 2), (4, 4), (point, 4)] {
        setup.put(value, bits);
    }
    // One residue without any book, one mapping, one mode.
    for (value, bits) in [(0, 6), (0, 16), (0, 24), (0, 24), (0, 24), (0, 6), (0, 8), (0, 4)] {
        setup.put(value, bits);
    }
    for (value, bits) in [(0, 6), (0, 16), (0, 1), (0, 1), (0, 2), (0, 8), (0, 8), (0, 8)] {
        setup.put(value, bits);
    }
    for (value, bits) in [(0, 6), (0, 1), (0, 16), (0, 16), (0, 8), (1, 1)] {
        setup.put(value, bits);
    }
}

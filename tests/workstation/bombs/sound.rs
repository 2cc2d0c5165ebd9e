//! Which sound claims to be longer, or to need more, than it is?

use support::Outcome;
use support::sealing::{self, Container, Sealer};

use super::measured::Workstation;

fn expect(what: &str, sound: &[u8]) -> Outcome {
    let message = Sealer::new()?.message(Container::Mdc, &sealing::literal(sound))?;
    Workstation::new()?.expect(what, &message, "unsupported-audio")
}

/// A chunk of a WAV file whose length is what is given, whatever it holds.
fn chunk(name: &[u8; 4], length: u32, content: &[u8]) -> Vec<u8> {
    [&name[..], &length.to_le_bytes(), content].concat()
}

/// A WAV file with this shape and these chunks after it.
fn wave(channels: u16, rate: u32, bits: u16, chunks: &[Vec<u8>]) -> Vec<u8> {
    let block = channels.wrapping_mul(bits / 8);
    let octets_per_second = rate.wrapping_mul(block.into());
    let format = [
        &[1, 0][..],
        &channels.to_le_bytes(),
        &rate.to_le_bytes(),
        &octets_per_second.to_le_bytes(),
        &block.to_le_bytes(),
        &bits.to_le_bytes(),
    ]
    .concat();
    let chunks = [chunk(b"fmt ", 16, &format), chunks.concat()].concat();
    chunk(b"RIFF", u32::MAX, &[b"WAVE", &chunks[..]].concat())
}

#[test]
fn waves_that_promise_more_than_there_is_are_no_sound() -> Outcome {
    let endless = chunk(b"data", u32::MAX, b"");
    expect("no samples", &wave(1, 8000, 16, std::slice::from_ref(&endless)))?;
    expect("65,535 channels", &wave(u16::MAX, 8000, 16, std::slice::from_ref(&endless)))?;
    expect("65,535 bits", &wave(1, 8000, u16::MAX, std::slice::from_ref(&endless)))?;
    expect("a rate of 4 GHz", &wave(1, u32::MAX, 16, std::slice::from_ref(&endless)))?;
    for name in [b"LIST", b"id3 ", b"fact", b"bext", b"junk"] {
        let long = chunk(name, 0xFFFF_FFF0, b"INFOINAM\xF0\xFF\xFF\xFFx");
        expect("a long chunk", &wave(1, 8000, 16, &[long, endless.clone()]))?;
    }
    let many = vec![chunk(b"LIST", 4, b"INFO"); 1_000_000];
    expect("a million chunks", &wave(1, 8000, 16, &many))
}

#[test]
fn tags_that_promise_gibibytes_are_no_sound() -> Outcome {
    for frame in [b"TIT2", b"APIC", b"GEOB", b"CHAP"] {
        for version in 2..=4 {
            let head = [b'I', b'D', b'3', version, 0, 0, 0x7F, 0x7F, 0x7F, 0x7F];
            let tag = [&head[..], frame, &[0x7F; 4], b"\0\0x"].concat();
            expect("ID3", &tag)?;
        }
    }
    let tag = b"ID3\x04\0\0\0\0\0\0";
    expect("a million tags", &tag.repeat(1_000_000))?;
    expect("APE", b"APETAGEX\xD0\x07\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\x80")?;
    expect("FLAC", b"fLaC\x84\xFF\xFF\xFF\xFF\xFF\xFF\xFFx")?;
    expect("AIFF", b"FORM\xFF\xFF\xFF\xFFAIFFCOMM\xFF\xFF\xFF\xFF")?;
    expect("Matroska", b"\x1A\x45\xDF\xA3\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF")?;
    expect("MP4", b"\xFF\xFF\xFF\xFFftypM4A \0\0\0\0")?;
    expect("Sun", b".snd\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")
}

/// Bits from the lowest of each octet up, as Vorbis writes them.
#[derive(Default)]
struct Bits {
    octets: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(mut self, value: u32, bits: usize) -> Self {
        for bit in 0..bits {
            if self.used.is_multiple_of(8) {
                self.octets.push(0);
            }
            if let Some(last) = self.octets.last_mut() {
                *last |= u8::from(value >> bit & 1 == 1) << (self.used % 8);
            }
            self.used += 1;
        }
        self
    }
}

/// A page of Ogg (RFC 3533 section 6) with one packet that ends in it, unless `is_open`.
fn page(kind: u8, sequence: u32, packet: &[u8], is_open: bool) -> Vec<u8> {
    let mut lacing = vec![255; packet.len() / 255];
    if !is_open {
        lacing.push((packet.len() % 255) as u8);
    }
    let head =
        [b"OggS\0", &[kind][..], &[0; 8], b"call", &sequence.to_le_bytes(), &[0; 4]].concat();
    let mut page = [&head[..], &[lacing.len() as u8], &lacing, packet].concat();
    let sum = page.iter().fold(0_u32, |sum, octet| {
        (0..8).fold(sum ^ u32::from(*octet) << 24, |sum, _| {
            sum << 1 ^ if sum >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
        })
    });
    page.splice(22..26, sum.to_le_bytes());
    page
}

fn vorbis(setup: &[u8]) -> Vec<u8> {
    let identification =
        b"\x01vorbis\0\0\0\0\x01\x40\x1F\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xD6\x01".to_vec();
    let comment = b"\x03vorbis\0\0\0\0\0\0\0\0\x01";
    [page(2, 0, &identification, false), page(0, 1, comment, false), page(0, 2, setup, false)]
        .concat()
}

#[test]
fn vorbis_that_asks_for_huge_tables_is_no_sound() -> Outcome {
    for (dimensions, entries) in [(1, (1 << 24) - 1), (65_535, (1 << 24) - 1), (65_535, 65_535)] {
        // Two hundred and fifty-six books, of which each has this many entries of the same length.
        let mut bits = Bits::default().put(255, 8);
        for _ in 0..20 {
            bits = bits.put(0x0056_4342, 24).put(dimensions, 16).put(entries, 24);
            bits = bits.put(1, 1).put(23, 5).put(entries, 32 - entries.leading_zeros() as usize);
            // A lattice of numbers of one bit.
            bits = bits.put(1, 4).put(0, 32).put(0, 32).put(0, 4).put(0, 1).put(0, 8);
        }
        let setup = [b"\x05vorbis", &bits.octets[..]].concat();
        expect("codebooks", &vorbis(&setup))?;
    }
    Ok(())
}

#[test]
fn ogg_that_never_ends_is_no_sound() -> Outcome {
    let long = b"\x03vorbis\xFF\xFF\xFF\x7F";
    let start = vorbis(b"\x05vorbis");
    expect("a long comment", &[&start[..], &page(0, 1, long, false)].concat())?;
    // A packet that goes on over thousands of pages.
    let open: Vec<u8> = (3..200).flat_map(|at| page(1, at, &[0; 255 * 255], true)).collect();
    expect("an endless packet", &[&start[..], &open].concat())?;
    let streams: Vec<u8> = (0..20_000_u32)
        .flat_map(|at| {
            let mut first = page(2, 0, b"\x01vorbis", false);
            first.splice(14..18, at.to_le_bytes());
            first
        })
        .collect();
    expect("thousands of streams", &streams)
}

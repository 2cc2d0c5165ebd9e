//! How is a sealed message framed? Integrity protected data of version 1 around one literal packet
//! (RFC 9580 section 5.13.1), written as it comes, so that a recording of any length takes little
//! memory.
//!
//! sequoia could write it, but hashes with SHA1CD at a quarter of the speed; what is written here
//! is read again and proven by sequoia before anybody sees it.

use openpgp::crypto::SessionKey;
use openpgp::crypto::symmetric::{BlockCipherMode, Encryptor, PaddingMode};
use openpgp::types::SymmetricAlgorithm;
use sequoia_openpgp as openpgp;
use sha1::{Digest as _, Sha1};
use std::io::{self, Write};
use zeroize::Zeroizing;

/// The cipher: every OpenPGP program of the last twenty years has it.
pub(crate) const ALGORITHM: SymmetricAlgorithm = SymmetricAlgorithm::AES256;

/// Its block, which is how much chance begins the text (RFC 9580 section 5.13.1).
const BLOCK_OCTETS: usize = 16;

/// New-format headers (RFC 9580 section 4.2): the packet's type in the low six bits.
const SEIPD: u8 = 0xC0 | 18;
const LITERAL: u8 = 0xC0 | 11;
/// A modification detection code packet of 20 octets.
const MDC: [u8; 2] = [0xC0 | 19, 20];

/// A part of a packet whose end is not known yet: 2 to the power of 16 octets.
const PART_OCTETS: usize = 1 << PART_POWER;
const PART_POWER: u8 = 16;

/// Takes the recording and writes the message, but for its session key packets.
pub(crate) struct Message<W: Write> {
    literal: Parts<Protected<W>>,
}

impl<W: Write> Message<W> {
    /// Begins the message.
    pub(crate) fn new(mut target: W, session_key: &SessionKey) -> anyhow::Result<Self> {
        target.write_all(&[SEIPD])?;
        let mut parts = Parts::new(target);
        // The version stands in the clear.
        parts.write_all(&[1])?;
        let (mode, padding) = (BlockCipherMode::CFB, PaddingMode::None);
        let cipher = Encryptor::new(ALGORITHM, mode, padding, session_key, None, parts)?;
        let mut protected = Protected { cipher, hash: Sha1::new() };
        protected.write_all(&chance()?)?;
        protected.write_all(&[LITERAL])?;
        let mut literal = Parts::new(protected);
        // Binary, without a name, without a date (RFC 9580 section 5.9).
        literal.write_all(b"b\0\0\0\0\0")?;
        Ok(Self { literal })
    }

    /// Ends the message and gives the target back.
    pub(crate) fn finish(self) -> anyhow::Result<W> {
        let mut protected = self.literal.finish()?;
        protected.write_all(&MDC)?;
        let Protected { mut cipher, hash } = protected;
        cipher.write_all(&hash.finalize())?;
        Ok(cipher.finalize()?.finish()?)
    }
}

impl<W: Write> Write for Message<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.literal.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A block of chance, and its last two octets again.
fn chance() -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let block = SessionKey::new(BLOCK_OCTETS)?;
    let again = block.get(BLOCK_OCTETS - 2..).unwrap_or_default();
    Ok(Zeroizing::new([&block, again].concat()))
}

/// What is encrypted, and hashed on the way.
struct Protected<W: Write> {
    cipher: Encryptor<Parts<W>>,
    hash: Sha1,
}

impl<W: Write> Write for Protected<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.hash.update(octets);
        self.cipher.write_all(octets)?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The body of a packet in parts, the last of which says that it is (RFC 9580 section 4.2.1.4).
struct Parts<W: Write> {
    inner: W,
    part: Zeroizing<Vec<u8>>,
}

impl<W: Write> Parts<W> {
    fn new(inner: W) -> Self {
        Self { inner, part: Zeroizing::new(Vec::with_capacity(PART_OCTETS)) }
    }

    fn finish(mut self) -> io::Result<W> {
        self.inner.write_all(&length(self.part.len()))?;
        self.inner.write_all(&self.part)?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for Parts<W> {
    /// A full part is written only when more comes, since the last one is another kind.
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.part.len() == PART_OCTETS && !octets.is_empty() {
            self.inner.write_all(&[0xE0 | PART_POWER])?;
            self.inner.write_all(&self.part)?;
            self.part.clear();
        }
        let room = PART_OCTETS - self.part.len();
        let now = octets.get(..room).unwrap_or(octets);
        self.part.extend_from_slice(now);
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The length of a body's end in one, two or five octets (RFC 9580 section 4.2.1).
fn length(octets: usize) -> Vec<u8> {
    #[expect(clippy::cast_possible_truncation, reason = "a part has at most 65,536 octets")]
    let octets = octets as u32;
    let [_, _, high, low] = octets.to_be_bytes();
    match octets {
        0..192 => vec![low],
        192..8384 => {
            let [_, _, high, low] = (octets - 192).to_be_bytes();
            vec![high + 192, low]
        }
        _ => [&[0xFF][..], &[0, u8::from(octets > 0xFFFF), high, low]].concat(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn lengths_are_those_of_the_standards_examples() {
        assert_eq!(length(100), [0x64]);
        assert_eq!(length(1723), [0xC5, 0xFB]);
        assert_eq!(length(10_000), [0xFF, 0, 0, 0x27, 0x10]);
        assert_eq!(length(65_536), [0xFF, 0, 1, 0, 0]);
    }

    #[test]
    fn a_body_of_any_length_comes_apart_and_together() {
        for octets in [0, 1, PART_OCTETS - 1, PART_OCTETS, PART_OCTETS + 1, 3 * PART_OCTETS] {
            let body: Vec<u8> = (0..octets).map(|at| (at % 251) as u8).collect();
            let mut parts = Parts::new(Vec::new());
            for some in body.chunks(1000) {
                parts.write_all(some).unwrap();
            }
            let mut rest: &[u8] = &parts.finish().unwrap();
            let mut together: Vec<u8> = Vec::new();
            while rest.first() == Some(&(0xE0 | PART_POWER)) {
                together.extend(rest.get(1..=PART_OCTETS).unwrap());
                rest = rest.get(PART_OCTETS + 1..).unwrap();
            }
            let end = body.len() - together.len();
            assert_eq!(rest, [length(end), body.get(together.len()..).unwrap().to_vec()].concat());
            together.extend(rest.get(rest.len() - end..).unwrap());
            assert_eq!(together, body);
        }
    }
}

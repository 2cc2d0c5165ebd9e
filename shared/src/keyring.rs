//! Which certificates and keys do these octets hold, and which of them can be read?
//!
//! The octets are taken apart at every primary key before sequoia sees them, so that one
//! certificate that is damaged, strange or made to be slow never hides another.

use crate::framing;
use crate::limits;
use crate::unlock;
use crate::version5::Version5;
use openpgp::armor;
use openpgp::cert::{Cert, CertParser};
use openpgp::packet::{Packet, Signature};
use openpgp::parse::Parse;
use openpgp::types::SignatureType;
use sequoia_openpgp as openpgp;
use std::io::Read;
use zeroize::Zeroizing;

const SIGNATURE: u8 = 2;
const SECRET_KEY: u8 = 5;
const PUBLIC_KEY: u8 = 6;
const SECRET_SUBKEY: u8 = 7;

/// How much of what cannot be told apart is looked at.
const REST_OCTETS: usize = 1024;

/// What stands at one place of a keyring.
pub(crate) enum Found {
    /// A certificate, with the secret key if that is there.
    Cert(Box<Cert>),
    /// A certificate of a kind that can be recognised and no more.
    Version5(Version5),
    /// A signature on its own that withdraws a key, as `gpg --gen-revoke` writes it.
    Revocation(Box<Signature>),
    /// Something else.
    Unreadable {
        /// Why it is.
        reason: String,
        /// Whether it holds packets of secret keys.
        has_secret: bool,
    },
}

impl Found {
    /// Whether a secret key is really in there, not only a reference to a card or another file.
    pub(crate) fn holds_secret(&self) -> bool {
        match self {
            Self::Cert(cert) => {
                cert.keys().secret().any(|key| unlock::is_present(key.key().secret()))
            }
            Self::Version5(found) => found.has_secret,
            Self::Revocation(_) => false,
            Self::Unreadable { has_secret, .. } => *has_secret,
        }
    }
}

/// How much may still be read. Whatever stood before an ordinary certificate, it is read, unless
/// there are more of them than any keyring has.
pub(crate) struct Budget {
    /// What certificates that are out of the ordinary may cause to be hashed.
    work_octets: usize,
    blocks: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { work_octets: limits::KEYRING_WORK_OCTETS, blocks: limits::KEYRING_BLOCKS }
    }
}

impl Budget {
    /// Whether there is patience left for so much work.
    pub(crate) fn affords(&mut self, work_octets: usize) -> bool {
        if work_octets <= limits::ORDINARY_WORK_OCTETS {
            return true;
        }
        let left = self.work_octets.checked_sub(work_octets);
        let left = left.filter(|_| work_octets <= limits::CERTIFICATE_WORK_OCTETS);
        self.work_octets = left.unwrap_or(self.work_octets);
        left.is_some()
    }

    /// As many of the blocks as may be read, and what stands for the others.
    fn take<T>(&mut self, mut blocks: Vec<T>) -> (Vec<T>, Option<Found>) {
        let is_all = blocks.len() <= self.blocks;
        blocks.truncate(self.blocks);
        self.blocks -= blocks.len();
        let others = Found::Unreadable {
            reason: format!("it holds more than {} certificates", limits::KEYRING_BLOCKS),
            has_secret: false,
        };
        (blocks, Some(others).filter(|_| !is_all))
    }
}

/// Everything in `octets`, whether binary, armored, or several armors in a row.
pub(crate) fn read(octets: &[u8], budget: &mut Budget) -> Vec<Found> {
    let armors = armored_blocks(octets);
    if armors.is_empty() {
        return read_binary(octets, budget);
    }
    let (armors, others) = budget.take(armors);
    armors.iter().flat_map(|armor| read_armored(armor, budget)).chain(others).collect()
}

/// Whether a key is in there, or the armor of one.
pub(crate) fn is_armored(octets: &[u8]) -> bool {
    !armored_blocks(octets).is_empty()
}

fn read_armored(block: &[u8], budget: &mut Budget) -> Vec<Found> {
    let mut plain = Zeroizing::new(Vec::with_capacity(block.len()));
    match armor::Reader::from_bytes(block, armor::ReaderMode::Tolerant(None))
        .read_to_end(&mut plain)
    {
        Ok(_) => read_binary(&plain, budget),
        Err(error) => vec![Found::Unreadable {
            reason: format!("the armor is damaged ({error})"),
            has_secret: block.starts_with(b"-----BEGIN PGP PRIVATE"),
        }],
    }
}

/// The parts between the lines that begin and end a key block. Such a line starts at its first
/// octet: GnuPG puts a colon in front of a revocation that must not take effect by accident.
fn armored_blocks(octets: &[u8]) -> Vec<&[u8]> {
    const BEGIN: &[u8] = b"-----BEGIN PGP P";
    const END: &[u8] = b"-----END PGP P";
    let find = |from: usize, part: &[u8]| {
        let rest = octets.get(from..)?;
        rest.windows(part.len()).position(|at| at == part).map(|at| from + at)
    };
    let mut blocks = Vec::new();
    let mut at = 0;
    if octets.first().is_some_and(|first| first & 0x80 != 0 && *first != 0xEF) {
        return blocks;
    }
    while let Some(start) = find(at, BEGIN) {
        // One more than are read, which tells that there are others.
        if blocks.len() > limits::KEYRING_BLOCKS {
            return blocks;
        }
        let end = find(start + 1, END).unwrap_or(octets.len());
        let line = octets.get(end + 5..).and_then(|rest| rest.iter().position(|o| *o == b'\n'));
        let stop = line.map_or(octets.len(), |length| end + 5 + length);
        if begins_a_line(octets.get(..start).unwrap_or_default()) {
            blocks.extend(octets.get(start..stop));
        }
        at = stop;
    }
    blocks
}

/// Whether nothing but blanks or a byte order mark stands between the last line's end and here.
fn begins_a_line(before: &[u8]) -> bool {
    let line = before.rsplit(|octet| *octet == b'\n' || *octet == b'\r').next();
    let line = line.unwrap_or_default();
    line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).iter().all(u8::is_ascii_whitespace)
}

fn read_binary(octets: &[u8], budget: &mut Budget) -> Vec<Found> {
    let (blocks, others) = budget.take(split(octets));
    blocks.iter().flat_map(|block| block.read(budget)).chain(others).collect()
}

/// A primary key with what follows it up to the next one, or what stands before the first.
#[derive(Default)]
struct Block<'a> {
    octets: &'a [u8],
    first_tag: u8,
    packets: usize,
    signatures: usize,
    /// Octets of everything that a signature may be about.
    signed_octets: usize,
    /// How many keys, user IDs and the like there are.
    components: usize,
    has_secret: bool,
}

fn split(octets: &[u8]) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut block = Block::default();
    let (mut start, mut at) = (0, 0);
    for packet in framing::parts(octets) {
        if matches!(packet.tag, SECRET_KEY | PUBLIC_KEY) && at > start {
            block.octets = octets.get(start..at).unwrap_or_default();
            blocks.push(std::mem::take(&mut block));
            start = at;
        }
        // One more than are read, which tells that there are others.
        if blocks.len() > limits::KEYRING_BLOCKS {
            return blocks;
        }
        block.count(&packet);
        at += packet.whole.len();
    }
    // What cannot be told apart belongs to the last one, whose reader says what is wrong with it. It
    // gets no more of it than that takes: nobody has counted what may follow.
    let end = octets.len().min(at + REST_OCTETS);
    block.octets = octets.get(start..end).unwrap_or_default();
    blocks.push(block);
    blocks
}

impl Block<'_> {
    fn count(&mut self, packet: &framing::Part<'_>) {
        if self.packets == 0 {
            self.first_tag = packet.tag;
        }
        self.packets += 1;
        self.has_secret |= matches!(packet.tag, SECRET_KEY | SECRET_SUBKEY);
        if packet.tag == SIGNATURE {
            self.signatures += 1;
        } else {
            self.components += 1;
            self.signed_octets += packet.whole.len();
        }
    }

    fn read(&self, budget: &mut Budget) -> Vec<Found> {
        if self.packets > limits::CERTIFICATE_PACKETS || !budget.affords(self.work_octets()) {
            let reason = "it has far more parts or signatures than a certificate needs".to_string();
            return vec![Found::Unreadable { reason, has_secret: self.has_secret }];
        }
        if matches!(self.first_tag, SECRET_KEY | PUBLIC_KEY) {
            let version5 = Version5::read(self.octets);
            return version5.map_or_else(|| self.certificates(), |it| vec![Found::Version5(it)]);
        }
        let revocations: Vec<Found> = self.revocations().collect();
        if revocations.is_empty() { self.certificates() } else { revocations }
    }

    /// sequoia tries a signature that fits nowhere on every component, and hashes the primary key
    /// with each: a certificate of a megabyte can be made to take hours.
    fn work_octets(&self) -> usize {
        let primary = framing::parts(self.octets).next().map_or(0, |packet| packet.whole.len());
        let once = self.signed_octets.saturating_add(self.components.saturating_mul(primary));
        once.saturating_mul(self.signatures)
    }

    fn certificates(&self) -> Vec<Found> {
        // The parser's grammar follows on further lines.
        let first_line = |text: String| text.lines().next().map_or_else(String::new, String::from);
        let unreadable = |error: anyhow::Error| Found::Unreadable {
            reason: first_line(error.to_string()),
            has_secret: self.has_secret,
        };
        let found: Vec<Found> = match CertParser::from_bytes(self.octets) {
            Ok(parser) => parser
                .map(|read| read.map_or_else(unreadable, |cert| Found::Cert(Box::new(cert))))
                .collect(),
            Err(error) => vec![unreadable(error)],
        };
        if found.is_empty() {
            return vec![unreadable(anyhow::anyhow!("there is no certificate in it"))];
        }
        found
    }

    fn revocations(&self) -> impl Iterator<Item = Found> {
        let signatures = framing::parts(self.octets).filter(|packet| packet.tag == SIGNATURE);
        signatures.filter_map(|packet| match Packet::from_bytes(packet.whole).ok()? {
            Packet::Signature(signature) if signature.typ() == SignatureType::KeyRevocation => {
                Some(Found::Revocation(Box::new(signature)))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;

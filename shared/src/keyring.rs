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

/// Everything in `octets`, whether binary, armored, or several armors in a row.
pub(crate) fn read(octets: &[u8]) -> Vec<Found> {
    let armors = armored_blocks(octets);
    if armors.is_empty() {
        return read_binary(octets);
    }
    armors.iter().flat_map(|armor| read_armored(armor)).collect()
}

/// Whether a key is in there, or the armor of one.
pub(crate) fn is_armored(octets: &[u8]) -> bool {
    !armored_blocks(octets).is_empty()
}

fn read_armored(block: &[u8]) -> Vec<Found> {
    let mut plain = Zeroizing::new(Vec::with_capacity(block.len()));
    match armor::Reader::from_bytes(block, armor::ReaderMode::Tolerant(None))
        .read_to_end(&mut plain)
    {
        Ok(_) => read_binary(&plain),
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

fn read_binary(octets: &[u8]) -> Vec<Found> {
    split(octets).iter().flat_map(Block::read).collect()
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
    let mut blocks = Vec::new();
    let mut block = Block::default();
    let (mut start, mut at) = (0, 0);
    for packet in framing::parts(octets) {
        if matches!(packet.tag, SECRET_KEY | PUBLIC_KEY) && at > start {
            block.octets = octets.get(start..at).unwrap_or_default();
            blocks.push(std::mem::take(&mut block));
            start = at;
        }
        block.count(&packet);
        at += packet.whole.len();
    }
    // What cannot be told apart belongs to the last one, whose reader says what is wrong with it.
    block.octets = octets.get(start..).unwrap_or_default();
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

    fn read(&self) -> Vec<Found> {
        if self.is_too_much() {
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
    fn is_too_much(&self) -> bool {
        let primary = framing::parts(self.octets).next().map_or(0, |packet| packet.whole.len());
        let once = self.signed_octets.saturating_add(self.components.saturating_mul(primary));
        self.packets > limits::CERTIFICATE_PACKETS
            || once.saturating_mul(self.signatures) > limits::CERTIFICATE_WORK_OCTETS
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
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use openpgp::cert::CertBuilder;
    use openpgp::packet::UserID;
    use openpgp::serialize::SerializeInto;
    use std::time::{Duration, Instant};

    const V5: &[u8] = include_bytes!("../../tests/fixtures/openpgp/keys/gpg24v5.cert.pgp");

    fn made(user_id: &str) -> Cert {
        CertBuilder::general_purpose(Some(user_id)).generate().unwrap().0
    }

    fn kinds(octets: &[u8]) -> String {
        let kind = |found: &Found| match found {
            Found::Cert(_) => 'c',
            Found::Version5(_) => '5',
            Found::Revocation(_) => 'r',
            Found::Unreadable { .. } => '-',
        };
        read(octets).iter().map(kind).collect()
    }

    #[test]
    fn nothing_at_all_is_said_to_be_nothing() {
        for empty in [&b""[..], b"\xCA\x03PGP", b"\n"] {
            assert_eq!(kinds(empty), "-", "{empty:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_hides_nothing_that_can() {
        let (one, two) = (made("a@b.c").to_vec().unwrap(), made("d@e.f").to_vec().unwrap());
        // Versions 3 and 9, an algorithm nobody knows, a key of no octets.
        let strange: [&[u8]; 4] =
            [b"\x99\0\x04\x03abc", b"\x99\0\x04\x09abc", b"\x98\x06\x04\0\0\0\0\xC7", b"\x98\0"];
        for strange in strange {
            assert_eq!(kinds(&[&one, strange, &two, V5].concat()), "c-c5", "{strange:?}");
        }
        assert_eq!(kinds(&[&one, V5, &two].concat()), "c5c");
        assert_eq!(kinds(&[V5, V5].concat()), "55");
    }

    #[test]
    fn every_octet_of_a_certificate_may_be_changed_and_its_neighbours_stay() {
        let (one, two) = (made("a@b.c").to_vec().unwrap(), made("d@e.f"));
        let fingerprint = two.fingerprint();
        let two = two.to_vec().unwrap();
        for at in 0..one.len() {
            let mask = [0x01, 0x80, 0xFF].into_iter().nth(at % 3).unwrap_or(0);
            let mut damaged = one.clone();
            *damaged.get_mut(at).unwrap() ^= mask;
            // Behind it, unless the framing itself was hit; before it in any case.
            let before = read(&[two.as_slice(), &damaged].concat());
            let is_two = |found: &Found| matches!(found, Found::Cert(cert) if cert.fingerprint() == fingerprint);
            assert!(before.iter().any(is_two), "octet {at}");
            let lengths: usize = framing::parts(&damaged).map(|part| part.whole.len()).sum();
            let starts = framing::parts(&damaged)
                .map(|part| part.tag)
                .eq(framing::parts(&one).map(|part| part.tag));
            if lengths == one.len() && starts {
                assert!(read(&[damaged.as_slice(), &two].concat()).iter().any(is_two), "{at}");
            }
        }
    }

    #[test]
    fn a_revocation_stands_alone_only_before_the_first_key() {
        let (cert, revocation) = CertBuilder::general_purpose(Some("a@b.c")).generate().unwrap();
        let revocation = Packet::from(revocation).to_vec().unwrap();
        let cert = cert.to_vec().unwrap();
        assert_eq!(kinds(&revocation), "r");
        assert_eq!(kinds(&[revocation.as_slice(), &revocation, &cert].concat()), "rrc");
        assert_eq!(kinds(&[cert.as_slice(), &revocation].concat()), "c");
        for end in 1..revocation.len() {
            assert_eq!(kinds(revocation.get(..end).unwrap()), "-", "{end}");
        }
    }

    #[test]
    fn an_armor_behind_a_colon_is_kept_for_a_bad_day() {
        let armored = made("a@b.c").armored().to_vec().unwrap();
        assert_eq!(kinds(&armored), "c");
        for before in ["text\n", "\r\n", "\u{feff}", "  "] {
            assert_eq!(kinds(&[before.as_bytes(), &armored].concat()), "c", "{before:?}");
        }
        for before in [":", "text\n:", "> "] {
            let kept = [before.as_bytes(), &armored].concat();
            assert_eq!(kinds(&kept), "-", "{before:?}");
            assert_eq!(kinds(&[kept.as_slice(), b"\n", &armored].concat()), "c", "{before:?}");
        }
    }

    /// A certificate with so many user IDs, and behind the last so many signatures that fit nowhere.
    fn flooded(user_ids: usize, signatures: usize) -> Vec<u8> {
        let cert = made("a@b.c");
        let signature = cert.userids().next().unwrap().self_signatures().next().unwrap().clone();
        let mut octets = cert.to_vec().unwrap();
        for number in 0..user_ids {
            let id = UserID::from(format!("{number}@b.c"));
            octets.extend(Packet::from(id).to_vec().unwrap());
        }
        let signature = Packet::from(signature).to_vec().unwrap();
        for number in 0..signatures {
            let mut one = signature.clone();
            let end = one.len();
            one.splice(end - 4.., u32::try_from(number).unwrap().to_be_bytes());
            octets.extend(one);
        }
        octets
    }

    #[test]
    fn a_certificate_made_to_be_slow_is_refused_at_once_and_hides_nothing() {
        let other = made("d@e.f").to_vec().unwrap();
        for (user_ids, signatures) in [(5_000, 5_000), (100_000, 0), (0, 100_000)] {
            let octets = [other.clone(), flooded(user_ids, signatures), other.clone()].concat();
            let start = Instant::now();
            assert_eq!(kinds(&octets), "c-c", "{user_ids} {signatures}");
            assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        }
    }

    #[test]
    fn a_certificate_that_many_people_signed_is_read_in_time() {
        for (user_ids, signatures) in [(3, 9_000), (200, 1_000), (1_000, 250)] {
            let octets = flooded(user_ids, signatures);
            let start = Instant::now();
            assert_eq!(kinds(&octets), "c", "{user_ids} {signatures}");
            assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        }
    }
}

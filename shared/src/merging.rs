//! How does a certificate that came in several parts become one, however many parts there are?

use crate::keyring::Budget;
use crate::limits;
use openpgp::Packet;
use openpgp::cert::Cert;
use openpgp::serialize::SerializeInto;
use sequoia_openpgp as openpgp;
use std::collections::{BTreeMap, HashSet};

/// Parts that wait to be put together, by fingerprint.
#[derive(Default)]
pub(crate) struct Parts(BTreeMap<String, Vec<Cert>>);

impl Parts {
    pub(crate) fn add(&mut self, cert: Cert) {
        self.0.entry(cert.fingerprint().to_hex()).or_default().push(cert);
    }

    pub(crate) fn take(&mut self) -> BTreeMap<String, Vec<Cert>> {
        std::mem::take(&mut self.0)
    }
}

/// The certificate of which `known` and `parts` are parts. `None` where that would take too long: a
/// revocation may be among them, so that not even the rest can be used.
pub(crate) fn merged(known: Option<Cert>, parts: Vec<Cert>, budget: &mut Budget) -> Option<Cert> {
    let all: Vec<Cert> = known.into_iter().chain(parts).collect();
    if all.len() > 1 {
        let mut packets = Packets::default();
        all.iter().flat_map(|cert| cert.clone().into_packets()).for_each(|it| packets.add(&it));
        let is_affordable = packets.different <= limits::CERTIFICATE_PACKETS
            && budget.affords(packets.work_octets());
        if !is_affordable {
            return None;
        }
    }
    together(all)
}

/// Pairs, then pairs of pairs: one after the other would take as long each time as there are parts
/// already.
fn together(mut parts: Vec<Cert>) -> Option<Cert> {
    while parts.len() > 1 {
        let mut pairs = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(part) = rest.next() {
            pairs.push(match rest.next() {
                Some(other) => part.merge_public(other).ok()?,
                None => part,
            });
        }
        parts = pairs;
    }
    parts.pop()
}

/// What the parts consist of, everything counted once.
#[derive(Default)]
struct Packets {
    seen: HashSet<Vec<u8>>,
    different: usize,
    signatures: usize,
    primary_octets: usize,
    /// Octets of everything that a signature may be about.
    signed_octets: usize,
}

impl Packets {
    fn add(&mut self, packet: &Packet) {
        // What can be read and not written is compared with nothing.
        let octets = packet.to_vec().unwrap_or_default();
        let length = octets.len();
        if length > 0 && !self.seen.insert(octets) {
            return;
        }
        if self.different == 0 {
            self.primary_octets = length;
        }
        self.different += 1;
        match packet {
            Packet::Signature(_) => self.signatures += 1,
            _ => self.signed_octets += length,
        }
    }

    /// As for a certificate that comes in one part: a signature that fits nowhere is tried on
    /// everything, and the primary key is hashed with each.
    fn work_octets(&self) -> usize {
        let components = self.different - self.signatures;
        let primary = components.saturating_mul(self.primary_octets);
        self.signed_octets.saturating_add(primary).saturating_mul(self.signatures)
    }
}

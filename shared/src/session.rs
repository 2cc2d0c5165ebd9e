//! Which session keys do the held keys and the passphrase yield for a message?

use crate::certs::SecretKey;
use crate::engine_rpgp;
use crate::framing::{Outline, SessionKeyPacket};
use crate::secret::Passphrase;
use crate::unlock::{self, UnlockError};
use pgp::composed::PlainSessionKey;
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::packet::PKESK;
use sequoia_openpgp::parse::Parse;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How a key ID is written that stands for nobody in particular (`gpg --hidden-recipient`).
pub(crate) const HIDDEN: &str = "0000000000000000";

/// A session key that may open the body.
pub(crate) struct Candidate {
    pub(crate) session_key: PlainSessionKey,
    /// The fingerprint of the key that it was sealed for; none for a passphrase.
    pub(crate) key: Option<String>,
    /// Whether it was checked on the way; if not, a body that fails may mean a wrong passphrase.
    pub(crate) is_checked: bool,
}

/// What was found, and what stood in the way.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) candidates: Vec<Candidate>,
    /// Owners of keys that fit and did not unlock.
    pub(crate) locked: Vec<String>,
    /// Algorithms of keys that fit and that nothing here can use.
    pub(crate) unsupported: Vec<String>,
    /// A key fits and was unlocked, and still the packet made no sense.
    pub(crate) is_damaged: bool,
    /// The message can be opened by passphrase alone.
    pub(crate) by_passphrase: bool,
}

/// Unlocks held keys with one passphrase, each at most once.
pub(crate) struct Unlocker<'a> {
    held: &'a [SecretKey],
    passphrase: &'a Passphrase,
    unlocked: HashMap<String, Result<KeyPair, UnlockError>>,
    pub(crate) time: Duration,
}

impl<'a> Unlocker<'a> {
    pub(crate) fn new(held: &'a [SecretKey], passphrase: &'a Passphrase) -> Self {
        Self { held, passphrase, unlocked: HashMap::new(), time: Duration::ZERO }
    }

    /// Every session key for this message: those for named keys first, then those for hidden
    /// recipients, then the passphrase's own.
    pub(crate) fn find(&mut self, outline: &Outline<'_>) -> Found {
        let mut found = Found::default();
        let (hidden, named): (Vec<PKESK>, Vec<PKESK>) =
            public_key_packets(outline).partition(|packet| key_id(packet) == HIDDEN);
        for packet in named.iter().chain(&hidden) {
            self.try_packet(packet, &mut found);
        }
        found.by_passphrase =
            outline.session_keys.iter().any(|key| matches!(key, SessionKeyPacket::Passphrase));
        if found.by_passphrase {
            self.try_passphrase(outline, &mut found);
        }
        found
    }

    fn try_packet(&mut self, packet: &PKESK, found: &mut Found) {
        let wanted = key_id(packet);
        let held = self.held;
        for owner in held {
            let fitting = owner.secrets().filter(|secret| {
                let is_wanted = wanted == HIDDEN || secret.keyid().to_hex() == wanted;
                is_wanted && secret.pk_algo() == packet.pk_algo()
            });
            for secret in fitting {
                self.try_secret(packet, owner, &secret, wanted == HIDDEN, found);
            }
        }
    }

    fn try_secret(
        &mut self,
        packet: &PKESK,
        owner: &SecretKey,
        secret: &unlock::Secret,
        is_guess: bool,
        found: &mut Found,
    ) {
        let started = Instant::now();
        let fingerprint = secret.fingerprint().to_hex();
        let passphrase = self.passphrase;
        let pair =
            self.unlocked.entry(fingerprint).or_insert_with(|| unlock::unlock(secret, passphrase));
        match pair {
            Err(UnlockError::WrongPassphrase) => found.locked.push(owner.owner()),
            Err(UnlockError::Unsupported) => {
                found.unsupported.push(unlock::algorithm_name(secret));
            }
            Ok(pair) => match packet.decrypt(pair, None) {
                Some((algorithm, session_key)) => found.candidates.push(Candidate {
                    session_key: plain(algorithm.map(u8::from), &session_key),
                    key: Some(owner.fingerprint()),
                    is_checked: true,
                }),
                None => found.is_damaged |= !is_guess,
            },
        }
        self.time += started.elapsed();
    }

    fn try_passphrase(&mut self, outline: &Outline<'_>, found: &mut Found) {
        let started = Instant::now();
        let candidates = engine_rpgp::session_keys(outline, self.passphrase);
        found.candidates.extend(candidates.into_iter().map(|session_key| Candidate {
            is_checked: !matches!(session_key, PlainSessionKey::V3_4 { .. }),
            session_key,
            key: None,
        }));
        self.time += started.elapsed();
    }
}

fn plain(algorithm: Option<u8>, session_key: &[u8]) -> PlainSessionKey {
    match algorithm {
        Some(octet) => PlainSessionKey::V3_4 { sym_alg: octet.into(), key: session_key.into() },
        None => PlainSessionKey::V6 { key: session_key.into() },
    }
}

/// The packets that are for public keys; those of unknown versions are passed over.
pub(crate) fn public_key_packets(outline: &Outline<'_>) -> impl Iterator<Item = PKESK> {
    outline.session_keys.iter().filter_map(|packet| match packet {
        SessionKeyPacket::PublicKey(body) => PKESK::from_bytes(body).ok(),
        SessionKeyPacket::Passphrase => None,
    })
}

/// The key ID that a packet is for, in 16 hexadecimal digits.
pub(crate) fn key_id(packet: &PKESK) -> String {
    use sequoia_openpgp::{KeyHandle, KeyID};
    packet
        .recipient()
        .map_or_else(|| HIDDEN.to_string(), |handle: KeyHandle| KeyID::from(handle).to_hex())
}

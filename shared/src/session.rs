//! Which session keys do the held keys and the passphrase yield for a message?

use crate::certs::SecretKey;
use crate::engine_rpgp;
use crate::framing::{Outline, SessionKeyPacket};
use crate::limits;
use crate::secret::Passphrase;
use crate::unlock::{self, UnlockError};
use pgp::composed::PlainSessionKey;
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::crypto::mpi::Ciphertext;
use sequoia_openpgp::packet::PKESK;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::types::PublicKeyAlgorithm;
use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;
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

/// What stood in the way of a session key.
#[derive(Default)]
pub(crate) struct Found {
    /// Whether there was a session key that was checked, and yet the body did not open.
    pub(crate) has_checked: bool,
    /// Owners of keys that fit and did not unlock.
    pub(crate) locked: Vec<String>,
    /// Algorithms of keys that fit and that nothing here can use.
    pub(crate) unsupported: Vec<String>,
    /// The fingerprints of their owners' keys.
    pub(crate) unsupported_keys: Vec<String>,
    /// A key fits and was unlocked, and still the packet made no sense.
    pub(crate) is_damaged: bool,
    /// The message can be opened by passphrase alone.
    pub(crate) by_passphrase: bool,
}

/// Keys that stay unlocked, by number and fingerprint. sequoia keeps each one enciphered in memory and wipes
/// it when it is dropped.
#[derive(Default)]
pub(crate) struct Unlocked(HashMap<String, KeyPair>);

impl Unlocked {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of these keys is unlocked and has this key ID.
    pub(crate) fn holds(&self, held: &[SecretKey], key_id: &str) -> bool {
        held.iter().enumerate().any(|(number, owner)| {
            owner.secrets().any(|secret| {
                secret.keyid().to_hex() == key_id && self.0.contains_key(&name_of(number, &secret))
            })
        })
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl fmt::Debug for Unlocked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Unlocked({} keys)", self.0.len())
    }
}

/// Where the keys come from: the passphrase unlocks each held key at most once; without one, only
/// those that are unlocked already are used.
pub(crate) struct Unlocker<'a> {
    held: &'a [SecretKey],
    passphrase: Option<&'a Passphrase>,
    tried: HashMap<String, Result<KeyPair, UnlockError>>,
    pub(crate) time: Duration,
}

/// Takes a session key and says whether to go on looking for another.
type Try<'a> = dyn FnMut(Candidate) -> ControlFlow<()> + 'a;

impl<'a> Unlocker<'a> {
    pub(crate) fn new(
        held: &'a [SecretKey],
        passphrase: Option<&'a Passphrase>,
        unlocked: &Unlocked,
    ) -> Self {
        let tried = match passphrase {
            // What was typed must unlock by itself: a key that is open already proves nothing.
            Some(_) => HashMap::new(),
            None => {
                unlocked.0.iter().map(|(name, pair)| (name.clone(), Ok(pair.clone()))).collect()
            }
        };
        Self { held, passphrase, tried, time: Duration::ZERO }
    }

    pub(crate) fn passphrase(&self) -> Option<&'a Passphrase> {
        self.passphrase
    }

    /// A message for a thousand hidden people, or with many costly passphrases, is given up in time.
    fn has_time(&self) -> bool {
        self.time < limits::UNLOCK_TIME
    }

    /// Hands over the keys that were unlocked.
    pub(crate) fn keep_in(self, unlocked: &mut Unlocked) {
        let pairs = self.tried.into_iter().filter_map(|(name, pair)| Some((name, pair.ok()?)));
        unlocked.0.extend(pairs);
    }

    /// Offers every session key for this message: those for named keys first, then those for
    /// hidden recipients, then the passphrase's own.
    pub(crate) fn find(&mut self, outline: &Outline<'_>, try_it: &mut Try<'_>) -> Found {
        let is_passphrase =
            |key: &SessionKeyPacket<'_>| matches!(key, SessionKeyPacket::Passphrase(_));
        let by_passphrase = outline.session_keys.iter().any(is_passphrase);
        let mut found = Found { by_passphrase, ..Found::default() };
        let (hidden, named): (Vec<PKESK>, Vec<PKESK>) =
            public_key_packets(outline).partition(|packet| key_id(packet) == HIDDEN);
        for packet in named.iter().chain(&hidden) {
            if self.try_packet(packet, &mut found, try_it).is_break() {
                return found;
            }
        }
        if by_passphrase {
            // Whether one opened the message shows at the body, and the caller knows.
            let _ = self.try_passphrase(outline, try_it);
        }
        found
    }

    fn try_packet(
        &mut self,
        packet: &PKESK,
        found: &mut Found,
        try_it: &mut Try<'_>,
    ) -> ControlFlow<()> {
        let wanted = key_id(packet);
        let held = self.held;
        for (number, owner) in held.iter().enumerate() {
            for secret in owner.secrets() {
                let is_wanted = wanted == HIDDEN || secret.keyid().to_hex() == wanted;
                let fits = is_wanted && secret.pk_algo() == packet.pk_algo();
                if !fits || !self.may_use(number, &secret) {
                    continue;
                }
                if let Some(candidate) = self.try_secret(packet, (number, owner), &secret, found) {
                    found.has_checked = true;
                    try_it(candidate)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether there is patience left for a key; a file may hold any number of them.
    fn may_use(&self, number: usize, secret: &unlock::Secret) -> bool {
        let is_known = self.tried.contains_key(&name_of(number, secret));
        self.has_time() && (is_known || self.tried.len() < limits::UNLOCKS)
    }

    fn try_secret(
        &mut self,
        packet: &PKESK,
        (number, owner): (usize, &SecretKey),
        secret: &unlock::Secret,
        found: &mut Found,
    ) -> Option<Candidate> {
        let started = Instant::now();
        let name = name_of(number, secret);
        let passphrase = self.passphrase;
        let unlock = || match passphrase {
            Some(passphrase) => unlock::unlock(secret, passphrase),
            None => Err(UnlockError::WrongPassphrase),
        };
        let mut candidate = None;
        match self.tried.entry(name).or_insert_with(unlock) {
            Err(UnlockError::WrongPassphrase) => add(&mut found.locked, owner.owner()),
            Err(UnlockError::Unsupported) => {
                add(&mut found.unsupported, unlock::algorithm_name(secret));
                add(&mut found.unsupported_keys, owner.fingerprint());
            }
            Ok(pair) => match packet.decrypt(pair, None) {
                Some((algorithm, session_key)) => {
                    candidate = Some(Candidate {
                        session_key: plain(algorithm.map(u8::from), &session_key),
                        key: Some(owner.fingerprint()),
                        is_checked: true,
                    });
                }
                None => found.is_damaged |= key_id(packet) != HIDDEN,
            },
        }
        self.time += started.elapsed();
        candidate
    }

    fn try_passphrase(&mut self, outline: &Outline<'_>, try_it: &mut Try<'_>) -> ControlFlow<()> {
        let Some(passphrase) = self.passphrase else { return ControlFlow::Continue(()) };
        let mut candidates = engine_rpgp::session_keys(outline, passphrase);
        loop {
            if !self.has_time() {
                return ControlFlow::Continue(());
            }
            let started = Instant::now();
            let next = candidates.next();
            self.time += started.elapsed();
            let Some(session_key) = next else { return ControlFlow::Continue(()) };
            let is_checked = !matches!(session_key, PlainSessionKey::V3_4 { .. });
            try_it(Candidate { session_key, key: None, is_checked })?;
        }
    }
}

/// The same key may be held twice, with different passphrases.
fn name_of(number: usize, secret: &unlock::Secret) -> String {
    format!("{number} {}", secret.fingerprint().to_hex())
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
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
        SessionKeyPacket::Passphrase(_) => None,
    })
}

/// The first packet for this key, alone; what stands behind it for the same key is not looked at.
pub(crate) fn packet_for(outline: &Outline<'_>, wanted: &str) -> Option<Vec<u8>> {
    let is_wanted = |body: &[u8]| PKESK::from_bytes(body).is_ok_and(|it| key_id(&it) == wanted);
    outline.session_keys.iter().find_map(|packet| match packet {
        SessionKeyPacket::PublicKey(body) if is_wanted(body) => {
            let length = u32::try_from(body.len()).ok()?.to_be_bytes();
            Some([&[0xC1, 0xFF], &length[..], body].concat())
        }
        _ => None,
    })
}

/// The key ID that a packet is for, in 16 hexadecimal digits.
pub(crate) fn key_id(packet: &PKESK) -> String {
    use sequoia_openpgp::{KeyHandle, KeyID};
    packet
        .recipient()
        .map_or_else(|| HIDDEN.to_string(), |handle: KeyHandle| KeyID::from(handle).to_hex())
}

/// The name of the algorithm where no key of its kind can be used here, as far as the packet tells:
/// of elliptic curves it names only the length of a point.
pub(crate) fn unusable_algorithm(packet: &PKESK) -> Option<String> {
    const CURVE448_OCTETS: std::ops::RangeInclusive<usize> = 55..=57;
    match (packet.pk_algo(), packet.esk()) {
        (PublicKeyAlgorithm::ECDH, Ciphertext::ECDH { e, .. })
            if CURVE448_OCTETS.contains(&e.value().len()) =>
        {
            Some("Curve448".to_string())
        }
        // GnuPG 2.5 writes Kyber with the number that was reserved for elliptic curves.
        (PublicKeyAlgorithm::Unknown(8), _) => Some("Kyber".to_string()),
        (algorithm, _) if !algorithm.is_supported() => Some(unlock::plain_name(algorithm)),
        _ => None,
    }
}

//! The keys this workstation holds: what a person sees of them, and how they come in.

pub mod backup;
pub mod bring;
pub mod choose;
pub mod command;
pub mod create;
pub mod expiry;
mod folder;
pub mod from_gnupg;
pub mod maintain;
pub mod phrase;
pub mod qr;
pub mod store;
pub mod task;

use std::time::SystemTime;

use shared::certs::{KeyError, SecretKey};
use shared::gnupg::{Gnupg, SpecialKey};

use crate::texts;
use store::{KeyStore, StoreError};

/// What a person sees of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyCard {
    /// Whose key it is, escaped.
    pub owner: String,
    /// Upper-case hexadecimal.
    pub fingerprint: String,
    /// Sixteen hexadecimal digits of each part that opens messages.
    pub key_ids: Vec<String>,
    /// When it ceases to be used for new recordings; old ones still open.
    pub expires: Option<SystemTime>,
    /// When it was made.
    pub created: Option<SystemTime>,
    /// `Curve25519`, `RSA 3072`.
    pub algorithm: String,
    /// Whether its owner withdrew it: nothing new is sealed for it, what is sealed opens.
    pub is_revoked: bool,
    /// Whether recordings open with it at this computer.
    pub opens_recordings: bool,
    /// Why it does not, or through what; in one sentence without full stop.
    pub remark: Option<String>,
}

impl KeyCard {
    /// The card of `key`.
    pub fn of(key: &SecretKey) -> Self {
        let only_by_gnupg = key.only_by_gnupg();
        let opens_recordings = only_by_gnupg.is_none() || Gnupg::installed().is_some();
        let remark = only_by_gnupg.map(|algorithm| match opens_recordings {
            true => texts::OPENED_BY_GNUPG.with(&[("kind", &algorithm)]),
            false => texts::ONLY_BY_GNUPG.with(&[("kind", &algorithm)]),
        });
        let old = key.is_signed_in_an_old_way().then(|| texts::SIGNED_IN_AN_OLD_WAY.to_string());
        let remark = match (remark, old) {
            (Some(remark), Some(old)) => Some(format!("{remark}; {old}")),
            (remark, old) => remark.or(old),
        };
        Self {
            owner: key.owner(),
            fingerprint: key.fingerprint(),
            key_ids: key.key_ids(),
            expires: key.sealing_ends(),
            created: Some(key.created()),
            algorithm: key.algorithm(),
            is_revoked: key.is_revoked(),
            opens_recordings,
            remark,
        }
    }

    /// The card of a key that stays with GnuPG.
    pub fn of_gnupg(key: SpecialKey) -> Self {
        let fingerprint = key.key_id.clone();
        Self {
            owner: key.owner,
            fingerprint,
            key_ids: vec![key.key_id],
            remark: Some(texts::OPENED_BY_GNUPG.with(&[("kind", &key.kind)])),
            algorithm: key.kind,
            opens_recordings: true,
            ..Self::default()
        }
    }

    /// What another copy of the key opens besides.
    fn add_copy(&mut self, copy: Self) {
        for key_id in copy.key_ids {
            if !self.key_ids.contains(&key_id) {
                self.key_ids.push(key_id);
            }
        }
        if copy.opens_recordings && !self.opens_recordings {
            self.opens_recordings = true;
            self.algorithm = copy.algorithm;
            self.remark = copy.remark;
        }
    }

    /// The owner without the address, as colleagues call each other.
    pub fn name(&self) -> &str {
        name_of(&self.owner)
    }
}

/// A card for each fingerprint, in the order of `keys`: copies of one key are one to a person.
pub fn cards(keys: &[SecretKey]) -> Vec<KeyCard> {
    let mut cards: Vec<KeyCard> = Vec::new();
    for key in keys {
        let fingerprint = key.fingerprint();
        if cards.iter().any(|card| card.fingerprint == fingerprint) {
            continue;
        }
        let copies = || keys.iter().filter(|copy| copy.fingerprint() == fingerprint);
        let add = |all: SecretKey, copy| all.with_certificate_of(copy).unwrap_or(all);
        let mut card = KeyCard::of(&copies().fold(key.clone(), add));
        copies().for_each(|copy| card.add_copy(KeyCard::of(copy)));
        cards.push(card);
    }
    cards
}

/// An owner without the address.
pub fn name_of(owner: &str) -> &str {
    let name = owner.split_once(" <").map_or("", |(name, _)| name.trim());
    if name.is_empty() { owner } else { name }
}

/// Why keys were not imported. Each text is two sentences: what went wrong, what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file holds no key that can be used.
    #[error("{}", texts::key_error(.0))]
    Key(#[from] KeyError),
    /// The key has no passphrase.
    #[error("{}", texts::key_without_passphrase(owner))]
    Unprotected {
        /// Whose key it is.
        owner: String,
    },
    /// The key could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports every secret key in `octets` into `store`, all of them or none.
pub fn import(store: &KeyStore, octets: &[u8]) -> Result<Vec<KeyCard>, ImportError> {
    let keys = SecretKey::read_all(octets)?;
    if let Some(key) = keys.iter().find(|key| !key.is_protected()) {
        return Err(ImportError::Unprotected { owner: key.owner() });
    }
    for key in &keys {
        store.save(key)?;
    }
    Ok(keys.iter().map(KeyCard::of).collect())
}

/// Whether `octets` begin as a key file does, so that it can be told from a recording.
pub fn looks_like_key(octets: &[u8]) -> bool {
    const ARMOR: [&[u8]; 2] =
        [b"-----BEGIN PGP PRIVATE KEY BLOCK", b"-----BEGIN PGP PUBLIC KEY BLOCK"];
    let head = octets.get(..4096).unwrap_or(octets);
    if ARMOR.iter().any(|armor| head.windows(armor.len()).any(|window| window == *armor)) {
        return true;
    }
    // Packets 5 (secret key) and 6 (public key), in the old and the new notation.
    head.first().is_some_and(|first| match first {
        0x80..=0xBF => matches!((first >> 2) & 0x0F, 5 | 6),
        0xC0..=0xFF => matches!(first & 0x3F, 5 | 6),
        _ => false,
    })
}

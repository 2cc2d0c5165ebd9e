//! How do keys come in from a file, each one on its own?

use std::collections::BTreeSet;

use shared::certs::{KeyError, SecretKey};
use shared::limits::KEY_FILE_OCTETS;

use super::KeyCard;
use super::store::KeyStore;
use crate::texts;

/// The most keys that are taken from one file, which is a person's and not a directory's.
const MOST_KEYS: usize = 100;

/// How many refusals are told.
const MOST_REFUSED: usize = 50;

/// What became of the keys in a file.
#[derive(Debug, Default)]
pub struct Brought {
    /// Those that are kept now, each once.
    pub kept: Vec<KeyCard>,
    /// Those that are not.
    pub refused: Vec<Refused>,
}

/// A key that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Whose it is, where that can be read.
    pub owner: Option<String>,
    /// Two sentences: what is wrong with it, what to do.
    pub reason: String,
}

/// Keeps every key of a file that can be kept. One that cannot hides no other.
pub fn bring(store: &KeyStore, octets: &[u8]) -> Brought {
    let mut brought = Brought::default();
    let mut seen = BTreeSet::new();
    if octets.len() as u64 > KEY_FILE_OCTETS {
        brought.add(Err(refused(&KeyError::TooLarge)));
        return brought;
    }
    let read = SecretKey::read_each(octets);
    let is_any_key = read.iter().any(Result::is_ok);
    for outcome in read {
        match outcome {
            Ok(key) if seen.len() < MOST_KEYS => {
                seen.insert(key.fingerprint());
                brought.add(keep(store, &key));
            }
            Ok(_) => brought.add(Err(too_many())),
            // What stands between keys, or certificates of others beside one's own key.
            Err(KeyError::NoKey | KeyError::CertificateOnly { .. }) if is_any_key => {}
            Err(error) => brought.add(Err(refused(&error))),
        }
    }
    brought
}

fn keep(store: &KeyStore, key: &SecretKey) -> Result<KeyCard, Refused> {
    let owner = Some(key.owner());
    if !key.is_protected() {
        let reason = texts::key_without_passphrase(&key.owner());
        return Err(Refused { owner, reason });
    }
    match store.save(key) {
        Ok(()) => Ok(KeyCard::of(key)),
        Err(error) => Err(Refused { owner, reason: error.to_string() }),
    }
}

impl Brought {
    fn add(&mut self, outcome: Result<KeyCard, Refused>) {
        match outcome {
            Ok(card) => {
                let is_it = |kept: &KeyCard| kept.fingerprint == card.fingerprint;
                if !self.kept.iter().any(is_it) {
                    self.kept.push(card);
                }
            }
            Err(refused)
                if self.refused.len() < MOST_REFUSED && !self.refused.contains(&refused) =>
            {
                self.refused.push(refused);
            }
            Err(_) => {}
        }
    }
}

fn too_many() -> Refused {
    let reason = texts::TOO_MANY_KEYS.with(&[("most", &MOST_KEYS)]);
    Refused { owner: None, reason }
}

fn refused(error: &KeyError) -> Refused {
    let owner = match error {
        KeyError::CertificateOnly { owner }
        | KeyError::Stub { owner }
        | KeyError::NoDecryption { owner }
        | KeyError::OnlyGnupg { owner, .. } => Some(owner.clone()),
        _ => None,
    };
    Refused { owner, reason: texts::key_error(error) }
}

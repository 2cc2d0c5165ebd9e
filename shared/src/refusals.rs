//! Which passphrase did which of GnuPG's keys refuse? A card locks after three wrong PINs, so none is
//! sent to it twice.

use crate::secret::Passphrase;
use sequoia_openpgp::crypto::random;
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

const DIGEST_OCTETS: usize = 32;

/// Passphrases that were refused. Of each one only a digest is held, which differs from start to start.
#[derive(Default)]
pub(crate) struct Refusals {
    salt: Option<Zeroizing<[u8; DIGEST_OCTETS]>>,
    digests: Vec<Zeroizing<[u8; DIGEST_OCTETS]>>,
}

impl Refusals {
    pub(crate) fn has(&self, key_id: &str, passphrase: &Passphrase) -> bool {
        let Some(salt) = &self.salt else { return false };
        self.digests.contains(&digest(salt, key_id, passphrase))
    }

    pub(crate) fn add(&mut self, key_id: &str, passphrase: &Passphrase) {
        if self.has(key_id, passphrase) {
            return;
        }
        let salt = self.salt.get_or_insert_with(|| {
            let mut salt = Zeroizing::new([0; DIGEST_OCTETS]);
            // Without chance the digests are those of another start: no passphrase is lost by that.
            let _ = random(salt.as_mut_slice());
            salt
        });
        let digest = digest(salt, key_id, passphrase);
        self.digests.push(digest);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Refusals({})", self.digests.len())
    }
}

fn digest(
    salt: &[u8; DIGEST_OCTETS],
    key_id: &str,
    passphrase: &Passphrase,
) -> Zeroizing<[u8; DIGEST_OCTETS]> {
    let hash = Sha256::new_with_prefix(salt).chain_update(key_id).chain_update([0]);
    // Exposed: to be told again without being held.
    Zeroizing::new(hash.chain_update(passphrase.expose()).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.into()))
    }

    #[test]
    fn a_refusal_is_of_one_key_and_one_passphrase_until_it_is_forgotten() {
        let mut refusals = Refusals::default();
        assert!(!refusals.has("A", &typed("1234")));
        refusals.add("A", &typed("1234"));
        refusals.add("A", &typed("1234"));
        assert!(refusals.has("A", &typed("1234")));
        assert!(!refusals.has("B", &typed("1234")) && !refusals.has("A", &typed("12345")));
        assert_eq!(format!("{refusals:?}"), "Refusals(1)");
        refusals.clear();
        assert!(!refusals.has("A", &typed("1234")));
    }
}

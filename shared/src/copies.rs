//! What are several copies of one key together, each protected in its own way?

use crate::certs::{KeyError, SecretKey};
use crate::limits;
use crate::protect::with_secrets;
use crate::secret::Passphrase;
use crate::unlock::{self, Secret};

/// Copies of one key in as few keys as hold every secret part of each of them, all with the
/// certificate that the copies make up together.
///
/// # Errors
/// When they are of several keys.
pub fn together(copies: &[SecretKey]) -> Result<Vec<SecretKey>, KeyError> {
    let mut whole: Vec<SecretKey> = Vec::new();
    for copy in copies {
        let merged = whole.iter_mut().find_map(|held| Some((held.merged_with(copy)?, held)));
        match merged {
            Some((merged, held)) => *held = merged,
            None => whole.push(copy.clone()),
        }
    }
    let with_all = |key: &SecretKey| {
        copies.iter().try_fold(key.clone(), |key, copy| key.with_certificate_of(copy))
    };
    whole.iter().map(with_all).collect()
}

impl SecretKey {
    /// As [`merged_with`](Self::merged_with), where `passphrase` shows that secrets which are
    /// protected differently are the same: those that are here stay.
    #[must_use]
    pub fn merged_where_opened(&self, newer: &Self, passphrase: &Passphrase) -> Option<Self> {
        let parts = newer.cert().keys().secret().count();
        // A key of thousands of parts was made to take hours.
        if parts > limits::UNLOCKS {
            return None;
        }
        let held = |key: &Secret| {
            let mut keys = self.cert().keys().secret().map(|key| key.key().clone());
            keys.find(|it| it.fingerprint() == key.fingerprint() && unlock::is_present(it.secret()))
        };
        let cert = with_secrets(newer.cert(), |key| {
            let is_same = |held: &Secret| {
                held.secret() == key.secret()
                    || unlock::bare(held, passphrase).is_ok_and(|held| {
                        unlock::bare(key, passphrase).is_ok_and(|brought| held == brought)
                    })
            };
            Ok(held(key).filter(is_same).map(|held| held.secret().clone()))
        });
        self.merged_with(&Self::of(cert.ok()?).ok()?)
    }
}

//! What are several copies of one key together, each protected in its own way?

use crate::certs::{KeyError, SecretKey};

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

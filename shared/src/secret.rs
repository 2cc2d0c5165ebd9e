//! Secrets that cannot be printed and are wiped when dropped.

use std::fmt;
use std::io::{self, Read};
use zeroize::{Zeroize, Zeroizing};

/// A passphrase as its owner typed it, in octets (UTF-8 wherever a person types it).
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Takes over the octets; they are wiped when the passphrase is dropped.
    #[must_use]
    pub fn new(octets: Zeroizing<Vec<u8>>) -> Self {
        Self(octets)
    }

    /// The octets themselves. Whoever calls this says in a comment why.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Passphrase(..)")
    }
}

/// Why a source could not be read into memory.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// There is more than the limit.
    TooLarge,
    /// The source failed.
    Source(io::Error),
}

/// Reads `source` to its end into memory that is wiped, at most `limit` octets.
///
/// A plain `Vec` would leave copies behind in freed memory each time it grows; this one wipes the
/// old copy first. `expected` is how much room to make at once.
pub(crate) fn read_wiped(
    source: &mut dyn Read,
    expected: usize,
    limit: u64,
) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let mut held = Zeroizing::new(Vec::with_capacity(expected.min(1 << 26)));
    let mut chunk = Zeroizing::new(vec![0; 1 << 16]);
    loop {
        let count = match source.read(&mut chunk) {
            Ok(0) => return Ok(held),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ReadError::Source(error)),
        };
        if (held.len() + count) as u64 > limit {
            return Err(ReadError::TooLarge);
        }
        if held.capacity() - held.len() < count {
            let mut larger = Vec::with_capacity((held.capacity() * 2).max(held.len() + count));
            larger.extend_from_slice(&held);
            held.zeroize();
            held = Zeroizing::new(larger);
        }
        held.extend_from_slice(chunk.get(..count).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_passphrase_is_never_printed() {
        let passphrase = Passphrase::new(Zeroizing::new(b"correct horse".to_vec()));
        assert_eq!(format!("{passphrase:?}"), "Passphrase(..)");
    }

    #[test]
    fn reading_grows_past_the_expected_size_and_stops_at_the_limit() {
        let source = vec![7; 300_000];
        assert_eq!(*read_wiped(&mut source.as_slice(), 10, 300_000).unwrap(), source);
        assert!(matches!(
            read_wiped(&mut source.as_slice(), 10, 299_999),
            Err(ReadError::TooLarge)
        ));
    }
}

//! Secrets that cannot be printed and are wiped when dropped.

use std::fmt;
use std::io::{self, Read};
use zeroize::Zeroizing;

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
    /// There is this much, far more than was expected; nothing of it is held.
    Longer(usize),
    /// The source failed.
    Source(io::Error),
}

/// What is read at once even where less was expected, in octets.
const ROOM_OCTETS: usize = 4 << 20;

/// Reads `source` to its end into memory that is wiped, at most `limit` octets.
///
/// A plain `Vec` would leave copies behind in freed memory each time it grows; this one wipes the
/// old copy first. A source that turns out far longer than `expected` is only counted, so that a
/// bomb takes no memory: whoever believes the count reads again, with room for just as much.
pub(crate) fn read_wiped(
    source: &mut dyn Read,
    expected: usize,
    limit: u64,
) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let mut held = Zeroizing::new(Vec::with_capacity(expected));
    let mut chunk = Zeroizing::new(vec![0; 1 << 16]);
    let most = expected.max(ROOM_OCTETS);
    let mut total = 0;
    loop {
        let count = match source.read(&mut chunk) {
            Ok(0) if total > most => return Err(ReadError::Longer(total)),
            Ok(0) => return Ok(held),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ReadError::Source(error)),
        };
        total += count;
        if total as u64 > limit {
            return Err(ReadError::TooLarge);
        }
        if total > most {
            held = Zeroizing::default();
        } else {
            append_wiped(&mut held, chunk.get(..count).unwrap_or_default());
        }
    }
}

/// Appends, wiping the old place where there is need for a larger one.
pub fn append_wiped(held: &mut Zeroizing<Vec<u8>>, octets: &[u8]) {
    if held.capacity() - held.len() < octets.len() {
        let mut larger = Vec::with_capacity((held.capacity() * 2).max(held.len() + octets.len()));
        larger.extend_from_slice(held);
        *held = Zeroizing::new(larger);
    }
    held.extend_from_slice(octets);
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
        assert_eq!(*read_wiped(&mut source.as_slice(), 300_000, 300_000).unwrap(), source);
        assert!(matches!(
            read_wiped(&mut source.as_slice(), 10, 299_999),
            Err(ReadError::TooLarge)
        ));
    }

    #[test]
    fn what_is_far_longer_than_expected_is_counted_and_not_held() {
        let long = ROOM_OCTETS + 5;
        let mut source = io::repeat(7).take(long as u64);
        let counted = read_wiped(&mut source, 10, u64::MAX);
        assert!(matches!(counted, Err(ReadError::Longer(total)) if total == long));
        let mut source = io::repeat(7).take(long as u64);
        assert_eq!(read_wiped(&mut source, long, u64::MAX).unwrap().len(), long);
    }
}

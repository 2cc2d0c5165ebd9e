//! What must hold for octets that come from outside?
//!
//! Each function takes octets, and panics where its property does not hold. The fuzz targets try
//! them; the tests of the crates that they are about include the files and replay seeds and
//! findings, which needs no fuzzer.

#[cfg(feature = "dialer")]
pub mod dialer;
#[cfg(feature = "listening")]
pub mod listening;
mod memory;
pub mod openpgp;
mod shown;

/// Whether a passphrase is asked to be hashed so often somewhere in there that it takes half a minute
/// in a program that is watched by a fuzzer; without one it takes a tenth of a second.
pub fn is_slow(octets: &[u8]) -> bool {
    let is_costly = |it: &[u8]| {
        matches!(it, [1..=13, 3, 1..=14, .., count] if *count > 0x70)
    };
    octets.windows(12).any(is_costly)
}

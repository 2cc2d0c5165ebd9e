//! How much of anything that comes from outside is taken in.

/// The largest sealed message that a workstation reads, in octets (512 MiB).
pub const MESSAGE_OCTETS: u64 = 512 << 20;

/// The most octets that a message may hold once it is open (2 GiB).
pub const DECODED_OCTETS: u64 = 2 << 30;

/// The largest file of keys or certificates that is read, in octets (64 MiB: a large team's
/// keyring is 5 MB).
pub const KEY_FILE_OCTETS: u64 = 64 << 20;

/// The most packets that one certificate may consist of.
pub(crate) const CERTIFICATE_PACKETS: usize = 10_000;

/// The most octets that may have to be hashed to find the place of every signature in one
/// certificate (16 MiB, a fifth of a second).
pub(crate) const CERTIFICATE_WORK_OCTETS: usize = 16 << 20;

/// How many octets an ordinary certificate causes to be hashed at most (128 KiB).
pub(crate) const ORDINARY_WORK_OCTETS: usize = 128 << 10;

/// How many octets all the others together may cause to be hashed (128 MiB, two seconds).
pub(crate) const KEYRING_WORK_OCTETS: usize = 128 << 20;

/// The most encryption keys that one certificate is sealed to; people have one or two.
pub(crate) const ENCRYPTION_KEYS: usize = 32;

/// How many different things that are wrong with keyrings are told.
pub(crate) const PROBLEMS: usize = 50;

/// How much of a key owner's name is shown, in octets.
pub(crate) const NAME_OCTETS: usize = 200;

/// How often one message may be sealed inside another; the stock script seals twice at most.
pub(crate) const NESTED_SEALS: usize = 4;

/// How many layers of compression and signatures one seal may hold.
pub(crate) const NESTED_PACKETS: usize = 16;

/// How many session key packets are looked at.
pub(crate) const SESSION_KEY_PACKETS: usize = 1024;

/// Audio hardly compresses, digital silence does: a message may grow to this many times its size.
const EXPANSION: u64 = 64;

/// What every message may grow to, however small it is, in octets.
const EXPANSION_FLOOR_OCTETS: u64 = 64 << 20;

/// The most octets that a message of `sealed_octets` may hold once open, so that a bomb ends early.
pub(crate) fn opened_octets(sealed_octets: u64) -> u64 {
    sealed_octets.saturating_mul(EXPANSION).clamp(EXPANSION_FLOOR_OCTETS, DECODED_OCTETS)
}

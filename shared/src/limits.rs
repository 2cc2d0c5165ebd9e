//! How much of anything that comes from outside is taken in.

use std::time::Duration;

/// The largest sealed message that a workstation reads, in octets (512 MiB).
pub const MESSAGE_OCTETS: u64 = 512 << 20;

/// The largest sealed message in armor: four characters for three octets, and two for the break of
/// each line of 64, with room for the text around it.
pub const ARMORED_OCTETS: u64 = MESSAGE_OCTETS / 3 * 4 / 64 * 66 + (1 << 20);

/// The most octets that a message may hold once it is open (2 GiB).
pub const DECODED_OCTETS: u64 = 2 << 30;

/// The largest file of keys or certificates that is read, in octets (64 MiB: a large team's
/// keyring is 5 MB).
pub const KEY_FILE_OCTETS: u64 = 64 << 20;

/// The most certificates, or what claims to be one, that are read from one source; a large team's
/// keyring has some hundred. Each costs a tenth of a millisecond, however little there is of it.
pub(crate) const KEYRING_BLOCKS: usize = 50_000;

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

/// How many session key packets are looked at.
pub(crate) const SESSION_KEY_PACKETS: usize = 1024;

/// How long session keys are looked for: RSA takes 9 ms for each hidden recipient and held key, and
/// each passphrase a tenth of a second.
pub(crate) const UNLOCK_TIME: Duration = Duration::from_secs(20);

/// How many packets one seal may hold: one recording, and a signature or two.
pub(crate) const INNER_PACKETS: usize = 256;

/// How long the text before an armor may be, and that between its first line and its data, in octets.
pub(crate) const ARMOR_HEAD_OCTETS: usize = 64 << 10;

/// How many keys are unlocked for one message; each may cost a tenth of a second.
pub(crate) const UNLOCKS: usize = 64;

/// How many ways of opening a message by passphrase are tried; each may cost a tenth of a second.
pub(crate) const PASSPHRASE_PACKETS: usize = 16;

/// Whether Argon2 with these parameters (RFC 9580 section 3.7.1.4) is computed for a message:
/// 64 MiB in four passes, which is more than RFC 9106 recommends where memory is scarce.
pub(crate) fn is_argon2_affordable(passes: u8, exponent: u8) -> bool {
    passes <= 4 && exponent <= 16
}

/// The same for a person's own key: 2 GiB, RFC 9106's first choice.
pub(crate) fn is_argon2_affordable_for_key(passes: u8, exponent: u8) -> bool {
    passes <= 4 && exponent <= 21
}

/// Audio hardly compresses, digital silence does: a message may grow to this many times its size.
const EXPANSION: u64 = 64;

/// What every message may grow to, however small it is, in octets.
const EXPANSION_FLOOR_OCTETS: u64 = 64 << 20;

/// What a WAV file may hold however much it was packed: nine hours of a telephone's 16 bits.
pub(crate) const SILENCE_OCTETS: u64 = 512 << 20;

/// The most octets that a message of `sealed_octets` may hold once open, so that a bomb ends early.
pub(crate) fn opened_octets(sealed_octets: u64) -> u64 {
    sealed_octets.saturating_mul(EXPANSION).clamp(EXPANSION_FLOOR_OCTETS, DECODED_OCTETS)
}

//! Which keys and recordings does fuzzing know?

use shared::certs::SecretKey;
use shared::decrypt::{OpenError, Opened, Opener, Rules};
use shared::secret::Passphrase;
use std::sync::OnceLock;
use support::sealing::Sealer;
use zeroize::Zeroizing;

/// Keys of the fixtures without their protection, which would cost a tenth of a second each time.
const UNLOCKED: &[u8] = include_bytes!("../../keys/unlocked.pgp");

/// What every message of the fixtures holds.
pub const FIXTURE: &[u8] = include_bytes!("../../../fixtures/openpgp/plain.mp3");

/// What every message among the seeds holds: short ones are tried more often.
pub const SHORT: &[u8] = b"a recording";

/// Of every key and message that has one.
const PASSPHRASE: &[u8] = b"correct horse";

/// The keys, ready to be used.
pub fn keys() -> &'static [SecretKey] {
    static KEYS: OnceLock<Vec<SecretKey>> = OnceLock::new();
    KEYS.get_or_init(|| SecretKey::read_all(UNLOCKED).unwrap())
}

/// Seals for the first of them.
pub fn sealer() -> &'static Sealer {
    static SEALER: OnceLock<Sealer> = OnceLock::new();
    SEALER.get_or_init(|| Sealer::new().unwrap())
}

/// Opens as the workstation does.
pub fn open(message: &[u8], held: &[SecretKey], rules: Rules) -> Result<Opened, OpenError> {
    let passphrase = Passphrase::new(Zeroizing::new(PASSPHRASE.to_vec()));
    Opener::new(held.to_vec(), rules).open(message, Some(&passphrase))
}

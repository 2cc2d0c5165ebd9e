//! How is a secret key protected by a passphrase, and by another one later?
//!
//! Always the same way, which every gpg from 1.4 on can undo: AES-256 in CFB with a SHA-1 checksum
//! (S2K usage 254), the passphrase iterated and salted (RFC 9580 sections 3.7.1.3 and 5.5.3).

use crate::care::CareError;
use crate::certs::SecretKey;
use crate::limits;
use crate::secret::Passphrase;
use crate::unlock::{self, Secret, UnlockError};
use openpgp::Packet;
use openpgp::cert::Cert;
use openpgp::crypto::{Password, S2K, random};
use openpgp::packet::key::SecretKeyMaterial;
use openpgp::types::{HashAlgorithm, SymmetricAlgorithm};
use sequoia_openpgp as openpgp;

/// How many octets are hashed: the most that the format can say, as gpg's own exports do. A guess
/// costs a thirtieth of a second.
const HASHED_OCTETS: u32 = 65_011_712;

/// A key under a new passphrase.
pub struct Rekeyed {
    /// The key.
    pub key: SecretKey,
    /// How many of its secret parts neither passphrase opens; they stay as they were.
    pub others: usize,
}

impl SecretKey {
    /// This key with every secret part that `old` opens under `new` instead.
    ///
    /// # Errors
    /// When `old` opens none of them.
    pub fn rekeyed(&self, old: &Passphrase, new: &Passphrase) -> Result<Rekeyed, CareError> {
        let parts = self.present_parts();
        if parts > limits::UNLOCKS {
            let detail = format!("it has {parts} secret parts");
            return Err(CareError::NotSound { owner: self.owner(), detail });
        }
        let (mut changed, mut others, mut failure) = (0, 0, None);
        let cert = with_secrets(self.cert(), |key| match unlock::bare(key, old) {
            Ok(bare) => {
                changed += 1;
                protected(key, bare, new).map(Some)
            }
            Err(error) => {
                others += usize::from(unlock::bare(key, new).is_err());
                failure = failure.or(Some(error));
                Ok(None)
            }
        })?;
        match (changed, failure) {
            (0, Some(UnlockError::Unsupported)) => {
                Err(CareError::Unsupported { owner: self.owner() })
            }
            (0, _) => Err(CareError::WrongPassphrase { owner: self.owner() }),
            _ => Ok(Rekeyed { key: SecretKey::of(cert)?, others }),
        }
    }

    /// Whether `passphrase` opens any secret part of it.
    #[must_use]
    pub fn is_opened_by(&self, passphrase: &Passphrase) -> bool {
        let secrets = self.cert().keys().secret();
        let mut present = secrets.filter(|key| unlock::is_present(key.key().secret()));
        // A key of thousands of parts was made to take hours.
        present
            .by_ref()
            .take(limits::UNLOCKS)
            .any(|key| unlock::bare(key.key(), passphrase).is_ok())
    }

    fn present_parts(&self) -> usize {
        let secrets = self.cert().keys().secret();
        secrets.filter(|key| unlock::is_present(key.key().secret())).count()
    }
}

/// The certificate with each secret that `change` gives a new form; stubs are not asked about.
pub(crate) fn with_secrets(
    cert: &Cert,
    mut change: impl FnMut(&Secret) -> Result<Option<SecretKeyMaterial>, CareError>,
) -> Result<Cert, CareError> {
    let mut packets = Vec::new();
    for packet in cert.clone().into_tsk().into_packets() {
        packets.push(match packet {
            Packet::SecretKey(key) if unlock::is_present(key.secret()) => {
                match change(&key.clone().role_into_unspecified())? {
                    Some(secret) => Packet::SecretKey(key.take_secret().0.add_secret(secret).0),
                    None => Packet::SecretKey(key),
                }
            }
            Packet::SecretSubkey(key) if unlock::is_present(key.secret()) => {
                match change(&key.clone().role_into_unspecified())? {
                    Some(secret) => Packet::SecretSubkey(key.take_secret().0.add_secret(secret).0),
                    None => Packet::SecretSubkey(key),
                }
            }
            other => other,
        });
    }
    Cert::from_packets(packets.into_iter()).map_err(CareError::failed)
}

/// One bare secret under `passphrase`.
pub(crate) fn protected(
    key: &Secret,
    bare: SecretKeyMaterial,
    passphrase: &Passphrase,
) -> Result<SecretKeyMaterial, CareError> {
    let mut salt = [0; 8];
    random(&mut salt).map_err(CareError::failed)?;
    let s2k = S2K::Iterated { hash: HashAlgorithm::SHA256, salt, hash_bytes: HASHED_OCTETS };
    // Exposed: sequoia takes the octets over into memory of its own that it wipes.
    let password = Password::from(passphrase.expose());
    bare.encrypt_with(key, s2k, SymmetricAlgorithm::AES256, None, &password)
        .map_err(CareError::failed)
}

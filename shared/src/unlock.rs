//! How does a passphrase turn a protected secret key into one that decrypts?
//!
//! Own code for two measured reasons: sequoia hashes with SHA1CD, a quarter of the speed that the
//! 65 million octets of every gpg export deserve, and it refuses the Curve25519 secrets of gpg 2.4,
//! whose bit count (256) is larger than the number that follows. Whatever is not the everyday case
//! (Argon2 with AEAD, rare hashes, other algorithms) is left to sequoia.

use crate::limits;
use crate::secret::Passphrase;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use sequoia_openpgp::crypto::mem::Protected;
use sequoia_openpgp::crypto::mpi::{self, ProtectedMPI, SecretKeyChecksum};
use sequoia_openpgp::crypto::{KeyPair, Password, S2K, SessionKey};
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{Encrypted, SecretKeyMaterial, SecretParts, UnspecifiedRole};
use sequoia_openpgp::types::{Curve, HashAlgorithm, PublicKeyAlgorithm};
use sha1::Digest as _;
use zeroize::{Zeroize, Zeroizing};

/// A key packet together with its secret part.
pub(crate) type Secret = Key<SecretParts, UnspecifiedRole>;

/// Why a key stays locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnlockError {
    /// Not this passphrase.
    WrongPassphrase,
    /// A kind of key or protection that neither engine knows.
    Unsupported,
}

/// Whether anything here can decrypt with a key of this algorithm and curve.
pub(crate) fn is_supported(key: &Secret) -> bool {
    let curve = match key.mpis() {
        mpi::PublicKey::ECDH { curve, .. } => Some(curve),
        _ => None,
    };
    key.pk_algo().is_supported() && curve.is_none_or(Curve::is_supported)
}

/// The algorithm and curve as people know them, for the message that it is not supported.
pub(crate) fn algorithm_name(key: &Secret) -> String {
    match key.mpis() {
        mpi::PublicKey::ECDH { curve, .. } => curve.to_string(),
        _ => plain_name(key.pk_algo()),
    }
}

/// The algorithm as people know it.
#[expect(deprecated, reason = "old keys use what nobody should use any more")]
pub(crate) fn plain_name(algorithm: PublicKeyAlgorithm) -> String {
    match algorithm {
        PublicKeyAlgorithm::ElGamalEncrypt | PublicKeyAlgorithm::ElGamalEncryptSign => {
            "ElGamal".to_string()
        }
        other => other.to_string(),
    }
}

/// Whether the secret is really in the file, not on a card or elsewhere (`gnu-dummy`).
pub(crate) fn is_present(secret: &SecretKeyMaterial) -> bool {
    match secret {
        SecretKeyMaterial::Unencrypted(_) => true,
        SecretKeyMaterial::Encrypted(encrypted) => {
            !matches!(encrypted.s2k(), S2K::Private { .. } | S2K::Unknown { .. })
        }
    }
}

/// Unlocks one key packet.
///
/// # Errors
/// [`UnlockError`] says whether another passphrase could help.
pub(crate) fn unlock(key: &Secret, passphrase: &Passphrase) -> Result<KeyPair, UnlockError> {
    if !is_supported(key) {
        return Err(UnlockError::Unsupported);
    }
    let (public, _) = key.clone().take_secret();
    let unlocked = public.add_secret(bare(key, passphrase)?).0;
    unlocked.into_keypair().map_err(|_| UnlockError::Unsupported)
}

/// The secret of one key packet without its protection, of whatever algorithm it is.
///
/// # Errors
/// [`UnlockError`] says whether another passphrase could help.
pub(crate) fn bare(
    key: &Secret,
    passphrase: &Passphrase,
) -> Result<SecretKeyMaterial, UnlockError> {
    match key.secret() {
        SecretKeyMaterial::Unencrypted(_) => Ok(key.secret().clone()),
        SecretKeyMaterial::Encrypted(encrypted) => match everyday(key, encrypted, passphrase)? {
            Some(secret) => Ok(secret),
            None => by_sequoia(key, passphrase).map(|key| key.take_secret().1),
        },
    }
}

fn by_sequoia(key: &Secret, passphrase: &Passphrase) -> Result<Secret, UnlockError> {
    if let SecretKeyMaterial::Encrypted(encrypted) = key.secret()
        && !is_affordable(encrypted.s2k())
    {
        return Err(UnlockError::Unsupported);
    }
    // Exposed: sequoia takes the octets over into memory of its own that it wipes.
    let password = Password::from(passphrase.expose());
    key.clone().decrypt_secret(&password).map_err(|_| UnlockError::WrongPassphrase)
}

/// The everyday case: CFB with a checksum, a key of numbers. `None` is any other.
fn everyday(
    key: &Secret,
    encrypted: &Encrypted,
    passphrase: &Passphrase,
) -> Result<Option<SecretKeyMaterial>, UnlockError> {
    let (Some(checksum), None, true) =
        (encrypted.checksum(), encrypted.aead_algo(), is_of_numbers(key.pk_algo()))
    else {
        return Ok(None);
    };
    let Ok(octets) = encrypted.algo().key_size() else {
        return Err(UnlockError::Unsupported);
    };
    let session_key = derive(encrypted.s2k(), passphrase, octets)?;
    let secret = decipher(encrypted, &session_key).ok_or(UnlockError::Unsupported)?;
    let numbers = without_checksum(&secret, checksum).ok_or(UnlockError::WrongPassphrase)?;
    let material = material(key.pk_algo(), numbers).ok_or(UnlockError::Unsupported)?;
    Ok(Some(SecretKeyMaterial::Unencrypted(material.into())))
}

/// String-to-key (RFC 9580 section 3.7.1): iterated and salted by own code, any other by sequoia's.
fn derive(s2k: &S2K, passphrase: &Passphrase, octets: usize) -> Result<SessionKey, UnlockError> {
    if let S2K::Iterated { hash, salt, hash_bytes } = s2k {
        // Exposed: the passphrase is what is hashed; the copy is wiped with `block`.
        let block = Zeroizing::new([&salt[..], passphrase.expose()].concat());
        let count = (*hash_bytes as usize).max(block.len());
        match hash {
            HashAlgorithm::SHA1 => return Ok(iterate::<sha1::Sha1>(&block, count, octets)),
            HashAlgorithm::SHA256 => return Ok(iterate::<sha2::Sha256>(&block, count, octets)),
            HashAlgorithm::SHA512 => return Ok(iterate::<sha2::Sha512>(&block, count, octets)),
            _ => {}
        }
    }
    if !is_affordable(s2k) {
        return Err(UnlockError::Unsupported);
    }
    // Exposed: sequoia takes the octets over into memory of its own that it wipes.
    let password = Password::from(passphrase.expose());
    s2k.derive_key(&password, octets).map_err(|_| UnlockError::Unsupported)
}

fn is_affordable(s2k: &S2K) -> bool {
    match s2k {
        S2K::Argon2 { t, m, .. } => limits::is_argon2_affordable_for_key(*t, *m),
        _ => true,
    }
}

/// Hashes `count` octets of `block` repeated; keys longer than a digest take further passes, each
/// preceded by one more zero octet.
fn iterate<H: sha1::Digest>(block: &[u8], count: usize, octets: usize) -> SessionKey {
    // Hashing from a long buffer keeps the compression function fed with whole blocks.
    let repeats = (8192 / block.len()).max(1);
    let buffer = Zeroizing::new(block.repeat(repeats));
    let mut key = Zeroizing::new(Vec::with_capacity(octets + 64));
    for pass in 0.. {
        if key.len() >= octets {
            break;
        }
        let mut hash = H::new();
        hash.update(vec![0; pass]);
        let mut left = count;
        while let Some(rest) = left.checked_sub(buffer.len()) {
            hash.update(&*buffer);
            left = rest;
        }
        hash.update(buffer.get(..left).unwrap_or_default());
        let mut digest = hash.finalize();
        key.extend_from_slice(&digest);
        digest.as_mut_slice().zeroize();
    }
    SessionKey::from(key.get(..octets).unwrap_or_default())
}

/// Deciphers the secret; its first block is the initialisation vector. By rPGP, since sequoia fails
/// with Blowfish.
fn decipher(encrypted: &Encrypted, session_key: &SessionKey) -> Option<Zeroizing<Vec<u8>>> {
    let ciphertext = encrypted.ciphertext().ok()?;
    let (vector, body) = ciphertext.split_at_checked(encrypted.algo().block_size().ok()?)?;
    let mut secret = Zeroizing::new(body.to_vec());
    let algorithm = SymmetricKeyAlgorithm::from(u8::from(encrypted.algo()));
    algorithm.decrypt_with_iv_regular(session_key, vector, &mut secret).ok()?;
    Some(secret)
}

/// The numbers in front of the checksum, if the checksum is theirs (RFC 9580 section 5.5.3).
fn without_checksum(secret: &[u8], checksum: SecretKeyChecksum) -> Option<&[u8]> {
    match checksum {
        SecretKeyChecksum::SHA1 => {
            let (numbers, digest) = secret.split_at_checked(secret.len().checked_sub(20)?)?;
            (sha1::Sha1::digest(numbers).as_slice() == digest).then_some(numbers)
        }
        SecretKeyChecksum::Sum16 => {
            let (numbers, sum) = secret.split_at_checked(secret.len().checked_sub(2)?)?;
            let expected = numbers.iter().fold(0_u16, |sum, o| sum.wrapping_add(u16::from(*o)));
            (expected.to_be_bytes() == sum).then_some(numbers)
        }
    }
}

/// Whether the secret is what [`material`] knows.
#[expect(deprecated, reason = "old keys use what nobody should use any more")]
fn is_of_numbers(algorithm: PublicKeyAlgorithm) -> bool {
    use PublicKeyAlgorithm::{DSA, ECDH, ECDSA, EdDSA, ElGamalEncrypt, RSAEncryptSign};
    matches!(algorithm, RSAEncryptSign | ECDH | EdDSA | ECDSA | DSA | ElGamalEncrypt)
}

#[expect(deprecated, reason = "old keys use what nobody should use any more")]
fn material(algorithm: PublicKeyAlgorithm, mut numbers: &[u8]) -> Option<mpi::SecretKeyMaterial> {
    use PublicKeyAlgorithm::{DSA, ECDH, ECDSA, EdDSA, ElGamalEncrypt};
    let first = number(&mut numbers)?;
    let material = match algorithm {
        ECDH => mpi::SecretKeyMaterial::ECDH { scalar: first },
        EdDSA => mpi::SecretKeyMaterial::EdDSA { scalar: first },
        ECDSA => mpi::SecretKeyMaterial::ECDSA { scalar: first },
        DSA => mpi::SecretKeyMaterial::DSA { x: first },
        ElGamalEncrypt => mpi::SecretKeyMaterial::ElGamal { x: first },
        _ => mpi::SecretKeyMaterial::RSA {
            d: first,
            p: number(&mut numbers)?,
            q: number(&mut numbers)?,
            u: number(&mut numbers)?,
        },
    };
    numbers.is_empty().then_some(material)
}

/// One multi-precision number (RFC 9580 section 3.2), its bit count taken as an upper bound.
fn number(octets: &mut &[u8]) -> Option<ProtectedMPI> {
    let (count, rest) = octets.split_at_checked(2)?;
    let bits = u16::from_be_bytes(count.try_into().ok()?);
    let (value, rest) = rest.split_at_checked(usize::from(bits).div_ceil(8))?;
    *octets = rest;
    Some(ProtectedMPI::from(Protected::from(value)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_derived_key_is_sequoias() {
        for (hash, octets) in [
            (HashAlgorithm::SHA1, 16),
            (HashAlgorithm::SHA1, 32),
            (HashAlgorithm::SHA256, 32),
            (HashAlgorithm::SHA512, 24),
        ] {
            for (typed, hash_bytes) in [("", 1024), ("pässwort", 65536), ("x", 66_000)] {
                let s2k = S2K::Iterated { hash, salt: *b"saltsalt", hash_bytes };
                let passphrase = Passphrase::new(Zeroizing::new(typed.into()));
                let theirs = s2k.derive_key(&Password::from(typed), octets).unwrap();
                assert_eq!(derive(&s2k, &passphrase, octets).unwrap(), theirs);
            }
        }
    }

    #[test]
    fn a_number_may_have_fewer_bits_than_it_says() {
        let mut octets = &b"\x00\x10\x00\x7Frest"[..];
        assert_eq!(number(&mut octets).unwrap().value(), b"\x7F");
        assert_eq!(octets, b"rest");
        assert!(number(&mut &b"\xFF\xFFshort"[..]).is_none());
    }
}

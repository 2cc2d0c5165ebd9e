//! How is a new secret key made? One that every gpg from 1.4 on (RSA), 2.1 on (Curve25519) takes: of
//! version 4, a primary key that signs and a subkey that recordings are sealed for.

use crate::care::CareError;
use crate::certs::SecretKey;
use crate::protect;
use crate::revoke;
use crate::secret::Passphrase;
use openpgp::Packet;
use openpgp::cert::Cert;
use openpgp::packet::key::{Key4, PrimaryRole, SecretParts, SubordinateRole};
use openpgp::packet::signature::SignatureBuilder;
use openpgp::packet::{Key, UserID};
use openpgp::types::{
    CompressionAlgorithm, Curve, Features, HashAlgorithm, KeyFlags, SignatureType,
    SymmetricAlgorithm,
};
use sequoia_openpgp as openpgp;
use std::time::{Duration, SystemTime};

/// The kinds of keys that are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyKind {
    /// Ed25519 with a Curve25519 subkey: small and quick.
    #[default]
    Curve25519,
    /// RSA with 3072 bits, for estates with a gpg before 2.1.
    Rsa3072,
}

/// Computers' clocks differ by minutes, and a certificate from the future is refused by the dialer
/// and by gpg alike: a new key is dated back by this much.
const BACKDATED_BY: Duration = Duration::from_secs(600);

/// A key that was made.
pub struct NewKey {
    /// The key, under its passphrase.
    pub key: SecretKey,
    /// What withdraws it one day, made now while it can be signed; as GnuPG writes it, with a colon
    /// in front of the armor, so that nobody's program takes it for the withdrawal by accident.
    pub revocation: String,
}

/// Makes a key for `user_id` that expires after `valid_for`.
///
/// # Errors
/// When there is no chance to be had, or the library fails.
pub fn create(
    user_id: &str,
    passphrase: &Passphrase,
    kind: KeyKind,
    now: SystemTime,
    valid_for: Duration,
) -> Result<NewKey, CareError> {
    let created = now.checked_sub(BACKDATED_BY).unwrap_or(now);
    let valid_for = valid_for + BACKDATED_BY;
    let bare = assembled(user_id, kind, created, valid_for).map_err(CareError::failed)?;
    let revocation = revoke::guarded(&bare, created)?;
    let cert = protect::with_secrets(&bare, |key| {
        protect::protected(key, key.secret().clone(), passphrase).map(Some)
    })?;
    Ok(NewKey { key: SecretKey::of(cert)?, revocation })
}

fn assembled(
    user_id: &str,
    kind: KeyKind,
    created: SystemTime,
    valid_for: Duration,
) -> openpgp::Result<Cert> {
    let (primary, subkey) = parts(kind, created)?;
    let mut signer = primary.clone().into_keypair()?;
    let cert = Cert::from_packets(std::iter::once(Packet::from(primary)))?;
    let builder = |kind, flags| {
        SignatureBuilder::new(kind)
            .set_signature_creation_time(created)?
            .set_key_validity_period(valid_for)?
            .set_key_flags(flags)
    };
    let flags = KeyFlags::empty().set_certification().set_signing();
    let name = UserID::from(user_id);
    let binding = name.bind(
        &mut signer,
        &cert,
        preferring(builder(SignatureType::PositiveCertification, flags)?)?,
    )?;
    let cert = cert.insert_packets([Packet::from(name), binding.into()])?.0;
    let flags = KeyFlags::empty().set_transport_encryption().set_storage_encryption();
    let binding = subkey.bind(&mut signer, &cert, builder(SignatureType::SubkeyBinding, flags)?)?;
    Ok(cert.insert_packets([Packet::from(subkey), binding.into()])?.0)
}

type Parts = (Key<SecretParts, PrimaryRole>, Key<SecretParts, SubordinateRole>);

fn parts(kind: KeyKind, created: SystemTime) -> openpgp::Result<Parts> {
    let (mut primary, mut subkey) = match kind {
        KeyKind::Curve25519 => (
            Key4::<_, PrimaryRole>::generate_ecc(true, Curve::Ed25519)?,
            Key4::<_, SubordinateRole>::generate_ecc(false, Curve::Cv25519)?,
        ),
        KeyKind::Rsa3072 => (Key4::generate_rsa(3072)?, Key4::generate_rsa(3072)?),
    };
    primary.set_creation_time(created)?;
    subkey.set_creation_time(created)?;
    Ok((primary.into(), subkey.into()))
}

/// What others may send: nothing that a gpg could not open, should the key move to one.
fn preferring(builder: SignatureBuilder) -> openpgp::Result<SignatureBuilder> {
    builder
        .set_primary_userid(true)?
        .set_features(Features::empty().set_seipdv1())?
        .set_preferred_symmetric_algorithms(vec![
            SymmetricAlgorithm::AES256,
            SymmetricAlgorithm::AES192,
            SymmetricAlgorithm::AES128,
        ])?
        .set_preferred_hash_algorithms(vec![HashAlgorithm::SHA512, HashAlgorithm::SHA256])?
        .set_preferred_compression_algorithms(vec![
            CompressionAlgorithm::Zlib,
            CompressionAlgorithm::Zip,
        ])
}

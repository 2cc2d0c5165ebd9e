//! Can recordings be sealed for this certificate now, and until when?

use crate::certs::Certificates;
use crate::limits;
use crate::refusal::Refusal;
use crate::revocation::Judge;
use crate::version5;
use openpgp::cert::amalgamation::ValidateAmalgamation;
use openpgp::cert::amalgamation::key::ValidErasedKeyAmalgamation;
use openpgp::cert::{Cert, ValidCert};
use openpgp::packet::key::{PublicParts, UnspecifiedRole};
use openpgp::packet::{Key, Signature};
use openpgp::policy::StandardPolicy;
use sequoia_openpgp as openpgp;
use std::time::SystemTime;

type ValidKey<'a> = ValidErasedKeyAmalgamation<'a, PublicParts>;

/// What a certificate is sealed to.
pub(crate) struct Usable {
    pub(crate) keys: Vec<Key<PublicParts, UnspecifiedRole>>,
    /// When the last of them, or the certificate itself, is no longer valid.
    pub(crate) until: Option<SystemTime>,
}

/// RFC 9580 section 5.2.3.29 for the flags; sequoia's policy for what is too weak.
pub(crate) fn check(cert: &Cert, certificates: &Certificates) -> Result<Usable, Refusal> {
    let judge = Judge::new(cert, certificates);
    judge.certificate()?;
    let policy = StandardPolicy::new();
    let valid = cert.with_policy(&policy, None).map_err(|error| invalid(cert, &error))?;
    valid.alive().map_err(|error| not_alive(&valid, &error))?;
    let usable: Vec<ValidKey<'_>> = encryption_keys(&valid)
        .filter(|key| key.key().pk_algo().is_supported() && key.alive().is_ok())
        .filter(|key| !judge.key(key))
        .take(limits::ENCRYPTION_KEYS + 1)
        .collect();
    match usable.len() {
        0 => Err(no_encryption_key(&valid, &judge)),
        1..=limits::ENCRYPTION_KEYS => {
            Ok(Usable { until: until(&valid, &usable), keys: usable.iter().map(public).collect() })
        }
        _ => Err(Refusal::TooManyKeys { count: encryption_keys(&valid).count() }),
    }
}

fn encryption_keys<'a>(valid: &ValidCert<'a>) -> impl Iterator<Item = ValidKey<'a>> {
    valid.keys().for_transport_encryption().for_storage_encryption()
}

fn public(key: &ValidKey<'_>) -> Key<PublicParts, UnspecifiedRole> {
    key.key().clone().parts_into_public().role_into_unspecified()
}

/// An older encryption key that expires before a newer one ends nothing.
fn until(valid: &ValidCert<'_>, keys: &[ValidKey<'_>]) -> Option<SystemTime> {
    let primary = valid.primary_key();
    let certificate = sooner(primary.key_expiration_time(), primary.binding_signature());
    let ends = keys.iter().map(|key| sooner(key.key_expiration_time(), key.binding_signature()));
    // The last end of all; none where one key has no end.
    let last = ends.reduce(|one, other| Some(one?.max(other?))).flatten();
    [certificate, last].into_iter().flatten().min()
}

/// A key ends with its own time or with that of the signature that binds it.
fn sooner(expires: Option<SystemTime>, binding: &Signature) -> Option<SystemTime> {
    [expires, binding.signature_expiration_time()].into_iter().flatten().min()
}

/// Why the policy rejects a certificate as a whole.
fn invalid(cert: &Cert, error: &anyhow::Error) -> Refusal {
    let primary = cert.primary_key();
    let created = primary.key().creation_time();
    let signed = cert
        .userids()
        .flat_map(|id| id.self_signatures())
        .chain(primary.self_signatures())
        .filter_map(|signature| signature.signature_creation_time())
        .min();
    match signed.map_or(created, |signed| signed.max(created)) {
        from if from > SystemTime::now() => Refusal::NotYetValid { from },
        _ => not_sound(error),
    }
}

fn not_alive(valid: &ValidCert<'_>, error: &anyhow::Error) -> Refusal {
    match (not_sound(error), valid.primary_key().key_expiration_time()) {
        (Refusal::TooWeak { .. }, Some(at)) if at <= SystemTime::now() => Refusal::Expired { at },
        (refusal, _) => refusal,
    }
}

/// What sequoia's error means; a time that is not right is the most useful thing to know.
fn not_sound(error: &anyhow::Error) -> Refusal {
    for cause in error.chain() {
        match cause.downcast_ref() {
            Some(openpgp::Error::NotYetLive(from)) => return Refusal::NotYetValid { from: *from },
            Some(openpgp::Error::Expired(at)) => return Refusal::Expired { at: *at },
            _ => {}
        }
    }
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    Refusal::TooWeak { detail: causes.join(": ") }
}

/// Why a sound certificate has no key to seal for: the encryption keys expired or were revoked, or
/// there never was one that this program can use.
fn no_encryption_key(valid: &ValidCert<'_>, judge: &Judge<'_>) -> Refusal {
    let all: Vec<ValidKey<'_>> = encryption_keys(valid).collect();
    let unsupported = all.iter().find(|key| !key.key().pk_algo().is_supported());
    if let Some(key) = unsupported {
        return Refusal::Unsupported { algorithm: key.key().pk_algo().to_string() };
    }
    if all.is_empty() {
        return never_any(valid.cert());
    }
    let ends = all.iter().filter_map(|key| key.key_expiration_time());
    match ends.filter(|at| *at <= SystemTime::now()).max() {
        Some(at) => Refusal::Expired { at },
        None if all.iter().any(|key| judge.key(key)) => Refusal::EncryptionKeyRevoked,
        None => Refusal::SignOnly,
    }
}

/// Why none of the subkeys counts as an encryption key at all.
fn never_any(cert: &Cert) -> Refusal {
    if version5::subkeys(cert).next().is_some() {
        return Refusal::Version5;
    }
    let policy = StandardPolicy::new();
    let bound = cert.keys().subkeys().filter(|key| {
        key.key().pk_algo().for_encryption() && key.self_signatures().next().is_some()
    });
    let mut refusals = bound.filter_map(|key| {
        let created = key.self_signatures().filter_map(|it| it.signature_creation_time()).min();
        let from = created.max(Some(key.key().creation_time()));
        match from.filter(|from| *from > SystemTime::now()) {
            Some(from) => Some(Refusal::NotYetValid { from }),
            None => key.with_policy(&policy, None).err().map(|error| not_sound(&error)),
        }
    });
    refusals.next().unwrap_or(Refusal::SignOnly)
}

//! Which secret keys does a file hold, and can they open recordings?

use crate::armor;
use crate::certs::owner;
use crate::framing;
use crate::key_about;
use crate::keyring::{self, Budget, Found};
use crate::recording::escaped;
use crate::unlock::{self, Secret};
use openpgp::Packet;
use openpgp::cert::Cert;
use openpgp::packet::key::SecretKeyMaterial;
use openpgp::policy::StandardPolicy;
use openpgp::serialize::SerializeInto;
use sequoia_openpgp as openpgp;
use std::path::PathBuf;
use std::time::SystemTime;
use zeroize::Zeroizing;

/// Why a file did not yield a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file or folder cannot be read.
    #[error("The file cannot be read ({source}). Check the path and its permissions: {}",
        escaped(path.as_os_str().as_encoded_bytes()))]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Larger than any file of keys.
    #[error("The file is too large to be a key. Choose the file that holds the exported key.")]
    TooLarge,
    /// Nothing in it is a key.
    #[error("There is no key in this file. Choose the file that holds the exported secret key.")]
    NoKey,
    /// A sealed recording where a key should be.
    #[error("This is a sealed recording, not a key. Open it instead of importing it.")]
    Recording,
    /// Only the public half.
    #[error(
        "This file holds only the public half of the key of {owner}. Export the secret key \
        where it was made and bring that file."
    )]
    CertificateOnly {
        /// Whose.
        owner: String,
    },
    /// The secret itself stays on a card or in another file.
    #[error(
        "The key of {owner} is only a reference to a smart card or to another file. Export \
        the secret key from where it is kept and bring that file."
    )]
    Stub {
        /// Whose.
        owner: String,
    },
    /// It cannot decrypt.
    #[error(
        "The key of {owner} cannot open recordings: it has no part for decryption. Bring a \
        key that has an encryption subkey."
    )]
    NoDecryption {
        /// Whose.
        owner: String,
    },
    /// Only GnuPG knows what opens recordings with it.
    #[error(
        "The key of {owner} is of a kind that only GnuPG can use ({kind}). Bring an RSA or \
        Curve25519 key, or leave this one in GnuPG: it is asked where it is installed."
    )]
    OnlyGnupg {
        /// Whose.
        owner: String,
        /// `version 5`, `Kyber`.
        kind: String,
    },
    /// It does not parse.
    #[error("The key in this file is damaged ({detail}). Export it again and bring that file.")]
    Malformed {
        /// The parser's reason.
        detail: String,
    },
}

/// A secret key as its owner protected it; its secret part stays locked in here.
#[derive(Clone)]
pub struct SecretKey {
    cert: Cert,
}

impl SecretKey {
    /// Reads every secret key that can open recordings, armored or binary.
    ///
    /// # Errors
    /// When there is none; the first reason is given.
    pub fn read_all(octets: &[u8]) -> Result<Vec<Self>, KeyError> {
        let mut keys = Vec::new();
        let mut first_error = None;
        for read in Self::read_each(octets) {
            match read {
                Ok(key) => keys.push(key),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        if keys.is_empty() { Err(first_error.unwrap_or(KeyError::NoKey)) } else { Ok(keys) }
    }

    /// The same with what is wrong with each of the others; one outcome at least.
    #[must_use]
    pub fn read_each(octets: &[u8]) -> Vec<Result<Self, KeyError>> {
        let found = keyring::read(octets, &mut Budget::default());
        let read: Vec<Result<Self, KeyError>> = found.into_iter().map(Self::from_found).collect();
        if read.iter().any(Result::is_ok) {
            return read;
        }
        if is_recording(octets) {
            return vec![Err(KeyError::Recording)];
        }
        match read.first() {
            Some(Err(KeyError::Malformed { .. })) if !looks_like_key(octets) => {
                vec![Err(KeyError::NoKey)]
            }
            Some(_) => read,
            None => vec![Err(KeyError::NoKey)],
        }
    }

    fn from_found(found: Found) -> Result<Self, KeyError> {
        match found {
            Found::Cert(cert) => Self::of(*cert),
            Found::Version5(found) => {
                let kind = "version 5".to_string();
                Err(KeyError::OnlyGnupg { owner: found.owner(), kind })
            }
            Found::Revocation(_) => Err(KeyError::NoKey),
            Found::Unreadable { reason, .. } => Err(KeyError::Malformed { detail: reason }),
        }
    }

    /// The key in `cert`, if it can open recordings.
    pub(crate) fn of(cert: Cert) -> Result<Self, KeyError> {
        let key = Self { cert };
        let owner = key.owner();
        if !key.cert.is_tsk() {
            return Err(KeyError::CertificateOnly { owner });
        }
        let can_decrypt = |secret: &Secret| secret.pk_algo().for_encryption();
        let secrets: Vec<Secret> =
            key.cert.keys().secret().map(|key| key.key().clone().role_into_unspecified()).collect();
        if !secrets.iter().any(|secret| unlock::is_present(secret.secret())) {
            return Err(KeyError::Stub { owner });
        }
        if !secrets.iter().any(can_decrypt) {
            if let Some(kind) = key_about::unread_kind(&key.cert) {
                return Err(KeyError::OnlyGnupg { owner, kind });
            }
            return Err(KeyError::NoDecryption { owner });
        }
        if key.secrets().next().is_none() {
            return Err(KeyError::Stub { owner });
        }
        Ok(key)
    }

    /// The key packets that can decrypt and whose secret is really here. Expired and revoked ones
    /// too: what was sealed for them once must open.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        // Each keeps its place in the certificate: AEAD binds the protection to it.
        self.cert
            .keys()
            .secret()
            .map(|key| key.key().clone())
            .filter(|key| key.pk_algo().for_encryption() && unlock::is_present(key.secret()))
    }

    pub(crate) fn cert(&self) -> &Cert {
        &self.cert
    }

    /// The fingerprint in upper-case hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.cert.fingerprint().to_hex()
    }

    /// The owner as the key names them, safe to show; the fingerprint where it names nobody.
    #[must_use]
    pub fn owner(&self) -> String {
        owner(&self.cert)
    }

    /// The key IDs that a recording may be sealed to, in 16 hexadecimal digits.
    #[must_use]
    pub fn key_ids(&self) -> Vec<String> {
        self.secrets().map(|key| key.keyid().to_hex()).collect()
    }

    /// When it was made.
    #[must_use]
    pub fn created(&self) -> SystemTime {
        self.cert.primary_key().key().creation_time()
    }

    /// When it expires, if it does and the signature that says so is sound.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        let policy = StandardPolicy::new();
        self.cert.with_policy(&policy, None).ok()?.primary_key().key_expiration_time()
    }

    /// Whether every secret part in it is protected by a passphrase.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        let is_bare = |key: &SecretKeyMaterial| matches!(key, SecretKeyMaterial::Unencrypted(_));
        !self.cert.keys().secret().any(|key| key.key().optional_secret().is_some_and(is_bare))
    }

    /// This key with whatever `newer` knows besides: other subkeys, signatures, names. A secret part
    /// that is here stays as it is. `None` where both hold one for the same key and protect it
    /// differently: then nobody can tell which of them still opens.
    #[must_use]
    pub fn merged_with(&self, newer: &Self) -> Option<Self> {
        let mut differs = false;
        let packets = newer.cert.as_tsk().into_packets();
        let merged = self.cert.clone().insert_packets_merge(packets, |old, new| {
            let Some(old) = old else { return Ok(new) };
            let keeps = match (present(&old), present(&new)) {
                (Some(held), Some(brought)) => {
                    differs |= held != brought;
                    true
                }
                (Some(_), None) => true,
                _ => false,
            };
            Ok(if keeps { old } else { new })
        });
        let cert = merged.ok()?.0;
        (!differs).then_some(Self { cert })
    }

    /// This key with the signatures, names and subkeys of `newer`; its secret parts stay.
    ///
    /// # Errors
    /// When they are two keys.
    pub fn with_certificate_of(&self, newer: &Self) -> Result<Self, KeyError> {
        let merged = self.cert.clone().merge_public(newer.cert.clone().strip_secret_key_material());
        let malformed = |error: anyhow::Error| KeyError::Malformed { detail: error.to_string() };
        Self::of(merged.map_err(malformed)?)
    }

    /// The key as it came, protection included, in binary form. Left out are signatures that can be
    /// read and not written: those that a version 5 key of GnuPG made.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn to_octets(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut octets = Zeroizing::new(Vec::new());
        for packet in self.cert.clone().into_tsk().into_packets() {
            match packet.to_vec().map(Zeroizing::new) {
                Ok(written) => octets.extend_from_slice(&written),
                Err(_) if matches!(packet, Packet::Signature(_)) => {}
                Err(error) => return Err(KeyError::Malformed { detail: error.to_string() }),
            }
        }
        Ok(octets)
    }
}

/// The secret part of a key packet, if it is really here.
fn present(packet: &Packet) -> Option<&SecretKeyMaterial> {
    let secret = match packet {
        Packet::SecretKey(key) => key.secret(),
        Packet::SecretSubkey(key) => key.secret(),
        _ => return None,
    };
    unlock::is_present(secret).then_some(secret)
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SecretKey({})", self.fingerprint())
    }
}

fn is_recording(octets: &[u8]) -> bool {
    armor::binary(octets).is_ok_and(|binary| framing::outline(&binary).is_ok())
}

/// Whether it begins like a key packet (5, 6, 7 or 14) or its armor.
fn looks_like_key(octets: &[u8]) -> bool {
    let is_key_packet = octets.first().is_some_and(|first| match first {
        0xC0..=0xFF => matches!(first & 0x3F, 5 | 6 | 7 | 14),
        0x80..=0xBF => matches!(first >> 2 & 0x0F, 5 | 6 | 7 | 14),
        _ => false,
    });
    is_key_packet || keyring::is_armored(octets)
}

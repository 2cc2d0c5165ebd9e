//! Where do certificates and secret keys come from: files, folders, a GnuPG home?

use crate::framing;
use crate::keybox;
use crate::limits;
use crate::recording::escaped;
use crate::unlock::{self, Secret};
use openpgp::armor;
use openpgp::cert::{Cert, CertParser};
use openpgp::packet::key::SecretKeyMaterial;
use openpgp::parse::Parse;
use openpgp::policy::StandardPolicy;
use openpgp::serialize::SerializeInto;
use sequoia_openpgp as openpgp;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use zeroize::Zeroizing;

/// Certificates by fingerprint, and what could not be read on the way.
#[derive(Default)]
pub struct Certificates {
    certs: BTreeMap<String, Cert>,
    /// What was passed over and why, one sentence each.
    pub problems: Vec<String>,
}

impl Certificates {
    /// Every certificate, in the order of fingerprints.
    pub fn iter(&self) -> impl Iterator<Item = &Cert> {
        self.certs.values()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.certs.is_empty()
    }

    /// Adds what `octets` hold; a certificate that is there already is merged, so that a
    /// revocation known to any source counts.
    pub fn add(&mut self, octets: &[u8], source: &str) {
        for parsed in parse(octets) {
            match parsed {
                Ok(cert) => self.add_one(cert),
                Err(reason) => self.problems.push(format!("{source}: {reason}.")),
            }
        }
    }

    fn add_one(&mut self, cert: Cert) {
        let fingerprint = cert.fingerprint().to_hex();
        let merged = match self.certs.remove(&fingerprint) {
            Some(known) => known.clone().merge_public_and_secret(cert).unwrap_or(known),
            None => cert,
        };
        self.certs.insert(fingerprint, merged);
    }

    /// Reads a certificate file, or every file of a folder (not of its sub-folders).
    ///
    /// # Errors
    /// When the file or folder cannot be read at all.
    pub fn add_path(&mut self, path: &Path) -> Result<(), KeyError> {
        let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
        if !fs::metadata(path).map_err(unreadable)?.is_dir() {
            return self.add_file(path);
        }
        let mut files: Vec<PathBuf> = fs::read_dir(path)
            .map_err(unreadable)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        files.iter().try_for_each(|file| self.add_file(file))
    }

    fn add_file(&mut self, path: &Path) -> Result<(), KeyError> {
        let octets = read_file(path)?;
        let source = escaped(path.as_os_str().as_encoded_bytes());
        if keybox::is_keybox(&octets) {
            for keyblock in keybox::keyblocks(&octets) {
                self.add(keyblock, &source);
            }
        } else {
            self.add(&octets, &source);
        }
        Ok(())
    }

    /// Reads the public keyring of a GnuPG home as gpg does: `pubring.kbx`, and `pubring.gpg` only
    /// where the former holds none, since what was deleted from the new one stays in the old.
    ///
    /// # Errors
    /// When a keyring is there and cannot be read.
    pub fn add_gnupg_home(&mut self, home: &Path) -> Result<(), KeyError> {
        for ring in ["pubring.kbx", "pubring.gpg"] {
            let before = self.certs.len() + self.problems.len();
            match self.add_file(&home.join(ring)) {
                Err(KeyError::Unreadable { source, .. })
                    if source.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
            if self.certs.len() + self.problems.len() > before {
                break;
            }
        }
        Ok(())
    }
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size > limits::KEY_FILE_OCTETS {
        return Err(KeyError::TooLarge);
    }
    // Wiped, because a file of certificates may turn out to hold secret keys.
    let mut octets = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0)));
    file.take(limits::KEY_FILE_OCTETS).read_to_end(&mut octets).map_err(unreadable)?;
    Ok(octets)
}

/// Every certificate or key in `octets`, whether binary, armored, or several armors in a row.
fn parse(octets: &[u8]) -> Vec<Result<Cert, String>> {
    let blocks = armored_blocks(octets);
    if blocks.is_empty() {
        return parse_binary(octets);
    }
    blocks.iter().flat_map(|block| parse_armored(block)).collect()
}

fn parse_armored(block: &[u8]) -> Vec<Result<Cert, String>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(block.len()));
    match armor::Reader::from_bytes(block, armor::ReaderMode::Tolerant(None))
        .read_to_end(&mut plain)
    {
        Ok(_) => parse_binary(&plain),
        Err(error) => vec![Err(format!("the armor is damaged ({error})"))],
    }
}

fn parse_binary(octets: &[u8]) -> Vec<Result<Cert, String>> {
    match CertParser::from_bytes(octets) {
        Ok(parser) => parser.map(|cert| cert.map_err(|error| error.to_string())).collect(),
        Err(error) => vec![Err(error.to_string())],
    }
}

/// The parts between the lines that begin and end a key block.
fn armored_blocks(octets: &[u8]) -> Vec<&[u8]> {
    let find = |from: usize, part: &[u8]| {
        let rest = octets.get(from..)?;
        rest.windows(part.len()).position(|at| at == part).map(|at| from + at)
    };
    let mut blocks = Vec::new();
    let mut at = 0;
    if octets.first().is_some_and(|first| first & 0x80 != 0 && *first != 0xEF) {
        return blocks;
    }
    while let Some(start) = find(at, b"-----BEGIN PGP P") {
        let end = find(start + 1, b"-----END PGP P").unwrap_or(octets.len());
        let line = octets.get(end + 5..).and_then(|rest| rest.iter().position(|o| *o == b'\n'));
        let stop = line.map_or(octets.len(), |length| end + 5 + length);
        blocks.extend(octets.get(start..stop));
        at = stop;
    }
    blocks
}

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
    /// It does not parse.
    #[error(
        "The key in this file cannot be read ({detail}). Export it again, as a version 4 key; \
        keys of GnuPG's own version 5 are not supported."
    )]
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
        for parsed in parse(octets) {
            let checked =
                parsed.map_err(|detail| KeyError::Malformed { detail }).and_then(Self::check);
            match checked {
                Ok(key) => keys.push(key),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match (keys.is_empty(), first_error) {
            (false, _) => Ok(keys),
            (true, _) if is_recording(octets) => Err(KeyError::Recording),
            (true, Some(error @ KeyError::Malformed { .. })) if !looks_like_key(octets) => {
                drop(error);
                Err(KeyError::NoKey)
            }
            (true, error) => Err(error.unwrap_or(KeyError::NoKey)),
        }
    }

    fn check(cert: Cert) -> Result<Self, KeyError> {
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
        self.cert
            .keys()
            .secret()
            .map(|key| key.key().clone().role_into_unspecified())
            .filter(|key| key.pk_algo().for_encryption() && unlock::is_present(key.secret()))
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

    /// The key as it came, protection included, in binary form.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn to_octets(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let octets = self.cert.as_tsk().to_vec();
        octets
            .map(Zeroizing::new)
            .map_err(|error| KeyError::Malformed { detail: error.to_string() })
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SecretKey({})", self.fingerprint())
    }
}

/// The first user ID of a certificate, made safe to show; its fingerprint where it has none.
#[must_use]
pub fn owner(cert: &Cert) -> String {
    let policy = StandardPolicy::new();
    let primary = cert
        .with_policy(&policy, None)
        .ok()
        .and_then(|valid| valid.primary_userid().ok().map(|id| escaped(id.userid().value())));
    primary
        .or_else(|| cert.userids().next().map(|id| escaped(id.userid().value())))
        .unwrap_or_else(|| cert.fingerprint().to_hex())
}

fn is_recording(octets: &[u8]) -> bool {
    framing::binary(octets).is_ok_and(|binary| framing::outline(&binary).is_ok())
}

/// Whether it begins like a key packet (5, 6, 7 or 14) or its armor.
fn looks_like_key(octets: &[u8]) -> bool {
    let is_key_packet = octets.first().is_some_and(|first| match first {
        0xC0..=0xFF => matches!(first & 0x3F, 5 | 6 | 7 | 14),
        0x80..=0xBF => matches!(first >> 2 & 0x0F, 5 | 6 | 7 | 14),
        _ => false,
    });
    is_key_packet || !armored_blocks(octets).is_empty()
}

//! Which certificates are there, from files, folders and a GnuPG home?

use crate::keybox;
use crate::keyring::{self, Budget, Found};
use crate::limits;
use crate::merging::{self, Parts};
use crate::recording::escaped;
use crate::revocation::Judge;
use crate::version5::Version5;
use openpgp::KeyHandle;
use openpgp::cert::Cert;
use openpgp::packet::Signature;
use openpgp::policy::StandardPolicy;
use sequoia_openpgp as openpgp;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub use crate::secret_key::{KeyError, SecretKey};

/// Certificates by fingerprint, and what could not be read on the way.
#[derive(Default)]
pub struct Certificates {
    certs: BTreeMap<String, Cert>,
    version5: BTreeMap<String, Version5>,
    /// Signatures that came without the certificate that they revoke.
    revocations: Vec<Signature>,
    secret_keys: Vec<String>,
    parts: Parts,
    budget: Budget,
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

    /// The certificate whose primary key has this fingerprint.
    pub(crate) fn get(&self, fingerprint: &str) -> Option<&Cert> {
        self.certs.get(fingerprint)
    }

    /// Certificates that can only be recognised.
    pub(crate) fn version5(&self) -> impl Iterator<Item = &Version5> {
        self.version5.values()
    }

    /// The files and folders that hold secret keys, each once, safe to show.
    #[must_use]
    pub fn secret_keys(&self) -> &[String] {
        &self.secret_keys
    }

    /// What an administrator is told of each place that holds secret keys: none belongs on a
    /// dialer.
    pub fn secret_key_warnings(&self) -> impl Iterator<Item = String> {
        self.secret_keys.iter().map(|place| {
            format!(
                "A secret key lies in {place}. The dialer needs only certificates (public keys); \
                 whoever takes over the dialer could open the recordings with it. Move it to a \
                 safe place."
            )
        })
    }

    /// A keyring may hold any number of blocks that all have the same thing wrong with them.
    pub(crate) fn add_problem(&mut self, problem: String) {
        if self.problems.len() < limits::PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    pub(crate) fn add_secret_key(&mut self, place: &str) {
        if !self.secret_keys.iter().any(|known| known == place) {
            self.secret_keys.push(place.to_string());
        }
    }

    /// Adds what `octets` hold; a certificate that is there already is merged, so that a
    /// revocation known to any source counts. Secret keys are noted and forgotten.
    pub fn add(&mut self, octets: &[u8], source: &str) {
        self.collect(octets, source);
        self.settle();
    }

    fn collect(&mut self, octets: &[u8], source: &str) {
        for found in keyring::read(octets, &mut self.budget) {
            if found.holds_secret() {
                self.add_secret_key(source);
            }
            match found {
                Found::Cert(cert) => self.parts.add(cert.strip_secret_key_material()),
                Found::Version5(found) => {
                    self.version5.insert(found.fingerprint().to_string(), found);
                }
                Found::Revocation(signature) => self.revocations.push(*signature),
                Found::Unreadable { reason, .. } => {
                    self.add_problem(format!("{source}: {}.", reason.trim_end_matches('.')));
                }
            }
        }
    }

    /// Puts certificates together that came in several parts: all parts at once, since each time
    /// takes as long as there are parts already.
    fn settle(&mut self) {
        for (fingerprint, parts) in self.parts.take() {
            let known = self.certs.remove(&fingerprint);
            match merging::merged(known, parts, &mut self.budget) {
                Some(cert) => drop(self.certs.insert(fingerprint, cert)),
                None => self.add_problem(format!(
                    "The certificate {fingerprint} is not used: it comes with far more parts or \
                     signatures than it needs."
                )),
            }
        }
    }

    /// The certificate with the revocations that came without it. Only those that sequoia or
    /// [`Judge`] proves to be about it have any effect.
    pub(crate) fn with_revocations<'a>(&self, cert: &'a Cert) -> Cow<'a, Cert> {
        let (own, judge) = (cert.key_handle(), Judge::new(cert, self));
        let may_concern = |signature: &&Signature| {
            let issuers = signature.get_issuers();
            let is_own = issuers.iter().any(|issuer: &KeyHandle| issuer.aliases(&own));
            is_own || issuers.is_empty() || judge.appointed_issuer(signature).is_some()
        };
        let signatures: Vec<Signature> =
            self.revocations.iter().filter(may_concern).cloned().collect();
        if signatures.is_empty() {
            return Cow::Borrowed(cert);
        }
        let merged = cert.clone().insert_packets(signatures);
        merged.map_or(Cow::Borrowed(cert), |(cert, _)| Cow::Owned(cert))
    }

    /// Reads a certificate file, or every file of a folder (not of its sub-folders).
    ///
    /// # Errors
    /// When the file or folder cannot be read at all. A single file of a folder is passed over
    /// then, and named in [`Self::problems`].
    pub fn add_path(&mut self, path: &Path) -> Result<(), KeyError> {
        let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
        if !fs::metadata(path).map_err(unreadable)?.is_dir() {
            return self.add_file(path).map(drop);
        }
        let mut files: Vec<PathBuf> = fs::read_dir(path)
            .map_err(unreadable)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        for file in files {
            if let Err(error) = self.collect_file(&file) {
                self.add_problem(format!("{}: {error}", shown(&file)));
            }
        }
        self.settle();
        Ok(())
    }

    /// Returns whether the file holds anything at all.
    pub(crate) fn add_file(&mut self, path: &Path) -> Result<bool, KeyError> {
        let outcome = self.collect_file(path);
        self.settle();
        outcome
    }

    fn collect_file(&mut self, path: &Path) -> Result<bool, KeyError> {
        let octets = read_file(path)?;
        let blocks = if keybox::is_keybox(&octets) {
            keybox::keyblocks(&octets)
        } else {
            vec![octets.as_slice()]
        };
        let source = shown(path);
        blocks.iter().for_each(|block| self.collect(block, &source));
        Ok(!blocks.is_empty())
    }
}

fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_encoded_bytes())
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    // A pipe has no size, and a file may grow while it is read: so one octet too many is asked for.
    let room = size.min(limits::KEY_FILE_OCTETS) + 1;
    // Wiped, because a file of certificates may turn out to hold secret keys.
    let mut octets = Zeroizing::new(Vec::with_capacity(usize::try_from(room).unwrap_or(0)));
    file.take(limits::KEY_FILE_OCTETS + 1).read_to_end(&mut octets).map_err(unreadable)?;
    if octets.len() as u64 > limits::KEY_FILE_OCTETS {
        return Err(KeyError::TooLarge);
    }
    Ok(octets)
}

/// The first user ID of a certificate, made safe to show; its fingerprint where it has none.
#[must_use]
pub fn owner(cert: &Cert) -> String {
    let policy = StandardPolicy::new();
    let primary = cert
        .with_policy(&policy, None)
        .ok()
        .and_then(|valid| valid.primary_userid().ok().map(|id| shown_name(id.userid().value())));
    primary
        .or_else(|| cert.userids().next().map(|id| shown_name(id.userid().value())))
        .unwrap_or_else(|| cert.fingerprint().to_hex())
}

/// A user ID as it may be shown: safe, and of a length that people's names have.
pub(crate) fn shown_name(user_id: &[u8]) -> String {
    let shown = escaped(user_id.get(..limits::NAME_OCTETS).unwrap_or(user_id));
    match shown.char_indices().nth(limits::NAME_OCTETS) {
        Some((end, _)) => shown.get(..end).unwrap_or_default().to_string() + "…",
        None if user_id.len() > limits::NAME_OCTETS => shown + "…",
        None => shown,
    }
}

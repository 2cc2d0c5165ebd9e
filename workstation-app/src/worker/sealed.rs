//! A sealed message that was selected: kept, or had again from its file when it is opened anew.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use shared::decrypt::Envelope;
use zeroize::Zeroizing;

use crate::open;
use crate::open::source::Source;
use crate::texts::{Failure, FailureKind};

/// A message that takes more is not held beside the samples that came out of it.
const MOST_KEPT_OCTETS: usize = 4 << 20;

/// A file that was read and is a sealed message.
pub(super) struct Message {
    octets: Option<Zeroizing<Vec<u8>>>,
    /// Where it can be read again; none for what a server sent.
    path: Option<PathBuf>,
    /// Whom it is sealed for.
    pub(super) envelope: Envelope,
    /// SHA-256 of the whole.
    pub(super) digest: [u8; 32],
}

impl Message {
    pub(super) fn new(octets: Zeroizing<Vec<u8>>, envelope: Envelope, source: &Source) -> Self {
        let digest = Sha256::digest(&*octets).into();
        let path = source.path().map(Path::to_owned);
        Self { octets: Some(octets), path, envelope, digest }
    }

    /// The message; an error if its file is gone, or another one by now.
    pub(super) fn octets(&mut self) -> Result<&[u8], Failure> {
        let octets = match self.octets.take() {
            Some(octets) => octets,
            None => self.read_again()?,
        };
        Ok(self.octets.insert(octets))
    }

    fn read_again(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let failed = |detail| Failure::new(FailureKind::FileUnreadable, detail);
        let path = self.path.as_deref().ok_or_else(|| failed("it came from no file"))?;
        let octets = open::read_file(path)?;
        let digest: [u8; 32] = Sha256::digest(&*octets).into();
        if digest != self.digest {
            return Err(failed("the file is another one than when it was opened first"));
        }
        Ok(octets)
    }

    /// It was opened: a large one is not kept while it is heard.
    pub(super) fn let_go(&mut self) {
        let is_large = self.octets.as_ref().is_some_and(|octets| octets.len() > MOST_KEPT_OCTETS);
        if is_large && self.path.is_some() {
            self.octets = None;
        }
    }

    /// Its file is about to be removed: it must be there for a passphrase after a lock all the same.
    pub(super) fn keep_before_removal(&mut self, path: &Path) {
        if self.path.as_deref() == Some(path) && self.octets().is_ok() {
            self.path = None;
        }
    }
}

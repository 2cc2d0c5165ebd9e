//! How is GnuPG asked to open what no engine here can, and what does its answer mean?

use crate::certs::SecretKey;
use crate::decrypt::{OpenError, Opened, Problem};
use crate::framing::{Container, Outline};
use crate::gnupg::{AskError, Gnupg, SpecialKey};
use crate::inside::{BodyError, Content, Room};
use crate::refusals::Refusals;
use crate::secret::Passphrase;
use crate::session::{self, Candidate};
use std::cell::RefCell;

/// A message that GnuPG is asked for, and what is said where it cannot help.
pub(crate) struct Asked<'a> {
    pub(crate) outline: &'a Outline<'a>,
    pub(crate) passphrase: &'a Passphrase,
    pub(crate) room: Room,
    /// Opens the body with a session key that GnuPG found.
    pub(crate) body: &'a dyn Fn(&Candidate) -> Result<Content, BodyError>,
    pub(crate) error: OpenError,
}

impl Asked<'_> {
    /// With one key after the other, each lent to GnuPG while it is asked.
    pub(crate) fn with_keys(self, gnupg: &Gnupg, keys: &[&SecretKey]) -> Result<Opened, OpenError> {
        let mut failure = None;
        for key in keys {
            let lent = match gnupg.with_key(key) {
                Ok(lent) => lent,
                Err(error) => return Err(self.failed(error)),
            };
            match self.open(&lent.gnupg, &[self.outline.message], key.fingerprint()) {
                Ok(opened) => return Ok(opened),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.unwrap_or(self.error))
    }

    /// With each of GnuPG's keys that it is sealed for, alone and once: a card locks after three
    /// wrong PINs, and GnuPG would try one on every key and every session key.
    pub(crate) fn with_its_own_keys(
        self,
        gnupg: &Gnupg,
        refusals: &RefCell<Refusals>,
    ) -> Result<Opened, OpenError> {
        let mut failure = None;
        for SpecialKey { key_id, .. } in gnupg.special_keys() {
            let Some(packet) = session::packet_for(self.outline, &key_id) else { continue };
            let outcome = if refusals.borrow().has(&key_id, self.passphrase) {
                Err(self.failed(AskError::WrongPassphrase))
            } else {
                self.open(gnupg, &[&packet, self.outline.sealed], key_id.clone())
            };
            match outcome {
                Ok(opened) => return Ok(opened),
                Err(error) => {
                    if error.problem() == Problem::WrongPassphrase {
                        refusals.borrow_mut().add(&key_id, self.passphrase);
                    }
                    failure = failure.or(Some(error));
                }
            }
        }
        Err(failure.unwrap_or(self.error))
    }

    /// GnuPG is asked once: what it did not expect to be so long is opened here with the session
    /// key that it found. A card would have to be touched again.
    fn open(&self, gnupg: &Gnupg, message: &[&[u8]], key: String) -> Result<Opened, OpenError> {
        let is_unprotected = self.outline.container == Container::Unprotected;
        let content = match gnupg.decrypt(message, self.passphrase, is_unprotected, self.room) {
            Ok(data) => Content { data, signed_by: Vec::new() },
            Err(AskError::Longer(session_key)) => {
                let key = Some(key.clone());
                (self.body)(&Candidate { session_key, key, is_checked: true })?
            }
            Err(error) => return Err(self.failed(error)),
        };
        Ok(Opened::new(content, Some(key), self.outline.container))
    }

    fn failed(&self, error: AskError) -> OpenError {
        match error {
            AskError::WrongPassphrase => {
                OpenError::new(Problem::WrongPassphrase, "GnuPG says that the passphrase is wrong")
            }
            AskError::Damaged | AskError::Longer(_) => {
                OpenError::new(Problem::Damaged, "GnuPG does not vouch for its integrity")
            }
            AskError::TooLarge => BodyError::TooLarge.into(),
            AskError::NoKey { .. } => self.error.clone(),
            AskError::Failed(detail) => {
                OpenError::new(self.error.problem(), format!("{}; {detail}", self.error))
            }
        }
    }
}

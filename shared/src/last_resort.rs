//! How is GnuPG asked to open what no engine here can, and what does its answer mean?

use crate::certs::SecretKey;
use crate::decrypt::{self, OpenError, Opened, Problem};
use crate::framing::{Container, Outline};
use crate::gnupg::{AskError, Gnupg};
use crate::inside::{BodyError, Content, Room};
use crate::secret::Passphrase;
use zeroize::Zeroizing;

/// A message that GnuPG is asked for, and what is said where it cannot help.
pub(crate) struct Asked<'a> {
    pub(crate) outline: &'a Outline<'a>,
    pub(crate) passphrase: &'a Passphrase,
    pub(crate) room: Room,
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
            match self.open(&lent.gnupg, key.fingerprint()) {
                Ok(opened) => return Ok(opened),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.unwrap_or(self.error))
    }

    pub(crate) fn with_its_own_keys(self, gnupg: &Gnupg) -> Result<Opened, OpenError> {
        let sealed_to = decrypt::envelope(self.outline).sealed_to;
        let key = gnupg.special_keys().into_iter().find(|key| sealed_to.contains(&key.key_id));
        match key {
            Some(key) => self.open(gnupg, key.key_id),
            None => Err(self.error),
        }
    }

    fn open(&self, gnupg: &Gnupg, key: String) -> Result<Opened, OpenError> {
        let room = self.room;
        let data = match self.ask(gnupg, room) {
            Err(AskError::Longer(expected)) => self.ask(gnupg, Room { expected, ..room }),
            decided => decided,
        };
        let data = data.map_err(|error| self.failed(error))?;
        let content = Content { data, signed_by: Vec::new() };
        Ok(Opened::new(content, Some(key), self.outline.container))
    }

    fn ask(&self, gnupg: &Gnupg, room: Room) -> Result<Zeroizing<Vec<u8>>, AskError> {
        let is_unprotected = self.outline.container == Container::Unprotected;
        gnupg.decrypt(self.outline.message, self.passphrase, is_unprotected, room)
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

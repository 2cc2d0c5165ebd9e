//! How are held keys exported, backed up, changed and removed from the command line?

use std::path::Path;

use shared::secret::Passphrase;

use super::reply::Stop;
use super::{Context, not_loaded};
use crate::keychain::{self, Purpose};
use crate::keys::backup::{self, BackupError};
use crate::keys::maintain::{self, Extended, MaintainError};
use crate::keys::{KeyCard, cards};
use crate::settings::SettingsFile;
use crate::{open, texts};

impl Context<'_> {
    pub(super) fn export(&self, key: &str, is_secret: bool) -> Result<(), Stop> {
        let fingerprint = self.chosen(key)?;
        let card = self.card(&fingerprint)?;
        if is_secret {
            let secret = backup::secret(self.store, &fingerprint).map_err(Stop::refused)?;
            self.reply.text("secret_key", &secret, Some(&card), self.now);
        } else {
            let certificate =
                backup::certificate(self.store, &fingerprint).map_err(Stop::refused)?;
            self.reply.text("certificate", &certificate, Some(&card), self.now);
        }
        Ok(())
    }

    pub(super) fn export_revocation(&self, key: &str) -> Result<(), Stop> {
        let fingerprint = self.chosen(key)?;
        let card = self.card(&fingerprint)?;
        let revocation = backup::revocation(self.store, &fingerprint).map_err(Stop::refused)?;
        self.reply.text("revocation", &revocation, Some(&card), self.now);
        Ok(())
    }

    pub(super) fn back_up(&self, key: &str, to: Option<&Path>) -> Result<(), Stop> {
        let fingerprint = self.chosen(key)?;
        let card = self.card(&fingerprint)?;
        backup::write(self.store, &fingerprint, to.unwrap_or(Path::new("")))
            .map_err(Stop::refused)?;
        self.reply.kept(&card, self.now);
        Ok(())
    }

    pub(super) fn test_backup(
        &self,
        key: Option<&str>,
        file: &Path,
        passphrase: &Passphrase,
    ) -> Result<(), Stop> {
        let wanted = key.map(|key| self.chosen(key)).transpose()?;
        let octets = open::read_file(file).map_err(|failure| {
            let name = shared::recording::escaped(file.as_os_str().as_encoded_bytes());
            Stop::could_not_run(failure.message_about(&name))
        })?;
        let tested = backup::test_backup(self.store, &octets, wanted.as_deref(), passphrase);
        let tested = tested.map_err(|error| match error {
            BackupError::Store(error) => not_loaded(error),
            error => Stop::refused(error),
        })?;
        let message = tested.message();
        let text = if self.reply.is_json() { message } else { format!("{message}\n") };
        self.reply.text("message", &text, Some(&tested.card), self.now);
        Ok(())
    }

    pub(super) fn change_passphrase(
        &self,
        key: &str,
        old: &Passphrase,
        new: &Passphrase,
    ) -> Result<(), Stop> {
        let fingerprint = self.chosen(key)?;
        let changed =
            maintain::change_passphrase(self.store, &fingerprint, old, new).map_err(stop)?;
        self.forget_in_keychain(&fingerprint);
        self.reply.kept(&changed.card, self.now);
        if changed.others > 0 {
            self.reply.remark(&texts::OTHER_PASSPHRASES_STAY);
        }
        Ok(())
    }

    pub(super) fn extend(
        &self,
        key: &str,
        years: u32,
        passphrase: &Passphrase,
    ) -> Result<(), Stop> {
        let fingerprint = self.chosen(key)?;
        let extended = maintain::extend(self.store, &fingerprint, passphrase, years, self.now);
        self.hand_out(&extended.map_err(stop)?);
        Ok(())
    }

    pub(super) fn revoke(
        &self,
        key: &str,
        confirmed: &str,
        passphrase: Option<&Passphrase>,
    ) -> Result<(), Stop> {
        let fingerprint = self.confirmed(key, confirmed)?;
        let revoked = maintain::revoke(self.store, &fingerprint, passphrase, self.now);
        self.hand_out(&revoked.map_err(stop)?);
        Ok(())
    }

    pub(super) fn delete(&self, key: &str, confirmed: &str) -> Result<(), Stop> {
        let fingerprint = self.confirmed(key, confirmed)?;
        let card = self.card(&fingerprint)?;
        maintain::delete(self.store, &fingerprint).map_err(stop)?;
        self.forget_in_keychain(&fingerprint);
        self.reply.kept(&card, self.now);
        Ok(())
    }

    /// A passphrase that opens nothing here any more; only where the window may have kept it.
    fn forget_in_keychain(&self, fingerprint: &str) {
        let data_folder = self.store.folder().parent().unwrap_or(self.store.folder());
        if SettingsFile::in_folder(data_folder).load().keeps_passphrase {
            keychain::forget(Purpose::Key(fingerprint));
        }
    }

    fn hand_out(&self, changed: &Extended) {
        let Extended { card, certificate } = changed;
        self.reply.text("certificate", certificate, Some(card), self.now);
    }

    /// The key, if it was named twice and meant once.
    fn confirmed(&self, key: &str, confirmed: &str) -> Result<String, Stop> {
        let fingerprint = self.chosen(key)?;
        let typed: String = confirmed.split_whitespace().collect();
        if typed.eq_ignore_ascii_case(&fingerprint) {
            return Ok(fingerprint);
        }
        Err(Stop::refused(texts::not_confirmed(&fingerprint)))
    }

    fn card(&self, fingerprint: &str) -> Result<KeyCard, Stop> {
        let held = self.store.load().map_err(not_loaded)?;
        let card = cards(&held.keys).into_iter().find(|card| card.fingerprint == fingerprint);
        card.ok_or_else(|| Stop::refused(MaintainError::NotHeld))
    }
}

fn stop(error: MaintainError) -> Stop {
    Stop::refused(error)
}

//! What follows when keys come in, and when a dialog for a file is closed?

use std::path::PathBuf;
use std::time::Instant;

use super::{AppState, Effect, Notice, Screen};
use crate::keys::KeyCard;
use crate::message::{Command, Generation};
use crate::open::dialog::Wanted;
use crate::texts;

impl AppState {
    pub(super) fn imported(
        &mut self,
        keys: &[KeyCard],
        generation: Option<Generation>,
        refused: &str,
        now: Instant,
    ) -> Vec<Effect> {
        let owners: Vec<&str> = keys.iter().map(|key| key.owner.as_str()).collect();
        let (is_bad, row) = match refused {
            "" => (false, texts::NOW_HOLDS),
            _ => (true, texts::NOW_HOLDS_BUT),
        };
        let text = row.with(&[("owners", &owners.join(", ")), ("refused", &refused)]);
        self.notice = Some(Notice { is_bad, text });
        self.drop_pending_key(generation);
        self.reopen_for_key(now)
    }

    /// Other keys are held: one may be what was missing.
    pub(super) fn reopen_for_key(&mut self, now: Instant) -> Vec<Effect> {
        let place = self.place;
        let effects = match self.screen {
            Screen::Problem(_) | Screen::Locked(_) | Screen::Opening(_) => self.reopen(now),
            Screen::Listening(_) => self.reopen_if_begun(now),
            Screen::Empty | Screen::Host(_) | Screen::SignIn(_) => Vec::new(),
        };
        // Whoever makes a key is not done with it yet.
        self.place = place;
        effects
    }

    pub(super) fn not_imported(
        &mut self,
        message: String,
        generation: Option<Generation>,
        now: Instant,
    ) -> Vec<Effect> {
        self.notice = Some(Notice { is_bad: true, text: message });
        // A fault in the midst of a task is told this way too.
        self.keys.is_busy = false;
        let was_pending = self.drop_pending_key(generation);
        // Its answer was given up when the key file was selected.
        match self.screen {
            Screen::Opening(_) | Screen::Locked(_) if was_pending => self.reopen(now),
            _ => self.reopen_if_begun(now),
        }
    }

    /// A selected file turned out to be a key: the recording before it stays.
    pub(super) fn drop_pending_key(&mut self, generation: Option<Generation>) -> bool {
        let is_pending = generation == Some(self.generation) && self.pending.is_some();
        if is_pending {
            self.pending = None;
        }
        is_pending
    }

    pub(super) fn dialog_closed(
        &mut self,
        wanted: Wanted,
        picked: Option<PathBuf>,
        is_missing: bool,
        now: Instant,
    ) -> Vec<Effect> {
        match (wanted, picked) {
            (Wanted::Recording, Some(path)) => self.open(vec![path.into()], now),
            (Wanted::Key, Some(path)) => vec![Effect::Send(Command::ImportKey { path })],
            (Wanted::SaveCertificate | Wanted::SaveBackup | Wanted::Backup, Some(path)) => {
                self.picked_for_key(wanted, path)
            }
            (_, None) => {
                self.notice = is_missing
                    .then(|| Notice { is_bad: true, text: texts::NO_FILE_DIALOG.to_string() });
                Vec::new()
            }
        }
    }
}

//! What does the view of keys show, and what follows from what is done there?

use std::path::PathBuf;
use std::time::Instant;

use super::{AppState, Effect, Notice, Place};
use crate::keys::KeyCard;
use crate::keys::from_gnupg::Candidate;
use crate::keys::task::{KeyOutcome, KeyTask, backup_name, certificate_name};
use crate::message::Command;
use crate::open::dialog::Wanted;
use crate::texts;

/// The view of keys.
#[derive(Debug, Default)]
pub struct KeysView {
    /// What it shows.
    pub step: KeyStep,
    /// The worker is at it.
    pub is_busy: bool,
    /// Why the last thing was not done.
    pub error: Option<String>,
    /// What was done last.
    pub done: Option<String>,
    /// Changes whenever the fields must be empty and the first have the focus.
    pub attempt: u64,
    /// Whose file a dialog is asking for.
    subject: Option<String>,
}

impl KeysView {
    /// The same view at another page, with nothing typed.
    pub(super) fn at(&self, step: KeyStep, attempt: u64) -> Self {
        Self { step, attempt, is_busy: self.is_busy, ..Self::default() }
    }
}

/// One page of it. Fingerprints name held keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeyStep {
    /// The keys that are held, and where others come from.
    #[default]
    List,
    /// A key is made.
    Make,
    /// A certificate is handed out.
    HandOut {
        /// Of which key.
        fingerprint: String,
        /// Why.
        why: HandOut,
    },
    /// What GnuPG holds.
    Gnupg(Vec<Candidate>),
    /// One of them is taken over.
    TakeOver(Candidate),
    /// One key, and what can be done with it.
    One(String),
    /// It gets another passphrase.
    Passphrase(String),
    /// It becomes valid for longer.
    Extend(String),
    /// A copy of it is tested.
    TestBackup {
        /// Of which key.
        fingerprint: String,
        /// The copy.
        path: PathBuf,
    },
    /// It is withdrawn.
    Revoke(String),
    /// It is forgotten.
    Delete(String),
}

/// Why a certificate is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOut {
    /// The key is new.
    Made,
    /// The key is valid for longer.
    Extended,
    /// The key was withdrawn.
    Revoked,
    /// Somebody wants it.
    Wanted,
}

impl KeyStep {
    /// The key that it is about.
    pub fn fingerprint(&self) -> Option<&str> {
        match self {
            Self::List | Self::Make | Self::Gnupg(_) | Self::TakeOver(_) => None,
            Self::HandOut { fingerprint, .. }
            | Self::TestBackup { fingerprint, .. }
            | Self::One(fingerprint)
            | Self::Passphrase(fingerprint)
            | Self::Extend(fingerprint)
            | Self::Revoke(fingerprint)
            | Self::Delete(fingerprint) => Some(fingerprint),
        }
    }

    /// The page that it was reached from.
    fn before(&self) -> Option<Self> {
        match self {
            Self::List => None,
            Self::Make | Self::Gnupg(_) | Self::TakeOver(_) | Self::One(_) => Some(Self::List),
            Self::HandOut { fingerprint, .. }
            | Self::TestBackup { fingerprint, .. }
            | Self::Passphrase(fingerprint)
            | Self::Extend(fingerprint)
            | Self::Revoke(fingerprint)
            | Self::Delete(fingerprint) => Some(Self::One(fingerprint.clone())),
        }
    }
}

/// What a person did in the view of keys.
#[derive(Debug)]
pub enum KeyAction {
    /// Went to a page.
    Go(KeyStep),
    /// Went one page back, or out of the view.
    Back,
    /// Wants something done.
    Do(KeyTask),
    /// Wants to choose a file, for the key of the page.
    Ask(Wanted),
}

impl AppState {
    /// The held key with this fingerprint.
    pub fn held_key(&self, fingerprint: &str) -> Option<&KeyCard> {
        self.held.iter().find(|key| key.fingerprint == fingerprint)
    }

    pub(super) fn act_on_keys(&mut self, action: KeyAction) -> Vec<Effect> {
        // The answer belongs to the page that it was asked from.
        if self.keys.is_busy {
            return Vec::new();
        }
        match action {
            KeyAction::Go(step) => self.go(step),
            KeyAction::Back => self.step_back(),
            KeyAction::Do(task) => self.start_task(task),
            KeyAction::Ask(wanted) => self.ask_for_file(wanted),
        }
    }

    fn go(&mut self, step: KeyStep) -> Vec<Effect> {
        self.place = Place::Keys;
        self.attempt += 1;
        self.keys = self.keys.at(step, self.attempt);
        Vec::new()
    }

    fn step_back(&mut self) -> Vec<Effect> {
        match self.keys.step.before() {
            Some(step) => self.go(step),
            None => {
                self.show(Place::Recording);
                Vec::new()
            }
        }
    }

    fn start_task(&mut self, task: KeyTask) -> Vec<Effect> {
        if self.keys.is_busy {
            return Vec::new();
        }
        self.keys.is_busy = true;
        self.keys.error = None;
        self.keys.done = None;
        vec![Effect::Send(Command::Keys(task))]
    }

    fn ask_for_file(&mut self, wanted: Wanted) -> Vec<Effect> {
        self.keys.subject = self.keys.step.fingerprint().map(str::to_owned);
        let card = self.keys.subject.as_deref().and_then(|it| self.held_key(it));
        match (wanted, card) {
            (Wanted::SaveCertificate, Some(card)) => {
                vec![Effect::AskToSave { wanted, name: certificate_name(card) }]
            }
            (Wanted::SaveBackup, Some(card)) => {
                vec![Effect::AskToSave { wanted, name: backup_name(card) }]
            }
            (Wanted::SaveCertificate | Wanted::SaveBackup, None) => Vec::new(),
            (Wanted::Recording | Wanted::Key | Wanted::Backup, _) => vec![Effect::Ask(wanted)],
        }
    }

    /// A file for the key of the page was chosen.
    pub(super) fn picked_for_key(&mut self, wanted: Wanted, path: PathBuf) -> Vec<Effect> {
        let subject = self.keys.subject.take();
        let subject = subject.or_else(|| self.keys.step.fingerprint().map(str::to_owned));
        let Some(fingerprint) = subject else { return Vec::new() };
        match wanted {
            Wanted::SaveCertificate => {
                self.start_task(KeyTask::SaveCertificate { fingerprint, path })
            }
            Wanted::SaveBackup => self.start_task(KeyTask::BackUp { fingerprint, path }),
            Wanted::Backup => self.go(KeyStep::TestBackup { fingerprint, path }),
            Wanted::Recording | Wanted::Key => Vec::new(),
        }
    }

    /// Something was done with the keys, or not.
    pub(super) fn task_done(
        &mut self,
        outcome: Result<KeyOutcome, String>,
        now: Instant,
    ) -> Vec<Effect> {
        self.keys.is_busy = false;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(message) => {
                // What was typed was wrong, or may have been.
                self.attempt += 1;
                self.keys.attempt = self.attempt;
                self.keys.error = Some(message);
                return Vec::new();
            }
        };
        let has_changed = outcome.has_changed_keys();
        self.show_outcome(outcome);
        // The key may be the one that was missing.
        if has_changed { self.reopen_for_key(now) } else { Vec::new() }
    }

    fn show_outcome(&mut self, outcome: KeyOutcome) {
        let hand_out = |card: KeyCard, why| KeyStep::HandOut { fingerprint: card.fingerprint, why };
        let (step, done) = match outcome {
            KeyOutcome::Made(created) => (hand_out(created.card, HandOut::Made), None),
            KeyOutcome::Extended(it) => (hand_out(it.card, HandOut::Extended), None),
            KeyOutcome::Revoked(it) => (hand_out(it.card, HandOut::Revoked), None),
            KeyOutcome::Gnupg(candidates) => (KeyStep::Gnupg(candidates), None),
            KeyOutcome::TakenOver(card) => {
                let done = texts::KEY_TAKEN_OVER.with(&[("owner", &card.name())]);
                (KeyStep::One(card.fingerprint), Some(done))
            }
            KeyOutcome::PassphraseChanged(changed) => {
                let done = texts::passphrase_changed(changed.others);
                (KeyStep::One(changed.card.fingerprint), Some(done))
            }
            KeyOutcome::CertificateSaved(path) => {
                let done = texts::CERTIFICATE_SAVED.with(&[("path", &texts::shown(&path))]);
                (self.keys.step.clone(), Some(done))
            }
            KeyOutcome::BackedUp(path) => {
                let done = texts::BACKUP_SAVED.with(&[("path", &texts::shown(&path))]);
                (self.keys.step.clone(), Some(done))
            }
            KeyOutcome::BackupOpens(tested) => {
                let done = tested.message();
                (KeyStep::One(tested.card.fingerprint), Some(done))
            }
            KeyOutcome::Deleted => (KeyStep::List, Some(texts::KEY_REMOVED.into())),
        };
        self.set_step(step, done);
    }

    fn set_step(&mut self, step: KeyStep, done: Option<String>) {
        let place = self.place;
        self.go(step);
        // Whoever has gone elsewhere meanwhile stays there.
        self.place = place;
        self.keys.done = done.clone();
        if let (Some(text), true) = (done, place != Place::Keys) {
            self.notice = Some(Notice { is_bad: false, text });
        }
    }

    /// A page about a key that is gone has nothing to show.
    pub(super) fn leave_lost_key(&mut self) {
        let is_lost = self.keys.step.fingerprint().is_some_and(|it| self.held_key(it).is_none());
        if is_lost {
            self.keys.step = KeyStep::List;
        }
    }
}

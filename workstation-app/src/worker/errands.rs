//! What is done besides opening recordings: sign-ins, keys, locks.

use std::path::Path;
use std::time::SystemTime;

use super::Worker;
use crate::keychain::{self as system_keychain, Purpose};
use crate::keys;
use crate::keys::bring::bring;
use crate::keys::expiry::expiry_warning;
use crate::keys::task::{self, KeyOutcome, KeyTask};
use crate::link::keychain;
use crate::link::login::{Login, Question};
use crate::locking::Habits;
use crate::message::{Event, Generation};
use crate::open;
use crate::policy::{self, Policy};
use crate::texts;

impl Worker {
    pub(super) fn sign_in(&mut self, site: String, login: Login, is_kept: bool) {
        self.to_keep.retain(|kept| *kept != site);
        if is_kept {
            self.to_keep.push(site.clone());
        }
        self.logins.insert(site, login);
    }

    /// A site has sent a recording, so it has taken the sign-in.
    pub(super) fn keep_sign_ins(&mut self) {
        for site in std::mem::take(&mut self.to_keep) {
            match self.logins.of_site(&site).map(|login| keychain::keep(&site, login)) {
                Some(Ok(())) => self.tell(Event::SignInKept { site }),
                Some(Err(cause)) => self.notify(true, texts::not_kept(&cause)),
                None => {}
            }
        }
    }

    pub(super) fn recall(&mut self, generation: Generation, question: Question) {
        let login = keychain::recall(&question.site);
        let is_known = login.is_some();
        if let Some(login) = login {
            self.logins.insert(question.site.clone(), login);
        }
        self.tell(Event::Recalled { generation, question, is_known });
    }

    /// Forgets every unlocked key.
    pub(super) fn lock(&mut self) {
        self.unlocking.lock();
        self.tell(Event::Relocked);
    }

    pub(super) fn keys(&mut self, task: KeyTask) {
        let outdated = task.outdated_passphrase().map(str::to_owned);
        let outcome = task::perform(&self.store, task);
        if let (Ok(_), Some(fingerprint)) = (&outcome, outdated) {
            system_keychain::forget(Purpose::Key(&fingerprint));
        }
        if outcome.as_ref().is_ok_and(KeyOutcome::has_changed_keys) {
            // What is unlocked was chosen among the keys of before.
            self.lock();
            self.tell_keys();
        }
        self.tell(Event::KeysDone(outcome));
    }

    /// What an administrator has forbidden since is not left there.
    pub(super) fn keep_keychain_within(&mut self, policy: Policy) {
        let is_forbidden = !policy.allow_passphrase_in_keychain;
        let wants_keychain = self.unlocking.with(|keys| keys.wants_keychain());
        if is_forbidden && wants_keychain && !self.is_keychain_emptied {
            self.empty_keychain();
        }
        self.is_keychain_emptied = is_forbidden && wants_keychain;
    }

    fn empty_keychain(&self) {
        for key in self.held_keys().unwrap_or_default() {
            system_keychain::forget(Purpose::Key(&key.fingerprint()));
        }
    }

    pub(super) fn change_habits(&mut self, habits: Habits) {
        if self.unlocking.with(|keys| keys.set_habits(habits)) {
            self.empty_keychain();
        }
        self.keep_keychain_within(policy::read().unwrap_or_default());
        if self.unlocking.until().is_none() {
            self.tell(Event::Relocked);
        }
    }

    pub(super) fn import_file(&mut self, path: &Path) {
        match open::read_file(path) {
            Ok(octets) => self.import(&octets, None),
            Err(failure) => {
                self.tell(Event::ImportFailed { message: failure.message(), generation: None });
            }
        }
    }

    pub(super) fn import(&mut self, octets: &[u8], generation: Option<Generation>) {
        let brought = bring(&self.store, octets);
        let reasons: Vec<String> = brought.refused.into_iter().map(|it| it.reason).collect();
        let refused = texts::not_brought(&reasons);
        if brought.kept.is_empty() {
            return self.tell(Event::ImportFailed { message: refused, generation });
        }
        // What is unlocked was chosen among the keys of before.
        self.lock();
        self.tell_keys();
        self.tell(Event::Imported { keys: brought.kept, generation, refused });
    }

    /// A broken policy shows when a recording is opened.
    pub(super) fn tell_policy(&mut self) {
        if let Ok(policy) = policy::read() {
            self.keep_keychain_within(policy);
            self.tell(Event::Policy(policy));
        }
    }

    /// Once, when the window comes up; the view of keys says it always.
    pub(super) fn warn_of_expiry(&self) {
        let cards = keys::cards(&self.held_keys().unwrap_or_default());
        let now = SystemTime::now();
        let warning = cards.iter().find_map(|card| expiry_warning(card, now));
        if let Some(warning) = warning {
            self.notify(true, warning);
        }
    }

    pub(super) fn tell_keys(&self) {
        match self.store.load() {
            Ok(held) => {
                let cards = keys::cards(&held.keys);
                self.tell(Event::Keys { held: cards, damaged: held.damaged });
                if !held.closed.is_empty() {
                    self.notify(true, texts::keys_stood_open(self.store.folder()));
                }
            }
            Err(error) => {
                self.tell(Event::ImportFailed { message: error.to_string(), generation: None });
            }
        }
    }
}

//! Which keys are unlocked, and until when? The only place where an unlocked key lives.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use shared::certs::SecretKey;
use shared::decrypt::{Envelope, Opened, Opener, Problem, Rules};
use shared::secret::Passphrase;

use crate::keychain::{self, Purpose};
use crate::locking::Habits;
use crate::message::{Ready, Recording};
use crate::opening::{open_message, opener};
use crate::policy::{self, Policy};
use crate::texts::{Failure, FailureKind};
use crate::worker::Ahead;

/// The keys that a passphrase has unlocked, for as long as the person and the administrator say.
#[derive(Debug, Default)]
pub struct Unlocking {
    habits: Habits,
    kept: Option<Kept>,
    /// What was opened with them before anybody asked for it.
    ahead: Option<Ahead>,
}

/// The same, reached from every thread: a lock waits for nobody.
#[derive(Clone, Debug, Default)]
pub struct KeysInUse(Arc<Reached>);

#[derive(Debug, Default)]
struct Reached {
    unlocking: Mutex<Unlocking>,
    /// How often a lock was wanted.
    locks: AtomicU64,
    /// How often everything was locked: nobody is there to listen.
    departures: AtomicU64,
}

impl KeysInUse {
    /// Forgets every unlocked key: at once, or where one is in use this moment, as soon as it is not.
    pub fn lock(&self) {
        self.0.locks.fetch_add(1, Ordering::AcqRel);
        match self.0.unlocking.try_lock() {
            Ok(mut unlocking) => unlocking.lock(),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().lock(),
            // Whoever has it looks at the count before and after giving it back.
            Err(TryLockError::WouldBlock) => {}
        }
    }

    /// Somebody has left the computer, or wants it to look so: what is being opened is not opened.
    pub fn leave(&self) {
        self.0.departures.fetch_add(1, Ordering::AcqRel);
    }

    /// Tells, compared with a later one, whether somebody has left meanwhile.
    pub fn departures(&self) -> u64 {
        self.0.departures.load(Ordering::Acquire)
    }

    /// Works with the keys; what a lock wanted meanwhile is done before this comes back.
    pub fn with<T>(&self, work: impl FnOnce(&mut Unlocking) -> T) -> T {
        let before = self.0.locks.load(Ordering::Acquire);
        let answer = work(&mut self.reach());
        if self.0.locks.load(Ordering::Acquire) != before {
            self.reach().lock();
        }
        answer
    }

    /// Locks what was to be locked by now.
    pub fn lock_if_due(&self) {
        if self.until().is_some_and(|until| until <= Instant::now()) {
            self.lock();
        }
    }

    /// When the keys that are unlocked must be locked.
    pub fn until(&self) -> Option<Instant> {
        self.reach().until()
    }

    fn reach(&self) -> MutexGuard<'_, Unlocking> {
        self.0.unlocking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What opens messages with the keys held when it was made.
#[derive(Debug)]
struct Kept {
    opener: Opener,
    /// Of the keys that were held: another program may have changed them since.
    held: [u8; 32],
    rules: Rules,
    keep_for: Duration,
    until: Option<Instant>,
}

/// How a recording was opened.
pub struct Answer {
    /// It.
    pub opened: Opened,
    /// Why the keychain did not take the passphrase, where it should have.
    pub not_kept: Option<String>,
}

impl Unlocking {
    /// What the person wants from now on. Returns whether passphrases must leave the keychain.
    pub fn set_habits(&mut self, habits: Habits) -> bool {
        let is_revoked = self.habits.uses_keychain && !habits.uses_keychain;
        if habits.keep_for < self.habits.keep_for {
            self.lock();
        }
        self.habits = habits;
        is_revoked
    }

    /// Forgets every unlocked key.
    pub fn lock(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.opener.lock();
        }
        self.kept = None;
        self.ahead = None;
    }

    /// Whether the person wants passphrases in the keychain, whatever the administrator says.
    pub fn wants_keychain(&self) -> bool {
        self.habits.uses_keychain
    }

    /// When the keys that are unlocked must be locked.
    fn until(&self) -> Option<Instant> {
        self.kept.as_ref().and_then(|kept| kept.until)
    }

    /// What opens a message without a word being typed.
    pub fn ready_for(&mut self, envelope: &Envelope, fitting: &[&SecretKey]) -> Ready {
        let Ok(policy) = policy::read() else { return Ready::Nothing };
        self.keep_within(policy);
        if self.kept.as_ref().is_some_and(|kept| kept.opener.is_unlocked_for(envelope)) {
            return Ready::Unlocked;
        }
        let uses_keychain = self.habits.within(policy).uses_keychain;
        if uses_keychain && recall(fitting).is_some() { Ready::Keychain } else { Ready::Nothing }
    }

    /// Opens a message: with what was typed, else with what is unlocked, else with what the keychain
    /// keeps. The policy is read again: it may have changed while the passphrase was typed.
    pub fn open(
        &mut self,
        held: Vec<SecretKey>,
        envelope: &Envelope,
        octets: &[u8],
        typed: Option<&Passphrase>,
    ) -> Result<Answer, Failure> {
        let policy = policy::read()?;
        self.keep_within(policy);
        let habits = self.habits.within(policy);
        let recalled = match typed {
            None if habits.uses_keychain && !self.is_unlocked_for(envelope) => {
                recall(&envelope.keys_for(&held))
            }
            _ => None,
        };
        let passphrase = typed.or(recalled.as_ref().map(|(_, passphrase)| passphrase));
        let outcome = open_message(self.opener(held, policy, habits), octets, passphrase);
        match outcome {
            Ok(opened) => {
                self.count_down(passphrase.is_some());
                let not_kept = typed.and_then(|typed| keep(&opened, typed, habits).err());
                Ok(Answer { opened, not_kept })
            }
            Err(failure) => {
                let is_wrong = failure.kind == FailureKind::Problem(Problem::WrongPassphrase);
                if let (Some((fingerprint, _)), true) = (&recalled, is_wrong) {
                    keychain::forget(Purpose::Key(fingerprint));
                }
                Err(failure)
            }
        }
    }

    /// Opens a message before anybody asks for it: with what is unlocked, or not at all.
    pub fn open_ahead(
        &mut self,
        held: Vec<SecretKey>,
        envelope: &Envelope,
        octets: &[u8],
    ) -> Option<Opened> {
        let policy = policy::read().ok()?;
        self.keep_within(policy);
        if !self.is_unlocked_for(envelope) {
            return None;
        }
        let habits = self.habits.within(policy);
        let opener = self.opener(held, policy, habits);
        if !opener.is_unlocked_for(envelope) {
            return None;
        }
        open_message(opener, octets, None).ok()
    }

    /// Keeps what was opened ahead for as long as the key that opened it.
    pub fn keep_ahead(&mut self, envelope: &Envelope, ahead: Ahead) {
        if self.is_unlocked_for(envelope) {
            self.ahead = Some(ahead);
        }
    }

    /// Whether this message is open already.
    pub fn has_ahead(&self, digest: &[u8; 32]) -> bool {
        self.ahead.as_ref().is_some_and(|ahead| ahead.digest == *digest)
    }

    /// What is open already.
    pub fn ahead_mut(&mut self) -> Option<&mut Ahead> {
        self.ahead.as_mut()
    }

    /// Forgets what was opened ahead.
    pub fn forget_ahead(&mut self) {
        self.ahead = None;
    }

    /// What was opened ahead, if it was this, and if it would still open now without a word.
    pub fn take_ahead(
        &mut self,
        held: &[SecretKey],
        envelope: &Envelope,
        digest: &[u8; 32],
    ) -> Option<Recording> {
        let policy = policy::read().ok()?;
        self.keep_within(policy);
        if self.kept.as_ref().is_some_and(|kept| kept.held != self::digest(held)) {
            self.lock();
        }
        if !self.is_unlocked_for(envelope) {
            return None;
        }
        self.ahead.take_if(|ahead| ahead.digest == *digest).map(|ahead| ahead.recording)
    }

    fn is_unlocked_for(&self, envelope: &Envelope) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.opener.is_unlocked_for(envelope))
    }

    /// An administrator who has shortened the time since is obeyed at once.
    fn keep_within(&mut self, policy: Policy) {
        let habits = self.habits.within(policy);
        let is_due = self.until().is_some_and(|until| until <= Instant::now());
        let is_other =
            |kept: &Kept| kept.rules != policy.rules() || kept.keep_for != habits.keep_for;
        if is_due || self.kept.as_ref().is_some_and(is_other) {
            self.lock();
        }
    }

    fn opener(&mut self, held: Vec<SecretKey>, policy: Policy, habits: Habits) -> &mut Opener {
        let digest = digest(&held);
        if self.kept.as_ref().is_some_and(|kept| kept.held != digest) {
            self.lock();
        }
        let kept = self.kept.get_or_insert_with(|| {
            let opener = opener(held, policy.rules());
            let is_kept = !habits.keep_for.is_zero();
            Kept {
                opener: if is_kept { opener.keep_unlocked() } else { opener },
                held: digest,
                rules: policy.rules(),
                keep_for: habits.keep_for,
                until: None,
            }
        });
        &mut kept.opener
    }

    /// Whoever has just typed a passphrase is there: the time begins anew.
    fn count_down(&mut self, is_new: bool) {
        let Some(kept) = &mut self.kept else { return };
        if !kept.opener.is_unlocked() {
            kept.until = None;
        } else if is_new || kept.until.is_none() {
            kept.until = Some(Instant::now() + kept.keep_for);
        }
    }
}

/// What tells whether two sets of keys are the same, protection included.
fn digest(held: &[SecretKey]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for key in held {
        if let Ok(octets) = key.to_octets() {
            digest.update(&*octets);
        }
    }
    digest.finalize().into()
}

/// The passphrase that the keychain keeps for one of these keys, and whose it is.
fn recall(fitting: &[&SecretKey]) -> Option<(String, Passphrase)> {
    fitting.iter().find_map(|key| {
        let fingerprint = key.fingerprint();
        let passphrase = keychain::recall_passphrase(&fingerprint)?;
        Some((fingerprint, passphrase))
    })
}

fn keep(opened: &Opened, typed: &Passphrase, habits: Habits) -> Result<(), String> {
    match &opened.key {
        Some(fingerprint) if habits.uses_keychain => keychain::keep_passphrase(fingerprint, typed),
        _ => Ok(()),
    }
}

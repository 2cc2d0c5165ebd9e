//! The work thread: reads, decrypts, decodes, imports.

mod ahead;
mod errands;
mod hearing;
mod sealed;

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use shared::certs::SecretKey;
use shared::decrypt::{Envelope, Opened};
use shared::secret::Passphrase;
use zeroize::Zeroizing;

use crate::downloads;
use crate::keys;
use crate::keys::store::KeyStore;
use crate::link::fetch::{FetchError, fetch};
use crate::link::host_of;
use crate::link::keychain;
use crate::link::login::Logins;
use crate::message::{Command, Event, Generation, Seal, Stage, Wake};
use crate::open;
use crate::open::source::Source;
use crate::opening::locate;
use crate::policy;
use crate::screen::Notice;
use crate::stack;
use crate::texts::{self, Failure, FailureKind};
use crate::unlocking::{KeysInUse, Unlocking};

/// Progress is told this often at most.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

pub use self::ahead::Ahead;
use self::ahead::Inbox;
use self::sealed::Message;

/// What the worker remembers of recordings between two commands.
#[derive(Default)]
struct Desk {
    /// What was selected last.
    message: Option<Message>,
    /// What is to be opened ahead.
    next: Option<Source>,
}

/// The worker's side of the channels, and what it remembers between two commands.
pub struct Worker {
    /// Where keys are kept.
    pub store: KeyStore,
    /// Answers.
    pub events: SyncSender<Event>,
    /// Makes the window look at them.
    pub wake: Wake,
    /// What is selected now, so that work for something else can stop early.
    pub selected: Arc<AtomicU64>,
    /// Names and passwords for sites.
    pub logins: Logins,
    /// Keys that are unlocked.
    pub unlocking: KeysInUse,
    /// Sites whose sign-in the keychain is to keep once the site has taken it.
    pub to_keep: Vec<String>,
    /// The keychain was emptied, since the administrator forbids it.
    pub is_keychain_emptied: bool,
}

/// What was read or fetched.
struct Brought {
    octets: Zeroizing<Vec<u8>>,
    name: OsString,
    /// Where it was fetched from; none for a file.
    host: Option<String>,
}

/// What waits for the answer to a command.
enum AnsweredBy {
    /// A recording that was selected.
    Selection(Generation),
    /// The view of keys.
    Keys,
    /// Nothing in particular.
    Notice,
    /// Nothing at all.
    Nobody,
}

impl AnsweredBy {
    fn of(command: &Command) -> Self {
        match (command, command.generation()) {
            (_, Some(generation)) => Self::Selection(generation),
            (Command::Keys(_), None) => Self::Keys,
            (_, None) => Self::Notice,
        }
    }
}

impl Worker {
    /// Works until the window hangs up.
    pub fn run(mut self, commands: &Receiver<Command>) {
        let mut desk = Desk::default();
        let mut inbox = Inbox::new(commands);
        self.survive(AnsweredBy::Notice, |worker| {
            worker.tell_keys();
            worker.tell_policy();
            worker.warn_of_expiry();
        });
        loop {
            let left =
                self.unlocking.until().map(|at| at.saturating_duration_since(Instant::now()));
            if desk.next.is_some()
                && inbox.is_idle()
                && let Some(source) = desk.next.take()
            {
                let mut is_done = true;
                self.survive(AnsweredBy::Nobody, |worker| {
                    is_done = worker.open_ahead(&source, &mut inbox);
                });
                desk.next = (!is_done).then_some(source);
                stack::scrub();
                continue;
            }
            let command = match (inbox.take(), left) {
                (Some(command), _) => Ok(command),
                (None, Some(left)) => commands.recv_timeout(left),
                (None, None) => commands.recv().map_err(RecvTimeoutError::from),
            };
            match command {
                Ok(command) => {
                    let answered_by = AnsweredBy::of(&command);
                    self.survive(answered_by, |worker| worker.obey(command, &mut desk));
                }
                Err(RecvTimeoutError::Timeout) => self.lock(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            stack::scrub();
        }
    }

    /// A fault of this program ends in a message: without the thread, a window would wait for ever.
    fn survive(&mut self, answered_by: AnsweredBy, work: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| work(&mut *self))).is_ok() {
            return;
        }
        // Nobody knows how far it came.
        self.unlocking.lock();
        let failure = Failure::new(FailureKind::Internal, "the work thread gave up");
        match answered_by {
            AnsweredBy::Selection(generation) => self.fail(generation, failure, Vec::new()),
            AnsweredBy::Keys => self.tell(Event::KeysDone(Err(failure.message()))),
            AnsweredBy::Nobody => self.tell(Event::Relocked),
            AnsweredBy::Notice => {
                let (message, generation) = (failure.message(), None);
                self.tell(Event::ImportFailed { message, generation });
            }
        }
    }

    fn obey(&mut self, command: Command, desk: &mut Desk) {
        let message = &mut desk.message;
        match command {
            Command::Open { generation, source } => {
                desk.next.take_if(|next| *next == source);
                self.read(generation, &source, message);
            }
            Command::SignIn { site, login, is_kept } => self.sign_in(site, login, is_kept),
            Command::Recall { generation, question } => self.recall(generation, question),
            Command::ForgetSite { site } => {
                self.logins.remove(&site);
                keychain::forget(&site);
            }
            Command::Remove { path, digest } => {
                if let Some(message) = message {
                    message.keep_before_removal(&path);
                }
                self.remove(&path, &digest);
            }
            Command::Unlock { generation, passphrase } => {
                self.unlock(generation, message.as_mut(), passphrase.as_ref());
            }
            Command::Keys(task) => self.keys(task),
            Command::Lock => {
                desk.next = None;
                self.lock();
            }
            Command::Habits(habits) => self.change_habits(habits),
            Command::Forget => *message = None,
            Command::Prefetch { source } => {
                desk.next = Some(source);
            }
            Command::ForgetPrefetched => {
                desk.next = None;
                self.unlocking.with(|keys| keys.forget_ahead());
            }
            Command::ImportKey { path } => self.import_file(&path),
        }
    }

    fn tell(&self, event: Event) {
        // Fails only when the window is gone, and then nobody wants to know.
        let _ = self.events.send(event);
        (self.wake)();
    }

    fn fail(&self, generation: Generation, failure: Failure, sealed_to: Vec<String>) {
        self.tell(Event::Failed { generation, failure, sealed_to });
    }

    fn read(&mut self, generation: Generation, source: &Source, message: &mut Option<Message>) {
        let brought = match self.bring(generation, source) {
            Ok(brought) => brought,
            Err(FetchError::Stopped) => return,
            Err(FetchError::SignIn(question)) => {
                return self.tell(Event::SignIn { generation, question });
            }
            Err(FetchError::Failed(failure)) => return self.fail(generation, failure, Vec::new()),
        };
        let Brought { octets, name, host } = brought;
        // No server brings a key.
        if host.is_none() && keys::looks_like_key(&octets) {
            return self.import(&octets, Some(generation));
        }
        *message = None;
        self.tell_policy();
        match self.locate(&octets) {
            Ok((envelope, seal)) => {
                let read = Message::new(octets, envelope, source);
                let digest = read.digest;
                *message = Some(read);
                self.tell(Event::Located { generation, seal, name, digest });
            }
            Err((failure, sealed_to)) => {
                let failure = match host {
                    Some(host) => failure.of_link(&host),
                    None => failure,
                };
                self.fail(generation, failure, sealed_to);
            }
        }
    }

    fn bring(&mut self, generation: Generation, source: &Source) -> Result<Brought, FetchError> {
        let link = match source {
            Source::File(path) => {
                let octets = open::read_file(path)?;
                return Ok(Brought { octets, name: OsString::new(), host: None });
            }
            Source::Link(link) => link,
        };
        if let Some(brought) = self.fetched_ahead(source) {
            return Ok(brought);
        }
        let mut told = Instant::now();
        let mut watch = |received| self.go_on(generation, &mut told, Stage::Fetching(received));
        let fetched = fetch(link, &self.logins, &mut watch);
        match &fetched {
            Ok(_) => self.keep_sign_ins(),
            Err(FetchError::SignIn(question)) if question.is_wrong => {
                self.logins.remove(&question.site);
                self.to_keep.retain(|site| *site != question.site);
            }
            Err(_) => {}
        }
        let fetched = fetched?;
        let host = Some(host_of(&fetched.address));
        Ok(Brought { octets: fetched.octets, name: fetched.file_name, host })
    }

    /// Whether anybody waits for it; what is due by now is locked meanwhile.
    fn is_selected(&self, generation: Generation) -> bool {
        self.unlocking.lock_if_due();
        self.selected.load(Ordering::Acquire) == generation
    }

    /// Tells how far it is, now and then; breaks once something else is selected.
    fn go_on(&self, generation: Generation, told: &mut Instant, stage: Stage) -> ControlFlow<()> {
        if !self.is_selected(generation) {
            return ControlFlow::Break(());
        }
        if told.elapsed() > PROGRESS_INTERVAL {
            *told = Instant::now();
            // Progress that finds no room is simply not shown.
            let _ = self.events.try_send(Event::Progress { generation, stage });
            (self.wake)();
        }
        ControlFlow::Continue(())
    }

    fn remove(&self, path: &Path, digest: &[u8; 32]) {
        match downloads::remove(path, digest) {
            Ok(true) => self.notify(false, texts::SEALED_FILE_REMOVED.into()),
            Ok(false) => {}
            Err(cause) => self.notify(true, texts::sealed_file_stays(&cause)),
        }
    }

    fn notify(&self, is_bad: bool, text: String) {
        self.tell(Event::Notice(Notice { is_bad, text }));
    }

    fn unlock(
        &mut self,
        generation: Generation,
        message: Option<&mut Message>,
        passphrase: Option<&Passphrase>,
    ) {
        let Some(message) = message else {
            let failure = Failure::new(FailureKind::Internal, "nothing was read");
            return self.fail(generation, failure, Vec::new());
        };
        let departures = self.unlocking.departures();
        if passphrase.is_none() && self.hear_ahead(generation, message) {
            return;
        }
        let outcome = self.open(message, passphrase).and_then(|opened| {
            message.let_go();
            self.hear(generation, departures, &opened)
        });
        if let Err(failure) = outcome {
            self.fail(generation, failure, message.envelope.sealed_to.clone());
        }
    }

    /// What was opened ahead is ready at once.
    fn hear_ahead(&self, generation: Generation, message: &mut Message) -> bool {
        let Ok(held) = self.held_keys() else { return false };
        let take =
            |keys: &mut Unlocking| keys.take_ahead(&held, &message.envelope, &message.digest);
        let Some(recording) = self.unlocking.with(take) else { return false };
        if let Some(until) = self.unlocking.until() {
            self.tell(Event::Unlocked { until });
        }
        message.let_go();
        self.tell(Event::Ready { generation, recording });
        true
    }

    /// Looks at the policy first: under a broken one nobody is asked for a passphrase.
    fn locate(&mut self, octets: &[u8]) -> Result<(Envelope, Seal), (Failure, Vec<String>)> {
        let held = policy::read().and_then(|_| self.held_keys());
        let held = held.map_err(|failure| (failure, Vec::new()))?;
        let (envelope, mut seal) = locate(octets, &held)?;
        let fitting = envelope.keys_for(&held);
        seal.ready = self.unlocking.with(|keys| keys.ready_for(&envelope, &fitting));
        Ok((envelope, seal))
    }

    fn open(
        &mut self,
        message: &mut Message,
        passphrase: Option<&Passphrase>,
    ) -> Result<Opened, Failure> {
        let held = self.held_keys()?;
        let envelope = &message.envelope.clone();
        let octets = message.octets()?;
        let answer = self.unlocking.with(|keys| keys.open(held, envelope, octets, passphrase));
        self.tell(match self.unlocking.until() {
            Some(until) => Event::Unlocked { until },
            None => Event::Relocked,
        });
        let answer = answer?;
        if let Some(cause) = answer.not_kept {
            self.notify(true, texts::passphrase_not_kept(cause));
        }
        Ok(answer.opened)
    }

    fn held_keys(&self) -> Result<Vec<SecretKey>, Failure> {
        let held = self.store.load();
        held.map(|held| held.keys)
            .map_err(|error| Failure::new(FailureKind::KeysUnreadable, error.to_string()))
    }
}

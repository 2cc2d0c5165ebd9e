//! The work thread: reads, decrypts, decodes, imports. The only place where an unlocked key
//! lives, and only while a message is being opened.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

use shared::certs::SecretKey;
use shared::decrypt::{self, Envelope, Integrity, Opened, Opener, Problem, Rules};
use shared::gnupg::Gnupg;
use shared::secret::Passphrase;
use zeroize::Zeroizing;

use crate::audio::decode::{DecodeError, Decoded, decode};
use crate::audio::overview::Overview;
use crate::downloads;
use crate::keys::store::KeyStore;
use crate::keys::{self, KeyCard};
use crate::link::fetch::{FetchError, fetch};
use crate::link::host_of;
use crate::link::keychain;
use crate::link::login::{Login, Logins, Question};
use crate::message::{Command, Event, Generation, Recording, Seal, Stage, Wake};
use crate::open;
use crate::open::source::Source;
use crate::policy;
use crate::screen::Notice;
use crate::texts::{self, Failure, FailureKind};

/// Progress is told this often at most.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

/// A file that was read and is a sealed message.
struct Message {
    octets: Zeroizing<Vec<u8>>,
    envelope: Envelope,
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
}

/// What was read or fetched.
struct Brought {
    octets: Zeroizing<Vec<u8>>,
    name: OsString,
    /// Where it was fetched from; none for a file.
    host: Option<String>,
}

impl Worker {
    /// Works until the window hangs up.
    pub fn run(mut self, commands: &Receiver<Command>) {
        let mut message = None;
        self.survive(None, |worker| worker.tell_keys());
        for command in commands {
            let generation = command.generation();
            self.survive(generation, |worker| worker.obey(command, &mut message));
        }
    }

    /// A fault of this program ends in a message: without the thread, a window would wait for ever.
    fn survive(&mut self, generation: Option<Generation>, work: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| work(&mut *self))).is_ok() {
            return;
        }
        let failure = Failure::new(FailureKind::Internal, "the work thread gave up");
        match generation {
            Some(generation) => self.fail(generation, failure, Vec::new()),
            None => self.tell(Event::ImportFailed { message: failure.message(), generation }),
        }
    }

    fn obey(&mut self, command: Command, message: &mut Option<Message>) {
        match command {
            Command::Open { generation, source } => self.read(generation, &source, message),
            Command::SignIn { site, login, is_kept } => self.sign_in(site, login, is_kept),
            Command::Recall { generation, question } => self.recall(generation, question),
            Command::ForgetSite { site } => {
                self.logins.remove(&site);
                keychain::forget(&site);
            }
            Command::Remove { path } => self.remove(&path, message.as_ref()),
            Command::Unlock { generation, passphrase } => {
                self.unlock(generation, message.as_ref(), &passphrase);
            }
            Command::Forget => *message = None,
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

    fn read(&self, generation: Generation, source: &Source, message: &mut Option<Message>) {
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
        match self.locate(&octets) {
            Ok((envelope, seal)) => {
                *message = Some(Message { octets, envelope });
                self.tell(Event::Located { generation, seal, name });
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

    fn bring(&self, generation: Generation, source: &Source) -> Result<Brought, FetchError> {
        let link = match source {
            Source::File(path) => {
                let octets = open::read_file(path)?;
                return Ok(Brought { octets, name: OsString::new(), host: None });
            }
            Source::Link(link) => link,
        };
        let mut told = Instant::now();
        let mut watch = |received| self.go_on(generation, &mut told, Stage::Fetching(received));
        let fetched = fetch(link, &self.logins, &mut watch)?;
        let host = Some(host_of(&fetched.address));
        Ok(Brought { octets: fetched.octets, name: fetched.file_name, host })
    }

    /// Tells how far it is, now and then; breaks once something else is selected.
    fn go_on(&self, generation: Generation, told: &mut Instant, stage: Stage) -> ControlFlow<()> {
        if self.selected.load(Ordering::Acquire) != generation {
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

    fn sign_in(&mut self, site: String, login: Login, is_kept: bool) {
        if let (true, Err(cause)) = (is_kept, keychain::keep(&site, &login)) {
            self.notify(true, texts::not_kept(&cause));
        }
        self.logins.insert(site, login);
    }

    fn recall(&mut self, generation: Generation, question: Question) {
        let login = keychain::recall(&question.site);
        let is_known = login.is_some();
        if let Some(login) = login {
            self.logins.insert(question.site.clone(), login);
        }
        self.tell(Event::Recalled { generation, question, is_known });
    }

    fn remove(&self, path: &Path, message: Option<&Message>) {
        let Some(message) = message else { return };
        match downloads::remove(path, &message.octets) {
            Ok(true) => self.notify(false, texts::SEALED_FILE_REMOVED.to_owned()),
            Ok(false) => {}
            Err(cause) => self.notify(true, texts::sealed_file_stays(&cause)),
        }
    }

    fn notify(&self, is_bad: bool, text: String) {
        self.tell(Event::Notice(Notice { is_bad, text }));
    }

    fn unlock(&self, generation: Generation, message: Option<&Message>, passphrase: &Passphrase) {
        let Some(message) = message else {
            let failure = Failure::new(FailureKind::Internal, "nothing was read");
            return self.fail(generation, failure, Vec::new());
        };
        let outcome = self
            .open(&message.octets, passphrase)
            .and_then(|opened| self.decode(generation, &opened));
        match outcome {
            Ok(Some(recording)) => self.tell(Event::Ready { generation, recording }),
            // Stopped, because something else was selected.
            Ok(None) => {}
            Err(failure) => self.fail(generation, failure, message.envelope.sealed_to.clone()),
        }
    }

    /// Looks at the policy first: under a broken one nobody is asked for a passphrase.
    fn locate(&self, octets: &[u8]) -> Result<(Envelope, Seal), (Failure, Vec<String>)> {
        let held = policy::read().and_then(|_| self.held_keys());
        locate(octets, &held.map_err(|failure| (failure, Vec::new()))?)
    }

    /// The policy is read again: it may have changed while the passphrase was typed.
    fn open(&self, octets: &[u8], passphrase: &Passphrase) -> Result<Opened, Failure> {
        let rules = policy::read()?.rules();
        open_message(&mut opener(self.held_keys()?, rules), octets, Some(passphrase))
    }

    fn decode(
        &self,
        generation: Generation,
        opened: &Opened,
    ) -> Result<Option<Recording>, Failure> {
        let mut told = Instant::now();
        let mut progress =
            |fraction: f32| self.go_on(generation, &mut told, Stage::Decoding(fraction));
        let Some(decoded) = decode_audio(&opened.data, &mut progress)? else { return Ok(None) };
        let owner = opened.key.as_ref().and_then(|fingerprint| {
            self.held_keys()
                .unwrap_or_default()
                .iter()
                .find(|key| key.fingerprint() == *fingerprint)
                .map(|key| KeyCard::of(key).name().to_owned())
        });
        Ok(Some(Recording {
            overview: Arc::new(Overview::of(&decoded.pcm)),
            pcm: Arc::new(decoded.pcm),
            opened_by: owner,
            is_damaged: decoded.is_damaged,
            may_be_altered: opened.integrity == Integrity::None,
            signed_by: opened.signed_by.clone(),
        }))
    }

    fn import_file(&self, path: &Path) {
        match open::read_file(path) {
            Ok(octets) => self.import(&octets, None),
            Err(failure) => {
                self.tell(Event::ImportFailed { message: failure.message(), generation: None });
            }
        }
    }

    fn import(&self, octets: &[u8], generation: Option<Generation>) {
        match keys::import(&self.store, octets) {
            Ok(keys) => {
                self.tell_keys();
                self.tell(Event::Imported { keys, generation });
            }
            Err(error) => {
                self.tell(Event::ImportFailed { message: error.to_string(), generation });
            }
        }
    }

    fn held_keys(&self) -> Result<Vec<SecretKey>, Failure> {
        let held = self.store.load();
        held.map(|held| held.keys)
            .map_err(|error| Failure::new(FailureKind::KeysUnreadable, error.to_string()))
    }

    fn tell_keys(&self) {
        match self.store.load() {
            Ok(held) => {
                let cards = held.keys.iter().map(KeyCard::of).collect();
                self.tell(Event::Keys { held: cards, damaged: held.damaged });
            }
            Err(error) => {
                self.tell(Event::ImportFailed { message: error.to_string(), generation: None });
            }
        }
    }
}

/// Says whom a message is sealed for; a failure if no held key and no passphrase can open it.
pub fn locate(
    octets: &[u8],
    held: &[SecretKey],
) -> Result<(Envelope, Seal), (Failure, Vec<String>)> {
    let failed = |error| Failure::from(&error).about_file(octets);
    let envelope = decrypt::inspect(octets).map_err(|error| (failed(error), Vec::new()))?;
    let mut opened_by: Vec<KeyCard> =
        envelope.keys_for(held).into_iter().map(KeyCard::of).collect();
    if opened_by.is_empty() && !envelope.by_passphrase {
        opened_by = keys_of_gnupg(&envelope);
    }
    let (sealed_to, by_passphrase) = (envelope.sealed_to.clone(), envelope.by_passphrase);
    let seal = Seal { sealed_to, by_passphrase, opened_by };
    if seal.opened_by.is_empty() && !seal.by_passphrase {
        return Err((failed(envelope.no_key()), envelope.sealed_to));
    }
    Ok((envelope, seal))
}

/// Keys on cards and of kinds that only GnuPG knows, where it is installed and holds one that fits.
fn keys_of_gnupg(envelope: &Envelope) -> Vec<KeyCard> {
    let keys = Gnupg::installed().map(|gnupg| gnupg.special_keys()).unwrap_or_default();
    let fitting = keys.into_iter().filter(|key| envelope.sealed_to.contains(&key.key_id));
    fitting.map(KeyCard::of_gnupg).collect()
}

/// What opens messages with these keys, with the GnuPG of this computer behind it.
pub fn opener(held: Vec<SecretKey>, rules: Rules) -> Opener {
    Opener::new(held, rules).asking(Gnupg::installed())
}

/// Opens a message. A fault of the engine ends in a message, not in a crash.
pub fn open_message(
    opener: &mut Opener,
    octets: &[u8],
    passphrase: Option<&Passphrase>,
) -> Result<Opened, Failure> {
    catch_unwind(AssertUnwindSafe(|| opener.open(octets, passphrase)))
        .map_err(|_| Failure::new(FailureKind::Problem(Problem::Damaged), "the reader gave up"))
        .and_then(|opened| opened.map_err(|error| Failure::from(&error)))
        .map_err(|failure| failure.about_file(octets))
}

/// Decodes what was opened; `None` if `progress` stopped it.
pub fn decode_audio(
    octets: &[u8],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Option<Decoded>, Failure> {
    let unsupported =
        |detail: String| Failure::new(FailureKind::Problem(Problem::UnsupportedAudio), detail);
    match catch_unwind(AssertUnwindSafe(|| decode(octets, progress))) {
        Ok(Ok(decoded)) => Ok(Some(decoded)),
        Ok(Err(DecodeError::Stopped)) => Ok(None),
        Ok(Err(error @ DecodeError::TooLong)) => {
            Err(Failure::new(FailureKind::Problem(Problem::TooLarge), error.to_string()))
        }
        Ok(Err(error @ DecodeError::NotAudio(_))) => {
            Err(Failure::new(FailureKind::NoSound, error.to_string()))
        }
        Ok(Err(error)) => Err(unsupported(error.to_string())),
        Err(_) => Err(unsupported("the decoder gave up".to_owned())),
    }
}

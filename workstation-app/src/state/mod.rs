//! What does the window show, and what follows from each action and each answer? Pure: no
//! window, no thread, no file.

pub mod desk;
pub mod key_steps;

mod arrival;
mod housekeeping;
mod keys;
mod locking;
mod playing;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Instant;

use shared::PRODUCT;
use shared::decrypt::Problem;
use shared::secret::Passphrase;

use crate::call::CallCard;
use crate::keys::KeyCard;
use crate::locking::LockCause;
use crate::marks::Marks;
use crate::message::{Command, Event, Generation, Ready, Seal, Stage};
use crate::open::dialog::Wanted;
use crate::open::source::Source;
use crate::policy::Policy;
use crate::queue::Queue;
use crate::settings::Settings;
use crate::texts::{self, Failure, FailureKind, Remedy};

use key_steps::KeysView;

pub use crate::screen::{
    Action, Effect, Heard, HostScreen, Listening, Locked, Notice, Opening, Pending, Place,
    ProblemScreen, Screen, Selected, SignInScreen,
};

/// Everything the window shows.
#[derive(Debug)]
pub struct AppState {
    /// The main part.
    pub screen: Screen,
    /// What is open.
    pub selected: Option<Selected>,
    /// What is being read.
    pub pending: Option<Pending>,
    /// What is there to be heard.
    pub queue: Queue,
    /// What was noted of each recording.
    pub marked: Vec<(Source, Marks)>,
    /// A mark was set, and its remark is to be typed.
    pub mark_to_write: Option<u64>,
    /// A field has the focus, and somebody may be typing.
    pub is_typing: bool,
    last_mark: u64,
    /// The sound devices, once they were asked for; none if they could not be listed.
    pub devices: Option<Vec<String>>,
    /// What was downloaded meanwhile.
    pub offered: Vec<Source>,
    /// What is shown of the window, whatever is open.
    pub place: Place,
    /// Keys this workstation holds.
    pub held: Vec<KeyCard>,
    /// Damaged files among them.
    pub damaged_keys: Vec<PathBuf>,
    /// The view of keys.
    pub keys: KeysView,
    /// One line on top.
    pub notice: Option<Notice>,
    /// Remembered values.
    pub settings: Settings,
    /// What the administrator has decided.
    pub policy: Policy,
    /// A key is unlocked until then.
    pub unlocked_until: Option<Instant>,
    /// What the worker opens ahead.
    ahead: Option<Source>,
    used_at: Instant,
    /// Everything was locked: whatever comes is not opened before somebody is there.
    is_asked_next: bool,
    generation: Generation,
    attempt: u64,
}

impl AppState {
    /// Nothing open.
    pub fn new(settings: Settings) -> Self {
        Self {
            screen: Screen::Empty,
            selected: None,
            pending: None,
            queue: Queue::default(),
            marked: Vec::new(),
            mark_to_write: None,
            is_typing: false,
            last_mark: 0,
            devices: None,
            offered: Vec::new(),
            place: Place::Recording,
            held: Vec::new(),
            damaged_keys: Vec::new(),
            keys: KeysView::default(),
            notice: None,
            settings,
            policy: Policy::default(),
            unlocked_until: None,
            ahead: None,
            used_at: Instant::now(),
            is_asked_next: false,
            generation: 0,
            attempt: 0,
        }
    }

    /// The selection that answers must belong to.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// The window's title: the call, not the program.
    pub fn title(&self) -> String {
        match (&self.screen, &self.selected) {
            (Screen::Host(host), _) => format!("{} - {PRODUCT}", texts::host_question(&host.host)),
            (Screen::SignIn(sign_in), _) => {
                format!("{} - {PRODUCT}", texts::sign_in(&sign_in.question.host))
            }
            (_, Some(selected)) => format!("{} - {PRODUCT}", selected.call.title()),
            (_, None) => PRODUCT.to_owned(),
        }
    }

    /// Whether something moves on the screen, so that it must be painted again soon.
    pub fn is_moving(&self) -> bool {
        match &self.screen {
            Screen::Opening(_) => true,
            Screen::Listening(listening) => {
                listening.playback.is_playing && listening.playback.fault.is_none()
            }
            _ => self.pending.is_some(),
        }
    }

    /// What follows from what a person did.
    pub fn act(&mut self, action: Action, now: Instant) -> Vec<Effect> {
        let mut effects = self.act_only(action, now);
        effects.extend(self.look_ahead());
        effects
    }

    /// What follows from an answer. One for a recording that is no longer selected is dropped.
    pub fn apply(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        let mut effects = self.apply_only(event, now);
        effects.extend(self.look_ahead());
        effects
    }

    fn act_only(&mut self, action: Action, now: Instant) -> Vec<Effect> {
        self.is_asked_next &= !action.opens();
        match action {
            Action::Ask(wanted) => vec![Effect::Ask(wanted)],
            Action::Open(sources) => self.open(sources, now),
            Action::OpenText(text) => self.open_text(&text, now),
            Action::Next => self.next(now),
            Action::OpenOffered => self.open_offered(now),
            Action::DismissOffered => {
                self.offered.clear();
                Vec::new()
            }
            Action::Show(place) => self.show(place),
            Action::Keys(action) => self.act_on_keys(action),
            Action::Settings(settings) => self.change_settings(settings),
            Action::ForgetSite(site) => self.forget_site(site),
            Action::TrustHost => self.trust_host(now),
            Action::SignIn { login, is_kept } => self.sign_in(login, is_kept, now),
            Action::Unlock(passphrase) => self.unlock(passphrase, now),
            Action::Lock if self.is_lockable() => self.lock(LockCause::Asked),
            Action::Lock => Vec::new(),
            Action::Use => {
                self.used(now);
                Vec::new()
            }
            Action::Cancel => self.cancel(now),
            Action::Close => self.close(),
            Action::TogglePlay => self.toggle_play(),
            Action::Seek(position) => self.seek(position),
            Action::Skip(secs) => self.skip(secs),
            Action::Volume { volume, is_final } => self.set_volume(volume, is_final),
            Action::Desk(action) => self.act_at_desk(action, now),
            Action::ToggleMute => self.toggle_mute(),
            Action::Remedy(remedy) => self.remedy(remedy, now),
            Action::DismissNotice => {
                self.notice = None;
                Vec::new()
            }
        }
    }

    fn apply_only(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        match event {
            Event::Keys { held, damaged } => {
                self.held = held;
                self.damaged_keys = damaged;
                self.leave_lost_key();
                Vec::new()
            }
            Event::Policy(policy) => self.change_policy(policy),
            Event::Unlocked { until } => {
                self.unlocked_until = Some(until);
                Vec::new()
            }
            Event::Relocked => {
                self.unlocked_until = None;
                Vec::new()
            }
            Event::Lock(reason) => self.lock(LockCause::System(reason)),
            Event::Located { generation, seal, name, digest } if generation == self.generation => {
                self.located(seal, &name, digest, now)
            }
            Event::SignInKept { site } => self.sign_in_kept(site),
            Event::SignIn { generation, question } if generation == self.generation => {
                self.ask_sign_in(question)
            }
            Event::Recalled { generation, question, is_known } if generation == self.generation => {
                self.recalled(question, is_known, now)
            }
            Event::Failed { generation, failure, sealed_to } if generation == self.generation => {
                self.failed(failure, sealed_to)
            }
            Event::Progress { generation, stage } if generation == self.generation => {
                self.progressed(stage)
            }
            Event::Ready { generation, recording } if generation == self.generation => {
                self.ready(recording, now)
            }
            Event::Grown { generation, overview, is_damaged } if generation == self.generation => {
                self.grown(overview, is_damaged)
            }
            Event::Located { .. }
            | Event::SignIn { .. }
            | Event::Recalled { .. }
            | Event::Failed { .. }
            | Event::Progress { .. }
            | Event::Ready { .. }
            | Event::Grown { .. } => Vec::new(),
            Event::Imported { keys, generation, refused } => {
                self.imported(&keys, generation, &refused, now)
            }
            Event::ImportFailed { message, generation } => {
                self.not_imported(message, generation, now)
            }
            Event::KeysDone(outcome) => self.task_done(outcome, now),
            Event::DialogClosed { wanted, picked, is_missing } => {
                self.dialog_closed(wanted, picked, is_missing, now)
            }
            Event::Downloaded(path) => self.downloaded(path),
            Event::Arrived(sources) => self.arrived(sources, now),
            Event::Notice(notice) => {
                self.notice = Some(notice);
                Vec::new()
            }
            Event::Devices(devices) => {
                self.devices = devices;
                Vec::new()
            }
            Event::Playback(playback) => self.played(playback, now),
        }
    }

    fn reopen(&mut self, now: Instant) -> Vec<Effect> {
        match self.selected.as_ref().map(|selected| selected.source.clone()) {
            Some(source) => self.read(source, now),
            None => Vec::new(),
        }
    }

    /// A fetch that takes too long is given up; what was open before it stays.
    fn cancel(&mut self, now: Instant) -> Vec<Effect> {
        match (self.pending.take(), &self.screen) {
            (Some(_), Screen::Opening(_) | Screen::Locked(_)) | (None, _) => self.reopen(now),
            (Some(_), _) => {
                self.generation += 1;
                if let Some(selected) = &self.selected {
                    self.queue.open(&selected.source);
                }
                self.reopen_if_begun(now)
            }
        }
    }

    fn located(&mut self, seal: Seal, name: &OsStr, digest: [u8; 32], now: Instant) -> Vec<Effect> {
        self.take_pending();
        if let Some(selected) = &mut self.selected {
            selected.seal = Some(seal.clone());
            selected.digest = digest;
            selected.rename(name, &self.settings.desk);
        }
        if !name.is_empty() {
            self.queue.rename(name);
        }
        let mut effects = vec![Effect::Silence];
        if seal.ready == Ready::Nothing || self.is_asked_next {
            self.ask(seal, false);
        } else {
            effects.extend(self.start(seal, None, now));
        }
        effects
    }

    /// Shows the passphrase field, empty and focused.
    fn ask(&mut self, seal: Seal, is_wrong: bool) {
        self.attempt += 1;
        self.screen = Screen::Locked(Locked { seal, is_wrong, cause: None, attempt: self.attempt });
    }

    fn take_pending(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.selected = Some(pending.selected);
        }
    }

    fn unlock(&mut self, passphrase: Option<Passphrase>, now: Instant) -> Vec<Effect> {
        let Screen::Locked(locked) = &self.screen else { return Vec::new() };
        if self.pending.is_some() {
            return Vec::new();
        }
        let seal = locked.seal.clone();
        self.start(seal, passphrase, now)
    }

    /// Has the recording opened.
    fn start(&mut self, seal: Seal, passphrase: Option<Passphrase>, now: Instant) -> Vec<Effect> {
        self.used(now);
        self.screen = Screen::Opening(Opening {
            seal,
            stage: Stage::Decrypting,
            since: now,
            is_typed: passphrase.is_some(),
        });
        self.notice = None;
        vec![Effect::Send(Command::Unlock { generation: self.generation, passphrase })]
    }

    fn failed(&mut self, failure: Failure, sealed_to: Vec<String>) -> Vec<Effect> {
        let is_wrong = failure.kind == FailureKind::Problem(Problem::WrongPassphrase);
        if let (true, Screen::Opening(opening)) = (is_wrong, &self.screen) {
            // What was unlocked, or kept in the keychain, need not be what the person would type.
            let (seal, is_typed) = (opening.seal.clone(), opening.is_typed);
            self.ask(Seal { ready: Ready::Nothing, ..seal }, is_typed);
            return Vec::new();
        }
        self.take_pending();
        self.attempt += 1;
        let attempt = self.attempt;
        self.screen = Screen::Problem(ProblemScreen { failure, sealed_to, attempt });
        vec![Effect::Silence]
    }

    fn progressed(&mut self, stage: Stage) -> Vec<Effect> {
        match (stage, &mut self.pending, &mut self.screen) {
            (Stage::Fetching(received), Some(pending), _) => pending.received = Some(received),
            (stage, _, Screen::Opening(opening)) => opening.stage = stage,
            _ => {}
        }
        Vec::new()
    }

    fn close(&mut self) -> Vec<Effect> {
        self.generation += 1;
        self.screen = Screen::Empty;
        self.selected = None;
        self.pending = None;
        self.notice = None;
        self.queue.close();
        vec![Effect::Silence, Effect::Send(Command::Forget)]
    }

    fn remedy(&mut self, remedy: Remedy, now: Instant) -> Vec<Effect> {
        match remedy {
            Remedy::BringKey => vec![Effect::Ask(Wanted::Key)],
            Remedy::OpenAnother => vec![Effect::Ask(Wanted::Recording)],
            Remedy::TryAgain => self.reopen(now),
        }
    }

    /// The call that is shown, if any.
    pub fn call(&self) -> Option<&CallCard> {
        self.selected.as_ref().map(|selected| &selected.call)
    }
}

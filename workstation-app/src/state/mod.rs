//! What does the window show, and what follows from each action and each answer? Pure: no
//! window, no thread, no file.

mod arrival;
mod housekeeping;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use shared::PRODUCT;
use shared::decrypt::Problem;
use shared::secret::Passphrase;

use crate::audio::play::Playback;
use crate::call::CallCard;
use crate::keys::KeyCard;
use crate::message::{Command, Event, Generation, Recording, Seal, Stage};
use crate::open::dialog::Wanted;
use crate::open::source::Source;
use crate::settings::Settings;
use crate::texts::{self, Failure, FailureKind, Remedy};

pub use crate::screen::{
    Action, Effect, HostScreen, Listening, Locked, Notice, Opening, Pending, ProblemScreen, Screen,
    Selected, SignInScreen,
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
    /// What is opened after it, in this order.
    pub waiting: VecDeque<Source>,
    /// What was downloaded meanwhile.
    pub offered: Vec<Source>,
    /// The settings are shown, whatever is open.
    pub is_in_settings: bool,
    /// Keys this workstation holds.
    pub held: Vec<KeyCard>,
    /// Damaged files among them.
    pub damaged_keys: Vec<PathBuf>,
    /// One line on top.
    pub notice: Option<Notice>,
    /// Remembered values.
    pub settings: Settings,
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
            waiting: VecDeque::new(),
            offered: Vec::new(),
            is_in_settings: false,
            held: Vec::new(),
            damaged_keys: Vec::new(),
            notice: None,
            settings,
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
            (_, Some(selected)) => format!("{} - {PRODUCT}", selected.call.title),
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
            Action::ToggleSettings => {
                self.is_in_settings = !self.is_in_settings;
                Vec::new()
            }
            Action::Settings(settings) => self.change_settings(settings),
            Action::ForgetSite(site) => self.forget_site(site),
            Action::TrustHost => self.trust_host(now),
            Action::SignIn { login, is_kept } => self.sign_in(login, is_kept, now),
            Action::Unlock(passphrase) => self.unlock(passphrase, now),
            Action::Cancel => self.cancel(now),
            Action::Close => self.close(),
            Action::TogglePlay => self.toggle_play(),
            Action::Seek(position) => self.seek(position),
            Action::Skip(secs) => self.skip(secs),
            Action::Volume { volume, is_final } => self.set_volume(volume, is_final),
            Action::Remedy(remedy) => self.remedy(remedy, now),
            Action::DismissNotice => {
                self.notice = None;
                Vec::new()
            }
        }
    }

    /// What follows from an answer. One for a recording that is no longer selected is dropped.
    pub fn apply(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        match event {
            Event::Keys { held, damaged } => {
                self.held = held;
                self.damaged_keys = damaged;
                Vec::new()
            }
            Event::Located { generation, seal, name } if generation == self.generation => {
                let effects = self.located(seal);
                self.name(generation, &name);
                effects
            }
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
                self.ready(recording)
            }
            Event::Located { .. }
            | Event::SignIn { .. }
            | Event::Recalled { .. }
            | Event::Failed { .. }
            | Event::Progress { .. }
            | Event::Ready { .. } => Vec::new(),
            Event::Imported { keys, generation } => self.imported(&keys, generation, now),
            Event::ImportFailed { message, generation } => {
                self.not_imported(message, generation, now)
            }
            Event::DialogClosed { wanted, picked, is_missing } => {
                self.dialog_closed(wanted, picked, is_missing, now)
            }
            Event::Downloaded(path) => self.downloaded(path),
            Event::Arrived(sources) => self.arrived(sources, now),
            Event::Notice(notice) => {
                self.notice = Some(notice);
                Vec::new()
            }
            Event::Playback(playback) => {
                let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
                let was_heard = listening.playback.has_ended;
                listening.playback = playback;
                if playback.has_ended && !was_heard { self.heard() } else { Vec::new() }
            }
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
                Vec::new()
            }
        }
    }

    fn located(&mut self, seal: Seal) -> Vec<Effect> {
        self.take_pending();
        self.ask(seal, false);
        vec![Effect::Silence]
    }

    /// Shows the passphrase field, empty and focused.
    fn ask(&mut self, seal: Seal, is_wrong: bool) {
        self.attempt += 1;
        self.screen = Screen::Locked(Locked { seal, is_wrong, attempt: self.attempt });
    }

    fn take_pending(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.selected = Some(pending.selected);
        }
    }

    fn unlock(&mut self, passphrase: Passphrase, now: Instant) -> Vec<Effect> {
        let Screen::Locked(locked) = &self.screen else { return Vec::new() };
        if self.pending.is_some() {
            return Vec::new();
        }
        self.screen = Screen::Opening(Opening {
            seal: locked.seal.clone(),
            stage: Stage::Decrypting,
            since: now,
        });
        self.notice = None;
        vec![Effect::Send(Command::Unlock { generation: self.generation, passphrase })]
    }

    fn failed(&mut self, failure: Failure, sealed_to: Vec<String>) -> Vec<Effect> {
        let is_wrong = failure.kind == FailureKind::Problem(Problem::WrongPassphrase);
        if let (true, Screen::Opening(opening)) = (is_wrong, &self.screen) {
            self.ask(opening.seal.clone(), true);
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

    fn ready(&mut self, recording: Recording) -> Vec<Effect> {
        let playback = Playback { is_playing: true, ..Playback::default() };
        self.screen = Screen::Listening(Listening { recording: recording.clone(), playback });
        vec![Effect::SetVolume(self.settings.volume), Effect::Play(recording)]
    }

    fn close(&mut self) -> Vec<Effect> {
        self.generation += 1;
        self.screen = Screen::Empty;
        self.selected = None;
        self.pending = None;
        self.notice = None;
        vec![Effect::Silence, Effect::Send(Command::Forget)]
    }

    fn imported(
        &mut self,
        keys: &[KeyCard],
        generation: Option<Generation>,
        now: Instant,
    ) -> Vec<Effect> {
        let owners: Vec<&str> = keys.iter().map(|key| key.owner.as_str()).collect();
        self.notice = Some(Notice {
            is_bad: false,
            text: format!("This workstation now holds the key of {}", owners.join(", ")),
        });
        self.drop_pending_key(generation);
        // The key may be the one that was missing.
        match self.screen {
            Screen::Problem(_) | Screen::Locked(_) | Screen::Opening(_) => self.reopen(now),
            Screen::Empty | Screen::Listening(_) | Screen::Host(_) | Screen::SignIn(_) => {
                Vec::new()
            }
        }
    }

    fn not_imported(
        &mut self,
        message: String,
        generation: Option<Generation>,
        now: Instant,
    ) -> Vec<Effect> {
        self.notice = Some(Notice { is_bad: true, text: message });
        let was_pending = self.drop_pending_key(generation);
        // Its answer was given up when the key file was selected.
        match self.screen {
            Screen::Opening(_) | Screen::Locked(_) if was_pending => self.reopen(now),
            _ => Vec::new(),
        }
    }

    /// A selected file turned out to be a key: the recording before it stays.
    fn drop_pending_key(&mut self, generation: Option<Generation>) -> bool {
        let is_pending = generation == Some(self.generation) && self.pending.is_some();
        if is_pending {
            self.pending = None;
        }
        is_pending
    }

    fn dialog_closed(
        &mut self,
        wanted: Wanted,
        picked: Option<PathBuf>,
        is_missing: bool,
        now: Instant,
    ) -> Vec<Effect> {
        match (wanted, picked) {
            (Wanted::Recording, Some(path)) => self.open(vec![path.into()], now),
            (Wanted::Key, Some(path)) => vec![Effect::Send(Command::ImportKey { path })],
            (_, None) => {
                self.notice = is_missing
                    .then(|| Notice { is_bad: true, text: texts::NO_FILE_DIALOG.to_owned() });
                Vec::new()
            }
        }
    }

    fn toggle_play(&mut self) -> Vec<Effect> {
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        listening.playback.is_playing = !listening.playback.is_playing;
        vec![if listening.playback.is_playing { Effect::Resume } else { Effect::Pause }]
    }

    fn seek(&mut self, position: Duration) -> Vec<Effect> {
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        let position = position.min(listening.recording.pcm.duration());
        listening.playback.position = position;
        vec![Effect::Seek(position)]
    }

    fn skip(&mut self, secs: i64) -> Vec<Effect> {
        let Screen::Listening(listening) = &self.screen else { return Vec::new() };
        let position = listening.playback.position;
        let distance = Duration::from_secs(secs.unsigned_abs());
        self.seek(if secs < 0 { position.saturating_sub(distance) } else { position + distance })
    }

    fn set_volume(&mut self, volume: f32, is_final: bool) -> Vec<Effect> {
        self.settings.volume = volume.clamp(0.0, 1.0);
        let mut effects = vec![Effect::SetVolume(self.settings.volume)];
        if is_final {
            effects.push(Effect::SaveSettings);
        }
        effects
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

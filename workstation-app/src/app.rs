//! The window's program: drains answers, paints, carries out what follows. Decides nothing.

mod locker;
mod start;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use egui::ViewportCommand;

use crate::audio::play::Player;
use crate::audio::play::output::Output;
use crate::downloads::{self, Watched};
use crate::instance::Door;
use crate::keys::store::KeyStore;
use crate::link::login::Logins;
use crate::lock_signals::{self, Watch};
use crate::locking::Habits;
use crate::message::{COMMAND_CAPACITY, Command, EVENT_CAPACITY, Event, Wake};
use crate::open::dialog;
use crate::open::source::Source;
use crate::screen::Notice;
use crate::settings::SettingsFile;
use crate::state::{Action, AppState, Effect};
use crate::texts::{self, Failure, FailureKind};
use crate::ui::passphrase::TypedGuard;
use crate::ui::{self, View, theme};
use crate::unlocking::KeysInUse;
use crate::worker::Worker;
use locker::Locker;

pub use start::run_window;

/// How often the window asks to come to the front, and for how long.
const RAISE_INTERVAL: Duration = Duration::from_millis(200);
const RAISE_LIMIT: Duration = Duration::from_secs(2);

/// The window with its threads.
pub struct App {
    state: AppState,
    view: View,
    player: Player,
    settings_file: SettingsFile,
    commands: Option<SyncSender<Command>>,
    events: Option<Receiver<Event>>,
    event_sender: SyncSender<Event>,
    selected: Arc<AtomicU64>,
    wake: Wake,
    worker: Option<JoinHandle<()>>,
    title: String,
    watched: Option<Watched>,
    signals: Watch,
    locker: Locker,
    /// Where other starts hand over what they were given.
    door: Option<Door>,
    /// The last picture whose input was looked at.
    frame: u64,
    /// Since when the window is being brought to the front.
    raised: Option<Instant>,
}

impl App {
    /// Starts the threads and opens `sources`.
    pub fn new(
        ctx: &egui::Context,
        data_folder: &Path,
        sources: Vec<Source>,
        output: Box<dyn Output>,
    ) -> Self {
        let settings_file = SettingsFile::in_folder(data_folder);
        let settings = settings_file.load();
        theme::install(ctx, settings.theme);
        texts::speak(settings.language.language());
        let guard = TypedGuard::default();
        ctx.add_plugin(guard.clone());
        let (event_sender, events) = sync_channel(EVENT_CAPACITY);
        let (commands, received) = sync_channel(COMMAND_CAPACITY);
        let selected = Arc::new(AtomicU64::new(0));
        let wake = wake_of(ctx);
        let unlocking = KeysInUse::default();
        let worker = Worker {
            store: KeyStore::in_folder(data_folder),
            events: event_sender.clone(),
            wake: Arc::clone(&wake),
            selected: Arc::clone(&selected),
            logins: Logins::default(),
            unlocking: unlocking.clone(),
            is_keychain_emptied: false,
            to_keep: Vec::new(),
        };
        let thread = std::thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || worker.run(&received));
        let player = Player::new(output, Arc::clone(&wake));
        let locker = Locker::new(unlocking, commands.clone(), Box::new(player.silencer()));
        let signals = lock_signals::watch({
            let (events, wake, locker) = (event_sender.clone(), Arc::clone(&wake), locker.clone());
            move |reason| {
                locker.lock();
                // The window may be closing.
                let _ = events.send(Event::Lock(reason));
                wake();
            }
        });
        let mut app = Self {
            state: AppState::new(settings),
            view: View::new(guard),
            player,
            settings_file,
            commands: Some(commands),
            events: Some(events),
            event_sender,
            selected,
            wake,
            worker: thread.ok(),
            title: String::new(),
            watched: None,
            signals,
            locker,
            door: None,
            frame: 0,
            raised: None,
        };
        app.player.set_device(app.state.settings.desk.device.clone());
        app.watch_downloads();
        app.send(Command::Habits(Habits::of(&app.state.settings)));
        app.act(Action::Open(sources));
        app
    }

    /// What the window shows.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Tells the window something, as its threads do.
    pub fn tell(&self, event: Event) {
        // Fails only when nobody listens any more.
        let _ = self.event_sender.send(event);
        (self.wake)();
    }

    fn act(&mut self, action: Action) {
        let effects = self.state.act(action, Instant::now());
        self.carry_out(effects);
    }

    fn drain_events(&mut self) {
        loop {
            let Some(Ok(event)) = self.events.as_ref().map(Receiver::try_recv) else { break };
            let is_wiped = matches!(event, Event::Relocked);
            let effects = self.state.apply(event, Instant::now());
            self.carry_out(effects);
            if is_wiped {
                self.signals.wiped();
            }
        }
        let heard = Event::Playback(self.player.playback());
        let effects = self.state.apply(heard, Instant::now());
        self.carry_out(effects);
    }

    /// Takes what other starts bring. They wait for the answer: a window that is being closed gives none.
    fn receive_visits(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.viewport().close_requested()) {
            self.door = None;
        }
        while let Some(mut visit) = self.door.as_ref().and_then(Door::next) {
            let arrived = Event::Arrived(std::mem::take(&mut visit.sources));
            let effects = self.state.apply(arrived, Instant::now());
            visit.confirm();
            self.carry_out(effects);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        self.selected.store(self.state.generation(), Ordering::Release);
        for effect in effects {
            if matches!(effect, Effect::Send(Command::Lock)) {
                self.view.wipe();
                self.locker.forget_keys();
            }
            self.carry_out_one(effect);
        }
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::Send(command) => self.send(command),
            Effect::Ask(wanted) => {
                dialog::ask(wanted, self.event_sender.clone(), Arc::clone(&self.wake));
            }
            Effect::AskToSave { wanted, name } => {
                dialog::ask_to_save(
                    wanted,
                    name,
                    self.event_sender.clone(),
                    Arc::clone(&self.wake),
                );
            }
            Effect::Play(recording) => {
                self.player.load(recording.pcm);
                self.player.play();
            }
            Effect::Resume => self.player.play(),
            Effect::Pause => self.player.pause(),
            Effect::Seek(position) => self.player.seek(position),
            Effect::SetVolume(volume) => self.player.set_volume(volume),
            Effect::SetHearing(hearing) => self.player.set_hearing(hearing),
            Effect::Treat(treatment) => self.player.treat(treatment),
            Effect::SetDevice(device) => self.player.set_device(device),
            Effect::TestSound => self.player.test_sound(),
            Effect::AskDevices => self.ask_devices(),
            Effect::Silence => self.player.close(),
            Effect::SaveSettings => {
                texts::speak(self.state.settings.language.language());
                // A loudness that is not remembered is not worth a message.
                let _ = self.settings_file.save(&self.state.settings);
            }
            Effect::ForgetKeys => self.locker.forget_keys(),
            Effect::Raise => self.raised = Some(Instant::now()),
            Effect::WatchDownloads => self.watch_downloads(),
        }
    }

    fn ask_devices(&self) {
        let (events, wake) = (self.event_sender.clone(), Arc::clone(&self.wake));
        self.player.devices(move |devices| {
            // Fails only when nobody listens any more.
            let _ = events.send(Event::Devices(devices.ok()));
            wake();
        });
    }

    fn watch_downloads(&mut self) {
        self.watched = None;
        if !self.state.settings.offers_downloads {
            return;
        }
        let watched = downloads::folder()
            .ok_or_else(|| texts::NO_SUCH_FOLDER.to_string())
            .and_then(|folder| {
                downloads::watch(&folder, self.event_sender.clone(), Arc::clone(&self.wake))
            });
        match watched {
            Ok(watched) => self.watched = Some(watched),
            Err(cause) => {
                let notice = Notice { is_bad: true, text: texts::not_watched(cause) };
                let effects = self.state.apply(Event::Notice(notice), Instant::now());
                self.carry_out(effects);
            }
        }
    }

    fn send(&mut self, command: Command) {
        let Some(commands) = &self.commands else { return };
        let (detail, command) = match commands.try_send(command) {
            Ok(()) => return,
            Err(TrySendError::Full(it)) => ("too much was asked for at once", it),
            Err(TrySendError::Disconnected(it)) => ("the work thread has ended", it),
        };
        let (failure, sealed_to) = (Failure::new(FailureKind::Internal, detail), Vec::new());
        let failed = match command {
            // The keys are forgotten already.
            Command::Lock => Event::Relocked,
            Command::Keys(_) => Event::KeysDone(Err(failure.message())),
            _ => Event::Failed { generation: self.state.generation(), failure, sealed_to },
        };
        let effects = self.state.apply(failed, Instant::now());
        self.carry_out(effects);
    }

    /// A window manager that is busy may pass over the first request.
    fn keep_raising(&mut self, ctx: &egui::Context) {
        let Some(since) = self.raised else { return };
        let has_focus = ctx.input(|input| input.viewport().focused == Some(true));
        if (has_focus && since.elapsed() > RAISE_INTERVAL) || since.elapsed() > RAISE_LIMIT {
            self.raised = None;
            return;
        }
        raise(ctx);
        ctx.request_repaint_after(RAISE_INTERVAL);
    }

    /// Locks what nobody uses, and says when to look again.
    fn tick(&mut self, ctx: &egui::Context) {
        let now = Instant::now();
        // A window that is not painted still holds what was done before its last picture.
        let frame = ctx.cumulative_frame_nr();
        if frame != std::mem::replace(&mut self.frame, frame) && ctx.input(is_used) {
            self.act(Action::Use);
        }
        let effects = self.state.tick(now);
        self.carry_out(effects);
        if let Some(left) = self.state.next_tick(now) {
            ctx.request_repaint_after(left);
        }
    }

    fn show_title(&mut self, ctx: &egui::Context) {
        let title = self.state.title();
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

/// Where the desktop does not let a window come to the front by itself, it asks for attention.
fn raise(ctx: &egui::Context) {
    ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
    ctx.send_viewport_cmd(ViewportCommand::Focus);
    let attention = egui::UserAttentionType::Informational;
    ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(attention));
}

/// Whether a person did anything.
fn is_used(input: &egui::InputState) -> bool {
    input.events.iter().any(|event| {
        matches!(
            event,
            egui::Event::Key { .. }
                | egui::Event::Text(_)
                | egui::Event::Paste(_)
                | egui::Event::Ime(_)
                | egui::Event::PointerMoved(_)
                | egui::Event::PointerButton { .. }
                | egui::Event::MouseWheel { .. }
                | egui::Event::Touch { .. }
                | egui::Event::AccessKitActionRequest(_)
        )
    })
}

fn wake_of(ctx: &egui::Context) -> Wake {
    let ctx = ctx.clone();
    Arc::new(move || ctx.request_repaint())
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.drain_events();
        self.receive_visits(ctx);
        self.show_title(ctx);
        self.keep_raising(ctx);
        self.tick(ctx);
        if self.state.is_moving() {
            ctx.request_repaint_after(self.view.moving_interval(&self.state));
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let actions = ui::show(ui, &self.state, &mut self.view, Instant::now());
        self.state.is_typing = ui.ctx().text_edit_focused();
        if actions.is_empty() {
            return;
        }
        for action in actions {
            self.act(action);
        }
        ui.ctx().request_repaint();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

impl Drop for App {
    // The worker ends when nobody listens any more, and with it goes what it had read.
    fn drop(&mut self) {
        self.selected.store(u64::MAX, Ordering::Release);
        self.door = None;
        self.locker.retire();
        self.commands = None;
        self.events = None;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

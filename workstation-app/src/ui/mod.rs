//! What the window looks like: one file a panel. Panels read the state and return what the
//! person did; they change nothing themselves.

pub mod keys;
pub mod passphrase;
pub mod theme;

mod desk_settings;
mod details;
mod empty;
mod fetching;
mod header;
mod hearing;
mod host;
mod icons;
mod keyboard;
mod listening;
mod locked;
mod notes;
mod notice;
mod problem;
mod queue;
mod remarks;
mod secret_field;
mod settings;
mod shortcuts;
mod sign_in;
mod transport;
mod waveform;
mod widgets;

use std::time::{Duration, Instant};

use egui::{Align2, CentralPanel, CornerRadius, Frame, Stroke, StrokeKind, Ui};

use crate::open::drop;
use crate::state::{Action, AppState, Place, Screen};
use keys::KeyForms;
use passphrase::{PassphraseText, TypedGuard};
use sign_in::SignInText;
use theme::Palette;
use widgets::Details;

/// Often enough for a moving line, seldom enough for a laptop's battery.
const QUICKEST_SECS: f32 = 0.066;
/// Often enough for the level and for seconds that pass at four times the speed.
const SLOWEST_SECS: f32 = 0.2;

/// What belongs to the window alone: half-typed text, what is unfolded, where a hand is.
pub struct View {
    passphrase: PassphraseText,
    keys: KeyForms,
    sign_in: SignInText,
    link: String,
    attempt: u64,
    details: Details,
    looks: waveform::Looks,
    /// The time that is being typed.
    go_to: Option<String>,
    notes: notes::NotesView,
    shortcuts: shortcuts::ShortcutsView,
    /// The key that plays while it is held.
    held: Option<egui::Key>,
}

impl View {
    /// Wipes every passphrase that was typed, now.
    pub fn wipe(&mut self) {
        // Dropped at once, and with it wiped.
        self.passphrase.take_passphrase();
        self.passphrase.set_wanted(false);
        self.keys.wipe();
    }

    /// How soon something on the screen moves: a long call's line needs no more pictures than it
    /// takes steps, which matters where no graphics card paints.
    pub fn moving_interval(&self, state: &AppState) -> Duration {
        match state.screen {
            Screen::Listening(_) if self.looks.secs_a_point > 0.0 => {
                let secs = self.looks.secs_a_point / state.settings.desk.speed.max(0.1);
                Duration::from_secs_f32(secs.clamp(QUICKEST_SECS, SLOWEST_SECS))
            }
            _ => Duration::from_secs_f32(QUICKEST_SECS),
        }
    }

    /// A fresh window; `guard` must be registered with the same context.
    pub fn new(guard: TypedGuard) -> Self {
        Self {
            keys: KeyForms::new(&guard),
            passphrase: PassphraseText::new(guard),
            sign_in: SignInText::default(),
            link: String::new(),
            attempt: 0,
            details: Details::default(),
            looks: waveform::Looks::default(),
            go_to: None,
            notes: notes::NotesView::default(),
            shortcuts: shortcuts::ShortcutsView::default(),
            held: None,
        }
    }
}

/// Paints the window; what the person did is returned.
pub fn show(ui: &mut Ui, state: &AppState, view: &mut View, now: Instant) -> Vec<Action> {
    let mut actions = keyboard::actions(ui, state, view);
    let dropped = drop::dropped_files(ui.ctx());
    if !dropped.is_empty() {
        actions.push(Action::Open(dropped));
    }
    forget_what_is_not_shown(state, view);
    let palette = Palette::of(ui);
    CentralPanel::default().frame(Frame::new().fill(palette.background)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        header::show(ui, state, now, &mut actions);
        notice::show(ui, state, &mut actions);
        fetching::show_strip(ui, state, now, &mut actions);
        ui.spacing_mut().item_spacing.y = theme::GAP;
        match state.place {
            Place::Settings => settings::show(ui, state, &mut actions),
            Place::Shortcuts => shortcuts::show(ui, state, &mut view.shortcuts, &mut actions),
            Place::Keys => keys::show(ui, state, view, now, &mut actions),
            Place::Recording => show_screen(ui, state, view, now, &mut actions),
        }
        if drop::is_hovering(ui.ctx()) {
            invite_drop(ui);
        }
    });
    actions
}

fn show_screen(
    ui: &mut Ui,
    state: &AppState,
    view: &mut View,
    now: Instant,
    actions: &mut Vec<Action>,
) {
    match &state.screen {
        Screen::Empty if state.pending.is_some() => fetching::show_card(ui, state, now, actions),
        Screen::Empty => empty::show(ui, state, view, actions),
        Screen::Host(host) => host::show(ui, state, host, view, actions),
        Screen::SignIn(sign_in) => sign_in::show(ui, sign_in, view, actions),
        Screen::Locked(locked) => locked::show_locked(ui, state, locked, view, actions),
        Screen::Opening(opening) => locked::show_opening(ui, state, opening, now, actions),
        Screen::Listening(listening) => listening::show(ui, state, listening, view, actions),
        Screen::Problem(problem) => problem::show(ui, state, problem, view, actions),
    }
}

/// A passphrase that was typed for another screen is wiped, details fold again.
fn forget_what_is_not_shown(state: &AppState, view: &mut View) {
    if state.place != Place::Keys {
        view.keys.wipe();
    }
    if !matches!(state.screen, Screen::Listening(_)) {
        view.looks = waveform::Looks::default();
        view.go_to = None;
    }
    if state.place != Place::Shortcuts {
        view.shortcuts = shortcuts::ShortcutsView::default();
    }
    match &state.screen {
        _ if state.place != Place::Recording => {
            // Dropped at once, and with it wiped.
            view.passphrase.take_passphrase();
            if state.place == Place::Settings {
                view.passphrase.set_wanted(false);
            }
        }
        Screen::Locked(locked) if locked.attempt == view.attempt => {}
        Screen::Problem(problem) if problem.attempt == view.attempt => {}
        Screen::SignIn(sign_in) if sign_in.attempt == view.attempt => {}
        screen => {
            // Dropped at once, and with it wiped.
            view.passphrase.take_passphrase();
            if !matches!(screen, Screen::Locked(_) | Screen::SignIn(_)) {
                view.passphrase.set_wanted(false);
            }
            view.details = Details::default();
        }
    }
}

fn invite_drop(ui: &Ui) {
    let palette = Palette::of(ui);
    let rect = ui.ctx().content_rect().shrink(theme::GAP);
    let painter = ui
        .ctx()
        .layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop")));
    let corner = CornerRadius::same(theme::CARD_CORNER);
    let stroke = Stroke::new(2.0, palette.accent_text);
    painter.rect(rect, corner, palette.accent_soft, stroke, StrokeKind::Inside);
    let words = crate::texts::DROP_TO_OPEN;
    painter.text(rect.center(), Align2::CENTER_CENTER, words, theme::large(), palette.text);
}

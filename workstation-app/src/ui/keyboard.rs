//! Which keys do what, everywhere in the window?

use egui::{Key, Modifiers, Ui};

use crate::open::dialog::Wanted;
use crate::state::key_steps::KeyAction;
use crate::state::{Action, AppState, Place, Screen};

/// Seconds that an arrow key jumps.
pub const SKIP_SECS: i64 = 5;

/// What was asked for by key.
pub fn actions(ui: &Ui, state: &AppState) -> Vec<Action> {
    let mut actions = Vec::new();
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND, Key::O) {
        actions.push(Action::Ask(Wanted::Recording));
    }
    if !matches!(state.screen, Screen::Empty) && pressed(Modifiers::COMMAND, Key::W) {
        actions.push(Action::Close);
    }
    // Whatever has the focus: nobody should have to look for the way.
    if pressed(Modifiers::COMMAND, Key::L) {
        actions.push(Action::Lock);
    }
    let is_busy = matches!(state.screen, Screen::Opening(_)) || state.pending.is_some();
    if is_busy && pressed(Modifiers::NONE, Key::Escape) {
        actions.push(Action::Cancel);
    }
    if pressed(Modifiers::COMMAND, Key::Comma)
        || (state.place == Place::Settings && pressed(Modifiers::NONE, Key::Escape))
    {
        actions.push(Action::Show(Place::Settings));
    }
    if pressed(Modifiers::COMMAND, Key::K) {
        actions.push(Action::Show(Place::Keys));
    }
    if state.place == Place::Keys && pressed(Modifiers::NONE, Key::Escape) {
        actions.push(Action::Keys(KeyAction::Back));
    }
    let is_asked = matches!(state.screen, Screen::Host(_) | Screen::SignIn(_));
    if is_asked && state.place == Place::Recording && pressed(Modifiers::NONE, Key::Escape) {
        actions.push(Action::Close);
    }
    // A control that has the focus keeps its own keys.
    let is_free = ui.memory(|memory| memory.focused().is_none());
    if is_free {
        actions.extend(pasted(ui).map(Action::OpenText));
    }
    let is_next =
        (is_free && pressed(Modifiers::NONE, Key::N)) || pressed(Modifiers::COMMAND, Key::N);
    if is_next && !state.waiting.is_empty() {
        actions.push(Action::Next);
    }
    if matches!(state.screen, Screen::Listening(_)) && is_free {
        if pressed(Modifiers::NONE, Key::Space) {
            actions.push(Action::TogglePlay);
        }
        if pressed(Modifiers::NONE, Key::ArrowLeft) {
            actions.push(Action::Skip(-SKIP_SECS));
        }
        if pressed(Modifiers::NONE, Key::ArrowRight) {
            actions.push(Action::Skip(SKIP_SECS));
        }
    }
    actions
}

/// What was pasted while no field was there to take it.
fn pasted(ui: &Ui) -> Option<String> {
    ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            egui::Event::Paste(text) => Some(text.clone()),
            _ => None,
        })
    })
}

//! Which keys do what, everywhere in the window?

use egui::{Event, Key, Modifiers, Ui};

use super::transport::{FAR_SKIP_SECS, SKIP_SECS};
use super::{View, listening};
use crate::desk::Switch;
use crate::open::dialog::Wanted;
use crate::shortcuts::Shortcut;
use crate::state::desk::DeskAction;
use crate::state::key_steps::KeyAction;
use crate::state::{Action, AppState, Place, Screen};

/// What one press changes the loudness by.
const VOLUME_STEP: f32 = 0.05;

/// What was asked for by key.
pub fn actions(ui: &Ui, state: &AppState, view: &mut View) -> Vec<Action> {
    let mut actions = released(ui, view);
    // Whatever has the focus, and whatever is asked: nobody should have to look for the way.
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::L)) {
        actions.push(Action::Lock);
        return actions;
    }
    // A key that is being chosen for something does nothing else.
    if view.shortcuts.is_waiting(state) {
        return actions;
    }
    actions.extend(of_window(ui, state));
    // A control that has the focus keeps its own keys.
    let is_free = ui.memory(|memory| memory.focused().is_none());
    if is_free {
        actions.extend(pasted(ui).map(Action::OpenText));
    }
    if state.place == Place::Recording && ui.input(|input| !input.events.is_empty()) {
        at_desk(ui, state, view, &mut actions);
    }
    actions
}

/// A pedal that was let go, whatever else is held, wherever the focus is by now.
fn released(ui: &Ui, view: &mut View) -> Vec<Action> {
    let Some(held) = view.held else { return Vec::new() };
    let is_let_go = ui.input(|input| {
        !input.focused
            || input.events.iter().any(
                |event| matches!(event, Event::Key { key, pressed: false, .. } if *key == held),
            )
    });
    if !is_let_go {
        return Vec::new();
    }
    view.held = None;
    vec![Action::Desk(DeskAction::Hold(false))]
}

fn of_window(ui: &Ui, state: &AppState) -> Vec<Action> {
    let mut actions = Vec::new();
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND, Key::O) {
        actions.push(Action::Ask(Wanted::Recording));
    }
    if !matches!(state.screen, Screen::Empty) && pressed(Modifiers::COMMAND, Key::W) {
        actions.push(Action::Close);
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
    if state.place == Place::Shortcuts && pressed(Modifiers::NONE, Key::Escape) {
        actions.push(Action::Show(Place::Shortcuts));
    }
    let is_asked = matches!(state.screen, Screen::Host(_) | Screen::SignIn(_));
    if is_asked && state.place == Place::Recording && pressed(Modifiers::NONE, Key::Escape) {
        actions.push(Action::Close);
    }
    if state.queue.next().is_some() && pressed(Modifiers::COMMAND, Key::N) {
        actions.push(Action::Next);
    }
    actions
}

/// The keys that a person may set, in the order in which they were pressed.
fn at_desk(ui: &Ui, state: &AppState, view: &mut View, actions: &mut Vec<Action>) {
    // A field that lost the focus with this very picture has had what was typed before.
    let is_typing = ui.ctx().text_edit_focused() || state.is_typing;
    let is_focused = ui.memory(|memory| memory.focused().is_some());
    let keys = &state.settings.desk.keys;
    let mut found = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key, pressed, repeat, modifiers, .. } = event else { return true };
            let Some((shortcut, chord)) = keys.find(*modifiers, *key) else { return true };
            // Whoever types, types; a control that has the focus keeps its own keys.
            if (is_typing && chord.types()) || (is_focused && chord.is_of_controls()) {
                return true;
            }
            found.push((shortcut, *key, *pressed, *repeat));
            false
        });
    });
    for (shortcut, key, is_down, is_repeated) in found {
        if shortcut == Shortcut::Hold {
            if is_down && !is_repeated && state.is_at_desk() {
                view.held = Some(key);
                actions.push(Action::Desk(DeskAction::Hold(true)));
            }
        } else if is_down && (!is_repeated || repeats(shortcut)) {
            follow(shortcut, state, view, actions);
        }
    }
}

/// Whether it goes on while its key is held down.
fn repeats(shortcut: Shortcut) -> bool {
    matches!(
        shortcut,
        Shortcut::Back
            | Shortcut::Forward
            | Shortcut::FarBack
            | Shortcut::FarForward
            | Shortcut::Slower
            | Shortcut::Faster
            | Shortcut::Louder
            | Shortcut::Softer
            | Shortcut::ZoomIn
            | Shortcut::ZoomOut
    )
}

fn follow(shortcut: Shortcut, state: &AppState, view: &mut View, actions: &mut Vec<Action>) {
    match shortcut {
        Shortcut::Next if state.queue.next().is_some() => return actions.push(Action::Next),
        Shortcut::Previous => return actions.push(Action::Desk(DeskAction::Previous)),
        Shortcut::Help => return actions.push(Action::Show(Place::Shortcuts)),
        _ => {}
    }
    let Screen::Listening(open) = &state.screen else { return };
    let desk = |action| Action::Desk(action);
    let volume = |step: f32| Action::Volume {
        volume: (state.settings.volume + step).clamp(0.0, 1.0),
        is_final: true,
    };
    actions.push(match shortcut {
        Shortcut::Play => Action::TogglePlay,
        Shortcut::Back => Action::Skip(-SKIP_SECS),
        Shortcut::Forward => Action::Skip(SKIP_SECS),
        Shortcut::FarBack => Action::Skip(-FAR_SKIP_SECS),
        Shortcut::FarForward => Action::Skip(FAR_SKIP_SECS),
        Shortcut::Start => Action::Seek(std::time::Duration::ZERO),
        Shortcut::End => Action::Seek(open.recording.pcm.duration()),
        Shortcut::Slower => desk(DeskAction::SpeedStep(-1)),
        Shortcut::Faster => desk(DeskAction::SpeedStep(1)),
        Shortcut::NormalSpeed => desk(DeskAction::Speed(1.0)),
        Shortcut::Repeat => desk(DeskAction::Repeat),
        Shortcut::SkipSilence => desk(DeskAction::Toggle(Switch::SkipSilence)),
        Shortcut::Level => desk(DeskAction::Toggle(Switch::Level)),
        Shortcut::Band => desk(DeskAction::Toggle(Switch::Band)),
        Shortcut::Side => desk(DeskAction::NextSide),
        Shortcut::Swap => desk(DeskAction::Toggle(Switch::Swap)),
        Shortcut::Louder => volume(VOLUME_STEP),
        Shortcut::Softer => volume(-VOLUME_STEP),
        Shortcut::Mute => Action::ToggleMute,
        Shortcut::Mark => desk(DeskAction::Mark),
        Shortcut::GoTo => {
            view.go_to = Some(String::new());
            return;
        }
        Shortcut::ZoomIn | Shortcut::ZoomOut | Shortcut::ZoomAll => {
            return listening::zoom(shortcut, open, view);
        }
        Shortcut::Hold | Shortcut::Next | Shortcut::Previous | Shortcut::Help => return,
    });
}

/// What was pasted while no field was there to take it.
fn pasted(ui: &Ui) -> Option<String> {
    ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Paste(text) => Some(text.clone()),
            _ => None,
        })
    })
}

//! Which key does what while a recording is heard, and how does a person change that? Foot pedals
//! send keys, so every one of them can be set.

use std::collections::BTreeMap;

use egui::{Key, Modifiers};
use serde::{Deserialize, Serialize};

use crate::texts::{self, Text};

/// What a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shortcut {
    /// Play or pause.
    Play,
    /// Play while it is held down.
    Hold,
    /// 5 seconds back.
    Back,
    /// 5 seconds on.
    Forward,
    /// 10 seconds back.
    FarBack,
    /// 10 seconds on.
    FarForward,
    /// Go to a time that is typed.
    GoTo,
    /// Go to the beginning.
    Start,
    /// Go to the end.
    End,
    /// A step slower.
    Slower,
    /// A step faster.
    Faster,
    /// As recorded.
    NormalSpeed,
    /// Beginning, then end of what is played over and over, then no more.
    Repeat,
    /// Leave out silence.
    SkipSilence,
    /// Both sides equally loud.
    Level,
    /// The telephone's band alone.
    Band,
    /// Both, agent, customer, mixed.
    Side,
    /// Exchange the ears.
    Swap,
    /// Louder.
    Louder,
    /// Softer.
    Softer,
    /// Sound off or on.
    Mute,
    /// Set a mark here.
    Mark,
    /// The next recording.
    Next,
    /// The one before.
    Previous,
    /// Look closer.
    ZoomIn,
    /// Look from further away.
    ZoomOut,
    /// See all of it.
    ZoomAll,
    /// Show which keys there are.
    Help,
}

/// Every one of them with its words, in the order of the list that is shown.
pub const SHORTCUTS: [(Shortcut, Text, &str); 28] = [
    (Shortcut::Play, texts::desk::KEY_PLAY, "Space"),
    (Shortcut::Hold, texts::desk::KEY_HOLD, "F4"),
    (Shortcut::Back, texts::desk::BACK_5, "Left"),
    (Shortcut::Forward, texts::desk::ON_5, "Right"),
    (Shortcut::FarBack, texts::desk::BACK_10, "Shift+Left"),
    (Shortcut::FarForward, texts::desk::ON_10, "Shift+Right"),
    (Shortcut::GoTo, texts::desk::GO_TO_TIME, "G"),
    (Shortcut::Start, texts::desk::TO_START, "Home"),
    (Shortcut::End, texts::desk::TO_END, "End"),
    (Shortcut::Slower, texts::desk::SLOWER, "-"),
    (Shortcut::Faster, texts::desk::FASTER, "+"),
    (Shortcut::NormalSpeed, texts::desk::NORMAL_SPEED, "Backspace"),
    (Shortcut::Repeat, texts::desk::KEY_REPEAT, "R"),
    (Shortcut::SkipSilence, texts::desk::SKIP_SILENCE, "S"),
    (Shortcut::Level, texts::desk::LEVEL, "E"),
    (Shortcut::Band, texts::desk::BAND, "T"),
    (Shortcut::Side, texts::desk::KEY_SIDE, "C"),
    (Shortcut::Swap, texts::desk::SWAP, "X"),
    (Shortcut::Louder, texts::desk::LOUDER, "Up"),
    (Shortcut::Softer, texts::desk::SOFTER, "Down"),
    (Shortcut::Mute, texts::desk::KEY_MUTE, "0"),
    (Shortcut::Mark, texts::desk::KEY_MARK, "M"),
    (Shortcut::Next, texts::desk::NEXT, "N"),
    (Shortcut::Previous, texts::desk::PREVIOUS, "P"),
    (Shortcut::ZoomIn, texts::desk::ZOOM_IN, "I"),
    (Shortcut::ZoomOut, texts::desk::ZOOM_OUT, "O"),
    (Shortcut::ZoomAll, texts::desk::ZOOM_ALL, "A"),
    (Shortcut::Help, texts::desk::KEY_HELP, "?"),
];

/// A key with what is held down beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// What is held down.
    pub modifiers: Modifiers,
    /// The key.
    pub key: Key,
}

impl Chord {
    /// What was pressed, if it can be given to a command: keys that move the focus or close things
    /// cannot.
    pub fn pressed(modifiers: Modifiers, key: Key) -> Option<Self> {
        let is_reserved = matches!(key, Key::Tab | Key::Escape | Key::Enter) || is_held_beside(key);
        let is_window = modifiers.command
            && matches!(key, Key::O | Key::W | Key::L | Key::K | Key::Comma | Key::N | Key::C);
        // `?` is a key of its own already, whatever must be held down to reach it.
        let shift = modifiers.shift && !is_shifted(key);
        let modifiers = Modifiers {
            alt: modifiers.alt,
            ctrl: false,
            shift,
            mac_cmd: false,
            command: modifiers.command,
        };
        (!is_reserved && !is_window).then_some(Self { modifiers, key })
    }

    /// Reads `Ctrl+Shift+Left`.
    pub fn parse(words: &str) -> Option<Self> {
        let (held, key) = match words.rsplit_once('+') {
            // The plus key itself.
            Some(("", "")) => ("", "+"),
            Some((held, "")) => (held.strip_suffix('+')?, "+"),
            Some((held, key)) => (held, key),
            None => ("", words),
        };
        let key = Key::from_name(key)?;
        let mut modifiers = Modifiers::NONE;
        for word in held.split('+').filter(|word| !word.is_empty()) {
            match word {
                "Ctrl" => modifiers.command = true,
                "Shift" => modifiers.shift = true,
                "Alt" => modifiers.alt = true,
                _ => return None,
            }
        }
        Self::pressed(modifiers, key)
    }

    /// Whether this is what was pressed.
    pub fn is(self, modifiers: Modifiers, key: Key) -> bool {
        Self::pressed(modifiers, key) == Some(self)
    }

    /// Whether a text field would take it for typing.
    pub fn types(self) -> bool {
        let is_function = self.key.name().starts_with('F') && self.key.name().len() > 1;
        !self.modifiers.command && !is_function
    }

    /// Whether a control that has the focus takes it for itself.
    pub fn is_of_controls(self) -> bool {
        matches!(
            self.key,
            Key::Space
                | Key::ArrowLeft
                | Key::ArrowRight
                | Key::ArrowUp
                | Key::ArrowDown
                | Key::Home
                | Key::End
        )
    }
}

impl std::fmt::Display for Chord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held = [
            (self.modifiers.command, "Ctrl+"),
            (self.modifiers.alt, "Alt+"),
            (self.modifiers.shift, "Shift+"),
        ];
        for (_, word) in held.iter().filter(|(is_held, _)| *is_held) {
            formatter.write_str(word)?;
        }
        formatter.write_str(match self.key {
            Key::Questionmark => "?",
            Key::Minus => "-",
            Key::Plus => "+",
            key => key.name(),
        })
    }
}

/// Keys that are held down beside others.
fn is_held_beside(key: Key) -> bool {
    ["Shift", "Control", "Alt", "Super"].iter().any(|name| key.name().starts_with(name))
}

fn is_shifted(key: Key) -> bool {
    matches!(
        key,
        Key::Questionmark
            | Key::Plus
            | Key::Colon
            | Key::Pipe
            | Key::Exclamationmark
            | Key::OpenCurlyBracket
            | Key::CloseCurlyBracket
    )
}

/// Keys that a person has chosen; what is missing is as it comes, what is empty has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyMap(BTreeMap<String, String>);

impl KeyMap {
    /// The key of a command.
    pub fn chord(&self, shortcut: Shortcut) -> Option<Chord> {
        match self.0.get(&name(shortcut)) {
            Some(chosen) if chosen.is_empty() => None,
            // What nobody can read is as it comes.
            Some(chosen) => Chord::parse(chosen).or_else(|| original(shortcut)),
            None => original(shortcut).filter(|chord| !self.is_taken(*chord)),
        }
    }

    /// The command of what was pressed.
    pub fn find(&self, modifiers: Modifiers, key: Key) -> Option<(Shortcut, Chord)> {
        let is_pressed = |shortcut| self.chord(shortcut).filter(|chord| chord.is(modifiers, key));
        SHORTCUTS.iter().find_map(|(shortcut, ..)| Some((*shortcut, is_pressed(*shortcut)?)))
    }

    /// Gives a command a key, which whatever had it before loses; none takes its key away.
    pub fn set(&mut self, shortcut: Shortcut, chord: Option<Chord>) {
        for (other, ..) in SHORTCUTS {
            if chord.is_some() && self.chord(other) == chord {
                self.0.insert(name(other), String::new());
            }
        }
        self.0.insert(name(shortcut), chord.map(|it| it.to_string()).unwrap_or_default());
    }

    /// Every key as it comes.
    pub fn reset(&mut self) {
        self.0.clear();
    }

    /// Forgets what is no name and no key.
    pub fn forget_strange(&mut self) {
        self.0.retain(|name, chosen| name.len() <= 40 && chosen.len() <= 40);
    }

    /// Whether nothing was chosen.
    pub fn is_original(&self) -> bool {
        self.0.is_empty()
    }

    fn is_taken(&self, chord: Chord) -> bool {
        self.0.values().any(|chosen| Chord::parse(chosen) == Some(chord))
    }
}

fn original(shortcut: Shortcut) -> Option<Chord> {
    let known = SHORTCUTS.iter().find(|(known, ..)| *known == shortcut);
    known.and_then(|(.., words)| Chord::parse(words))
}

/// Its name in the settings: a file of a later version must not be lost for one unknown word.
fn name(shortcut: Shortcut) -> String {
    serde_json::to_value(shortcut)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

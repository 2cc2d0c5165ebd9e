//! How is a passphrase typed so that one copy of it exists, and none once it is given?
//!
//! egui's text field copies its text every frame and keeps an undo history; typed characters
//! also stay in its list of events. So the characters are taken out of the events before egui
//! sees them ([`TypedGuard`]), and the field works on a buffer that shows only bullets.

use std::any::TypeId;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use egui::text::CharIndex;
use egui::{Event, ImeEvent, RawInput, TextBuffer};
use shared::secret::Passphrase;
use zeroize::{Zeroize, Zeroizing};

/// More than anybody types; fixed, because a growing buffer leaves copies behind.
pub const CAPACITY_OCTETS: usize = 1024;

/// What stands for a character.
pub const BULLET: char = '\u{2022}';

/// Characters on their way from the keyboard to the field.
#[derive(Default)]
struct Typed {
    is_wanted: bool,
    waiting: Zeroizing<Vec<u8>>,
}

/// Takes typed and pasted characters out of egui's events while the field has the focus.
#[derive(Clone, Default)]
pub struct TypedGuard(Arc<Mutex<Typed>>);

impl TypedGuard {
    fn lock(&self) -> MutexGuard<'_, Typed> {
        // A panic elsewhere leaves characters at worst, and they are wiped below.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn intercept(&self, events: &mut [Event]) {
        let mut typed = self.lock();
        if !typed.is_wanted {
            return;
        }
        for event in events {
            if let Some(count) = take_text(event, &mut typed.waiting) {
                let bullets = String::from_iter(std::iter::repeat_n(BULLET, count));
                *event = Event::Text(bullets);
            }
        }
    }
}

impl egui::Plugin for TypedGuard {
    fn debug_name(&self) -> &'static str {
        "passphrase"
    }

    fn input_hook(&mut self, _ctx: &egui::Context, input: &mut RawInput) {
        self.intercept(&mut input.events);
    }
}

/// Moves an event's text to `waiting` and wipes it there; how many characters it was.
fn take_text(event: &mut Event, waiting: &mut Zeroizing<Vec<u8>>) -> Option<usize> {
    let (Event::Text(text)
    | Event::Paste(text)
    | Event::Ime(ImeEvent::Commit(text) | ImeEvent::Preedit { text, .. })) = event
    else {
        return None;
    };
    if waiting.capacity() < CAPACITY_OCTETS {
        *waiting = Zeroizing::new(Vec::with_capacity(CAPACITY_OCTETS));
    }
    let mut count = 0;
    for character in text.chars().filter(|character| !character.is_control()) {
        let mut octets = [0; 4];
        let encoded = character.encode_utf8(&mut octets);
        if waiting.len() + encoded.len() <= CAPACITY_OCTETS {
            waiting.extend_from_slice(encoded.as_bytes());
            count += 1;
        }
        octets.zeroize();
    }
    text.zeroize();
    Some(count)
}

/// The field's buffer.
pub struct PassphraseText {
    octets: Zeroizing<Vec<u8>>,
    bullets: String,
    guard: TypedGuard,
    revision: u64,
}

impl PassphraseText {
    /// An empty field that takes its characters from `guard`.
    pub fn new(guard: TypedGuard) -> Self {
        Self { octets: empty(), bullets: String::new(), guard, revision: 0 }
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// Says whether typed characters belong to this field now.
    pub fn set_wanted(&mut self, is_wanted: bool) {
        let mut typed = self.guard.lock();
        typed.is_wanted = is_wanted;
        // What the field did not take was not meant for it.
        typed.waiting.zeroize();
    }

    /// Hands the passphrase over and leaves the field empty. The octets move, they are not copied.
    pub fn take_passphrase(&mut self) -> Passphrase {
        self.bullets.clear();
        self.revision += 1;
        Passphrase::new(std::mem::replace(&mut self.octets, empty()))
    }

    /// Changes whenever the text does.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// A second copy, to look at it; wiped with the answer.
    pub fn copy(&self) -> Passphrase {
        Passphrase::new(Zeroizing::new(self.octets.to_vec()))
    }

    /// Whether both hold the same.
    pub fn is_same(&self, other: &Self) -> bool {
        *self.octets == *other.octets
    }

    /// Puts a passphrase that was offered into the field.
    pub fn set(&mut self, passphrase: &Passphrase) {
        self.octets = empty();
        // Exposed: it is shown, so that its owner can write it down.
        let offered = passphrase.expose();
        self.octets.extend_from_slice(offered.get(..CAPACITY_OCTETS).unwrap_or(offered));
        self.count_bullets();
    }

    /// The characters, one by one, for the person who holds the eye.
    pub fn characters(&self) -> impl Iterator<Item = char> + '_ {
        std::str::from_utf8(&self.octets).unwrap_or_default().chars()
    }

    fn insert(&mut self, octets: &[u8], char_index: CharIndex) {
        let at = self.byte_at(char_index);
        let length = self.octets.len();
        self.octets.extend_from_slice(octets);
        if let Some(tail) = self.octets.get_mut(at..) {
            tail.rotate_right(octets.len().min(tail.len()));
        }
        debug_assert!(self.octets.len() == length + octets.len());
        self.count_bullets();
    }

    fn byte_at(&self, char_index: CharIndex) -> usize {
        let text = std::str::from_utf8(&self.octets).unwrap_or_default();
        text.char_indices().nth(char_index.0).map_or(text.len(), |(at, _)| at)
    }

    fn count_bullets(&mut self) {
        self.revision += 1;
        let count = self.characters().count();
        self.bullets.clear();
        self.bullets.extend(std::iter::repeat_n(BULLET, count));
    }
}

fn empty() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(CAPACITY_OCTETS))
}

impl TextBuffer for PassphraseText {
    fn is_mutable(&self) -> bool {
        true
    }

    fn as_str(&self) -> &str {
        &self.bullets
    }

    // `text` is bullets that stand for waiting characters; without the guard it is the text.
    fn insert_text(&mut self, text: &str, char_index: CharIndex) -> usize {
        let count = text.chars().count();
        let octets = {
            let mut typed = self.guard.lock();
            if typed.waiting.is_empty() {
                Zeroizing::new(text.as_bytes().to_vec())
            } else {
                take_first(&mut typed.waiting, count)
            }
        };
        if self.octets.len() + octets.len() > CAPACITY_OCTETS {
            return 0;
        }
        self.insert(&octets, char_index);
        count
    }

    fn delete_char_range(&mut self, char_range: Range<CharIndex>) {
        let (from, to) = (self.byte_at(char_range.start), self.byte_at(char_range.end));
        let length = self.octets.len();
        if from < to {
            self.octets.drain(from..to);
            let kept = self.octets.len();
            // The moved tail left its old place as it was: overwrite it.
            self.octets.resize(length, 0);
            self.octets.truncate(kept);
        }
        self.count_bullets();
    }

    fn clear(&mut self) {
        self.octets.zeroize();
        self.octets.reserve_exact(CAPACITY_OCTETS);
        self.bullets.clear();
    }

    // Undo would put back bullets.
    fn replace_with(&mut self, _text: &str) {}

    fn take(&mut self) -> String {
        self.clear();
        String::new()
    }

    fn type_id(&self) -> TypeId {
        TypeId::of::<Self>()
    }
}

/// Takes the first `count` characters out of `waiting`, leaving no trace of them in it.
fn take_first(waiting: &mut Zeroizing<Vec<u8>>, count: usize) -> Zeroizing<Vec<u8>> {
    let text = std::str::from_utf8(waiting).unwrap_or_default();
    let length = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    let first = Zeroizing::new(waiting.get(..length).unwrap_or_default().to_vec());
    let rest = Zeroizing::new(waiting.get(length..).unwrap_or_default().to_vec());
    waiting.zeroize();
    waiting.extend_from_slice(&rest);
    first
}

impl std::fmt::Debug for PassphraseText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PassphraseText(..)")
    }
}

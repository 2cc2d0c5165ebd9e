//! One text in every language of the window, and which language is spoken.

use std::fmt::{Display, Formatter};
use std::ops::Deref;
use std::sync::atomic::{AtomicU8, Ordering};

/// A language of the window. The command line speaks English: scripts read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

static SPOKEN: AtomicU8 = AtomicU8::new(0);

/// The language of the system, as far as the window has asked.
static OF_SYSTEM: AtomicU8 = AtomicU8::new(0);

impl Language {
    fn number(self) -> u8 {
        match self {
            Self::English => 0,
            Self::Spanish => 1,
        }
    }

    fn of_number(number: u8) -> Self {
        match number {
            1 => Self::Spanish,
            _ => Self::English,
        }
    }

    /// The one that is understood where `locale` is set: `es-MX`, `de_DE.UTF-8`.
    pub fn of_locale(locale: &str) -> Self {
        let language = locale.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "es" => Self::Spanish,
            _ => Self::English,
        }
    }
}

/// Every text is in this language from now on.
pub fn speak(language: Language) {
    SPOKEN.store(language.number(), Ordering::Release);
}

/// The language that is spoken.
pub fn spoken() -> Language {
    Language::of_number(SPOKEN.load(Ordering::Acquire))
}

/// Asks the system which language its user reads.
pub fn ask_system() {
    let locale = sys_locale::get_locale().unwrap_or_default();
    OF_SYSTEM.store(Language::of_locale(&locale).number(), Ordering::Release);
}

/// What the system said when it was asked; English before.
pub fn of_system() -> Language {
    Language::of_number(OF_SYSTEM.load(Ordering::Acquire))
}

/// One text. Places for values are written `{name}`, the same in each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// In English.
    pub english: &'static str,
    /// In Spanish.
    pub spanish: &'static str,
}

impl Text {
    /// In the language that is spoken.
    pub fn get(self) -> &'static str {
        match spoken() {
            Language::English => self.english,
            Language::Spanish => self.spanish,
        }
    }

    /// The same with each `{name}` replaced by its value.
    pub fn with(self, values: &[(&str, &dyn Display)]) -> String {
        let mut rest = self.get();
        let mut filled = String::with_capacity(rest.len());
        // In one pass, so that a value with braces stays what it is.
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                filled.push_str(&value.to_string());
            }
            rest = after;
        }
        filled + rest
    }
}

impl Display for Text {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.get())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.get()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.get().to_owned()
    }
}

impl From<Text> for egui::WidgetText {
    fn from(text: Text) -> Self {
        text.get().into()
    }
}

/// Rows of the table: a name, the English text, the Spanish text. `ROWS` holds them all, for tests.
macro_rules! texts {
    ($($(#[$about:meta])* $name:ident: $english:literal, $spanish:literal;)*) => {
        $($(#[$about])* #[doc = ""] #[doc = $english]
        pub const $name: $crate::texts::Text =
            $crate::texts::Text { english: $english, spanish: $spanish };)*

        /// Every row of this part of the table, with its name.
        pub(super) const ROWS: &[(&str, $crate::texts::Text)] = &[$((stringify!($name), $name)),*];
    };
}

pub(crate) use texts;

//! Which passphrase is offered, and how strong is one that somebody chose?

use diceware_wordlists::Wordlist;
use shared::chance;
use shared::secret::Passphrase;
use zeroize::Zeroizing;

use crate::texts::{self, Text};

/// Six of 7,776 words: 77 bits, which no thief of the key file guesses.
const WORDS: usize = 6;

/// More says nothing more, and the estimate takes the longer the more there is.
const MEASURED_CHARACTERS: usize = 100;

/// How many words that a guesser knows are looked for.
const MOST_KNOWN: usize = 20;

/// How many guesses a key file withstands: below this a stolen one is opened within days.
const LEAST_SCORE: u8 = 3;

/// The longest that is taken; GnuPG's agent takes 255.
const MOST_OCTETS: usize = 255;

/// How hard a passphrase is to guess.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strength {
    /// From 0 to 4.
    pub score: u8,
    /// What a person reads beside the meter.
    pub words: &'static str,
    /// How it becomes stronger, in one sentence without full stop; empty where it is strong.
    pub advice: &'static str,
}

/// Why a passphrase cannot protect a key. Each text is two sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// Nothing, or blanks.
    #[error("{}", texts::PHRASE_EMPTY)]
    Empty,
    /// Too easy to guess.
    #[error("{}", texts::PHRASE_WEAK)]
    Weak,
    /// GnuPG could not be told it.
    #[error("{}", texts::PHRASE_UNUSABLE)]
    Unusable,
}

/// Six words by chance. `None` where the system has no random source.
pub fn suggest() -> Option<Passphrase> {
    let words = Wordlist::EffLong.get_list();
    let count = u32::try_from(words.len()).ok()?;
    // Room for all of it at once: a growing buffer would leave copies behind.
    let mut phrase = Zeroizing::new(Vec::with_capacity(WORDS * 16));
    for number in 0..WORDS {
        let word = words.get(usize::try_from(chance::below(count)?).ok()?)?;
        if number > 0 {
            phrase.push(b' ');
        }
        phrase.extend_from_slice(word.as_bytes());
    }
    Some(Passphrase::new(phrase))
}

/// How hard it is to guess for somebody who knows `known`: the owner's name and address.
pub fn strength(passphrase: &Passphrase, known: &[&str]) -> Strength {
    // Exposed: what it is made of is looked at.
    let text = Zeroizing::new(String::from_utf8_lossy(passphrase.expose()).into_owned());
    let measured: Zeroizing<String> =
        Zeroizing::new(text.trim().chars().take(MEASURED_CHARACTERS).collect());
    let parts = known.iter().flat_map(|text| text.split([' ', '@', '.']));
    let known: Vec<&str> = known.iter().copied().chain(parts).take(MOST_KNOWN).collect();
    let score = u8::from(zxcvbn::zxcvbn(&measured, &known).score());
    let (words, advice) = match score {
        0 => (texts::VERY_EASY_TO_GUESS, Some(texts::USE_SIX_WORDS)),
        1 => (texts::EASY_TO_GUESS, Some(texts::USE_SIX_WORDS)),
        2 => (texts::GUESSED_BY_A_THIEF, Some(texts::USE_SIX_WORDS)),
        3 => (texts::STRONG, None),
        _ => (texts::VERY_STRONG, None),
    };
    Strength { score, words: words.get(), advice: advice.map_or("", Text::get) }
}

/// Whether a passphrase may protect a new key.
///
/// # Errors
/// [`PhraseError`] says why not.
pub fn check(passphrase: &Passphrase, known: &[&str]) -> Result<(), PhraseError> {
    // Exposed: what it is made of is looked at.
    let octets = passphrase.expose();
    if octets.iter().all(u8::is_ascii_whitespace) {
        return Err(PhraseError::Empty);
    }
    let is_line = !octets.iter().any(|octet| matches!(octet, b'\n' | b'\r' | 0));
    if octets.len() > MOST_OCTETS || !is_line {
        return Err(PhraseError::Unusable);
    }
    match strength(passphrase, known).score {
        0..LEAST_SCORE => Err(PhraseError::Weak),
        _ => Ok(()),
    }
}

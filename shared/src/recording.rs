//! What does the name of a recording tell, and how is a sealed one called?
//!
//! VICIdial builds names from a template per campaign (`FULLDATE_CUSTPHONE_CAMPAIGN_AGENT` and the
//! like), so what a part means is a guess from its shape; the name itself is only ever data.

use std::ffi::OsStr;

/// The endings that a sealed file may have, several in a row included (`.gpg.gpg`).
const SEALED: [&str; 3] = ["pgp", "gpg", "asc"];

/// The endings of the five formats (`--GSW` files are `.wav`).
const AUDIO: [&str; 4] = ["wav", "gsm", "mp3", "ogg"];

/// When a call began, as its name says it (the dialer's local time).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTime {
    /// Four digits.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 59.
    pub second: i8,
}

/// What a name tells about the call. Every part may be missing; each is safe to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFacts {
    /// When it began.
    pub start: Option<CallTime>,
    /// The customer's number.
    pub number: Option<String>,
    /// The campaign.
    pub campaign: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// Whether both sides are recorded apart (the prefix `S_`).
    pub stereo: bool,
}

/// The name of a recording, sealed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingName {
    name: String,
    facts: CallFacts,
}

impl RecordingName {
    /// Reads a file name. Never fails: what cannot be read is not told.
    #[must_use]
    pub fn from_file_name(name: &OsStr) -> Self {
        let shown = escaped(name.as_encoded_bytes());
        let name = bare(&shown).to_string();
        let facts = facts(&name);
        Self { name, facts }
    }

    /// What the name tells about the call.
    #[must_use]
    pub fn facts(&self) -> &CallFacts {
        &self.facts
    }

    /// The name without its endings, safe to show.
    #[must_use]
    pub fn shown(&self) -> String {
        self.name.clone()
    }
}

/// Takes the endings off: `NAME-all.mp3.gpg.gpg`, `NAME-all~2.mp3.pgp`, `NAME-all.mp3 (1).pgp`.
fn bare(name: &str) -> &str {
    let mut rest = name;
    while let Some((stem, ending)) = rest.rsplit_once('.') {
        let ending = without_copy_number(ending).to_ascii_lowercase();
        if !SEALED.contains(&ending.as_str()) && !AUDIO.contains(&ending.as_str()) {
            break;
        }
        rest = stem;
    }
    let rest = without_copy_number(rest);
    let rest = rest.rsplit_once('~').filter(|(_, count)| is_number(count)).map_or(rest, |(n, _)| n);
    rest.strip_suffix("-all").unwrap_or(rest)
}

/// Browsers write `name (1).pgp` when the name is taken already.
fn without_copy_number(text: &str) -> &str {
    let copy = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    copy.filter(|(_, count)| is_number(count)).map_or(text, |(name, _)| name)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

fn facts(name: &str) -> CallFacts {
    let mut facts = CallFacts::default();
    let mut words = Vec::new();
    for (position, part) in name.split('_').enumerate() {
        match part {
            "S" if position == 0 => facts.stereo = true,
            "CO" | "CM" | "FR" if position == 0 => {}
            "" => {}
            _ if facts.start.is_none() && call_time(part).is_some() => {
                facts.start = call_time(part);
            }
            _ if facts.number.is_none() && is_phone(part) => facts.number = Some(part.to_string()),
            _ => words.push(part),
        }
    }
    // A name without a date or a number was not built from a template that could be guessed.
    if facts.start.is_none() && facts.number.is_none() {
        return facts;
    }
    match words.as_slice() {
        [] => {}
        [only] if is_campaign(only) => facts.campaign = Some((*only).to_string()),
        [only] => facts.agent = Some((*only).to_string()),
        [campaign, agent @ ..] => {
            facts.campaign = Some((*campaign).to_string());
            facts.agent = Some(agent.join("_"));
        }
    }
    facts
}

fn is_phone(part: &str) -> bool {
    let digits = part.strip_prefix('+').unwrap_or(part);
    (6..=15).contains(&digits.len()) && is_number(digits)
}

/// VICIdial writes campaign IDs in upper case; user names seldom are.
fn is_campaign(part: &str) -> bool {
    part.bytes().any(|o| o.is_ascii_uppercase()) && !part.bytes().any(|o| o.is_ascii_lowercase())
}

/// `FULLDATE`, that is `YYYYMMDD-HHMMSS`; anything that no calendar holds is none.
#[must_use]
pub fn call_time(part: &str) -> Option<CallTime> {
    let (date, time) = part.split_once('-')?;
    if date.len() != 8 || time.len() != 6 || !is_number(date) || !is_number(time) {
        return None;
    }
    let field = |text: &str, from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let call = CallTime {
        year: date.get(..4)?.parse().ok()?,
        month: field(date, 4)?,
        day: field(date, 6)?,
        hour: field(time, 0)?,
        minute: field(time, 2)?,
        second: field(time, 4)?,
    };
    let is_sound = (1970..=9999).contains(&call.year)
        && (1..=12).contains(&call.month)
        && (1..=31).contains(&call.day)
        && call.hour < 24
        && call.minute < 60
        && call.second < 60;
    is_sound.then_some(call)
}

/// Text from outside, made safe to show on one line: control characters, line and paragraph
/// separators, characters that turn the writing direction (they could disguise a name) or have no
/// width, and octets that are no UTF-8 stand as `\u{..}` and `\x..`.
#[must_use]
pub fn escaped(text: &[u8]) -> String {
    let mut shown = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_hidden(character) {
                shown.extend(character.escape_unicode());
            } else {
                shown.push(character);
            }
        }
        for octet in chunk.invalid() {
            shown.push_str(&format!("\\x{octet:02X}"));
        }
    }
    shown
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> RecordingName {
        RecordingName::from_file_name(OsStr::new(name))
    }

    #[test]
    fn the_usual_template_is_read_under_every_ending() {
        let usual = named("20260101-093012_5551234567_SALES_agent01-all.mp3");
        assert_eq!(usual.facts().number.as_deref(), Some("5551234567"));
        assert_eq!(usual.facts().campaign.as_deref(), Some("SALES"));
        assert_eq!(usual.facts().agent.as_deref(), Some("agent01"));
        assert_eq!(usual.facts().start.map(|at| (at.year, at.hour)), Some((2026, 9)));
        for ending in [".pgp", ".gpg", ".gpg.gpg", ".asc", " (1).pgp", ".pgp (2)", ".GPG"] {
            assert_eq!(named(&format!("{}-all.mp3{ending}", usual.shown())), usual, "{ending}");
        }
        assert_eq!(named(&format!("{}-all~2.mp3.pgp", usual.shown())), usual);
    }

    #[test]
    fn other_templates_and_names_without_one() {
        let short = named("20260101-093012_agent01-all.wav");
        assert_eq!(short.facts().agent.as_deref(), Some("agent01"));
        let stereo = named("S_20260101-093012_15551234567-all.wav");
        assert!(stereo.facts().stereo && stereo.facts().campaign.is_none());
        let under = named("20260101-093012_5551234567_SALES_agent_01-all.mp3");
        assert_eq!(under.facts().agent.as_deref(), Some("agent_01"));
        assert_eq!(*named("voicemail from Anna.mp3").facts(), CallFacts::default());
        assert_eq!(named("20261399-993012_x.mp3").facts().start, None);
    }

    #[test]
    fn what_could_disguise_a_name_is_made_visible() {
        assert_eq!(escaped("a\u{202e}b\n".as_bytes()), "a\\u{202e}b\\u{a}");
        assert_eq!(escaped(b"x\xFFy"), "x\\xFFy");
        assert_eq!(escaped("Zoë Ω".as_bytes()), "Zoë Ω");
    }
}

//! What is said about a call, from its file name alone?

pub mod template;

use std::ffi::{OsStr, OsString};

use jiff::civil::{Date, DateTime};
use shared::recording::{CallFacts, CallTime, RecordingName};

use crate::desk::Desk;
use crate::texts::dates::{LONG_DATE, MONTHS, SHORT_DATE, WEEKDAYS};
use crate::texts::desk::NAMELESS;

/// So many digits may be somebody's number.
const NUMBER_DIGITS: usize = 6;

/// The facts of a call as a person reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallCard {
    name: OsString,
    /// The name without its endings, escaped.
    bare: String,
    facts: CallFacts,
    start: Option<DateTime>,
    hides_numbers: bool,
}

impl CallCard {
    /// Reads the name of a file.
    pub fn of_name(name: &OsStr, desk: &Desk) -> Self {
        let recording = RecordingName::from_file_name(name);
        let bare = recording.shown();
        let facts = template::read(&desk.name_template, &bare);
        let facts = facts.unwrap_or_else(|| recording.facts().clone());
        Self {
            name: name.to_owned(),
            bare,
            start: facts.start.as_ref().and_then(date_time),
            facts,
            hides_numbers: desk.hides_numbers,
        }
    }

    /// The same name, read as the person wants it now.
    pub fn read_again(&mut self, desk: &Desk) {
        // What is called by its host has no name.
        if self.name.is_empty() {
            self.hides_numbers = desk.hides_numbers;
        } else {
            *self = Self::of_name(&self.name, desk);
        }
    }

    /// Whether there is no name at all, as in a link that names none.
    pub fn is_nameless(&self) -> bool {
        self.bare.is_empty()
    }

    /// A link without a name is called by its host.
    pub fn call_it(&mut self, host: String) {
        self.bare = host;
    }

    /// The number; the file's name if it does not say one; the date where numbers are hidden.
    pub fn heading(&self) -> String {
        match &self.facts.number {
            Some(number) if !self.hides_numbers => number.clone(),
            Some(_) => self.when_said().unwrap_or_else(|| NAMELESS.into()),
            None => self.file_name(),
        }
    }

    /// Day and time in full, unless the heading says them: `Thursday, 1 January 2026, 09:30`.
    pub fn when(&self) -> Option<String> {
        let is_heading = self.hides_numbers && self.facts.number.is_some();
        self.when_said().filter(|_| !is_heading)
    }

    /// Name of the campaign.
    pub fn campaign(&self) -> Option<String> {
        self.facts.campaign.as_ref().map(|campaign| self.shown(campaign))
    }

    /// Who took the call.
    pub fn agent(&self) -> Option<String> {
        self.facts.agent.as_ref().map(|agent| self.shown(agent))
    }

    /// The file's name without its endings.
    pub fn file_name(&self) -> String {
        self.shown(&self.bare)
    }

    /// Short form for the window's title and for lists: `5551234567, 1 Jan 09:30`.
    pub fn title(&self) -> String {
        let when = self.start.map(short_date);
        match (when, &self.facts.number) {
            (Some(when), Some(_)) if self.hides_numbers => when,
            (Some(when), Some(number)) => format!("{number}, {when}"),
            (Some(when), None) => format!("{}, {when}", self.file_name()),
            (None, _) => self.heading(),
        }
    }

    /// The same in two lines: who was called, and when.
    pub fn lines(&self) -> (String, Option<String>) {
        let when = self.start.map(short_date);
        match &self.facts.number {
            Some(number) if !self.hides_numbers => (number.clone(), when),
            Some(_) => (when.unwrap_or_else(|| NAMELESS.into()), self.agent()),
            None => (self.file_name(), when),
        }
    }

    fn when_said(&self) -> Option<String> {
        let start = self.start?;
        let weekday = usize::try_from(start.weekday().to_monday_zero_offset()).ok()?;
        let weekday = WEEKDAYS.get(weekday)?;
        let time = clock_time(start);
        let month = month(start)?;
        let (day, year) = (start.day(), start.year());
        Some(LONG_DATE.with(&[
            ("weekday", weekday),
            ("day", &day),
            ("month", &month),
            ("year", &year),
            ("time", &time),
        ]))
    }

    fn shown(&self, text: &str) -> String {
        if self.hides_numbers { masked(text) } else { text.to_owned() }
    }
}

fn month(date: DateTime) -> Option<crate::texts::Text> {
    let index = usize::try_from(date.month() - 1).ok()?;
    MONTHS.get(index).copied()
}

/// `1 Jan 09:30`: three letters are how months are shortened in both languages.
fn short_date(date: DateTime) -> String {
    let month: String = month(date).map(|it| it.chars().take(3).collect()).unwrap_or_default();
    let (day, time) = (date.day(), clock_time(date));
    SHORT_DATE.with(&[("day", &day), ("month", &month), ("time", &time)])
}

fn clock_time(date: DateTime) -> String {
    format!("{:02}:{:02}", date.hour(), date.minute())
}

/// What may be a number, in dots, however its digits are set apart: `(555) 123-4567`.
pub fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars() {
        let goes_on = character.is_numeric() || (!run.is_empty() && is_between_digits(character));
        if goes_on {
            run.push(character);
        } else {
            push_masked(&mut shown, &run);
            run.clear();
            shown.push(character);
        }
    }
    push_masked(&mut shown, &run);
    shown
}

fn is_between_digits(character: char) -> bool {
    matches!(character, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2010}'..='\u{2015}')
}

fn push_masked(shown: &mut String, run: &str) {
    let digits = run.trim_end_matches(is_between_digits);
    if digits.chars().filter(|it| it.is_numeric()).count() >= NUMBER_DIGITS {
        shown.push_str("•••");
        shown.push_str(run.get(digits.len()..).unwrap_or_default());
    } else {
        shown.push_str(run);
    }
}

// A name can hold any digits; only a date that exists is shown.
fn date_time(time: &CallTime) -> Option<DateTime> {
    let date = Date::new(time.year, time.month, time.day).ok()?;
    let clock = jiff::civil::Time::new(time.hour, time.minute, time.second, 0).ok()?;
    Some(date.to_datetime(clock))
}

/// Minutes and seconds, with hours where there are any: `3:07`, `1:02:45`.
pub fn clock(time: std::time::Duration) -> String {
    let total_secs = time.as_secs();
    let (hours, minutes, secs) = (total_secs / 3600, total_secs / 60 % 60, total_secs % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{secs:02}")
    } else {
        format!("{minutes}:{secs:02}")
    }
}

//! What does a reviewer note down while listening, and how is it copied? Kept until the window
//! closes, never written to a file.

use std::time::Duration;

/// More than anybody sets in one call.
const MOST_MARKS: usize = 500;
/// Longer remarks belong elsewhere.
pub const MOST_OCTETS: usize = 500;

/// A moment with a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Tells it from all others, those of other recordings included.
    pub number: u64,
    /// The moment.
    pub at: Duration,
    /// What was noted; may be empty.
    pub text: String,
}

/// The marks of one recording, in the order of their moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    marks: Vec<Mark>,
}

impl Marks {
    /// All of them.
    pub fn all(&self) -> &[Mark] {
        &self.marks
    }

    /// Sets one with this number; false if there are too many.
    pub fn set(&mut self, number: u64, at: Duration) -> bool {
        if self.marks.len() >= MOST_MARKS {
            return false;
        }
        let place = self.marks.partition_point(|mark| mark.at <= at);
        self.marks.insert(place, Mark { number, at, text: String::new() });
        true
    }

    /// Notes something; on one line, since every mark is one when copied.
    pub fn write(&mut self, number: u64, text: &str) {
        let Some(mark) = self.marks.iter_mut().find(|mark| mark.number == number) else { return };
        mark.text = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        while mark.text.len() > MOST_OCTETS {
            mark.text.pop();
        }
    }

    /// Takes one away.
    pub fn remove(&mut self, number: u64) {
        self.marks.retain(|mark| mark.number != number);
    }

    /// `03:12 - promised refund`, a line each.
    pub fn as_text(&self) -> String {
        self.marks.iter().map(line).collect()
    }
}

fn line(mark: &Mark) -> String {
    let (at, text) = (stamp(mark.at), mark.text.trim());
    if text.is_empty() { format!("{at}\n") } else { format!("{at} - {text}\n") }
}

/// `03:12`, with hours where there are any: `1:02:03`.
fn stamp(time: Duration) -> String {
    let total_secs = time.as_secs();
    let (hours, minutes, secs) = (total_secs / 3600, total_secs / 60 % 60, total_secs % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{secs:02}")
    } else {
        format!("{minutes:02}:{secs:02}")
    }
}

/// Reads a time as people write it: `192`, `3:12`, `1:02:03`, `3.12` on pads without a colon.
pub fn parse_time(words: &str) -> Option<Duration> {
    let fields: Vec<&str> = words.trim().split([':', '.', ' ']).collect();
    if fields.len() > 3 {
        return None;
    }
    let mut total_secs: u64 = 0;
    for (index, field) in fields.iter().enumerate() {
        let value: u64 = field.parse().ok().filter(|_| field.len() <= 5)?;
        if index > 0 && value > 59 {
            return None;
        }
        total_secs = total_secs.checked_mul(60)?.checked_add(value)?;
    }
    Some(Duration::from_secs(total_secs))
}

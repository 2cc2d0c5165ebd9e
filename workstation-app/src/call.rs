//! What is said about a call, from its file name alone?

use std::ffi::OsStr;

use jiff::civil::{Date, DateTime};
use shared::recording::{CallTime, RecordingName};

/// The facts of a call as a person reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallCard {
    /// The number, or the file's name if it does not say one.
    pub heading: String,
    /// Day and time in full: `Thursday, 1 January 2026, 09:30`.
    pub when: Option<String>,
    /// Name of the campaign.
    pub campaign: Option<String>,
    /// Who took the call.
    pub agent: Option<String>,
    /// The file's name, escaped.
    pub file_name: String,
    /// Short form for the window's title: `5551234567, 1 Jan 09:30`.
    pub title: String,
}

impl CallCard {
    /// Reads the name of a file.
    pub fn of_name(file_name: &OsStr) -> Self {
        let name = RecordingName::from_file_name(file_name);
        let facts = name.facts();
        let start = facts.start.as_ref().and_then(date_time);
        let file_name = name.shown();
        let heading = facts.number.clone().unwrap_or_else(|| file_name.clone());
        let title = match start {
            Some(start) => format!("{heading}, {}", start.strftime("%-d %b %H:%M")),
            None => heading.clone(),
        };
        Self {
            heading,
            when: start.map(|start| start.strftime("%A, %-d %B %Y, %H:%M").to_string()),
            campaign: facts.campaign.clone(),
            agent: facts.agent.clone(),
            file_name,
            title,
        }
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

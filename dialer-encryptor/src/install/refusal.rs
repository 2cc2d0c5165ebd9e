//! Why is a crontab left as it is? Two sentences.

use crate::error::RunError;
use std::fmt;

/// What went wrong, and what to do.
#[derive(Debug)]
pub struct Refusal {
    text: String,
    is_untouched: bool,
}

impl Refusal {
    /// Before anything was written.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_untouched: true }
    }

    /// While the crontab was written.
    #[must_use]
    pub fn in_writing(text: String) -> Self {
        Self { text, is_untouched: false }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)?;
        if self.is_untouched { formatter.write_str("\nNothing was changed.") } else { Ok(()) }
    }
}

impl From<RunError> for Refusal {
    fn from(error: RunError) -> Self {
        Self::new(error.to_string())
    }
}

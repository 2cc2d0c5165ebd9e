//! What does a test helper answer when it cannot do its work?

use std::fmt;

/// Why a helper failed, in words that name the missing or broken part.
///
/// It does not implement `std::error::Error` so that every error converts into it with `?`.
pub struct Failure(String);

/// What every helper returns.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with these words.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

// A test that returns a failure is reported through Debug, and a person reads it.
impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            message = format!("{message}: {inner}");
            cause = inner.source();
        }
        Failure(message)
    }
}

/// Adds to a failure what was being done.
pub trait Context<T> {
    /// Puts `what` in front of the failure's own words.
    fn context(self, what: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: Into<Failure>> Context<T> for Result<T, E> {
    fn context(self, what: impl fmt::Display) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{what}: {}", error.into())))
    }
}

/// Returns a failure with formatted words.
#[macro_export]
macro_rules! fail {
    ($($words:tt)*) => { return Err($crate::Failure::new(format!($($words)*))) };
}

/// Returns a failure with formatted words unless the condition holds.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($words:tt)*) => { if !$condition { $crate::fail!($($words)*) } };
}

//! Why does the archive's server not do what it was asked for?

use shared::recording::escaped;
use std::io;
use suppaftp::{FtpError, Status};

/// Why the server did not do what it was asked for. Its words are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The connection is gone, or nobody knows where in the conversation it is.
    Lost(String),
    /// It has not the means: a full disk, too many users.
    Unable(String),
    /// It does not do it.
    Refused(String),
    /// The local file cannot be read.
    Local(String),
}

impl Trouble {
    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Lost(text) | Self::Unable(text) | Self::Refused(text) | Self::Local(text) => text,
        }
    }
}

/// Whether the server knows no such question (RFC 959 section 4.2.1).
pub(super) fn is_unknown(status: Status) -> bool {
    matches!(status.code(), 500 | 502 | 504)
}

/// Fine, where the answer was that there is no such thing.
pub(super) fn absent(error: FtpError) -> Result<(), Trouble> {
    match error {
        FtpError::UnexpectedResponse(answer) if answer.status == Status::FileUnavailable => Ok(()),
        error => Err(trouble(error)),
    }
}

pub(super) fn trouble(error: FtpError) -> Trouble {
    let FtpError::UnexpectedResponse(answer) = error else {
        return Trouble::Lost(match error {
            FtpError::ConnectionError(error) if error.kind() == io::ErrorKind::WouldBlock => {
                "no answer in time".to_string()
            }
            FtpError::ConnectionError(error) => escaped(error.to_string().as_bytes()),
            other => escaped(other.to_string().as_bytes()),
        });
    };
    let words = answer.body.get(..answer.body.len().min(200)).unwrap_or_default();
    let text = escaped(words.trim_ascii());
    match answer.status.code() {
        421 => Trouble::Lost(text),
        400..=499 | 530 | 532 | 552 => Trouble::Unable(text),
        _ => Trouble::Refused(text),
    }
}

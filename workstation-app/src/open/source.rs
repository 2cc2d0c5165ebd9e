//! What was given to be opened: a file, or a link?

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use url::Url;

use super::shortcut;
use crate::link::{Link, LinkError};

/// Where a recording comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file on this computer.
    File(PathBuf),
    /// An address.
    Link(Link),
}

impl Source {
    /// Reads what stands on a command line: a link, a file's address as desktops give it
    /// (`file:///…`), or a path.
    ///
    /// # Errors
    /// When it means to be a link and is none.
    pub fn of_argument(argument: &OsStr) -> Result<Self, LinkError> {
        let Some(text) = argument.to_str() else { return Ok(Self::File(argument.into())) };
        if Link::is_meant(text) {
            return Link::parse(text).map(Self::Link);
        }
        let path = text
            .get(..FILE_SCHEME.len())
            .filter(|start| start.eq_ignore_ascii_case(FILE_SCHEME))
            .and_then(|_| Url::parse(text).ok()?.to_file_path().ok());
        Ok(Self::File(path.unwrap_or_else(|| argument.into())))
    }

    /// A file, or the link that it stands for.
    pub fn of_file(path: PathBuf) -> Self {
        match shortcut::link_in(&path) {
            Some(Ok(link)) => Self::Link(link),
            // What leads elsewhere is a file like others, and no recording.
            Some(Err(_)) | None => Self::File(path),
        }
    }

    /// The name of the file, or what the link seems to lead to.
    pub fn file_name(&self) -> OsString {
        match self {
            Self::File(path) => path.file_name().unwrap_or_default().to_owned(),
            Self::Link(link) => link.file_name(),
        }
    }

    /// The path, where it is a file.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Link(_) => None,
        }
    }

    /// As another start of this program gives it; none for a path that cannot be made absolute.
    pub fn to_address(&self) -> Option<String> {
        match self {
            Self::File(path) => {
                let path = std::path::absolute(path).ok()?;
                Url::from_file_path(path).ok().map(String::from)
            }
            Self::Link(link) => Some(link.to_string()),
        }
    }

    /// Safe to show.
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => shared::recording::escaped(path.as_os_str().as_encoded_bytes()),
            Self::Link(link) => link.to_string(),
        }
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

const FILE_SCHEME: &str = "file://";

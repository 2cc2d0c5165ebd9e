//! Which recordings of a format stand in its folder?

use crate::error::RunError;
use crate::folders::Folder;
use crate::format::Format;
use std::ffi::OsString;

/// What one run takes on.
#[derive(Debug)]
pub struct Spool {
    /// In order of their names, which begin with the date: the oldest first.
    pub names: Vec<OsString>,
}

impl Spool {
    /// Lists the recordings of `format` in `source`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(source: &Folder, format: Format) -> Result<Self, RunError> {
        let mut names = source.names().map_err(|error| RunError::Folder {
            path: source.path.clone(),
            source: error.into(),
        })?;
        names.retain(|name| format.is_recording(name));
        names.sort();
        Ok(Self { names })
    }
}

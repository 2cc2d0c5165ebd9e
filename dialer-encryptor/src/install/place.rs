//! Where does the crontab stand that is changed, and how is it read, kept and written?

use super::refusal::Refusal;
use crate::crontab::source::{Origin, has_user_field, own, read, replace_own};
use crate::error::shown;
use crate::journal;
use crate::replace::{Access, replace};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A crontab that may be changed.
#[derive(Debug)]
pub struct Place {
    /// Where it is.
    pub origin: Origin,
    /// As it was read.
    pub octets: Vec<u8>,
}

impl Place {
    /// The file that is named, or root's own crontab.
    ///
    /// # Errors
    /// When it cannot be read, or must not be changed.
    pub fn find(named: Option<&Path>) -> Result<Self, Refusal> {
        match named {
            Some(path) => Self::file(path),
            None => Self::own(),
        }
    }

    fn own() -> Result<Self, Refusal> {
        if !rustix::process::geteuid().is_root() {
            return Err(Refusal::new(
                "The stock steps stand in root's crontab. Run this as root, or name a file with \
                 --crontab."
                    .to_string(),
            ));
        }
        let crontab = own().map_err(|error| {
            Refusal::new(format!(
                "Root's crontab cannot be read ({error}). Look at it with crontab -l."
            ))
        })?;
        let crontab = crontab.ok_or_else(|| {
            Refusal::new(
                "There is no program named crontab. Install cron, or name a file with --crontab."
                    .to_string(),
            )
        })?;
        Ok(Self { origin: Origin::Own, octets: crontab.octets })
    }

    fn file(path: &Path) -> Result<Self, Refusal> {
        let failed = |error: io::Error| {
            Refusal::new(format!(
                "The crontab cannot be read ({error}). Check the path: {}",
                shown(path)
            ))
        };
        // Whoever owns the link's folder decides what it leads to.
        if fs::symlink_metadata(path).map_err(failed)?.is_symlink() {
            let target = fs::canonicalize(path).map_err(failed)?;
            return Err(Refusal::new(format!(
                "The crontab is a link. Name the file itself: {}",
                shown(&target)
            )));
        }
        let crontab = read(Some(path)).map_err(|error| {
            Refusal::new(format!("The crontab cannot be read. Check it ({error})."))
        })?;
        let octets = crontab.into_iter().flat_map(|it| it.octets).collect();
        Ok(Self { origin: Origin::File(path.to_owned()), octets })
    }

    /// Whether a user stands before the command.
    #[must_use]
    pub fn has_user_field(&self) -> bool {
        matches!(&self.origin, Origin::File(path) if has_user_field(path))
    }

    /// As a person calls it.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.origin)
    }

    /// Keeps a copy of the crontab as it was, writes the new one, and reads that back. Gives the
    /// copy's path.
    ///
    /// # Errors
    /// When one of these fails, or somebody else has changed the crontab meanwhile.
    pub fn change(&self, new: &[u8], state_dir: &Path) -> Result<PathBuf, Refusal> {
        let copy = keep(&self.octets, state_dir).map_err(|error| {
            Refusal::new(format!(
                "A copy of the crontab cannot be kept ({error}), so that it was not changed. Check \
                 the folder: {}",
                shown(state_dir)
            ))
        })?;
        if self.again()? != self.octets {
            return Err(Refusal::new(
                "Somebody else changed the crontab just now. Run this once more.".to_string(),
            ));
        }
        let written = match &self.origin {
            Origin::Own => replace_own(new),
            Origin::File(path) | Origin::User(path) => {
                access(path).and_then(|access| replace(path, new, access))
            }
        };
        let failed = |reason: String| {
            let (name, copy) = (self.name(), shown(&copy));
            Refusal::in_writing(format!(
                "{name} could not be changed ({reason}). Look at it; as it was, it is kept in: {copy}"
            ))
        };
        written.map_err(|error| failed(error.to_string()))?;
        if !self.again().is_ok_and(|octets| octets == new) {
            return Err(failed("it reads back differently".to_string()));
        }
        Ok(copy)
    }

    fn again(&self) -> Result<Vec<u8>, Refusal> {
        let path = match &self.origin {
            Origin::Own => None,
            Origin::File(path) | Origin::User(path) => Some(path.as_path()),
        };
        Self::find(path).map(|place| place.octets)
    }
}

/// As a person calls it.
#[must_use]
pub fn name(origin: &Origin) -> String {
    match origin {
        Origin::Own => "Root's crontab".to_string(),
        Origin::File(path) => shown(path),
        user @ Origin::User(_) => {
            format!("the crontab of the user {}", user.user().unwrap_or_default())
        }
    }
}

/// The file keeps its owner and its permissions.
fn access(path: &Path) -> io::Result<Access> {
    let about = fs::metadata(path)?;
    Ok(Access { mode: about.mode() & 0o7777, owner: Some((about.uid(), about.gid())) })
}

/// For root alone, as crontabs are: some hold passwords.
fn keep(octets: &[u8], state_dir: &Path) -> io::Result<PathBuf> {
    journal::make(state_dir)?;
    let time = jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S").to_string();
    let mut number = 0;
    loop {
        let name = match number {
            0 => format!("crontab-{time}"),
            number => format!("crontab-{time}-{number}"),
        };
        let path = state_dir.join(name);
        let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match open {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            file => {
                let mut file = file?;
                file.write_all(octets)?;
                file.sync_all()?;
                File::open(state_dir)?.sync_all()?;
                return Ok(path);
            }
        }
    }
}

//! Which folders hold recordings of a format? Its own, and those of days, which the stock compress
//! step makes in it with `--file-sorting`.

use crate::config::Config;
use crate::error::RunError;
use crate::folders::{Folder, SEALING, removing_name};
use crate::format::Format;
use crate::summary::Summary;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// A folder with recordings of a format.
#[derive(Debug)]
pub struct Source {
    /// The folder itself.
    pub folder: Folder,
    /// Its name, if it is that of a day.
    pub day: Option<OsString>,
    /// Whether a crash may have left a recording of it on its way out.
    pub is_unfinished: bool,
}

/// The folders of days, the oldest first, then the format's own. A day that cannot be opened stops
/// no other.
///
/// # Errors
/// When the format's folder cannot be read.
pub fn of(
    base: Folder,
    format: Format,
    config: &Config,
    summary: &mut Summary,
) -> Result<Vec<Source>, RunError> {
    let mut sources = Vec::new();
    for day in days(&base, format, config)? {
        let removing = removing_name(format, Some(&day));
        let is_unfinished =
            !config.is_dry_run && config.spool.join(SEALING).join(removing).exists();
        match open(&base, &day, is_unfinished) {
            Ok(Some(folder)) => sources.push(Source { folder, day: Some(day), is_unfinished }),
            Ok(None) => {}
            Err(error) => summary.fail_format(format, Some(&day), &error),
        }
    }
    sources.push(Source { folder: base, day: None, is_unfinished: true });
    Ok(sources)
}

/// The folder of a day; none if something else has its name. One that somebody removed is made
/// again if a recording has yet to go back into it.
fn open(base: &Folder, day: &OsStr, is_unfinished: bool) -> Result<Option<Folder>, RunError> {
    let failed =
        |error: Errno| RunError::Folder { path: base.path.join(day), source: error.into() };
    let kind = base.look(day).map_err(failed)?.map(|it| FileType::from_raw_mode(it.st_mode));
    match (kind, day.to_str()) {
        (Some(FileType::Directory), _) => base.open_sub_folder(day).map(Some),
        (None, Some(name)) if is_unfinished => {
            base.open_or_make(name, Mode::from_raw_mode(0o755), OFlags::NOFOLLOW).map(Some)
        }
        _ => Ok(None),
    }
}

/// The days that have a folder, and those of which a recording is on its way out. WAV stands in the
/// spool itself, where other folders are.
pub(crate) fn days(
    base: &Folder,
    format: Format,
    config: &Config,
) -> Result<Vec<OsString>, RunError> {
    let mut days = Vec::new();
    if format.folder().is_none() {
        return Ok(days);
    }
    base.each_name(|name| days.extend(is_day(name).then(|| name.to_owned())))
        .map_err(|error| RunError::Folder { path: base.path.clone(), source: error.into() })?;
    if let Ok(sealing) = crate::folders::open(&config.spool.join(SEALING)) {
        let prefix = format!("{}-", removing_name(format, None));
        // What cannot be listed here stops the run later, with its reason.
        let _ = sealing.each_name(|name| {
            let day = name.as_bytes().strip_prefix(prefix.as_bytes()).map(OsStr::from_bytes);
            days.extend(day.filter(|day| is_day(day)).map(OsStr::to_owned));
        });
    }
    days.sort();
    days.dedup();
    Ok(days)
}

/// `YYYY-MM-DD`
pub(crate) fn is_day(name: &OsStr) -> bool {
    let octets = name.as_bytes();
    let is_right = |(place, octet): (usize, &u8)| match place {
        4 | 7 => *octet == b'-',
        _ => octet.is_ascii_digit(),
    };
    octets.len() == 10 && octets.iter().enumerate().all(is_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_are_days() {
        assert!(is_day(OsStr::new("2026-01-31")));
        for other in ["2026-1-31", "2026-01-31x", "20260131", "GPG", "xxxx-xx-xx"] {
            assert!(!is_day(OsStr::new(other)), "{other}");
        }
    }
}

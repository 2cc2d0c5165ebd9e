//! Where on this dialer can a call's recording be? Each place is asked for by name: folders of a
//! hundred thousand files are not listed.

use super::last::is_plain_name;
use super::newest::Call;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

const ENDINGS: [&str; 4] = ["mp3", "wav", "gsm", "ogg"];

const SEALED_ENDINGS: [&str; 3] = ["pgp", "gpg", "gpg.gpg"];

/// Folders with recordings that are not sealed, those first from which they are sealed.
const PLAIN: [&str; 7] = ["MP3", "GSM", "OGG", "GSW", ".", "FTP", "ORIG"];

/// What `PATHmonitor` is called among the folders.
pub const MONITOR: &str = "monitor";

/// Where a call's files are.
#[derive(Debug)]
pub struct Places {
    /// The sealed one.
    pub sealed: Option<PathBuf>,
    /// One that is not sealed, with the folder of the spool that it is in.
    pub plain: Option<(String, PathBuf)>,
}

/// Looks for the file that the row names, then for those of the usual names, then for what Asterisk
/// records into `PATHmonitor`.
pub fn of(spool: &Path, monitor: Option<&Path>, call: &Call, named: Option<&OsStr>) -> Places {
    let days = days(call.began);
    let names = names(call);
    let sealed_names: Vec<OsString> =
        named.map(OsStr::to_owned).into_iter().chain(sealed(&names)).collect();
    let sealed = ["GPG", "FTP"].iter().find_map(|folder| find(spool, folder, &days, &sealed_names));
    let plain = PLAIN.iter().find_map(|folder| {
        find(spool, folder, &days, &names).map(|path| ((*folder).to_string(), path))
    });
    let recorded = || {
        let path = find(monitor?, ".", &[], &legs(call))?;
        Some((MONITOR.to_string(), path))
    };
    let plain = plain.or_else(recorded);
    Places { sealed, plain }
}

fn find(spool: &Path, folder: &str, days: &[String], names: &[OsString]) -> Option<PathBuf> {
    let base = if folder == "." { spool.to_owned() } else { spool.join(folder) };
    let folders = std::iter::once(base.clone()).chain(days.iter().map(|day| base.join(day)));
    let paths = folders.flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    let is_file = |path: &PathBuf| path.symlink_metadata().is_ok_and(|it| it.is_file());
    paths.filter(|path| path.file_name().is_some_and(is_plain_name)).find(is_file)
}

/// `NAME-all.EXT`, and `NAME.EXT` as a gateway makes it.
fn names(call: &Call) -> Vec<OsString> {
    let name = |middle: &str, ending: &str| {
        let end = format!("{middle}.{ending}");
        OsString::from_vec([call.name.as_slice(), end.as_bytes()].concat())
    };
    let both = |ending: &&str| [name("-all", ending), name("", ending)];
    let names = ENDINGS.iter().flat_map(both);
    names.filter(|name| is_plain_name(name)).collect()
}

/// What Asterisk records: one file a side, or one that is mixed.
fn legs(call: &Call) -> Vec<OsString> {
    let leg = |end: &&str| OsString::from_vec([call.name.as_slice(), end.as_bytes()].concat());
    ["-in.wav", "-out.wav", ".wav", "-in.gsm", "-out.gsm", ".gsm"].iter().map(leg).collect()
}

fn sealed(names: &[OsString]) -> Vec<OsString> {
    let with = |name: &OsString, ending: &str| {
        let mut sealed = name.clone();
        sealed.push(".");
        sealed.push(ending);
        sealed
    };
    names.iter().flat_map(|name| SEALED_ENDINGS.map(|ending| with(name, ending))).collect()
}

/// The day of the call and those around it, as folders of days are called: a call may end, or be
/// compressed, after midnight.
fn days(began: i64) -> Vec<String> {
    let Ok(began) = Timestamp::from_second(began) else { return Vec::new() };
    let day = began.to_zoned(TimeZone::system()).date();
    let days = [Some(day), day.checked_add(1.day()).ok(), day.checked_sub(1.day()).ok()];
    days.into_iter().flatten().map(|day| day.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_cannot_lead_out_of_the_spool() {
        let call = |name: &[u8]| Call {
            row: 1,
            name: name.to_vec(),
            location: Vec::new(),
            began: 1_767_258_000,
            age_secs: 0,
        };
        assert_eq!(names(&call(b"../../etc/passwd")), Vec::<OsString>::new());
        assert_eq!(names(&call(b"a\0b")), Vec::<OsString>::new());
        assert_eq!(names(&call(b"a b")).len(), 8);
        assert_eq!(sealed(&names(&call(b"x"))).len(), 24);
        assert_eq!(days(1_767_258_000).len(), 3);
        assert!(days(i64::MAX).is_empty());
    }
}

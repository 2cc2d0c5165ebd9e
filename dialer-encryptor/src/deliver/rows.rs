//! Which row of `recording_log` belongs to a sealed file, and may its link lead to the archive?

use super::date_folder::Day;
use crate::journal::SealedFile;
use crate::location::{Own, Target, is_in_gpg};
use crate::recording_log::Row;
use std::ffi::OsStr;

/// What is to become of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is none.
    NoRow,
    /// It names the archive already, as it should.
    Right(u64),
    /// It is to be changed, from what it says now.
    Change(u64, Option<Vec<u8>>),
    /// There are some, and each names something else: they stay.
    Keep(u64),
    /// One names the file at an address that nobody here knows: it would lead nowhere once the file
    /// is moved.
    Foreign(u64),
    /// Several could be meant, and the journal's own change will tell which.
    Unclear,
}

/// A sealed file that looks for its row.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its name in `GPG`.
    pub file: &'a OsStr,
    /// What sealing knows of it.
    pub sealed: Option<&'a SealedFile>,
    /// The row that was found for it before.
    pub planned: Option<u64>,
    /// What the row says once it is right, where that is known.
    pub link: Option<&'a str>,
}

/// Finds the row of a file among those of its recording's name, the newest first: the one that says
/// what it should, else the one that names this very file, else the one that sealing meant, else the
/// newest whose link is empty or still names the recording itself.
#[must_use]
pub fn judge(own: Own<'_>, rows: &[Row], asked: Asked<'_>) -> Verdict {
    let target = |row: &Row| own.target(row.location.as_deref().unwrap_or_default());
    let is_right =
        |row: &&Row| asked.link.is_some_and(|it| row.location.as_deref() == Some(it.as_bytes()));
    if let Some(row) = rows.iter().find(is_right) {
        return Verdict::Right(row.id);
    }
    let change = |row: &Row| Verdict::Change(row.id, row.location.clone());
    let is_named = |row: &&Row| target(row) == Target::Sealed(asked.file.to_owned());
    if let Some(row) = rows.iter().find(is_named) {
        return change(row);
    }
    let is_free = |row: &&Row| matches!(target(row), Target::Nothing | Target::Recording);
    if let Some(row) = rows.iter().find(|row| is_alias(own, row, asked.file)) {
        return Verdict::Foreign(row.id);
    }
    let planned = asked.planned.or(asked.sealed.and_then(|it| it.recording_id));
    if let Some(row) = rows.iter().find(|row| planned == Some(row.id)) {
        return if is_free(&row) { change(row) } else { Verdict::Keep(row.id) };
    }
    let mut free = rows.iter().filter(is_free);
    match (free.next(), free.next()) {
        // Two calls of one name: sealing gives each its row, by the order that they came in.
        (Some(_), Some(_)) if asked.sealed.is_some_and(|it| it.is_row_waiting) => Verdict::Unclear,
        (Some(row), _) => change(row),
        (None, _) => rows.first().map_or(Verdict::NoRow, |row| Verdict::Keep(row.id)),
    }
}

/// Whether a link leads to a file of this name in a folder `GPG` on some host: this dialer by another
/// of its names, perhaps.
fn is_alias(own: Own<'_>, row: &Row, file: &OsStr) -> bool {
    let location = row.location.as_deref().unwrap_or_default();
    let is_archive = own.archive.is_some_and(|it| location.starts_with(it.as_bytes()));
    !is_archive && is_in_gpg(location, file)
}

/// The row that tells the day of the call.
#[must_use]
pub fn day(rows: &[Row], verdict: &Verdict) -> Option<Day> {
    let (Verdict::Right(id) | Verdict::Change(id, _) | Verdict::Keep(id)) = verdict else {
        return None;
    };
    let row = rows.iter().find(|row| row.id == *id)?;
    Day::read(row.start_date.as_deref()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Own<'_> = Own { server_ip: "10.0.0.1", archive: Some("http://archive") };

    fn row(id: u64, location: &str) -> Row {
        Row {
            id,
            server_ip: b"10.0.0.1".to_vec(),
            filename: b"a".to_vec(),
            location: Some(location.as_bytes().to_vec()),
            start_date: Some(b"2026-01-31".to_vec()),
        }
    }

    fn sealed(recording_id: Option<u64>, is_row_waiting: bool) -> SealedFile {
        SealedFile { recording: "a-all.mp3".into(), recording_id, octets: 1, is_row_waiting }
    }

    fn judged(rows: &[Row], sealed: Option<&SealedFile>) -> Verdict {
        let link = Some("http://archive/2026-01-31/a-all.mp3.pgp");
        let file = OsStr::new("a-all.mp3.pgp");
        judge(OWN, rows, Asked { file, sealed, planned: None, link })
    }

    #[test]
    fn a_row_that_names_the_file_goes_before_newer_ones() {
        let own = "http://10.0.0.1/RECORDINGS/GPG/a-all.mp3.pgp";
        let rows = [row(3, ""), row(2, own), row(1, "http://10.0.0.1/RECORDINGS/MP3/a-all.mp3")];
        assert_eq!(judged(&rows, None), Verdict::Change(2, Some(own.into())));
        let archived = "http://archive/2026-01-31/a-all.mp3.pgp";
        assert_eq!(judged(&[row(3, own), row(2, archived)], None), Verdict::Right(2));
    }

    #[test]
    fn rows_that_name_something_else_stay() {
        assert_eq!(judged(&[], None), Verdict::NoRow);
        let alias = row(2, "https://dialer1/RECORDINGS/GPG/a-all.mp3.pgp");
        assert_eq!(judged(&[alias], None), Verdict::Foreign(2));
        let others = [
            "http://archive/2026-01-30/a-all.mp3.pgp",
            "http://x/a",
            "http://10.0.0.1/RECORDINGS/GPG/b.pgp",
        ];
        for other in others {
            assert_eq!(judged(&[row(2, other)], None), Verdict::Keep(2), "{other}");
        }
        assert_eq!(
            judged(&[row(2, "http://x/a"), row(1, "")], None),
            Verdict::Change(1, Some(Vec::new()))
        );
    }

    #[test]
    fn of_two_free_rows_sealing_decides_and_the_newest_only_where_it_has() {
        let rows = [row(2, ""), row(1, "")];
        assert_eq!(judged(&rows, None), Verdict::Change(2, Some(Vec::new())));
        assert_eq!(
            judged(&rows, Some(&sealed(Some(1), true))),
            Verdict::Change(1, Some(Vec::new()))
        );
        assert_eq!(judged(&rows, Some(&sealed(None, true))), Verdict::Unclear);
        assert_eq!(judged(&rows, Some(&sealed(None, false))), Verdict::Change(2, Some(Vec::new())));
    }
}

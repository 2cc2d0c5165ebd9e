//! Which row of `recording_log` belongs to a recording, and may its link be changed?

use crate::config::Database as Settings;
use crate::database::{Database, Down};
use crate::journal::RowEntry;
use crate::location::{Own, Target, is_file_of, of_sealed, row_name};
use crate::recording_log::{BATCH, Move, Moved, Row};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How many characters `filename` holds: `VARCHAR(100)`; for this connection an octet is one.
const NAME_CHARACTERS: usize = 100;

/// How long a database that is down is left alone within one run.
const RETRY: Duration = Duration::from_secs(30);

/// What is known of a recording's row before it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// There is none.
    NoRow,
    /// Its link is not ours to change.
    Keep,
    /// The database did not tell: to be found out later.
    Unknown,
    /// This one, which says this.
    Change {
        /// `recording_id`.
        row: u64,
        /// `location`.
        old: Option<Vec<u8>>,
    },
}

/// What a row looked up later turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is no row.
    NoRow,
    /// It says what it should.
    Right {
        /// `recording_id`.
        row: u64,
    },
    /// To be changed, from what it says now.
    Change {
        /// `recording_id`.
        row: u64,
        /// `location`.
        old: Option<Vec<u8>>,
    },
    /// It names something newer.
    Superseded,
    /// It names another host, and nobody can tell which is newer.
    Foreign {
        /// `recording_id`.
        row: u64,
    },
}

/// How many recordings that were sealed later look for a row among the same ones.
#[derive(Debug, Default, Clone, Copy)]
pub struct Later {
    /// Those of the same name.
    pub of_name: usize,
    /// Those that stood in the same folder, too.
    pub of_path: usize,
}

enum Link {
    Untried,
    Up(Database),
    Down { since: Instant, reason: Down },
}

/// The table, as far as a run gets to see it.
pub struct Catalog<'a> {
    settings: &'a Settings,
    /// `PATHDONEmonitor`, which links name by an alias.
    spool: &'a Path,
    link: Link,
    /// The rows of the recordings that come next, by name; none for a name that has no row.
    known: HashMap<Vec<u8>, Vec<Row>>,
}

impl<'a> Catalog<'a> {
    /// Connects when it is first asked for something.
    #[must_use]
    pub fn new(settings: &'a Settings, spool: &'a Path) -> Self {
        Self { settings, spool, link: Link::Untried, known: HashMap::new() }
    }

    /// Why the database could not be used, if it could not.
    #[must_use]
    pub fn down(&self) -> Option<&Down> {
        match &self.link {
            Link::Down { reason, .. } => Some(reason),
            Link::Untried | Link::Up(_) => None,
        }
    }

    /// Where the database is, for a message.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.settings.host, self.settings.port)
    }

    /// The link that a sealed file gets.
    #[must_use]
    pub fn link_of(&self, sealed: &OsStr) -> String {
        of_sealed(sealed, &self.settings.server_ip, self.settings.https)
    }

    /// Looks up what is needed for these recordings, and forgets all others.
    pub fn prepare<'n>(&mut self, recordings: impl Iterator<Item = &'n OsString>) {
        self.known.clear();
        let names: Vec<&[u8]> = recordings.filter_map(|it| row_name(it)).collect();
        for batch in names.chunks(BATCH) {
            let asked = batch.iter().map(|name| stored(name)).collect();
            let Some(rows) = self.try_with(|database| database.named(asked)) else { return };
            for name in batch {
                let own = self.own_first(matching(&rows, name));
                self.known.insert(name.to_vec(), own);
            }
        }
    }

    /// What is to become of a recording's row once it is sealed: of the one that names this very
    /// file, else of the newest whose link may be replaced.
    #[must_use]
    pub fn plan(&self, recording: &Path, is_published: impl Fn(&OsStr) -> bool) -> Plan {
        let name = recording.file_name().and_then(row_name);
        let Some(name) = name else { return Plan::NoRow };
        let Some(rows) = self.known.get(name) else { return Plan::Unknown };
        let is_replaceable = |row: &&Row| match self.target(row) {
            Target::Nothing | Target::Recording | Target::Elsewhere => true,
            // A link to a file that is not there any more helps nobody.
            Target::Sealed(file) => !is_published(&file),
            Target::Archived => false,
        };
        let named = rows.iter().find(|row| self.is_at(row, recording));
        match named.or_else(|| rows.iter().find(is_replaceable)) {
            Some(row) => Plan::Change { row: row.id, old: row.location.clone() },
            None if rows.is_empty() => Plan::NoRow,
            None => Plan::Keep,
        }
    }

    /// Whether a row says that the recording is there: the stock scripts are through with it.
    #[must_use]
    pub fn is_linked(&self, recording: &Path) -> bool {
        let rows = recording.file_name().and_then(row_name).and_then(|it| self.known.get(it));
        rows.is_some_and(|rows| rows.iter().any(|row| self.is_at(row, recording)))
    }

    /// Changes rows now; those that the database does not get to stay untried.
    pub fn change(&mut self, moves: Vec<Move>) -> Vec<Moved> {
        let count = moves.len();
        let mut moved = Vec::new();
        self.try_with(|database| {
            let (done, ended) = database.change(moves);
            moved = done;
            ended.map_or(Ok(()), Err)
        });
        moved.resize(count, Moved::Untried);
        moved
    }

    /// The rows of these recordings as they are now, in the same order; none if the database is
    /// down. At most [`BATCH`] at a time.
    pub fn by_name(&mut self, recordings: &[&OsStr]) -> Option<Vec<Vec<Row>>> {
        let names: Vec<Option<&[u8]>> = recordings.iter().map(|it| row_name(it)).collect();
        let asked: Vec<Vec<u8>> = names.iter().flatten().map(|name| stored(name)).collect();
        let rows = self.try_with(|database| database.named(asked))?;
        let of = |name: Option<&[u8]>| name.map(|it| matching(&rows, it)).unwrap_or_default();
        Some(names.into_iter().map(of).map(|rows| self.own_first(rows)).collect())
    }

    /// The rows of these numbers as they are now; none if the database is down. At most
    /// [`BATCH`] at a time.
    pub fn by_number(&mut self, ids: Vec<u64>) -> Option<HashMap<u64, Row>> {
        let rows = self.try_with(|database| database.numbered(ids))?;
        Some(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// What is to be done about the rows of a recording that was sealed before: the one that was
    /// found when it was sealed, else the newest that names this very file, else the newest that is
    /// not taken by something else; the newer of those are left to `later` calls.
    #[must_use]
    pub fn judge(
        &self,
        rows: &[Row],
        entry: &RowEntry,
        later: Later,
        is_published: impl Fn(&OsStr) -> bool,
    ) -> Verdict {
        let link = self.link_of(&entry.output);
        let is_linked = |row: &&Row| row.location.as_deref() == Some(link.as_bytes());
        if let Some(row) = rows.iter().find(is_linked) {
            return Verdict::Right { row: row.id };
        }
        let is_planned = |row: &Row| entry.recording_id == Some(row.id);
        let verdict = |row: &Row| {
            // Unchanged since the recording was sealed, so that nothing newer can be lost.
            let is_known = is_planned(row) && entry.old_location == row.location;
            let change = Verdict::Change { row: row.id, old: row.location.clone() };
            match self.target(row) {
                Target::Nothing | Target::Recording => Some(change),
                Target::Sealed(other) if !is_published(&other) => Some(change),
                Target::Elsewhere if is_known => Some(change),
                Target::Elsewhere => Some(Verdict::Foreign { row: row.id }),
                Target::Sealed(_) | Target::Archived => None,
            }
        };
        let planned = rows.iter().find(|row| is_planned(row));
        // The call's own row went on to the archive; those of other calls are none of its business.
        if planned.is_some_and(|row| self.target(row) == Target::Archived) {
            return Verdict::Superseded;
        }
        if let Some(verdict) = planned.and_then(verdict) {
            return verdict;
        }
        let path = self.seen_from_spool(entry);
        let is_named = |row: &&Row| path.as_ref().is_some_and(|path| self.is_at(row, path));
        let chosen = if rows.iter().any(|row| is_named(&row)) {
            rows.iter().filter(is_named).filter_map(verdict).nth(later.of_path)
        } else {
            rows.iter().filter_map(verdict).nth(later.of_name)
        };
        let none = if rows.is_empty() { Verdict::NoRow } else { Verdict::Superseded };
        chosen.unwrap_or(none)
    }

    fn is_at(&self, row: &Row, path: &Path) -> bool {
        self.own().is_at(row.location.as_deref().unwrap_or_default(), path)
    }

    /// Where the recording stood, as a link names it.
    fn seen_from_spool(&self, entry: &RowEntry) -> Option<PathBuf> {
        let folder = Path::new(&entry.folder).strip_prefix(self.spool).ok()?;
        Some(folder.join(&entry.name))
    }

    fn target(&self, row: &Row) -> Target {
        self.own().target(row.location.as_deref().unwrap_or_default())
    }

    /// Who this dialer is, to tell its own links from others.
    #[must_use]
    pub fn own(&self) -> Own<'_> {
        Own { server_ip: &self.settings.server_ip, archive: self.settings.archive.as_deref() }
    }

    /// This dialer's rows, the newest first. Without any, those of others whose link is empty or
    /// leads here: a recording that a gateway made. What another dialer serves is left to it.
    fn own_first(&self, rows: Vec<Row>) -> Vec<Row> {
        let is_own = |row: &Row| row.server_ip == self.settings.server_ip.as_bytes();
        if rows.iter().any(is_own) {
            return rows.into_iter().filter(is_own).collect();
        }
        let is_here = |row: &Row| {
            matches!(self.target(row), Target::Nothing | Target::Recording | Target::Sealed(_))
        };
        rows.into_iter().filter(is_here).collect()
    }

    /// Does something with the database, if it can be had. One that failed is tried again after a
    /// while, so that a run over a large backlog does not wait for each of its files.
    fn try_with<T>(&mut self, work: impl FnOnce(&Database) -> Result<T, Down>) -> Option<T> {
        match &self.link {
            Link::Down { since, .. } if since.elapsed() < RETRY => return None,
            Link::Untried | Link::Down { .. } => {
                self.link = match Database::connect(self.settings) {
                    Ok(database) => Link::Up(database),
                    Err(reason) => Link::Down { since: Instant::now(), reason },
                };
            }
            Link::Up(_) => {}
        }
        let Link::Up(database) = &self.link else { return None };
        match work(database) {
            Ok(result) => Some(result),
            Err(reason) => {
                self.link = Link::Down { since: Instant::now(), reason };
                None
            }
        }
    }
}

/// A name as the column holds it: cut, where it is too long.
fn stored(name: &[u8]) -> Vec<u8> {
    name.get(..NAME_CHARACTERS).unwrap_or(name).to_vec()
}

/// The rows of exactly this name, the newest first. The column compares without case and accents;
/// a file system does not. Where the name was cut, the link must tell which recording it was.
fn matching(rows: &[Row], name: &[u8]) -> Vec<Row> {
    let stored = stored(name);
    let is_cut = stored.len() < name.len();
    let is_same = |row: &&Row| {
        let location = row.location.as_deref().unwrap_or_default();
        row.filename == stored && (!is_cut || is_file_of(location, name))
    };
    let mut found: Vec<Row> = rows.iter().filter(is_same).cloned().collect();
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    found
}

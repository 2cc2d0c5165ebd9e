//! In which order is a sealed file delivered, so that nothing is lost and no row is ever wrong?
//!
//! Group by group: each file is claimed, its row tells the date folder, and a free name is found at
//! the server; what is intended is written down; the octets go there under a temporary name and are
//! compared; that they are complete is written down; they get their name there and are looked at
//! again, which is written down; only then the row is changed, and written down; last the local file
//! moves to `FTP`. A run that is killed anywhere is finished by [`super::recover`].

use super::archive::{Trouble, as_text};
use super::date_folder::Day;
use super::line::Line;
use super::local::{self, Out};
use super::outcome::Outcome;
use super::rows::{self, Asked, Verdict};
use super::settings::Settings;
use crate::catalog::Catalog;
use crate::claim::{Attempt, Claim, claim};
use crate::error::{RecordingError, RunError, shown};
use crate::folders::{self, Folder};
use crate::journal::{Delivery, DeliveryEntry, Journal, SealedFile, Stage};
use crate::location::of_archived;
use crate::recording_log::{Move, Moved, Row};
use rustix::fs::fsync;
use rustix::io::Errno;
use shared::recording::escaped;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io::{Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

/// How many files share the commits of the journal, and one question to the database.
const GROUP: usize = 20;

/// How many names are held at once.
const WINDOW: usize = 10_000;

/// How long a file that is not ours must have been still.
const SETTLE: Duration = Duration::from_secs(5);

/// How many names are tried at the server.
const MOST_NAMES: u32 = 100;

/// `recording_log.location` is a `VARCHAR(255)`.
const LINK_OCTETS: usize = 255;

/// One run.
pub struct Run<'a> {
    /// What it was told.
    pub settings: &'a Settings,
    /// What is written down.
    pub journal: &'a mut Journal,
    /// The rows; none to leave them alone.
    pub catalog: Option<Catalog<'a>>,
    /// The server.
    pub line: Line<'a>,
    /// `PATHDONEmonitor`.
    pub spool: Folder,
    /// `GPG`.
    pub gpg: Folder,
    /// What was done.
    pub outcome: Outcome,
    /// Files whose delivery is under way and cannot go on now.
    pub under_way: HashSet<OsString>,
}

/// A file that is about to be delivered.
struct Work {
    claim: Claim,
    recording: OsString,
    sealed: Option<SealedFile>,
}

/// A file with its place at the server.
struct Planned {
    claim: Claim,
    delivery: Delivery,
}

/// Why a file is not delivered now.
enum Kept {
    /// Nothing is known of it: later.
    Later,
    /// The server did not do something.
    Server(Trouble),
    /// The journal cannot be read.
    Journal(rusqlite::Error),
    /// Something is wrong.
    Failed(String),
}

impl From<Trouble> for Kept {
    fn from(trouble: Trouble) -> Self {
        Self::Server(trouble)
    }
}

impl Run<'_> {
    /// Finishes what earlier runs began, then delivers what waits.
    ///
    /// # Errors
    /// When a folder or the journal cannot be used; what was done until then counts.
    pub fn run(&mut self) -> Result<(), RunError> {
        self.recover()?;
        self.look_again()?;
        if self.is_stopped() {
            return Ok(());
        }
        let (mut last, mut looked) = (None, 0);
        loop {
            let count = WINDOW.min(self.settings.list_limit - looked);
            let names = local::next_names(&self.gpg, last.as_deref(), count)?;
            looked += names.len();
            for group in names.chunks(GROUP) {
                let left = self.settings.transfer_limit.saturating_sub(self.outcome.delivered);
                let group = group.get(..left.min(group.len())).unwrap_or_default();
                if group.is_empty() {
                    self.outcome.is_more_left = true;
                    return Ok(());
                }
                self.deliver(group)?;
                if self.is_stopped() {
                    return Ok(());
                }
            }
            last = names.last().cloned();
            if last.is_none() {
                return Ok(());
            }
        }
    }

    /// Whether nothing more can be delivered in this run.
    fn is_stopped(&self) -> bool {
        self.line.down().is_some() || self.is_database_down()
    }

    fn is_database_down(&self) -> bool {
        self.catalog.as_ref().is_some_and(|it| it.down().is_some())
    }

    /// Delivers a group; once more where the connection was lost on the way.
    fn deliver(&mut self, names: &[OsString]) -> Result<(), RunError> {
        self.deliver_once(names)?;
        if self.line.take_lost() {
            self.recover()?;
            self.deliver_once(names)?;
        }
        Ok(())
    }

    fn deliver_once(&mut self, names: &[OsString]) -> Result<(), RunError> {
        let mut works = Vec::new();
        for name in names {
            works.extend(self.claimed(name)?);
        }
        let planned = self.planned(works)?;
        let begun = self.begin(planned)?;
        let uploaded = self.upload(begun)?;
        let named = self.rename(uploaded)?;
        let linked = self.link(named)?;
        let octets: u64 = linked.iter().map(|it| it.delivery.identity.octets).sum();
        let moved = self.move_out(linked)?;
        self.outcome.delivered += moved;
        self.outcome.delivered_octets += octets;
        Ok(())
    }

    /// A file that is complete and nobody else's.
    fn claimed(&mut self, name: &OsStr) -> Result<Option<Work>, RunError> {
        if self.under_way.contains(name) {
            return Ok(None);
        }
        let claim = match claim(&self.gpg, name, None) {
            Ok(Attempt::Claimed(claim)) => claim,
            Ok(Attempt::Busy) => {
                self.outcome.busy += 1;
                return Ok(None);
            }
            Ok(Attempt::NotAFile | Attempt::Gone) => return Ok(None),
            Err(error) => {
                self.outcome.fail(name, error.to_string());
                return Ok(None);
            }
        };
        let sealed = self.journal.sealed_file(name).map_err(self.journal.failed())?;
        let octets = claim.identity.octets;
        let is_ours = sealed.as_ref().is_some_and(|it| it.octets == octets);
        if !is_ours && !local::is_settled(&claim.identity, SETTLE) {
            self.outcome.busy += 1;
            return Ok(None);
        }
        if octets == 0 {
            self.outcome.fail(name, "it is empty, so that it is no sealed recording");
            return Ok(None);
        }
        let recording = sealed.as_ref().map(|it| it.recording.clone());
        let recording = recording.unwrap_or_else(|| local::recording(name));
        Ok(Some(Work { claim, recording, sealed }))
    }

    /// Finds each file's row, date folder and name at the server.
    fn planned(&mut self, works: Vec<Work>) -> Result<Vec<Planned>, RunError> {
        let names: Vec<&OsStr> = works.iter().map(|it| it.recording.as_os_str()).collect();
        // Without the database nobody knows the date folder.
        let Some(rows) = self.rows(&names) else { return Ok(Vec::new()) };
        let mut planned: Vec<Planned> = Vec::new();
        for (work, rows) in works.into_iter().zip(rows) {
            let name = work.claim.name.clone();
            let taken: HashSet<String> =
                planned.iter().map(|it| it.delivery.remote.clone()).collect();
            match self.plan(work, &rows, &taken) {
                Ok(plan) => planned.push(plan),
                Err(Kept::Later) => self.outcome.busy += 1,
                Err(Kept::Server(trouble)) => self.fail(&name, &trouble),
                Err(Kept::Journal(error)) => return Err(self.journal.failed()(error)),
                Err(Kept::Failed(reason)) => self.outcome.fail(&name, reason),
            }
        }
        Ok(planned)
    }

    fn rows(&mut self, recordings: &[&OsStr]) -> Option<Vec<Vec<Row>>> {
        match &mut self.catalog {
            None => Some(vec![Vec::new(); recordings.len()]),
            Some(_) if recordings.is_empty() => Some(Vec::new()),
            Some(catalog) => catalog.by_name(recordings),
        }
    }

    fn judge(&self, rows: &[Row], asked: Asked<'_>) -> Verdict {
        let Some(catalog) = &self.catalog else { return Verdict::NoRow };
        rows::judge(catalog.own(), rows, asked)
    }

    fn plan(&mut self, work: Work, rows: &[Row], taken: &HashSet<String>) -> Result<Planned, Kept> {
        let Work { claim, sealed, .. } = work;
        let asked = Asked { file: &claim.name, sealed: sealed.as_ref(), planned: None, link: None };
        let verdict = self.judge(rows, asked);
        let recording_id = match verdict {
            Verdict::Unclear => return Err(Kept::Later),
            Verdict::Foreign(id) => {
                return Err(Kept::Failed(format!(
                    "row {id} of recording_log names it at an address that is not VARserver_ip's"
                )));
            }
            Verdict::Change(id, _) | Verdict::Right(id) => Some(id),
            Verdict::NoRow | Verdict::Keep(_) => None,
        };
        let day = rows::day(rows, &verdict).unwrap_or_else(Day::today);
        let folder = day.folder(self.settings.dates);
        let digest = digest(&claim).map_err(|error| Kept::Failed(error.to_string()))?;
        let (remote_name, stage) = self.place(&claim, &folder, &digest, taken)?;
        let link = of_archived(&self.settings.archive, &folder, &remote_name);
        if self.catalog.is_some() && link.len() > LINK_OCTETS {
            return Err(Kept::Failed(format!(
                "its link would be longer than the {LINK_OCTETS} characters of a row"
            )));
        }
        let delivery = Delivery {
            file: claim.name.clone(),
            identity: claim.identity,
            sha256: digest,
            server: self.settings.server.identity(),
            temporary: format!("{folder}{}", temporary_name().map_err(Kept::Failed)?),
            remote: format!("{folder}{}", as_text(&remote_name)),
            link,
            recording_id,
            folder: if self.settings.has_local_dates { folder } else { String::new() },
            stage,
        };
        Ok(Planned { claim, delivery })
    }

    /// A name at the server that is free, or that has this very file by us.
    fn place(
        &mut self,
        claim: &Claim,
        folder: &str,
        digest: &[u8; 32],
        taken: &HashSet<String>,
    ) -> Result<(Vec<u8>, Stage), Kept> {
        let server = self.settings.server.identity();
        let name = sendable(claim.name.as_bytes());
        for number in 1..MOST_NAMES {
            let name = local::numbered(&name, number);
            let remote = format!("{folder}{}", as_text(&name));
            if taken.contains(&remote) {
                continue;
            }
            let found = self.line.ask(|archive| match archive.size(&remote)? {
                None if archive.is_taken(&remote)? => Ok(Some(u64::MAX)),
                size => Ok(size),
            })?;
            let Some(octets) = found else { return Ok((name, Stage::Uploading)) };
            let is_ours = octets == claim.identity.octets
                && self.journal.was_delivered(&server, &remote, digest).map_err(Kept::Journal)?;
            if is_ours {
                self.outcome.already_there += 1;
                return Ok((name, Stage::Uploaded));
            }
            self.outcome.warn(format!(
                "Another file stands at the archive under this name. Both are kept, the new one \
                 under the next free number: {}",
                escaped(claim.name.as_bytes())
            ));
        }
        Err(Kept::Failed(format!("every name up to ~{MOST_NAMES} is taken at the archive")))
    }

    /// Writes down what is about to happen.
    fn begin(&mut self, planned: Vec<Planned>) -> Result<Vec<(DeliveryEntry, Claim)>, RunError> {
        let deliveries: Vec<Delivery> = planned.iter().map(|it| it.delivery.clone()).collect();
        let ids = self.journal.begin_deliveries(&deliveries).map_err(self.journal.failed())?;
        let entry =
            |(id, it): (i64, Planned)| (DeliveryEntry { id, delivery: it.delivery }, it.claim);
        Ok(ids.into_iter().zip(planned).map(entry).collect())
    }

    /// Uploads each under its temporary name and compares it.
    fn upload(
        &mut self,
        begun: Vec<(DeliveryEntry, Claim)>,
    ) -> Result<Vec<DeliveryEntry>, RunError> {
        let mut complete = Vec::new();
        for (entry, claim) in begun {
            if entry.delivery.stage == Stage::Uploaded {
                complete.push(entry);
                continue;
            }
            if self.line.is_exhausted() {
                // Nothing of it is there.
                self.journal.forget_deliveries(&[entry.id]).map_err(self.journal.failed())?;
                continue;
            }
            let sent = self.send(&entry.delivery, &claim);
            match &sent {
                Ok(()) => complete.push(entry),
                Err(trouble) => self.give_up(&entry, trouble)?,
            }
            self.line.note(&sent);
        }
        let ids = ids_at(&complete, Stage::Uploading);
        self.advance(&ids, Stage::Renaming)?;
        Ok(complete)
    }

    fn send(&mut self, delivery: &Delivery, claim: &Claim) -> Result<(), Trouble> {
        let octets = delivery.identity.octets;
        self.line.ask(|archive| {
            let local = |error: std::io::Error| Trouble::Local(error.to_string());
            let mut file = claim.file();
            file.seek(SeekFrom::Start(0)).map_err(local)?;
            archive.make_folders(&delivery.temporary)?;
            archive.upload(&delivery.temporary, &mut file, octets)?;
            archive.verify(&delivery.temporary, octets, &delivery.sha256)?;
            let changed = |error: RecordingError| Trouble::Local(error.to_string());
            claim.check_unchanged().map_err(changed)
        })
    }

    /// Removes what is at the server of a file that stays here, and forgets it; where the server
    /// cannot be reached, a later run will.
    fn give_up(&mut self, entry: &DeliveryEntry, trouble: &Trouble) -> Result<(), RunError> {
        let temporary = &entry.delivery.temporary;
        self.fail(&entry.delivery.file, trouble);
        if self.line.is_up() && self.line.ask(|archive| archive.remove(temporary)).is_ok() {
            self.journal.forget_deliveries(&[entry.id]).map_err(self.journal.failed())?;
        }
        Ok(())
    }

    /// Gives each its name at the server.
    fn rename(&mut self, complete: Vec<DeliveryEntry>) -> Result<Vec<DeliveryEntry>, RunError> {
        let mut named = Vec::new();
        for entry in complete {
            if entry.delivery.stage == Stage::Uploaded {
                named.push(entry);
                continue;
            }
            let renamed = self.line.ask(|archive| rename(archive, &entry.delivery));
            match &renamed {
                Ok(()) => named.push(entry),
                // Nobody knows whether it has its name; the next connection tells.
                Err(Trouble::Lost(_)) => {}
                Err(trouble) => self.give_up(&entry, trouble)?,
            }
            self.line.note(&renamed);
        }
        let ids = ids_at(&named, Stage::Uploading);
        self.advance(&ids, Stage::Uploaded)?;
        Ok(named)
    }

    /// Lets the rows name the archive; returns those whose row is right, or that have none.
    pub(super) fn link(
        &mut self,
        entries: Vec<DeliveryEntry>,
    ) -> Result<Vec<DeliveryEntry>, RunError> {
        let (mut linked, contested) = self.link_once(entries)?;
        // Who changed a row between look and change is through with it now.
        linked.extend(self.link_once(contested)?.0);
        let ids: Vec<i64> = linked.iter().map(|it| it.id).collect();
        self.advance(&ids, Stage::Linked)?;
        Ok(linked)
    }

    /// The linked, and those whose rows somebody else changed meanwhile.
    fn link_once(
        &mut self,
        entries: Vec<DeliveryEntry>,
    ) -> Result<(Vec<DeliveryEntry>, Vec<DeliveryEntry>), RunError> {
        if self.catalog.is_none() {
            // A row that was found by an earlier run would lead nowhere.
            let is_alone = |it: &DeliveryEntry| it.delivery.recording_id.is_none();
            return Ok((entries.into_iter().filter(is_alone).collect(), Vec::new()));
        }
        let mut sealed = Vec::new();
        for entry in &entries {
            let found = self.journal.sealed_file(&entry.delivery.file);
            sealed.push(found.map_err(self.journal.failed())?);
        }
        let recording = |(entry, sealed): (&DeliveryEntry, &Option<SealedFile>)| {
            let known = sealed.as_ref().map(|it| it.recording.clone());
            known.unwrap_or_else(|| local::recording(&entry.delivery.file))
        };
        let recordings: Vec<OsString> = entries.iter().zip(&sealed).map(recording).collect();
        let names: Vec<&OsStr> = recordings.iter().map(OsString::as_os_str).collect();
        let Some(rows) = self.rows(&names) else { return Ok((Vec::new(), Vec::new())) };
        let (mut linked, mut changing, mut moves) = (Vec::new(), Vec::new(), Vec::new());
        for ((entry, rows), sealed) in entries.into_iter().zip(rows).zip(sealed) {
            let delivery = &entry.delivery;
            let asked = Asked {
                file: &delivery.file,
                sealed: sealed.as_ref(),
                planned: delivery.recording_id,
                link: Some(&delivery.link),
            };
            match self.judge(&rows, asked) {
                Verdict::Change(row, old) => {
                    moves.push(Move { row, old, new: delivery.link.clone() });
                    changing.push(entry);
                    continue;
                }
                Verdict::Unclear => continue,
                Verdict::Foreign(id) => {
                    self.outcome.fail(&delivery.file, format!("row {id} names it elsewhere"));
                    continue;
                }
                Verdict::NoRow => self.outcome.rows_without += 1,
                Verdict::Keep(id) => self.outcome.warn(format!(
                    "Row {id} of recording_log names something else and stays. Look for this \
                     recording in the archive by its name: {}",
                    escaped(delivery.file.as_bytes())
                )),
                Verdict::Right(_) => {}
            }
            linked.push(entry);
        }
        let contested = self.change(changing, moves, &mut linked);
        Ok((linked, contested))
    }

    fn change(
        &mut self,
        entries: Vec<DeliveryEntry>,
        moves: Vec<Move>,
        linked: &mut Vec<DeliveryEntry>,
    ) -> Vec<DeliveryEntry> {
        let Some(catalog) = &mut self.catalog else { return Vec::new() };
        if moves.is_empty() {
            return Vec::new();
        }
        let mut contested = Vec::new();
        for (entry, moved) in entries.into_iter().zip(catalog.change(moves)) {
            match moved {
                Moved::Done => {
                    self.outcome.rows_changed += 1;
                    linked.push(entry);
                }
                Moved::Changed => contested.push(entry),
                Moved::Refused(reason) => {
                    let reason = escaped(reason.as_bytes());
                    let text = format!("its row of recording_log cannot be changed: {reason}");
                    self.outcome.fail(&entry.delivery.file, text);
                }
                Moved::Untried => {}
            }
        }
        contested
    }

    /// Moves the local files to `FTP`, durably, and returns how many are out of `GPG`.
    pub(super) fn move_out(&mut self, linked: Vec<DeliveryEntry>) -> Result<usize, RunError> {
        let mut folders: HashMap<String, Folder> = HashMap::new();
        let mut done = Vec::new();
        for DeliveryEntry { id, delivery } in &linked {
            if !folders.contains_key(&delivery.folder) {
                let folder = local::open_out(&self.spool, &delivery.folder)?;
                folders.insert(delivery.folder.clone(), folder);
            }
            let Some(to) = folders.get(&delivery.folder) else { continue };
            match local::move_out(&self.gpg, to, &delivery.file, &delivery.identity) {
                Ok(Out::Moved | Out::Gone | Out::Replaced) => done.push(*id),
                Err(error) => self.outcome.fail(&delivery.file, unmoved(error, to)),
            }
        }
        // First where they are, then where they are not any more.
        for folder in folders.values().chain([&self.gpg]).filter(|_| !done.is_empty()) {
            fsync(&folder.fd).map_err(|error| RunError::Folder {
                path: folder.path.clone(),
                source: error.into(),
            })?;
        }
        self.advance(&done, Stage::Done)?;
        Ok(done.len())
    }

    /// A file that stays. What ended the connection is no fault of the file, and said for all.
    pub(super) fn fail(&mut self, file: &OsStr, trouble: &Trouble) {
        if !matches!(trouble, Trouble::Lost(_)) {
            self.outcome.fail(file, trouble.text());
        }
    }

    pub(super) fn advance(&mut self, ids: &[i64], stage: Stage) -> Result<(), RunError> {
        self.journal.advance_deliveries(ids, stage).map_err(self.journal.failed())
    }
}

/// Gives a file its name, which nobody has taken meanwhile, and looks whether it has it.
fn rename(archive: &mut super::archive::Archive, delivery: &Delivery) -> Result<(), Trouble> {
    let (temporary, remote) = (&delivery.temporary, &delivery.remote);
    if archive.is_taken(remote)? {
        return Err(Trouble::Refused("another file has taken its name meanwhile".to_string()));
    }
    archive.rename(temporary, remote)?;
    archive.verify(remote, delivery.identity.octets, &delivery.sha256).inspect_err(|trouble| {
        if !matches!(trouble, Trouble::Lost(_)) {
            // It is ours: nothing stood there a moment ago. Without it the next run starts anew.
            let _ = archive.remove(remote);
        }
    })
}

fn ids_at(entries: &[DeliveryEntry], stage: Stage) -> Vec<i64> {
    entries.iter().filter(|it| it.delivery.stage == stage).map(|it| it.id).collect()
}

fn digest(claim: &Claim) -> std::io::Result<[u8; 32]> {
    let mut file = claim.file();
    file.seek(SeekFrom::Start(0))?;
    shared::verify::digest(&mut file).map(|(_, digest)| digest)
}

/// A name that no listing takes for a recording, and nobody else has.
fn temporary_name() -> Result<String, String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    let digits: String = random.iter().map(|octet| format!("{octet:02x}")).collect();
    Ok(format!(".callseal-{digits}.part"))
}

/// The name as a line to the server can say it: without control characters, and without the octet
/// that servers may double (RFC 854).
fn sendable(name: &[u8]) -> Vec<u8> {
    let safe = |octet: &u8| if octet.is_ascii_control() || *octet == 0xFF { b'_' } else { *octet };
    name.iter().map(safe).collect()
}

fn unmoved(error: Errno, to: &Folder) -> String {
    match error {
        Errno::XDEV => format!(
            "it is delivered, and cannot be moved to another file system; put this folder on that \
             of PATHDONEmonitor: {}",
            shown(&to.path)
        ),
        error => format!("it is delivered, and cannot be moved to FTP: {error}"),
    }
}

/// Opens the folders of a spool.
///
/// # Errors
/// When one is not there or cannot be read.
pub fn open_folders(settings: &Settings) -> Result<(Folder, Folder), RunError> {
    Ok((folders::open(&settings.spool)?, folders::open(&settings.spool.join("GPG"))?))
}

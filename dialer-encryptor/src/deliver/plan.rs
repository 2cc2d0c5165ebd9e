//! Which file is delivered next, on which day's folder, and under which name?

use super::archive::as_text;
use super::date_folder::Day;
use super::local;
use super::rows::{self, Asked, Verdict};
use super::run::Run;
use super::trouble::Trouble;
use crate::claim::{Attempt, Claim, claim};
use crate::error::RunError;
use crate::journal::{Delivery, SealedFile, Stage};
use crate::location::of_archived;
use crate::recording_log::Row;
use shared::recording::escaped;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io::{Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

/// How long a file that is not ours must have been still.
const SETTLE: Duration = Duration::from_secs(5);

/// How many names are tried at the server.
const MOST_NAMES: u32 = 100;

/// `recording_log.location` is a `VARCHAR(255)`.
const LINK_OCTETS: usize = 255;

/// A file that is about to be delivered.
pub(super) struct Work {
    claim: Claim,
    recording: OsString,
    sealed: Option<SealedFile>,
}

/// A file with its place at the server.
pub(super) struct Planned {
    /// Held until it is uploaded.
    pub(super) claim: Claim,
    /// What is to be written down.
    pub(super) delivery: Delivery,
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
    /// A file that is complete and nobody else's.
    pub(super) fn claimed(&mut self, name: &OsStr) -> Result<Option<Work>, RunError> {
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
    pub(super) fn planned(&mut self, works: Vec<Work>) -> Result<Vec<Planned>, RunError> {
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

    pub(super) fn rows(&mut self, recordings: &[&OsStr]) -> Option<Vec<Vec<Row>>> {
        match &mut self.catalog {
            None => Some(vec![Vec::new(); recordings.len()]),
            Some(_) if recordings.is_empty() => Some(Vec::new()),
            Some(catalog) => catalog.by_name(recordings),
        }
    }

    pub(super) fn judge(&self, rows: &[Row], asked: Asked<'_>) -> Verdict {
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

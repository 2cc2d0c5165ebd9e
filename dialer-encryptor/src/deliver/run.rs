//! In which order is a sealed file delivered, so that nothing is lost and no row is ever wrong?
//!
//! Group by group: each file is claimed, its row tells the date folder, and a free name is found at
//! the server; what is intended is written down; the octets go there under a temporary name and are
//! compared; that they are complete is written down; they get their name there and are looked at
//! again, which is written down; only then the row is changed, and written down; last the local file
//! moves to `FTP`. A run that is killed anywhere is finished by [`super::recover`].

use super::archive::Archive;
use super::line::Line;
use super::local;
use super::outcome::Outcome;
use super::plan::Planned;
use super::settings::Settings;
use super::trouble::Trouble;
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::error::{RecordingError, RunError};
use crate::folders::{self, Folder};
use crate::journal::{Delivery, DeliveryEntry, Journal, Stage};
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io::{Seek, SeekFrom};

/// How many files share the commits of the journal, and one question to the database.
const GROUP: usize = 20;

/// How many names are held at once.
const WINDOW: usize = 10_000;

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
                // Nobody knows whether it has its name; the next connection, or run, tells.
                Err(trouble @ (Trouble::Lost(_) | Trouble::Unable(_))) => {
                    self.fail(&entry.delivery.file, trouble);
                }
                Err(trouble) => self.give_up(&entry, trouble)?,
            }
            self.line.note(&renamed);
        }
        let ids = ids_at(&named, Stage::Uploading);
        self.advance(&ids, Stage::Uploaded)?;
        Ok(named)
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
fn rename(archive: &mut Archive, delivery: &Delivery) -> Result<(), Trouble> {
    let (temporary, remote) = (&delivery.temporary, &delivery.remote);
    if archive.is_taken(remote)? {
        return Err(Trouble::Refused("another file has taken its name meanwhile".to_string()));
    }
    archive.rename(temporary, remote)?;
    // What is there and is not what was sent may be another dialer's by now: it stays.
    archive.verify(remote, delivery.identity.octets, &delivery.sha256)
}

fn ids_at(entries: &[DeliveryEntry], stage: Stage) -> Vec<i64> {
    entries.iter().filter(|it| it.delivery.stage == stage).map(|it| it.id).collect()
}

/// Opens the folders of a spool.
///
/// # Errors
/// When one is not there or cannot be read.
pub fn open_folders(settings: &Settings) -> Result<(Folder, Folder), RunError> {
    Ok((folders::open(&settings.spool)?, folders::open(&settings.spool.join("GPG"))?))
}

//! How does a row come to name the archive, and then the local file into `FTP`?

use super::local::{self, Out};
use super::rows::{Asked, Verdict};
use super::run::Run;
use crate::error::{RunError, shown};
use crate::folders::Folder;
use crate::journal::{DeliveryEntry, SealedFile, Stage};
use crate::recording_log::{Move, Moved};
use rustix::fs::fsync;
use rustix::io::Errno;
use shared::recording::escaped;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// Entries whose rows are right, and those whose rows somebody else changed meanwhile.
type Linked = (Vec<DeliveryEntry>, Vec<DeliveryEntry>);

impl Run<'_> {
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
    fn link_once(&mut self, entries: Vec<DeliveryEntry>) -> Result<Linked, RunError> {
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

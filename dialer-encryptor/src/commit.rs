//! What everybody can see of a proven recording: steps 5 to 8, intent, publish, row, remove.

use crate::catalog::Plan;
use crate::claim::Claim;
use crate::error::RecordingError;
use crate::identity::Identity;
use crate::journal::{Intent, Marks, RowState};
use crate::naming::{self, Place, Wanted};
use crate::pipeline::Pipeline;
use crate::recording_log::{Move, Moved};
use crate::seal::Sealed;
use rustix::fs::fsync;
use std::ffi::{OsStr, OsString};

/// A recording whose sealed file is published.
pub struct Published {
    claim: Claim,
    /// None if it was published before this run.
    new: Option<New>,
}

/// What this run published.
struct New {
    /// The number of its intent.
    id: i64,
    /// Its name in `GPG`.
    output: OsString,
    /// What the sealed file is.
    identity: Option<Identity>,
    /// What is to become of its row.
    plan: Plan,
}

impl<'a> Pipeline<'a, '_, '_> {
    /// Steps 5 and 6.
    pub(crate) fn intend_and_publish(&mut self, proven: Vec<Sealed<'a>>) -> Vec<Published> {
        let mut published = Vec::new();
        let mut intended = Vec::new();
        for sealed in proven {
            match self.place(&sealed) {
                Ok(Place::Free(output)) => intended.push((self.intent(&sealed, output), sealed)),
                Ok(Place::Finished(id)) => {
                    // Whoever brought the recording back may have changed its row, too.
                    if self.catalog.is_some() {
                        self.marks.rows.push((id, RowState::Waiting));
                    }
                    published.push(Published { claim: sealed.claim, new: None });
                }
                Err(error) => self.summary.fail(&sealed.claim.name, &error),
            }
        }
        if !intended.is_empty() {
            self.intend(intended, &mut published);
        }
        if published.is_empty() {
            return published;
        }
        if let Err(error) = fsync(&self.folders.output.fd) {
            let error = RecordingError::step("making GPG durable")(error);
            published.iter().for_each(|one| self.summary.fail_sealed(&one.claim.name, &error));
            return Vec::new();
        }
        published
    }

    fn intend(&mut self, intended: Vec<(Intent, Sealed<'a>)>, published: &mut Vec<Published>) {
        match self.journal.intend(&self.marks, intended.iter().map(|(intent, _)| intent)) {
            Ok(ids) => {
                self.marks = Marks::default();
                for ((intent, sealed), id) in intended.into_iter().zip(ids) {
                    published.extend(self.publish(intent, sealed, id));
                }
            }
            Err(error) => {
                let error = RecordingError::Journal(error);
                for (_, sealed) in &intended {
                    self.summary.fail(&sealed.claim.name, &error);
                }
            }
        }
    }

    fn place(&mut self, sealed: &Sealed<'a>) -> Result<Place, RecordingError> {
        let wanted = Wanted {
            recording: &sealed.claim.name,
            plaintext_sha256: &sealed.receipt.plaintext_sha256,
            recipients: self.fingerprints,
            suffix: self.config.suffix,
        };
        naming::place(self.folders, self.journal, wanted, self.summary)
    }

    fn intent(&self, sealed: &Sealed<'a>, output: OsString) -> Intent {
        let name = sealed.claim.name.clone();
        let is_there = |file: &OsStr| !matches!(self.folders.output.look(file), Ok(None));
        let path = self.seen_from_spool(&name);
        let plan = self.catalog.as_ref().map_or(Plan::Keep, |it| it.plan(&path, is_there));
        Intent {
            folder: self.folders.source.path.clone().into_os_string(),
            name,
            identity: sealed.claim.identity,
            plaintext_sha256: sealed.receipt.plaintext_sha256,
            ciphertext_sha256: sealed.receipt.ciphertext_sha256,
            ciphertext_octets: sealed.receipt.ciphertext_octets,
            output,
            recipients: self.fingerprints.to_string(),
            plan,
        }
    }

    /// Publishes under the name intended. If somebody took it in the meantime, another one is
    /// found and written down first; when that happens again the recording waits for the next run.
    fn publish(&mut self, intent: Intent, sealed: Sealed<'a>, id: i64) -> Option<Published> {
        let Sealed { claim, pending, receipt, identity } = sealed;
        let Intent { output, plan, .. } = intent;
        if let Err(error) = claim.check_unchanged() {
            self.give_up(&claim.name, id, &error);
            return None;
        }
        let error = match pending.publish(&output) {
            Ok(()) => {
                return Some(Published { claim, new: Some(New { id, output, identity, plan }) });
            }
            Err((None, error)) => error,
            Err((Some(pending), _)) => {
                let retry = Sealed { claim, pending, receipt, identity };
                return self.publish_elsewhere(retry, id, plan);
            }
        };
        self.give_up(&claim.name, id, &error);
        None
    }

    fn publish_elsewhere(&mut self, sealed: Sealed<'a>, id: i64, plan: Plan) -> Option<Published> {
        let output = self.place(&sealed).and_then(|place| match place {
            Place::Free(output) => {
                self.journal.redirect(id, &output)?;
                Ok(output)
            }
            Place::Finished(_) => Err(RecordingError::Changed),
        });
        let Sealed { claim, pending, identity, .. } = sealed;
        let published = output.and_then(|output| {
            pending.publish(&output).map_err(|(_, error)| error)?;
            Ok(output)
        });
        match published {
            Ok(output) => Some(Published { claim, new: Some(New { id, output, identity, plan }) }),
            Err(error) => {
                self.give_up(&claim.name, id, &error);
                None
            }
        }
    }

    /// The entry goes with the next write; one that stays is found by the next run to have come to
    /// nothing.
    fn give_up(&mut self, name: &OsStr, id: i64, error: &RecordingError) {
        self.summary.fail(name, error);
        self.marks.undone.push(id);
    }

    /// Step 7. A row that is not changed now waits in the journal, where its intent stands.
    pub(crate) fn change_rows(&mut self, published: &[Published]) {
        let Some(catalog) = &mut self.catalog else { return };
        let mut ids = Vec::new();
        let mut moves = Vec::new();
        // What somebody writes to again is about to be taken back.
        let still = published.iter().filter(|one| one.claim.check_unchanged().is_ok());
        for new in still.filter_map(|one| one.new.as_ref()) {
            match &new.plan {
                Plan::Change { row, old } => {
                    let new_link = catalog.link_of(&new.output);
                    moves.push(Move { row: *row, old: old.clone(), new: new_link });
                    ids.push((new.id, *row));
                }
                Plan::NoRow => self.summary.rows.without += 1,
                Plan::Keep | Plan::Unknown => {}
            }
        }
        if moves.is_empty() {
            return;
        }
        for ((id, row), moved) in ids.into_iter().zip(catalog.change(moves)) {
            match moved {
                Moved::Done => {
                    self.summary.rows.changed += 1;
                    self.marks.rows.push((id, RowState::Made(row)));
                }
                // Looked at again at the end of the run, when there is time to find out why.
                Moved::Changed | Moved::Untried | Moved::Refused(_) => {}
            }
        }
    }

    /// Step 8.
    pub(crate) fn remove(&mut self, published: Vec<Published>) {
        if published.is_empty() {
            return;
        }
        let mut removed = Vec::new();
        for one in published {
            match one.claim.remove(self.folders) {
                Ok(()) => removed.push(one),
                Err(error) => self.not_removed(&one, &error),
            }
        }
        if let Err(error) = fsync(&self.folders.source.fd) {
            // After a crash the plaintext may be back; the next run then finishes it.
            let error = RecordingError::step("making the removal durable")(error);
            removed.iter().for_each(|one| self.summary.fail_sealed(&one.claim.name, &error));
            return;
        }
        for one in removed {
            self.marks.done.extend(one.new.as_ref().map(|new| new.id));
            self.summary.sealed(&one.claim, one.new.is_some());
        }
    }

    /// A recording that went on growing after it was sealed: what was published is half of it, and
    /// is taken back; the next run seals the whole. Any other failure leaves both in place.
    fn not_removed(&mut self, one: &Published, error: &RecordingError) {
        if let (RecordingError::Changed, Some(New { id, output, identity: Some(identity), .. })) =
            (error, &one.new)
            && naming::set_aside(self.folders, output, identity).is_ok_and(|is_moved| is_moved)
        {
            self.marks.rows.retain(|(marked, _)| marked != id);
            return self.give_up(&one.claim.name, *id, error);
        }
        self.summary.fail_sealed(&one.claim.name, error);
    }
}

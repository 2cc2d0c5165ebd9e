//! What did earlier runs leave, and how is it finished? From the journal and the server alone.

use super::run::Run;
use super::trouble::Trouble;
use crate::error::RunError;
use crate::journal::{DeliveryEntry, Stage};
use crate::location::{Own, Target, is_file_of};
use crate::recording_log::{Move, Moved, Row};
use shared::recording::escaped;

/// How many deliveries are looked at together.
const BATCH: usize = 20;

/// How many rows are looked at together.
const MOST_ROWS: usize = crate::recording_log::BATCH;

/// How long after a delivery its row is looked at for the last time.
const LATE_WRITER_SECS: u32 = 60;

impl Run<'_> {
    /// Finishes deliveries that are under way, or takes them back. Those that cannot go on now are
    /// not begun again either.
    ///
    /// # Errors
    /// When a folder or the journal cannot be used.
    pub(super) fn recover(&mut self) -> Result<(), RunError> {
        self.under_way.clear();
        let mut after = 0;
        loop {
            let open = self.journal.open_deliveries(after, BATCH);
            let open = open.map_err(self.journal.failed())?;
            let Some(last) = open.last() else { return Ok(()) };
            after = last.id;
            self.under_way.extend(open.iter().map(|it| it.delivery.file.clone()));
            let (mut uploaded, mut linked) = (Vec::new(), Vec::new());
            for entry in open {
                match entry.delivery.stage {
                    Stage::Uploading | Stage::Renaming => uploaded.extend(self.settled(entry)?),
                    Stage::Uploaded => uploaded.extend(self.still_there(entry)?),
                    // What left `GPG` is through: no look brings it back.
                    _ if self.is_gone(&entry) => linked.push(entry),
                    _ => linked.extend(self.still_there(entry)?),
                }
            }
            linked.extend(self.link(uploaded)?);
            self.outcome.recovered += self.move_out(linked)?;
        }
    }

    /// Looks once more at the rows of what was delivered a while ago: the stock compress step writes
    /// its own link late, which leads nowhere then.
    ///
    /// # Errors
    /// When the journal cannot be used.
    pub(super) fn look_again(&mut self) -> Result<(), RunError> {
        let mut after = 0;
        loop {
            let late = self.journal.late_deliveries(LATE_WRITER_SECS, after, MOST_ROWS);
            let late = late.map_err(self.journal.failed())?;
            let (Some(last), Some(catalog)) = (late.last(), &mut self.catalog) else {
                return Ok(());
            };
            after = last.id;
            let ids = late.iter().filter_map(|it| it.delivery.recording_id).collect();
            let Some(rows) = catalog.by_number(ids) else { return Ok(()) };
            let (mut settled, mut moves, mut moving) = (Vec::new(), Vec::new(), Vec::new());
            for DeliveryEntry { id, delivery } in &late {
                let row = delivery.recording_id.and_then(|row| rows.get(&row));
                match row.filter(|row| is_taken_back(catalog.own(), row)) {
                    Some(row) => {
                        let (row, old) = (row.id, row.location.clone());
                        moves.push(Move { row, old, new: delivery.link.clone() });
                        moving.push(*id);
                    }
                    None => settled.push(*id),
                }
            }
            let mut moved = Vec::new();
            for some in moves.chunks(BATCH) {
                moved.extend(catalog.change(some.to_vec()));
            }
            for (id, moved) in moving.into_iter().zip(moved) {
                self.outcome.rows_changed += usize::from(moved == Moved::Done);
                if moved != Moved::Untried {
                    settled.push(id);
                }
            }
            self.advance(&settled, Stage::Settled)?;
        }
    }

    /// Finds out whether an upload came to its end; if it did not, nothing is left of it.
    fn settled(&mut self, entry: DeliveryEntry) -> Result<Option<DeliveryEntry>, RunError> {
        let delivery = &entry.delivery;
        if self.is_elsewhere(&entry) {
            return self.forget(&entry).map(|()| None);
        }
        let is_named = self.line.ask(|archive| {
            let (temporary, remote) = (&delivery.temporary, &delivery.remote);
            let octets = delivery.identity.octets;
            // Renaming is one step: while the temporary name is there, it did not happen.
            if archive.is_taken(temporary)? {
                archive.remove(temporary)?;
                return Ok(None);
            }
            let is_named = delivery.stage == Stage::Renaming
                && holds(archive.verify(remote, octets, &delivery.sha256))?;
            Ok(Some(is_named))
        });
        match is_named {
            Ok(Some(true)) => {
                self.advance(&[entry.id], Stage::Uploaded)?;
                Ok(Some(entry))
            }
            Ok(found) => {
                self.outcome.swept += usize::from(found.is_none());
                self.forget(&entry).map(|()| None)
            }
            Err(trouble) => {
                self.fail(&delivery.file, &trouble);
                Ok(None)
            }
        }
    }

    /// Whether what an earlier run brought to the server is there: days may have passed since, and a
    /// row must not lead to what was cleared away. What is not there is brought there anew.
    fn still_there(&mut self, entry: DeliveryEntry) -> Result<Option<DeliveryEntry>, RunError> {
        let delivery = &entry.delivery;
        if self.is_elsewhere(&entry) {
            return self.forget(&entry).map(|()| None);
        }
        let there = self.line.ask(|archive| {
            let octets = delivery.identity.octets;
            holds(archive.verify(&delivery.remote, octets, &delivery.sha256))
        });
        match there {
            Ok(true) => Ok(Some(entry)),
            Ok(false) => {
                self.outcome.warn(format!(
                    "A file that had been uploaded is not at the archive any more, and is uploaded \
                     again. Find out who removed it: {}",
                    escaped(delivery.remote.as_bytes())
                ));
                self.forget(&entry).map(|()| None)
            }
            Err(trouble) => {
                self.fail(&delivery.file, &trouble);
                Ok(None)
            }
        }
    }

    /// Whether it was meant for another server than today's, which is said.
    fn is_elsewhere(&mut self, entry: &DeliveryEntry) -> bool {
        let is_elsewhere = entry.delivery.server != self.settings.server.identity();
        if is_elsewhere {
            self.outcome.warn(format!(
                "A delivery to another server was interrupted, and is begun again at this one. \
                 Remove what it left there: {}",
                escaped(entry.delivery.remote.as_bytes())
            ));
        }
        is_elsewhere
    }

    fn is_gone(&self, entry: &DeliveryEntry) -> bool {
        matches!(self.gpg.look(&entry.delivery.file), Ok(None))
    }

    fn forget(&mut self, entry: &DeliveryEntry) -> Result<(), RunError> {
        self.under_way.remove(&entry.delivery.file);
        self.journal.forget_deliveries(&[entry.id]).map_err(self.journal.failed())
    }
}

/// Whether the server has what it should; an answer that does not tell is none.
fn holds(verified: Result<(), Trouble>) -> Result<bool, Trouble> {
    match verified {
        Ok(()) => Ok(true),
        Err(Trouble::Refused(_)) => Ok(false),
        Err(trouble) => Err(trouble),
    }
}

/// Whether a row names the recording that was sealed, which is gone.
fn is_taken_back(own: Own<'_>, row: &Row) -> bool {
    let location = row.location.as_deref().unwrap_or_default();
    own.target(location) == Target::Recording && is_file_of(location, &row.filename)
}

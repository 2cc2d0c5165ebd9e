//! One recording through all steps; the only place that knows their order.
//!
//! Claim, seal, fsync, verify, intent, publish, row, remove. Recordings go through in groups, so
//! that the fsyncs of a group are in flight together; for each one the order holds. At every
//! instant either the plaintext or a complete, durable, proven sealed file exists.

use crate::claim::{self, Attempt, Claim};
use crate::config::Config;
use crate::error::{RecordingError, RunError};
use crate::folders::Folders;
use crate::identity::Identity;
use crate::journal::{Intent, Journal};
use crate::naming::{self, Place, Wanted};
use crate::publish::Pending;
use crate::spool::Spool;
use crate::summary::Summary;
use rustix::fs::fsync;
use shared::encrypt::{self, Receipt};
use shared::recipient::Recipient;
use shared::verify;
use std::ffi::{OsStr, OsString};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How many recordings go through together: enough to keep the disk busy, few enough that a
/// killed run repeats little.
const GROUP: usize = 16;

/// A recording of which a sealed file exists that nobody sees yet.
struct Sealed<'a> {
    claim: Claim,
    pending: Pending<'a>,
    receipt: Receipt,
}

/// A recording whose sealed file is published, durable but for its folder.
struct Published {
    claim: Claim,
    entry: Option<i64>,
}

/// Everything that the steps need.
pub struct Pipeline<'a> {
    config: &'a Config,
    folders: &'a Folders,
    journal: &'a mut Journal,
    recipients: &'a [Recipient],
    /// The recipients as the journal writes them.
    fingerprints: String,
    summary: &'a mut Summary,
}

impl<'a> Pipeline<'a> {
    /// Brings them together.
    pub fn new(
        config: &'a Config,
        folders: &'a Folders,
        journal: &'a mut Journal,
        recipients: &'a [Recipient],
        summary: &'a mut Summary,
    ) -> Self {
        let mut fingerprints: Vec<&str> = recipients.iter().map(Recipient::fingerprint).collect();
        fingerprints.sort_unstable();
        let fingerprints = fingerprints.join(" ");
        Self { config, folders, journal, recipients, fingerprints, summary }
    }

    /// Takes every recording of the spool through: those that have been still for the settle time
    /// at once, the others after one wait, if they are still then.
    ///
    /// # Errors
    /// Never for a recording: those are collected in the summary.
    pub fn run(&mut self, spool: Spool) -> Result<(), RunError> {
        let began = Instant::now();
        let (mut still, mut young) = (Vec::new(), Vec::new());
        for name in spool.names {
            match self.folders.source.look(&name) {
                Ok(Some(stat)) => {
                    let identity = Identity::of(&stat);
                    if is_settled(&identity, self.config.settle) {
                        still.push(name);
                    } else {
                        young.push((name, identity));
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    self.summary.fail(&name, &RecordingError::Open(error.into()));
                }
            }
        }
        still.chunks(GROUP).for_each(|group| self.group(group));
        if young.is_empty() {
            return Ok(());
        }
        thread::sleep(self.config.settle.saturating_sub(began.elapsed()));
        let (still, moving): (Vec<_>, Vec<_>) =
            young.into_iter().partition(|(name, then)| self.is_as_it_was(name, then));
        self.summary.busy += moving.len();
        let still: Vec<OsString> = still.into_iter().map(|(name, _)| name).collect();
        still.chunks(GROUP).for_each(|group| self.group(group));
        Ok(())
    }

    fn is_as_it_was(&self, name: &OsStr, then: &Identity) -> bool {
        let now = self.folders.source.look(name).ok().flatten();
        now.is_some_and(|stat| Identity::of(&stat) == *then)
    }

    /// The order itself.
    fn group(&mut self, names: &[OsString]) {
        let claimed: Vec<Claim> = names.iter().filter_map(|name| self.claim(name)).collect();
        let sealed: Vec<Sealed<'a>> =
            claimed.into_iter().filter_map(|claim| self.seal(claim)).collect();
        let synced = self.sync(sealed);
        let proven: Vec<Sealed<'a>> =
            synced.into_iter().filter_map(|sealed| self.prove(sealed)).collect();
        let published = self.intend_and_publish(proven);
        // The row of recording_log is left out: --no-database.
        self.remove(published);
    }

    /// Step 1.
    fn claim(&mut self, name: &OsStr) -> Option<Claim> {
        match claim::claim(&self.folders.source, name) {
            Ok(Attempt::Claimed(claim)) => return Some(claim),
            Ok(Attempt::Busy) => self.summary.busy += 1,
            Ok(Attempt::NotAFile) => self.summary.pass_over(name),
            Ok(Attempt::Gone) => {}
            Err(error) => self.summary.fail(name, &error),
        }
        None
    }

    /// Step 2.
    fn seal(&mut self, claim: Claim) -> Option<Sealed<'a>> {
        let sealed = self.try_seal(&claim).and_then(|(pending, receipt)| {
            claim.check_unchanged()?;
            // A short read that was no change would still be a recording cut off.
            if receipt.plaintext_octets == claim.identity.octets {
                Ok((pending, receipt))
            } else {
                Err(RecordingError::Changed)
            }
        });
        match sealed {
            Ok((pending, receipt)) => Some(Sealed { claim, pending, receipt }),
            Err(error) => {
                self.summary.fail(&claim.name, &error);
                None
            }
        }
    }

    fn try_seal(&self, claim: &Claim) -> Result<(Pending<'a>, Receipt), RecordingError> {
        // A name that cannot be published is known before any work.
        naming::sealed_name(&claim.name, self.config.suffix, 1)?;
        let pending = Pending::create(self.folders)?;
        let Some(target) = pending.file() else { return Err(RecordingError::Changed) };
        let receipt = encrypt::seal(self.recipients, claim.file(), target)?;
        Ok((pending, receipt))
    }

    /// Step 3, for the whole group at once.
    fn sync(&mut self, mut sealed: Vec<Sealed<'a>>) -> Vec<Sealed<'a>> {
        let results: Vec<Result<(), RecordingError>> = thread::scope(|scope| {
            let syncs: Vec<_> =
                sealed.iter_mut().map(|sealed| scope.spawn(|| sealed.pending.sync())).collect();
            // A thread that died has not synced.
            syncs
                .into_iter()
                .map(|sync| sync.join().unwrap_or(Err(RecordingError::Changed)))
                .collect()
        });
        self.keep(sealed, results)
    }

    /// Step 4.
    fn prove(&mut self, sealed: Sealed<'a>) -> Option<Sealed<'a>> {
        let proof = sealed
            .pending
            .reopen()
            .and_then(|file| Ok(verify::verify(file, &sealed.receipt, self.recipients)?));
        self.keep(vec![sealed], vec![proof]).pop()
    }

    /// Steps 5 and 6.
    fn intend_and_publish(&mut self, proven: Vec<Sealed<'a>>) -> Vec<Published> {
        let mut published = Vec::new();
        let mut intended = Vec::new();
        for sealed in proven {
            match self.place(&sealed) {
                Ok(Place::Free(output)) => intended.push((self.intent(&sealed, output), sealed)),
                Ok(Place::Finished(_)) => {
                    self.summary.already_sealed += 1;
                    published.push(Published { claim: sealed.claim, entry: None });
                }
                Err(error) => self.summary.fail(&sealed.claim.name, &error),
            }
        }
        match self.journal.intend(intended.iter().map(|(intent, _)| intent)) {
            Ok(ids) => {
                for ((intent, sealed), id) in intended.into_iter().zip(ids) {
                    published.extend(self.publish(intent.output, sealed, id));
                }
            }
            Err(error) => {
                let error = RecordingError::Journal(error);
                for (_, sealed) in &intended {
                    self.summary.fail(&sealed.claim.name, &error);
                }
            }
        }
        let durable = fsync(&self.folders.output.fd);
        let failed = |_: &Published| durable.map_err(RecordingError::step("making GPG durable"));
        let results = published.iter().map(failed).collect();
        self.keep(published, results)
    }

    fn place(&mut self, sealed: &Sealed<'a>) -> Result<Place, RecordingError> {
        let wanted = Wanted {
            recording: &sealed.claim.name,
            plaintext_sha256: &sealed.receipt.plaintext_sha256,
            recipients: &self.fingerprints,
            suffix: self.config.suffix,
        };
        naming::place(self.folders, self.journal, wanted, self.summary)
    }

    fn intent(&self, sealed: &Sealed<'a>, output: OsString) -> Intent {
        Intent {
            folder: self.folders.source.path.clone().into_os_string(),
            name: sealed.claim.name.clone(),
            identity: sealed.claim.identity,
            plaintext_sha256: sealed.receipt.plaintext_sha256,
            ciphertext_sha256: sealed.receipt.ciphertext_sha256,
            ciphertext_octets: sealed.receipt.ciphertext_octets,
            output,
            recipients: self.fingerprints.clone(),
        }
    }

    /// Publishes under the name intended. If somebody took it in the meantime, another one is
    /// found and written down first; when that happens again the recording waits for the next run.
    fn publish(&mut self, output: OsString, sealed: Sealed<'a>, id: i64) -> Option<Published> {
        let Sealed { claim, pending, receipt } = sealed;
        let error = match pending.publish(&output) {
            Ok(()) => return Some(Published { claim, entry: Some(id) }),
            Err((None, error)) => error,
            Err((Some(pending), _)) => {
                let retry = Sealed { claim, pending, receipt };
                return self.publish_elsewhere(retry, id);
            }
        };
        self.give_up(&claim.name, id, &error);
        None
    }

    fn publish_elsewhere(&mut self, sealed: Sealed<'a>, id: i64) -> Option<Published> {
        let output = self.place(&sealed).and_then(|place| match place {
            Place::Free(output) => {
                self.journal.redirect(id, &output)?;
                Ok(output)
            }
            Place::Finished(_) => Err(RecordingError::Changed),
        });
        let Sealed { claim, pending, .. } = sealed;
        let published =
            output.and_then(|output| pending.publish(&output).map_err(|(_, error)| error));
        match published {
            Ok(()) => Some(Published { claim, entry: Some(id) }),
            Err(error) => {
                self.give_up(&claim.name, id, &error);
                None
            }
        }
    }

    fn give_up(&mut self, name: &OsStr, id: i64, error: &RecordingError) {
        self.summary.fail(name, error);
        // An entry that stays is found by the next run to have come to nothing.
        let _ = self.journal.forget(&[id]);
    }

    /// Step 8.
    fn remove(&mut self, published: Vec<Published>) {
        if published.is_empty() {
            return;
        }
        let results = published.iter().map(|one| one.claim.remove(&self.folders.source)).collect();
        let removed = self.keep(published, results);
        if let Err(error) = fsync(&self.folders.source.fd) {
            // After a crash the plaintext may be back; the next run then finishes it.
            let error = RecordingError::step("making the removal durable")(error);
            removed.iter().for_each(|one| self.summary.fail(&one.claim.name, &error));
            return;
        }
        let entries: Vec<i64> = removed.iter().filter_map(|one| one.entry).collect();
        if let Err(error) = self.journal.finish(&entries) {
            self.summary.warn(format!("The journal was not updated ({error}). The next run will."));
        }
        for one in removed {
            self.summary.sealed(&one.claim);
        }
    }

    /// Those that passed a step; the others are reported.
    fn keep<T: Named>(&mut self, all: Vec<T>, results: Vec<Result<(), RecordingError>>) -> Vec<T> {
        let mut passed = Vec::with_capacity(all.len());
        for (one, result) in all.into_iter().zip(results) {
            match result {
                Ok(()) => passed.push(one),
                Err(error) => self.summary.fail(one.name(), &error),
            }
        }
        passed
    }
}

/// What a failure is reported under.
trait Named {
    fn name(&self) -> &OsStr;
}

impl Named for Sealed<'_> {
    fn name(&self) -> &OsStr {
        &self.claim.name
    }
}

impl Named for Published {
    fn name(&self) -> &OsStr {
        &self.claim.name
    }
}

/// Whether a file was last written long enough ago. One from the future (a clock that was set) is
/// watched for the settle time instead.
fn is_settled(identity: &Identity, settle: Duration) -> bool {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let age = i128::try_from(now.as_nanos()).unwrap_or(0) - i128::from(identity.modified_ns);
    age >= i128::try_from(settle.as_nanos()).unwrap_or(i128::MAX)
}

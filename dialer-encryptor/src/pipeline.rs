//! One recording through all steps; the only place that knows their order.
//!
//! Claim, seal, fsync, verify, intent, publish, row, remove. Recordings go through in groups, so
//! that the fsyncs of a group are in flight together; for each one the order holds. At every
//! instant either the plaintext or a complete, durable, proven sealed file exists.

use crate::claim::{self, Attempt, Claim};
use crate::config::Config;
use crate::error::RecordingError;
use crate::folders::Folders;
use crate::identity::Identity;
use crate::journal::{Intent, Journal};
use crate::naming::{self, Place, Wanted};
use crate::publish::Pending;
use crate::spool::Spool;
use crate::summary::Summary;
use rustix::fs::{fstat, fsync};
use rustix::io::Errno;
use shared::encrypt::{self, Receipt};
use shared::recipient::Recipient;
use shared::verify;
use std::ffi::{OsStr, OsString};
use std::io;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How many recordings go through together: enough to keep the disk busy, few enough that a
/// killed run repeats little.
const GROUP: usize = 16;

/// A recording that somebody holds open this long after its last octet is worth a look.
const LONG_BUSY: Duration = Duration::from_secs(3600);

/// A recording of which a sealed file exists that nobody sees yet.
struct Sealed<'a> {
    claim: Claim,
    pending: Pending<'a>,
    receipt: Receipt,
    /// What the sealed file is, once it was read back.
    identity: Option<Identity>,
}

/// A recording whose sealed file is published, durable but for its folder.
struct Published {
    claim: Claim,
    /// Its number in the journal, its name in `GPG` and what it is there; none if it stood there
    /// before this run.
    new: Option<(i64, OsString, Option<Identity>)>,
}

/// Everything that the steps need.
pub struct Pipeline<'a> {
    config: &'a Config,
    folders: &'a Folders,
    journal: &'a mut Journal,
    recipients: &'a [Recipient],
    /// The recipients as the journal writes them.
    fingerprints: &'a str,
    /// How many recordings this run may still seal.
    left: usize,
    summary: &'a mut Summary,
}

impl<'a> Pipeline<'a> {
    /// Brings them together.
    pub fn new(
        config: &'a Config,
        folders: &'a Folders,
        journal: &'a mut Journal,
        recipients: &'a [Recipient],
        fingerprints: &'a str,
        summary: &'a mut Summary,
    ) -> Self {
        let left = config.max_files;
        Self { config, folders, journal, recipients, fingerprints, left, summary }
    }

    /// Takes every recording of the spool through: those that have been still for the settle time
    /// at once, the others after one wait, if they are still then.
    pub fn run(&mut self, spool: Spool) {
        let began = Instant::now();
        let (mut still, mut young) = (Vec::new(), Vec::new());
        for name in spool.names {
            match self.folders.source.look(&name) {
                Ok(Some(stat)) => {
                    let identity = Identity::of(&stat);
                    let is_settled = is_settled(&identity, self.config.settle);
                    if is_settled { &mut still } else { &mut young }.push((name, identity));
                }
                Ok(None) => {}
                Err(error) => {
                    self.summary.fail(&name, &RecordingError::Open(error.into()));
                }
            }
        }
        self.groups(&still);
        if young.is_empty() {
            return;
        }
        thread::sleep(self.config.settle.saturating_sub(began.elapsed()));
        let (still, moving): (Vec<_>, Vec<_>) =
            young.into_iter().partition(|(name, then)| self.is_as_it_was(name, then));
        self.summary.busy += moving.len();
        self.groups(&still);
    }

    /// As many as this run may seal; recordings that fail do not use up what the others may.
    fn groups(&mut self, listed: &[(OsString, Identity)]) {
        let mut rest = listed;
        while self.left > 0 && !rest.is_empty() {
            let (group, later) = rest.split_at(rest.len().min(GROUP).min(self.left));
            let before = self.summary.sealed;
            self.group(group);
            self.left = self.left.saturating_sub(self.summary.sealed - before);
            rest = later;
        }
        self.summary.left_for_next_run += rest.len();
    }

    fn is_as_it_was(&self, name: &OsStr, then: &Identity) -> bool {
        let now = self.folders.source.look(name).ok().flatten();
        now.is_some_and(|stat| Identity::of(&stat) == *then)
    }

    /// The order itself.
    fn group(&mut self, listed: &[(OsString, Identity)]) {
        let claimed: Vec<Claim> =
            listed.iter().filter_map(|(name, then)| self.claim(name, then)).collect();
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
    fn claim(&mut self, name: &OsStr, listed: &Identity) -> Option<Claim> {
        match claim::claim(&self.folders.source, name, Some(listed)) {
            Ok(Attempt::Claimed(claim)) => return Some(claim),
            Ok(Attempt::Busy) => {
                self.summary.busy += 1;
                if is_settled(listed, LONG_BUSY) {
                    self.summary.held_open(name);
                }
            }
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
            Ok((pending, receipt)) => Some(Sealed { claim, pending, receipt, identity: None }),
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
            let syncs: Vec<_> = sealed
                .iter_mut()
                .map(|sealed| {
                    let pending = &mut sealed.pending;
                    thread::Builder::new().spawn_scoped(scope, || pending.sync())
                })
                .collect();
            // A thread that could not start, or died, has not synced.
            let lost = RecordingError::step::<io::Error>;
            let lost = |error| Err(lost("making the sealed file durable")(error));
            syncs
                .into_iter()
                .map(|sync| match sync {
                    Ok(sync) => sync.join().unwrap_or_else(|_| lost(Errno::IO.into())),
                    Err(error) => lost(error),
                })
                .collect()
        });
        self.keep(sealed, results)
    }

    /// Step 4.
    fn prove(&mut self, mut sealed: Sealed<'a>) -> Option<Sealed<'a>> {
        let proof = sealed.pending.reopen().and_then(|file| {
            let stat = fstat(&file).map_err(RecordingError::step("looking at a sealed file"))?;
            sealed.identity = Some(Identity::of(&stat));
            Ok(verify::verify(file, &sealed.receipt, self.recipients)?)
        });
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
                    published.push(Published { claim: sealed.claim, new: None });
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
        if let Err(error) = fsync(&self.folders.output.fd) {
            let error = RecordingError::step("making GPG durable")(error);
            published.iter().for_each(|one| self.summary.fail_sealed(&one.claim.name, &error));
            return Vec::new();
        }
        published
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
        Intent {
            folder: self.folders.source.path.clone().into_os_string(),
            name: sealed.claim.name.clone(),
            identity: sealed.claim.identity,
            plaintext_sha256: sealed.receipt.plaintext_sha256,
            ciphertext_sha256: sealed.receipt.ciphertext_sha256,
            ciphertext_octets: sealed.receipt.ciphertext_octets,
            output,
            recipients: self.fingerprints.to_string(),
        }
    }

    /// Publishes under the name intended. If somebody took it in the meantime, another one is
    /// found and written down first; when that happens again the recording waits for the next run.
    fn publish(&mut self, output: OsString, sealed: Sealed<'a>, id: i64) -> Option<Published> {
        let Sealed { claim, pending, receipt, identity } = sealed;
        if let Err(error) = claim.check_unchanged() {
            self.give_up(&claim.name, id, &error);
            return None;
        }
        let error = match pending.publish(&output) {
            Ok(()) => return Some(Published { claim, new: Some((id, output, identity)) }),
            Err((None, error)) => error,
            Err((Some(pending), _)) => {
                let retry = Sealed { claim, pending, receipt, identity };
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
        let Sealed { claim, pending, identity, .. } = sealed;
        let published = output.and_then(|output| {
            pending.publish(&output).map_err(|(_, error)| error)?;
            Ok(output)
        });
        match published {
            Ok(output) => Some(Published { claim, new: Some((id, output, identity)) }),
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
        let entries: Vec<i64> =
            removed.iter().filter_map(|one| one.new.as_ref().map(|new| new.0)).collect();
        if let Err(error) = self.journal.finish(&entries) {
            self.summary.warn(format!("The journal was not updated ({error}). The next run will."));
        }
        for one in removed {
            self.summary.sealed(&one.claim, one.new.is_some());
        }
    }

    /// A recording that went on growing after it was sealed: what was published is half of it, and
    /// is taken back; the next run seals the whole. Any other failure leaves both in place.
    fn not_removed(&mut self, one: &Published, error: &RecordingError) {
        if let (RecordingError::Changed, Some((id, output, Some(identity)))) = (error, &one.new)
            && naming::set_aside(self.folders, output, identity).is_ok_and(|is_moved| is_moved)
        {
            return self.give_up(&one.claim.name, *id, error);
        }
        self.summary.fail_sealed(&one.claim.name, error);
    }

    /// Those that passed a step; the others are reported.
    fn keep(
        &mut self,
        all: Vec<Sealed<'a>>,
        results: Vec<Result<(), RecordingError>>,
    ) -> Vec<Sealed<'a>> {
        let mut passed = Vec::with_capacity(all.len());
        for (one, result) in all.into_iter().zip(results) {
            match result {
                Ok(()) => passed.push(one),
                Err(error) => self.summary.fail(&one.claim.name, &error),
            }
        }
        passed
    }
}

/// Whether a file was last written long enough ago. One from the future (a clock that was set) is
/// watched for the settle time instead.
fn is_settled(identity: &Identity, settle: Duration) -> bool {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let age = i128::try_from(now.as_nanos()).unwrap_or(0) - i128::from(identity.modified_ns);
    age >= i128::try_from(settle.as_nanos()).unwrap_or(i128::MAX)
}

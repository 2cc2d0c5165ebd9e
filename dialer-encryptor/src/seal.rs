//! One group of recordings, from its claim to its proof: steps 1 to 4, as each lane does them.

use crate::claim::{self, Attempt, Claim};
use crate::config::Config;
use crate::error::RecordingError;
use crate::folders::Folders;
use crate::identity::Identity;
use crate::naming;
use crate::progress::Progress;
use crate::publish::Pending;
use crate::throttle::Throttle;
use rustix::fs::fstat;
use shared::encrypt::{self, Receipt};
use shared::recipient::Recipient;
use shared::verify;
use std::ffi::OsString;
use std::thread;

/// How many syncs follow one another in a thread: many in flight, and few threads to start.
const SYNCS_IN_A_ROW: usize = 4;

/// A recording of which a sealed file exists that nobody sees yet.
pub struct Sealed<'a> {
    /// The recording.
    pub claim: Claim,
    /// Its sealed file.
    pub pending: Pending<'a>,
    /// What was sealed.
    pub receipt: Receipt,
    /// What the sealed file is, once it was read back.
    pub identity: Option<Identity>,
}

/// Why there is no sealed file of a recording.
#[derive(Debug)]
pub enum Unsealed {
    /// Somebody writes to it.
    Busy,
    /// It is no regular file.
    NotAFile,
    /// Somebody else dealt with it.
    Gone,
    /// The run was asked to stop before it began with this one.
    Stopped,
    /// A step failed.
    Failed(RecordingError),
}

impl From<RecordingError> for Unsealed {
    fn from(error: RecordingError) -> Self {
        Self::Failed(error)
    }
}

/// A recording on its way.
pub struct Work<'a> {
    /// Its name.
    pub name: OsString,
    /// What it was when it was listed.
    pub listed: Identity,
    /// How far it came.
    pub state: Result<Sealed<'a>, Unsealed>,
}

/// Everything that the steps need; the same for all lanes.
pub struct Sealer<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// Where from and where to.
    pub folders: &'a Folders,
    /// For whom.
    pub recipients: &'a [Recipient],
    /// How fast.
    pub throttle: Throttle,
    /// Who may stop it.
    pub progress: &'a Progress,
}

impl<'a> Sealer<'a> {
    /// Takes a group through the first four steps.
    pub fn group(&self, listed: &[(OsString, Identity)]) -> Vec<Work<'a>> {
        let mut group: Vec<Work<'a>> = listed
            .iter()
            .map(|(name, listed)| {
                let state = self.claim(name, listed).and_then(|claim| self.seal(claim));
                Work { name: name.clone(), listed: *listed, state }
            })
            .collect();
        self.sync(&mut group);
        group.iter_mut().for_each(|work| self.step(work, Self::prove));
        group
    }

    /// Step 1.
    fn claim(&self, name: &OsString, listed: &Identity) -> Result<Claim, Unsealed> {
        if self.progress.should_stop() {
            return Err(Unsealed::Stopped);
        }
        match claim::claim(&self.folders.source, name, Some(listed))? {
            Attempt::Claimed(claim) => Ok(claim),
            Attempt::Busy => Err(Unsealed::Busy),
            Attempt::NotAFile => Err(Unsealed::NotAFile),
            Attempt::Gone => Err(Unsealed::Gone),
        }
    }

    /// Step 2.
    fn seal(&self, claim: Claim) -> Result<Sealed<'a>, Unsealed> {
        // A name that cannot be published is known before any work.
        naming::sealed_name(&claim.name, self.config.suffix, 1)?;
        self.throttle.wait(claim.identity.octets, self.progress);
        if self.progress.should_stop() {
            return Err(Unsealed::Stopped);
        }
        let pending = Pending::create(self.folders)?;
        let Some(target) = pending.file() else { return Err(RecordingError::Changed.into()) };
        let receipt =
            encrypt::seal(self.recipients, claim.file(), target).map_err(RecordingError::from)?;
        claim.check_unchanged()?;
        // A short read that was no change would still be a recording cut off.
        if receipt.plaintext_octets != claim.identity.octets {
            return Err(RecordingError::Changed.into());
        }
        Ok(Sealed { claim, pending, receipt, identity: None })
    }

    /// Step 3, for the whole group at once; with one job one after the other, so that a run does
    /// the same calls in the same order every time.
    fn sync(&self, group: &mut [Work<'a>]) {
        if self.config.pace.jobs == 1 {
            return group.iter_mut().for_each(|work| self.step(work, |_, it| it.pending.sync()));
        }
        thread::scope(|scope| {
            for some in group.chunks_mut(SYNCS_IN_A_ROW) {
                let sync = || {
                    some.iter_mut().for_each(|work| self.step(work, |_, it| it.pending.sync()));
                };
                // What no thread could be started for is done by this one, at the end.
                let _ = thread::Builder::new().spawn_scoped(scope, sync);
            }
        });
        // A file that was synced is closed, and is not synced again.
        group.iter_mut().for_each(|work| self.step(work, |_, it| it.pending.sync()));
    }

    /// Step 4.
    fn prove(&self, sealed: &mut Sealed<'a>) -> Result<(), RecordingError> {
        let file = sealed.pending.reopen()?;
        let stat = fstat(&file).map_err(RecordingError::step("looking at a sealed file"))?;
        sealed.identity = Some(Identity::of(&stat));
        Ok(verify::verify(file, &sealed.receipt, self.recipients)?)
    }

    fn step(
        &self,
        work: &mut Work<'a>,
        step: impl FnOnce(&Self, &mut Sealed<'a>) -> Result<(), RecordingError>,
    ) {
        let failed = work.state.as_mut().ok().and_then(|sealed| step(self, sealed).err());
        if let Some(error) = failed {
            work.state = Err(error.into());
        }
    }
}

//! One recording through all steps; the only place that knows their order.
//!
//! Claim, seal, fsync, verify, intent, publish, row, remove. Recordings go through in groups, so
//! that the fsyncs of a group are in flight together; for each one the order holds. The first four
//! steps run in lanes, as many as there are jobs; the others, which everybody can see, in one
//! place. At every instant either the plaintext or a complete, durable, proven sealed file exists.

use crate::catalog::Catalog;
use crate::config::Config;
use crate::error::{RecordingError, RunError};
use crate::folders::Folders;
use crate::identity::Identity;
use crate::journal::{Journal, Marks};
use crate::progress::Progress;
use crate::recording_log::BATCH;
use crate::seal::{Sealed, Sealer, Unsealed, Work};
use crate::spool::Spool;
use crate::summary::Summary;
use crate::throttle::Throttle;
use shared::recipient::Recipient;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How many recordings go through together: enough to keep the disk busy, few enough that a
/// killed run repeats little.
const GROUP: usize = 16;

/// A recording that somebody holds open this long after its last octet is worth a look.
const LONG_BUSY: Duration = Duration::from_secs(3600);

/// Since when recordings wait for their rows, by their paths seen from the spool.
pub type Early = HashMap<PathBuf, Instant>;

/// Everything that the steps need.
pub struct Pipeline<'a, 'r, 'c> {
    sealer: Arc<Sealer<'a>>,
    pub(crate) config: &'a Config,
    pub(crate) folders: &'a Folders,
    pub(crate) journal: &'r mut Journal,
    pub(crate) catalog: Option<&'r mut Catalog<'c>>,
    /// The recipients as the journal writes them.
    pub(crate) fingerprints: &'a str,
    /// How many recordings this run may still seal.
    left: usize,
    early: &'r mut Early,
    pub(crate) summary: &'r mut Summary,
    /// What the journal is told with the next group's intents.
    pub(crate) marks: Marks,
}

/// What a run over one folder stands on.
pub struct Parts<'a, 'r, 'c> {
    /// The configuration.
    pub config: &'a Config,
    /// Where from and where to.
    pub folders: &'a Folders,
    /// For whom.
    pub recipients: &'a [Recipient],
    /// The recipients as the journal writes them.
    pub fingerprints: &'a str,
    /// What was intended.
    pub journal: &'r mut Journal,
    /// The rows, unless they are left alone.
    pub catalog: Option<&'r mut Catalog<'c>>,
    /// Who may stop it.
    pub progress: &'a Progress,
    /// How many recordings may be sealed.
    pub left: usize,
    /// Those that no row names yet.
    pub early: &'r mut Early,
    /// What was done.
    pub summary: &'r mut Summary,
}

impl<'a, 'r, 'c> Pipeline<'a, 'r, 'c> {
    /// Brings them together.
    #[must_use]
    pub fn new(parts: Parts<'a, 'r, 'c>) -> Self {
        let Parts { config, folders, recipients, fingerprints, journal, catalog, .. } = parts;
        let Parts { progress, left, early, summary, .. } = parts;
        let throttle = Throttle::new(config.pace.octets_per_sec);
        let sealer = Arc::new(Sealer { config, folders, recipients, throttle, progress });
        let marks = Marks::default();
        Self {
            sealer,
            config,
            folders,
            journal,
            catalog,
            fingerprints,
            left,
            early,
            summary,
            marks,
        }
    }

    /// Takes every recording of the spool through: those that have been still for the settle time
    /// at once, the others after one wait, if they are still then. Returns how many more may be
    /// sealed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn run(mut self, mut spool: Spool<'_>) -> Result<usize, RunError> {
        let began = Instant::now();
        let mut young = Vec::new();
        while self.left > 0 {
            let names = spool.next_names()?;
            if names.is_empty() {
                break;
            }
            let (still, too_young) = self.sorted(names);
            young.extend(too_young);
            self.recordings(&still);
        }
        if self.left == 0 {
            self.summary.left_for_next_run += spool.count_left()?;
        }
        if !young.is_empty() && self.left > 0 {
            self.sealer.progress.sleep(self.config.settle.saturating_sub(began.elapsed()));
            let (still, moving): (Vec<_>, Vec<_>) =
                young.into_iter().partition(|(name, then)| self.is_as_it_was(name, then));
            self.summary.busy += moving.len();
            self.recordings(&still);
        }
        if let Err(error) = self.journal.mark(&self.marks) {
            self.summary.warn(format!("The journal was not updated ({error}). The next run will."));
        }
        Ok(self.left)
    }

    /// Those that are settled, and those that are too young.
    fn sorted(&mut self, names: Vec<OsString>) -> (Listed, Listed) {
        let (mut still, mut young) = (Vec::new(), Vec::new());
        for name in names {
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
        (still, young)
    }

    fn is_as_it_was(&self, name: &OsStr, then: &Identity) -> bool {
        let now = self.folders.source.look(name).ok().flatten();
        now.is_some_and(|stat| Identity::of(&stat) == *then)
    }

    /// As many as this run may seal; recordings that fail do not use up what the others may.
    fn recordings(&mut self, listed: &[(OsString, Identity)]) {
        let mut rest = listed;
        while self.left > 0 && !rest.is_empty() && !self.sealer.progress.should_stop() {
            let (now, later) = rest.split_at(rest.len().min(BATCH).min(self.left));
            let before = self.summary.sealed;
            if let Some(catalog) = &mut self.catalog {
                catalog.prepare(now.iter().map(|(name, _)| name));
            }
            let (linked, early): (Vec<_>, Vec<_>) =
                now.iter().cloned().partition(|(name, then)| self.is_due(name, then));
            self.summary.without_link += early.len();
            self.batch(&linked);
            self.left = self.left.saturating_sub(self.summary.sealed - before);
            rest = later;
        }
        self.summary.left_for_next_run += rest.len();
    }

    /// Whether it need not wait for its row any more: the row names the recording, so that nobody
    /// changes the link after us, or it has waited long enough.
    fn is_due(&mut self, name: &OsStr, then: &Identity) -> bool {
        let (Some(most), Some(catalog)) = (self.config.row_wait, &self.catalog) else {
            return true;
        };
        let path = self.seen_from_spool(name);
        // By a clock that nobody sets, too: a recording from the future never grows old.
        let is_through = |early: &mut Early| {
            early.entry(path.clone()).or_insert_with(Instant::now).elapsed() >= most
        };
        is_settled(then, most) || catalog.is_linked(&path) || is_through(self.early)
    }

    /// Where a recording stands, as links name it.
    pub(crate) fn seen_from_spool(&self, name: &OsStr) -> PathBuf {
        let folder = &self.folders.source.path;
        folder.strip_prefix(&self.config.spool).unwrap_or(folder).join(name)
    }

    /// Groups through the lanes, and what comes out of them to its end, in whatever order.
    fn batch(&mut self, listed: &[(OsString, Identity)]) {
        let groups = listed.chunks(GROUP);
        if self.config.pace.jobs == 1 {
            for group in groups {
                let work = self.sealer.group(group);
                self.finish(work);
            }
            return;
        }
        let groups = Mutex::new(groups);
        let next = || groups.lock().ok().and_then(|mut groups| groups.next());
        let sealer = Arc::clone(&self.sealer);
        // A lane that is ahead waits here: open files and temporaries stay few.
        let (done, results) = mpsc::sync_channel(2);
        let lane = |done: SyncSender<_>| {
            while let Some(group) = next() {
                if done.send(sealer.group(group)).is_err() {
                    break;
                }
            }
        };
        let jobs = self.config.pace.jobs;
        let lost = thread::scope(|scope| {
            let lane = &lane;
            let start = |done| thread::Builder::new().spawn_scoped(scope, move || lane(done));
            let lanes: Vec<_> = (0..jobs).filter_map(|_| start(done.clone()).ok()).collect();
            drop(done);
            results.into_iter().for_each(|group| self.finish(group));
            // Without any lane everything is still to do, by this one.
            let is_lost = lanes.into_iter().any(|lane| lane.join().is_err());
            while let Some(group) = next() {
                self.finish(self.sealer.group(group));
            }
            is_lost
        });
        if lost {
            self.summary.lost_lane();
        }
    }

    /// The other four steps, for a group that came out of a lane.
    fn finish(&mut self, group: Vec<Work<'a>>) {
        let proven = group.into_iter().filter_map(|work| self.proven(work)).collect();
        let published = self.intend_and_publish(proven);
        self.change_rows(&published);
        self.remove(published);
        self.sealer.progress.tell();
    }

    /// Those that were proven; of the others it is told why they were not.
    fn proven(&mut self, work: Work<'a>) -> Option<Sealed<'a>> {
        match work.state {
            Ok(sealed) => return Some(sealed),
            Err(Unsealed::Busy) => {
                self.summary.busy += 1;
                if is_settled(&work.listed, LONG_BUSY) {
                    self.summary.held_open(&work.name);
                }
            }
            Err(Unsealed::NotAFile) => self.summary.pass_over(&work.name),
            Err(Unsealed::Gone) => {}
            Err(Unsealed::Stopped) => self.summary.left_for_next_run += 1,
            Err(Unsealed::Failed(error)) => self.summary.fail(&work.name, &error),
        }
        None
    }
}

/// Recordings, and what they were when they were listed.
type Listed = Vec<(OsString, Identity)>;

/// Whether a file was last written long enough ago. One from the future (a clock that was set) is
/// watched for the settle time instead.
fn is_settled(identity: &Identity, settle: Duration) -> bool {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let age = i128::try_from(now.as_nanos()).unwrap_or(0) - i128::from(identity.modified_ns);
    age >= i128::try_from(settle.as_nanos()).unwrap_or(i128::MAX)
}

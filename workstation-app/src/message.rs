//! What do the window and the work thread say to each other?

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use shared::secret::Passphrase;

use crate::audio::analysis::Overview;
use crate::audio::pcm::Pcm;
use crate::audio::play::Playback;
use crate::keys::KeyCard;
use crate::keys::task::{KeyOutcome, KeyTask};
use crate::link::fetch::Received;
use crate::link::login::{Login, Question};
use crate::lock_signals::LockReason;
use crate::locking::Habits;
use crate::open::dialog::Wanted;
use crate::open::source::Source;
use crate::policy::Policy;
use crate::screen::Notice;
use crate::texts::Failure;

/// Wakes the window from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Counts what the person selected: an answer with an older number is dropped.
pub type Generation = u64;

/// Commands that may wait for the worker; the window refuses more.
pub const COMMAND_CAPACITY: usize = 16;
/// Events that may wait for the window; the worker waits for room.
pub const EVENT_CAPACITY: usize = 64;

/// Window to worker.
#[derive(Debug)]
pub enum Command {
    /// Read the file or fetch the link, and say whom it is sealed for; import it if it is a key.
    Open {
        /// The selection this belongs to.
        generation: Generation,
        /// Where it comes from.
        source: Source,
    },
    /// Remember a name and a password for a site.
    SignIn {
        /// Scheme, host and port.
        site: String,
        /// What was typed.
        login: Login,
        /// To be remembered by the system's keychain too.
        is_kept: bool,
    },
    /// Open the recording that was read.
    Unlock {
        /// The selection this belongs to.
        generation: Generation,
        /// What was typed; nothing where the key is unlocked or the keychain knows.
        passphrase: Option<Passphrase>,
    },
    /// Do something with the keys.
    Keys(KeyTask),
    /// Forget every unlocked key, now.
    Lock,
    /// What the person wants of unlocked keys from now on.
    Habits(Habits),
    /// Look whether the system's keychain knows the answer.
    Recall {
        /// The selection this belongs to.
        generation: Generation,
        /// What the site asks.
        question: Question,
    },
    /// Forget what is known for a site, in the keychain too.
    ForgetSite {
        /// Scheme, host and port.
        site: String,
    },
    /// Remove the file of a recording that was heard.
    Remove {
        /// Which file.
        path: PathBuf,
        /// The SHA-256 that it had when it was read.
        digest: [u8; 32],
    },
    /// Forget the recording that was read.
    Forget,
    /// Open this one when there is nothing else to do, if a key that is unlocked does: it will be asked
    /// for next. Nothing is answered, and a lock forgets it.
    Prefetch {
        /// Where it comes from; no host that the person has to be asked about.
        source: Source,
    },
    /// Forget what was opened so.
    ForgetPrefetched,
    /// Import the keys in a file.
    ImportKey {
        /// Which file.
        path: PathBuf,
    },
}

impl Command {
    /// The selection that its answer belongs to, if it belongs to one.
    pub fn generation(&self) -> Option<Generation> {
        match self {
            Self::Open { generation, .. }
            | Self::Unlock { generation, .. }
            | Self::Recall { generation, .. } => Some(*generation),
            Self::SignIn { .. }
            | Self::ForgetSite { .. }
            | Self::Remove { .. }
            | Self::Forget
            | Self::Prefetch { .. }
            | Self::ForgetPrefetched
            | Self::Lock
            | Self::Keys(_)
            | Self::Habits(_)
            | Self::ImportKey { .. } => None,
        }
    }
}

/// Whom a recording is sealed for, as far as this workstation can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seal {
    /// Key IDs; zeros for hidden recipients.
    pub sealed_to: Vec<String>,
    /// Whether a passphrase of its own opens it.
    pub by_passphrase: bool,
    /// Held keys that may open it.
    pub opened_by: Vec<KeyCard>,
    /// What opens it without a word being typed.
    pub ready: Ready,
}

/// What opens a recording without a passphrase being typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ready {
    /// Nothing does.
    #[default]
    Nothing,
    /// A key that is unlocked.
    Unlocked,
    /// The system's keychain, which keeps the passphrase.
    Keychain,
}

/// A recording that can be played.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The samples.
    pub pcm: Arc<Pcm>,
    /// Its picture.
    pub overview: Arc<Overview>,
    /// Owner of the key that opened it; none if a passphrase of its own did.
    pub opened_by: Option<String>,
    /// Part of the audio is damaged or cut off, as far as it is decoded.
    pub is_damaged: bool,
    /// Nothing showed whether it was changed: only the administrator's policy let it open.
    pub may_be_altered: bool,
    /// Owners of the known keys that signed it.
    pub signed_by: Vec<String>,
}

/// What the worker is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage {
    /// Reading the file.
    Reading,
    /// Fetching the link.
    Fetching(Received),
    /// Unlocking the key and decrypting; how far is not known.
    Decrypting,
    /// Decoding, with the fraction done.
    Decoding(f32),
}

/// Worker, dialogs and player to window.
#[derive(Debug)]
pub enum Event {
    /// The keys this workstation holds, and files in the store that are damaged.
    Keys {
        /// Usable keys.
        held: Vec<KeyCard>,
        /// Damaged files, as paths.
        damaged: Vec<PathBuf>,
    },
    /// What the administrator has decided, as read now.
    Policy(Policy),
    /// A key is unlocked and stays so until then.
    Unlocked {
        /// When it is locked again.
        until: Instant,
    },
    /// No key is unlocked any more.
    Relocked,
    /// The person leaves the computer.
    Lock(LockReason),
    /// The file is a sealed recording.
    Located {
        /// The selection this belongs to.
        generation: Generation,
        /// Whom it is sealed for.
        seal: Seal,
        /// The file's name, as its server gave it; empty for a file of this computer.
        name: OsString,
        /// SHA-256 of the sealed file.
        digest: [u8; 32],
    },
    /// The keychain keeps the sign-in for a site from now on.
    SignInKept {
        /// Scheme, host and port.
        site: String,
    },
    /// The site asks who wants to know.
    SignIn {
        /// The selection this belongs to.
        generation: Generation,
        /// What it asks.
        question: Question,
    },
    /// The file is sealed for nobody whose key is held, or cannot be opened at all.
    Failed {
        /// The selection this belongs to.
        generation: Generation,
        /// What went wrong.
        failure: Failure,
        /// Whom it is sealed for, as far as that was read.
        sealed_to: Vec<String>,
    },
    /// Work goes on.
    Progress {
        /// The selection this belongs to.
        generation: Generation,
        /// What is being done.
        stage: Stage,
    },
    /// The recording can be played, as far as it is decoded. A second one takes the first one's place:
    /// the end showed that its parts had to be put together anew.
    Ready {
        /// The selection this belongs to.
        generation: Generation,
        /// It.
        recording: Recording,
    },
    /// More of it is decoded.
    Grown {
        /// The selection this belongs to.
        generation: Generation,
        /// What is known of it by now.
        overview: Arc<Overview>,
        /// Whether part of the audio is damaged or cut off; none until all of it is decoded.
        is_damaged: Option<bool>,
    },
    /// Keys were imported.
    Imported {
        /// Which.
        keys: Vec<KeyCard>,
        /// The selection that turned out to be a key file, if it came that way.
        generation: Option<Generation>,
        /// Why others in the same file were not; empty where all were.
        refused: String,
    },
    /// Keys were not imported.
    ImportFailed {
        /// Two sentences.
        message: String,
        /// The selection that turned out to be a key file, if it came that way.
        generation: Option<Generation>,
    },
    /// What was to be done with the keys was done, or two sentences say why not.
    KeysDone(Result<KeyOutcome, String>),
    /// A file dialog was closed.
    DialogClosed {
        /// What had been asked for.
        wanted: Wanted,
        /// What was picked.
        picked: Option<PathBuf>,
        /// No dialog could be shown.
        is_missing: bool,
    },
    /// The keychain was looked at.
    Recalled {
        /// The selection this belongs to.
        generation: Generation,
        /// What the site asks.
        question: Question,
        /// It knew the answer.
        is_known: bool,
    },
    /// A recording was downloaded.
    Downloaded(PathBuf),
    /// Another start of this program handed them over.
    Arrived(Vec<Source>),
    /// Something to be told.
    Notice(Notice),
    /// The sound devices; none if they could not be listed.
    Devices(Option<Vec<String>>),
    /// What can be heard now.
    Playback(Playback),
}

//! What can the window show, what can a person do, and what can follow?

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::secret::Passphrase;

use crate::audio::play::hearing::Hearing;
use crate::audio::treatment::Treatment;
use crate::call::CallCard;
use crate::desk::Desk;
use crate::link::fetch::Received;
use crate::link::login::{Login, Question};
pub use crate::listening::{Heard, Listening};
use crate::locking::LockCause;
use crate::message::{Command, Recording, Seal, Stage};
use crate::open::dialog::Wanted;
use crate::open::source::Source;
use crate::settings::Settings;
use crate::state::desk::DeskAction;
use crate::state::key_steps::KeyAction;
use crate::texts::{Failure, Remedy};

/// Which part of the window is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The recording that is open.
    #[default]
    Recording,
    /// The settings.
    Settings,
    /// The keys.
    Keys,
    /// Which key of the keyboard does what.
    Shortcuts,
}

/// What the window's main part shows.
#[derive(Clone, Debug)]
pub enum Screen {
    /// Nothing is open.
    Empty,
    /// A recording waits for its passphrase.
    Locked(Locked),
    /// The passphrase was given and the worker is busy.
    Opening(Opening),
    /// It can be heard.
    Listening(Listening),
    /// A web page handed over a link to a host that nobody has spoken of yet.
    Host(HostScreen),
    /// The site asks for a name and a password.
    SignIn(SignInScreen),
    /// It cannot be opened.
    Problem(ProblemScreen),
}

/// A recording that waits for its passphrase.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Whom it is sealed for.
    pub seal: Seal,
    /// The last passphrase was wrong.
    pub is_wrong: bool,
    /// It was open, and was locked for this.
    pub cause: Option<LockCause>,
    /// Changes whenever the field must be empty and have the focus.
    pub attempt: u64,
}

/// The worker is busy with a recording.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Whom it is sealed for.
    pub seal: Seal,
    /// What is being done.
    pub stage: Stage,
    /// Since when.
    pub since: Instant,
    /// A passphrase was typed; else a key was unlocked already, or the keychain knew.
    pub is_typed: bool,
}

/// A host that recordings may come from, if the person says so.
#[derive(Clone, Debug)]
pub struct HostScreen {
    /// It.
    pub host: String,
    /// Changes whenever the button must have the focus.
    pub attempt: u64,
}

/// A site that asks for a name and a password.
#[derive(Clone, Debug)]
pub struct SignInScreen {
    /// What it asks.
    pub question: Question,
    /// Changes whenever the fields must be empty and have the focus.
    pub attempt: u64,
}

/// A recording that cannot be opened.
#[derive(Clone, Debug)]
pub struct ProblemScreen {
    /// Why.
    pub failure: Failure,
    /// Whom it is sealed for, as far as that was read.
    pub sealed_to: Vec<String>,
    /// Changes whenever the button must have the focus and the details must fold.
    pub attempt: u64,
}

/// A recording and the call it is about.
#[derive(Clone, Debug)]
pub struct Selected {
    /// Where it comes from.
    pub source: Source,
    /// What its name says.
    pub call: CallCard,
    /// Whom it is sealed for, once that was read.
    pub seal: Option<Seal>,
    /// SHA-256 of the sealed file, once that was read.
    pub digest: [u8; 32],
    /// Where it was when it was locked.
    pub resume_at: Duration,
    /// What was heard of it before that.
    pub heard: Option<Heard>,
}

impl Selected {
    /// Nothing is known yet but where it comes from.
    pub fn of(source: Source, call: CallCard) -> Self {
        Self { source, call, seal: None, digest: [0; 32], resume_at: Duration::ZERO, heard: None }
    }

    /// It got its name from the server that sent it.
    pub fn rename(&mut self, name: &OsStr, desk: &Desk) {
        if !name.is_empty() {
            self.call = CallCard::of_name(name, desk);
        }
    }
}

/// What is being read or fetched; the screen stays until it is known what it is.
#[derive(Clone, Debug)]
pub struct Pending {
    /// It.
    pub selected: Selected,
    /// Since when.
    pub since: Instant,
    /// What has come of a link.
    pub received: Option<Received>,
}

/// One line that is shown until it is dismissed or the next thing happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// It went wrong.
    pub is_bad: bool,
    /// What to say.
    pub text: String,
}

/// What a person did.
#[derive(Debug)]
pub enum Action {
    /// Asked for the file dialog.
    Ask(Wanted),
    /// Gave recordings: command line, dialog or drop.
    Open(Vec<Source>),
    /// Pasted or typed a link.
    OpenText(String),
    /// Wants the recording that waits.
    Next,
    /// Wants the recordings that were downloaded.
    OpenOffered,
    /// Does not want them.
    DismissOffered,
    /// Wants another part of the window, or is done with it.
    Show(Place),
    /// Did something with keys.
    Keys(KeyAction),
    /// Changed them.
    Settings(Settings),
    /// Wants a site forgotten: its links are asked about again, its sign-in too.
    ForgetSite(String),
    /// Says that recordings come from this host.
    TrustHost,
    /// Gave name and password.
    SignIn {
        /// Them.
        login: Login,
        /// To be remembered by the system's keychain.
        is_kept: bool,
    },
    /// Typed a passphrase; none where the keychain knows it.
    Unlock(Option<Passphrase>),
    /// Wants everything locked, now.
    Lock,
    /// Did something, whatever it was.
    Use,
    /// Does not want to wait.
    Cancel,
    /// Closed the recording.
    Close,
    /// Play or pause.
    TogglePlay,
    /// Jumped to a moment.
    Seek(Duration),
    /// Jumped by seconds, back or on.
    Skip(i64),
    /// Changed the loudness; `is_final` when the hand is off the slider.
    Volume {
        /// 0 to 1.
        volume: f32,
        /// Worth remembering.
        is_final: bool,
    },
    /// Sound off, or on again.
    ToggleMute,
    /// Did something at the listening desk.
    Desk(DeskAction),
    /// Pressed the button of a problem.
    Remedy(Remedy),
    /// Read the notice.
    DismissNotice,
}

impl Action {
    /// Whether a person has asked for a recording to be opened, and so is there.
    pub fn opens(&self) -> bool {
        matches!(
            self,
            Self::Open(_)
                | Self::OpenText(_)
                | Self::OpenOffered
                | Self::Next
                | Self::Desk(DeskAction::Previous | DeskAction::Pick(_))
                | Self::Unlock(_)
                | Self::TrustHost
                | Self::SignIn { .. }
        )
    }
}

/// What the program must do.
#[derive(Debug)]
pub enum Effect {
    /// Give the worker a command.
    Send(Command),
    /// Show a file dialog.
    Ask(Wanted),
    /// Show a dialog for a file that is to be written.
    AskToSave {
        /// What for.
        wanted: Wanted,
        /// The name that is offered.
        name: String,
    },
    /// Take the recording and play it at once.
    Play(Recording),
    /// Go on playing.
    Resume,
    /// Hold.
    Pause,
    /// Jump.
    Seek(Duration),
    /// Set the loudness.
    SetVolume(f32),
    /// Have it sound like this.
    SetHearing(Hearing),
    /// Have it leave out silence and level the sides by this.
    Treat(Arc<Treatment>),
    /// Play through this device from now on; none is the system's own choice.
    SetDevice(Option<String>),
    /// Play a sound that tells whether the device plays.
    TestSound,
    /// Find out which devices there are.
    AskDevices,
    /// Forget the samples and give the device back.
    Silence,
    /// Remember the settings.
    SaveSettings,
    /// Forget the keys that are unlocked, whatever the worker is busy with.
    ForgetKeys,
    /// Bring the window to the front.
    Raise,
    /// Begin or end to watch the folder of downloads, as the settings say.
    WatchDownloads,
}

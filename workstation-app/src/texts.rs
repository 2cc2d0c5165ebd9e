//! What does a person read when something goes wrong, and which button helps? One table for the
//! window and for `--check`.

use shared::decrypt::{OpenError, Problem};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The content of the file, in the words of the `--check` contract.
    Problem(Problem),
    /// There is no such file.
    FileMissing,
    /// The system does not let this person read it.
    FileForbidden,
    /// A folder, a pipe or a device.
    NotAFile,
    /// The disk or the network drive failed.
    FileUnreadable,
    /// This program failed; its fault, not the file's.
    Internal,
}

/// One failure: its kind for the table, its detail for whoever is asked for help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which row of the table.
    pub kind: FailureKind,
    /// Technical words without secrets.
    pub detail: String,
}

/// The button that helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Import a key.
    BringKey,
    /// Take another file.
    OpenAnother,
    /// Read the same file again.
    TryAgain,
}

/// What a person reads: two sentences, without full stops, and a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What went wrong.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// The button that does it.
    pub remedy: Remedy,
}

impl Failure {
    /// A failure of `kind`.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// The row of the table.
    pub fn words(&self) -> Words {
        words(self.kind)
    }

    /// Both sentences in one line, with the detail where it names what is not supported.
    pub fn message(&self) -> String {
        let Words { title, advice, .. } = self.words();
        if self.names_its_cause() {
            format!("{title} ({}). {advice}.", self.detail)
        } else {
            format!("{title}. {advice}.")
        }
    }

    /// The same about a file, which is named last.
    pub fn message_about(&self, name: &str) -> String {
        format!("{}: {name}", self.message().trim_end_matches('.'))
    }

    /// Whether the detail belongs into the message: the administrator needs to know which kind.
    pub fn names_its_cause(&self) -> bool {
        let is_unsupported = matches!(
            self.kind,
            FailureKind::Problem(Problem::UnsupportedKey | Problem::UnsupportedAudio)
        );
        is_unsupported && !self.detail.is_empty()
    }

    /// The word of the `--check` contract; none where no content was seen.
    pub fn word(&self) -> Option<&'static str> {
        match self.kind {
            FailureKind::Problem(problem) => Some(problem.word()),
            _ => None,
        }
    }
}

impl From<&OpenError> for Failure {
    fn from(error: &OpenError) -> Self {
        Self::new(FailureKind::Problem(error.problem()), error.to_string())
    }
}

/// The table.
pub fn words(kind: FailureKind) -> Words {
    match kind {
        FailureKind::Problem(problem) => problem_words(problem),
        FailureKind::FileMissing => Words {
            title: "There is no such file",
            advice: "Check where it was saved, or download it again",
            remedy: Remedy::OpenAnother,
        },
        FailureKind::FileForbidden => Words {
            title: "You are not allowed to read this file",
            advice: "Ask its owner for access, or save a copy that is yours",
            remedy: Remedy::TryAgain,
        },
        FailureKind::NotAFile => Words {
            title: "This is not a file",
            advice: "Choose a recording, not a folder or a device",
            remedy: Remedy::OpenAnother,
        },
        FailureKind::FileUnreadable => Words {
            title: "The file could not be read",
            advice: "Check the disk or network drive that it is on, then try again",
            remedy: Remedy::TryAgain,
        },
        FailureKind::Internal => Words {
            title: "A fault in this program stopped it",
            advice: "Send the details to your administrator",
            remedy: Remedy::TryAgain,
        },
    }
}

fn problem_words(problem: Problem) -> Words {
    let (title, advice, remedy) = match problem {
        Problem::Damaged => (
            "This recording is damaged",
            "Download it again; nothing of it was played",
            Remedy::OpenAnother,
        ),
        Problem::Incomplete => (
            "The download is incomplete",
            "Download the recording again and wait until it has finished",
            Remedy::OpenAnother,
        ),
        Problem::NoIntegrity => (
            "This recording is not protected against changes",
            "Ask your administrator to have it sealed again; it cannot be told from a forged one",
            Remedy::OpenAnother,
        ),
        Problem::NotPgpEmpty => {
            ("The file is empty", "Download the recording again", Remedy::OpenAnother)
        }
        Problem::NotPgpHtml => (
            "This is a web page, not a recording",
            "Sign in on the site it came from, then download the recording again",
            Remedy::OpenAnother,
        ),
        Problem::NotPgpAudio => (
            "This recording is not sealed",
            "It is plain audio, which any player opens; tell your administrator that it was not \
             sealed",
            Remedy::OpenAnother,
        ),
        Problem::NotPgpUnknown => (
            "This is not a sealed recording",
            "Check that you chose the right file, or download it again",
            Remedy::OpenAnother,
        ),
        Problem::UnsupportedKey => (
            "It is sealed for a kind of key that cannot be used here",
            "Ask your administrator to seal it for an RSA or Curve25519 key",
            Remedy::OpenAnother,
        ),
        Problem::NoKey => (
            "No key here opens this recording",
            "Bring the key that it is sealed for, or ask your administrator to seal it for yours",
            Remedy::BringKey,
        ),
        Problem::WrongPassphrase => (
            "That is not the passphrase",
            "Type it again, and check the keyboard layout and Caps Lock",
            Remedy::TryAgain,
        ),
        Problem::UnsupportedAudio => (
            "This kind of audio cannot be played yet",
            "The recording itself opened well; ask your administrator for it as MP3 or WAV",
            Remedy::OpenAnother,
        ),
        Problem::TooLarge => (
            "This recording is too large to be opened in memory",
            "Ask your administrator for the part of it that you need",
            Remedy::OpenAnother,
        ),
    };
    Words { title, advice, remedy }
}

//! What went wrong, and what may be told of it?

use shared::decrypt::{OpenError, Problem};

use crate::platform::POLICY_PLACE;
use crate::texts::{self, Words, words};

/// How many octets of an unknown file are told: enough for a file's type, too few for its content.
const HEAD_OCTETS: usize = 4;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The content of the file, in the words of the `--check` contract.
    Problem(Problem),
    /// It opened, and nothing in it can be heard.
    NoSound,
    /// There is no such file.
    FileMissing,
    /// The system does not let this person read it.
    FileForbidden,
    /// A folder, a pipe or a device.
    NotAFile,
    /// The disk or the network drive failed.
    FileUnreadable,
    /// The administrator's policy cannot be trusted or understood.
    Policy,
    /// The folder of keys cannot be read.
    KeysUnreadable,
    /// A link that is none, or one that is not followed.
    LinkBad,
    /// No such host, or nobody answers there.
    LinkUnreachable,
    /// The server stopped answering.
    LinkSilent,
    /// The server could not prove that it is the one.
    LinkCertificate,
    /// It asks for a sign-in that was not given, or refused it.
    LinkSignIn,
    /// Another site than the link's asks for one.
    LinkSignInElsewhere,
    /// It asks for one of a kind that is not known.
    LinkSignInKind,
    /// It does not let this person have it.
    LinkForbidden,
    /// It knows nothing of such a recording.
    LinkNotFound,
    /// It answered something else.
    LinkServer,
    /// The proxy between wants a sign-in.
    LinkProxy,
    /// The connection broke again and again.
    LinkBroken,
    /// It came far too slowly.
    LinkSlow,
    /// A web page came.
    LinkPage,
    /// A recording came that was never sealed.
    LinkPlainAudio,
    /// Nothing came.
    LinkEmpty,
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
    /// What is known of the file: its size, how it begins.
    pub facts: Vec<String>,
}

impl Failure {
    /// A failure of `kind`.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), facts: Vec::new() }
    }

    /// Says of the file what helps an administrator, and nothing of its content.
    #[must_use]
    pub fn about_file(mut self, octets: &[u8]) -> Self {
        let is_cut_off = self.kind == FailureKind::Problem(Problem::Incomplete);
        let read = if is_cut_off { texts::DETAIL_READ_CUT_OFF } else { texts::DETAIL_READ };
        self.facts = vec![read.with(&[("octets", &octets.len())])];
        if self.kind == FailureKind::Problem(Problem::NotPgpUnknown) {
            let head = octets.get(..HEAD_OCTETS).unwrap_or(octets);
            let head: Vec<String> = head.iter().map(|octet| format!("{octet:02X}")).collect();
            self.facts.push(texts::DETAIL_BEGINS_WITH.with(&[("octets", &head.join(" "))]));
        }
        self
    }

    /// The same of a link: what a server sent is told apart from what lies in a file.
    #[must_use]
    pub fn of_link(mut self, host: &str) -> Self {
        self.kind = match self.kind {
            FailureKind::Problem(Problem::NotPgpHtml) => FailureKind::LinkPage,
            FailureKind::Problem(Problem::NotPgpEmpty) => FailureKind::LinkEmpty,
            FailureKind::Problem(Problem::NotPgpAudio) => FailureKind::LinkPlainAudio,
            kind => kind,
        };
        self.facts.push(texts::DETAIL_FETCHED_FROM.with(&[("host", &host)]));
        self
    }

    /// The row of the table.
    pub fn words(&self) -> Words {
        words(self.kind)
    }

    /// Both sentences in one line, with the detail where nobody can help without it.
    pub fn message(&self) -> String {
        let Words { title, advice, .. } = self.words();
        let is_needed = match self.kind {
            FailureKind::Policy | FailureKind::LinkSignIn | FailureKind::LinkSignInElsewhere => {
                true
            }
            _ => self.named_kind().is_some(),
        };
        if is_needed && !self.detail.is_empty() {
            format!("{title} ({}). {advice}.", self.detail)
        } else {
            format!("{title}. {advice}.")
        }
    }

    /// The same about a file, which is named last.
    pub fn message_about(&self, name: &str) -> String {
        format!("{}: {name}", self.message().trim_end_matches('.'))
    }

    /// Which kind of key or audio it is that cannot be used: the person who is asked must know.
    pub fn named_kind(&self) -> Option<&str> {
        let is_unsupported = matches!(
            self.kind,
            FailureKind::Problem(Problem::UnsupportedKey | Problem::UnsupportedAudio)
        );
        (is_unsupported && !self.detail.is_empty()).then_some(&self.detail)
    }

    /// The technical detail and what is known of the file.
    pub fn technical(&self) -> impl Iterator<Item = &str> {
        let detail = Some(self.detail.as_str()).filter(|detail| !detail.is_empty());
        detail.into_iter().chain(self.facts.iter().map(String::as_str))
    }

    /// The word of the `--check` contract; none where no content was seen.
    pub fn word(&self) -> Option<&'static str> {
        match self.kind {
            FailureKind::Problem(problem) => Some(problem.word()),
            FailureKind::NoSound => Some(Problem::UnsupportedAudio.word()),
            FailureKind::LinkBroken => Some(Problem::Incomplete.word()),
            FailureKind::LinkPage => Some(Problem::NotPgpHtml.word()),
            FailureKind::LinkEmpty => Some(Problem::NotPgpEmpty.word()),
            FailureKind::LinkPlainAudio => Some(Problem::NotPgpAudio.word()),
            _ => None,
        }
    }
}

impl From<&OpenError> for Failure {
    fn from(error: &OpenError) -> Self {
        let detail = match error.problem() {
            // Whoever is asked to allow it must know how.
            Problem::NoIntegrity => {
                format!("{error}; allow_without_integrity in {POLICY_PLACE} opens such recordings")
            }
            _ => error.to_string(),
        };
        Self::new(FailureKind::Problem(error.problem()), detail)
    }
}

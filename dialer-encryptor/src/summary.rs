//! What did the run do? Outcomes are collected one by one; no recording is forgotten.

use crate::claim::Claim;
use crate::error::{RecordingError, RunError};
use crate::format::Format;
use serde::Serialize;
use shared::recipient::Recipient;
use shared::recording::escaped;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::time::Instant;

/// The outcome of a run. Names are escaped when they enter.
#[derive(Debug)]
pub struct Summary {
    /// Recordings sealed, their plaintext removed.
    pub sealed: usize,
    /// Their length altogether.
    pub sealed_octets: u64,
    /// Recordings that an earlier run had published and that were finished now.
    pub recovered: usize,
    /// Recordings whose sealed file stood in `GPG` already, published by this program.
    pub already_sealed: usize,
    /// Recordings that somebody still writes to, or that are too young.
    pub busy: usize,
    /// Recordings that no row names yet: the scripts that write it may be at work on them.
    pub without_link: usize,
    /// Leftover temporaries removed.
    pub swept: usize,
    /// Recordings beyond `--max-files`.
    pub left_for_next_run: usize,
    /// Formats that another run is at work on.
    pub locked: Vec<Format>,
    /// What a dry run found.
    pub would_seal: Vec<OsString>,
    /// What somebody should look at; the recordings are safe.
    pub warnings: Vec<Warning>,
    /// What became of the rows of `recording_log`.
    pub rows: Rows,
    /// Recordings that stay in the queue, and why.
    pub failures: Vec<Failure>,
    /// Whom it was sealed for.
    pub recipients: Vec<Named>,
    began: Instant,
}

/// What somebody should look at.
#[derive(Debug)]
pub struct Warning {
    /// One or two sentences.
    pub text: String,
    /// Whether it was not said lately.
    pub is_news: bool,
}

/// What became of the rows of `recording_log`.
#[derive(Debug, Default)]
pub struct Rows {
    /// They name their sealed file now.
    pub changed: usize,
    /// They had been changed back, and name their sealed file again.
    pub corrected: usize,
    /// Recordings without a row.
    pub without: usize,
    /// Still to be changed, by the next run.
    pub waiting: usize,
    /// Cannot be changed.
    pub set_aside: Vec<RowFailure>,
    /// Where the database is and why it could not be used, if it could not.
    pub down: Option<String>,
}

/// A row that cannot be changed.
#[derive(Debug, Serialize)]
pub struct RowFailure {
    /// The recording's name.
    pub recording: String,
    /// `recording_id`.
    pub recording_id: u64,
    /// Why.
    pub reason: String,
}

/// A recording that stays in the queue.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// Its name.
    pub recording: String,
    /// Why.
    pub reason: String,
    /// Whether its sealed file is published already.
    pub is_sealed: bool,
}

/// A recipient as the result names them.
#[derive(Debug, Serialize)]
pub struct Named {
    /// The certificate's fingerprint.
    pub fingerprint: String,
    /// Whose it is.
    pub owner: String,
}

impl Summary {
    /// An empty one.
    #[must_use]
    pub fn for_recipients(recipients: &[Recipient]) -> Self {
        let named = |one: &Recipient| Named {
            fingerprint: one.fingerprint().to_string(),
            owner: one.owner().to_string(),
        };
        Self {
            sealed: 0,
            sealed_octets: 0,
            recovered: 0,
            already_sealed: 0,
            busy: 0,
            without_link: 0,
            swept: 0,
            left_for_next_run: 0,
            locked: Vec::new(),
            would_seal: Vec::new(),
            warnings: Vec::new(),
            rows: Rows::default(),
            failures: Vec::new(),
            recipients: recipients.iter().map(named).collect(),
            began: Instant::now(),
        }
    }

    /// How long the run has taken, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Whether every recording that could be sealed was, and every row is right.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty() && self.rows.waiting == 0 && self.rows.set_aside.is_empty()
    }

    /// The first thing that went wrong.
    #[must_use]
    pub fn first_reason(&self) -> Option<String> {
        let failed = self.failures.first().map(|it| format!("{} ({})", it.recording, it.reason));
        let aside =
            self.rows.set_aside.first().map(|it| format!("{} ({})", it.recording, it.reason));
        failed.or_else(|| self.rows.down.clone()).or(aside)
    }

    /// A recording stays in the queue.
    pub fn fail(&mut self, name: &OsStr, error: &RecordingError) {
        let recording = escaped(name.as_bytes());
        self.failures.push(Failure { recording, reason: error.to_string(), is_sealed: false });
    }

    /// A recording is sealed and published, and something after that failed.
    pub fn fail_sealed(&mut self, name: &OsStr, error: &RecordingError) {
        let recording = escaped(name.as_bytes());
        self.failures.push(Failure { recording, reason: error.to_string(), is_sealed: true });
    }

    /// A whole format, or a day of it, could not be worked on.
    pub fn fail_format(&mut self, format: Format, day: Option<&OsStr>, error: &RunError) {
        let day = day.map(|day| format!("/{}", day.display())).unwrap_or_default();
        let recording = format!("every recording in {}{day}", format.name());
        self.failures.push(Failure { recording, reason: error.to_string(), is_sealed: false });
    }

    /// Whether nothing was changed in the spool.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.sealed + self.recovered + self.already_sealed == 0 && self.failures.is_empty()
    }

    /// Somebody forgot to close a recording, or the file system cannot tell.
    pub fn held_open(&mut self, name: &OsStr) {
        self.warn(format!(
            "A recording has been held open for writing for over an hour and is not sealed: {}",
            escaped(name.as_bytes())
        ));
    }

    /// Something is worth a look.
    pub fn warn(&mut self, warning: String) {
        self.warnings.push(Warning { text: warning, is_news: true });
    }

    /// A row of `recording_log` cannot be changed; its recording is sealed.
    pub fn set_row_aside(&mut self, name: &OsStr, recording_id: u64, reason: &str) {
        self.rows.set_aside.push(RowFailure {
            recording: escaped(name.as_bytes()),
            recording_id,
            reason: escaped(reason.as_bytes()),
        });
    }

    /// A sealed file left `GPG` before its row was changed.
    pub fn moved_away(&mut self, name: &OsStr) {
        self.warn(format!(
            "A sealed file was moved out of GPG before its row of recording_log could be changed; \
             the row was left as it is. Look where its link leads: {}",
            escaped(name.as_bytes())
        ));
    }

    /// One of the parallel workers ended in the middle of its group.
    pub fn lost_lane(&mut self) {
        self.failures.push(Failure {
            recording: "some recordings".to_string(),
            reason: "a worker of this program ended early; please report this".to_string(),
            is_sealed: false,
        });
    }

    /// A recording is done with; `is_new` if this run published it.
    pub fn sealed(&mut self, claim: &Claim, is_new: bool) {
        if is_new {
            self.sealed += 1;
            self.sealed_octets += claim.identity.octets;
        } else {
            self.already_sealed += 1;
        }
        let name = || escaped(claim.name.as_bytes());
        tracing::debug!("sealed: {}", name());
        if claim.identity.octets == 0 {
            self.warn(format!("A recording was empty and was sealed as such: {}", name()));
        }
        if claim.links > 1 {
            self.warn(format!(
                "A recording has another name elsewhere (a hard link), which still holds the \
                 plaintext: {}",
                name()
            ));
        }
    }

    /// Something under a recording's name is no file.
    pub fn pass_over(&mut self, name: &OsStr) {
        self.warn(format!(
            "This is no regular file and was left alone: {}",
            escaped(name.as_bytes())
        ));
    }

    /// Another sealed file has the obvious name.
    pub fn keep_both(&mut self, recording: &OsStr, output: &OsStr) {
        self.warn(format!(
            "Another sealed file has the name already; both are kept. {} was sealed as {}",
            escaped(recording.as_bytes()),
            escaped(output.as_bytes())
        ));
    }

    /// An incomplete sealed file stood in the way.
    pub fn set_aside(&mut self, output: &OsStr) {
        self.warn(format!(
            "An incomplete file stood in GPG and was moved to .sealing/set-aside: {}",
            escaped(output.as_bytes())
        ));
    }
}

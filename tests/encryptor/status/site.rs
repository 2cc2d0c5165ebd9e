//! A dialer whose journal says what a test wants.

use crate::common::encryptor;
use dialer_encryptor::journal::{Journal, RunNote};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use support::dialer::Spool;
use support::process::{Finished, finish};
use support::speech::Format;
use support::{Failure, Outcome};

/// How long ago, in seconds, the good run of a healthy dialer was.
pub const LATELY: i64 = 120;

pub struct Site {
    pub spool: Spool,
}

impl Site {
    /// Nothing has run yet.
    pub fn new() -> Outcome<Site> {
        Ok(Site { spool: Spool::new()? })
    }

    /// A run sealed three recordings lately, and one waits since a minute.
    pub fn healthy() -> Outcome<Site> {
        let site = Site::new()?;
        site.ran("seal mp3", 0, LATELY)?;
        site.waits("20260101-093012_5551234567_SALES_agent01-all.mp3", 60)?;
        Ok(site)
    }

    /// A recording that was written to this long ago.
    pub fn waits(&self, name: &str, age_secs: u64) -> Outcome {
        let path = self.spool.put(Format::Mp3, name, b"what was said")?;
        age(&path, age_secs)
    }

    /// How the last run of a kind ended.
    pub fn ran(&self, kind: &str, exit_code: u8, ago_secs: i64) -> Outcome {
        let reason = (exit_code > 0).then(|| "the disk is full".to_string());
        Ok(self.journal()?.note_run(&RunNote {
            kind: kind.to_string(),
            ended_at: now()? - ago_secs,
            succeeded_at: None,
            exit_code,
            done: 3,
            failed: usize::from(exit_code) * 2,
            busy: 0,
            reason,
        })?)
    }

    pub fn journal(&self) -> Outcome<Journal> {
        Journal::open(&self.spool.state()).map_err(Failure::from)
    }

    /// A statement that no run would make.
    pub fn change_journal(&self, statements: &str) -> Outcome {
        let journal = rusqlite::Connection::open(self.spool.state().join("journal.sqlite"))?;
        Ok(journal.execute_batch(statements)?)
    }

    /// Sealed recordings whose rows are in this state, since this long.
    pub fn rows(&self, state: u8, count: usize, age_secs: u64) -> Outcome {
        let row = format!(
            "INSERT INTO intent (folder, name, inode, octets, modified_ns, plaintext_sha256, \
             ciphertext_sha256, ciphertext_octets, output, recipients, is_done, row_state, \
             recording_id, row_reason, made_at) VALUES (x'2F', x'610A', 1, 2, 3, zeroblob(32), \
             zeroblob(32), 4, x'62', 'A', 1, {state}, 77, 'the link is too long', \
             unixepoch() - {age_secs});"
        );
        self.change_journal(&row.repeat(count))
    }

    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(encryptor());
        command.arg("status").arg("--conf").arg(self.spool.conf());
        command.arg("--state-dir").arg(self.spool.state()).args(more);
        command
    }

    pub fn text(&self, code: i32) -> Outcome<Finished> {
        finish(&mut self.command(&[]))?.expect_code(code)
    }

    pub fn json(&self, code: i32) -> Outcome<Value> {
        let finished = finish(&mut self.command(&["--json"]))?.expect_code(code)?;
        Ok(serde_json::from_slice(&finished.stdout)?)
    }

    /// The line, which must be one, and end with this code.
    pub fn nagios(&self, code: i32, more: &[&str]) -> Outcome<String> {
        let flags = [&["--nagios"], more].concat();
        let finished = finish(&mut self.command(&flags))?.expect_code(code)?;
        let text = finished.text();
        assert_eq!((text.lines().count(), finished.stderr.as_str()), (1, ""), "{text}");
        let state = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];
        let word = usize::try_from(code).ok().and_then(|code| state.get(code).copied());
        assert!(text.starts_with(&format!("CALLSEAL {} - ", word.unwrap_or_default())), "{text}");
        Ok(text)
    }
}

pub fn now() -> Outcome<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}

/// Makes a file this old.
pub fn age(path: &Path, secs: u64) -> Outcome {
    let file = fs::File::options().write(true).open(path)?;
    Ok(file.set_modified(SystemTime::now() - Duration::from_secs(secs))?)
}

/// What stands at a place in a result; null if nothing does.
pub fn at(json: &Value, place: &str) -> Value {
    json.pointer(place).cloned().unwrap_or_default()
}

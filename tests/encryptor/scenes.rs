//! What stands around a spool: nothing, what an earlier crash left, or a database.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use crate::common::{Dialer, encryptor};
use crate::site::{EPOCH, IP, bare, link, sealed_link};
use std::collections::BTreeSet;
use std::process::Command;
use support::Outcome;
use support::dialer::Spool;
use support::invariant::Recording;
use support::mariadb::MariaDb;
use support::recording_log::Row;
use support::speech::Format;

/// Where runs take place, one after the other.
pub trait Scene {
    /// Brings a spool with recordings to where a run begins.
    fn prepare(&self, dialer: &Dialer, spool: &Spool, recordings: &[Recording]) -> Outcome;

    /// A run over such a spool.
    fn command(&self, dialer: &Dialer, spool: &Spool) -> Command {
        dialer.steady_command(spool)
    }

    /// Has the rows of these recordings, and of no others, changed by a run.
    fn change(&self, _recordings: &[Recording], _changed: &BTreeSet<String>) -> Outcome {
        Ok(())
    }

    /// What is wrong whenever a run ended, however it did.
    fn broken(&self, _spool: &Spool) -> Outcome<Vec<String>> {
        Ok(Vec::new())
    }

    /// What is wrong after a run that ended well.
    fn unfinished(&self, _recordings: &[Recording]) -> Outcome<Vec<String>> {
        Ok(Vec::new())
    }
}

/// A dialer without its database, whose runs have this many jobs.
pub struct Fresh {
    pub jobs: &'static str,
}

impl Scene for Fresh {
    fn prepare(&self, _: &Dialer, _: &Spool, _: &[Recording]) -> Outcome {
        Ok(())
    }

    fn command(&self, dialer: &Dialer, spool: &Spool) -> Command {
        let mut command = dialer.command_over(spool);
        command.args(["--jobs", self.jobs]);
        command
    }
}

/// A dialer whose last run was killed while it removed the second of three recordings.
pub struct Killed;

impl Scene for Killed {
    fn prepare(&self, dialer: &Dialer, spool: &Spool, _: &[Recording]) -> Outcome {
        dialer.kill_while_removing(spool)
    }
}

/// A database whose rows name the plaintext when a run begins.
pub struct Database(MariaDb);

impl Database {
    pub fn new() -> Outcome<Database> {
        MariaDb::new().map(Database)
    }
}

impl Scene for Database {
    fn prepare(&self, _: &Dialer, spool: &Spool, recordings: &[Recording]) -> Outcome {
        spool.set("VARDB_server", "127.0.0.1")?;
        spool.set("VARDB_port", &self.0.port().to_string())?;
        self.change(recordings, &BTreeSet::new())
    }

    fn command(&self, dialer: &Dialer, spool: &Spool) -> Command {
        let run = spool.command_with_database(encryptor(), Format::Mp3);
        let mut command = dialer.for_listener(run);
        command.args(["--jobs", "1"]);
        command
    }

    fn change(&self, recordings: &[Recording], changed: &BTreeSet<String>) -> Outcome {
        let location = |(name, _): &Recording| match changed.contains(name) {
            true => sealed_link(name),
            false => link(IP, "MP3", name),
        };
        let locations: Vec<String> = recordings.iter().map(location).collect();
        let rows = (1..).zip(recordings.iter().zip(&locations));
        let rows: Vec<Row<'_>> = rows
            .map(|(recording_id, ((name, _), location))| Row {
                recording_id,
                server_ip: IP,
                filename: bare(name).as_bytes(),
                location,
                start_epoch: EPOCH + recording_id,
            })
            .collect();
        self.0.sql("TRUNCATE recording_log")?;
        self.0.insert_all(&rows)
    }

    fn broken(&self, spool: &Spool) -> Outcome<Vec<String>> {
        let prefix = link(IP, "GPG", "");
        let is_dead = |location: &String| {
            let file = location.strip_prefix(&prefix);
            file.is_some_and(|file| !spool.sealed().join(file).is_file())
        };
        let dead = self.0.locations()?.into_iter().filter(is_dead);
        Ok(dead.map(|it| format!("a row names a file that is not there: {it}")).collect())
    }

    fn unfinished(&self, recordings: &[Recording]) -> Outcome<Vec<String>> {
        let locations = self.0.locations()?;
        let expected: Vec<String> = recordings.iter().map(|(name, _)| sealed_link(name)).collect();
        if locations == expected {
            return Ok(Vec::new());
        }
        Ok(vec![format!("rows are not right: {locations:?}")])
    }
}

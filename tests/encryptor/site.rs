//! A dialer with its database: what every test of `recording_log` stands on.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use crate::common::{Dialer, encryptor};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::mariadb::MariaDb;
use support::process::{Background, finish};
use support::recording_log::Row;
use support::speech::Format;
use support::{Failure, Outcome, ensure};

/// `VARserver_ip` of the dialer that a test has, unless it has several.
pub const IP: &str = "10.10.10.15";

/// When the calls of the tests began.
pub const EPOCH: u32 = 1_767_258_000;

/// However bad the database is, a run ends after this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// One dialer and the database server of its site.
pub struct Site {
    pub database: MariaDb,
    pub dialer: Dialer,
}

impl Site {
    pub fn new() -> Outcome<Site> {
        Site::with(MariaDb::new()?)
    }

    pub fn with(database: MariaDb) -> Outcome<Site> {
        let dialer = dialer_at(database.port(), IP)?;
        Ok(Site { database, dialer })
    }

    /// Puts one recording into the spool and its row, as the stock compress step leaves both.
    pub fn record(&self, recording_id: u32, name: &str) -> Outcome {
        self.put(name)?;
        self.row(recording_id, IP, name)
    }

    /// Puts one recording into the spool, without a row.
    pub fn put(&self, name: &str) -> Outcome {
        let octets = format!("what was said in {name}");
        self.dialer.spool.put(Format::Mp3, name, octets.as_bytes()).map(drop)
    }

    /// Adds the row of a recording that stands in the spool of the dialer with this address.
    pub fn row(&self, recording_id: u32, server_ip: &str, name: &str) -> Outcome {
        let location = link(server_ip, "MP3", name);
        self.database.insert(Row {
            recording_id,
            server_ip,
            filename: bare(name).as_bytes(),
            location: &location,
            start_epoch: EPOCH + recording_id,
        })
    }

    /// Puts `count` recordings into the spool, each with its row, numbered from 1 on.
    pub fn fill(&self, count: usize) -> Outcome<Vec<(String, Vec<u8>)>> {
        let calls = self.dialer.fill(count)?;
        self.add_rows(1, &calls)?;
        Ok(calls)
    }

    /// Adds the rows of recordings, numbered from `first` on, as the stock compress step leaves them.
    pub fn add_rows(&self, first: u32, calls: &[(String, Vec<u8>)]) -> Outcome {
        let links: Vec<String> = calls.iter().map(|(name, _)| link(IP, "MP3", name)).collect();
        let rows: Vec<Row<'_>> = (first..)
            .zip(calls.iter().zip(&links))
            .map(|(recording_id, ((name, _), location))| Row {
                recording_id,
                server_ip: IP,
                filename: bare(name).as_bytes(),
                location,
                start_epoch: EPOCH + recording_id,
            })
            .collect();
        self.database.insert_all(&rows)
    }

    pub fn command(&self) -> Command {
        command(&self.dialer)
    }

    /// Lets one answer of the server take this long and no longer.
    pub fn wait_at_most(&self, secs: u32) -> Outcome {
        self.configure(&format!("[database]\nwait_secs = {secs}\n"))
    }

    /// What `dialer.toml` says from now on.
    pub fn configure(&self, text: &str) -> Outcome {
        Ok(fs::write(config(&self.dialer), text)?)
    }

    /// A run that ends with this exit code.
    pub fn run(&self, code: i32) -> Outcome<Report> {
        report(&mut self.command(), code)
    }

    /// A run that goes on while the test does something.
    pub fn background(&self) -> Outcome<Background> {
        let mut command = self.command();
        Background::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// From now on the dialer looks for its database on this port.
    pub fn point_at(&self, port: u16) -> Outcome {
        self.dialer.spool.set("VARDB_port", &port.to_string())
    }

    /// A run while the database is not there: all is sealed, nothing is linked, and it is said.
    pub fn assert_waits(&self, calls: &[(String, Vec<u8>)]) -> Outcome<Report> {
        let report = self.run(1)?;
        assert_eq!(report.count("rows_waiting")?, calls.len() as u64);
        assert_eq!(report.count("sealed")?, calls.len() as u64);
        assert!(report.stderr.contains("database"), "{}", report.stderr);
        self.dialer.assert_all_sealed(calls)?;
        Ok(report)
    }

    /// The next run with the database back applies what waits, each once; one after it nothing.
    pub fn assert_applied(&self, calls: &[(String, Vec<u8>)]) -> Outcome {
        self.database.listen()?;
        let report = self.run(0)?;
        assert_eq!((report.stderr.as_str(), report.count("rows_waiting")?), ("", 0));
        assert_eq!(self.database.runs_of("UPDATE")?.len(), calls.len());
        self.assert_linked(calls)?;
        self.assert_nothing_left(calls)
    }

    /// Every row is right, and a run finds nothing to do.
    pub fn assert_nothing_left(&self, calls: &[(String, Vec<u8>)]) -> Outcome {
        self.assert_nothing_more()?;
        self.assert_linked(calls)
    }

    /// A run finds nothing to do.
    pub fn assert_nothing_more(&self) -> Outcome {
        self.database.listen()?;
        let report = self.run(0)?;
        assert_eq!((report.stderr.as_str(), report.count("rows_waiting")?), ("", 0));
        assert_eq!(self.database.runs_of("UPDATE")?, Vec::<String>::new());
        Ok(())
    }

    /// Every row names the sealed file of its recording.
    pub fn assert_linked(&self, calls: &[(String, Vec<u8>)]) -> Outcome {
        let expected: Vec<String> =
            calls.iter().map(|(name, _)| link(IP, "GPG", &format!("{name}.pgp"))).collect();
        assert_eq!(self.database.locations()?, expected);
        Ok(())
    }
}

/// Another dialer of a site whose database listens on this port.
pub fn dialer_at(port: u16, server_ip: &str) -> Outcome<Dialer> {
    let dialer = Dialer::new()?;
    dialer.spool.set("VARserver_ip", server_ip)?;
    dialer.spool.set("VARDB_server", "127.0.0.1")?;
    dialer.spool.set("VARDB_port", &port.to_string())?;
    Ok(dialer)
}

/// A run with the database, whose result comes as JSON.
pub fn command(dialer: &Dialer) -> Command {
    let mut command = dialer.spool.command_with_database(encryptor(), Format::Mp3);
    command.arg("--certs").arg(&dialer.certs).args(["--recipient", &dialer.listener, "--json"]);
    command.env("GNUPGHOME", dialer.spool.path().join("no-gnupg-home"));
    if config(dialer).exists() {
        command.arg("--config").arg(config(dialer));
    }
    command
}

fn config(dialer: &Dialer) -> PathBuf {
    dialer.spool.path().join("dialer.toml")
}

/// What a run has said.
pub struct Report {
    pub json: Value,
    pub stderr: String,
}

impl Report {
    /// A number in the result, or how many things a list there has.
    pub fn count(&self, key: &str) -> Outcome<u64> {
        let count = match self.json.get(key) {
            Some(Value::Array(list)) => u64::try_from(list.len()).ok(),
            other => other.and_then(Value::as_u64),
        };
        count.ok_or_else(|| Failure::new(format!("no number {key} in {}", self.json)))
    }
}

/// Runs to the end, which must come in time and with this exit code.
pub fn report(command: &mut Command, code: i32) -> Outcome<Report> {
    let begin = Instant::now();
    let finished = finish(command)?.expect_code(code)?;
    ensure!(begin.elapsed() < PATIENCE, "the run took {:?}", begin.elapsed());
    let json = serde_json::from_slice(&finished.stdout)?;
    Ok(Report { json, stderr: finished.stderr })
}

/// What `recording_log.filename` holds for a recording.
pub fn bare(name: &str) -> &str {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.strip_suffix("-all").unwrap_or(stem)
}

/// What `recording_log.location` holds for a file in one of the folders.
pub fn link(server_ip: &str, folder: &str, file: &str) -> String {
    format!("http://{server_ip}/RECORDINGS/{folder}/{file}")
}

/// What `recording_log.location` holds for a recording that was sealed under its own name.
pub fn sealed_link(name: &str) -> String {
    link(IP, "GPG", &format!("{name}.pgp"))
}

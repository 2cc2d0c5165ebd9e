//! A dialer with its database and its archive: what every test of `deliver` stands on.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use crate::common::encryptor;
use crate::site::{EPOCH, IP, Report, bare, link, report};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};
use support::dialer::{Spool, names_in};
use support::mariadb::MariaDb;
use support::recording_log::Row;
use support::vsftpd::{FOLDER, PASSWORD, USER, Vsftpd};
use support::{Outcome, ensure};

/// `VARHTTP_path`.
pub const ADDRESS: &str = "http://archive.example.com/RECORDINGS";

/// The day of the calls of the tests.
pub const DAY: &str = "2026-01-01";

/// A spool whose `GPG` holds sealed files, with their rows and the server that they go to.
pub struct Archive {
    pub database: MariaDb,
    pub server: Vsftpd,
    pub spool: Spool,
}

impl Archive {
    pub fn new() -> Outcome<Archive> {
        Archive::with(Vsftpd::new()?)
    }

    pub fn with(server: Vsftpd) -> Outcome<Archive> {
        let (database, spool) = (MariaDb::new()?, Spool::new()?);
        let archive = Archive { database, server, spool };
        archive.set_up(&archive.spool)?;
        Ok(archive)
    }

    /// Everything as it was before the first file.
    pub fn clear(&self) -> Outcome {
        self.database.sql("TRUNCATE recording_log")?;
        for folder in [self.spool.sealed(), self.spool.done().join("FTP"), self.server.path("")] {
            fs::remove_dir_all(&folder)?;
            fs::create_dir(&folder)?;
        }
        if self.spool.state().exists() {
            fs::remove_dir_all(self.spool.state())?;
        }
        Ok(())
    }

    /// Lets a spool know of the database and the server.
    pub fn set_up(&self, spool: &Spool) -> Outcome {
        spool.set("VARserver_ip", IP)?;
        spool.set("VARDB_server", "127.0.0.1")?;
        spool.set("VARDB_port", &self.database.port().to_string())?;
        spool.set("VARHTTP_path", ADDRESS)?;
        spool.set("VARFTP_host", "127.0.0.1")?;
        spool.set("VARFTP_port", &self.server.port().to_string())?;
        spool.set("VARFTP_user", USER)?;
        spool.set("VARFTP_pass", PASSWORD)?;
        spool.set("VARFTP_dir", FOLDER)
    }

    /// Puts a sealed file into `GPG`, complete for an hour.
    pub fn put(&self, file: &str) -> Outcome {
        put(&self.spool, file)
    }

    /// Puts a sealed file into `GPG`, and its row, whose link names it.
    pub fn seal(&self, recording_id: u32, file: &str) -> Outcome {
        self.put(file)?;
        self.row(recording_id, file, &link(IP, "GPG", file))
    }

    /// Adds the row of a sealed file.
    pub fn row(&self, recording_id: u32, file: &str, location: &str) -> Outcome {
        let recording = file.rsplit_once('.').map_or(file, |(recording, _)| recording);
        self.database.insert(Row {
            recording_id,
            server_ip: IP,
            filename: bare(recording).as_bytes(),
            location,
            start_epoch: EPOCH + recording_id,
        })?;
        self.start(recording_id, &format!("{DAY} 09:30:12"))
    }

    /// Says when a call began.
    pub fn start(&self, recording_id: u32, time: &str) -> Outcome {
        let change = format!("UPDATE recording_log SET start_time = '{time}'");
        self.database.sql(format!("{change} WHERE recording_id = {recording_id}")).map(drop)
    }

    /// Puts `count` sealed files with their rows, numbered from 1 on.
    pub fn fill(&self, count: u32) -> Outcome<Vec<String>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let files: Vec<String> = (1..=count).map(|it| format!("{it:06}-all.mp3.pgp")).collect();
        let links: Vec<String> = files.iter().map(|file| link(IP, "GPG", file)).collect();
        let names: Vec<String> = (1..=count).map(|it| format!("{it:06}")).collect();
        let rows: Vec<Row<'_>> = (1..)
            .zip(names.iter().zip(&links))
            .map(|(recording_id, (name, location))| Row {
                recording_id,
                server_ip: IP,
                filename: name.as_bytes(),
                location,
                start_epoch: EPOCH,
            })
            .collect();
        self.database.insert_all(&rows)?;
        self.database.sql(format!("UPDATE recording_log SET start_time = '{DAY} 10:00:00'"))?;
        files.iter().try_for_each(|file| self.put(file))?;
        Ok(files)
    }

    pub fn command(&self) -> Command {
        command(&self.spool)
    }

    /// A run that ends with this exit code, and more flags.
    pub fn run(&self, flags: &[&str], code: i32) -> Outcome<Report> {
        report(self.command().args(flags), code)
    }

    /// What `dialer.toml` says from now on.
    pub fn configure(&self, text: &str) -> Outcome {
        Ok(fs::write(config(&self.spool), text)?)
    }

    /// Names in `GPG`.
    pub fn waiting(&self) -> Outcome<Vec<String>> {
        self.spool.sealed_names()
    }

    /// Names in `FTP`.
    pub fn moved(&self) -> Outcome<Vec<String>> {
        names_in(&self.spool.done().join("FTP"))
    }

    /// These files, and nothing else, are in the archive's folder of the day, whole; they are moved,
    /// and every row names them there.
    pub fn assert_delivered(&self, files: &[String]) -> Outcome {
        assert_eq!(self.waiting()?, Vec::<String>::new(), "files were left in GPG");
        assert_eq!(self.moved()?, files);
        let there: Vec<String> = files.iter().map(|file| format!("{DAY}/{file}")).collect();
        assert_eq!(self.server.files()?, there);
        for file in files {
            let octets = fs::read(self.server.path(DAY).join(file))?;
            ensure!(octets == octets_of(file), "{file} is not what was sent");
        }
        let links: Vec<String> = files.iter().map(|it| archived(it)).collect();
        assert_eq!(self.database.locations()?, links);
        Ok(())
    }

    /// Nothing was moved, and every row still names the file here.
    pub fn assert_untouched(&self, files: &[String]) -> Outcome {
        assert_eq!(self.waiting()?, files);
        assert_eq!(self.moved()?, Vec::<String>::new());
        let links: Vec<String> = files.iter().map(|it| link(IP, "GPG", it)).collect();
        assert_eq!(self.database.locations()?, links);
        Ok(())
    }
}

/// A run over a spool, whose result comes as JSON.
pub fn command(spool: &Spool) -> Command {
    let mut command = Command::new(encryptor());
    command.args(["deliver", "--GPG", "--json", "--conf"]).arg(spool.conf());
    command.arg("--state-dir").arg(spool.state());
    if config(spool).exists() {
        command.arg("--config").arg(config(spool));
    }
    command
}

fn config(spool: &Spool) -> PathBuf {
    spool.path().join("dialer.toml")
}

/// Puts a sealed file into a spool's `GPG`, complete for an hour.
pub fn put(spool: &Spool, file: impl AsRef<Path>) -> Outcome {
    let path = spool.sealed().join(&file);
    fs::write(&path, octets_of(&file.as_ref().to_string_lossy()))?;
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    Ok(fs::File::options().write(true).open(&path)?.set_modified(hour_ago)?)
}

/// What a file of this name holds: no two the same.
pub fn octets_of(file: &str) -> Vec<u8> {
    format!("sealed octets of {file}\r\n\0").repeat(200).into_bytes()
}

/// The link of a file with a usual name in the archive's folder of the day.
pub fn archived(file: &str) -> String {
    format!("{ADDRESS}/{DAY}/{file}")
}

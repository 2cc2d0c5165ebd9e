//! What does a dialer's spool look like to the encryptor?

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::Outcome;
use crate::process::{Finished, finish};
use crate::speech::Format;

// Long past any settle time, so that no test waits for a file to become still.
const FILE_AGE: Duration = Duration::from_secs(3600);

/// The folders and the settings of one dialer.
pub struct Spool {
    folder: PathBuf,
    // Removes the folder with the spool, unless the folder was given.
    _temporary: Option<TempDir>,
}

impl Spool {
    /// An empty spool as the stock installer lays it out, gone when it is dropped.
    pub fn new() -> Outcome<Spool> {
        let temporary = tempfile::Builder::new().prefix("dialer").tempdir()?;
        let folder = temporary.path().to_owned();
        Spool { folder, _temporary: Some(temporary) }.laid_out()
    }

    /// An empty spool in a folder that stays.
    pub fn in_folder(folder: &Path) -> Outcome<Spool> {
        Spool { folder: folder.to_owned(), _temporary: None }.laid_out()
    }

    fn laid_out(self) -> Outcome<Spool> {
        for name in ["MP3", "GSM", "OGG", "GSW", "ORIG", "GPG", "FTP"] {
            fs::create_dir_all(self.done().join(name))?;
        }
        fs::create_dir_all(self.logs())?;
        fs::write(self.conf(), self.settings())?;
        Ok(self)
    }

    fn settings(&self) -> String {
        format!(
            "# a dialer of its own\nPATHDONEmonitor => {}\nPATHlogs => {}\n\
             VARserver_ip => 10.10.10.15\nVARDB_server => localhost\nVARDB_database => asterisk\n\
             VARDB_user => cron\nVARDB_pass => 1234\nVARDB_port => 3306\n",
            self.done().display(),
            self.logs().display(),
        )
    }

    /// Adds a line to `astguiclient.conf`; of several lines with one key the last one counts.
    pub fn set(&self, key: &str, value: &str) -> Outcome {
        let mut conf = fs::File::options().append(true).open(self.conf())?;
        Ok(writeln!(conf, "{key} => {value}")?)
    }

    /// Takes every line with this key out of `astguiclient.conf`.
    pub fn unset(&self, key: &str) -> Outcome {
        let text = fs::read_to_string(self.conf())?;
        let rest = text.lines().filter(|line| !line.starts_with(key));
        Ok(fs::write(self.conf(), rest.collect::<Vec<_>>().join("\n") + "\n")?)
    }

    /// The folder that holds everything.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// `astguiclient.conf`.
    pub fn conf(&self) -> PathBuf {
        self.path().join("astguiclient.conf")
    }

    /// `PATHDONEmonitor`.
    pub fn done(&self) -> PathBuf {
        self.path().join("monitorDONE")
    }

    /// `PATHlogs`.
    pub fn logs(&self) -> PathBuf {
        self.path().join("logs")
    }

    /// Where the encryptor keeps its journal.
    pub fn state(&self) -> PathBuf {
        self.path().join("state")
    }

    /// Where recordings of this format wait.
    pub fn inbox(&self, format: Format) -> PathBuf {
        self.done().join(format.folder())
    }

    /// Where sealed recordings appear.
    pub fn sealed(&self) -> PathBuf {
        self.done().join("GPG")
    }

    /// Puts a finished recording into the spool, old enough to be taken at once.
    pub fn put(&self, format: Format, name: impl AsRef<OsStr>, octets: &[u8]) -> Outcome<PathBuf> {
        let path = self.inbox(format).join(name.as_ref());
        fs::write(&path, octets)?;
        fs::File::options().write(true).open(&path)?.set_modified(SystemTime::now() - FILE_AGE)?;
        Ok(path)
    }

    /// A run of the encryptor over this spool, without the database.
    pub fn command(&self, binary: &Path, format: Format) -> Command {
        let mut command = self.command_with_database(binary, format);
        command.arg("--no-database");
        command
    }

    /// A run of the encryptor over this spool and the database that `astguiclient.conf` names.
    pub fn command_with_database(&self, binary: &Path, format: Format) -> Command {
        let mut command = Command::new(binary);
        command.arg("--conf").arg(self.conf()).args(["--format", format.flag()]);
        command.arg("--state-dir").arg(self.state());
        command
    }

    /// Seals everything of one format to the given recipients, whose certificates are in `certs`.
    pub fn seal(
        &self,
        binary: &Path,
        format: Format,
        certs: &Path,
        recipients: &[&str],
    ) -> Outcome<Finished> {
        let mut command = self.command(binary, format);
        command.arg("--certs").arg(certs);
        for recipient in recipients {
            command.args(["--recipient", recipient]);
        }
        finish(&mut command)
    }

    /// Names of the sealed recordings, in order.
    pub fn sealed_names(&self) -> Outcome<Vec<String>> {
        names_in(&self.sealed())
    }
}

/// Names of the regular files in a folder, in order.
pub fn names_in(folder: &Path) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

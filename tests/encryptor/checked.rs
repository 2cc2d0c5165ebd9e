//! A healthy dialer that `check` looks at, and what it said.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use crate::common::{Dialer, encryptor};
use crate::site::Site;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::dialer::Spool;
use support::gnupg::{Algorithm, GnupgHome};
use support::mariadb::MariaDb;
use support::process::{Finished, finish};
use support::{Failure, Outcome, ensure};

/// A line as `install` writes it; the program's path and the flags of the run stand in for its own.
pub const OURS: &str =
    "1-59/3 * * * * /usr/local/bin/dialer-encryptor --mp3 --recipients=a@x.org\n";

/// What stands under each path.
type Files = BTreeMap<PathBuf, String>;

/// A dialer that nothing is wrong with, and its database.
pub struct Checked {
    pub site: Site,
    crontab: RefCell<Vec<u8>>,
}

impl Checked {
    pub fn new() -> Outcome<Checked> {
        Checked::over(Spool::new()?)
    }

    /// Over a spool that stands somewhere.
    pub fn over(spool: Spool) -> Outcome<Checked> {
        Checked::with(spool, MariaDb::new()?)
    }

    /// With a database that was started in some way.
    pub fn with(spool: Spool, database: MariaDb) -> Outcome<Checked> {
        let home = GnupgHome::new()?;
        let listener = home.generate("Lena Listener", Algorithm::Curve25519, "", "0")?;
        let certs = spool.path().join("listener.asc");
        fs::write(&certs, home.certificate(&listener)?)?;
        // The web server is another user.
        fs::set_permissions(spool.path(), Permissions::from_mode(0o755))?;
        spool.set("VARDB_server", "127.0.0.1")?;
        spool.set("VARDB_port", &database.port().to_string())?;
        let dialer = Dialer { spool, home, listener, certs };
        let crontab = RefCell::default();
        let checked = Checked { site: Site { database, dialer }, crontab };
        checked.crontab(OURS)?;
        Ok(checked)
    }

    pub fn spool(&self) -> &Spool {
        &self.site.dialer.spool
    }

    /// What the crontab says from now on.
    pub fn crontab(&self, text: impl AsRef<[u8]>) -> Outcome {
        self.crontab.replace(text.as_ref().to_vec());
        self.write_crontab()
    }

    /// With the flags of the run as they are now.
    fn write_crontab(&self) -> Outcome {
        let template = self.crontab.borrow();
        let file = self.crontab_file();
        let Ok(text) = std::str::from_utf8(&template) else {
            return Ok(fs::write(file, template.as_slice())?);
        };
        let run = self.site.command();
        let flags: Vec<_> = run.get_args().map(|it| format!("'{}'", it.display())).collect();
        let text = text.replace("/usr/local/bin/dialer-encryptor", &self.program()?);
        Ok(fs::write(file, text.replace("--mp3 --recipients=a@x.org", &flags.join(" ")))?)
    }

    /// What the crontab starts: where every user may look, which the folder of the tests' programs need
    /// not be.
    fn program(&self) -> Outcome<String> {
        let folder = self.spool().path().join("sbin");
        fs::create_dir_all(&folder)?;
        let program = folder.join("dialer-encryptor");
        fs::write(&program, "#!/bin/sh\n")?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        Ok(program.display().to_string())
    }

    fn crontab_file(&self) -> PathBuf {
        self.spool().path().join("crontab")
    }

    /// The crontab line's flags behind `check`.
    pub fn command(&self) -> Command {
        assert!(self.write_crontab().is_ok(), "the crontab cannot be written");
        let run = self.site.command();
        let mut command = Command::new(encryptor());
        command.arg("check").args(run.get_args()).arg("--crontab").arg(self.crontab_file());
        command.env("GNUPGHOME", self.spool().path().join("no-gnupg-home"));
        command
    }

    /// Looks, and shows that nothing was changed by it.
    pub fn check(&self, more: &[&str], code: i32) -> Outcome<Told> {
        let mut command = self.command();
        self.told(command.args(more), code)
    }

    /// The same for a command of its own.
    pub fn told(&self, command: &mut Command, code: i32) -> Outcome<Told> {
        let before = self.everything()?;
        let finished = finish(command)?;
        assert_eq!(finished.stderr, "");
        let after = self.everything()?;
        let differs = |path: &&PathBuf| before.0.get(*path) != after.0.get(*path);
        let changed: Vec<&PathBuf> =
            before.0.keys().chain(after.0.keys()).filter(differs).collect();
        ensure!(changed.is_empty(), "files were changed: {changed:?}");
        ensure!(before.1 == after.1, "rows were changed");
        Told::new(finished.expect_code(code)?)
    }

    /// Every file with its content, its mode and its owner, and every row.
    fn everything(&self) -> Outcome<(Files, Vec<Vec<String>>)> {
        let mut files = BTreeMap::new();
        walk(self.spool().path(), &mut files)?;
        let rows = self.site.database.sql("SELECT * FROM recording_log").unwrap_or_default();
        Ok((files, rows))
    }
}

/// A web server's log and its process number are its own.
fn walk(path: &Path, files: &mut Files) -> Outcome {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name == "error.log" || name.starts_with("pid") {
        return Ok(());
    }
    let about = path.symlink_metadata()?;
    let mut what = format!("{:o} {} {}", about.mode(), about.uid(), about.nlink());
    if about.is_dir() {
        for entry in fs::read_dir(path)? {
            walk(&entry?.path(), files)?;
        }
    } else if about.is_file() {
        what += &format!(" {:?}", fs::read(path)?);
    }
    files.insert(path.to_owned(), what);
    Ok(())
}

/// What `check --json` said.
pub struct Told {
    json: Value,
}

impl Told {
    fn new(finished: Finished) -> Outcome<Told> {
        let json: Value = serde_json::from_slice(&finished.stdout)?;
        let code = json.get("exit_code").and_then(Value::as_i64).map(|it| it as i32);
        assert_eq!(code, finished.code);
        Ok(Told { json })
    }

    fn findings(&self) -> Vec<[&str; 4]> {
        let list = self.json.get("findings").and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .map(|it| {
                ["id", "level", "what", "todo"]
                    .map(|key| it.get(key).and_then(Value::as_str).unwrap_or_default())
            })
            .collect()
    }

    /// One finding says so: its name, how bad, and words of what was found and of what to do.
    pub fn says(&self, id: &str, level: &str, words: &str) -> Outcome {
        let is_meant = |[it, how, what, todo]: &[&str; 4]| {
            *it == id && *how == level && format!("{what} {todo}").contains(words)
        };
        if self.findings().iter().any(is_meant) {
            return Ok(());
        }
        Err(Failure::new(format!("no {level} {id}: {words}\n{:#}", self.json)))
    }

    /// Nothing else but these is a warning or a problem.
    pub fn is_about(&self, ids: &[&str]) -> Outcome {
        let mut found: Vec<&str> = self
            .findings()
            .iter()
            .filter(|[_, level, ..]| matches!(*level, "warning" | "problem"))
            .map(|[id, ..]| *id)
            .collect();
        found.dedup();
        ensure!(found == ids, "{found:?} instead of {ids:?}\n{:#}", self.json);
        Ok(())
    }

    /// Everything, as text.
    pub fn text(&self) -> String {
        self.json.to_string()
    }
}

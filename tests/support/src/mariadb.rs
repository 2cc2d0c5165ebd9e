//! What does a dialer's database say? A real MariaDB server, as bare and as quick as it can be.
//!
//! It has a data folder, a socket, a port and a process of its own; a server that the machine runs
//! anyway is never touched. VICIdial's tables are MyISAM, so InnoDB is left out.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use tempfile::TempDir;

use crate::failure::Context;
use crate::port::Port;
use crate::process::{Background, finish, output_with_input, tool, wait_for};
use crate::recording_log::CREATE;
use crate::tls::Authority;
use crate::{Failure, Outcome, fail};

const WAIT: Duration = Duration::from_secs(20);

/// A port may be taken by a program that is no test between looking and listening.
const ATTEMPTS: usize = 5;

const SETTINGS: [&str; 11] = [
    "--bind-address=127.0.0.1",
    "--skip-innodb",
    "--default-storage-engine=MyISAM",
    "--key-buffer-size=1M",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--log-output=FILE",
    // As VICIbox has it: what does not fit is cut without a word.
    "--sql-mode=NO_ENGINE_SUBSTITUTION",
    "--character-set-server=latin1",
    "--collation-server=latin1_swedish_ci",
    "--performance-schema=OFF",
];

/// A throw-away server with the database `asterisk` and its user `cron`, password `1234`.
pub struct MariaDb {
    folder: TempDir,
    port: Port,
    options: Vec<OsString>,
    server: Option<Background>,
}

impl MariaDb {
    /// A server without TLS.
    pub fn new() -> Outcome<MariaDb> {
        MariaDb::with_options(&[])
    }

    /// A server that offers TLS with a certificate of this authority.
    pub fn with_tls(authority: &Authority) -> Outcome<MariaDb> {
        let (certificate, key) = authority.server();
        let option = |name: &str, path: &Path| {
            let mut option = OsString::from(name);
            option.push(path);
            option
        };
        MariaDb::with_options(&[option("--ssl-cert=", &certificate), option("--ssl-key=", &key)])
    }

    /// A server with more of mariadbd's options.
    pub fn with_options(options: &[OsString]) -> Outcome<MariaDb> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            // The socket's path must fit into 108 octets.
            let folder = tempfile::Builder::new().prefix("db").tempdir_in("/tmp")?;
            copy_template(&folder.path().join("data"))?;
            let (port, options) = (Port::reserve()?, options.to_vec());
            let mut server = MariaDb { folder, port, options, server: None };
            match server.start_again() {
                Ok(()) => {
                    server.sql_in("mysql", CREATE)?;
                    return Ok(server);
                }
                Err(failure) if failure.to_string().contains("already in use") => {
                    last = Some(failure);
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(last.unwrap_or_else(|| Failure::new("no port for a database server")))
    }

    /// The port of 127.0.0.1 that it listens on, also after it was started again.
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// A file in the server's data folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    /// Runs statements in `asterisk` as root; rows come back as texts, NULL as `NULL`.
    pub fn sql(&self, statements: impl AsRef<[u8]>) -> Outcome<Vec<Vec<String>>> {
        self.sql_in("asterisk", statements.as_ref())
    }

    fn sql_in(&self, database: &str, statements: impl AsRef<[u8]>) -> Outcome<Vec<Vec<String>>> {
        let mut client = self.client()?;
        let rows = output_with_input(client.arg(database), statements.as_ref())?;
        let rows = String::from_utf8_lossy(&rows).into_owned();
        Ok(rows.lines().map(|row| row.split('\t').map(unescaped).collect()).collect())
    }

    /// The client program, as root through the socket, which is never the way of a dialer.
    pub(crate) fn client(&self) -> Outcome<Command> {
        let mut client = tool("mariadb")?;
        client.args(["--no-defaults", "--batch", "--skip-column-names", "--user=root"]);
        client.arg("--default-character-set=binary").arg("--socket").arg(self.socket());
        Ok(client)
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Ends the server as a restart of the machine would, without hurting its data.
    pub fn stop(&mut self) -> Outcome {
        if let Some(mut server) = self.server.take() {
            server.signal("CONT")?;
            server.signal("TERM")?;
            server.wait(WAIT)?;
        }
        Ok(())
    }

    /// Starts the stopped server with the same data on the same port.
    pub fn start_again(&mut self) -> Outcome {
        let mut server = Background::start(&mut self.server_command()?)?;
        wait_for("the database server", WAIT, || {
            if let Err(failure) = server.still_running() {
                let words = fs::read_to_string(self.file("error.log")).unwrap_or_default();
                fail!("{failure}: {words}");
            }
            Ok(UnixStream::connect(self.socket()).ok())
        })?;
        self.server = Some(server);
        self.sql_in("mysql", "SELECT 1").map(drop)
    }

    fn server_command(&self) -> Outcome<Command> {
        // Killed with the test: a server that is paused would not hear a SIGTERM.
        let mut command = tool("setpriv")?;
        command.args(["--pdeathsig", "KILL", "--"]).arg(server_program()?);
        command.arg("--no-defaults").args(SETTINGS).args(&self.options);
        let data = self.file("");
        command.arg("--datadir").arg(&data).arg("--tmpdir").arg(&data);
        command.arg("--socket").arg(self.socket()).arg("--pid-file").arg(self.file("pid"));
        command.arg(format!("--port={}", self.port())).args(as_this_user()?);
        let log = fs::File::create(self.file("error.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(command)
    }

    /// Stops the server in its tracks: connections are accepted by the kernel and never answered.
    pub fn pause(&self) -> Outcome {
        let server = self.running()?;
        server.signal("STOP")?;
        let status = PathBuf::from(format!("/proc/{}/status", server.id()));
        wait_for("the server to pause", WAIT, || {
            let text = fs::read_to_string(&status)?;
            Ok(text.lines().any(|line| line.starts_with("State:\tT")).then_some(()))
        })
    }

    /// Lets a paused server go on.
    pub fn resume(&self) -> Outcome {
        self.running()?.signal("CONT")
    }

    fn running(&self) -> Outcome<&Background> {
        self.server.as_ref().ok_or_else(|| Failure::new("the database server is stopped"))
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        // Nobody needs its data any more, so that it is not asked to tidy up.
        if let Some(server) = &mut self.server {
            drop(server.child().kill());
            drop(server.child().wait());
        }
    }
}

/// Files with their paths below some folder.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// The files of an empty data folder. Making them takes a second, writing them next to nothing.
static TEMPLATE: LazyLock<Outcome<Files>> = LazyLock::new(|| {
    let folder = tempfile::Builder::new().prefix("db").tempdir_in("/tmp")?;
    let data = folder.path().join("data");
    let mut install = tool("mariadb-install-db")?;
    install.args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"]);
    install.args(["--skip-innodb", "--default-storage-engine=MyISAM"]).args(as_this_user()?);
    let mut datadir = OsString::from("--datadir=");
    datadir.push(&data);
    let finished = finish(install.arg(datadir))?;
    finished.expect_code(0).context("making a data folder")?;
    let mut files = Vec::new();
    read_all(&data, Path::new(""), &mut files)?;
    Ok(files)
});

fn read_all(root: &Path, below: &Path, files: &mut Files) -> Outcome {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            read_all(root, &path, files)?;
        } else {
            files.push((path, fs::read(entry.path())?));
        }
    }
    Ok(())
}

fn copy_template(data: &Path) -> Outcome {
    let files = TEMPLATE.as_ref().map_err(|failure| Failure::new(failure.to_string()))?;
    for (path, octets) in files {
        let path = data.join(path);
        fs::create_dir_all(path.parent().unwrap_or(data))?;
        fs::write(path, octets)?;
    }
    Ok(())
}

/// mariadbd refuses to run as root unless it is told to.
fn as_this_user() -> Outcome<Option<&'static str>> {
    Ok((fs::metadata("/proc/self")?.uid() == 0).then_some("--user=root"))
}

/// Debian keeps the server where only root's PATH leads.
fn server_program() -> Outcome<PathBuf> {
    let elsewhere = Path::new("/usr/sbin/mariadbd");
    if elsewhere.is_file() {
        return Ok(elsewhere.to_owned());
    }
    Ok(tool("mariadbd")?.get_program().into())
}

/// The client writes a tab as `\t`, a new line as `\n`, a zero as `\0` and a backslash twice.
fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut rest = field.chars();
    while let Some(letter) = rest.next() {
        text.push(match letter {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('0') => '\0',
                other => other.unwrap_or('\\'),
            },
            other => other,
        });
    }
    text
}

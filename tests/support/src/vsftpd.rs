//! What does an archive's server say? A real vsftpd, on a port and in a folder of its own.
//!
//! It runs as whoever runs the tests and asks no PAM: its only user is `anonymous`, who may write,
//! and whom it refuses where the password is one of those that it bans.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::port::Port;
use crate::process::{Background, tool, wait_for};
use crate::tls::Authority;
use crate::{Outcome, fail};

const WAIT: Duration = Duration::from_secs(20);

/// Who logs in.
pub const USER: &str = "anonymous";

/// With which password.
pub const PASSWORD: &str = "12 34";

/// As `astguiclient.conf` gives it: spaces are stripped there.
pub const PASSWORD_READ: &str = "1234";

/// The folder that `VARFTP_dir` names.
pub const FOLDER: &str = "RECORDINGS";

const SETTINGS: &str = "\
listen=YES
listen_address=127.0.0.1
background=NO
run_as_launching_user=YES
anonymous_enable=YES
local_enable=NO
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_umask=022
allow_writeable_chroot=YES
deny_email_enable=YES
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
connect_from_port_20=NO
xferlog_enable=YES
log_ftp_protocol=YES
";

/// A throw-away server.
pub struct Vsftpd {
    folder: TempDir,
    /// Where the archive's folder is, if not in `folder`.
    root: PathBuf,
    port: Port,
    settings: String,
    environment: Vec<(&'static str, PathBuf)>,
    server: Option<Background>,
}

impl Vsftpd {
    /// A server without TLS.
    pub fn new() -> Outcome<Vsftpd> {
        Vsftpd::with("")
    }

    /// A server that wants TLS, with a certificate of this authority.
    pub fn with_tls(authority: &Authority, more: &str) -> Outcome<Vsftpd> {
        let (certificate, key) = authority.server();
        Vsftpd::with(&format!(
            "ssl_enable=YES\nallow_anon_ssl=YES\nforce_anon_logins_ssl=YES\n\
             force_anon_data_ssl=YES\nssl_ciphers=HIGH\nrsa_cert_file={}\n\
             rsa_private_key_file={}\n{more}",
            certificate.display(),
            key.display(),
        ))
    }

    /// As [`Vsftpd::with_tls`], with variables of its environment.
    pub fn with_environment(
        authority: &Authority,
        more: &str,
        environment: &[(&'static str, &Path)],
    ) -> Outcome<Vsftpd> {
        let mut server = Vsftpd::with_tls(authority, more)?;
        server.stop()?;
        server.environment =
            environment.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        server.start_again()?;
        Ok(server)
    }

    /// A server with more settings of `vsftpd.conf`.
    pub fn with(more: &str) -> Outcome<Vsftpd> {
        let folder = tempfile::Builder::new().prefix("archive").tempdir()?;
        let root = folder.path().join("root");
        Vsftpd::at(folder, root, more)
    }

    /// A server whose files lie in a folder that is there already.
    pub fn over(root: &Path, more: &str) -> Outcome<Vsftpd> {
        Vsftpd::at(tempfile::Builder::new().prefix("archive").tempdir()?, root.to_owned(), more)
    }

    fn at(folder: TempDir, root: PathBuf, more: &str) -> Outcome<Vsftpd> {
        fs::create_dir_all(root.join(FOLDER))?;
        fs::write(folder.path().join("banned"), "")?;
        let settings = format!("{SETTINGS}{more}\n");
        let (port, environment) = (Port::reserve()?, Vec::new());
        let mut server = Vsftpd { folder, root, port, settings, environment, server: None };
        server.start_again()?;
        Ok(server)
    }

    /// The port of 127.0.0.1 that it listens on, also after it was started again.
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// A file or folder below the archive's folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(FOLDER).join(below)
    }

    /// Every file below the archive's folder by its path there, in order.
    pub fn files(&self) -> Outcome<Vec<String>> {
        let mut files = Vec::new();
        let root = self.path("");
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else {
                    files.push(entry.path().strip_prefix(&root)?.to_string_lossy().into_owned());
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// From now on nobody gets in, or everybody again.
    pub fn refuse_logins(&self, is_refused: bool) -> Outcome {
        let words = if is_refused { PASSWORD_READ } else { "" };
        Ok(fs::write(self.folder.path().join("banned"), words)?)
    }

    /// What it was asked and answered so far.
    pub fn said(&self) -> Outcome<String> {
        Ok(fs::read_to_string(self.folder.path().join("log")).unwrap_or_default())
    }

    /// Ends the server.
    pub fn stop(&mut self) -> Outcome {
        if let Some(mut server) = self.server.take() {
            server.stop()?;
        }
        Ok(())
    }

    /// Starts the stopped server on the same port with the same files.
    pub fn start_again(&mut self) -> Outcome {
        let conf = self.folder.path().join("vsftpd.conf");
        fs::write(&conf, self.text())?;
        let mut command = program()?;
        command.arg(&conf).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Background::start(&mut command)?;
        let port = self.port();
        wait_for("the archive's server", WAIT, || {
            if let Err(failure) = server.still_running() {
                fail!("{failure}");
            }
            Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok())
        })?;
        self.server = Some(server);
        Ok(())
    }

    fn text(&self) -> String {
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        format!(
            "{}listen_port={}\nanon_root={}\nbanned_email_file={}\nvsftpd_log_file={}\n\
             secure_chroot_dir={}\n",
            self.settings,
            self.port(),
            self.root.display(),
            file("banned"),
            file("log"),
            file(""),
        )
    }
}

/// Debian keeps the server where only root's PATH leads. Ended with the test.
fn program() -> Outcome<Command> {
    let elsewhere = Path::new("/usr/sbin/vsftpd");
    let program =
        if elsewhere.is_file() { elsewhere.into() } else { tool("vsftpd")?.get_program().into() };
    let mut command = tool("setpriv")?;
    command.args(["--pdeathsig", "KILL", "--"]).arg::<PathBuf>(program);
    Ok(command)
}

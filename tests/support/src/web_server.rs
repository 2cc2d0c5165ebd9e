//! How do recordings come over the web? From Debian's Apache and nginx, as a dialer serves them.
//!
//! Each server has a port, a folder and a process of its own; one that the machine runs is never
//! touched. Started by root they work as www-data, as everywhere.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::failure::Context;
use crate::port::Port;
use crate::process::{Background, output_of, output_with_input, tool, wait_for};
use crate::{Outcome, fail};

const WAIT: Duration = Duration::from_secs(10);

/// What Debian switches on by itself, and headers and rewrite, which VICIdial's manual switches on.
const MODULES: [&str; 13] = [
    "mpm_event",
    "authn_core",
    "authn_file",
    "authz_core",
    "authz_user",
    "auth_basic",
    "alias",
    "mime",
    "negotiation",
    "dir",
    "autoindex",
    "headers",
    "rewrite",
];

/// As Debian has it, but for its places.
const APACHE: &str = "\
ServerRoot FOLDER
ServerName localhost
Listen 127.0.0.1:PORT
PidFile FOLDER/pid
ErrorLog FOLDER/error.log
Mutex pthread
StartServers 1
User www-data
Group www-data
TypesConfig /etc/mime.types
AddHandler type-map var
DocumentRoot FOLDER/www
<Directory FOLDER/www>
    Require all granted
</Directory>
";

/// Word for word what VICIdial's installation manual says, but for the place of the folder.
const VICIDIAL: &str = "
Alias /RECORDINGS/ \"FOLDER/monitorDONE/\"
<Directory \"FOLDER/monitorDONE/\">
    Options Indexes MultiViews
    AllowOverride None
    Require all granted
    <files *.mp3>
        Forcetype application/forcedownload
    </files>
</Directory>
";

const NGINX: &str = "\
daemon off;
USER
worker_processes 1;
pid FOLDER/pid;
error_log FOLDER/error.log;
events { }
http {
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path FOLDER/1;
    proxy_temp_path FOLDER/2;
    fastcgi_temp_path FOLDER/3;
    uwsgi_temp_path FOLDER/4;
    scgi_temp_path FOLDER/5;
    server {
        listen 127.0.0.1:PORT;
        root FOLDER/www;
        autoindex on;
        SITE
    }
}
";

/// What a server says to one request.
pub struct Answer {
    /// 200 and the like.
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    /// What follows the headers.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, empty without it.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
    }

    fn parsed(octets: &[u8]) -> Outcome<Answer> {
        let Some(end) = octets.windows(4).position(|it| it == b"\r\n\r\n") else {
            fail!("an answer without an end of its headers");
        };
        let (head, body) = octets.split_at(end);
        let head = String::from_utf8_lossy(head).into_owned();
        let status = head.split(' ').nth(1).unwrap_or_default().parse().context(&head)?;
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let body = body.get(4..).unwrap_or_default().to_vec();
        Ok(Answer { status, headers: headers.collect(), body })
    }
}

/// A web server with a spool of recordings under `/RECORDINGS/` and pages under `/`.
pub struct WebServer {
    server: Background,
    port: Port,
    site: Site,
}

/// The folders of a server that is not started yet.
pub struct Site {
    folder: TempDir,
}

impl Site {
    /// An empty spool and no pages.
    pub fn new() -> Outcome<Site> {
        let folder = tempfile::Builder::new().prefix("web").tempdir_in("/tmp")?;
        // The server is another user.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        for name in ["GPG", "ORIG/2026-01-01", ".sealing", "MP3"] {
            fs::create_dir_all(folder.path().join("monitorDONE").join(name))?;
        }
        fs::create_dir(folder.path().join("www"))?;
        Ok(Site { folder })
    }

    /// `/RECORDINGS/` as a folder.
    pub fn recordings(&self) -> PathBuf {
        self.folder.path().join("monitorDONE")
    }

    /// `/` as a folder.
    pub fn pages(&self) -> PathBuf {
        self.folder.path().join("www")
    }

    /// Writes a file of names and passwords that Apache understands, and says where it is.
    pub fn password_file(&self, user: &str, password: &str) -> Outcome<PathBuf> {
        let file = self.folder.path().join("passwords");
        let mut openssl = tool("openssl")?;
        openssl.args(["passwd", "-apr1", "-stdin"]);
        let hash = output_with_input(&mut openssl, password.as_bytes())?;
        fs::write(&file, format!("{user}:{}", String::from_utf8_lossy(&hash)))?;
        Ok(file)
    }

    /// Starts Apache with VICIdial's lines and other settings before and after them.
    pub fn apache(self, before: &str, after: &str) -> Outcome<WebServer> {
        let modules = MODULES
            .map(|it| format!("LoadModule {it}_module /usr/lib/apache2/modules/mod_{it}.so\n"));
        let settings = [&modules.concat(), APACHE, before, VICIDIAL, after].concat();
        let (port, file) = self.settings(&settings)?;
        let mut command = guarded_server("apache2")?;
        command.arg("-d").arg(self.folder.path()).arg("-f").arg(file).arg("-DFOREGROUND");
        self.started(command, port)
    }

    /// Starts nginx with the settings of a server's site.
    pub fn nginx(self, site: &str) -> Outcome<WebServer> {
        // Anybody but root is asked not to name a user.
        let user = if rustix::process::geteuid().is_root() { "user www-data;" } else { "" };
        let settings = NGINX.replace("USER", user).replace("SITE", site);
        let (port, file) = self.settings(&settings)?;
        let mut command = guarded_server("nginx")?;
        command.arg("-p").arg(self.folder.path()).arg("-c").arg(file);
        command.arg("-e").arg(self.folder.path().join("error.log"));
        self.started(command, port)
    }

    fn settings(&self, text: &str) -> Outcome<(Port, PathBuf)> {
        let port = Port::reserve()?;
        let file = self.folder.path().join("settings");
        let folder = self.folder.path().to_string_lossy();
        let text = text.replace("FOLDER", &folder).replace("PORT", &port.number().to_string());
        fs::write(&file, text)?;
        Ok((port, file))
    }

    fn started(self, mut command: Command, port: Port) -> Outcome<WebServer> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let mut server = Background::start(&mut command)?;
        wait_for("the web server", WAIT, || {
            if let Err(failure) = server.still_running() {
                let log = fs::read_to_string(self.folder.path().join("error.log"));
                fail!("{failure}: {}", log.unwrap_or_default());
            }
            let address = ("127.0.0.1", port.number());
            Ok(std::net::TcpStream::connect(address).is_ok().then_some(()))
        })?;
        Ok(WebServer { server, port, site: self })
    }
}

impl WebServer {
    /// Its folders.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The port of 127.0.0.1 that it listens on.
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// What it wrote into its log of errors.
    pub fn log(&self) -> String {
        fs::read_to_string(self.site.folder.path().join("error.log")).unwrap_or_default()
    }

    /// Asks for a path, which is sent as it is, with more of curl's arguments.
    pub fn get(&self, path: &str, more: &[&str]) -> Outcome<Answer> {
        let mut curl = tool("curl")?;
        curl.args(["--silent", "--show-error", "--include", "--path-as-is", "--max-time", "10"]);
        curl.args(more).arg(format!("http://127.0.0.1:{}{path}", self.port()));
        Answer::parsed(&output_of(&mut curl)?)
    }

    /// The user IDs of the processes that answer.
    pub fn workers(&self) -> Outcome<Vec<u32>> {
        let server = self.server.id();
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children"))?;
        let users = children.split_whitespace().map(|worker| {
            let status = fs::read_to_string(Path::new("/proc").join(worker).join("status"))?;
            let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
            Ok(user.unwrap_or_default().split_whitespace().next().unwrap_or_default().parse()?)
        });
        users.collect()
    }
}

/// Debian keeps servers where only root's PATH leads.
fn guarded_server(name: &str) -> Outcome<Command> {
    let program = Path::new("/usr/sbin").join(name);
    if !program.is_file() {
        fail!("{} is missing: run tests/run, which installs what it needs", program.display());
    }
    let mut command = tool("setpriv")?;
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    Ok(command)
}

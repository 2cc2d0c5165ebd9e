//! What was `deliver` told to do? Flags and files become one checked [`Settings`].

use super::date_folder::Dates;
use super::tls::{self, Trust};
use crate::astguiclient::{self, Password};
use crate::cli;
use crate::config::{self, Database, Links};
use crate::dialer_toml::{self, IoClass};
use crate::error::{RunError, shown};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The port of FTP where `VARFTP_port` does not name another.
const FTP_PORT: u16 = 21;

/// Where sealed files go, and how.
#[derive(Debug)]
pub struct Settings {
    /// `PATHDONEmonitor`.
    pub spool: PathBuf,
    /// `PATHlogs`, where it is set.
    pub logs: Option<PathBuf>,
    /// Where the journal is.
    pub state_dir: PathBuf,
    /// Where to.
    pub server: Server,
    /// `VARHTTP_path`: what links to the archive begin with; empty without a database.
    pub archive: String,
    /// Where `recording_log` is; none to leave it alone.
    pub database: Option<Database>,
    /// How date folders are named.
    pub dates: Dates,
    /// Whether the local folder `FTP` has date folders, too.
    pub has_local_dates: bool,
    /// Most files to deliver.
    pub transfer_limit: usize,
    /// Most files to look at.
    pub list_limit: usize,
    /// Whether to touch nothing.
    pub is_dry_run: bool,
    /// CPU priority, 0 to 19.
    pub nice: u8,
    /// Class of disk access.
    pub io: IoClass,
    /// Whether the password was on the command line.
    pub is_password_visible: bool,
}

/// The server of the archive.
#[derive(Debug)]
pub struct Server {
    /// Name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who logs in.
    pub user: String,
    /// With which password.
    pub password: Password,
    /// The folder there; empty for the one that the login leads to.
    pub folder: String,
    /// Whom to trust, if only an encrypted connection will do.
    pub trust: Option<Trust>,
    /// Whether the server opens the connections that carry files.
    pub is_active: bool,
    /// How long one answer may take.
    pub wait: Duration,
}

impl Server {
    /// Which server, user and folder, for the journal.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{}@{}:{}/{}", self.user, self.host, self.port, self.folder)
    }
}

impl Settings {
    /// Reads and checks everything that can be checked without touching the spool.
    ///
    /// # Errors
    /// When something is missing or makes no sense.
    pub fn read(args: &cli::Deliver) -> Result<Self, RunError> {
        if let Some(flag) = args.unsealed_format() {
            return Err(RunError::Setting {
                place: format!("the command line: leave {flag} away"),
                reason: "deliver brings sealed recordings to the archive, and no others".into(),
            });
        }
        let file = dialer_toml::read(args.config.as_deref())?;
        let octets = std::fs::read(&args.conf)
            .map_err(|source| RunError::Conf { path: args.conf.clone(), source })?;
        let mut conf = astguiclient::parse(&octets);
        let spool = conf
            .path_done_monitor
            .clone()
            .filter(|path| path.is_absolute())
            .ok_or_else(|| RunError::NoSpool { path: args.conf.clone() })?;
        let server = server(args, &file, &mut conf)?;
        let (logs, archive) = (conf.path_logs.clone(), conf.archive.clone().unwrap_or_default());
        let database = if args.no_database || file.database.enabled == Some(false) {
            None
        } else {
            Some(config::database(&args.conf, &file, conf, Links::default())?)
        };
        if archive.is_empty() && database.is_some() {
            return Err(missing("VARHTTP_path", &args.conf));
        }
        Ok(Self {
            state_dir: config::state_dir(args.state_dir.clone(), &file, &spool)?,
            spool,
            logs,
            server,
            archive,
            database,
            dates: dates(args),
            has_local_dates: args.localdatedir,
            transfer_limit: args.transfer_limit,
            list_limit: args.list_limit.unwrap_or(usize::MAX),
            is_dry_run: args.dry_run,
            nice: file.pace.nice.unwrap_or(19).min(19),
            io: file.pace.io.unwrap_or(IoClass::Idle),
            is_password_visible: args.ftp_pass.is_some(),
        })
    }
}

fn dates(args: &cli::Deliver) -> Dates {
    match (args.nodatedir, args.ymddatedir, args.yearymddatedir) {
        (true, ..) => Dates::None,
        (_, true, _) => Dates::YearMonthDay,
        (_, _, true) => Dates::YearAndDate,
        _ => Dates::Date,
    }
}

fn server(
    args: &cli::Deliver,
    file: &dialer_toml::Settings,
    conf: &mut astguiclient::Settings,
) -> Result<Server, RunError> {
    let missing = |key: &str| missing(key, &args.conf);
    let port = match (args.ftp_port, conf.ftp_port.as_deref()) {
        (Some(port), _) => port,
        (None, None) => FTP_PORT,
        (None, Some(text)) => text.parse().map_err(|_| RunError::Setting {
            place: format!("VARFTP_port in {}", shown(&args.conf)),
            reason: "it is none".to_string(),
        })?,
    };
    let typed = args.ftp_pass.as_ref().map(cli::TypedPassword::password);
    let is_tls = args.tls || file.deliver.tls;
    Ok(Server {
        host: named(&args.ftp_server, &conf.ftp_host).ok_or_else(|| missing("VARFTP_host"))?,
        port,
        user: named(&args.ftp_login, &conf.ftp_user).ok_or_else(|| missing("VARFTP_user"))?,
        password: typed.or(conf.ftp_password.take()).ok_or_else(|| missing("VARFTP_pass"))?,
        folder: named(&args.ftp_dir, &conf.ftp_folder).unwrap_or_default(),
        trust: is_tls.then(|| tls::trust(file.deliver.ca.as_deref())).transpose()?,
        is_active: args.ftp_active,
        wait: Duration::from_secs(file.deliver.wait_secs.unwrap_or(15).clamp(1, 120)),
    })
}

fn named(flag: &Option<String>, conf: &Option<String>) -> Option<String> {
    flag.clone().or_else(|| conf.clone()).filter(|it| !it.is_empty())
}

fn missing(key: &str, path: &Path) -> RunError {
    RunError::Setting {
        place: format!("{} (its section of the archive)", shown(path)),
        reason: format!("{key} is missing"),
    }
}

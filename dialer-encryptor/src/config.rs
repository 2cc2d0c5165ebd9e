//! What is this run to do? Flags and files, checked once.

use crate::accounts;
use crate::astguiclient::{self, Password};
use crate::cli::{Seal, Suffix};
use crate::dialer_toml::{self, IoClass};
use crate::error::{RunError, shown};
use crate::format::Format;
use crate::logging::Log;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

/// The port of MariaDB where `VARDB_port` does not name another.
const DATABASE_PORT: u16 = 3306;

/// A configuration that can be run.
#[derive(Debug)]
pub struct Config {
    /// `PATHDONEmonitor`.
    pub spool: PathBuf,
    /// `PATHlogs`, where it is set.
    pub logs: Option<PathBuf>,
    /// At least one.
    pub formats: Vec<Format>,
    /// At least one, as it was written; those that the file requires are among them.
    pub recipients: Vec<String>,
    /// Files and folders of certificates.
    pub certificates: Vec<PathBuf>,
    /// Where GnuPG keeps this user's certificates, if there is such a place.
    pub gnupg_home: Option<PathBuf>,
    /// What sealed names end with.
    pub suffix: Suffix,
    /// Where the journal is.
    pub state_dir: PathBuf,
    /// How long a recording must have been still.
    pub settle: Duration,
    /// Whether somebody chose it.
    pub is_settle_chosen: bool,
    /// Where the log goes.
    pub log: Log,
    /// How long a recording that no row names yet is left to the scripts that write its row; none
    /// not to wait at all.
    pub row_wait: Option<Duration>,
    /// Whether to touch nothing.
    pub is_dry_run: bool,
    /// Most recordings of one format.
    pub max_files: usize,
    /// What sealed files are given.
    pub sealed_as: SealedAs,
    /// How much of the machine to take.
    pub pace: Pace,
    /// Where `recording_log` is; none to leave it alone.
    pub database: Option<Database>,
}

/// Mode and owner of sealed files.
#[derive(Debug, Clone, Copy)]
pub struct SealedAs {
    /// Permission bits.
    pub mode: u32,
    /// A user, if not that of the folder `GPG`.
    pub owner: Option<u32>,
    /// A group, if not that of the folder `GPG`.
    pub group: Option<u32>,
}

/// How much of the machine a run takes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// CPU priority, 0 to 19.
    pub nice: u8,
    /// Class of disk access.
    pub io: IoClass,
    /// How many recordings are sealed at the same time.
    pub jobs: usize,
    /// Most octets of recordings a second.
    pub octets_per_sec: Option<f64>,
}

/// Where `recording_log` is, and who this dialer is in it.
#[derive(Debug)]
pub struct Database {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// A local socket instead of both.
    pub socket: Option<PathBuf>,
    /// The database's name.
    pub name: String,
    /// Who logs in.
    pub user: String,
    /// With which password.
    pub password: Password,
    /// Whether only an encrypted connection will do.
    pub tls: bool,
    /// The certificate that the server's is signed by.
    pub ca: Option<PathBuf>,
    /// How long one answer may take.
    pub wait: Duration,
    /// `VARserver_ip`: this dialer.
    pub server_ip: String,
    /// Whether links begin with `https`.
    pub https: bool,
    /// `VARHTTP_path`: the archive, whose links are newer than any of ours.
    pub archive: Option<String>,
    /// Whether rows that were set aside are tried again.
    pub retry_rows: bool,
}

impl Config {
    /// Reads and checks everything that can be checked without touching the spool.
    ///
    /// # Errors
    /// When something is missing or makes no sense.
    pub fn read(args: &Seal) -> Result<Self, RunError> {
        let file = dialer_toml::read(args.config.as_deref())?;
        let formats = either(args.all_formats(), &file.formats);
        let mut recipients = either(args.all_recipients(), &file.recipients);
        if formats.is_empty() {
            return Err(RunError::NoFormat);
        }
        if recipients.is_empty() {
            return Err(RunError::NoRecipient);
        }
        recipients.extend(file.required_recipients.iter().cloned());
        let octets = std::fs::read(&args.conf)
            .map_err(|source| RunError::Conf { path: args.conf.clone(), source })?;
        let conf = astguiclient::parse(&octets);
        let spool = conf
            .path_done_monitor
            .clone()
            .filter(|path| path.is_absolute())
            .ok_or_else(|| RunError::NoSpool { path: args.conf.clone() })?;
        let is_offline = args.no_database || file.database.enabled == Some(false);
        let home = args.gnupg_home.clone().or(file.gnupg_home.clone()).or_else(users_gnupg_home);
        Ok(Self {
            state_dir: state_dir(args.state_dir.clone(), &file, &spool)?,
            logs: conf.path_logs.clone(),
            formats,
            recipients,
            certificates: either(args.certs.clone(), &file.certs),
            gnupg_home: home.filter(|home| !home.as_os_str().is_empty()),
            suffix: args.suffix.or(file.suffix).unwrap_or(Suffix::Pgp),
            settle: Duration::from_secs(args.settle_secs.or(file.settle_secs).unwrap_or(5)),
            is_settle_chosen: args.settle_secs.or(file.settle_secs).is_some(),
            log: Log::of(&file.log),
            row_wait: None,
            is_dry_run: args.dry_run,
            max_files: args.max_files.or(file.max_files).unwrap_or(100_000),
            sealed_as: sealed_as(&file.sealed_files)?,
            pace: pace(args, &file.pace)?,
            database: if is_offline {
                None
            } else {
                Some(database(&args.conf, &file, conf, Links::of(args, &file))?)
            },
            spool,
        })
    }
}

/// What the flags say, or the file where they say nothing.
pub(crate) fn either<T: Clone>(flags: Vec<T>, file: &[T]) -> Vec<T> {
    if flags.is_empty() { file.to_vec() } else { flags }
}

pub(crate) fn state_dir(
    named: Option<PathBuf>,
    file: &dialer_toml::Settings,
    spool: &Path,
) -> Result<PathBuf, RunError> {
    let named = named.or(file.state_dir.clone());
    let named = named.unwrap_or_else(|| "/var/lib/callseal".into());
    let folder =
        resolved(&named).map_err(|source| RunError::Folder { path: named.clone(), source })?;
    if folder.starts_with(spool.canonicalize().unwrap_or_else(|_| spool.to_owned())) {
        return Err(RunError::StateInSpool { path: folder });
    }
    Ok(folder)
}

pub(crate) fn sealed_as(file: &dialer_toml::SealedFiles) -> Result<SealedAs, RunError> {
    let mode = file.mode.as_deref().unwrap_or("0644");
    let bits = u32::from_str_radix(mode, 8).ok().filter(|bits| bits & !0o777 == 0);
    let mode = bits.filter(|bits| bits & 0o400 != 0).ok_or_else(|| {
        setting("mode", "write it as octal digits that let the owner read, such as \"0640\"")
    })?;
    let unknown = |key: &str, name: &str| {
        setting(key, &format!("there is no {} here; write a name or a number", name.escape_debug()))
    };
    let user = |name: &String| accounts::user(name).ok_or_else(|| unknown("owner", name));
    let group = |name: &String| accounts::group(name).ok_or_else(|| unknown("group", name));
    Ok(SealedAs {
        mode,
        owner: file.owner.as_ref().map(user).transpose()?,
        group: file.group.as_ref().map(group).transpose()?,
    })
}

fn pace(args: &Seal, file: &dialer_toml::Pace) -> Result<Pace, RunError> {
    let nice = file.nice.unwrap_or(19);
    if nice > 19 {
        return Err(setting("nice", "write a number from 0 to 19, where 19 gives way to all"));
    }
    let cores = available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map(usize::from).or(file.jobs).unwrap_or(cores.min(2));
    if !(1..=64).contains(&jobs) {
        return Err(setting("jobs", "write a number from 1 to 64"));
    }
    let rate = args.rate.or(file.rate_mib_per_sec).unwrap_or(0.0);
    if !rate.is_finite() || rate < 0.0 {
        return Err(setting("rate", "write a number of MiB a second, or 0 for no limit"));
    }
    let octets_per_sec = (rate > 0.0).then_some(rate * 1_048_576.0);
    Ok(Pace { nice, io: file.io.unwrap_or(IoClass::Idle), jobs, octets_per_sec })
}

fn setting(key: &str, reason: &str) -> RunError {
    RunError::Setting { place: format!("the setting {key}"), reason: reason.to_string() }
}

/// What of [`Database`] the flags decide.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Links {
    https: bool,
    retry_rows: bool,
}

impl Links {
    pub(crate) fn of(args: &Seal, file: &dialer_toml::Settings) -> Self {
        Self { https: args.https || file.https == Some(true), retry_rows: args.retry_rows }
    }
}

pub(crate) fn database(
    path: &Path,
    file: &dialer_toml::Settings,
    conf: astguiclient::Settings,
    links: Links,
) -> Result<Database, RunError> {
    let missing = |key| RunError::NoDatabase { key, path: path.to_owned() };
    let wrong = |key: &str| RunError::Setting {
        place: format!("{key} in {}", shown(path)),
        reason: "it is none".to_string(),
    };
    let port = match conf.database_port.as_deref() {
        None => DATABASE_PORT,
        Some(text) => text.parse().map_err(|_| wrong("VARDB_port"))?,
    };
    Ok(Database {
        host: conf.database_host.ok_or_else(|| missing("VARDB_server"))?,
        port,
        socket: file.database.socket.clone(),
        name: conf.database_name.ok_or_else(|| missing("VARDB_database"))?,
        user: conf.database_user.ok_or_else(|| missing("VARDB_user"))?,
        password: conf.database_password.ok_or_else(|| missing("VARDB_pass"))?,
        tls: file.database.tls,
        ca: file.database.ca.clone(),
        wait: Duration::from_secs(file.database.wait_secs.unwrap_or(10).clamp(1, 60)),
        server_ip: conf.server_ip.ok_or_else(|| missing("VARserver_ip"))?,
        https: links.https,
        archive: conf.archive,
        retry_rows: links.retry_rows,
    })
}

/// The path without links and dots, as far as it exists.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let mut rest = PathBuf::new();
    let mut there = std::path::absolute(path)?;
    loop {
        if let Ok(real) = there.canonicalize() {
            // An empty part would add a slash.
            return Ok(if rest.as_os_str().is_empty() { real } else { real.join(rest) });
        }
        let Some(name) = there.file_name().map(ToOwned::to_owned) else { return Ok(there) };
        rest = if rest.as_os_str().is_empty() { name.into() } else { Path::new(&name).join(rest) };
        there.pop();
    }
}

/// `GNUPGHOME`, or `~/.gnupg` of the user that runs this.
pub(crate) fn users_gnupg_home() -> Option<PathBuf> {
    let named = env::var_os("GNUPGHOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    named.or_else(|| env::home_dir().map(|home| home.join(".gnupg")))
}

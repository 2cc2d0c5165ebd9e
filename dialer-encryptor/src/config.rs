//! What is this run to do? Flags and files, checked once.

use crate::astguiclient;
use crate::cli::{Args, Suffix};
use crate::error::RunError;
use crate::format::Format;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A configuration that can be run.
#[derive(Debug)]
pub struct Config {
    /// `PATHDONEmonitor`.
    pub spool: PathBuf,
    /// `PATHlogs`, where it is set.
    pub logs: Option<PathBuf>,
    /// At least one.
    pub formats: Vec<Format>,
    /// At least one, as it was written.
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
    /// Whether to touch nothing.
    pub is_dry_run: bool,
    /// Most recordings of one format.
    pub max_files: usize,
}

impl Config {
    /// Reads and checks everything that can be checked without touching the spool.
    ///
    /// # Errors
    /// When something is missing or makes no sense.
    pub fn read(args: &Args) -> Result<Self, RunError> {
        let formats = args.all_formats();
        if formats.is_empty() {
            return Err(RunError::NoFormat);
        }
        let asked = args.all_recipients();
        if asked.is_empty() {
            return Err(RunError::NoRecipient);
        }
        if !args.no_database && !args.dry_run {
            return Err(RunError::DatabaseNotYet);
        }
        let octets = std::fs::read(&args.conf)
            .map_err(|source| RunError::Conf { path: args.conf.clone(), source })?;
        let settings = astguiclient::parse(&octets);
        let spool = settings
            .path_done_monitor
            .filter(|path| path.is_absolute())
            .ok_or_else(|| RunError::NoSpool { path: args.conf.clone() })?;
        let state_dir = resolved(&args.state_dir)
            .map_err(|source| RunError::Folder { path: args.state_dir.clone(), source })?;
        if state_dir.starts_with(spool.canonicalize().unwrap_or_else(|_| spool.clone())) {
            return Err(RunError::StateInSpool { path: state_dir });
        }
        Ok(Self {
            spool,
            logs: settings.path_logs,
            formats,
            recipients: asked,
            certificates: args.certs.clone(),
            gnupg_home: args.gnupg_home.clone().or_else(users_gnupg_home),
            suffix: args.suffix,
            state_dir,
            settle: Duration::from_secs(args.settle_secs),
            is_dry_run: args.dry_run,
            max_files: args.max_files,
        })
    }
}

/// The path without links and dots, as far as it exists.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let mut rest = PathBuf::new();
    let mut there = std::path::absolute(path)?;
    loop {
        if let Ok(real) = there.canonicalize() {
            return Ok(real.join(rest));
        }
        let Some(name) = there.file_name().map(ToOwned::to_owned) else { return Ok(there) };
        rest = if rest.as_os_str().is_empty() { name.into() } else { Path::new(&name).join(rest) };
        there.pop();
    }
}

/// `GNUPGHOME`, or `~/.gnupg` of the user that runs this.
fn users_gnupg_home() -> Option<PathBuf> {
    let named = env::var_os("GNUPGHOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    named.or_else(|| env::home_dir().map(|home| home.join(".gnupg")))
}

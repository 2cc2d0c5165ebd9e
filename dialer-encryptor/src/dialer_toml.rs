//! What does `/etc/callseal/dialer.toml` say? Every key is optional; an unknown one is refused
//! with its line, since a misspelt key would be a setting that nobody notices is missing.

use crate::cli::Suffix;
use crate::error::{RunError, shown};
use crate::format::Format;
use serde::Deserialize;
use shared::recording::escaped;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where the file is looked for when no flag names one.
pub const DEFAULT: &str = "/etc/callseal/dialer.toml";

/// The file. Flags win over it, but for `required_recipients`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Formats to seal.
    pub formats: Vec<Format>,
    /// Whom to seal for where no flag says so.
    pub recipients: Vec<String>,
    /// Who can always open a recording, whatever the flags say (escrow).
    pub required_recipients: Vec<String>,
    /// Files and folders of certificates.
    pub certs: Vec<PathBuf>,
    /// GnuPG home with more certificates.
    pub gnupg_home: Option<PathBuf>,
    /// Ending of the sealed files.
    pub suffix: Option<Suffix>,
    /// Whether links begin with `https`.
    pub https: Option<bool>,
    /// Where the journal is kept.
    pub state_dir: Option<PathBuf>,
    /// Most recordings in one run, for each format.
    pub max_files: Option<usize>,
    /// How long a recording must have been still.
    pub settle_secs: Option<u64>,
    /// What sealed files are given.
    pub sealed_files: SealedFiles,
    /// How much of the machine to take.
    pub pace: Pace,
    /// How `recording_log` is reached.
    pub database: Database,
    /// How the archive is reached.
    pub deliver: Deliver,
    /// Who keeps what the program has to say.
    pub log: Log,
}

/// `[log]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `false` leaves the system's log alone.
    pub syslog: Option<bool>,
    /// The socket that the system's log listens at, if not `/dev/log`.
    pub socket: Option<PathBuf>,
}

/// `[sealed_files]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SealedFiles {
    /// Octal, such as `"0640"`.
    pub mode: Option<String>,
    /// A name of `/etc/passwd` or a number; that of the folder `GPG` if absent.
    pub owner: Option<String>,
    /// A name of `/etc/group` or a number; that of the folder `GPG` if absent.
    pub group: Option<String>,
}

/// `[pace]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pace {
    /// CPU priority, 0 to 19.
    pub nice: Option<u8>,
    /// Class of disk access.
    pub io: Option<IoClass>,
    /// How many recordings are sealed at the same time.
    pub jobs: Option<usize>,
    /// Most mebibytes of recordings a second.
    pub rate_mib_per_sec: Option<f64>,
}

/// Class of disk access (`man 2 ioprio_set`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IoClass {
    /// Only when nobody else wants the disk.
    Idle,
    /// As other programs, at the lowest of its levels.
    BestEffort,
}

/// `[database]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `false` leaves `recording_log` alone.
    pub enabled: Option<bool>,
    /// Whether only an encrypted connection will do.
    pub tls: bool,
    /// The certificate that the server's is signed by, in PEM.
    pub ca: Option<PathBuf>,
    /// A local socket instead of `VARDB_server` and `VARDB_port`.
    pub socket: Option<PathBuf>,
    /// How long one answer of the server may take.
    pub wait_secs: Option<u64>,
}

/// `[deliver]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deliver {
    /// Whether only an encrypted connection will do.
    pub tls: bool,
    /// The certificate that the server's is signed by, in PEM.
    pub ca: Option<PathBuf>,
    /// How long one answer of the server may take.
    pub wait_secs: Option<u64>,
}

/// Reads the file that a flag names, or the default one, which may be missing.
///
/// # Errors
/// When it cannot be read, or says something that is not known.
pub fn read(named: Option<&Path>) -> Result<Settings, RunError> {
    let path = named.unwrap_or(Path::new(DEFAULT));
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        // A link that leads nowhere is a file that is missing, and with it who is required.
        Err(error)
            if named.is_none() && error.kind() == ErrorKind::NotFound && !path.is_symlink() =>
        {
            return Ok(Settings::default());
        }
        Err(source) => return Err(RunError::Config { path: path.to_owned(), source }),
    };
    toml::from_str(&text).map_err(|error| RunError::Setting {
        place: format!("line {} of {}", line(&text, error.span()), shown(path)),
        reason: escaped(error.message().replace('\n', ", ").as_bytes()),
    })
}

fn line(text: &str, span: Option<std::ops::Range<usize>>) -> usize {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_example_in_the_documentation_is_understood() {
        let settings: Settings =
            toml::from_str(include_str!("../../assets/docs/dialer.toml")).unwrap();
        assert_eq!(settings.formats, [Format::Mp3]);
        assert_eq!(settings.pace.io, Some(IoClass::Idle));
        assert!(settings.database.enabled == Some(true) && !settings.database.tls);
    }

    #[test]
    fn a_mistake_is_found_on_its_line() {
        let error =
            toml::from_str::<Settings>("suffix = \"pgp\"\n\n[pace]\njob = 2\n").unwrap_err();
        assert_eq!(line("suffix = \"pgp\"\n\n[pace]\njob = 2\n", error.span()), 4);
        assert!(error.message().starts_with("unknown field `job`"), "{}", error.message());
    }
}

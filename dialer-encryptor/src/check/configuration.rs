//! What are the settings, as far as they can be had? A missing file hides nothing else.

use super::finding::{Findings, Level};
use crate::astguiclient;
use crate::cli::{Seal, Suffix};
use crate::config::{self, Config, Database, SealedAs};
use crate::dialer_toml;
use crate::error::{RunError, shown};
use crate::format::Format;
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// More than any astguiclient.conf has.
const CONF_OCTETS: u64 = 1 << 20;

/// What is told part by part before a whole configuration is tried.
const TOLD: [&str; 7] =
    ["settings", "conf", "spool", "state-folder", "format", "recipient", "database-settings"];

/// A dialer as its settings have it; what they do not say is missing here.
#[derive(Debug)]
pub struct Dialer {
    /// `PATHDONEmonitor`.
    pub spool: Option<PathBuf>,
    /// `PATHlogs`.
    pub logs: Option<PathBuf>,
    /// What is sealed.
    pub formats: Vec<Format>,
    /// For whom, as it was written.
    pub recipients: Vec<String>,
    /// Files and folders of certificates.
    pub certificates: Vec<PathBuf>,
    /// Where GnuPG keeps more of them.
    pub gnupg_home: Option<PathBuf>,
    /// What sealed names end with.
    pub suffix: Suffix,
    /// Where the journal is.
    pub state_dir: Option<PathBuf>,
    /// What sealed files are given; none if the settings make no sense.
    pub sealed_as: Option<SealedAs>,
    /// Where `recording_log` is.
    pub database: Option<Database>,
    /// Whether `recording_log` is left alone on purpose.
    pub is_offline: bool,
    /// Whether `VARFTP_host` names an archive.
    pub has_archive: bool,
    /// `PATHmonitor`, where calls are recorded.
    pub monitor: Option<PathBuf>,
    /// Whether links are to begin with `https`.
    pub is_https: bool,
}

impl Dialer {
    /// Reads both files and the flags, and says what is wrong with them.
    pub fn read(seal: &Seal, findings: &mut Findings) -> Self {
        let file = settings(seal, findings);
        let octets = conf_octets(seal, findings);
        let conf = astguiclient::parse(&octets);
        missing_keys(seal, &octets, &conf, findings);
        let is_offline = seal.no_database || file.database.enabled == Some(false);
        let spool = conf.path_done_monitor.clone().filter(|path| path.is_absolute());
        let formats = config::either(seal.all_formats(), &file.formats);
        let mut recipients = config::either(seal.all_recipients(), &file.recipients);
        told(findings, "format", formats.is_empty(), &RunError::NoFormat);
        told(findings, "recipient", recipients.is_empty(), &RunError::NoRecipient);
        recipients.extend(file.required_recipients.iter().cloned());
        let home = seal.gnupg_home.clone().or(file.gnupg_home.clone());
        let home = home.or_else(config::users_gnupg_home);
        let nowhere = PathBuf::from("/nonexistent");
        let state_dir =
            config::state_dir(seal.state_dir.clone(), &file, spool.as_deref().unwrap_or(&nowhere));
        let sealed_as = config::sealed_as(&file.sealed_files);
        let mut dialer = Self {
            spool,
            logs: conf.path_logs.clone(),
            formats,
            recipients,
            certificates: config::either(seal.certs.clone(), &file.certs),
            gnupg_home: home.filter(|home| !home.as_os_str().is_empty()),
            suffix: seal.suffix.or(file.suffix).unwrap_or(Suffix::Pgp),
            state_dir: kept(state_dir, "state-folder", findings),
            sealed_as: kept(sealed_as, "settings", findings),
            database: None,
            is_offline,
            has_archive: conf.ftp_host.is_some(),
            monitor: value(&octets, b"PATHmonitor").map(|it| OsString::from_vec(it).into()),
            is_https: seal.https || file.https == Some(true),
        };
        if !is_offline && !octets.is_empty() && !findings.has("database-settings") {
            let database =
                config::database(&seal.conf, &file, conf, config::Links::of(seal, &file));
            dialer.database = kept(database, "database-settings", findings);
        }
        whole(seal, findings);
        dialer
    }
}

/// Whatever a run would stop at that was not told yet.
fn whole(seal: &Seal, findings: &mut Findings) {
    let is_told = TOLD.iter().any(|id| findings.has_problem(id));
    match Config::read(seal) {
        Err(error) if !is_told => {
            findings.sentences("settings", Level::Problem, &error.to_string());
        }
        Ok(config) => findings.ok(
            "settings",
            format!(
                "A run would seal {} from {} for {}.",
                config.formats.iter().map(|it| it.name()).collect::<Vec<_>>().join(", "),
                shown(&config.spool),
                people(config.recipients.len()),
            ),
        ),
        Err(_) => {}
    }
}

fn people(count: usize) -> String {
    if count == 1 { "1 recipient".to_string() } else { format!("{count} recipients") }
}

fn told(findings: &mut Findings, id: &'static str, is_wrong: bool, error: &RunError) {
    if is_wrong {
        findings.sentences(id, Level::Problem, &error.to_string());
    }
}

fn kept<T>(value: Result<T, RunError>, id: &'static str, findings: &mut Findings) -> Option<T> {
    value.inspect_err(|error| findings.sentences(id, Level::Problem, &error.to_string())).ok()
}

fn settings(seal: &Seal, findings: &mut Findings) -> dialer_toml::Settings {
    kept(dialer_toml::read(seal.config.as_deref()), "settings", findings).unwrap_or_default()
}

/// The octets hold passwords, and are wiped.
fn conf_octets(seal: &Seal, findings: &mut Findings) -> Zeroizing<Vec<u8>> {
    // Room from the start: what grows leaves copies behind.
    let length = std::fs::metadata(&seal.conf).map_or(0, |about| about.len().min(CONF_OCTETS));
    let mut octets = Zeroizing::new(Vec::with_capacity(usize::try_from(length + 1).unwrap_or(0)));
    let file = std::fs::File::open(&seal.conf);
    let read = file.and_then(|file| file.take(CONF_OCTETS).read_to_end(&mut octets));
    if let Err(source) = read {
        let error = RunError::Conf { path: seal.conf.clone(), source };
        findings.sentences("conf", Level::Problem, &error.to_string());
    }
    octets
}

/// Each key that is missing, and not only the first one that a run stops at.
fn missing_keys(
    seal: &Seal,
    octets: &[u8],
    conf: &astguiclient::Settings,
    findings: &mut Findings,
) {
    if octets.is_empty() {
        if !findings.has("conf") {
            let what = format!("The configuration file is empty: {}.", shown(&seal.conf));
            findings.problem("conf", what, "Name VICIdial's astguiclient.conf with --conf.");
        }
        return;
    }
    if !conf.path_done_monitor.as_ref().is_some_and(|path| path.is_absolute()) {
        let error = RunError::NoSpool { path: seal.conf.clone() };
        findings.sentences("spool", Level::Problem, &error.to_string());
    }
    if conf.path_logs.is_none() {
        findings.warn(
            "logs",
            "The configuration file does not say PATHlogs, so that no run leaves a line in the log.",
            format!("Add PATHlogs to {}.", shown(&seal.conf)),
        );
    }
    let needed = [
        ("VARserver_ip", conf.server_ip.is_none()),
        ("VARDB_server", conf.database_host.is_none()),
        ("VARDB_database", conf.database_name.is_none()),
        ("VARDB_user", conf.database_user.is_none()),
        ("VARDB_pass", conf.database_password.is_none()),
    ];
    let missing: Vec<&str> =
        needed.iter().filter(|(_, is_missing)| *is_missing).map(|(key, _)| *key).collect();
    if !missing.is_empty() && !seal.no_database {
        findings.problem(
            "database-settings",
            format!("The configuration file does not say {}.", missing.join(", ")),
            format!(
                "Complete {}, or add --no-database and update the links yourself.",
                shown(&seal.conf)
            ),
        );
    }
}

/// What a key says that sealing itself does not need, read as the other keys are.
fn value(octets: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    // Other lines hold passwords.
    let code = |line: &[u8]| -> Zeroizing<Vec<u8>> {
        let code = line.split(|octet| matches!(octet, b'#' | b';')).next().unwrap_or_default();
        let bare = code.iter().copied().filter(|o| !matches!(o, b' ' | b'\t' | b'\r' | b'>'));
        Zeroizing::new(bare.collect())
    };
    let mut lines = octets.split(|octet| *octet == b'\n').map(code);
    let line = lines.rfind(|it| it.starts_with(key))?;
    let equals = line.iter().rposition(|octet| *octet == b'=')?;
    line.get(equals + 1..).filter(|it| !it.is_empty()).map(<[u8]>::to_vec)
}

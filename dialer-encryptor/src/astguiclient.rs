//! What does `/etc/astguiclient.conf` say?
//!
//! The format as VICIdial's own scripts read it: lines `KEY => value`; `#` and `;` start a comment
//! anywhere; spaces, tabs and `>` are stripped from the whole line; the value follows the last
//! `=`; keys match by prefix; the last line wins.

use shared::secret::Passphrase;
use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The settings that sealing and delivery need.
#[derive(Debug, Default)]
pub struct Settings {
    /// `PATHDONEmonitor`: the folder of finished recordings.
    pub path_done_monitor: Option<PathBuf>,
    /// `PATHlogs`: where the run's line goes.
    pub path_logs: Option<PathBuf>,
    /// `VARserver_ip`: this dialer, as `recording_log.server_ip` and the links name it.
    pub server_ip: Option<String>,
    /// `VARHTTP_path`: the address of the archive that step 3 delivers to.
    pub archive: Option<String>,
    /// `VARDB_server`: the database's host.
    pub database_host: Option<String>,
    /// `VARDB_database`: its name.
    pub database_name: Option<String>,
    /// `VARDB_user`: who logs in.
    pub database_user: Option<String>,
    /// `VARDB_pass`: with which password.
    pub database_password: Option<Password>,
    /// `VARDB_port`, as written.
    pub database_port: Option<String>,
    /// `VARFTP_host`: where step 3 delivers to.
    pub ftp_host: Option<String>,
    /// `VARFTP_user`: who logs in there.
    pub ftp_user: Option<String>,
    /// `VARFTP_pass`: with which password.
    pub ftp_password: Option<Password>,
    /// `VARFTP_port`, as written.
    pub ftp_port: Option<String>,
    /// `VARFTP_dir`: the folder there that the date folders are in.
    pub ftp_folder: Option<String>,
}

/// A server's password: cannot be printed, and is wiped.
pub struct Password(pub Passphrase);

impl Password {
    /// Keeps a copy of the octets.
    #[must_use]
    pub fn new(octets: &[u8]) -> Self {
        Self(Passphrase::new(Zeroizing::new(octets.to_vec())))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}

/// Reads the settings out of the file's octets; unknown keys are VICIdial's own business.
#[must_use]
pub fn parse(octets: &[u8]) -> Settings {
    let mut settings = Settings::default();
    for line in octets.split(|octet| *octet == b'\n') {
        let code = line.split(|octet| matches!(octet, b'#' | b';')).next().unwrap_or_default();
        let bare: Zeroizing<Vec<u8>> = Zeroizing::new(
            code.iter().copied().filter(|o| !matches!(o, b' ' | b'\t' | b'\r' | b'>')).collect(),
        );
        if let Some(equals) = bare.iter().rposition(|octet| *octet == b'=') {
            settings.set(&bare, bare.get(equals + 1..).unwrap_or_default());
        }
    }
    settings
}

impl Settings {
    /// `line` begins with the key; keys match by prefix.
    fn set(&mut self, line: &[u8], value: &[u8]) {
        let path = || Some(PathBuf::from(OsString::from_vec(value.to_vec())));
        let text = || Some(String::from_utf8_lossy(value).into_owned()).filter(|it| !it.is_empty());
        let is = |key: &str| line.starts_with(key.as_bytes());
        if is("PATHDONEmonitor") {
            self.path_done_monitor = path();
        } else if is("PATHlogs") {
            self.path_logs = path();
        } else if is("VARserver_ip") {
            self.server_ip = text();
        } else if is("VARHTTP_path") {
            self.archive = text();
        } else if is("VARDB_server") {
            self.database_host = text();
        } else if is("VARDB_database") {
            self.database_name = text();
        } else if is("VARDB_user") {
            self.database_user = text();
        } else if is("VARDB_pass") {
            self.database_password = Some(Password::new(value));
        } else if is("VARDB_port") {
            self.database_port = text();
        } else if is("VARFTP_host") {
            self.ftp_host = text();
        } else if is("VARFTP_user") {
            self.ftp_user = text();
        } else if is("VARFTP_pass") {
            self.ftp_password = Some(Password::new(value));
        } else if is("VARFTP_port") {
            self.ftp_port = text();
        } else if is("VARFTP_dir") {
            self.ftp_folder = text();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_the_stock_scripts_read_it() {
        let settings = parse(
            b"# PATHlogs => /no\n\
              PATHlogs => /first\n\
              PATHmonitor => /var/spool/asterisk/monitor\n\
              PATHDONEmonitor\t=> /var/spool/asterisk/monitorDONE ; where they end\r\n\
              PATHlogs => /var/log/astguiclient\n\
              nonsense\n",
        );
        assert_eq!(settings.path_done_monitor, Some("/var/spool/asterisk/monitorDONE".into()));
        assert_eq!(settings.path_logs, Some("/var/log/astguiclient".into()));
    }

    #[test]
    fn the_database_and_this_dialer_are_found() {
        let settings = parse(
            b"VARserver_ip => 10.10.10.15\nVARDB_server => db.example\nVARDB_database => asterisk\n\
              VARDB_user => cron\nVARDB_pass => 12 34\nVARDB_port =>\nVARDB_custom_user => other\n",
        );
        assert_eq!(settings.server_ip.as_deref(), Some("10.10.10.15"));
        assert_eq!(settings.database_host.as_deref(), Some("db.example"));
        assert_eq!(settings.database_user.as_deref(), Some("cron"));
        assert_eq!(settings.database_port, None);
        // The test compares it, and it is none of anybody's.
        assert!(settings.database_password.is_some_and(|it| it.0.expose() == b"1234"));
    }

    #[test]
    fn any_octets_are_read_without_a_panic() {
        assert!(parse(b"").path_logs.is_none());
        assert!(parse(&[0xFF, b'=', b'\n', b'=', b'>']).path_done_monitor.is_none());
        let strange = parse(b"PATHlogs => /a\xFF");
        assert_eq!(strange.path_logs, Some(PathBuf::from(OsString::from_vec(b"/a\xFF".to_vec()))));
    }
}

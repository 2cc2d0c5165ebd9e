//! What does `/etc/astguiclient.conf` say?
//!
//! The format as VICIdial's own scripts read it: lines `KEY => value`; `#` and `;` start a comment
//! anywhere; spaces, tabs and `>` are stripped from the whole line; the value follows the last
//! `=`; keys match by prefix; the last line wins.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// The settings that sealing needs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `PATHDONEmonitor`: the folder of finished recordings.
    pub path_done_monitor: Option<PathBuf>,
    /// `PATHlogs`: where the run's line goes.
    pub path_logs: Option<PathBuf>,
}

/// Reads the settings out of the file's octets; unknown keys are VICIdial's own business.
#[must_use]
pub fn parse(octets: &[u8]) -> Settings {
    let mut settings = Settings::default();
    for line in octets.split(|octet| *octet == b'\n') {
        let code = line.split(|octet| matches!(octet, b'#' | b';')).next().unwrap_or_default();
        let bare: Vec<u8> =
            code.iter().copied().filter(|o| !matches!(o, b' ' | b'\t' | b'\r' | b'>')).collect();
        let Some(equals) = bare.iter().rposition(|octet| *octet == b'=') else { continue };
        let value = bare.get(equals + 1..).unwrap_or_default();
        let path = || Some(PathBuf::from(OsString::from_vec(value.to_vec())));
        if bare.starts_with(b"PATHDONEmonitor") {
            settings.path_done_monitor = path();
        } else if bare.starts_with(b"PATHlogs") {
            settings.path_logs = path();
        }
    }
    settings
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
    fn any_octets_are_read_without_a_panic() {
        assert_eq!(parse(b""), Settings::default());
        assert_eq!(parse(&[0xFF, b'=', b'\n', b'=', b'>']), Settings::default());
        let strange = parse(b"PATHlogs => /a\xFF");
        assert_eq!(strange.path_logs, Some(PathBuf::from(OsString::from_vec(b"/a\xFF".to_vec()))));
    }
}

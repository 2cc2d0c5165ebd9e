//! Which jobs does cron start, and what do our lines say?

use super::finding::{Findings, Level};
use crate::cli::{self, Check, Command, Seal};
use crate::crontab::{self, Crontab, Job, Line};
use crate::format::Format;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// VICIdial's configuration file where no flag names another.
const CONF: &str = "/etc/astguiclient.conf";

/// Where services are switched on.
const UNITS: &str = "/etc/systemd/system";

/// More units than any machine has.
const MOST_UNITS: usize = 1000;

/// The jobs that cron starts.
#[derive(Debug, Default)]
pub struct Jobs {
    /// Active lines, as far as crontabs could be read.
    pub lines: Vec<Line>,
    /// Whether they could be read.
    pub is_known: bool,
}

impl Jobs {
    /// Reads the crontabs.
    pub fn read(asked: &Check, findings: &mut Findings) -> Self {
        match crontab::read(asked.crontab.as_deref()) {
            Ok(all) => Self { lines: active(all), is_known: true },
            Err(error) => {
                let what = format!(
                    "The crontab cannot be read: {}.",
                    shared::recording::escaped(error.to_string().as_bytes())
                );
                findings.warn(
                    "crontab",
                    what,
                    "Run as the user whose crontab seals, usually root.",
                );
                Self::default()
            }
        }
    }

    /// The active lines that do this.
    pub fn of(&self, is_meant: impl Fn(Job) -> bool) -> Vec<&Line> {
        self.lines.iter().filter(|line| is_meant(line.job)).collect()
    }

    /// What our lines say, where the flags of `check` itself say neither what nor for whom to seal;
    /// none if nothing in the crontab seals.
    pub fn seal(&self, asked: &Seal, findings: &mut Findings) -> Option<Seal> {
        let lines = self.of(|job| matches!(job, Job::Seal | Job::Watch));
        let read: Vec<Seal> = lines.iter().filter_map(|line| flags(line, findings)).collect();
        if asked.says_what() {
            return None;
        }
        let formats: Vec<Format> = read.iter().flat_map(Seal::all_formats).collect();
        let mut seal = read.into_iter().next()?;
        seal.formats = formats;
        Some(with_flags(seal, asked))
    }
}

/// What the flags of `check` say beside the line wins.
fn with_flags(mut seal: Seal, asked: &Seal) -> Seal {
    if asked.conf != Path::new(CONF) {
        seal.conf.clone_from(&asked.conf);
    }
    seal.config = asked.config.clone().or(seal.config);
    seal.gnupg_home = asked.gnupg_home.clone().or(seal.gnupg_home);
    seal.state_dir = asked.state_dir.clone().or(seal.state_dir);
    seal.suffix = asked.suffix.or(seal.suffix);
    seal.no_database |= asked.no_database;
    seal.https |= asked.https;
    if !asked.certs.is_empty() {
        seal.certs.clone_from(&asked.certs);
    }
    seal
}

fn active(all: Vec<Crontab>) -> Vec<Line> {
    all.into_iter().flat_map(|it| it.lines).filter(|line| line.is_active).collect()
}

/// The flags of one of our lines; said if they are no flags.
fn flags(line: &Line, findings: &mut Findings) -> Option<Seal> {
    match parsed(line) {
        Ok(seal) => Some(seal),
        Err(error) => {
            let first = error.to_string();
            let first = first.lines().next().unwrap_or_default();
            let first = shared::recording::escaped(first.as_bytes());
            let what = format!("Line {} of the crontab is not understood: {first}.", line.number);
            let todo = "Correct the flags; dialer-encryptor --help lists them.";
            findings.add("crontab-line", Level::Problem, what, todo);
            None
        }
    }
}

/// The flags of one of our lines.
pub fn parsed(line: &Line) -> Result<Seal, clap::Error> {
    let words =
        std::iter::once("dialer-encryptor").chain(line.arguments.iter().map(String::as_str));
    let cli = cli::parse(words.map(OsString::from))?;
    Ok(match cli.command {
        Some(Command::Watch(watch)) => watch.seal,
        _ => cli.seal,
    })
}

/// The formats that one of our lines seals.
pub fn formats(line: &Line) -> Vec<Format> {
    parsed(line).map(|seal| seal.all_formats()).unwrap_or_default()
}

/// The service that seals.
pub const WATCH: &str = "callseal-watch.service";

/// The timer that delivers.
pub const DELIVER: &str = "callseal-deliver.timer";

/// Whether a unit of ours is switched on.
pub fn is_on(unit: &str) -> bool {
    is_on_in(Path::new(UNITS), unit)
}

/// Switched on is what a `….wants` folder names; a bounded number of names is looked at.
fn is_on_in(units: &Path, unit: &str) -> bool {
    let folders = fs::read_dir(units).into_iter().flatten().flatten().take(MOST_UNITS);
    let wants = folders.filter(|it| it.file_name().to_string_lossy().ends_with(".wants"));
    wants
        .filter_map(|it| fs::read_dir(it.path()).ok())
        .any(|units| units.flatten().take(MOST_UNITS).any(|it| it.file_name() == unit))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_service_counts_once_it_is_switched_on() {
        let units = tempfile::tempdir().unwrap();
        let is_on = || [WATCH, DELIVER].map(|unit| is_on_in(units.path(), unit));
        fs::write(units.path().join(WATCH), "").unwrap();
        assert_eq!(is_on(), [false, false]);
        let wants = units.path().join("multi-user.target.wants");
        fs::create_dir(&wants).unwrap();
        fs::write(wants.join("callseal-status.timer"), "").unwrap();
        fs::write(wants.join(DELIVER), "").unwrap();
        assert_eq!(is_on(), [false, true]);
        fs::write(wants.join(WATCH), "").unwrap();
        assert_eq!(is_on(), [true, true]);
    }
}

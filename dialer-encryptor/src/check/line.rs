//! Would the active lines of the crontab seal, and what was checked here?

use super::finding::{Findings, Level};
use super::jobs::{Jobs, WATCH, is_on, parsed};
use crate::cli::Seal;
use crate::config::Config;
use crate::crontab::words::programs;
use crate::crontab::{Job, Line};
use crate::error::{RunError, shown};
use rustix::fs::{Access, AtFlags, CWD, accessat};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Looks at each line of ours: at its program, at its settings, and at what differs from the flags of
/// `check` where those say what was checked.
pub fn look(asked: &Seal, jobs: &Jobs, findings: &mut Findings) {
    let ours = |job| matches!(job, Job::Seal | Job::Watch | Job::Deliver | Job::OtherOfUs);
    jobs.of(ours).into_iter().for_each(|line| program(line, findings));
    let lines = jobs.of(|job| matches!(job, Job::Seal | Job::Watch));
    // Lines that are not understood were told.
    let mut lines = lines.into_iter().filter_map(|line| Some((line, parsed(line).ok()?)));
    // Without flags the first one was checked as if its flags stood here.
    let checked = match asked.says_what() {
        true => Config::read(asked),
        false => lines.next().map_or(Err(RunError::NoFormat), |(_, seal)| Config::read(&seal)),
    };
    let known = checked.as_ref().err().map(ToString::to_string);
    let mut read = Vec::new();
    for (line, seal) in lines {
        match Config::read(&seal).map_err(|error| error.to_string()) {
            Ok(config) => read.push((line, seal, config)),
            // What ails them all was told.
            Err(error) if known.as_ref() == Some(&error) => {}
            Err(error) => {
                let what = format!("Line {} of the crontab cannot run. {error}", line.number);
                findings.sentences("crontab-line", Level::Problem, &what);
            }
        }
    }
    if let (true, Ok(checked)) = (asked.says_what(), checked) {
        compare(asked, &checked, &read, findings);
    }
}

/// The program that the line names with its whole path; by its bare name only cron could find it.
fn program(line: &Line, findings: &mut Findings) {
    let programs = programs(line.text.as_bytes());
    let mut paths = programs.iter().flatten().map(|word| Path::new(OsStr::from_bytes(&word.text)));
    let is_meant = |path: &&Path| {
        path.is_absolute() && path.file_name().is_some_and(|name| name == "dialer-encryptor")
    };
    let Some(path) = paths.rfind(is_meant) else { return };
    let may_run = || accessat(CWD, path, Access::EXEC_OK, AtFlags::EACCESS);
    let reason = match path.metadata() {
        Err(error) => error.to_string(),
        Ok(about) if !about.is_file() => "it is no file".to_string(),
        Ok(_) => match may_run() {
            Ok(()) => return,
            Err(error) => std::io::Error::from(error).to_string(),
        },
    };
    findings.problem(
        "crontab-program",
        format!(
            "Line {} of the crontab starts a program that cannot be run ({reason}): {}.",
            line.number,
            shown(path)
        ),
        "Correct the path in that line, or install the program there.",
    );
}

/// Only lines that seal what was checked can differ from it.
fn compare(
    asked: &Seal,
    checked: &Config,
    lines: &[(&Line, Seal, Config)],
    findings: &mut Findings,
) {
    for (line, seal, config) in lines {
        let is_same_format = config.formats.iter().any(|it| checked.formats.contains(it));
        let differences = differences((asked, checked), (seal, config));
        if is_same_format && !differences.is_empty() {
            let what = format!(
                "What was checked is not what line {} of the crontab does: it differs in {}.",
                line.number,
                differences.join(", ")
            );
            let todo = "Put the flags of that line behind check, or correct the line.";
            findings.warn("crontab-differs", what, todo);
        }
    }
    let is_sealed = |format| lines.iter().any(|(_, _, config)| config.formats.contains(format));
    for format in checked.formats.iter().filter(|format| !is_sealed(format)) {
        if !lines.is_empty() && !is_on(WATCH) {
            let name = format.name();
            findings.warn(
                "crontab-differs",
                format!("{name} was checked, but no active line of the crontab seals it."),
                format!("Add --format {name} to the line, or leave it out behind check."),
            );
        }
    }
}

/// What the settings differ in, of what decides where recordings go and who can open them.
fn differences(
    (asked, checked): (&Seal, &Config),
    (seal, config): (&Seal, &Config),
) -> Vec<&'static str> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let paths = |all: &[PathBuf]| all.iter().map(|it| real(it)).collect::<BTreeSet<_>>();
    let people = |all: &[String]| all.iter().map(|it| it.to_lowercase()).collect::<BTreeSet<_>>();
    let conf = |it: &Seal| real(&it.conf);
    let file = |it: &Seal| it.config.as_deref().map(real);
    let all = [
        ("the recipients", people(&checked.recipients) != people(&config.recipients)),
        ("the certificates", paths(&checked.certificates) != paths(&config.certificates)),
        ("the suffix", checked.suffix != config.suffix),
        ("the configuration file (--conf)", conf(asked) != conf(seal)),
        ("the settings (--config)", file(asked) != file(seal)),
        ("the journal's folder (--state-dir)", checked.state_dir != config.state_dir),
        (
            "whether recording_log is updated",
            checked.database.is_some() != config.database.is_some(),
        ),
    ];
    all.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

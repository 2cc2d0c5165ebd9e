//! Who is told what? A terminal and `--json` get the result, cron gets only what needs a person,
//! and PATHlogs gets one line a run.

use crate::cli::Seal;
use crate::config::Config;
use crate::error::RunError;
use crate::summary::{Rows, Summary};
use serde_json::json;
use shared::recording::escaped;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;

/// How many failures and warnings are printed one by one; a full disk fails every recording alike.
const PRINTED_FAILURES: usize = 20;

/// Prints the result and gives the exit code: 0 all done or nothing to do, 1 some recordings
/// stay queued, 2 could not run.
#[must_use]
pub fn finish(args: &Seal, result: Result<Summary, RunError>) -> ExitCode {
    // Nobody is left to tell when printing itself fails (a pipe that was closed).
    let _ = match &result {
        Ok(summary) => {
            trace(summary);
            print(args, summary)
        }
        Err(error) => print_error(args, error),
    };
    match result {
        Ok(summary) if summary.is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(_) => ExitCode::from(2),
    }
}

/// Prints why a command could not run, and gives the exit code.
#[must_use]
pub fn could_not_run(args: &Seal, error: &RunError) -> ExitCode {
    // Nobody is left to tell when printing itself fails.
    let _ = print_error(args, error);
    ExitCode::from(2)
}

/// Prints help, the version, or what is wrong with the flags.
#[must_use]
pub fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// What needs a person goes first: standard output may be closed or full.
fn print(args: &Seal, summary: &Summary) -> io::Result<()> {
    let told = print_errors(summary, args.is_debug());
    print_result(args, summary).and(told)
}

fn print_result(args: &Seal, summary: &Summary) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", as_json(summary))?;
    } else if args.dry_run {
        for name in &summary.would_seal {
            writeln!(out, "{}", escaped(name.as_bytes()))?;
        }
        writeln!(out, "{} would be sealed, nothing was touched", summary.would_seal.len())?;
    } else if out.is_terminal() || args.is_debug() {
        writeln!(out, "{}", line(summary))?;
    }
    out.flush()
}

fn print_errors(summary: &Summary, is_debug: bool) -> io::Result<()> {
    // In one piece, so that no other program's words come in between.
    let mut err = BufWriter::new(io::stderr().lock());
    // What was said lately is said again to whoever looks, not to cron.
    let is_watched = is_debug || err.get_ref().is_terminal();
    let said: Vec<_> = summary.warnings.iter().filter(|it| it.is_news || is_watched).collect();
    for warning in said.iter().take(PRINTED_FAILURES) {
        writeln!(err, "Warning: {}", warning.text)?;
    }
    if let Some(more) = said.len().checked_sub(PRINTED_FAILURES + 1) {
        writeln!(err, "And {} more warnings; the log has them all", more + 1)?;
    }
    for failure in summary.failures.iter().take(PRINTED_FAILURES) {
        let what = if failure.is_sealed { "Sealed, not finished" } else { "Not sealed, and kept" };
        writeln!(err, "{what}: {} ({})", failure.recording, failure.reason)?;
    }
    if let Some(more) = summary.failures.len().checked_sub(PRINTED_FAILURES + 1) {
        writeln!(err, "And {} more", more + 1)?;
    }
    if !summary.failures.is_empty() {
        writeln!(err, "The next run tries them again.")?;
    }
    print_rows(&mut err, &summary.rows)?;
    err.flush()
}

fn print_rows(err: &mut impl Write, rows: &Rows) -> io::Result<()> {
    for row in rows.set_aside.iter().take(PRINTED_FAILURES) {
        let (id, name, reason) = (row.recording_id, &row.recording, &row.reason);
        writeln!(
            err,
            "Sealed, but row {id} of recording_log cannot be changed: {name} ({reason})"
        )?;
    }
    if !rows.set_aside.is_empty() {
        writeln!(err, "Correct what is wrong there, then run once with --retry-rows.")?;
    }
    if rows.waiting > 0 {
        let count = rows.waiting;
        let why = rows.down.as_deref().unwrap_or("somebody else changed them at the same time");
        writeln!(
            err,
            "Sealed, but {count} rows of recording_log wait to be changed: {why}. The next run \
             tries again."
        )?;
    }
    Ok(())
}

fn print_error(args: &Seal, error: &RunError) -> io::Result<()> {
    if args.json {
        let object = json!({ "ok": false, "error": error.to_string() });
        writeln!(io::stdout().lock(), "{object}")?;
    }
    writeln!(io::stderr().lock(), "{error}")
}

fn as_json(summary: &Summary) -> serde_json::Value {
    let would_seal: Vec<String> =
        summary.would_seal.iter().map(|name| escaped(name.as_bytes())).collect();
    json!({
        "ok": summary.is_ok(),
        "sealed": summary.sealed,
        "sealed_octets": summary.sealed_octets,
        "recovered": summary.recovered,
        "already_sealed": summary.already_sealed,
        "busy": summary.busy,
        "without_link": summary.without_link,
        "swept": summary.swept,
        "left_for_next_run": summary.left_for_next_run,
        "locked": summary.locked.iter().map(|format| format.name()).collect::<Vec<_>>(),
        "would_seal": would_seal,
        "rows_changed": summary.rows.changed,
        "rows_corrected": summary.rows.corrected,
        "rows_without": summary.rows.without,
        "rows_waiting": summary.rows.waiting,
        "rows_set_aside": summary.rows.set_aside,
        "database_down": summary.rows.down,
        "warnings": summary.warnings.iter().map(|it| &it.text).collect::<Vec<_>>(),
        "failures": summary.failures,
        "recipients": summary.recipients,
        "seconds": summary.seconds(),
    })
}

/// What went wrong, each once, in one line.
#[must_use]
pub fn troubles(summary: &Summary) -> Vec<String> {
    let failed = summary.failures.iter().map(|failure| {
        let what = if failure.is_sealed { "sealed, not finished" } else { "not sealed, and kept" };
        format!("{what}: {} ({})", failure.recording, failure.reason)
    });
    let rows = summary.rows.set_aside.iter().map(|row| {
        let (id, name, reason) = (row.recording_id, &row.recording, &row.reason);
        format!("row {id} of recording_log not changed: {name} ({reason})")
    });
    failed.chain(rows).chain(summary.rows.down.clone()).collect()
}

/// Whether a pass changed anything that somebody may look for later.
#[must_use]
pub fn has_done_something(summary: &Summary) -> bool {
    let rows = &summary.rows;
    summary.sealed + summary.recovered + summary.already_sealed + rows.changed + rows.corrected > 0
}

/// Tells the system's log what a run did: nothing where nothing was to be done.
fn trace(summary: &Summary) {
    if has_done_something(summary) || !summary.is_ok() {
        tracing::info!("{}", line(summary));
    }
    troubles(summary).iter().for_each(|it| tracing::error!("{it}"));
    let warnings = summary.warnings.iter().filter(|it| it.is_news);
    warnings.for_each(|it| tracing::warn!("{}", it.text));
}

/// The result in one line.
#[must_use]
pub fn line(summary: &Summary) -> String {
    let locked: Vec<&str> = summary.locked.iter().map(|format| format.name()).collect();
    let locked = match locked.as_slice() {
        [] => String::new(),
        formats => format!(", another run is at work on {}", formats.join(" ")),
    };
    let left = match summary.left_for_next_run {
        0 => String::new(),
        count => format!(", {count} left for the next run"),
    };
    let rows = match (summary.rows.waiting, summary.rows.set_aside.len()) {
        (0, 0) => String::new(),
        (waiting, set_aside) => format!(", rows: {waiting} waiting, {set_aside} set aside"),
    };
    let early = match summary.without_link {
        0 => String::new(),
        count => format!(", {count} wait for their row"),
    };
    format!(
        "{} sealed, {} finished from before, {} busy, {} failed, {:.1} s{early}{left}{rows}{locked}",
        summary.sealed,
        summary.recovered + summary.already_sealed,
        summary.busy,
        summary.failures.len(),
        summary.seconds(),
    )
}

/// Appends the run's line to `callseal.log` in PATHlogs, where that folder exists. The log is no
/// condition for sealing, so a failure is a warning.
pub fn log(config: &Config, summary: &mut Summary) {
    let Some(folder) = config.logs.as_ref().filter(|_| !config.is_dry_run) else { return };
    let mut lines = vec![line(summary)];
    for failure in &summary.failures {
        lines.push(format!("failed: {} ({})", failure.recording, failure.reason));
    }
    lines.extend(summary.warnings.iter().map(|warning| format!("warning: {}", warning.text)));
    for row in &summary.rows.set_aside {
        lines.push(format!(
            "row {} not changed: {} ({})",
            row.recording_id, row.recording, row.reason
        ));
    }
    lines.extend(summary.rows.down.clone());
    if let Err(warning) = append(folder, &lines) {
        summary.warn(warning);
    }
}

/// Appends lines to `callseal.log` in a folder, each with the time.
///
/// # Errors
/// A warning, when they cannot be written.
pub(crate) fn append(folder: &Path, lines: &[String]) -> Result<(), String> {
    let now = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S");
    let text: String = lines.iter().map(|line| format!("{now} {line}\n")).collect();
    let path = folder.join("callseal.log");
    OpenOptions::new()
        .create(true)
        .append(true)
        // A link or a pipe in the log folder is not followed and not waited for.
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| {
            let shown = crate::error::shown(&path);
            format!("The run's line cannot be written ({error}): {shown}")
        })
}

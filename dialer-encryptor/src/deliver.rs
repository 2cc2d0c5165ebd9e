//! How do sealed recordings get to the archive? Step 3.
//!
//! `settings` turns flags and files into what to do; `run` knows the order of the steps, of which
//! `plan` is the first and `link` the last, and `recover` what an earlier run left of them; `archive`
//! is the server, reached over one `line` that waits for nothing without a `deadline`; `rows` finds a
//! file's row.

mod archive;
mod date_folder;
mod deadline;
mod line;
mod link;
mod local;
mod outcome;
mod plan;
mod recover;
mod rows;
mod run;
mod settings;
mod tls;
mod trouble;

use crate::catalog::Catalog;
use crate::cli::Deliver;
use crate::error::RunError;
use crate::folders;
use crate::journal::{Journal, RunNote, Stage};
use crate::priority;
use line::Line;
use outcome::Outcome;
use run::Run;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use settings::Settings;
use shared::recording::escaped;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;

/// Does it, and gives the exit code: 0 all delivered or nothing to do, 1 something stays, 2 could
/// not run.
#[must_use]
pub fn command(asked: &Deliver) -> ExitCode {
    let result = Settings::read(asked).and_then(|settings| deliver(&settings));
    // Nobody is left to tell when printing itself fails (a pipe that was closed).
    let _ = outcome::print(asked, &result);
    match result {
        Ok(outcome) if outcome.is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(_) => ExitCode::from(2),
    }
}

fn deliver(settings: &Settings) -> Result<Outcome, RunError> {
    let (spool, gpg) = run::open_folders(settings)?;
    if settings.is_dry_run {
        return dry_run(settings, &gpg);
    }
    let mut journal = Journal::open(&settings.state_dir)?;
    // Two lines of a crontab with two state folders must not meet either.
    let (own, folder) = (lock(&settings.state_dir)?, folders::lock(&gpg)?);
    let (Some(_own), Some(_folder)) = (own, folder) else {
        return Ok(Outcome { is_locked: true, ..Outcome::default() });
    };
    let mut outcome = Outcome::default();
    if settings.is_password_visible {
        outcome.warn(
            "The password of the archive is on the command line, where every user of this \
             machine can read it. Write it as VARFTP_pass into astguiclient.conf.",
        );
    }
    if let Err(error) = priority::lower(settings.nice, settings.io) {
        outcome
            .warn(format!("The priority cannot be lowered ({error}). Check that calls are fine."));
    }
    let catalog = settings.database.as_ref().map(|it| Catalog::new(it, &settings.spool));
    let mut run = Run {
        settings,
        journal: &mut journal,
        catalog,
        line: Line::new(&settings.server),
        spool,
        gpg,
        outcome,
        under_way: HashSet::new(),
    };
    let ended = run.run();
    let outcome = finish(run, ended);
    Ok(note(settings, &mut journal, outcome))
}

/// What the run as a whole has to say.
fn finish(run: Run<'_>, ended: Result<(), RunError>) -> Outcome {
    let Run { settings, journal, catalog, line, mut outcome, .. } = run;
    // What a folder or the journal stopped on its way was begun: it is no run that could not run.
    outcome.journal_failed = ended.err().map(|error| error.to_string());
    outcome.server_down = line.down().map(|reason| {
        let server = &settings.server;
        format!(
            "the archive at {}:{} cannot be used ({reason}); check that it runs, has space, and \
             that VARFTP_user may log in",
            escaped(server.host.as_bytes()),
            server.port
        )
    });
    outcome.database_down = catalog.as_ref().and_then(|catalog| {
        let reason = escaped(catalog.down()?.0.as_bytes());
        let place = escaped(catalog.place().as_bytes());
        Some(format!(
            "the database at {place} cannot be used ({reason}), and it knows the date folders; \
             check that it runs and that VARDB_user may log in"
        ))
    });
    match journal.count_deliveries(Stage::Uploaded) {
        Ok(waiting) => outcome.rows_waiting = waiting,
        Err(error) => outcome.journal_failed = Some(journal.failed()(error).to_string()),
    }
    line.leave();
    outcome
}

/// Writes the run down, in the journal and in the log.
fn note(settings: &Settings, journal: &mut Journal, mut outcome: Outcome) -> Outcome {
    let texts: Vec<&str> = outcome.warnings.iter().map(|(text, _)| text.as_str()).collect();
    let news = journal.news(&texts).unwrap_or_default();
    for (warning, is_news) in outcome.warnings.iter_mut().zip(news) {
        warning.1 = is_news;
    }
    let noted = journal.note_run(&RunNote {
        kind: "deliver".to_string(),
        ended_at: jiff::Timestamp::now().as_second(),
        succeeded_at: None,
        exit_code: u8::from(!outcome.is_ok()),
        done: outcome.delivered + outcome.recovered,
        failed: outcome.failures.len() + outcome.more_failures,
        busy: outcome.busy,
        reason: outcome.reason(),
    });
    if let Err(error) = noted {
        outcome.warn(format!("The run cannot be written down ({error}). The next one will be."));
    }
    if let Some(folder) = &settings.logs {
        outcome.log(folder);
    }
    outcome
}

/// The kernel's lock on a file in the state folder; gone with its process. None: it is taken.
fn lock(state_dir: &Path) -> Result<Option<File>, RunError> {
    let path = state_dir.join("deliver.lock");
    let failed = |source| RunError::Folder { path: path.clone(), source };
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(&path)
        .map_err(failed)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(failed(error.into())),
    }
}

/// Names what would be delivered; neither server nor database is asked.
fn dry_run(settings: &Settings, gpg: &folders::Folder) -> Result<Outcome, RunError> {
    let count = settings.transfer_limit.min(settings.list_limit);
    let names = local::next_names(gpg, None, count)?;
    let shown = names.iter().map(|name| escaped(name.as_encoded_bytes()));
    Ok(Outcome { would_deliver: shown.collect(), ..Outcome::default() })
}

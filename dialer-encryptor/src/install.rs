//! How do the crontab lines of steps 2 and 3 change, and change back?
//!
//! [`plan`] computes the new crontab, [`guard`] refuses one that must not be, [`place`] keeps a copy of
//! the old one and writes the new one; without `--yes` the change is only shown.

pub mod guard;
pub mod line;
pub mod mark;
pub mod place;
pub mod plan;
pub mod program;
pub mod refusal;

use crate::cli::{Install, Suffix, Uninstall};
use crate::crontab::Crontab;
use crate::dialer_toml;
use crate::error::shown;
use line::Ours;
use place::Place;
use plan::{Change, Plan, Step3};
use refusal::Refusal;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Writes this program into the crontab, or shows how, and gives the exit code.
#[must_use]
pub fn install(asked: &Install) -> ExitCode {
    finish(try_install(asked))
}

/// Takes it out again, or shows how, and gives the exit code.
#[must_use]
pub fn uninstall(asked: &Uninstall) -> ExitCode {
    finish(try_uninstall(asked))
}

fn finish(result: Result<String, Refusal>) -> ExitCode {
    let (written, code) = match result {
        Ok(text) => (io::stdout().lock().write_all(text.as_bytes()), 0),
        Err(refusal) => (writeln!(io::stderr().lock(), "{refusal}"), 2),
    };
    // Nobody is left to tell when printing fails; what was done is done.
    drop(written);
    ExitCode::from(code)
}

fn try_install(asked: &Install) -> Result<String, Refusal> {
    let settings = dialer_toml::read(asked.config.as_deref())?;
    let place = Place::find(asked.crontab.as_deref())?;
    let ours = Ours::new(asked, program::path()?);
    let suffix = asked.suffix.or(settings.suffix).unwrap_or(Suffix::Pgp);
    let is_switched = asked.deliver || suffix == Suffix::Pgp && !asked.keep_step_3;
    let step_3 = if is_switched { Step3::Switch } else { Step3::Keep };
    let others = guard::others(&place)?;
    guard::no_stock_encrypt(&others)?;
    guard::all_clear(&place.octets, place.has_user_field(), step_3)?;
    let plan = plan::install(&place.octets, place.has_user_field(), &ours, step_3)?;
    if plan.changes.is_empty() {
        return Ok(format!(
            "{}{} starts this program already; nothing to do.\n",
            notes(&plan),
            place.name()
        ));
    }
    guard::not_both(&plan.octets, place.has_user_field())?;
    // What could not be taken back is not begun.
    let back = plan::uninstall(&plan.octets, place.has_user_field());
    guard::not_both(&back.octets, place.has_user_field())?;
    check_lines(&place, &plan, &ours, asked, step_3, &others)?;
    if asked.yes {
        guard::stock_encrypt_rests()?;
    }
    settle(&place, &plan, asked.yes, &state_dir(asked.state_dir.as_deref(), settings.state_dir))
}

/// What is written must run.
fn check_lines(
    place: &Place,
    plan: &Plan,
    ours: &Ours,
    asked: &Install,
    step_3: Step3,
    others: &[Crontab],
) -> Result<(), Refusal> {
    let is_added = plan.changes.iter().any(|change| change.old.is_empty());
    if is_added && let Some(elsewhere) = guard::sealed_elsewhere(others) {
        return Err(Refusal::new(format!(
            "This program is started already, by {elsewhere}. Look there."
        )));
    }
    if is_added {
        return guard::added_runs(place, ours);
    }
    if !asked.formats.is_empty() {
        return Err(Refusal::new(
            "The stock line of step 2 says which format it seals. Leave --format away.".to_string(),
        ));
    }
    guard::all_run(&place.octets, place.has_user_field(), ours, step_3)
}

fn try_uninstall(asked: &Uninstall) -> Result<String, Refusal> {
    let settings = dialer_toml::read(asked.config.as_deref())?;
    let place = Place::find(asked.crontab.as_deref())?;
    let plan = plan::uninstall(&place.octets, place.has_user_field());
    if plan.changes.is_empty() {
        return Ok(format!("{} has no line that `install` marked; nothing to do.\n", place.name()));
    }
    guard::not_both(&plan.octets, place.has_user_field())?;
    settle(&place, &plan, asked.yes, &state_dir(asked.state_dir.as_deref(), settings.state_dir))
}

fn state_dir(named: Option<&Path>, file: Option<PathBuf>) -> PathBuf {
    named.map(Path::to_owned).or(file).unwrap_or_else(|| "/var/lib/callseal".into())
}

/// Shows the change, and makes it if it is wanted.
fn settle(
    place: &Place,
    plan: &Plan,
    is_wanted: bool,
    state_dir: &Path,
) -> Result<String, Refusal> {
    let mut text = notes(plan);
    text.push_str(&format!("--- {0}\n+++ {0}, changed\n", place.name()));
    plan.changes.iter().for_each(|change| text.push_str(&difference(change)));
    if !is_wanted {
        text.push_str("Nothing was changed yet. Say --yes to change it so.\n");
        return Ok(text);
    }
    let copy = place.change(&plan.octets, state_dir)?;
    text.push_str(&format!(
        "{} was changed and read back. As it was, it is kept in: {}\n",
        place.name(),
        shown(&copy)
    ));
    Ok(text)
}

fn notes(plan: &Plan) -> String {
    plan.notes.iter().map(|note| format!("{note}\n")).collect()
}

fn difference(change: &Change) -> String {
    let lines = |sign: char, octets: &[u8]| {
        let lines = octets.split_inclusive(|octet| *octet == b'\n');
        let line = |line: &[u8]| format!("{sign}{}\n", crate::crontab::shown(line));
        lines.map(line).collect::<String>()
    };
    format!("@@ line {} @@\n{}{}", change.number, lines('-', &change.old), lines('+', &change.new))
}

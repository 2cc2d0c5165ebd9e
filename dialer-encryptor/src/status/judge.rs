//! What of the facts is wrong, how bad is it, and what is to be done?

use super::facts::{DELIVER, Facts, Known, covers};
use super::formats::newest;
use crate::cli::Status;
use crate::error::shown;
use crate::format::Format;
use crate::journal::RunNote;
use crate::tally::{CLOCK, Tally};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A person should look when there is time.
    Warning,
    /// Recordings may be lost to the purge, or nothing runs.
    Critical,
    /// It could not be looked at.
    Unknown,
}

impl Severity {
    /// Its name in every form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Unknown => "unknown",
        }
    }
}

/// Something that is wrong.
#[derive(Debug)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What went wrong, and what to do.
    pub text: String,
}

/// The usual purge takes what is seven days old.
const NEAR_PURGE_SECS: u64 = 5 * 86_400;

/// Everything that is wrong, the worst first.
#[must_use]
pub fn problems(asked: &Status, facts: &Facts) -> Vec<Problem> {
    let mut found = Vec::new();
    spool(facts, &mut found);
    match &facts.journal {
        Err(error) => add(&mut found, Severity::Unknown, error.to_string()),
        Ok(None) => add(&mut found, Severity::Critical, never_ran(facts)),
        Ok(Some(known)) => {
            runs(asked, facts, known, &mut found);
            rows(asked, known, &mut found);
        }
    }
    backlog(asked, facts, &mut found);
    others(asked, facts, &mut found);
    dated_ahead(facts, &mut found);
    deliveries(asked, facts, &mut found);
    plaintext(asked, facts, &mut found);
    found.sort_by_key(|it| std::cmp::Reverse(it.severity));
    found
}

fn add(found: &mut Vec<Problem>, severity: Severity, text: String) {
    found.push(Problem { severity, text });
}

fn never_ran(facts: &Facts) -> String {
    let place = shown(&facts.state_dir.join("journal.sqlite"));
    format!(
        "No run that seals has ended here yet: the journal is missing, or names none. Check the line of step 2 in \
         the crontab with `dialer-encryptor check`, or name the journal's folder with --state-dir: \
         {place}"
    )
}

fn spool(facts: &Facts, found: &mut Vec<Problem>) {
    if let Some(reason) = &facts.spool_problem {
        let text = format!(
            "PATHDONEmonitor cannot be looked into ({reason}). Check that it is there, and run this \
             as a user who may: {}",
            shown(&facts.spool)
        );
        add(found, Severity::Unknown, text);
        return;
    }
    let formats = facts.formats.sealed.iter().chain(&facts.formats.others);
    let backlog = formats.map(|(_, tally)| tally).chain(&facts.deliveries);
    let all = backlog.chain(facts.plaintext.iter().map(|folder| &folder.tally));
    let mut told: Vec<&String> = all.filter_map(|tally| tally.problem.as_ref()).collect();
    told.sort_unstable();
    told.dedup();
    for problem in told {
        let text =
            format!("Not all could be counted. Run this as a user who may look ({problem}).");
        add(found, Severity::Unknown, text);
    }
}

fn runs(asked: &Status, facts: &Facts, known: &Known, found: &mut Vec<Problem>) {
    if known.has_sealed() {
        seals(asked, facts, known, found);
    } else {
        add(found, Severity::Critical, never_ran(facts));
    }
    let deliveries = known.runs.iter().filter(|run| run.kind == DELIVER && !asked.no_delivery);
    deliveries.for_each(|run| one_run(asked, facts, run, run.succeeded_at, found));
}

fn seals(asked: &Status, facts: &Facts, known: &Known, found: &mut Vec<Problem>) {
    for (format, _) in &facts.formats.sealed {
        let Some(newest) = newest(known, *format) else {
            let text = format!(
                "No run has sealed {} here yet. Check the line of step 2 in the crontab with \
                 `dialer-encryptor check`.",
                format.name()
            );
            add(found, Severity::Critical, text);
            continue;
        };
        // A run of several formats is told once.
        if first_of(facts, newest) == Some(*format) {
            one_run(asked, facts, newest, last_success(facts, known, *format), found);
        }
    }
}

fn first_of(facts: &Facts, run: &RunNote) -> Option<Format> {
    facts.formats.sealed.iter().map(|(format, _)| *format).find(|format| covers(run, *format))
}

/// When a run that sealed this format last ended well, whatever else it sealed. One that is dated in
/// the future hides none of those before.
#[must_use]
pub fn last_success(facts: &Facts, known: &Known, format: Format) -> Option<i64> {
    let runs = known.runs.iter().filter(|run| covers(run, format));
    runs.filter_map(|run| run.succeeded_at).max_by_key(|at| (!is_ahead(facts.now, *at), *at))
}

/// Whether something is dated in the future, by more than clocks differ.
#[must_use]
pub fn is_ahead(now: i64, at: i64) -> bool {
    at.checked_sub(now).is_none_or(|ahead| u64::try_from(ahead).unwrap_or(0) > CLOCK.as_secs())
}

fn one_run(
    asked: &Status,
    facts: &Facts,
    run: &RunNote,
    succeeded_at: Option<i64>,
    found: &mut Vec<Problem>,
) {
    let RunNote { kind, reason, .. } = run;
    let reason = reason.as_deref().unwrap_or("no reason was written down").replace('\n', " ");
    match run.exit_code {
        0 => {}
        1 => add(
            found,
            Severity::Warning,
            format!(
                "The last run of `{kind}` left {} undone: {reason}. The next one tries again; if that \
             does not help, look into callseal.log in PATHlogs.",
                run.failed
            ),
        ),
        _ => add(
            found,
            Severity::Critical,
            format!("The last run of `{kind}` could not do anything: {reason}"),
        ),
    }
    age_of_success(asked, facts, run, succeeded_at, found);
    if is_ahead(facts.now, run.ended_at) {
        add(
            found,
            Severity::Warning,
            format!(
                "The last run of `{kind}` ended in the future. Check the clock of this dialer."
            ),
        );
    }
}

fn age_of_success(
    asked: &Status,
    facts: &Facts,
    run: &RunNote,
    succeeded_at: Option<i64>,
    found: &mut Vec<Problem>,
) {
    let (now, kind) = (facts.now, &run.kind);
    let Some(succeeded_at) = succeeded_at else {
        return add(found, Severity::Critical, format!("No run of `{kind}` has ended well yet."));
    };
    if is_ahead(now, succeeded_at) {
        let text = format!(
            "The last run of `{kind}` that ended well is dated in the future, so that it is not \
             known how long ago that was: the clock was set back. Check the clock of this dialer; \
             the next run that ends well mends this."
        );
        return add(found, Severity::Warning, text);
    }
    let age = u64::try_from(now - succeeded_at).unwrap_or_default();
    if let Some(severity) = grade(age, asked.warn_success, asked.critical_success) {
        let advice = if kind == DELIVER { " or say --no-delivery" } else { " or cron" };
        add(
            found,
            severity,
            format!(
                "The last run of `{kind}` that ended well was {} ago{}. Check that it is still started: \
             the crontab, the service{advice}.",
                duration(age),
                at_work(facts, |format| covers(run, format))
            ),
        );
    }
}

/// `None` while it is young enough.
fn grade(age: u64, warn: u64, critical: u64) -> Option<Severity> {
    match age {
        _ if age >= critical => Some(Severity::Critical),
        _ if age >= warn => Some(Severity::Warning),
        _ => None,
    }
}

fn rows(asked: &Status, known: &Known, found: &mut Vec<Problem>) {
    let age = known.rows.oldest_waiting_secs.unwrap_or_default();
    let severity = grade(age, asked.warn_age, asked.critical_age);
    if let Some(severity) = severity.filter(|_| known.rows.waiting > 0) {
        add(
            found,
            severity,
            format!(
                "{} rows of recording_log wait to be changed, one for {}. Check that the database of \
             astguiclient.conf can be reached.",
                known.rows.waiting,
                duration(age)
            ),
        );
    }
    if known.rows.set_aside > 0 {
        add(
            found,
            Severity::Warning,
            format!(
                "{} rows of recording_log cannot be changed. Correct what is wrong there, then run once \
             with --retry-rows.",
                known.rows.set_aside
            ),
        );
    }
}

fn backlog(asked: &Status, facts: &Facts, found: &mut Vec<Problem>) {
    for (format, tally) in &facts.formats.sealed {
        let age = tally.oldest_age_secs.unwrap_or_default();
        if let Some(severity) =
            grade(age, asked.warn_age, asked.critical_age).filter(|_| tally.count > 0)
        {
            add(
                found,
                severity,
                format!(
                    "{} recordings of {} wait to be sealed, one for {}{}. Look into callseal.log in \
                 PATHlogs before the purge of old recordings takes them.",
                    tally.count,
                    format.name(),
                    duration(age),
                    at_work(facts, |it| it == *format)
                ),
            );
        }
    }
}

/// A run is noted when it ends: a long one is at work on what it seems to leave lying. One that hangs
/// does so, too, which is why this excuses nothing.
fn at_work(facts: &Facts, is_meant: impl Fn(Format) -> bool) -> &'static str {
    let is_at_work = facts.formats.at_work.iter().any(|format| is_meant(*format));
    if is_at_work { " (a run is at work on it)" } else { "" }
}

/// Recordings of formats that no run seals meet the purge as well, and nobody looks for them.
fn others(asked: &Status, facts: &Facts, found: &mut Vec<Problem>) {
    for (format, tally) in &facts.formats.others {
        let age = tally.oldest_age_secs.unwrap_or_default();
        let critical = asked.critical_age.max(NEAR_PURGE_SECS);
        let Some(severity) = grade(age, asked.critical_age, critical) else { continue };
        if tally.count > 0 {
            let name = format.name();
            let text = format!(
                "{} recordings of {name} stand in {}, one for {}, and no run seals that format. Seal \
                 it too (--format {name}) before the purge of old recordings takes them, or remove \
                 them.",
                tally.count,
                shown(&format.folder().map_or(facts.spool.clone(), |it| facts.spool.join(it))),
                duration(age)
            );
            add(found, severity, text);
        }
    }
}

/// What is good to know, and wrong in no way.
#[must_use]
pub fn notes(facts: &Facts) -> Vec<String> {
    let retired = |format: &Format| {
        format!(
            "{} was sealed here before and is no more; none of it waits. Name the formats that are \
             sealed with --format, or as formats in dialer.toml, to be told nothing of others, and \
             to be told if one of these stops.",
            format.name()
        )
    };
    facts.formats.retired.iter().map(retired).collect()
}

fn dated_ahead(facts: &Facts, found: &mut Vec<Problem>) {
    let backlog = facts.formats.sealed.iter().map(|(_, tally)| tally).chain(&facts.deliveries);
    let plaintext = facts.plaintext.iter().map(|folder| &folder.tally);
    let most = |all: u64, tally: &Tally| all + tally.ahead;
    let (waiting, lying) = (backlog.fold(0, most), plaintext.fold(0, most));
    // What waits to be sealed is among the plaintext.
    let count = waiting.max(lying);
    if count > 0 {
        let text = format!(
            "{count} recordings are dated in the future, so that nobody knows how long they wait, \
             and no purge ever takes them. Check the clocks of this dialer and of what writes \
             there, then give them today's date with touch: {}",
            shown(&facts.spool)
        );
        add(found, Severity::Warning, text);
    }
}

fn deliveries(asked: &Status, facts: &Facts, found: &mut Vec<Problem>) {
    let Some(tally) = facts.deliveries.as_ref().filter(|tally| tally.count > 0) else { return };
    let age = tally.oldest_age_secs.unwrap_or_default();
    if let Some(severity) = grade(age, asked.warn_age, asked.critical_age) {
        let text = format!(
            "{} sealed recordings wait to be delivered, one for {}. Check that the server of the \
             archive can be reached.",
            tally.count,
            duration(age)
        );
        add(found, severity, text);
    }
}

fn plaintext(asked: &Status, facts: &Facts, found: &mut Vec<Problem>) {
    let Some(limit) = asked.warn_plaintext else { return };
    let left = facts.plaintext.iter().filter(|it| ["ORIG", "FTP", "GPG"].contains(&&*it.name));
    for folder in left {
        let age = folder.tally.oldest_age_secs.unwrap_or_default();
        if folder.tally.count > 0 && age >= limit {
            add(
                found,
                Severity::Warning,
                format!(
                    "{} files of unencrypted audio lie in {}, one for {}. Remove them if their calls \
                 are sealed.",
                    folder.tally.count,
                    shown(&folder.path),
                    duration(age)
                ),
            );
        }
    }
}

/// `40 s`, `12 min`, `3 h`, `5 days`
#[must_use]
pub fn duration(secs: u64) -> String {
    match secs {
        0..120 => format!("{secs} s"),
        120..7200 => format!("{} min", secs / 60),
        7200..172_800 => format!("{} h", secs / 3600),
        _ => format!("{} days", secs / 86400),
    }
}

//! How does Prometheus read it? The text format of its textfile collector
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>), in base units.

use super::Report;
use super::facts::{Facts, Known};
use super::judge::{Severity, is_ahead};
use crate::cli::Status;
use crate::format::Format;
use crate::journal::RunNote;
use crate::journal::rows::now_ms;
use crate::tally::Tally;
use std::collections::BTreeMap;

/// All metrics. What is not known is left out, so that an alert on its absence works; whether it could
/// be looked at stands in `callseal_up`.
pub fn metrics(asked: &Status, report: &Report) -> String {
    let mut page = Page(String::new());
    let is_up = u64::from(report.is_complete());
    page.one("up", "Whether everything could be looked at.", is_up);
    page.one("written_timestamp_seconds", "When this was written.", now_ms() / 1000);
    let count = |severity| report.problems.iter().filter(|it| it.severity == severity).count();
    let all = [Severity::Warning, Severity::Critical, Severity::Unknown];
    let problems = all.map(|it| (it.name().to_string(), count(it)));
    page.many("problems", "Things that are wrong.", "severity", problems);
    if let Ok(facts) = &report.facts {
        backlog(&mut page, facts);
        if let Some(tally) = &facts.deliveries {
            deliveries(&mut page, tally);
        }
        plaintext(&mut page, facts);
        match &facts.journal {
            Ok(Some(known)) => journal(&mut page, asked, facts, known),
            Ok(None) => page.many(SUCCESS.0, SUCCESS.1, "kind", [never()]),
            Err(_) => {}
        }
    }
    page.0
}

const SUCCESS: (&str, &str) = (
    "last_success_timestamp_seconds",
    "When a run of this kind last ended with exit code 0; 0 for never.",
);

/// So long ago that every alert on its age sounds.
fn never() -> (String, i64) {
    ("seal".to_string(), 0)
}

fn backlog(page: &mut Page, facts: &Facts) {
    let each = |of| of_each(&facts.formats.sealed, of);
    page.many("backlog_recordings", "Recordings that wait to be sealed.", "format", each(count));
    page.many("backlog_bytes", "Their length altogether.", "format", each(octets));
    let help = "How long the oldest of them has waited; 0 for none.";
    page.many("backlog_oldest_seconds", help, "format", each(oldest));
    let help = "Those dated in the future, whose age is not known.";
    page.many("backlog_dated_in_future", help, "format", each(|tally| tally.ahead));
    let each = |of| of_each(&facts.formats.others, of);
    let help = "Recordings of formats that no run seals.";
    page.many("sealed_by_no_run_recordings", help, "format", each(count));
    let help = "How old the oldest of them is; 0 for none.";
    page.many("sealed_by_no_run_oldest_seconds", help, "format", each(oldest));
}

fn of_each(tallies: &[(Format, Tally)], of: fn(&Tally) -> u64) -> Vec<(String, u64)> {
    tallies.iter().map(|(format, tally)| (format.name().to_string(), of(tally))).collect()
}

fn count(tally: &Tally) -> u64 {
    tally.count
}

fn octets(tally: &Tally) -> u64 {
    tally.octets
}

fn oldest(tally: &Tally) -> u64 {
    tally.oldest_age_secs.unwrap_or_default()
}

fn deliveries(page: &mut Page, tally: &Tally) {
    page.one("deliveries_waiting", "Sealed recordings that wait to be delivered.", tally.count);
    let help = "How long the oldest of them has waited; 0 for none.";
    page.one("deliveries_oldest_seconds", help, oldest(tally));
}

/// Folders that are told also when nothing lies in them, so that an alert can look at each.
const ALWAYS: [&str; 4] = [".", "FTP", "GPG", "ORIG"];

fn plaintext(page: &mut Page, facts: &Facts) {
    let each = |of: fn(&Tally) -> u64| {
        let mut told: BTreeMap<String, u64> = ALWAYS.map(|name| (name.to_string(), 0)).into();
        told.extend(facts.plaintext.iter().map(|it| (it.name.clone(), of(&it.tally))));
        told
    };
    let [count, octets, oldest] = [each(count), each(octets), each(oldest)];
    let help = "Files of unencrypted audio under PATHDONEmonitor, those that wait included.";
    page.many("plaintext_files", help, "folder", count);
    page.many("plaintext_bytes", "Their length altogether.", "folder", octets);
    let help = "How old the oldest of them is; 0 for none.";
    page.many("plaintext_oldest_seconds", help, "folder", oldest);
}

/// Runs of lines that left the crontab are left out: an alert on their age would never end.
fn journal(page: &mut Page, asked: &Status, facts: &Facts, known: &Known) {
    let is_current = |run: &&RunNote| facts.formats.is_current(asked, known, run, facts.now);
    let current: Vec<&RunNote> = known.runs.iter().filter(is_current).collect();
    let runs = |of: fn(&RunNote) -> i64| {
        current.iter().map(|run| (run.kind.clone(), of(run))).collect::<Vec<_>>()
    };
    // One from before the clock was set back would look fresh for as long as it was set back.
    let success = |run: &RunNote| run.succeeded_at.unwrap_or_default();
    let is_known = |run: &&&RunNote| !is_ahead(facts.now, success(run));
    let past = current.iter().filter(is_known);
    let mut successes: Vec<_> = past.map(|run| (run.kind.clone(), success(run))).collect();
    successes.extend((!known.has_sealed()).then(never));
    page.many(SUCCESS.0, SUCCESS.1, "kind", successes);
    let ended = runs(|run| run.ended_at);
    page.many("last_run_timestamp_seconds", "When the last run ended.", "kind", ended);
    let code = runs(|run| i64::from(run.exit_code));
    page.many("last_run_exit_code", "How: 0, 1 or 2.", "kind", code);
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let each = |of: fn(&RunNote) -> usize| {
        current.iter().map(|run| (run.kind.clone(), number(of(run)))).collect::<Vec<_>>()
    };
    page.many("last_run_done", "Recordings that it finished.", "kind", each(|run| run.done));
    page.many("last_run_failed", "Recordings that failed.", "kind", each(|run| run.failed));
    page.many("last_run_busy", "Recordings still written to.", "kind", each(|run| run.busy));
    let rows = &known.rows;
    page.one("rows_waiting", "Rows of recording_log that wait to be changed.", rows.waiting);
    let oldest = rows.oldest_waiting_secs.unwrap_or_default();
    page.one("rows_waiting_oldest_seconds", "How long the oldest of them has waited.", oldest);
    page.one("rows_set_aside", "Rows of recording_log that cannot be changed.", rows.set_aside);
}

/// The text so far.
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, help: &str) {
        self.0.push_str(&format!("# HELP callseal_{name} {help}\n# TYPE callseal_{name} gauge\n"));
    }

    fn one(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, help);
        self.0.push_str(&format!("callseal_{name} {value}\n"));
    }

    /// A metric without any value is left out.
    fn many<V: std::fmt::Display>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (String, V)>,
    ) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            self.head(name, help);
        }
        for (key, value) in values {
            let key = quoted(&key);
            self.0.push_str(&format!("callseal_{name}{{{label}=\"{key}\"}} {value}\n"));
        }
    }
}

/// A value of a label.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

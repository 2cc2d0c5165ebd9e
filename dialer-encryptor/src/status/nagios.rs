//! How do Nagios and Icinga read it? One line and an exit code
//! (<https://nagios-plugins.org/doc/guidelines.html>).

use super::Report;
use super::facts::Facts;
use super::judge::{Severity, duration, is_ahead, last_success};
use crate::cli::Status;

/// `CALLSEAL OK - … | …`
pub fn line(asked: &Status, report: &Report) -> String {
    let state = match exit_code(report) {
        0 => "OK",
        1 => "WARNING",
        2 => "CRITICAL",
        _ => "UNKNOWN",
    };
    let (words, data) = match &report.facts {
        Err(error) => (error.to_string(), String::new()),
        Ok(facts) if report.problems.is_empty() => (all_well(facts), data(asked, facts)),
        Ok(facts) => {
            let texts: Vec<&str> = report.problems.iter().map(|it| it.text.as_str()).collect();
            (texts.join(" "), data(asked, facts))
        }
    };
    // Nothing but the figures may come behind a bar, and nothing on a second line.
    let words = words.replace('|', "/").replace('\n', " ");
    let bar = if data.is_empty() { "" } else { " | " };
    format!("CALLSEAL {state} - {words}{bar}{data}\n")
}

/// What is known to be critical is that, also if something else could not be looked at.
pub fn exit_code(report: &Report) -> u8 {
    let is_critical = report.problems.iter().any(|it| it.severity == Severity::Critical);
    match report.worst() {
        _ if is_critical => 2,
        _ if report.facts.is_err() => 3,
        Some(Severity::Unknown) => 3,
        Some(_) => 1,
        None => 0,
    }
}

fn waiting(facts: &Facts) -> (u64, u64) {
    let tallies = || facts.formats.sealed.iter().map(|(_, tally)| tally);
    let oldest = tallies().filter_map(|it| it.oldest_age_secs).max().unwrap_or_default();
    (tallies().map(|it| it.count).sum(), oldest)
}

/// How long ago the last good run was, of the format that it is longest for; none where that is not
/// known.
fn success_age(facts: &Facts) -> Option<u64> {
    let known = facts.journal.as_ref().ok()?.as_ref()?;
    let each =
        facts.formats.sealed.iter().filter_map(|(format, _)| last_success(facts, known, *format));
    let at = each.min().filter(|at| !is_ahead(facts.now, *at))?;
    Some(u64::try_from(facts.now - at).unwrap_or_default())
}

fn all_well(facts: &Facts) -> String {
    let (count, oldest) = waiting(facts);
    let oldest =
        if count > 0 { format!(", the oldest {}", duration(oldest)) } else { String::new() };
    let success = success_age(facts).unwrap_or_default();
    format!("{count} recordings wait{oldest}; the last good run was {} ago", duration(success))
}

fn data(asked: &Status, facts: &Facts) -> String {
    let (count, oldest) = waiting(facts);
    let mut data =
        format!("backlog={count};;;0 oldest={oldest}s;{};{};0", asked.warn_age, asked.critical_age);
    if let Some(age) = success_age(facts) {
        let (warn, critical) = (asked.warn_success, asked.critical_success);
        data.push_str(&format!(" last_success={age}s;{warn};{critical};0"));
    }
    let others: u64 = facts.formats.others.iter().map(|(_, tally)| tally.count).sum();
    data.push_str(&format!(" sealed_by_no_run={others};;;0"));
    if let Some(tally) = &facts.deliveries {
        data.push_str(&format!(" deliveries={};;;0", tally.count));
    }
    if let Ok(Some(known)) = &facts.journal {
        let rows = &known.rows;
        data.push_str(&format!(" rows_waiting={};;;0", rows.waiting));
        data.push_str(&format!(" rows_set_aside={};;;0", rows.set_aside));
    }
    let plaintext: u64 = facts.plaintext.iter().map(|it| it.tally.count).sum();
    format!("{data} plaintext={plaintext};;;0")
}

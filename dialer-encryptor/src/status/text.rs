//! How does a person read it?

use super::Report;
use super::facts::{Facts, Known};
use super::judge::{duration, is_ahead};
use crate::error::shown;
use crate::journal::RunNote;
use crate::tally::Tally;

/// The whole page; nothing but the error, which goes elsewhere, if it is not known where to look.
pub fn page(report: &Report) -> String {
    let Ok(facts) = &report.facts else { return String::new() };
    let mut page = String::new();
    for problem in &report.problems {
        page.push_str(&format!("{}: {}\n", capital(problem.severity.name()), problem.text));
    }
    if report.problems.is_empty() {
        page.push_str("All is well.\n");
    }
    report.notes.iter().for_each(|note| page.push_str(&format!("Note: {note}\n")));
    page.push_str(&format!("\nRecordings that wait to be sealed in {}\n", shown(&facts.spool)));
    for (format, tally) in &facts.formats.sealed {
        page.push_str(&format!("  {:<5} {}\n", format.name(), counted(tally)));
    }
    page.push_str(&others(facts));
    if let Some(tally) = &facts.deliveries {
        page.push_str(&format!(
            "\nSealed recordings that wait to be delivered\n  {}\n",
            counted(tally)
        ));
    }
    if let Ok(Some(known)) = &facts.journal {
        page.push_str(&journal(known, facts.now));
    }
    page.push_str(&plaintext(facts));
    page
}

fn others(facts: &Facts) -> String {
    let there = facts.formats.others.iter().filter(|(_, tally)| tally.count > 0);
    let lines: String =
        there.map(|(format, it)| format!("  {:<5} {}\n", format.name(), counted(it))).collect();
    if lines.is_empty() { lines } else { format!("\nRecordings that no run seals\n{lines}") }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn counted(tally: &Tally) -> String {
    let mebibytes = tally.octets.div_ceil(1 << 20);
    match tally.oldest_age_secs {
        None => "none".to_string(),
        Some(age) => {
            let ahead = match tally.ahead {
                0 => String::new(),
                ahead => format!(", {ahead} dated in the future"),
            };
            let oldest = duration(age);
            format!("{}, {mebibytes} MiB, the oldest {oldest}{ahead}", tally.count)
        }
    }
}

fn journal(known: &Known, now: i64) -> String {
    let mut text = "\nRuns\n".to_string();
    known.runs.iter().for_each(|run| text.push_str(&one_run(run, now)));
    let rows = &known.rows;
    text.push_str(&format!(
        "\nRows of recording_log\n  waiting {}\n  set aside {}\n",
        rows.waiting, rows.set_aside
    ));
    for row in &rows.examples {
        let id = row.recording_id.map(|id| format!("row {id}, ")).unwrap_or_default();
        text.push_str(&format!("    {} ({id}{})\n", row.recording, row.reason));
    }
    text
}

fn one_run(run: &RunNote, now: i64) -> String {
    let ago = |at: i64| match u64::try_from(now.saturating_sub(at)) {
        _ if is_ahead(now, at) => "dated in the future".to_string(),
        age => format!("{} ago", duration(age.unwrap_or_default())),
    };
    let success = match run.succeeded_at {
        Some(at) => format!("ended well {}", ago(at)),
        None => "has never ended well".to_string(),
    };
    format!(
        "  {}: {success}; the last one {}, {} done, {} failed, {} busy\n",
        run.kind,
        ago(run.ended_at),
        run.done,
        run.failed,
        run.busy
    )
}

fn plaintext(facts: &Facts) -> String {
    if facts.plaintext.is_empty() {
        return "\nNo unencrypted audio lies in the spool.\n".to_string();
    }
    let mut text = "\nUnencrypted audio in the spool, what waits included\n".to_string();
    for folder in &facts.plaintext {
        text.push_str(&format!("  {:<5} {}\n", folder.name, counted(&folder.tally)));
    }
    if facts.plaintext.iter().any(|folder| folder.name == "ORIG" || folder.name == "FTP") {
        text.push_str(
            "  What lies in ORIG and FTP is never sealed: remove it when its calls are, and keep \
             the web server from serving it.\n",
        );
    }
    text
}

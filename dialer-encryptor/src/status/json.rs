//! How does a program read it?

use super::Report;
use super::facts::{Facts, Known};
use crate::error::shown;
use crate::tally::Tally;
use serde_json::{Value, json};

/// One object, on one line.
pub fn object(report: &Report) -> String {
    let mut object = match &report.facts {
        Err(error) => json!({ "ok": false, "error": error.to_string() }),
        Ok(facts) => whole(report, facts),
    };
    if let (Ok(Facts { journal: Ok(Some(known)), .. }), Some(fields)) =
        (&report.facts, object.as_object_mut())
    {
        fields.insert("runs".to_string(), runs(known));
        fields.insert("rows".to_string(), json!(known.rows));
    }
    format!("{object}\n")
}

fn whole(report: &Report, facts: &Facts) -> Value {
    let problems: Vec<Value> = report
        .problems
        .iter()
        .map(|it| json!({ "severity": it.severity.name(), "text": it.text }))
        .collect();
    let backlog =
        facts.formats.sealed.iter().map(|(format, it)| tally("format", format.name(), it));
    let others =
        facts.formats.others.iter().map(|(it, tally)| self::tally("format", it.name(), tally));
    let plaintext = facts.plaintext.iter().map(|it| tally("folder", &it.name, &it.tally));
    json!({
        "ok": report.problems.is_empty(),
        "problems": problems,
        "notes": report.notes,
        "looked_at": facts.now,
        "spool": shown(&facts.spool),
        "backlog": backlog.collect::<Vec<_>>(),
        "sealed_by_no_run": others.collect::<Vec<_>>(),
        "deliveries": facts.deliveries.as_ref().map(|it| tally("folder", "GPG", it)),
        "plaintext": plaintext.collect::<Vec<_>>(),
        "journal": matches!(facts.journal, Ok(Some(_))),
    })
}

fn tally(key: &str, name: &str, tally: &Tally) -> Value {
    json!({
        key: name,
        "count": tally.count,
        "octets": tally.octets,
        "oldest_age_secs": tally.oldest_age_secs,
        "dated_in_future": tally.ahead,
        "problem": tally.problem,
    })
}

fn runs(known: &Known) -> Value {
    let run = |run: &crate::journal::RunNote| {
        json!({
            "kind": run.kind,
            "ended_at": run.ended_at,
            "succeeded_at": run.succeeded_at,
            "exit_code": run.exit_code,
            "done": run.done,
            "failed": run.failed,
            "busy": run.busy,
            "reason": run.reason,
        })
    };
    known.runs.iter().map(run).collect()
}

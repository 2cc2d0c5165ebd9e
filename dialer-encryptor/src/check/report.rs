//! How are findings shown? One paragraph each that fits 80 columns, or JSON.

use super::finding::{Finding, Level, exit_code};
use serde_json::json;
use std::io::{self, Write};

/// As wide as a terminal always is.
const COLUMNS: usize = 80;

/// Where the words begin, behind the level.
const INDENT: usize = 9;

/// Prints all findings; a closed pipe is nobody's problem.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(findings: &[Finding], is_json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let text = if is_json { as_json(findings).to_string() + "\n" } else { as_text(findings) };
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn count(findings: &[Finding], level: Level) -> usize {
    findings.iter().filter(|it| it.level == level).count()
}

fn as_json(findings: &[Finding]) -> serde_json::Value {
    json!({
        "exit_code": exit_code(findings),
        "problems": count(findings, Level::Problem),
        "warnings": count(findings, Level::Warning),
        "notes": count(findings, Level::Note),
        "findings": findings,
    })
}

fn as_text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let first = format!("{:<INDENT$}{}:", finding.level.word(), finding.id);
        wrap(&mut text, &first, &finding.what);
        if let Some(todo) = &finding.todo {
            wrap(&mut text, &format!("{:INDENT$}To do:", ""), todo);
        }
    }
    text + &summary(findings)
}

fn summary(findings: &[Finding]) -> String {
    let verdict = match exit_code(findings) {
        0 => "recordings are sealed",
        1 => "recordings are sealed, but look at the warnings",
        _ => "recordings are not sealed, or may be lost",
    };
    let of = |level, one: &str| match count(findings, level) {
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    };
    let (problems, warnings) = (of(Level::Problem, "problem"), of(Level::Warning, "warning"));
    format!("{problems}, {warnings}, {}: {verdict}\n", of(Level::Note, "note"))
}

/// Adds a paragraph. A word that is too long, such as a path, stands alone and whole: it is there to
/// be copied.
fn wrap(text: &mut String, first: &str, words: &str) {
    let mut line = first.to_string();
    for word in words.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > COLUMNS {
            text.push_str(&line);
            text.push('\n');
            line = " ".repeat(INDENT - 1);
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_of_80_columns_shows_every_line_whole() {
        let findings = [Finding {
            id: "gpg-folder",
            level: Level::Problem,
            what: "words and ".repeat(30),
            todo: Some("more words ".repeat(20)),
        }];
        let text = as_text(&findings);
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
        assert!(text.starts_with("problem  gpg-folder: words and"), "{text}");
        assert!(text.contains("\n         To do: more words"), "{text}");
        let end = "1 problem, 0 warnings, 0 notes: recordings are not sealed, or may be lost\n";
        assert!(text.ends_with(end), "{text}");
    }
}

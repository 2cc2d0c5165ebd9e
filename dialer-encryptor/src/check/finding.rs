//! What was found, how bad is it, and what is to be done?

use serde::Serialize;
use shared::recording::escaped;

/// Longer messages are made by somebody who wants to hide something behind them.
const MOST_CHARACTERS: usize = 2000;

/// How bad it is; the worst one decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Nothing is wrong, but it is good to know.
    Note,
    /// Recordings are sealed, but this should be looked at.
    Warning,
    /// Recordings are not sealed, or may be lost.
    Problem,
}

impl Level {
    /// The word before a finding.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stays the same from version to version, for scripts.
    pub id: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found; what came from outside is escaped.
    pub what: String,
    /// What to do, where something is to be done.
    pub todo: Option<String>,
}

/// Everything that was found, in the order in which it was looked at.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// All is well there.
    pub fn ok(&mut self, id: &'static str, what: impl Into<String>) {
        self.push(Finding { id, level: Level::Ok, what: what.into(), todo: None });
    }

    /// Every finding comes through here: whatever a library put into its message is made safe to
    /// show, too, and no longer than a person reads.
    pub fn push(&mut self, finding: Finding) {
        let safe = |text: String| -> String {
            let start: String = text.chars().take(MOST_CHARACTERS).collect();
            escaped(start.replace('\n', " ").as_bytes())
        };
        let (what, todo) = (safe(finding.what), finding.todo.map(safe));
        self.0.push(Finding { what, todo, ..finding });
    }

    /// Good to know.
    pub fn note(&mut self, id: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        self.add(id, Level::Note, what, todo);
    }

    /// To be looked at.
    pub fn warn(&mut self, id: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        self.add(id, Level::Warning, what, todo);
    }

    /// Recordings are not sealed, or may be lost.
    pub fn problem(&mut self, id: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        self.add(id, Level::Problem, what, todo);
    }

    /// One of the levels that say what to do.
    pub fn add(
        &mut self,
        id: &'static str,
        level: Level,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) {
        let todo = Some(todo.into()).filter(|it| !it.is_empty());
        self.push(Finding { id, level, what: what.into(), todo });
    }

    /// A message whose last sentence says what to do.
    pub fn sentences(&mut self, id: &'static str, level: Level, message: &str) {
        let is_start = |rest: &str| rest.starts_with(|it: char| it.is_ascii_uppercase());
        let ends = message.rmatch_indices(". ").map(|(at, _)| message.split_at(at + 1));
        let mut ends = ends.filter(|(_, todo)| is_start(todo.trim_start()));
        let (what, todo) = ends.next().unwrap_or((message, ""));
        let end = if what.ends_with('.') { "" } else { "." };
        self.add(id, level, format!("{what}{end}"), todo.trim_start());
    }

    /// All of them, the worst ones last, where a terminal shows them.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|it| it.level);
        self.0
    }

    /// Whether something was found under this name.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|it| it.id == id)
    }

    /// Whether a problem was found under this name.
    #[must_use]
    pub fn has_problem(&self, id: &str) -> bool {
        self.0.iter().any(|it| it.id == id && it.level == Level::Problem)
    }
}

/// The exit code: 0 all is well, 1 to be looked at, 2 recordings are not sealed or may be lost.
#[must_use]
pub fn exit_code(findings: &[Finding]) -> u8 {
    match findings.iter().map(|it| it.level).max() {
        Some(Level::Problem) => 2,
        Some(Level::Warning) => 1,
        Some(Level::Ok | Level::Note) | None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_decides_and_stands_last() {
        let mut findings = Findings::default();
        findings.sentences(
            "a",
            Level::Problem,
            "Dr. No is gone, no. 1. Bring it back, e.g. by hand.",
        );
        findings.ok("b", "Fine.");
        findings.note("c", "So it is.", "");
        let sorted = findings.sorted();
        assert_eq!(sorted.iter().map(|it| it.id).collect::<Vec<_>>(), ["b", "c", "a"]);
        assert_eq!(exit_code(&sorted), 2);
        assert_eq!(exit_code(sorted.get(..2).unwrap_or_default()), 0);
        let last = sorted.last().map(|it| (it.what.as_str(), it.todo.as_deref()));
        assert_eq!(last, Some(("Dr. No is gone, no. 1.", Some("Bring it back, e.g. by hand."))));
    }
}

//! What has the administrator decided for everybody at this computer?
//!
//! It stands in one place that users cannot write: `/etc/callseal/policy.toml`, on Windows
//! `HKLM\Software\Policies\Callseal`. No flag, no variable and no file of a user takes its place.
//! It is read for every recording and never kept, so that a change holds at once. Where it says
//! nothing, the strictest holds; one that cannot be trusted or understood opens nothing.

use std::ops::Range;

use shared::decrypt::Rules;
use shared::recording::escaped;
use toml::de::DeTable;

use crate::platform;
use crate::texts::{Failure, FailureKind};

/// What was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Recordings without protection against changes open, and are marked.
    pub allow_without_integrity: bool,
}

/// What a system keeps, not understood yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nothing was decided.
    Absent,
    /// The text of a file.
    File(String),
    /// Names and values of a registry key; none for what is no DWORD.
    Registry(Vec<(String, Option<u32>)>),
}

/// One key of the policy.
struct Key {
    name: &'static str,
    set: fn(&mut Policy, bool),
}

const KEYS: [Key; 1] = [Key {
    name: "allow_without_integrity",
    set: |policy, value| policy.allow_without_integrity = value,
}];

/// Reads it, now.
pub fn read() -> Result<Policy, Failure> {
    platform::policy_source()
        .and_then(|source| Policy::of(&source))
        .map_err(|detail| Failure::new(FailureKind::Policy, detail))
}

impl Policy {
    /// What it means for opening a recording.
    pub fn rules(self) -> Rules {
        Rules { allow_without_integrity: self.allow_without_integrity }
    }

    /// Understands what a system keeps, all of it or nothing.
    pub fn of(source: &Source) -> Result<Self, String> {
        match source {
            Source::Absent => Ok(Self::default()),
            Source::File(text) => Self::of_text(text),
            Source::Registry(values) => Self::of_values(values),
        }
    }

    fn of_text(text: &str) -> Result<Self, String> {
        let at = |span: Option<Range<usize>>, what: &str| {
            format!("line {} of {}: {what}", line(text, span), platform::POLICY_PLACE)
        };
        let table = DeTable::parse(text)
            .map_err(|error| at(error.span(), &error.message().replace('\n', ", ")))?;
        let mut policy = Self::default();
        for (name, value) in table.get_ref() {
            let shown = escaped(name.get_ref().as_bytes());
            let Some(key) = KEYS.iter().find(|key| key.name == name.get_ref()) else {
                return Err(at(Some(name.span()), &format!("unknown key {shown}")));
            };
            let Some(is_set) = value.get_ref().as_bool() else {
                return Err(at(Some(name.span()), &format!("{shown} must be true or false")));
            };
            (key.set)(&mut policy, is_set);
        }
        Ok(policy)
    }

    fn of_values(values: &[(String, Option<u32>)]) -> Result<Self, String> {
        let mut policy = Self::default();
        for (name, value) in values {
            let shown = escaped(name.as_bytes());
            let at = |what: &str| format!("{}: {what}", platform::POLICY_PLACE);
            let is_it = |key: &&Key| registry_name(key.name).eq_ignore_ascii_case(name);
            let Some(key) = KEYS.iter().find(is_it) else {
                return Err(at(&format!("unknown name {shown}")));
            };
            let Some(number @ 0..=1) = value else {
                return Err(at(&format!("{shown} must be a DWORD, 0 or 1")));
            };
            (key.set)(&mut policy, *number == 1);
        }
        Ok(policy)
    }
}

/// The same words as Windows writes them: `AllowWithoutIntegrity`.
fn registry_name(name: &str) -> String {
    let capitalised = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_ascii_uppercase() + rest
    };
    name.split('_').map(capitalised).collect()
}

fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn of_text(text: &str) -> Result<Policy, String> {
        Policy::of(&Source::File(text.to_owned()))
    }

    fn of_value(name: &str, value: Option<u32>) -> Result<Policy, String> {
        Policy::of(&Source::Registry(vec![(name.to_owned(), value)]))
    }

    #[test]
    fn the_example_in_the_documentation_names_every_key_and_allows_nothing() {
        let example = include_str!("../../assets/docs/policy.toml");
        assert_eq!(of_text(example).unwrap(), Policy::default());
        let table = DeTable::parse(example).unwrap();
        for key in &KEYS {
            assert!(table.get_ref().contains_key(key.name), "{} is missing", key.name);
            assert!(example.contains(&registry_name(key.name)), "{} for Windows", key.name);
        }
    }

    #[test]
    fn what_is_not_said_is_not_allowed() {
        assert_eq!(Policy::of(&Source::Absent), Ok(Policy::default()));
        assert_eq!(of_text("# nothing\n"), Ok(Policy::default()));
        assert_eq!(Policy::of(&Source::Registry(Vec::new())), Ok(Policy::default()));
        assert!(!Policy::default().rules().allow_without_integrity);
    }

    #[test]
    fn what_is_allowed_is_a_rule() {
        for policy in [
            of_text("allow_without_integrity = true\n"),
            of_text("\r\n  \"allow_without_integrity\"=true # old ones\r\n"),
            of_value("AllowWithoutIntegrity", Some(1)),
            // Windows takes names in any case for the same.
            of_value("allowwithoutintegrity", Some(1)),
        ] {
            assert!(policy.unwrap().rules().allow_without_integrity);
        }
        assert_eq!(of_value("AllowWithoutIntegrity", Some(0)), Ok(Policy::default()));
    }

    #[test]
    fn a_mistake_in_the_file_is_found_on_its_line_with_its_key() {
        for (text, expected) in [
            ("\nallow_all = true\n", "line 2 of PLACE: unknown key allow_all"),
            ("[allow_without_integrity]\n", "must be true or false"),
            ("a.b = 1", "line 1 of PLACE: unknown key a"),
            ("\n\n[more]\nx = 1", "line 3 of PLACE: unknown key more"),
            (
                "# one\nallow_without_integrity = \"yes\"",
                "line 2 of PLACE: allow_without_integrity must be true or false",
            ),
            ("allow_without_integrity = 1", "must be true or false"),
            ("Allow_Without_Integrity = true", "unknown key Allow_Without_Integrity"),
            ("allow_without_integrity", "line 1 of PLACE: "),
            (
                "allow_without_integrity = true\nallow_without_integrity = true",
                "line 2 of PLACE: duplicate key",
            ),
            ("\"a\\nb\" = 1", "unknown key a\\u{a}b"),
        ] {
            let expected = expected.replace("PLACE", platform::POLICY_PLACE);
            let error = of_text(text).unwrap_err();
            assert!(error.contains(&expected) && error.lines().count() == 1, "{text:?}: {error}");
        }
    }

    #[test]
    fn a_mistake_in_the_registry_is_named() {
        for (name, value, expected) in [
            ("AllowAll", Some(1), "unknown name AllowAll"),
            ("", Some(1), "unknown name"),
            ("AllowWithoutIntegrity", Some(2), "AllowWithoutIntegrity must be a DWORD, 0 or 1"),
            ("AllowWithoutIntegrity", None, "AllowWithoutIntegrity must be a DWORD, 0 or 1"),
        ] {
            let error = of_value(name, value).unwrap_err();
            assert!(error.contains(expected), "{name}: {error}");
        }
    }
}

//! What has the administrator decided for everybody at this computer?
//!
//! It stands in one place that users cannot write: `/etc/callseal/policy.toml`, on Windows
//! `HKLM\Software\Policies\Callseal`. No flag, no variable and no file of a user takes its place.
//! It is read for every recording and never kept, so that a change holds at once. Where it says
//! nothing, no recording opens that could not open elsewhere, and how long a key stays unlocked is
//! its owner's to choose; one that cannot be trusted or understood opens nothing.

use std::ops::Range;

use shared::decrypt::Rules;
use shared::recording::escaped;
use toml::de::{DeTable, DeValue};

use crate::platform;
use crate::texts::{Failure, FailureKind};

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Recordings without protection against changes open, and are marked.
    pub allow_without_integrity: bool,
    /// A key may stay unlocked for so long at most; 0: the passphrase is asked for every recording.
    pub keep_unlocked_minutes: u32,
    /// A window that nobody uses locks after so long at most.
    pub idle_minutes: u32,
    /// The system's keychain may keep the passphrase of a key.
    pub allow_passphrase_in_keychain: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_without_integrity: false,
            // A shift.
            keep_unlocked_minutes: 480,
            idle_minutes: 60,
            allow_passphrase_in_keychain: true,
        }
    }
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
    value: Value,
}

/// What a key may be set to.
enum Value {
    Switch(fn(&mut Policy, bool)),
    Minutes { least: u32, most: u32, set: fn(&mut Policy, u32) },
}

const DAY_MINUTES: u32 = 24 * 60;

const KEYS: [Key; 4] = [
    Key {
        name: "allow_without_integrity",
        value: Value::Switch(|policy, value| policy.allow_without_integrity = value),
    },
    Key {
        name: "keep_unlocked_minutes",
        value: Value::Minutes {
            least: 0,
            most: DAY_MINUTES,
            set: |policy, minutes| policy.keep_unlocked_minutes = minutes,
        },
    },
    Key {
        name: "idle_minutes",
        value: Value::Minutes {
            least: 1,
            most: DAY_MINUTES,
            set: |policy, minutes| policy.idle_minutes = minutes,
        },
    },
    Key {
        name: "allow_passphrase_in_keychain",
        value: Value::Switch(|policy, value| policy.allow_passphrase_in_keychain = value),
    },
];

impl Key {
    fn set_from_file(&self, policy: &mut Policy, value: &DeValue<'_>) -> Result<(), String> {
        match (&self.value, value) {
            (Value::Switch(set), DeValue::Boolean(is_set)) => set(policy, *is_set),
            (Value::Switch(_), _) => return Err("must be true or false".to_owned()),
            (Value::Minutes { .. }, DeValue::Integer(number)) => {
                let minutes = u32::from_str_radix(number.as_str(), number.radix()).ok();
                return self.set_minutes(policy, minutes);
            }
            (Value::Minutes { .. }, _) => return self.set_minutes(policy, None),
        }
        Ok(())
    }

    fn set_from_registry(&self, policy: &mut Policy, number: Option<u32>) -> Result<(), String> {
        match (&self.value, number) {
            (Value::Switch(set), Some(number @ 0..=1)) => set(policy, number == 1),
            (Value::Switch(_), _) => return Err("must be a DWORD, 0 or 1".to_owned()),
            (Value::Minutes { .. }, number) => return self.set_minutes(policy, number),
        }
        Ok(())
    }

    fn set_minutes(&self, policy: &mut Policy, minutes: Option<u32>) -> Result<(), String> {
        let Value::Minutes { least, most, set } = &self.value else { return Ok(()) };
        let Some(minutes) = minutes.filter(|minutes| (least..=most).contains(&minutes)) else {
            return Err(format!("must be a whole number of minutes from {least} to {most}"));
        };
        set(policy, minutes);
        Ok(())
    }
}

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
            key.set_from_file(&mut policy, value.get_ref())
                .map_err(|what| at(Some(name.span()), &format!("{shown} {what}")))?;
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
            key.set_from_registry(&mut policy, *value)
                .map_err(|what| at(&format!("{shown} {what}")))?;
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
    fn times_are_limits_in_minutes() {
        for policy in [
            of_text("keep_unlocked_minutes = 0\nidle_minutes = 0x5"),
            Policy::of(&Source::Registry(vec![
                ("KeepUnlockedMinutes".to_owned(), Some(0)),
                ("IdleMinutes".to_owned(), Some(5)),
            ])),
        ] {
            let policy = policy.unwrap();
            assert_eq!((policy.keep_unlocked_minutes, policy.idle_minutes), (0, 5));
            assert!(policy.allow_passphrase_in_keychain);
        }
        let policy = of_text("allow_passphrase_in_keychain = false").unwrap();
        assert!(!policy.allow_passphrase_in_keychain);
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
            ("idle_minutes = 0", "idle_minutes must be a whole number of minutes from 1 to 1440"),
            ("keep_unlocked_minutes = -1", "from 0 to 1440"),
            ("keep_unlocked_minutes = 1.5", "from 0 to 1440"),
            ("keep_unlocked_minutes = 99999999999999999999", "from 0 to 1440"),
            ("keep_unlocked_minutes = true", "from 0 to 1440"),
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
            ("IdleMinutes", Some(0), "IdleMinutes must be a whole number of minutes from 1"),
            ("KeepUnlockedMinutes", None, "KeepUnlockedMinutes must be a whole number"),
        ] {
            let error = of_value(name, value).unwrap_err();
            assert!(error.contains(expected), "{name}: {error}");
        }
    }
}

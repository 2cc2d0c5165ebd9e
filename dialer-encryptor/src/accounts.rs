//! Which number has a user or group of this machine? Read from `/etc/passwd` and `/etc/group`
//! alone: a directory service that does not answer must not stop a run.

use std::fs;

/// The number of a user, given by name or as that number.
#[must_use]
pub fn user(name: &str) -> Option<u32> {
    number(name, "/etc/passwd")
}

/// The number of a group, given by name or as that number.
#[must_use]
pub fn group(name: &str) -> Option<u32> {
    number(name, "/etc/group")
}

/// Both files have the name first and the number third, between colons (`man 5 passwd`).
fn number(name: &str, file: &str) -> Option<u32> {
    if let Ok(number) = name.parse() {
        return Some(number);
    }
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_zero_and_nobody_is_made_up() {
        assert_eq!((user("root"), group("root"), user("33")), (Some(0), Some(0), Some(33)));
        assert_eq!((user("no such user"), group("")), (None, None));
    }
}

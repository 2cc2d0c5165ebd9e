//! How does `uninstall` know what `install` wrote?
//!
//! Each mark holds a digest of the line beneath it, so that no remark of somebody else is one, and
//! the line beneath is known whatever program it starts.

/// Begins a line that was commented out.
const OFF: &str = "#callseal-off ";

/// The same, where the last line of the file had no end.
const OFF_LAST: &str = "#callseal-off-last ";

/// Stands before a line that takes the place of none.
const ADDED: &str = "#callseal-added ";

/// The same, where the last line of the file had no end.
const ADDED_LAST: &str = "#callseal-added-last ";

/// What a person reads who wonders.
const REMARK: &str = " The next line was added by dialer-encryptor install";

/// A marked line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked<'a> {
    /// What the line was, with its end; empty before an added line.
    pub old: &'a [u8],
    /// Whether it, or what stood before an added line, had an end.
    pub had_end: bool,
    digest: &'a [u8],
}

impl Marked<'_> {
    /// Whether this is the line that was written beneath the mark.
    #[must_use]
    pub fn is_above(&self, line: &[u8]) -> bool {
        digest(line).as_bytes() == self.digest
    }
}

/// What comes in the place of a line: itself, commented out, and the new one.
#[must_use]
pub fn switched(line: &[u8], new: &[u8]) -> Vec<u8> {
    let has_end = line.ends_with(b"\n");
    let mark = if has_end { OFF } else { OFF_LAST };
    let mark = format!("{mark}{}# ", digest(new));
    let end: &[u8] = if has_end { b"" } else { b"\n" };
    [mark.as_bytes(), line, end, new, b"\n"].concat()
}

/// What comes behind a crontab; it has an end of its own, or gets one.
#[must_use]
pub fn added(has_end: bool, new: &[u8]) -> Vec<u8> {
    let mark = if has_end { ADDED } else { ADDED_LAST };
    let mark = format!("{mark}{}#{REMARK}\n", digest(new));
    [mark.as_bytes(), new, b"\n"].concat()
}

/// What a line was before it was marked; none if `install` did not mark it.
#[must_use]
pub fn marked(line: &[u8]) -> Option<Marked<'_>> {
    let of = |mark: &str| {
        let (digest, rest) = line.strip_prefix(mark.as_bytes())?.split_at_checked(LETTERS)?;
        let is_digest = digest.iter().all(|letter| (b'a'..=b'p').contains(letter));
        is_digest.then_some((digest, rest.strip_prefix(b"#")?))
    };
    let off = |mark| of(mark).and_then(|(digest, rest)| Some((digest, rest.strip_prefix(b" ")?)));
    let plus = |mark| of(mark).filter(|(_, rest)| rest.trim_ascii_end() == REMARK.as_bytes());
    let marked = |(digest, old), had_end| Marked { old, had_end, digest };
    None.or_else(|| off(OFF).map(|found| marked(found, true)))
        .or_else(|| off(OFF_LAST).map(|found| marked(found, false)))
        .or_else(|| plus(ADDED).map(|(digest, _)| marked((digest, &[]), true)))
        .or_else(|| plus(ADDED_LAST).map(|(digest, _)| marked((digest, &[]), false)))
}

/// How many letters stand for 64 bits.
const LETTERS: usize = 16;

/// FNV-1a of a line without its end, in letters: a digit would look like the minute of an entry.
/// Whoever may write here needs no collision to mislead.
fn digest(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let step = |hash: u64, octet: &u8| (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3);
    let hash = line.iter().fold(0xcbf2_9ce4_8422_2325, step);
    let letters = hash.to_be_bytes().into_iter().flat_map(|octet| [octet >> 4, octet & 15]);
    letters.map(|half| char::from(b'a' + half)).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::crontab::entries;

    #[test]
    fn what_was_written_is_known_again_and_nothing_else() {
        for line in [b"1 * * * * x\n".as_slice(), b"1 * * * * x", b"\xFF\r\n"] {
            let text = switched(line, b"1 * * * * new");
            let (mark, new) = text.split_at(text.len() - b"1 * * * * new\n".len());
            let found = marked(mark).unwrap();
            assert!(found.is_above(new) && !found.is_above(b"1 * * * * old\n"));
            assert_eq!(found.old.trim_ascii_end(), line.trim_ascii_end());
            assert_eq!(found.had_end, line.ends_with(b"\n"));
        }
        let theirs = ["#callseal# 1 * * * * x\n", "#callseal-off# x", "#callseal-off abc# x"];
        for remark in theirs {
            assert_eq!(marked(remark.as_bytes()), None, "{remark}");
        }
    }

    #[test]
    fn a_marked_line_is_an_entry_that_is_commented_out() {
        for line in ["1-59/3 * * * * x\n", "1-59/3 * * * * x"] {
            let text = switched(line.as_bytes(), b"1 * * * * new");
            let found: Vec<_> = entries(&text, false).iter().map(|it| it.is_active).collect();
            assert_eq!(found, [false, true], "{}", text.escape_ascii());
        }
    }
}

//! Where in a crontab are its jobs, and what are the parts of one?

/// A line that cron runs, or would run if it were not commented out; all slices of the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its number, from 1 on.
    pub number: usize,
    /// The line with its end.
    pub text: &'a [u8],
    /// When it runs, with the user where the crontab has one: up to the command.
    pub schedule: &'a [u8],
    /// What runs, without the end of the line.
    pub command: &'a [u8],
    /// Whether cron runs it.
    pub is_active: bool,
}

/// The entries of a crontab. Settings (`MAILTO=root`), empty lines and remarks are none; a remark that
/// has the form of an entry is one that is commented out.
#[must_use]
pub fn entries(text: &[u8], has_user_field: bool) -> Vec<Entry<'_>> {
    let lines = text.split_inclusive(|octet| *octet == b'\n');
    (1..).zip(lines).filter_map(|(number, line)| entry(number, line, has_user_field)).collect()
}

fn entry(number: usize, text: &[u8], has_user_field: bool) -> Option<Entry<'_>> {
    let line = text.strip_suffix(b"\n").unwrap_or(text);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let is_active = !line.trim_ascii_start().starts_with(b"#");
    let start = if is_active { 0 } else { end_of_mark(line) };
    let bare = line.get(start..)?;
    let schedule_octets = schedule(bare, has_user_field)?;
    let (schedule, command) = line.split_at_checked(start + schedule_octets)?;
    let schedule = schedule.get(start..)?;
    let is_empty = command.trim_ascii().is_empty();
    (!is_empty).then_some(Entry { number, text, schedule, command, is_active })
}

/// `# `, `###`, `#callseal# `: whatever marks begin with and end with a `#`.
fn end_of_mark(line: &[u8]) -> usize {
    let mut end = 0;
    for (place, octet) in line.iter().enumerate() {
        match octet {
            b'#' => end = place + 1,
            // The minute of an entry; `-` and `~` begin none of what is commented out by hand.
            b'0'..=b'9' | b'*' | b'@' => break,
            _ if place > MARK_OCTETS => break,
            _ => {}
        }
    }
    end
}

/// Longer remarks before a `#` are none that comment a line out.
const MARK_OCTETS: usize = 40;

/// How long the part before the command is; none if that is no schedule.
fn schedule(line: &[u8], has_user_field: bool) -> Option<usize> {
    let first = *line.trim_ascii_start().first()?;
    let is_schedule = matches!(first, b'0'..=b'9' | b'*' | b'@' | b'-');
    // cronie and the cron of openSUSE take a `-` before the minute: it keeps the job out of the log.
    let times = if first == b'@' { 1 } else { 5 };
    let fields = times + usize::from(has_user_field);
    is_schedule.then_some(())?;
    let mut end = 0;
    for field in 0..fields {
        let rest = line.get(end..)?;
        let from = rest.iter().position(|octet| !is_blank(*octet))?;
        let word = rest.get(from..)?;
        let octets = word.iter().position(|octet| is_blank(*octet))?;
        if field < times && !is_time(word.get(..octets)?) {
            return None;
        }
        end += from + octets;
    }
    let blanks = line.get(end..)?.iter().take_while(|octet| is_blank(**octet)).count();
    Some(end + blanks)
}

fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

/// Numbers, lists, ranges, steps, names of months and days, `@reboot`; not the words of a remark.
fn is_time(field: &[u8]) -> bool {
    let is_name = |name: &[u8]| name.len() == 3 && name.iter().all(u8::is_ascii_alphabetic);
    let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if let Some(name) = field.strip_prefix(b"@") {
        return !name.is_empty() && name.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'_');
    }
    let parts = field.split(|octet| matches!(octet, b',' | b'-' | b'/' | b'~' | b'*'));
    !field.is_empty() && parts.into_iter().all(|part| is_number(part) || is_name(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_line_are_the_line() {
        let text = b"MAILTO=root\r\n#callseal# \t1-59/3 * * * *  /x --a \r\n* * * * * last";
        let found = entries(text, false);
        let parts: Vec<_> =
            found.iter().map(|it| (it.number, it.is_active, it.schedule, it.command)).collect();
        assert_eq!(
            parts,
            [
                (2, false, b" \t1-59/3 * * * *  ".as_slice(), b"/x --a ".as_slice()),
                (3, true, b"* * * * * ", b"last"),
            ]
        );
    }

    #[test]
    fn remarks_are_no_entries() {
        for remark in ["# 1 2 3 steps of audio here", "### keepalive script", "# * is any time"] {
            assert_eq!(entries(remark.as_bytes(), false), [], "{remark}");
        }
    }
}

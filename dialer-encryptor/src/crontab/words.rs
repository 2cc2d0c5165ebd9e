//! How would a shell split the command of a crontab line into programs and their words?
//!
//! As far as crontabs need it, and without running anything: quotes, backslashes, `;` `&&` `||` `|`
//! `&` and brackets between programs, redirections, remarks, and cron's own `%`.

/// A word and where it stands in the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Without its quotes.
    pub text: Vec<u8>,
    /// Where it begins in the command.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Word {
    /// Whether a shell would run nothing to know what it is.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.text.contains(&b'`') && !self.text.windows(2).any(|pair| pair == b"$(")
    }
}

/// The programs of a command line, each with its words; redirections are left out.
#[must_use]
pub fn programs(command: &[u8]) -> Vec<Vec<Word>> {
    let mut programs = read(command).programs;
    programs.retain(|words| !words.is_empty());
    programs
}

/// Where in a command line the files stand that output goes to.
#[must_use]
pub fn outputs(command: &[u8]) -> Vec<(usize, usize)> {
    read(command).outputs
}

fn read(command: &[u8]) -> Reader<'_> {
    let mut reader = Reader {
        command,
        place: 0,
        programs: vec![Vec::new()],
        word: None,
        skip: false,
        is_output: false,
        outputs: Vec::new(),
    };
    while reader.step().is_some() {}
    reader.end_word();
    reader
}

struct Reader<'a> {
    command: &'a [u8],
    place: usize,
    programs: Vec<Vec<Word>>,
    word: Option<Word>,
    /// Whether the word at hand is the file of a redirection.
    skip: bool,
    /// Whether that redirection is one of output.
    is_output: bool,
    outputs: Vec<(usize, usize)>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.command.get(self.place + ahead).copied()
    }

    /// One octet, or what belongs together; none at the end.
    fn step(&mut self) -> Option<()> {
        match self.peek(0)? {
            // cron gives the rest to the program as its input.
            b'%' => return None,
            b'#' if self.word.is_none() => return None,
            b' ' | b'\t' | b'\r' => self.end_word(),
            b'<' | b'>' => self.redirection(),
            b'&' if self.peek(1) == Some(b'>') => {
                self.end_word();
                self.place += 1;
                self.redirection();
            }
            b';' | b'&' | b'|' | b'(' | b')' => {
                self.end_word();
                self.skip = false;
                self.programs.push(Vec::new());
            }
            b'\'' => self.quoted(b'\''),
            b'"' => self.quoted(b'"'),
            b'`' => self.verbatim(b'`'),
            b'$' if self.peek(1) == Some(b'(') => self.verbatim(b')'),
            b'\\' => {
                self.place += 1;
                let escaped = self.peek(0).unwrap_or(b'\\');
                self.put(escaped, 1);
            }
            octet => self.put(octet, 0),
        }
        self.place += 1;
        Some(())
    }

    /// Adds an octet to the word at hand, which began `before` octets ago if it is new.
    fn put(&mut self, octet: u8, before: usize) {
        let start = self.place.saturating_sub(before);
        let word = self.word.get_or_insert_with(|| Word { text: Vec::new(), start, end: 0 });
        word.text.push(octet);
    }

    fn end_word(&mut self) {
        let Some(mut word) = self.word.take() else { return };
        word.end = self.place.min(self.command.len());
        if std::mem::take(&mut self.skip) {
            if self.is_output && word.is_plain() {
                self.outputs.push((word.start, word.end));
            }
            return;
        }
        if let Some(words) = self.programs.last_mut() {
            words.push(word);
        }
    }

    /// `>` `>>` `2>&1` `<`: the number before it and the file behind it are no arguments.
    fn redirection(&mut self) {
        let is_number = |word: &Word| word.text.iter().all(u8::is_ascii_digit);
        if self.word.as_ref().is_some_and(is_number) {
            self.word = None;
        }
        self.end_word();
        self.is_output = self.peek(0) == Some(b'>');
        while matches!(self.peek(1), Some(b'<' | b'>' | b'&' | b'|')) {
            self.place += 1;
        }
        self.skip = true;
    }

    fn quoted(&mut self, quote: u8) {
        let start = self.place;
        self.word.get_or_insert_with(|| Word { text: Vec::new(), start, end: 0 });
        self.place += 1;
        while let Some(octet) = self.peek(0).filter(|octet| *octet != quote && *octet != b'%') {
            let next = self.peek(1).unwrap_or_default();
            let is_escape = octet == b'\\'
                && (next == b'%' || quote == b'"' && matches!(next, b'"' | b'\\' | b'$' | b'`'));
            self.place += usize::from(is_escape);
            self.put(if is_escape { next } else { octet }, 0);
            self.place += 1;
        }
        // The end of the command, within quotes.
        if self.peek(0) == Some(b'%') {
            self.place -= 1;
        }
    }

    /// What a shell would put in the place of a command is not known: it stays as it is written.
    fn verbatim(&mut self, last: u8) {
        if let Some(first) = self.peek(0) {
            self.put(first, 0);
        }
        self.place += 1;
        while let Some(octet) = self.peek(0).filter(|octet| *octet != b'%') {
            let is_escape = octet == b'\\' && self.peek(1) == Some(b'%');
            self.place += usize::from(is_escape);
            self.put(if is_escape { b'%' } else { octet }, 0);
            if octet == last {
                return;
            }
            self.place += 1;
        }
        self.place -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(command: &str) -> Vec<Vec<String>> {
        let text = |word: &Word| String::from_utf8_lossy(&word.text).into_owned();
        let words = |words: &Vec<Word>| words.iter().map(text).collect();
        programs(command.as_bytes()).iter().map(words).collect()
    }

    #[test]
    fn words_are_split_as_a_shell_does() {
        for (command, expected) in [
            ("a  b\tc", vec![vec!["a", "b", "c"]]),
            ("a 'b c'\"d \\\" e\"f\\ g", vec![vec!["a", "b cd \" ef g"]]),
            ("a ''", vec![vec!["a", ""]]),
            ("a >/dev/null 2>&1 b 2>> log c", vec![vec!["a", "b", "c"]]),
            ("a &>x; b&&c||d|e&", vec![vec!["a"], vec!["b"], vec!["c"], vec!["d"], vec!["e"]]),
            ("(a; b) # c", vec![vec!["a"], vec!["b"]]),
            ("a --x=$(date +\\%F) `b c` d", vec![vec!["a", "--x=$(date +%F)", "`b c`", "d"]]),
            ("a b%c d", vec![vec!["a", "b"]]),
            ("a 'b%c d'", vec![vec!["a", "b"]]),
            ("date +\\%F '\\%H'", vec![vec!["date", "+%F", "%H"]]),
            ("a b#c", vec![vec!["a", "b#c"]]),
            ("", vec![]),
        ] {
            assert_eq!(split(command), expected, "{command}");
        }
    }

    #[test]
    fn a_word_knows_its_place() {
        let command = b"nice  '/a b' \\x  c\\ d;e";
        let words = programs(command).into_iter().flatten();
        let written: Vec<_> = words.filter_map(|it| command.get(it.start..it.end)).collect();
        assert_eq!(written, [b"nice".as_slice(), b"'/a b'", b"\\x", b"c\\ d", b"e"]);
    }
}

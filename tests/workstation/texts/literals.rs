//! Which texts in a source file may a person read? Looked for without a parser: in a panel even a
//! doubtful one is worth a look.

use regex_lite::Regex;

/// A text between quotation marks, with what stands before and behind it.
#[derive(Debug)]
pub struct Literal {
    before: String,
    text: String,
    behind: String,
}

/// What takes the name of a thing, not words: salts, attributes, panics of tests.
const NAMES: [&str; 12] = [
    r"id_salt\($",
    r"from_id_salt\($",
    r"centred_card\(ui, $",
    r"centred\(ui, $",
    r"Id::unique\($",
    r"persistent_id\(\(?$",
    r"Panel::\w+\($",
    r"\.with\($",
    r"request_discard\($",
    r"debug_struct\($|write_str\($|env!\($",
    r"reason = $",
    r"_name\(&self\) -> &'static str \{\s*$|target_os = $",
];

/// Keys that are called the same in every language, and words that people never see.
const KNOWN: [&str; 3] = ["Esc", "agent", "http"];

impl Literal {
    /// Whether it holds words, and is given to something that shows them.
    pub fn is_read_by_people(&self) -> bool {
        // Places, and signs such as the end of a line.
        let places = Regex::new(r"\{[^}]*\}|\\\S").unwrap();
        let words = places.replace_all(&self.text, "");
        let is_key = words.starts_with("Ctrl+") && words.len() < 8;
        let is_known = is_key || KNOWN.contains(&words.as_ref());
        // A and B, the ends of what is repeated, are letters and not words.
        let mut runs = words.split(|character: char| !character.is_alphabetic());
        if is_known || !runs.any(|run| run.chars().nth(1).is_some()) {
            return false;
        }
        !self.is_place()
            && !NAMES.iter().any(|name| Regex::new(name).unwrap().is_match(&self.before))
    }

    /// `("owner", &owner)`, the name of a place in a text of the table.
    fn is_place(&self) -> bool {
        let is_name = self.text.chars().all(|character| character.is_ascii_lowercase());
        // A tuple, not a call.
        let in_tuple = Regex::new(r"(^|[^\w!>])\($").unwrap().is_match(&self.before);
        is_name && in_tuple && self.behind.starts_with(", ")
    }
}

/// The source without its comments.
pub fn code(source: &str) -> String {
    Regex::new(r"(?m)^\s*//.*$|\s// .*$").unwrap().replace_all(source, "").into_owned()
}

/// Every text in it.
pub fn literals(code: &str) -> Vec<Literal> {
    let quoted = Regex::new(r#"(?s)"((?:[^"\\]|\\.)*)""#).unwrap();
    let around = |text: &str| text.to_owned();
    quoted
        .captures_iter(code)
        .map(|capture| {
            let (whole, text) = (capture.get(0).unwrap(), capture.get(1).unwrap());
            let before = code[..whole.start()].trim_end_matches('\n').trim_start();
            Literal {
                before: around(last(before, 40)),
                text: text.as_str().to_owned(),
                behind: around(code[whole.end()..].get(..4).unwrap_or_default()),
            }
        })
        .collect()
}

fn last(text: &str, count: usize) -> &str {
    let at = text.char_indices().rev().nth(count).map_or(0, |(at, _)| at);
    &text[at..]
}

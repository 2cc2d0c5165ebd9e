//! How is text written for `man`? <https://man.openbsd.org/man.7>

use super::PROGRAM;

/// What clap_mangen wrote, without line breaks around empty lines, which mean nothing there.
pub fn mended(page: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(page);
    text.replace(".br\n\n.br\n", ".sp\n").into_bytes()
}

/// A section: paragraphs between empty lines; a paragraph of lines that are indented stays as it is; in
/// one with a line `term` and indented lines below, these explain the term.
pub fn section(page: &mut Vec<u8>, heading: &str, body: &str) {
    add(page, &format!(".SH \"{heading}\"\n"));
    for (number, paragraph) in body.trim_matches('\n').split("\n\n").enumerate() {
        if let Some(rows) = paragraph.lines().map(|line| line.split_once(" : ")).collect() {
            terms(page, rows);
        } else if paragraph.starts_with("    ") {
            let lines: String = paragraph.lines().map(|line| escaped(line.trim()) + "\n").collect();
            add(page, &format!(".RS 4\n.nf\n{lines}.fi\n.RE\n"));
        } else {
            let start = if number > 0 { ".PP\n" } else { "" };
            let lines: String = paragraph.lines().map(|line| escaped(line) + "\n").collect();
            add(page, &format!("{start}{lines}"));
        }
    }
}

fn terms(page: &mut Vec<u8>, rows: Vec<(&str, &str)>) {
    for (term, text) in rows {
        add(page, &format!(".TP\n\\fB{}\\fR\n{}\n", escaped(term), escaped(text)));
    }
}

/// The other pages, and programs that a sysadmin looks for beside them.
pub fn see_also(page: &mut Vec<u8>, own: &str, all: &[String]) {
    let commands = all.iter().filter(|name| *name != own && *name != "help");
    let mut names: Vec<String> = commands.map(|name| format!("{PROGRAM}-{name}")).collect();
    if !own.is_empty() {
        names.insert(0, PROGRAM.to_string());
    }
    let mut pages: Vec<(String, u8)> = names.into_iter().map(|name| (name, 1)).collect();
    pages.extend([("crontab".to_string(), 5), ("gpg".to_string(), 1)]);
    let last = pages.len().saturating_sub(1);
    add(page, ".SH \"SEE ALSO\"\n");
    for (number, (name, section)) in pages.iter().enumerate() {
        let end = if number == last { "" } else { " ," };
        add(page, &format!(".BR {} ({section}){end}\n", escaped(name)));
    }
}

fn add(page: &mut Vec<u8>, text: &str) {
    page.extend_from_slice(text.as_bytes());
}

/// A line of text in which nothing is a request of roff.
fn escaped(line: &str) -> String {
    let text = line.replace('\\', "\\e").replace('-', "\\-").replace('…', "...");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

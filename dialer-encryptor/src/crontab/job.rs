//! Which job does a command of a crontab do? Told by the file name of the program.

use super::mention::Mention;
use super::words::{Word, programs};
use shared::recording::escaped;

/// What a line of a crontab starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Step 2, which this program takes the place of.
    StockEncrypt,
    /// Step 3 in one of its forms, or step 4.
    StockDeliver,
    /// Step 2 for sites without encryption, and before it with encryption.
    StockCompress,
    /// Step 1.
    StockMove,
    /// Something that removes whatever is older in `monitorDONE`, sealed or not.
    Purge {
        /// Older than this, where it says so.
        days: Option<u32>,
    },
    /// This program, to seal.
    Seal,
    /// This program, to deliver.
    Deliver,
    /// This program, as a service.
    Watch,
    /// This program, for something else.
    OtherOfUs,
    /// It names one of these in a form that is not understood, and may start it.
    Unclear(Mention),
    /// Anything else.
    Other,
}

/// A program that is known, in the command of a crontab line.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// What it does.
    pub job: Job,
    /// The file name of the program.
    pub program: String,
    /// What it is told, safe to show.
    pub arguments: Vec<String>,
    /// What it is told, octet for octet.
    pub octets: Vec<Vec<u8>>,
    /// Where in the command its name stands, with the `perl` before it; none if it stands within the
    /// quotes of another shell.
    pub place: Option<(usize, usize)>,
    /// Where in the command its arguments stand that start nothing themselves.
    pub plain: Vec<(usize, usize)>,
}

/// Programs that start the one named behind their own flags.
const STARTERS: &[&[u8]] = &[
    b"nice",
    b"ionice",
    b"chrt",
    b"taskset",
    b"timeout",
    b"flock",
    b"env",
    b"nohup",
    b"setsid",
    b"time",
    b"exec",
    b"sudo",
    b"doas",
    b"perl",
    b"chronic",
    b"cronic",
    b"command",
    b"systemd-cat",
    b"systemd-run",
    b"run-one",
    b"stdbuf",
    b"then",
    b"do",
    b"else",
    b"if",
    b"{",
    b"!",
];

/// Shells, which take a whole command as one word.
const SHELLS: [&[u8]; 5] = [b"sh", b"bash", b"dash", b"ksh", b"su"];

/// How many shells within shells are looked through.
const DEPTH: usize = 3;

/// The programs that are known in a command, in their order.
#[must_use]
pub fn jobs(command: &[u8]) -> Vec<Known> {
    jobs_within(command, DEPTH)
}

fn jobs_within(command: &[u8], depth: usize) -> Vec<Known> {
    let programs = programs(command);
    let mut known: Vec<Known> = programs.iter().flat_map(|words| known_of(words, depth)).collect();
    if known.is_empty() {
        known.extend(purge(&programs));
    }
    known
}

fn known_of(words: &[Word], depth: usize) -> Vec<Known> {
    let is_setting = |word: &&Word| {
        let name = word.text.split(|octet| *octet == b'=').next().unwrap_or_default();
        name.len() < word.text.len()
            && name.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'_')
    };
    let first = words.iter().take_while(is_setting).count();
    let Some(words) = words.get(first..) else { return Vec::new() };
    let name = words.first().map(|word| base_name(&word.text)).unwrap_or_default();
    let starts_another = STARTERS.contains(&name) || is_shell(name);
    let found = words.iter().take(if starts_another { words.len() } else { 1 });
    let found = found.enumerate().find_map(|(at, word)| Some((at, job(word, words.get(at + 1))?)));
    match found {
        Some((at, job)) => vec![known(words, at, job)],
        // `sh -c '…'`, also behind `nice`.
        None if starts_another => inner(words, depth),
        None => Vec::new(),
    }
}

fn known(words: &[Word], at: usize, job: Job) -> Known {
    let octets: Vec<Vec<u8>> = words.iter().skip(at + 1).map(|word| word.text.clone()).collect();
    let program = words.get(at).map(|word| escaped(base_name(&word.text))).unwrap_or_default();
    // perl and its own flags go with the script that it runs.
    let before = words.get(..at).unwrap_or_default();
    let first = before.iter().position(|word| base_name(&word.text) == b"perl").unwrap_or(at);
    let place = words.get(first).zip(words.get(at)).map(|(from, to)| (from.start, to.end));
    let plain = words.iter().skip(at + 1).filter(|word| word.is_plain());
    let plain = plain.map(|word| (word.start, word.end)).collect();
    Known { job, program, arguments: shown(&octets), octets, place, plain }
}

fn shown(words: &[Vec<u8>]) -> Vec<String> {
    words.iter().map(|word| escaped(word)).collect()
}

/// What a shell is told to run.
fn inner(words: &[Word], depth: usize) -> Vec<Known> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    let Some(shell) = words.iter().position(|word| is_shell(base_name(&word.text))) else {
        return Vec::new();
    };
    let scripts = words.iter().skip(shell + 1).filter(|word| word.text.contains(&b' '));
    let known = scripts.flat_map(|word| jobs_within(&word.text, depth));
    known.map(|it| Known { place: None, plain: Vec::new(), ..it }).collect()
}

pub(super) fn is_shell(name: &[u8]) -> bool {
    SHELLS.contains(&name)
}

pub(super) fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|octet| *octet == b'/').next().unwrap_or_default()
}

fn job(program: &Word, first: Option<&Word>) -> Option<Job> {
    // `env X=/…/script` and `--exec=/…/script` hand its name to somebody else.
    if program.text.starts_with(b"-") || program.text.contains(&b'=') {
        return None;
    }
    let name = base_name(&program.text);
    if name == b"dialer-encryptor" {
        return Some(match first.map(|word| word.text.as_slice()) {
            None => Job::Seal,
            Some(flag) if flag.starts_with(b"-") => Job::Seal,
            Some(b"deliver") => Job::Deliver,
            Some(b"watch") => Job::Watch,
            Some(_) => Job::OtherOfUs,
        });
    }
    let step = name.strip_prefix(b"AST_CRON_audio_")?.strip_suffix(b".pl")?;
    match step {
        _ if step.starts_with(b"1_move") => Some(Job::StockMove),
        _ if step.starts_with(b"2_encrypt") => Some(Job::StockEncrypt),
        _ if step.starts_with(b"2_compress") => Some(Job::StockCompress),
        _ if step.starts_with(b"3_") || step.starts_with(b"4_") => Some(Job::StockDeliver),
        _ => None,
    }
}

/// `find …/monitorDONE -mtime +7 -print | xargs rm -f`, or with `-delete`.
fn purge(programs: &[Vec<Word>]) -> Option<Known> {
    let removes = |word: &Word| {
        base_name(&word.text) == b"rm" || word.text == b"-delete" || word.text == b"unlink"
    };
    programs.iter().flatten().any(removes).then_some(())?;
    let find = programs.iter().find(|words| {
        let is_find = words.iter().any(|word| base_name(&word.text) == b"find");
        let is_there = |word: &Word| word.text.windows(11).any(|part| part == b"monitorDONE");
        is_find && words.iter().any(is_there)
    })?;
    let after = |flag: &[u8]| {
        let at = find.iter().position(|word| word.text == flag)?;
        let value = find.get(at + 1)?.text.strip_prefix(b"+")?;
        std::str::from_utf8(value).ok()?.parse::<u32>().ok()
    };
    let days = after(b"-mtime").or_else(|| Some(after(b"-mmin")? / (24 * 60)));
    let octets: Vec<Vec<u8>> = find.iter().skip(1).map(|word| word.text.clone()).collect();
    let program = "find".to_string();
    let arguments = shown(&octets);
    Some(Known {
        job: Job::Purge { days },
        program,
        arguments,
        octets,
        place: None,
        plain: Vec::new(),
    })
}

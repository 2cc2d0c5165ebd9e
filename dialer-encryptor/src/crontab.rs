//! What does the crontab start: the stock steps, this program, the purge?
//!
//! Only read here; `install` and `uninstall` change it. Crontabs are written by hand, so every octet
//! may stand in one: what is not understood is [`Job::Other`].

pub mod entry;
pub mod job;
pub mod mention;
pub mod running;
pub mod source;
pub mod users;
pub mod words;

pub use entry::{Entry, entries};
pub use job::Job;
pub use mention::Mention;
pub use source::{Origin, has_user_field, own, read, system_files};

use shared::recording::escaped;

/// A crontab as it was read.
#[derive(Debug)]
pub struct Crontab {
    /// Where it stands.
    pub origin: Origin,
    /// The jobs in it.
    pub lines: Vec<Line>,
    /// All of it, as it is.
    pub octets: Vec<u8>,
}

/// One job of a crontab. A line that starts several programs that are known is there for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1 on.
    pub number: usize,
    /// What stands there, safe to show.
    pub text: String,
    /// Whether cron runs it; one that is commented out is told only if it is known what it starts.
    pub is_active: bool,
    /// Which other crontab it stands in: of the system, or of another user; safe to show.
    pub elsewhere: Option<String>,
    /// What it starts.
    pub job: Job,
    /// What the program is told, as a shell would split it.
    pub arguments: Vec<String>,
}

/// The jobs of a crontab, with those that are commented out. Crontabs of the system have the name of
/// a user before the command.
#[must_use]
pub fn parse(text: &[u8], has_user_field: bool) -> Vec<Line> {
    let mut entries = entries(text, has_user_field).into_iter().peekable();
    let lines = (1..).zip(text.split_inclusive(|octet| *octet == b'\n'));
    let parsed = lines.flat_map(|(number, line)| {
        let entry = entries.next_if(|entry| entry.number == number);
        lines_of(number, line, entry.as_ref())
    });
    parsed.collect()
}

fn lines_of(number: usize, text: &[u8], entry: Option<&Entry<'_>>) -> Vec<Line> {
    let line = |job, arguments| Line {
        number,
        text: shown(text),
        elsewhere: None,
        is_active: entry.is_none_or(|entry| entry.is_active),
        job,
        arguments,
    };
    let known = entry.map(|entry| job::jobs(entry.command)).unwrap_or_default();
    let mut lines: Vec<Line> = known.into_iter().map(|it| line(it.job, it.arguments)).collect();
    let unclear = mention::unclear(text, entry).into_iter().map(Job::Unclear);
    lines.extend(unclear.map(|job| line(job, Vec::new())));
    // A comment that starts nothing known is a comment.
    if lines.is_empty() && entry.is_some_and(|entry| entry.is_active) {
        lines.push(line(Job::Other, Vec::new()));
    }
    lines
}

/// The flag of step 3 whose value is not for everybody.
const PASSWORD: &str = "ftp-pass";

/// A line of a crontab as it may be printed: without its end, and without the password that step 3
/// can be given there.
#[must_use]
pub fn shown(line: &[u8]) -> String {
    let parts: Vec<String> = line.trim_ascii_end().split(|it| *it == b'\t').map(escaped).collect();
    let text = parts.join("\t");
    let mut shown = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.to_ascii_lowercase().find(PASSWORD) {
        let (before, after) = rest.split_at(at + PASSWORD.len());
        let value = after.trim_start_matches(['=', ' ', '\t']);
        let (gap, value) = after.split_at(after.len() - value.len());
        shown.push_str(&[before, gap].concat());
        rest = value;
        if !gap.is_empty() && !value.is_empty() {
            shown.push('…');
            rest = value.get(end_of_value(value)..).unwrap_or_default();
        }
    }
    shown + rest
}

fn end_of_value(value: &str) -> usize {
    let blank = value.find([' ', '\t']).unwrap_or(value.len());
    let quote = value.chars().next().filter(|first| ['\'', '"'].contains(first));
    let closing = quote.and_then(|quote| Some(value.get(1..)?.find(quote)? + 2));
    closing.unwrap_or(blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(line: &str) -> Vec<(bool, Job)> {
        parse(line.as_bytes(), false).into_iter().map(|it| (it.is_active, it.job)).collect()
    }

    const ENCRYPT: &str = "/usr/share/astguiclient/AST_CRON_audio_2_encrypt.pl --GPG --MP3";

    #[test]
    fn the_stock_encrypt_step_is_seen_behind_what_sysadmins_put_before_it() {
        for command in [
            ENCRYPT.to_string(),
            format!("cd /tmp && {ENCRYPT}"),
            format!("nice -n 19 ionice -c 3 /usr/bin/perl -w {ENCRYPT} >/dev/null 2>&1"),
            format!("PERL5LIB=/x LANG=C {ENCRYPT} &"),
            format!("flock -n /tmp/lock {ENCRYPT}"),
            format!("/bin/sh -c '{ENCRYPT}'"),
            format!("[ -x /x ] && ( {ENCRYPT} )"),
            format!("if [ -x /x ]; then {ENCRYPT}; fi"),
            format!("{{ {ENCRYPT}; }}"),
            format!("\"{}\" --MP3 % input", ENCRYPT.split(' ').next().unwrap_or_default()),
        ] {
            for schedule in ["1-59/3 * * * *", "@hourly", "\t*/5 *\t* jan mon", "-0~30 0 * * *"] {
                let line = format!("{schedule} {command}");
                assert_eq!(job(&line), [(true, Job::StockEncrypt)], "{line}");
                assert_eq!(job(&format!("#{line}")), [(false, Job::StockEncrypt)], "{line}");
            }
        }
    }

    #[test]
    fn a_name_that_is_only_mentioned_is_nothing_to_rewrite() {
        for line in [
            "0 1 * * * ls /usr/share/astguiclient/AST_CRON_audio_2_encrypt.pl",
            "0 1 * * * echo hello # AST_CRON_audio_2_encrypt.pl",
            "0 1 * * * mail -s x root % AST_CRON_audio_2_encrypt.pl",
        ] {
            let unclear = Job::Unclear(Mention::StockEncrypt);
            assert_eq!(job(line), [(true, unclear)], "{line}");
        }
        let remark = "# AST_CRON_audio_2_encrypt.pl is step 2 of the audio steps\n";
        assert_eq!(job(remark), []);
        assert_eq!(job("MAILTO=root\n\n"), []);
    }

    #[test]
    fn each_step_is_told_with_its_arguments() {
        let line = |command: &str| parse(format!("* * * * * {command}").as_bytes(), false);
        let jobs = |command: &str| line(command).into_iter().map(|it| it.job).collect::<Vec<_>>();
        assert_eq!(jobs("/x/AST_CRON_audio_1_move_mix.pl --MIX"), [Job::StockMove]);
        assert_eq!(jobs("/x/AST_CRON_audio_2_compress.pl --MP3"), [Job::StockCompress]);
        for name in ["3_ftp", "3_ftp_FTPSSL", "3_newftp", "4_ftp2", "3_ftp_NEW"] {
            assert_eq!(jobs(&format!("/x/AST_CRON_audio_{name}.pl")), [Job::StockDeliver]);
        }
        let ours = "/usr/local/bin/dialer-encryptor";
        assert_eq!(jobs(ours), [Job::Seal]);
        assert_eq!(jobs(&format!("{ours} --format mp3")), [Job::Seal]);
        assert_eq!(jobs(&format!("{ours} deliver")), [Job::Deliver]);
        assert_eq!(jobs(&format!("{ours} watch")), [Job::Watch]);
        assert_eq!(jobs(&format!("{ours} status --prometheus x")), [Job::OtherOfUs]);
        let find = "/usr/bin/find /var/spool/asterisk/monitorDONE -maxdepth 2 -type f -mtime +7";
        let purge = Job::Purge { days: Some(7) };
        assert_eq!(jobs(&format!("{find} -print | xargs rm -f")), [purge]);
        assert_eq!(jobs(&format!("{find} -delete")), [purge]);
        assert_eq!(jobs(&format!("{find} -print")), [Job::Other]);
        let both = line("/x/AST_CRON_audio_2_compress.pl --MP3; dialer-encryptor --format 'mp3'");
        assert_eq!(
            both.iter().map(|it| it.job).collect::<Vec<_>>(),
            [Job::StockCompress, Job::Seal]
        );
        assert_eq!(
            both.last().map(|it| it.arguments.clone()).unwrap_or_default(),
            ["--format", "mp3"]
        );
    }

    #[test]
    fn the_user_of_a_system_crontab_is_no_program() {
        let text = format!("SHELL=/bin/sh\n17 * * * * root {ENCRYPT}\n@daily\troot x\n");
        let lines = parse(text.as_bytes(), true);
        let told: Vec<_> = lines.iter().map(|it| (it.number, it.job)).collect();
        assert_eq!(told, [(2, Job::StockEncrypt), (3, Job::Other)]);
    }

    #[test]
    fn a_password_is_not_shown() {
        let line = b"1 * * * * /x.pl --FTP-pass=secret --GPG --ftp-pass=\xFF\r\n";
        assert_eq!(shown(line), "1 * * * * /x.pl --FTP-pass=… --GPG --ftp-pass=…");
        assert_eq!(shown(b"x --ftp-pass 'a b' c"), "x --ftp-pass … c");
        for harmless in ["é --ftp-pass", "--ftp-pass=", "--ftp-passé x", "x"] {
            assert_eq!(shown(harmless.as_bytes()), harmless);
        }
    }

    const SCRIPT: &[u8] = b"AST_CRON_audio_2_encrypt";

    const PIECES: [&[u8]; 26] = [
        b" ",
        b"'",
        b"\"",
        b"\\",
        b"%",
        b"\\%",
        b"$(",
        b")",
        b"(",
        b"`",
        b"#",
        b";",
        b"&",
        b"&>",
        b"|",
        b">",
        b"2>&1",
        b"=",
        b"\t",
        b"\r",
        b"\n* * * * * ",
        b"\xFF",
        b"sh -c ",
        b"perl ",
        b"/x/AST_CRON_audio_2_encrypt.pl",
        b"dialer-encryptor",
    ];

    #[test]
    fn any_octets_are_read_without_a_panic() {
        for text in [
            b"\xFF\xFE".as_slice(),
            b"* * * * *",
            b"* * * * * ",
            b"@",
            b"@reboot",
            b"#####",
            b"* * * * * '\n* * * * * \"\\",
            b"* * * * * $(((((\n* * * * * `\n* * * * * >\n* * * * * &>\r\n* * * * * 2>&",
            b"* * * * * sh -c \"sh -c 'sh -c x'\"\0",
        ] {
            let _ = (parse(text, false), parse(text, true));
        }
        let mut seed = 1_u32;
        for _ in 0..50_000 {
            let mut text = b"* * * * * ".to_vec();
            for _ in 0..12 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = usize::try_from(seed >> 24).unwrap_or_default();
                text.extend_from_slice(PIECES.get(at % PIECES.len()).copied().unwrap_or_default());
            }
            for known in job::jobs(&text) {
                let (start, end) = known.place.unwrap_or_default();
                assert!(start <= end && text.get(start..end).is_some(), "{}", text.escape_ascii());
            }
            let lines = parse(&text, false);
            assert!(lines.iter().all(|it| !it.text.contains('\n')), "{}", text.escape_ascii());
            let names_it = text.windows(SCRIPT.len()).any(|part| part == SCRIPT);
            let is_told = |it: &Line| {
                matches!(it.job, Job::StockEncrypt | Job::Unclear(Mention::StockEncrypt))
            };
            // What output goes to starts nothing.
            if names_it && !text.contains(&b'>') && !text.contains(&b'\n') {
                assert!(lines.iter().any(is_told), "{}", text.escape_ascii());
            }
        }
        let deep = format!("* * * * * {}", "sh -c '".repeat(100_000));
        assert_eq!(parse(deep.as_bytes(), false).len(), 1);
    }
}

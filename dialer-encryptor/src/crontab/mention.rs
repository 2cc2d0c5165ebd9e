//! Does a line name a script, or this program, in a form that is not understood?
//!
//! The parser decides what can be rewritten, never that nothing is there: whatever stays of a line
//! once all that is understood is taken out must not name the script.

use super::entry::Entry;
use super::job::{Job, Known, jobs};
use super::words;

/// Whose name stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// The stock script of step 2.
    StockEncrypt,
    /// The stock script of step 3.
    StockDeliver,
    /// This program.
    Ours,
}

impl Mention {
    const ALL: [Self; 3] = [Self::StockEncrypt, Self::StockDeliver, Self::Ours];

    /// The words, in small letters.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::StockEncrypt => "ast_cron_audio_2_encrypt",
            Self::StockDeliver => "ast_cron_audio_3_",
            Self::Ours => "dialer-encryptor",
        }
    }

    /// As a person calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StockEncrypt => "the stock script of step 2",
            Self::StockDeliver => "the stock script of step 3",
            Self::Ours => "this program",
        }
    }

    fn is_done_by(self, job: Job) -> bool {
        match self {
            Self::StockEncrypt => job == Job::StockEncrypt,
            Self::StockDeliver => job == Job::StockDeliver,
            Self::Ours => matches!(job, Job::Seal | Job::Deliver | Job::Watch | Job::OtherOfUs),
        }
    }

    /// Whether it is named in these octets, in any case, and whatever quotes stand between.
    fn is_in(self, octets: &[u8]) -> bool {
        let is_quote = |octet: &u8| matches!(octet, b'\'' | b'"' | b'\\');
        let bare: Vec<u8> =
            octets.iter().filter(|it| !is_quote(it)).map(u8::to_ascii_lowercase).collect();
        let words = self.words().as_bytes();
        // A folder of our name starts nothing.
        let is_folder = |at: usize| self == Self::Ours && bare.get(at + words.len()) == Some(&b'/');
        let mut found = bare.windows(words.len()).enumerate().filter(|(_, part)| *part == words);
        found.any(|(at, _)| !is_folder(at))
    }
}

/// What an active line names without saying it in a form that is understood; `entry` is none for a
/// setting, whose value may be started by another line.
#[must_use]
pub fn unclear(line: &[u8], entry: Option<&Entry<'_>>) -> Vec<Mention> {
    if line.trim_ascii_start().starts_with(b"#") {
        return Vec::new();
    }
    let known = entry.map(|entry| jobs(entry.command)).unwrap_or_default();
    let is_unclear = |mention: &Mention| {
        let same = known.iter().filter(|it| mention.is_done_by(it.job));
        // Within the quotes of another shell its place is not known; it is told as what it is.
        let is_told = same.clone().any(|it| it.place.is_none());
        let rest = entry.map_or(line.to_vec(), |entry| rest(entry, *mention, same));
        !is_told && mention.is_in(&rest)
    };
    Mention::ALL.into_iter().filter(is_unclear).collect()
}

/// The line without the programs that are understood, and without files that output goes to.
fn rest<'a>(
    entry: &Entry<'_>,
    mention: Mention,
    known: impl Iterator<Item = &'a Known>,
) -> Vec<u8> {
    let mut command = entry.command.to_vec();
    let mut taken = words::outputs(entry.command);
    for known in known {
        taken.extend(known.place);
        // Of the stock script only one name is taken: `flock SCRIPT SCRIPT` runs the other one.
        if mention == Mention::Ours {
            taken.extend_from_slice(&known.plain);
        }
    }
    for (start, end) in taken {
        command.iter_mut().take(end).skip(start).for_each(|octet| *octet = b' ');
    }
    [entry.schedule, &command].concat()
}

#[cfg(test)]
mod tests {
    use super::super::{Job, parse};
    use super::Mention;

    fn jobs(line: &str) -> Vec<Job> {
        parse(line.as_bytes(), false).into_iter().map(|it| it.job).collect()
    }

    const SCRIPT: &str = "/usr/share/astguiclient/AST_CRON_audio_2_encrypt.pl";

    #[test]
    fn whatever_names_the_script_is_never_nothing() {
        let unclear = Job::Unclear(Mention::StockEncrypt);
        for command in [
            format!("flock -n /tmp/l -c \"{SCRIPT} --GPG\""),
            format!("screen -dmS enc {SCRIPT}"),
            format!("cpulimit -l 20 -- {SCRIPT}"),
            format!("cgexec -g cpu:low {SCRIPT}"),
            format!("/usr/bin/perl5.30.0 {SCRIPT}"),
            format!("O=$({SCRIPT} --GPG)"),
            format!("O=`{SCRIPT} --GPG`"),
            format!("sh -c '{SCRIPT};'"),
            format!("sh % {SCRIPT}"),
            format!("perl < {SCRIPT}"),
            format!("echo x >$({SCRIPT})"),
            format!("env X={SCRIPT} sh -c '$X --GPG'"),
            format!("ls {SCRIPT} # or not"),
            SCRIPT.to_ascii_uppercase(),
            "/x/AST_CRON_audio_2_'encrypt'.p?".to_string(),
        ] {
            assert_eq!(jobs(&format!("* * * * * {command}")), [unclear], "{command}");
            assert_eq!(jobs(&format!("@hourly root {command}")), [unclear], "{command}");
        }
        assert_eq!(jobs(&format!("X={SCRIPT}")), [unclear]);
        assert_eq!(jobs(&format!("# * * * * * screen {SCRIPT}")), []);
        let both = format!("* * * * * flock {SCRIPT} {SCRIPT} --GPG");
        assert_eq!(jobs(&both), [Job::StockEncrypt, unclear]);
        let system = parse(format!("* * * * * {SCRIPT}\n").as_bytes(), true);
        assert_eq!(system.iter().map(|it| it.job).collect::<Vec<_>>(), [unclear]);
    }

    #[test]
    fn step_3_and_this_program_are_told_alike() {
        let step_3 = "* * * * * screen -dm /x/AST_CRON_audio_3_newftp.pl --GPG";
        assert_eq!(jobs(step_3), [Job::Unclear(Mention::StockDeliver)]);
        for ours in ["screen -dm dialer-encryptor --format mp3", "/opt/dialer-encryptor-1.2.0 -x"] {
            let line = format!("* * * * * {ours}");
            assert_eq!(jobs(&line), [Job::Unclear(Mention::Ours)], "{line}");
        }
    }

    #[test]
    fn what_starts_nothing_is_not_in_the_way() {
        let log = "/var/log/AST_CRON_audio_2_encrypt.log";
        for line in [
            format!("* * * * * {SCRIPT} --GPG >> {log} 2>&1"),
            format!("* * * * * {SCRIPT} --GPG &>{log}"),
        ] {
            assert_eq!(jobs(&line), [Job::StockEncrypt], "{line}");
        }
        let ours = "* * * * * /opt/dialer-encryptor/dialer-encryptor --mp3 --state-dir \
                    /var/lib/dialer-encryptor";
        assert_eq!(jobs(ours), [Job::Seal]);
        assert_eq!(jobs("* * * * * /opt/dialer-encryptor/other"), [Job::Other]);
    }
}

//! How does a line of the crontab look that starts this program in the place of a stock script?

use crate::cli::Install;
use crate::crontab::Job;
use crate::crontab::job::{Known, jobs};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// What is written into lines: the program, and flags that are not those of a stock line.
#[derive(Debug, Clone)]
pub struct Ours {
    /// The program's path.
    pub program: PathBuf,
    /// For every line: where the settings are.
    pub common: Vec<OsString>,
    /// For lines of step 2.
    pub seal: Vec<OsString>,
}

impl Ours {
    /// What `install` was told, as flags of a line.
    #[must_use]
    pub fn new(asked: &Install, program: PathBuf) -> Self {
        let mut common = Vec::new();
        let mut paths = |flag: &str, path: Option<&Path>| {
            common.extend(path.map(|path| [flag.into(), whole(path)]));
        };
        paths("--conf", asked.conf.as_deref());
        paths("--config", asked.config.as_deref());
        paths("--state-dir", asked.state_dir.as_deref());
        let mut seal: Vec<[OsString; 2]> = Vec::new();
        let mut add = |flag: &str, value: &OsStr| seal.push([flag.into(), value.to_owned()]);
        asked.formats.iter().for_each(|it| add("--format", it.name().as_ref()));
        asked.recipient.iter().for_each(|it| add("--recipient", it.as_ref()));
        asked.certs.iter().for_each(|it| add("--certs", &whole(it)));
        asked.gnupg_home.iter().for_each(|it| add("--gnupg-home", &whole(it)));
        asked.suffix.iter().for_each(|it| add("--suffix", it.text().as_ref()));
        let mut seal: Vec<OsString> = seal.concat();
        seal.extend(asked.https.then(|| "--https".into()));
        Self { program, common: common.concat(), seal }
    }

    /// What this program is told in the place of a stock script; without the program itself.
    #[must_use]
    pub fn arguments(&self, known: &Known) -> Vec<OsString> {
        let stock = known.octets.iter().cloned().map(OsString::from_vec);
        self.leading(known).into_iter().chain(stock).collect()
    }

    /// What stands before the flags of the stock line.
    fn leading(&self, known: &Known) -> Vec<OsString> {
        if known.job == Job::StockEncrypt {
            return [self.common.clone(), self.seal.clone()].concat();
        }
        let mut all = vec![OsString::from("deliver")];
        all.extend(known.program.contains("FTPSSL").then(|| "--tls".into()));
        [all, self.common.clone()].concat()
    }

    /// The command with this program in the place of the scripts of this job; all else in it stays,
    /// octet for octet. `None` if one stands within the quotes of another shell.
    #[must_use]
    pub fn command(&self, command: &[u8], job: Job) -> Option<Vec<u8>> {
        let mut text = command.to_vec();
        for known in jobs(command).iter().rev().filter(|known| known.job == job) {
            let (start, end) = known.place?;
            let start_of_line = std::iter::once(self.program.clone().into_os_string());
            let words = start_of_line.chain(self.leading(known)).map(|word| quoted(&word));
            text.splice(start..end, words.collect::<Vec<_>>().join(&b' '));
        }
        Some(text)
    }

    /// The flags of a line without a stock one. Where the settings say everything one is left, since
    /// without any the program shows its help; this one says what happens anyway.
    #[must_use]
    pub fn own_arguments(&self) -> Vec<OsString> {
        let flags = [self.common.clone(), self.seal.clone()].concat();
        if flags.is_empty() { vec!["--run-check".into()] } else { flags }
    }

    /// The command of a line without a stock one.
    #[must_use]
    pub fn own_command(&self) -> Vec<u8> {
        let words = [vec![self.program.clone().into_os_string()], self.own_arguments()];
        words.concat().iter().map(|word| quoted(word)).collect::<Vec<_>>().join(&b' ')
    }
}

/// cron starts programs in another folder than the one that a person stands in.
fn whole(path: &Path) -> OsString {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).into_os_string()
}

/// A word as a shell takes it out of a crontab, where `%` is cron's own.
fn quoted(word: &OsStr) -> Vec<u8> {
    let octets = word.as_bytes();
    let is_plain = |octet: &u8| octet.is_ascii_alphanumeric() || b"/._-+=:,@".contains(octet);
    if !octets.is_empty() && octets.iter().all(is_plain) {
        return octets.to_vec();
    }
    let mut text = b"'".to_vec();
    for octet in octets {
        match octet {
            b'\'' => text.extend_from_slice(b"'\\''"),
            b'%' => text.extend_from_slice(b"\\%"),
            other => text.push(*other),
        }
    }
    text.push(b'\'');
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn line(command: &str, job: Job) -> Option<String> {
        let seal = vec![OsString::from("--certs"), OsString::from("/a b%'c")];
        let ours = Ours { program: "/usr/local/bin/dialer-encryptor".into(), common: vec![], seal };
        ours.command(command.as_bytes(), job).map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn only_the_program_is_changed() {
        let stock = "cd /x && nice -n 5 perl -w '/x/AST_CRON_audio_2_encrypt.pl' --GPG  --MP3 >/dev/null 2>&1 % y";
        let ours = "cd /x && nice -n 5 /usr/local/bin/dialer-encryptor --certs '/a b\\%'\\''c' --GPG  --MP3 >/dev/null 2>&1 % y";
        assert_eq!(line(stock, Job::StockEncrypt).unwrap(), ours);
        let inner = "sh -c '/x/AST_CRON_audio_2_encrypt.pl --GPG'";
        assert_eq!(line(inner, Job::StockEncrypt), None);
    }

    #[test]
    fn a_line_for_which_the_settings_say_everything_still_runs() {
        let (common, seal) = (vec![], vec![]);
        let ours = Ours { program: "/usr/bin/dialer-encryptor".into(), common, seal };
        assert_eq!(ours.own_command(), b"/usr/bin/dialer-encryptor --run-check");
        let words = [vec!["dialer-encryptor".into()], ours.own_arguments()].concat();
        assert!(crate::cli::parse(words).is_ok());
    }

    #[test]
    fn step_3_over_tls_stays_so() {
        let stock = "/x/AST_CRON_audio_3_ftp_FTPSSL.pl --GPG";
        let ours = "/usr/local/bin/dialer-encryptor deliver --tls --GPG";
        assert_eq!(line(stock, Job::StockDeliver).unwrap(), ours);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let words = ["/a b", "%", "it's \"x\" \\%", "", "--f=ü"].map(OsString::from);
        let text = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(&b' ');
        let read = crate::crontab::words::programs(&text).concat();
        assert_eq!(read.len(), words.len());
        for (word, read) in words.iter().zip(read) {
            assert_eq!(word.as_bytes(), read.text);
        }
    }
}

//! Does the stock script of step 2 run right now?
//!
//! A crontab that was changed stops no script that cron has started before.

use super::job::{base_name, is_shell};
use super::mention::Mention;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// Longer command lines are read to here.
const OCTETS: u64 = 64 << 10;

/// The process that runs the script, the one with the lowest number if there are several.
#[must_use]
pub fn stock_encrypt() -> Option<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let number = |name: std::ffi::OsString| name.to_str()?.parse::<u32>().ok();
    let numbers = processes.filter_map(|it| number(it.file_name()));
    numbers.filter(|number| is_stock_encrypt(&command_line(*number))).min()
}

/// A process that has ended meanwhile has none.
fn command_line(number: u32) -> Vec<u8> {
    let mut octets = Vec::new();
    let file = File::open(Path::new("/proc").join(number.to_string()).join("cmdline"));
    let read = file.and_then(|file| file.take(OCTETS).read_to_end(&mut octets));
    if read.is_ok() { octets } else { Vec::new() }
}

/// An interpreter with the script, or the script itself; an editor that shows it is none.
fn is_stock_encrypt(command_line: &[u8]) -> bool {
    let mut words = command_line.split(|octet| *octet == 0).map(base_name);
    let is_script = |word: &[u8]| {
        let start = Mention::StockEncrypt.words().as_bytes();
        word.get(..start.len()).is_some_and(|part| part.eq_ignore_ascii_case(start))
    };
    let Some(first) = words.next() else { return false };
    let is_interpreter = first.starts_with(b"perl") || is_shell(first);
    is_script(first) || is_interpreter && words.any(is_script)
}

#[cfg(test)]
mod tests {
    use super::is_stock_encrypt;

    #[test]
    fn only_what_runs_the_script_counts() {
        for running in [
            "/usr/bin/perl\0/usr/share/astguiclient/AST_CRON_audio_2_encrypt.pl\0--GPG\0",
            "perl5.30.0\0-w\0AST_CRON_audio_2_encrypt.pl\0",
            "/bin/sh\0/x/ast_cron_audio_2_encrypt.pl\0",
            "/x/AST_CRON_audio_2_encrypt.pl\0",
            "/bin/sh\0-c\0/x/AST_CRON_audio_2_encrypt.pl --GPG --MP3\0",
        ] {
            assert!(is_stock_encrypt(running.as_bytes()), "{running:?}");
        }
        for other in ["", "\0", "vi\0/x/AST_CRON_audio_2_encrypt.pl\0", "perl\0/x/other.pl\0"] {
            assert!(!is_stock_encrypt(other.as_bytes()), "{other:?}");
        }
    }
}

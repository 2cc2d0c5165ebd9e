//! What can the program be told? Without a command it seals, as the stock script does.

mod check;
mod deliver;
mod install;
mod seal;
mod status;
mod watch;

pub use check::Check;
pub use deliver::{Deliver, TypedPassword};
pub use install::{Completions, Install, Manual, Uninstall};
pub use seal::{Seal, Suffix};
pub use status::Status;
pub use watch::Watch;

use clap::{Parser, Subcommand};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Seals finished VICIdial call recordings with OpenPGP.
#[derive(Debug, Parser)]
#[command(
    name = "dialer-encryptor",
    version,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    after_help = "The flags of AST_CRON_audio_2_encrypt.pl work too, in any case: --GPG --MP3 \
        --recipients=a---b --max-files=N --run-check --debug --debugX -t.\n\n\
        Exit codes: 0 all done or nothing to do, 1 some recordings failed and stay queued or \
        links wait for the database, 2 could not run; no recording was touched."
)]
pub struct Cli {
    /// What else than sealing is to be done.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What sealing is told.
    #[command(flatten)]
    pub seal: Seal,
}

/// What the program does besides one run of sealing.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Says what would go wrong, and touches nothing
    Check(Check),
    /// Tells how much waits, what failed and when it last went well
    Status(Status),
    /// Brings sealed recordings to the archive (step 3)
    Deliver(Deliver),
    /// Seals each recording within seconds of its end, until it is told to stop
    Watch(Watch),
    /// Changes the lines of steps 2 and 3 in the crontab
    Install(Install),
    /// Puts the stock lines back into the crontab
    Uninstall(Uninstall),
    /// Writes the manual pages
    Manual(Manual),
    /// Prints what a shell needs to complete the flags
    Completions(Completions),
}

/// Reads the command line. Names of flags are matched in any case, as the stock script does; what
/// stands behind `=` is left alone.
///
/// # Errors
/// clap's error, which prints itself; also for `--help` and `--version`.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(args.into_iter().map(|arg| lower_case_flag(&arg)))
}

fn lower_case_flag(arg: &OsStr) -> OsString {
    let octets = arg.as_bytes();
    if octets == b"-T" {
        return OsString::from("-t");
    }
    if !octets.starts_with(b"--") {
        return arg.to_os_string();
    }
    let end = octets.iter().position(|octet| *octet == b'=').unwrap_or(octets.len());
    let (name, value) = octets.split_at(end);
    let name = name.to_ascii_lowercase();
    OsString::from_vec([name.as_slice(), value].concat())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::format::Format;

    fn parsed(line: &str) -> Seal {
        let words = std::iter::once("dialer-encryptor").chain(line.split(' '));
        parse(words.map(OsString::from)).unwrap().seal
    }

    #[test]
    fn the_stock_spelling_says_the_same() {
        let stock = parsed("--GPG --MP3 --recipients=qa-team@x.com---B@y.org --debugX --Run-Check");
        let new = parsed("--format mp3 --recipient qa-team@x.com --recipient B@y.org");
        assert_eq!(stock.all_formats(), new.all_formats());
        assert_eq!(stock.all_recipients(), new.all_recipients());
        assert!(parsed("--HTTPS --mp3").https && parsed("--mp3 -T").dry_run);
        assert!(stock.is_debug() && !new.is_debug());
        assert!(!stock.dry_run, "the -t inside an address is no flag");
    }

    #[test]
    fn formats_are_taken_once_and_in_any_number() {
        let args = parsed("--format mp3,wav --MP3 --gsw");
        assert_eq!(args.all_formats(), [Format::Mp3, Format::Wav, Format::Gsw]);
    }
}

//! Which flags do the commands take that set the dialer up: `install`, `uninstall`, `manual`,
//! `completions`?

use super::Suffix;
use crate::format::Format;
use std::path::PathBuf;

/// What `install` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each line that starts AST_CRON_audio_2_encrypt.pl stays, commented out, and beneath \
        it stands one with the same schedule and the same flags that starts this program. Step 3 \
        (AST_CRON_audio_3_ftp.pl --GPG) is switched alike, unless the suffix is gpg: it never finds \
        the rows of .pgp files.\n\n\
        Exit codes: 0 done, shown, or nothing to do, 2 refused; nothing was changed."
)]
pub struct Install {
    /// Do it; without this the change is only shown
    #[arg(long)]
    pub yes: bool,

    /// A crontab file, such as /etc/cron.d/vicidial, instead of root's own crontab
    #[arg(long, value_name = "FILE")]
    pub crontab: Option<PathBuf>,

    /// Switch step 3 to `deliver`, also where the suffix is gpg
    #[arg(long, conflicts_with = "keep_step_3")]
    pub deliver: bool,

    /// Leave step 3 as it is
    #[arg(long)]
    pub keep_step_3: bool,

    /// VICIdial's configuration file [default: /etc/astguiclient.conf]
    #[arg(long, value_name = "FILE")]
    pub conf: Option<PathBuf>,

    /// The settings of this program [default: /etc/callseal/dialer.toml, where it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Format to seal, for a crontab without a stock line of step 2
    #[arg(long = "format", value_name = "FORMAT", value_delimiter = ',')]
    pub formats: Vec<Format>,

    /// Whom to seal for, besides whom the stock line names
    #[arg(long = "recipient", value_name = "FINGERPRINT|KEYID|ADDRESS")]
    pub recipient: Vec<String>,

    /// Certificates: a file, or a folder of files; may be given several times
    #[arg(long, value_name = "FILE_OR_FOLDER")]
    pub certs: Vec<PathBuf>,

    /// GnuPG home with more certificates [default: that of the crontab's user]
    #[arg(long, value_name = "DIR")]
    pub gnupg_home: Option<PathBuf>,

    /// Ending of the sealed files [default: pgp]
    #[arg(long, value_enum)]
    pub suffix: Option<Suffix>,

    /// Write links that begin with https
    #[arg(long)]
    pub https: bool,

    /// Where the journal is kept, and a copy of the crontab as it was [default: /var/lib/callseal]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
}

/// What `uninstall` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The stock lines that `install` commented out are back, octet for octet, and the \
        lines beneath them are gone. What others changed meanwhile stays.\n\n\
        Exit codes: 0 done, shown, or nothing to do, 2 refused; nothing was changed."
)]
pub struct Uninstall {
    /// Do it; without this the change is only shown
    #[arg(long)]
    pub yes: bool,

    /// A crontab file, such as /etc/cron.d/vicidial, instead of root's own crontab
    #[arg(long, value_name = "FILE")]
    pub crontab: Option<PathBuf>,

    /// The settings of this program [default: /etc/callseal/dialer.toml, where it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Where a copy of the crontab as it was is kept [default: /var/lib/callseal]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
}

/// Where the manual pages go.
#[derive(Debug, clap::Args)]
pub struct Manual {
    /// The folder, such as /usr/local/share/man/man1
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// For which shell.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

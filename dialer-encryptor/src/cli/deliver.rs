//! Which flags does `deliver` take, in the new spelling and in that of the stock step 3?

use crate::astguiclient::Password;
use clap::ArgAction;
use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use zeroize::Zeroizing;

/// What `deliver` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The flags of AST_CRON_audio_3_ftp.pl work too, in any case: --GPG --NODATEDIR \
        --YMDdatedir --YearYMDdatedir --localdatedir --transfer-limit=N --ftp-server=HOST. \
        --ftp-persistent, --ftp-validate and --run-check are always so.\n\n\
        Exit codes: 0 all delivered or nothing to do, 1 some files stay or links wait for the \
        database, 2 could not run; nothing was touched."
)]
pub struct Deliver {
    /// VICIdial's configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/astguiclient.conf")]
    pub conf: PathBuf,

    /// The settings of this program [default: /etc/callseal/dialer.toml, where it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Where the journal is kept; not under PATHDONEmonitor [default: /var/lib/callseal]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,

    /// Leave recording_log alone; everything goes to the folder of today
    #[arg(long)]
    pub no_database: bool,

    /// Only over an encrypted connection (FTPS)
    #[arg(long)]
    pub tls: bool,

    /// Let the server open the connections that carry the files
    #[arg(long)]
    pub ftp_active: bool,

    /// No date folder
    #[arg(long, conflicts_with_all = ["ymddatedir", "yearymddatedir"])]
    pub nodatedir: bool,

    /// Date folders such as 2026/01/31 instead of 2026-01-31
    #[arg(long, conflicts_with = "yearymddatedir")]
    pub ymddatedir: bool,

    /// Date folders such as 2026/2026-01-31 instead of 2026-01-31
    #[arg(long)]
    pub yearymddatedir: bool,

    /// Date folders in the local folder FTP, too
    #[arg(long)]
    pub localdatedir: bool,

    /// Most files to deliver in one run
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub transfer_limit: usize,

    /// Most files to look at in one run [default: all]
    #[arg(long, value_name = "N")]
    pub list_limit: Option<usize>,

    /// The server [default: VARFTP_host]
    #[arg(long, value_name = "HOST")]
    pub ftp_server: Option<String>,

    /// Its port [default: VARFTP_port, or 21]
    #[arg(long, value_name = "PORT")]
    pub ftp_port: Option<u16>,

    /// Who logs in [default: VARFTP_user]
    #[arg(long, value_name = "USER")]
    pub ftp_login: Option<String>,

    /// With which password; every user of this machine can read it there [default: VARFTP_pass]
    #[arg(long, value_name = "PASSWORD")]
    pub ftp_pass: Option<TypedPassword>,

    /// The folder at the server that the date folders are in [default: VARFTP_dir]
    #[arg(long, value_name = "DIR")]
    pub ftp_dir: Option<String>,

    /// Say what would be delivered and touch nothing
    #[arg(long, short = 't', visible_alias = "test")]
    pub dry_run: bool,

    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,

    /// Print the result, also where there is no terminal
    #[arg(long, action = ArgAction::Count)]
    pub debug: u8,

    #[command(flatten)]
    stock: Stock,
}

/// Flags of `AST_CRON_audio_3_ftp.pl` that change nothing here, or cannot be followed.
#[derive(Debug, clap::Args)]
struct Stock {
    #[arg(long, hide = true)]
    gpg: bool,
    #[arg(long, hide = true)]
    run_check: bool,
    #[arg(long, hide = true)]
    ftp_persistent: bool,
    #[arg(long, hide = true)]
    ftp_validate: bool,
    #[arg(long, hide = true, value_name = "N")]
    max_files: Option<usize>,
    #[arg(long, hide = true, action = ArgAction::Count)]
    debugx: u8,
    #[arg(long, hide = true)]
    wav: bool,
    #[arg(long, hide = true)]
    gsm: bool,
    #[arg(long, hide = true)]
    mp3: bool,
    #[arg(long, hide = true)]
    ogg: bool,
    #[arg(long, hide = true)]
    gsw: bool,
}

impl Deliver {
    /// The first flag that asks for recordings that are not sealed.
    #[must_use]
    pub fn unsealed_format(&self) -> Option<&'static str> {
        let asked = [
            (self.stock.mp3, "--MP3"),
            (self.stock.wav, "--WAV"),
            (self.stock.gsm, "--GSM"),
            (self.stock.ogg, "--OGG"),
            (self.stock.gsw, "--GSW"),
        ];
        asked.into_iter().find_map(|(is_asked, flag)| is_asked.then_some(flag))
    }

    /// Whether the result is printed where there is no terminal.
    #[must_use]
    pub fn is_debug(&self) -> bool {
        self.debug > 0 || self.stock.debugx > 0
    }
}

/// A password that was typed: cannot be printed, and is wiped.
#[derive(Clone)]
pub struct TypedPassword(Zeroizing<String>);

impl TypedPassword {
    /// As the connection takes it.
    #[must_use]
    pub fn password(&self) -> Password {
        Password::new(self.0.as_bytes())
    }
}

impl FromStr for TypedPassword {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Zeroizing::new(text.to_string())))
    }
}

impl fmt::Debug for TypedPassword {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TypedPassword(..)")
    }
}

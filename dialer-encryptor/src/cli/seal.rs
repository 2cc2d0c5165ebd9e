//! Which flags does sealing take, in the new spelling and in that of the stock script?

use crate::format::Format;
use clap::{ArgAction, ValueEnum};
use serde::Deserialize;
use std::path::PathBuf;

/// What a sealed file's name ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Suffix {
    /// As the vendor's page says.
    Pgp,
    /// For sites that keep the stock step 3, which looks up names that end in `.gpg` only.
    Gpg,
}

impl Suffix {
    /// The ending, without its dot.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Pgp => "pgp",
            Self::Gpg => "gpg",
        }
    }
}

/// What a run that seals is told.
#[derive(Debug, clap::Args)]
pub struct Seal {
    /// VICIdial's configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/astguiclient.conf")]
    pub conf: PathBuf,

    /// The settings of this program [default: /etc/callseal/dialer.toml, where it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Format to seal; may be given several times
    #[arg(long = "format", value_name = "FORMAT", value_delimiter = ',')]
    pub formats: Vec<Format>,

    /// Whom to seal for: full fingerprint, key ID or mail address; once for each
    #[arg(long = "recipient", value_name = "FINGERPRINT|KEYID|ADDRESS")]
    pub recipient: Vec<String>,

    /// Certificates: a file, or a folder of files; may be given several times
    #[arg(long, value_name = "FILE_OR_FOLDER")]
    pub certs: Vec<PathBuf>,

    /// GnuPG home with more certificates [default: that of the user]
    #[arg(long, value_name = "DIR")]
    pub gnupg_home: Option<PathBuf>,

    /// Ending of the sealed files [default: pgp]
    #[arg(long, value_enum)]
    pub suffix: Option<Suffix>,

    /// Write links that begin with https
    #[arg(long)]
    pub https: bool,

    /// Where the journal is kept; not under PATHDONEmonitor [default: /var/lib/callseal]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,

    /// Leave recording_log alone
    #[arg(long)]
    pub no_database: bool,

    /// Try rows of recording_log again that could not be updated and were set aside
    #[arg(long, conflicts_with = "no_database")]
    pub retry_rows: bool,

    /// Say what would be sealed and touch nothing
    #[arg(long, short = 't', visible_alias = "test")]
    pub dry_run: bool,

    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,

    /// Most recordings to seal in one run, for each format [default: 100000]
    #[arg(long, value_name = "N")]
    pub max_files: Option<usize>,

    /// How long a recording must have been still, in seconds [default: 5]
    #[arg(long, value_name = "SECONDS")]
    pub settle_secs: Option<u64>,

    /// How many recordings are sealed at the same time [default: 2, on one core 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,

    /// Most mebibytes of recordings to seal in a second [default: no limit]
    #[arg(long, value_name = "MIB")]
    pub rate: Option<f64>,

    /// Print the result, also where there is no terminal; twice, or --debugX: each recording, too
    #[arg(long, action = ArgAction::Count)]
    pub debug: u8,

    #[command(flatten)]
    pub(crate) stock: Stock,
}

/// The spelling of `AST_CRON_audio_2_encrypt.pl`, in lower case.
#[derive(Debug, clap::Args)]
pub(crate) struct Stock {
    #[arg(long, hide = true)]
    gpg: bool,
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
    #[arg(long, hide = true)]
    run_check: bool,
    #[arg(long, hide = true, action = ArgAction::Count)]
    debugx: u8,
    #[arg(long, hide = true, value_name = "A---B")]
    recipients: Vec<String>,
}

impl Seal {
    /// The formats asked for in either spelling, each once.
    #[must_use]
    pub fn all_formats(&self) -> Vec<Format> {
        let stock = [
            (self.stock.mp3, Format::Mp3),
            (self.stock.wav, Format::Wav),
            (self.stock.gsm, Format::Gsm),
            (self.stock.ogg, Format::Ogg),
            (self.stock.gsw, Format::Gsw),
        ];
        let mut formats = Vec::new();
        let asked = stock.iter().filter_map(|(is_asked, format)| is_asked.then_some(*format));
        for format in self.formats.iter().copied().chain(asked) {
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        formats
    }

    /// The recipients asked for in either spelling; the stock one puts three dashes between them.
    #[must_use]
    pub fn all_recipients(&self) -> Vec<String> {
        let stock = self.stock.recipients.iter().flat_map(|list| list.split("---"));
        let all = self.recipient.iter().map(String::as_str).chain(stock);
        all.map(str::trim).filter(|one| !one.is_empty()).map(String::from).collect()
    }

    /// Whether the flags say what to seal, or for whom.
    #[must_use]
    pub fn says_what(&self) -> bool {
        !self.all_formats().is_empty() || !self.all_recipients().is_empty()
    }

    /// Whether each recording is named as well.
    #[must_use]
    pub fn is_verbose(&self) -> bool {
        self.debug > 1 || self.stock.debugx > 0
    }

    /// Whether the result is printed where there is no terminal.
    #[must_use]
    pub fn is_debug(&self) -> bool {
        self.debug > 0 || self.stock.debugx > 0
    }
}

//! Which flags does `status` take?

use crate::format::Format;
use std::path::PathBuf;

/// What `status` is told.
#[derive(Debug, clap::Args)]
pub struct Status {
    /// VICIdial's configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/astguiclient.conf")]
    pub conf: PathBuf,

    /// The settings of this program [default: /etc/callseal/dialer.toml, where it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Formats that are sealed here [default: those of the settings, or of the runs so far]
    #[arg(long = "format", value_name = "FORMAT", value_delimiter = ',')]
    pub formats: Vec<Format>,

    /// Where the journal is kept [default: /var/lib/callseal]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,

    /// Print the result as JSON
    #[arg(long, group = "form")]
    pub json: bool,

    /// Write it for the textfile collector of Prometheus, in one step; without FILE print it
    #[arg(long, value_name = "FILE", num_args = 0..=1, group = "form")]
    pub prometheus: Option<Option<PathBuf>>,

    /// Print one line for Nagios or Icinga, and exit 0, 1, 2 or 3 as they expect
    #[arg(long, group = "form")]
    pub nagios: bool,

    /// Warn when a recording waits this long: seconds, or 30m, 2h, 1d
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = seconds)]
    pub warn_age: u64,

    /// It is critical when a recording waits this long
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = seconds)]
    pub critical_age: u64,

    /// Warn when the last good run is this long ago
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = seconds)]
    pub warn_success: u64,

    /// It is critical when the last good run is this long ago
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = seconds)]
    pub critical_success: u64,

    /// Warn of plaintext in ORIG, FTP and GPG that is this old [default: only tell how much there is]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub warn_plaintext: Option<u64>,

    /// Do not expect deliveries: they were made here once, and are no more
    #[arg(long)]
    pub no_delivery: bool,
}

/// `90`, `90s`, `15m`, `2h`, `1d`
fn seconds(text: &str) -> Result<u64, String> {
    let end = text.trim_end_matches(|last: char| last.is_ascii_alphabetic()).len();
    let (number, unit) = text.split_at(end);
    let factor = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err("write seconds, or a number with m, h or d behind it".to_string()),
    };
    let number: u64 = number.parse().map_err(|_| "write a number, such as 30m".to_string())?;
    number.checked_mul(factor).ok_or_else(|| "that is too long".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_or_without_a_unit() {
        let read = |text| seconds(text).ok();
        assert_eq!([read("90"), read("90s"), read("15m")], [Some(90), Some(90), Some(900)]);
        assert_eq!([read("2h"), read("1d"), read("0")], [Some(7200), Some(86400), Some(0)]);
        for wrong in ["", "m", "1w", "-1", "1.5h", "99999999999999999d", "1 h"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

//! Which formats do dialers record in, and which files are recordings of one?

use clap::ValueEnum;
use serde::Deserialize;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The five formats of the stock script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `MP3/*.mp3`
    Mp3,
    /// `*.wav` in `PATHDONEmonitor` itself
    Wav,
    /// `GSM/*.gsm`
    Gsm,
    /// `OGG/*.ogg`
    Ogg,
    /// `GSW/*.wav`: GSM in RIFF
    Gsw,
}

impl Format {
    /// The folder under `PATHDONEmonitor`; none for WAV, which stands in it.
    #[must_use]
    pub fn folder(self) -> Option<&'static str> {
        match self {
            Self::Mp3 => Some("MP3"),
            Self::Wav => None,
            Self::Gsm => Some("GSM"),
            Self::Ogg => Some("OGG"),
            Self::Gsw => Some("GSW"),
        }
    }

    /// How the names of its recordings end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav | Self::Gsw => "wav",
            Self::Gsm => "gsm",
            Self::Ogg => "ogg",
        }
    }

    /// Its name in flags and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::Gsm => "gsm",
            Self::Ogg => "ogg",
            Self::Gsw => "gsw",
        }
    }

    /// Whether a file of this name is a recording of this format. The two legs of a call
    /// (`-in.wav`, `-out.wav`) are not: step 1 mixes them.
    #[must_use]
    pub fn is_recording(self, name: &OsStr) -> bool {
        let octets = name.as_bytes();
        let Some(stem) = octets
            .strip_suffix(self.extension().as_bytes())
            .and_then(|stem| stem.strip_suffix(b"."))
        else {
            return false;
        };
        !stem.is_empty() && !stem.ends_with(b"-in") && !stem.ends_with(b"-out")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_legs_of_a_call_are_passed_over() {
        let is_recording = |name: &str| Format::Mp3.is_recording(OsStr::new(name));
        for name in ["a-all.mp3", "x_ROBIN.mp3", "x_LOGIN.mp3", "lost+found.mp3", "with out.in.mp3"]
        {
            assert!(is_recording(name), "{name}");
        }
        for name in ["a-in.mp3", "a-out.mp3", "a.wav", "a.mp3.tmp", ".mp3", "mp3"] {
            assert!(!is_recording(name), "{name}");
        }
    }
}

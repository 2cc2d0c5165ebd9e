//! Where do real recordings come from, as a dialer's compress step leaves them?

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::Outcome;
use crate::process::{output_of, tool};

/// The five formats of the stock scripts, by flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// MPEG-2.5 Layer III at 16 kbit/s.
    Mp3,
    /// PCM, 16 bit.
    Wav,
    /// Raw GSM 06.10.
    Gsm,
    /// GSM 06.10 in RIFF.
    Gsw,
    /// Ogg Vorbis.
    Ogg,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 5] = [Format::Mp3, Format::Wav, Format::Gsm, Format::Gsw, Format::Ogg];

    /// As `--format` takes it.
    pub fn flag(self) -> &'static str {
        match self {
            Format::Mp3 => "mp3",
            Format::Wav => "wav",
            Format::Gsm => "gsm",
            Format::Gsw => "gsw",
            Format::Ogg => "ogg",
        }
    }

    /// What the file name ends with: GSM in RIFF is called `.wav`.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Gsw => "wav",
            other => other.flag(),
        }
    }

    /// Below `PATHDONEmonitor`; plain WAV stays in the folder itself.
    pub fn folder(self) -> &'static str {
        match self {
            Format::Mp3 => "MP3",
            Format::Wav => "",
            Format::Gsm => "GSM",
            Format::Gsw => "GSW",
            Format::Ogg => "OGG",
        }
    }
}

const DIGITS: [&str; 10] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// A place to speak and record in; its files are gone when it is dropped.
pub struct Studio {
    folder: TempDir,
}

impl Studio {
    /// An empty studio.
    pub fn new() -> Outcome<Studio> {
        Ok(Studio { folder: tempfile::Builder::new().prefix("speech").tempdir()? })
    }

    /// Speech as telephony brings it: 8 kHz, mono, 16 bit PCM.
    pub fn spoken(&self, text: &str) -> Outcome<PathBuf> {
        let loud = self.folder.path().join("loud.wav");
        let line = self.folder.path().join("line.wav");
        output_of(tool("espeak-ng")?.args(["-v", "en", "-s", "150", "-w"]).arg(&loud).arg(text))?;
        // A little below full scale, so that no resampler clips.
        output_of(
            tool("sox")?
                .args(["-V1", "-v", "0.8"])
                .arg(&loud)
                .args(["-r", "8000", "-c", "1", "-b", "16"])
                .arg(&line),
        )?;
        Ok(line)
    }

    /// One call in the given format.
    pub fn recording(&self, text: &str, format: Format) -> Outcome<Vec<u8>> {
        let line = self.spoken(text)?;
        self.compressed(&line, format, "m")
    }

    /// A gateway recording: the agent on the left, the customer on the right.
    pub fn stereo_mp3(&self, agent: &str, customer: &str) -> Outcome<Vec<u8>> {
        let left = self.folder.path().join("left.wav");
        let both = self.folder.path().join("both.wav");
        fs::rename(self.spoken(agent)?, &left)?;
        let right = self.spoken(customer)?;
        output_of(tool("sox")?.args(["-V1", "-M"]).arg(&left).arg(&right).arg(&both))?;
        self.compressed(&both, Format::Mp3, "s")
    }

    fn compressed(&self, wav: &Path, format: Format, mode: &str) -> Outcome<Vec<u8>> {
        let out = self.folder.path().join(format!("out.{}", format.extension()));
        match format {
            Format::Wav => return Ok(fs::read(wav)?),
            // The stock compress step's own command.
            Format::Mp3 => {
                let mut lame = tool("lame")?;
                output_of(lame.args(["-b", "16", "-m", mode, "--silent"]).arg(wav).arg(&out))?
            }
            Format::Gsw => {
                let mut sox = tool("sox")?;
                output_of(sox.arg("-V1").arg(wav).args(["-e", "gsm-full-rate"]).arg(&out))?
            }
            Format::Gsm | Format::Ogg => output_of(tool("sox")?.arg("-V1").arg(wav).arg(&out))?,
        };
        Ok(fs::read(&out)?)
    }

    /// Many calls quickly, each one different: ten digits are spoken and compressed once, and each
    /// call reads out its own number from them.
    pub fn numbered_mp3s(&self, count: usize) -> Outcome<Vec<Vec<u8>>> {
        let greeting = self.recording("This is recording number", Format::Mp3)?;
        let digits: Vec<Vec<u8>> = DIGITS
            .iter()
            .map(|digit| self.recording(digit, Format::Mp3))
            .collect::<Outcome<_>>()?;
        let call = |number: usize| {
            let mut frames = greeting.clone();
            for digit in format!("{number:04}").bytes() {
                frames.extend(digits.get(usize::from(digit - b'0')).into_iter().flatten());
            }
            frames
        };
        Ok((0..count).map(call).collect())
    }
}

/// A few sentences that differ from call to call, some seconds long.
pub fn conversation(number: usize) -> String {
    const OFFERS: [&str; 5] = [
        "Your order was shipped on Monday and should arrive tomorrow morning.",
        "We can move the appointment to Thursday at half past nine.",
        "The invoice was paid twice, so we send the second payment back.",
        "Please restart the router and tell me which lights are green.",
        "The warranty covers the battery, but it does not cover the charger.",
    ];
    let offer = OFFERS.get(number % OFFERS.len()).copied().unwrap_or_default();
    format!("Thank you for calling. This is call number {number}. {offer}")
}

/// A file name as the stock template `FULLDATE_CUSTPHONE_CAMPAIGN_AGENT` writes it.
pub fn file_name(number: usize, format: Format) -> String {
    let (minute, second) = ((number / 60) % 60, number % 60);
    let phone = 5_550_000_000_u64 + number as u64 * 7;
    let agent = number % 20 + 1;
    let extension = format.extension();
    format!("20260101-09{minute:02}{second:02}_{phone}_SALES_agent{agent:02}-all.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_format_is_what_its_name_says() -> Outcome {
        let studio = Studio::new()?;
        for format in Format::ALL {
            let recording = studio.recording("Hello, who is calling?", format)?;
            let start: &[u8] = match format {
                Format::Mp3 => &[0xff, 0xe3],
                Format::Wav | Format::Gsw => b"RIFF",
                Format::Gsm => &[0xd0],
                Format::Ogg => b"OggS",
            };
            // A GSM frame has no more of a signature than its first nibble, 0xd.
            let mask = if format == Format::Gsm { 0xf0 } else { 0xff };
            let first: Vec<u8> = recording.iter().take(4).map(|it| it & mask).collect();
            assert!(first.starts_with(start), "{format:?}: {first:x?}");
        }
        Ok(())
    }

    #[test]
    fn numbered_calls_all_differ() -> Outcome {
        let calls = Studio::new()?.numbered_mp3s(200)?;
        assert_eq!(calls.iter().collect::<HashSet<_>>().len(), 200);
        Ok(())
    }

    #[test]
    fn a_stereo_call_has_two_sides() -> Outcome {
        let stereo = Studio::new()?.stereo_mp3("Good morning", "Hello, I need help please")?;
        // The channel mode stands in the top two bits of the fourth octet: 0 is stereo.
        assert_eq!(stereo.get(3).map(|it| it >> 6), Some(0));
        Ok(())
    }
}

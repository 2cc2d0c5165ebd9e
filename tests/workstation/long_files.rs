//! Does what is long for a good reason open: silence, and recordings that are sealed as text?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "asked.rs"]
#[expect(dead_code, reason = "no message of the fixtures is long")]
mod asked;
#[path = "common.rs"]
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use asked::checked;
use common::{PASSPHRASE, data_folder_with};
use serde_json::Value;
use support::gnupg::GnupgHome;
use support::process::output_with_input;
use support::sealing;

/// Telephone sound in 16 bits, as a WAV file whose head says how long it is.
fn wave(seconds: u32, sample: impl Fn(u32) -> u16) -> Vec<u8> {
    let octets = seconds * 8000 * 2;
    let mut wave =
        [b"RIFF", &(octets + 36).to_le_bytes()[..], b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    wave.extend([8000_u32.to_le_bytes(), 16_000_u32.to_le_bytes()].concat());
    wave.extend(b"\x02\0\x10\0data");
    wave.extend(octets.to_le_bytes());
    wave.extend((0..octets / 2).flat_map(|at| sample(at).to_le_bytes()));
    wave
}

struct Site {
    home: GnupgHome,
    data: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let home = GnupgHome::new().unwrap();
        home.import(&fs::read(sealing::certificate_path()).unwrap()).unwrap();
        Self { home, data: data_folder_with(&["cv25519.secret.pgp"]) }
    }

    fn sealed(&self, plain: &[u8], options: &str) -> PathBuf {
        let mut gpg = self.home.gpg().unwrap();
        let path = self.home.path().join("sealed");
        gpg.args(options.split(' ')).args(["--recipient", "cv25519@field.example", "--output"]);
        output_with_input(gpg.arg(&path).arg("--encrypt"), plain).unwrap();
        path
    }

    fn check(&self, file: &Path) -> Value {
        checked(self.data.path(), file, PASSPHRASE).1
    }
}

#[test]
fn three_hours_of_digital_silence_open_however_gpg_packed_them() {
    let site = Site::new();
    let silence = wave(3 * 3600, |_| 0);
    for kind in ["zip", "zlib", "bzip2"] {
        let sealed = site.sealed(&silence, &format!("--compress-algo {kind}"));
        assert!(sealed.metadata().unwrap().len() < 1 << 20, "{kind}");
        let answer = site.check(&sealed);
        assert_eq!((&answer["ok"], &answer["problem"]), (&true.into(), &Value::Null), "{answer}");
        assert_eq!(answer["duration_ms"].as_f64(), Some(3.0 * 3_600_000.0));
    }
}

#[test]
fn a_recording_of_more_than_64_mib_opens_from_an_armor() {
    let site = Site::new();
    // Noise, which nothing packs.
    let noise = wave(5000, |at| (at.wrapping_mul(2_654_435_761) >> 16) as u16);
    let sealed = site.sealed(&noise, "--armor --compress-algo none --comment x");
    assert!(sealed.metadata().unwrap().len() > 100 << 20);
    let answer = site.check(&sealed);
    assert_eq!((&answer["ok"], &answer["problem"]), (&true.into(), &Value::Null), "{answer}");
    let text = fs::read(&sealed).unwrap();
    fs::write(&sealed, ["\u{201C}Listen\u{201D}\r\n".as_bytes(), &text].concat()).unwrap();
    assert_eq!(site.check(&sealed)["ok"], true);
    fs::write(&sealed, &text[..text.len() - 5000]).unwrap();
    assert_eq!(site.check(&sealed)["problem"], "incomplete");
}

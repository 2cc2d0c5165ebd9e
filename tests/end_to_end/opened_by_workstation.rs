//! Does the workstation open what GnuPG seals, and what our own dialer seals?

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::dialer::Spool;
use support::digest::sha256;
use support::gnupg::{Algorithm, GnupgHome};
use support::speech::{Format, Studio, conversation, file_name};
use support::workstation::Workstation;
use support::{Outcome, audio_file, binaries};

const PASSPHRASE: &str = "open the recording";

/// What each of the stock script's formats holds.
const CODECS: [(Format, &str); 5] = [
    (Format::Mp3, "mp3"),
    (Format::Wav, "pcm_s16le"),
    (Format::Gsm, "gsm"),
    (Format::Gsw, "gsm_ms"),
    (Format::Ogg, "vorbis"),
];

/// The rate of a call.
const CALL_HZ: u32 = 8000;

struct Listener {
    home: GnupgHome,
    fingerprint: String,
    workstation: Workstation,
}

impl Listener {
    fn new(algorithm: Algorithm) -> Outcome<Listener> {
        let home = GnupgHome::new()?;
        let fingerprint = home.generate("Sam Supervisor", algorithm, PASSPHRASE, "1y")?;
        let workstation = Workstation::new(Path::new(env!("CARGO_BIN_EXE_workstation-app")))?;
        workstation.import_key(&home.secret_key(&fingerprint, PASSPHRASE)?)?.expect_code(0)?;
        Ok(Listener { home, fingerprint, workstation })
    }

    fn check(&self, file: &Path, passphrase: &str, code: i32) -> Outcome<Value> {
        let finished = self.workstation.check(file, passphrase)?.expect_code(code)?;
        Ok(serde_json::from_slice(&finished.stdout)?)
    }

    /// Seals with GnuPG and says where the message is.
    fn sealed_by_gnupg(&self, octets: &[u8], options: &[&str]) -> Outcome<PathBuf> {
        let file = self.home.path().join(file_name(1, Format::Mp3) + ".pgp");
        fs::write(&file, self.home.encrypt(octets, &[&self.fingerprint], options)?)?;
        Ok(file)
    }
}

fn call(format: Format) -> Outcome<Vec<u8>> {
    Studio::new()?.recording(&conversation(1), format)
}

fn assert_opens(report: &Value, octets: &[u8], fingerprint: &str, codec: &str) -> Outcome {
    assert_eq!(report.get("ok"), Some(&Value::Bool(true)), "{report}");
    assert_eq!(report.get("problem"), Some(&Value::Null), "{report}");
    let text = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default();
    assert_eq!(text("sha256"), sha256(octets)?, "{report}");
    assert_eq!(text("integrity"), "mdc", "{report}");
    assert_eq!(text("key"), fingerprint, "{report}");
    assert_eq!(text("codec").to_lowercase(), codec, "{report}");
    Ok(())
}

#[test]
fn what_gnupg_seals_opens_for_both_kinds_of_keys() -> Outcome {
    let octets = call(Format::Mp3)?;
    for algorithm in [Algorithm::Curve25519, Algorithm::Rsa3072] {
        let listener = Listener::new(algorithm)?;
        for options in
            [[].as_slice(), &["--compress-algo", "none"], &["--armor"], &["--throw-keyids"]]
        {
            let file = listener.sealed_by_gnupg(&octets, options)?;
            let report = listener.check(&file, PASSPHRASE, 0)?;
            assert_opens(&report, &octets, &listener.fingerprint, "mp3")?;
        }
    }
    Ok(())
}

#[test]
fn the_length_is_the_decoded_one() -> Outcome {
    let listener = Listener::new(Algorithm::Curve25519)?;
    let octets = call(Format::Mp3)?;
    let report = listener.check(&listener.sealed_by_gnupg(&octets, &[])?, PASSPHRASE, 0)?;
    // 144 octets a frame of 576 samples at 8 kHz.
    let expected_ms = octets.len() as f64 / 144.0 * 72.0;
    let duration_ms = report.get("duration_ms").and_then(Value::as_f64).unwrap_or_default();
    assert!((duration_ms - expected_ms).abs() <= 150.0, "{report} instead of {expected_ms}");
    Ok(())
}

#[test]
fn what_our_dialer_seals_opens_in_all_five_formats() -> Outcome {
    let listener = Listener::new(Algorithm::Curve25519)?;
    let dialer = binaries::beside("dialer-encryptor")?;
    let certs = listener.home.path().join("certificate.asc");
    fs::write(&certs, listener.home.certificate(&listener.fingerprint)?)?;
    for (format, codec) in CODECS {
        let spool = Spool::new()?;
        let (name, octets) = (file_name(7, format), call(format)?);
        spool.put(format, &name, &octets)?;
        spool.seal(&dialer, format, &certs, &[&listener.fingerprint])?.expect_code(0)?;
        let file = spool.sealed().join(format!("{name}.pgp"));
        let report = listener.check(&file, PASSPHRASE, 0)?;
        assert_opens(&report, &octets, &listener.fingerprint, codec)?;
        let said = report.get("message").and_then(Value::as_str).unwrap_or_default();
        assert!(!said.contains("damaged"), "{report}");
        assert_lasts(&report, &listener.home.path().join(&name), &octets, format)?;
    }
    Ok(())
}

/// As long as sox hears it; of an MP3 file sox leaves out the last frame.
fn assert_lasts(report: &Value, file: &Path, octets: &[u8], format: Format) -> Outcome {
    fs::write(file, octets)?;
    let by_sox_ms = audio_file::decode(file, CALL_HZ)?.len() as f64 * 1000.0 / f64::from(CALL_HZ);
    let expected_ms = by_sox_ms + if format == Format::Mp3 { 72.0 } else { 0.0 };
    let duration_ms = report.get("duration_ms").and_then(Value::as_f64).unwrap_or_default();
    assert!((duration_ms - expected_ms).abs() < 0.01, "{report} instead of {expected_ms}");
    Ok(())
}

#[test]
fn a_wrong_passphrase_and_a_missing_key_are_told_apart() -> Outcome {
    let (listener, stranger) =
        (Listener::new(Algorithm::Curve25519)?, Listener::new(Algorithm::Curve25519)?);
    let file = listener.sealed_by_gnupg(&call(Format::Mp3)?, &[])?;
    let problem = |report: &Value| report.get("problem").cloned();

    let report = listener.check(&file, "something else", 1)?;
    assert_eq!(problem(&report), Some("wrong-passphrase".into()), "{report}");
    let report = stranger.check(&file, PASSPHRASE, 1)?;
    assert_eq!(problem(&report), Some("no-key".into()), "{report}");
    assert_eq!(report.get("sha256"), Some(&Value::Null), "{report}");
    Ok(())
}

//! Can this workstation open a recording? The answer without a window, for sysadmins and scripts.

use std::fmt::Write as _;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::secret::Passphrase;
use zeroize::Zeroizing;

use crate::keys::store::KeyStore;
use crate::texts::Failure;
use crate::{call, open, platform, worker};

/// A passphrase longer than this is a file given by mistake.
const PASSPHRASE_OCTETS: u64 = 64 << 10;

/// The answer. Every key is always there; later versions add keys and change none.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Whether it opens and plays.
    pub ok: bool,
    /// Why not, as one of the words of the contract.
    pub problem: Option<&'static str>,
    /// The same for a person.
    pub message: String,
    /// Key IDs it is sealed for.
    pub sealed_to: Vec<String>,
    /// Fingerprint of the key that opened it.
    pub key: Option<String>,
    /// `mdc`, `aead` or `none`.
    pub integrity: Option<&'static str>,
    /// SHA-256 of the decrypted octets.
    pub sha256: Option<String>,
    /// Short name of the codec.
    pub codec: Option<String>,
    /// Decoded length.
    pub duration_ms: Option<f64>,
    /// From passphrase to session key.
    pub unlock_ms: Option<f64>,
    /// Decrypting.
    pub decrypt_ms: Option<f64>,
    /// Decoding.
    pub decode_ms: Option<f64>,
}

/// The answer, or why there is none: exit code 0, 1 or 2.
pub enum Outcome {
    /// The file was looked at.
    Answered(Report),
    /// It could not be looked at; two sentences.
    CouldNotRun(Report),
}

impl Outcome {
    fn could_not_run(message: String) -> Self {
        Self::CouldNotRun(Report { message, ..Report::default() })
    }

    /// The report in either case.
    pub fn report(&self) -> &Report {
        match self {
            Self::Answered(report) | Self::CouldNotRun(report) => report,
        }
    }

    /// 0 opens, 1 does not, 2 could not run.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Answered(report) => u8::from(!report.ok),
            Self::CouldNotRun(_) => 2,
        }
    }
}

/// Checks `path` with the keys in `store`.
pub fn check(path: &Path, store: &KeyStore, passphrase_descriptor: Option<u32>) -> Outcome {
    let octets = match open::read_file(path) {
        Ok(octets) => octets,
        Err(failure) if failure.word().is_some() => {
            return Outcome::Answered(failed(Report::default(), &failure));
        }
        Err(failure) => {
            let name = shared::recording::escaped(path.as_os_str().as_encoded_bytes());
            return Outcome::could_not_run(failure.message_about(&name));
        }
    };
    let held = match store.load() {
        Ok(held) => held,
        Err(error) => return Outcome::could_not_run(error.to_string()),
    };
    let mut report = Report::default();
    match worker::locate(&octets, &held.keys) {
        Ok((envelope, _)) => report.sealed_to = envelope.sealed_to,
        Err((failure, sealed_to)) => {
            report.sealed_to = sealed_to;
            return Outcome::Answered(failed(report, &failure));
        }
    }
    let passphrase = match read_passphrase(passphrase_descriptor) {
        Ok(passphrase) => passphrase,
        Err(message) => return Outcome::could_not_run(message),
    };
    let opened =
        worker::open_message(&octets, &held.keys, &passphrase, shared::decrypt::Rules::default());
    Outcome::Answered(match opened {
        Ok(opened) => describe(report, opened),
        Err(failure) => failed(report, &failure),
    })
}

fn describe(mut report: Report, opened: shared::decrypt::Opened) -> Report {
    report.key = opened.key;
    report.integrity = Some(opened.integrity.word());
    report.sha256 = Some(hexadecimal(&Sha256::digest(&opened.data)));
    report.unlock_ms = Some(millis(opened.unlock_time));
    report.decrypt_ms = Some(millis(opened.decrypt_time));
    let started = Instant::now();
    let decoded = worker::decode_audio(&opened.data, &mut |_| ControlFlow::Continue(()));
    match decoded {
        Ok(Some(decoded)) => {
            report.decode_ms = Some(millis(started.elapsed()));
            report.duration_ms = Some(millis(decoded.pcm.duration()));
            report.codec = Some(decoded.codec);
            report.ok = true;
            report.message = opens_message(decoded.is_damaged, decoded.pcm.duration());
            report
        }
        Ok(None) => report,
        Err(failure) => failed(report, &failure),
    }
}

fn opens_message(is_damaged: bool, duration: Duration) -> String {
    let length = call::clock(duration);
    if is_damaged {
        format!(
            "This workstation can open it and play {length}. Part of the audio is damaged or missing."
        )
    } else {
        format!("This workstation can open it and play {length}")
    }
}

fn failed(mut report: Report, failure: &Failure) -> Report {
    report.ok = false;
    report.problem = failure.word();
    report.message = failure.message();
    report
}

/// Reads to the end; one line break at the end belongs to the shell, not to the passphrase.
fn read_passphrase(descriptor: Option<u32>) -> Result<Passphrase, String> {
    let Some(descriptor) = descriptor else {
        return Err("A passphrase is needed to say whether the recording opens. Give it on a \
                    descriptor, for example: --passphrase-fd 0 < passphrase-file"
            .to_owned());
    };
    let unreadable = |error: std::io::Error| {
        format!(
            "The passphrase could not be read from descriptor {descriptor} ({error}). Open it for \
             reading, or use --passphrase-fd 0 and standard input."
        )
    };
    let source = platform::passphrase_source(descriptor).map_err(unreadable)?;
    // Room for all of it at once: a growing buffer would leave copies behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(PASSPHRASE_OCTETS as usize + 1));
    source.take(PASSPHRASE_OCTETS).read_to_end(&mut octets).map_err(unreadable)?;
    if octets.last() == Some(&b'\n') {
        octets.pop();
        if octets.last() == Some(&b'\r') {
            octets.pop();
        }
    }
    Ok(Passphrase::new(octets))
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// The report as one line of JSON.
pub fn as_json(report: &Report) -> String {
    serde_json::to_string(report).unwrap_or_else(|error| {
        serde_json::json!({ "ok": false, "message": error.to_string() }).to_string()
    })
}

/// The report as a few aligned lines.
pub fn as_text(report: &Report) -> String {
    let mut text = format!("{}\n", report.message);
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let _ = writeln!(text, "  {name:<11} {value}");
        }
    };
    line("problem", report.problem.map(str::to_owned));
    line("sealed to", Some(report.sealed_to.join(", ")));
    line("opened by", report.key.clone());
    line("integrity", report.integrity.map(str::to_owned));
    line("sha256", report.sha256.clone());
    line("codec", report.codec.clone());
    line("length", report.duration_ms.map(|ms| format!("{:.3} s", ms / 1000.0)));
    line("unlocked in", report.unlock_ms.map(|ms| format!("{ms:.1} ms")));
    line("decrypted", report.decrypt_ms.map(|ms| format!("{ms:.1} ms")));
    line("decoded in", report.decode_ms.map(|ms| format!("{ms:.1} ms")));
    text
}

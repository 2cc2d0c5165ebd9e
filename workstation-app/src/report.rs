//! What does `--check` answer, as JSON and as lines for a person?

use std::fmt::Write as _;

use serde::Serialize;

use crate::keys::KeyCard;
use crate::texts::Failure;

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
    /// Owners of the held keys that signed it; empty where nobody known did.
    pub signed_by: Vec<String>,
    /// Keys that this workstation holds.
    pub held: Vec<HeldKey>,
    /// The technical cause, and what is known of the file.
    pub detail: Option<String>,
    /// The file, as it was given.
    pub file: String,
}

/// A key that this workstation holds.
#[derive(Debug, Serialize)]
pub struct HeldKey {
    /// Whose.
    pub owner: String,
    /// Of its primary key.
    pub fingerprint: String,
    /// What a recording may be sealed to.
    pub key_ids: Vec<String>,
}

impl From<KeyCard> for HeldKey {
    fn from(card: KeyCard) -> Self {
        Self { owner: card.owner, fingerprint: card.fingerprint, key_ids: card.key_ids }
    }
}

impl Report {
    /// This, and that it does not open.
    #[must_use]
    pub fn failed(mut self, failure: &Failure) -> Self {
        self.ok = false;
        self.problem = failure.word();
        self.message = failure.message();
        let technical: Vec<&str> = failure.technical().collect();
        self.detail = (!technical.is_empty()).then(|| technical.join(". "));
        self
    }

    /// One line of JSON.
    pub fn as_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| {
            serde_json::json!({ "ok": false, "message": error.to_string() }).to_string()
        })
    }

    /// A few aligned lines.
    pub fn as_text(&self) -> String {
        let mut text = format!("{}\n", self.message);
        let mut line = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "  {name:<11} {value}");
            }
        };
        line("problem", self.problem.map(str::to_owned));
        line("detail", self.detail.clone());
        line("sealed to", Some(self.sealed_to.join(", ")));
        line("held", (self.problem == Some("no-key")).then(|| self.held_in_words()));
        line("opened by", self.key.clone());
        line("signed by", Some(self.signed_by.join(", ")));
        line("integrity", self.integrity.map(str::to_owned));
        line("sha256", self.sha256.clone());
        line("codec", self.codec.clone());
        line("length", self.duration_ms.map(|ms| format!("{:.3} s", ms / 1000.0)));
        line("unlocked in", self.unlock_ms.map(|ms| format!("{ms:.1} ms")));
        line("decrypted", self.decrypt_ms.map(|ms| format!("{ms:.1} ms")));
        line("decoded in", self.decode_ms.map(|ms| format!("{ms:.1} ms")));
        text
    }

    fn held_in_words(&self) -> String {
        let held =
            self.held.iter().map(|key| format!("{} of {}", key.key_ids.join(", "), key.owner));
        let held: Vec<String> = held.collect();
        if held.is_empty() { "none".to_owned() } else { held.join("; ") }
    }
}

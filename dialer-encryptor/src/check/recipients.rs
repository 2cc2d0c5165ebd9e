//! Whom would recordings be sealed for, until when, and which GnuPG could open them?

use super::configuration::Dialer;
use super::finding::{Findings, Level};
use shared::certs::Certificates;
use shared::date;
use shared::readers::SealedTo;
use shared::recipient::{Recipient, Spec};
use std::time::SystemTime;

/// Looks at each recipient; gives all of them, if each one is usable.
pub fn look(dialer: &Dialer, findings: &mut Findings) -> Vec<Recipient> {
    let certificates = certificates(dialer, findings);
    let mut found: Vec<Recipient> = Vec::new();
    let mut is_complete = true;
    for asked in &dialer.recipients {
        match Spec::parse(asked).and_then(|spec| Recipient::find(&spec, &certificates)) {
            Ok(new) if found.iter().any(|one| one.fingerprint() == new.fingerprint()) => {}
            Ok(new) => {
                describe(&new, findings);
                found.push(new);
            }
            Err(error) => {
                is_complete = false;
                findings.sentences("recipient", Level::Problem, &error.to_string());
            }
        }
    }
    for warning in certificates.secret_key_warnings() {
        findings.sentences("secret-key", Level::Warning, &warning);
    }
    if found.len() == 1 && is_complete {
        findings.note(
            "one-recipient",
            "Recordings are sealed for one recipient only: if that key is lost, nobody can open \
             them any more.",
            "Keep a backup of the key, or add a second recipient.",
        );
    }
    if is_complete { found } else { Vec::new() }
}

fn certificates(dialer: &Dialer, findings: &mut Findings) -> Certificates {
    let mut certificates = Certificates::default();
    for path in &dialer.certificates {
        if let Err(error) = certificates.add_path(path) {
            let what =
                format!("The certificates cannot be read ({}): {error}", crate::error::shown(path));
            findings.problem("certificates", what, "Check the path and who may read it.");
        }
    }
    // What was named is told; an old keyring holds all sorts of things.
    for why in &certificates.problems {
        let todo = "Export the certificate again, or remove the file if nobody needs it.";
        findings.warn("certificates", format!("A certificate was not read: {why}"), todo);
    }
    if let Some(home) = &dialer.gnupg_home
        && let Err(error) = certificates.add_gnupg_home(home)
    {
        let what = format!("The GnuPG home cannot be read ({error}).");
        findings.problem("certificates", what, "Name the right one with --gnupg-home.");
    }
    certificates
}

fn describe(recipient: &Recipient, findings: &mut Findings) {
    let (owner, fingerprint) = (recipient.owner(), recipient.fingerprint());
    let keys = recipient.sealed_to();
    let kinds: Vec<String> = keys.iter().map(kind).collect();
    let what = format!("{owner}, {fingerprint}: {}; {}.", until(recipient), kinds.join("; "));
    findings.ok("recipient", what);
    if let Some(warning) = recipient.expiry_warning(SystemTime::now()) {
        findings.sentences("expiry", Level::Warning, &warning);
    }
    for key in keys.iter().filter(|key| key.gnupg.is_none()) {
        let what = format!(
            "No released GnuPG, and so no Gpg4win, opens what is sealed for {owner} ({}).",
            key.algorithm
        );
        let todo = "Nothing, if Callseal is used at every workstation; else ask for a key that \
                    GnuPG made.";
        findings.note("gnupg-version", what, todo);
    }
}

fn kind(key: &SealedTo) -> String {
    match key.gnupg {
        Some("1.4") => format!("{}, which every gpg from 1.4 on opens", key.algorithm),
        Some(version) => format!("{}, which gpg from {version} on opens", key.algorithm),
        None => format!("{}, which no released gpg opens", key.algorithm),
    }
}

fn until(recipient: &Recipient) -> String {
    let Some(expires) = recipient.expires() else { return "never expires".to_string() };
    let left = expires.duration_since(SystemTime::now()).unwrap_or_default();
    format!("expires on {}, in {} days", date::iso(expires), left.as_secs() / 86_400)
}

//! Which recordings lie around unsealed?

use super::configuration::Dialer;
use super::finding::Findings;
use crate::error::shown;
use crate::plaintext::PlaintextFolder;

/// What waits for the next runs is younger; compress and seal run every three minutes.
const WAITS_SECS: u64 = 3600;

/// Counts what stands in each folder.
pub fn look(dialer: &Dialer, folders: &[PlaintextFolder], findings: &mut Findings) {
    for folder in folders {
        if let Some(problem) = &folder.tally.problem {
            let what = format!("Not all recordings could be counted: {problem}.");
            findings.warn("plaintext", what, "Run as root.");
        }
        if folder.tally.ahead > 0 {
            let what = format!(
                "{} unsealed recordings in {} are dated in the future: nobody knows how long they \
                 wait, and no purge ever takes them.",
                folder.tally.ahead,
                shown(&folder.path)
            );
            let todo = "Check the clocks of this dialer and of what writes there, then give them \
                        today's date with touch.";
            findings.warn("dated-in-future", what, todo);
        }
        if folder.tally.count > 0 {
            describe(folder, dialer, findings);
        }
    }
    if folders.is_empty() && dialer.spool.is_some() {
        findings.ok("plaintext", "No recording lies around unsealed.");
    }
}

fn describe(folder: &PlaintextFolder, dialer: &Dialer, findings: &mut Findings) {
    let tally = &folder.tally;
    let oldest = tally.oldest_age_secs.unwrap_or_default();
    let what = format!(
        "{} unsealed recordings, {} MiB, the oldest {}, stand in {}.",
        tally.count,
        tally.octets.div_ceil(1 << 20),
        age(oldest),
        shown(&folder.path)
    );
    let is_sealed_from_here =
        dialer.formats.iter().any(|format| format.folder().unwrap_or(".") == folder.name);
    match folder.name.as_str() {
        _ if is_sealed_from_here && oldest <= WAITS_SECS => {
            findings.note("waiting", what, "Nothing: the next runs seal them.");
        }
        _ if is_sealed_from_here => findings.warn(
            "waiting",
            format!("{what} They should have been sealed by now."),
            "Look at what the last runs said (dialer-encryptor status, and the mail of cron).",
        ),
        // The mixed recording stands there until compress takes it.
        "." if oldest <= WAITS_SECS => {
            findings.note("plaintext", what, "Nothing: the compress step takes them next.");
        }
        "ORIG" => findings.warn(
            "plaintext",
            format!("{what} Compress and step 1 leave them there, where nothing seals them."),
            "Delete what has been sealed, for example daily from the crontab: find ORIG -type f \
             -mtime +1 -delete; and let the web server refuse ORIG \
             (installer/apache/callseal.conf).",
        ),
        "FTP" => findings.warn(
            "plaintext",
            format!("{what} They were delivered unsealed once."),
            "Delete them when the archive has them, or keep them off the web server.",
        ),
        name => findings.warn(
            "plaintext",
            format!("{what} No line seals that folder."),
            format!(
                "Add a line for that format if it is recorded ({name}), or delete what is left \
                 from before."
            ),
        ),
    }
}

/// Roughly, as people say it.
#[must_use]
pub fn age(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} seconds old"),
        120..=7199 => format!("{} minutes old", seconds / 60),
        7200..=172_799 => format!("{} hours old", seconds / 3600),
        _ => format!("{} days old", seconds / 86_400),
    }
}

//! How far did the newest call come: spool, sealed file, journal, row, link?

use super::configuration::Dialer;
use super::database::with;
use super::finding::Findings;
use super::newest::{Call, newest};
use super::places::{self, MONITOR, Places};
use super::plaintext::age;
use super::web;
use crate::error::shown;
use crate::folders::OUTPUT;
use crate::journal::Journal;
use crate::journal::found::Found;
use crate::location::{Own, Target, is_file_of};
use shared::decrypt::{Problem, inspect};
use shared::recipient::Recipient;
use shared::recording::escaped;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Every step runs every three minutes, one after the other.
const USUAL_SECS: u64 = 900;

/// A dialer that is used has a call on most days.
const QUIET_SECS: u64 = 3 * 86_400;

/// Larger ones are not read whole.
const SEALED_OCTETS: u64 = 64 << 20;

const RUNS: &str =
    "Look at what the last runs said (dialer-encryptor status, and the mail of cron).";

/// Traces it, and asks the web server for its link unless another one is asked for anyway.
pub fn look(
    dialer: &Dialer,
    recipients: &[Recipient],
    asks_another: bool,
    findings: &mut Findings,
) {
    let (Some(spool), Some(settings)) = (&dialer.spool, &dialer.database) else {
        let what = "The newest call cannot be looked up without the spool and the database.";
        return findings.warn("last-call", what, "Mend the settings first.");
    };
    let server_ip = settings.server_ip.clone();
    let call = match with(settings, move |connection| newest(connection, &server_ip)) {
        Ok(Some(call)) => call,
        Ok(None) => {
            let what = format!(
                "recording_log has no finished call of this dialer ({}) among its newest rows.",
                escaped(settings.server_ip.as_bytes())
            );
            let todo = "Make a test call, and check VARserver_ip.";
            return findings.warn("last-call", what, todo);
        }
        Err(failure) => {
            let what = format!("The newest call cannot be looked up: {}.", failure.words());
            return findings.warn("last-call", what, "See what is said about the database.");
        }
    };
    describe(&call, findings);
    let own = Own { server_ip: &settings.server_ip, archive: settings.archive.as_deref() };
    let target = own.target(&call.location);
    let named = if let Target::Sealed(file) = &target { Some(file.as_os_str()) } else { None };
    let places = places::of(spool, dialer.monitor.as_deref(), &call, named);
    match &places.sealed {
        Some(file) => {
            sealed(file, recipients, findings);
            journal(dialer, file, findings);
            row(&call, &target, Some(file), findings);
        }
        None if places.plain.is_some() => stuck(dialer, &call, &places, findings),
        None => gone(&call, &target, findings),
    }
    let link = std::str::from_utf8(&call.location).unwrap_or_default();
    if !asks_another && matches!(target, Target::Sealed(_) | Target::Archived) {
        web::look(link, dialer.is_https, findings);
    }
}

fn describe(call: &Call, findings: &mut Findings) {
    let what = format!(
        "The newest call of this dialer is {} (row {}), {}.",
        escaped(&call.name),
        call.row,
        age(call.age_secs)
    );
    if call.age_secs > QUIET_SECS {
        let todo = "Make a test call; if calls were made since, they are not recorded.";
        findings.warn("last-call", what, todo);
    } else {
        findings.ok("last-call", what);
    }
}

/// Is it complete, and for exactly those who are asked for now?
fn sealed(file: &Path, recipients: &[Recipient], findings: &mut Findings) {
    let mut octets = Vec::new();
    let read = File::open(file).and_then(|it| it.take(SEALED_OCTETS).read_to_end(&mut octets));
    if let Err(error) = read {
        let what = format!("Its sealed file cannot be read ({error}): {}.", shown(file));
        return findings.warn("last-sealed", what, "Run as root.");
    }
    let envelope = match inspect(&octets) {
        Ok(envelope) => envelope,
        Err(error) if error.problem() == Problem::TooLarge => {
            let what = format!("Its sealed file is there: {}.", shown(file));
            return findings.ok("last-sealed", what);
        }
        Err(error) => {
            let what = format!("Its sealed file is no whole message ({error}): {}.", shown(file));
            let todo = "Look for the recording in ORIG or in the archive before it is purged.";
            return findings.problem("last-sealed", what, todo);
        }
    };
    let mut expected: Vec<String> =
        recipients.iter().flat_map(Recipient::sealed_to).map(|key| key.key_id).collect();
    let mut named = envelope.sealed_to;
    expected.sort_unstable();
    named.sort_unstable();
    if named == expected && !envelope.by_passphrase {
        let what = format!("It is sealed for exactly the recipients asked for: {}.", shown(file));
        findings.ok("last-sealed", what);
    } else if !expected.is_empty() {
        let what = format!(
            "It is sealed, but not for the recipients asked for now: {}. It names {}.",
            shown(file),
            named.join(", ")
        );
        let todo = "Nothing, if recipients were changed since; else see which job sealed it.";
        findings.warn("last-sealed", what, todo);
    }
}

fn journal(dialer: &Dialer, file: &Path, findings: &mut Findings) {
    let Some(folder) = &dialer.state_dir else { return };
    let name = file.file_name().unwrap_or_default();
    // The journal itself was looked at before.
    let Ok(Some(known)) = Journal::read(folder, |journal| journal.of_output(name)) else { return };
    match known {
        Some(Found { row_reason: Some(reason), .. }) => findings.warn(
            "last-journal",
            format!("Its row was set aside: {reason}."),
            "Correct what is wrong there, then run once with --retry-rows.",
        ),
        Some(found) if found.is_row_waiting => findings.note(
            "last-journal",
            "Its row waits in the journal to be changed.",
            "Nothing, if the database is reached: the next run changes it.",
        ),
        Some(_) => findings.ok("last-journal", "The journal has it as sealed by this program."),
        None => findings.note(
            "last-journal",
            "The journal does not know it: something else sealed it, or another state folder did.",
            "See which job sealed it.",
        ),
    }
}

/// Does the row name the file that is there?
fn row(call: &Call, target: &Target, file: Option<&Path>, findings: &mut Findings) {
    let name = file.and_then(Path::file_name).unwrap_or_default();
    let location = escaped(&call.location);
    let todo = "The next run changes it, if the database is reached and lets it; see what is said \
                about database and row-rights.";
    let is_delivered = file.is_some_and(|it| !it.parent().is_some_and(|it| it.ends_with(OUTPUT)));
    match target {
        Target::Sealed(_) if is_delivered => findings.warn(
            "last-row",
            format!("It was delivered, but its row still leads to this dialer: {location}."),
            "Step 3 did not find its row: see what is said about stock-deliver.",
        ),
        Target::Sealed(named) if named == name => {
            findings.ok("last-row", "Its row names the sealed file.");
        }
        Target::Archived => findings.ok("last-row", format!("Its row leads to {location}.")),
        Target::Sealed(_) => {
            let what = format!("Its row names another file than is there: {location}.");
            findings.warn("last-row", what, todo);
        }
        Target::Nothing => {
            findings.warn("last-row", "Its row has no link, though it is sealed.", todo);
        }
        Target::Recording | Target::Elsewhere => {
            let what = format!("It is sealed, but its row still says {location}.");
            findings.warn("last-row", what, todo);
        }
    }
}

/// It is there, and not sealed.
fn stuck(dialer: &Dialer, call: &Call, places: &Places, findings: &mut Findings) {
    let Some((folder, file)) = &places.plain else { return };
    let what = format!("It is not sealed: it stands in {}.", shown(file));
    if call.age_secs < USUAL_SECS {
        let todo = "Wait: the steps run every three minutes, one after the other.";
        return findings.note("last-stuck", what, todo);
    }
    let is_sealed_from = dialer.formats.iter().any(|it| it.folder().unwrap_or(".") == folder);
    let todo = match folder.as_str() {
        _ if is_sealed_from => format!("It should have been sealed by now. {RUNS}"),
        "." => "The compress step did not take it: check its line in the crontab.".to_string(),
        "ORIG" => "Compress moved it there, and what it made of it is gone: compress may have \
                   failed (is lame or sox installed?), or the sealed file was removed."
            .to_string(),
        MONITOR => {
            "Step 1 did not take it: check AST_CRON_audio_1_move in the crontab.".to_string()
        }
        "FTP" => "It was delivered before it was sealed: step 3 needs --GPG.".to_string(),
        other => format!("No line seals {other}: add --format for it."),
    };
    findings.warn("last-stuck", what, todo);
}

/// Nothing of it is on this dialer.
fn gone(call: &Call, target: &Target, findings: &mut Findings) {
    let is_delivered = *target == Target::Archived && is_file_of(&call.location, &call.name);
    if is_delivered {
        return row(call, target, None, findings);
    }
    let what = format!(
        "No file of it is on this dialer; its row says {}.",
        if call.location.is_empty() { "nothing".to_string() } else { escaped(&call.location) }
    );
    let todo = "If the call is minutes old, step 1 has not moved it yet (PATHmonitor). Else it was \
                not recorded, or something removed it: look at the purge, and at the crontab.";
    if call.age_secs < USUAL_SECS {
        findings.note("last-missing", what, todo);
    } else {
        findings.warn("last-missing", what, todo);
    }
}

/// Whether a name can be that of a file in a folder: rows may hold anything.
#[must_use]
pub fn is_plain_name(name: &OsStr) -> bool {
    let octets = name.as_encoded_bytes();
    let is_way = octets.is_empty() || octets == b"." || octets == b"..";
    !is_way && octets.len() < 256 && !octets.contains(&b'/') && !octets.contains(&0)
}

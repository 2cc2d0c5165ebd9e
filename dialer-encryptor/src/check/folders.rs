//! Are the folders of the spool there, may they be written, and can sealed files be published in one
//! step?

use super::configuration::Dialer;
use super::finding::Findings;
use crate::error::shown;
use crate::folders::{self, OUTPUT, SEALING, mount};
use crate::sources::is_day;
use rustix::fs::{Access, AtFlags, CWD, accessat};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Looks at each folder that sealing needs.
pub fn look(dialer: &Dialer, findings: &mut Findings) {
    let Some(spool) = &dialer.spool else { return };
    let of = "of finished recordings (PATHDONEmonitor)";
    let sealing = spool.join(SEALING);
    // What is there already need not be made: then only WAV recordings are removed from it.
    let is_made = sealing.exists() && spool.join(OUTPUT).exists();
    let is_written = !is_made || dialer.formats.iter().any(|it| it.folder().is_none());
    if !is_usable("spool", of, spool, is_written, findings) {
        return;
    }
    if sealing.symlink_metadata().is_ok_and(|it| !it.is_dir()) {
        let what = format!("{} is no folder of this spool.", shown(&sealing));
        let todo = "Remove that link or file; a run makes the folder.";
        findings.problem("sealing-folder", what, todo);
    } else if sealing.exists() {
        is_usable("sealing-folder", "of unfinished sealed files", &sealing, true, findings);
    }
    findings.ok("spool", format!("The folder of finished recordings is {}.", shown(spool)));
    for name in dialer.formats.iter().filter_map(|format| format.folder()) {
        let folder = spool.join(name);
        if is_usable("format-folder", "of recordings", &folder, true, findings) {
            findings.ok("format-folder", format!("The folder {} can be used.", shown(&folder)));
            days(&folder, findings);
        }
    }
    output(spool, findings);
    if let Some(logs) = &dialer.logs {
        log_folder(logs, findings);
    }
}

/// The folders of days that compress makes with `--file-sorting`, as its own user: what is sealed is
/// removed from them.
fn days(folder: &Path, findings: &mut Findings) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let days =
        entries.filter(|it| is_day(&it.file_name()) && it.file_type().is_ok_and(|it| it.is_dir()));
    let refused = |day: fs::DirEntry| Some((may_write(&day.path()).err()?, day.path()));
    let mut refused = days.filter_map(refused);
    let Some((error, first)) = refused.next() else { return };
    let more = match refused.count() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let what = format!(
        "A folder of a day cannot be emptied by this user ({error}), so that nothing in it is \
         sealed: {}{more}.",
        shown(&first)
    );
    let todo = "Run as root, or let compress and step 1 run as this user too: they make such a folder \
                every day.";
    findings.problem("day-folder", what, todo);
}

/// `GPG`, which a run makes where it is missing.
fn output(spool: &Path, findings: &mut Findings) {
    let gpg = spool.join(OUTPUT);
    if let Err(error) = fs::metadata(&gpg)
        && error.kind() == ErrorKind::NotFound
        && !gpg.is_symlink()
    {
        let what = format!("The folder of sealed recordings is not there yet: {}.", shown(&gpg));
        return findings.note("gpg-folder", what, "Nothing: the first run makes it.");
    }
    if !is_usable("gpg-folder", "of sealed recordings", &gpg, true, findings) {
        return;
    }
    let sealing = spool.join(SEALING);
    let beside = if sealing.exists() { &sealing } else { spool };
    if is_one_step(beside, &gpg) {
        let what = format!("Sealed recordings are published in {} in one step.", shown(&gpg));
        findings.ok("gpg-folder", what);
    } else {
        findings.problem(
            "file-system",
            format!(
                "The folder is on another file system, or another mount, than {}, so that nothing \
                 can be published there in one step: {}.",
                shown(spool),
                shown(&gpg)
            ),
            "Move it back under the same file system; to have the recordings on another disk, put \
             all of PATHDONEmonitor there.",
        );
    }
}

/// Whether a file can be renamed from one folder into the other.
fn is_one_step(from: &Path, to: &Path) -> bool {
    let device = |path: &Path| fs::metadata(path).map(|it| it.dev()).ok();
    let on = |path: &Path| folders::open(path).ok().and_then(|folder| mount(&folder));
    device(from) == device(to) && on(from) == on(to)
}

/// Whether the folder is there and whoever runs this may list it, go through it, and write to it
/// where that is needed.
fn is_usable(
    id: &'static str,
    of: &str,
    folder: &Path,
    is_written: bool,
    findings: &mut Findings,
) -> bool {
    let problem = match fs::metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let what = format!("The folder {of} does not exist: {}.", shown(folder));
            (what, "Create it, or correct the path in VICIdial's configuration or the format.")
        }
        Err(error) => {
            let what = format!("The folder {of} cannot be looked at ({error}): {}.", shown(folder));
            (what, "Run as root, or give this user the right to go through every folder above it.")
        }
        Ok(found) if !found.is_dir() => {
            let what = format!("Where the folder {of} should be stands a file: {}.", shown(folder));
            (what, "Move the file away and create the folder.")
        }
        Ok(_) => match may(folder, is_written) {
            Ok(()) => return true,
            Err(error) => {
                let what = format!(
                    "The folder {of} cannot be used by this user ({error}): {}.",
                    shown(folder)
                );
                (what, "Run as root, or make this user the owner of the folder.")
            }
        },
    };
    findings.problem(id, problem.0, problem.1);
    false
}

/// Whether this user may list the folder, go through it and write to it.
pub fn may_write(folder: &Path) -> std::io::Result<()> {
    may(folder, true)
}

/// Asks the kernel, which knows about read-only file systems too.
fn may(folder: &Path, is_written: bool) -> std::io::Result<()> {
    let write = if is_written { Access::WRITE_OK } else { Access::empty() };
    let all = Access::READ_OK | Access::EXEC_OK | write;
    Ok(accessat(CWD, folder, all, AtFlags::EACCESS)?)
}

fn log_folder(logs: &Path, findings: &mut Findings) {
    match may_write(logs) {
        Ok(()) => findings.ok("logs", format!("Each run leaves its line in {}.", shown(logs))),
        Err(error) => findings.warn(
            "logs",
            format!("The folder PATHlogs cannot be written ({error}): {}.", shown(logs)),
            "Create it, or let this user write to it; without it no run leaves a line.",
        ),
    }
}

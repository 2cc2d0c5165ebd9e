//! Does sealing work here? A test message takes the way of a recording up to its publication: sealed
//! for everybody, made durable, renamed, read back, proven; then it is removed.

use super::configuration::Dialer;
use super::finding::Findings;
use crate::error::shown;
use crate::folders::{self, OUTPUT, SEALING};
use crate::lease::{self, Lease};
use rustix::fs::{
    Advice, AtFlags, CWD, Gid, Mode, OFlags, RenameFlags, Uid, fadvise, fchmod, fchown, mkdirat,
    openat, renameat_with, unlinkat,
};
use rustix::io::Errno;
use shared::encrypt::{self, Receipt};
use shared::recipient::Recipient;
use shared::verify;
use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const TEXT: &[u8] = b"a test message of dialer-encryptor check\n";

/// No check takes so long.
const OLD: Duration = Duration::from_secs(3600);

/// What a step of the way makes of a failure.
type Step<T = ()> = Result<T, String>;

/// Seals the message, if there is a spool and everybody can be sealed for.
pub fn look(dialer: &Dialer, recipients: &[Recipient], findings: &mut Findings) {
    let Some(spool) = dialer.spool.as_ref().filter(|it| it.is_dir()) else { return };
    if recipients.is_empty() {
        let what = "No test message was sealed, since not everybody can be sealed for.";
        return findings.note("test-message", what, "Mend the recipients first.");
    }
    match Scratch::new(spool).and_then(|scratch| scratch.seal(dialer, recipients)) {
        Ok(lease) => {
            let what = format!(
                "A test message of {} octets was sealed, proven and removed again.",
                TEXT.len()
            );
            findings.ok("test-message", what);
            leases(lease, dialer, findings);
        }
        Err(why) => findings.problem(
            "test-message",
            format!("A test message cannot be sealed in {}: {why}.", shown(spool)),
            "Check the space and the permissions of the folder; every recording would fail alike.",
        ),
    }
}

/// A name that nobody else has, in the folder where sealed files are written, or in one like it
/// where no run has made that yet.
struct Scratch {
    folder: PathBuf,
    is_own_folder: bool,
    name: String,
}

impl Scratch {
    fn new(spool: &Path) -> Step<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| error.to_string())?;
        let name = format!("check-{:032x}", u128::from_le_bytes(random));
        let sealing = spool.join(SEALING);
        sweep_folders(spool);
        if sealing.is_dir() {
            sweep(&sealing);
            return Ok(Self { folder: sealing, is_own_folder: false, name });
        }
        // To make and remove .sealing itself could pull it away under the first run.
        let folder = spool.join(format!("{SEALING}-{name}"));
        mkdirat(CWD, &folder, Mode::RWXU).map_err(failed("making a folder"))?;
        Ok(Self { folder, is_own_folder: true, name })
    }

    /// The steps of a recording, in their order.
    fn seal(&self, dialer: &Dialer, recipients: &[Recipient]) -> Step<Lease> {
        let folder = folders::open(&self.folder).map_err(|error| error.to_string())?;
        let first = format!("{}-1", self.name);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = openat(&folder.fd, &first, flags, Mode::RUSR | Mode::WUSR)
            .map_err(failed("making a file"))?;
        let file = File::from(file);
        let result = give_away(&file, dialer).and_then(|()| write(&file, recipients));
        drop(file);
        let result = result.and_then(|receipt| {
            let flags = RenameFlags::NOREPLACE;
            match renameat_with(&folder.fd, &first, &folder.fd, &self.name, flags) {
                // Old kernels and file systems without it get a link instead.
                Ok(()) | Err(Errno::NOSYS | Errno::INVAL) => Ok(receipt),
                Err(error) => Err(failed("renaming the file")(error)),
            }
        });
        let result = result.and_then(|receipt| {
            let there = if self.folder.join(&self.name).exists() { &self.name } else { &first };
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let file = openat(&folder.fd, there, flags, Mode::empty())
                .map_err(failed("opening the file again"))?;
            let lease = lease::take(file.as_fd());
            prove(File::from(file), &receipt, recipients).map(|()| lease)
        });
        let _ = unlinkat(&folder.fd, &first, AtFlags::empty());
        result
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = unlinkat(CWD, self.folder.join(&self.name), AtFlags::empty());
        if self.is_own_folder {
            let _ = unlinkat(CWD, &self.folder, AtFlags::REMOVEDIR);
        }
    }
}

/// Removes what a check that was killed left behind; nobody needs it after so long.
fn sweep(sealing: &Path) {
    let is_left = |name: &str| is_own(name.strip_suffix("-1").unwrap_or(name));
    for entry in std::fs::read_dir(sealing).into_iter().flatten().flatten() {
        let is_named = entry.file_name().to_str().is_some_and(is_left);
        let about = entry.path().symlink_metadata();
        if is_named && about.is_ok_and(|about| about.is_file() && is_old(&about)) {
            // What cannot be removed harms nobody.
            let _ = unlinkat(CWD, entry.path(), AtFlags::empty());
        }
    }
}

/// The same for folders that stood in for [`SEALING`] before the first run made it.
fn sweep_folders(spool: &Path) {
    let Ok(folder) = folders::open(spool) else { return };
    let is_left = |name: &str| {
        name.strip_prefix(SEALING).and_then(|it| it.strip_prefix('-')).is_some_and(is_own)
    };
    for entry in std::fs::read_dir(spool).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let about = entry.path().symlink_metadata();
        if !name.to_str().is_some_and(is_left) || !about.is_ok_and(|it| it.is_dir() && is_old(&it))
        {
            continue;
        }
        if let Ok(left) = folder.open_sub_folder(&name) {
            for file in left.names().unwrap_or_default() {
                let is_left = |it: &str| is_own(it.strip_suffix("-1").unwrap_or(it));
                if file.to_str().is_some_and(is_left) {
                    let _ = unlinkat(&left.fd, &file, AtFlags::empty());
                }
            }
        }
        // One with anything else in it stays.
        let _ = unlinkat(&folder.fd, &name, AtFlags::REMOVEDIR);
    }
}

/// `check-` and 32 digits.
fn is_own(name: &str) -> bool {
    let digits = name.strip_prefix("check-");
    digits.is_some_and(|it| it.len() == 32 && it.bytes().all(|octet| octet.is_ascii_hexdigit()))
}

fn is_old(about: &std::fs::Metadata) -> bool {
    about.modified().ok().and_then(|it| it.elapsed().ok()).is_some_and(|it| it > OLD)
}

fn failed(step: &'static str) -> impl Fn(Errno) -> String {
    move |error| format!("{step} failed: {}", std::io::Error::from(error))
}

/// As a sealed file is given away before it is published.
fn give_away(file: &File, dialer: &Dialer) -> Step {
    let (Some(sealed_as), Some(spool)) = (dialer.sealed_as, &dialer.spool) else { return Ok(()) };
    let gpg = std::fs::metadata(spool.join(OUTPUT)).ok();
    let owner = sealed_as.owner.or(gpg.as_ref().map(MetadataExt::uid)).map(Uid::from_raw);
    let group = sealed_as.group.or(gpg.as_ref().map(MetadataExt::gid)).map(Gid::from_raw);
    let given = fchown(file, owner, group);
    if sealed_as.owner.is_some() || sealed_as.group.is_some() {
        given.map_err(failed("giving the file to its owner"))?;
    }
    fchmod(file, Mode::from_raw_mode(sealed_as.mode)).map_err(failed("setting its mode"))
}

fn write(file: &File, recipients: &[Recipient]) -> Step<Receipt> {
    let receipt = encrypt::seal(recipients, TEXT, file).map_err(|error| error.to_string())?;
    file.sync_all().map_err(|error| format!("making it durable failed: {error}"))?;
    Ok(receipt)
}

fn prove(file: File, receipt: &Receipt, recipients: &[Recipient]) -> Step {
    fadvise(&file, 0, None, Advice::DontNeed).map_err(failed("dropping it from the cache"))?;
    verify::verify(file, receipt, recipients).map_err(|error| error.to_string())
}

/// Without leases `/proc` tells who writes, if everybody's processes can be looked at.
fn leases(lease: Lease, dialer: &Dialer, findings: &mut Findings) {
    let may_look = std::fs::read_dir("/proc/1/fd").is_ok();
    match lease {
        // Nobody has the test message open but this: only other machines' file systems say so.
        Lease::Refused => findings.note(
            "leases",
            "The spool is on another machine's file system: whether a recording is still being \
             written there only the settle time tells.",
            "Raise --settle-secs if calls are ever sealed in part.",
        ),
        Lease::Unsupported if may_look => findings.note(
            "leases",
            "File leases do not work here: /proc is searched for whoever still writes, for each \
             recording.",
            "Nothing; a spool on a local file system such as ext4 or XFS would be quicker.",
        ),
        Lease::Held if may_look || may_lease_for_others() || owns_all(dialer) => {
            findings.ok("leases", "A recording that is still being written is left alone.");
        }
        Lease::Held | Lease::Unsupported => findings.problem(
            "leases",
            "This user cannot tell whether somebody still writes to a recording that another user \
             owns.",
            "Run as root, or give the program CAP_LEASE (AmbientCapabilities=CAP_LEASE in its \
             unit).",
        ),
    }
}

/// `CAP_LEASE` is bit 28 of the effective capabilities (`man 7 capabilities`).
fn may_lease_for_others() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> 28 & 1 == 1)
}

/// Whoever owns a recording may lease it, and who owns the folders usually does.
fn owns_all(dialer: &Dialer) -> bool {
    let Some(spool) = &dialer.spool else { return false };
    let own = rustix::process::geteuid().as_raw();
    dialer.formats.iter().all(|format| {
        let folder = format.folder().map_or(spool.clone(), |name| spool.join(name));
        std::fs::metadata(folder).is_ok_and(|it| it.uid() == own)
    })
}

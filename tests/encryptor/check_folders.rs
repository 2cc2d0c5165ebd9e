//! Does `check` see which folders cannot be used, by whom, and where there is no room?

mod checked;
mod common;
mod site;

use checked::Checked;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};
use support::Outcome;
use support::dialer::names_in;
use support::process::{finish, tool};
use support::speech::Format;

#[test]
fn folders_that_cannot_be_used_are_named() -> Outcome {
    let checked = Checked::new()?;
    let spool = checked.spool();
    // The web server may not go through a folder above.
    fs::set_permissions(spool.path(), Permissions::from_mode(0o700))?;
    let told = checked.check(&[], 1)?;
    told.says("web-user", "warning", "(www-data) cannot read what is sealed")?;
    told.says("web-user", "warning", &spool.path().to_string_lossy())?;
    told.is_about(&["web-user"])?;
    fs::set_permissions(spool.path(), Permissions::from_mode(0o755))?;
    // Nor a file that gets this mode.
    checked.site.configure("[sealed_files]\nmode = \"0640\"\n")?;
    let told = checked.check(&[], 1)?;
    told.says("web-user", "warning", "sealed files get mode 0640")?;
    checked.site.configure("[sealed_files]\nmode = \"0640\"\ngroup = \"www-data\"\n")?;
    checked.check(&[], 0)?.is_about(&[])?;
    checked.site.configure("")?;
    // No run leaves a line.
    fs::remove_dir(spool.logs())?;
    checked.check(&[], 1)?.says("logs", "warning", "PATHlogs")?;
    fs::create_dir(spool.logs())?;
    // Publishing would be copying.
    let other = tempfile::tempdir_in("/dev/shm")?;
    fs::remove_dir(spool.sealed())?;
    symlink(other.path(), spool.sealed())?;
    let told = checked.check(&[], 2)?;
    told.says("file-system", "problem", "another file system")?;
    // A folder of a format, and then the whole spool.
    fs::remove_file(spool.sealed())?;
    fs::remove_dir(spool.inbox(Format::Mp3))?;
    let told = checked.check(&[], 2)?;
    told.says("format-folder", "problem", "does not exist")?;
    told.says("gpg-folder", "note", "the first run makes it")?;
    fs::remove_dir_all(spool.done())?;
    let told = checked.check(&[], 2)?;
    told.says("spool", "problem", "(PATHDONEmonitor) does not exist")?;
    told.is_about(&["spool"])
}

/// The command in a view of the file systems that ends with it, after `script` changed that view;
/// `$0` in it is the folder.
fn in_a_view(checked: &Checked, script: &str, folder: &Path) -> Outcome<Command> {
    let run = checked.command();
    let mut command = tool("unshare")?;
    // Anybody but root is one there.
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command.args(["--mount", "sh", "-c", &format!("{script} && exec \"$@\"")]).arg(folder);
    command.arg(run.get_program()).args(run.get_args());
    command.env("GNUPGHOME", checked.spool().path().join("no-gnupg-home"));
    Ok(command)
}

#[test]
fn one_file_system_in_two_places_is_two() -> Outcome {
    let checked = Checked::new()?;
    let mut command = in_a_view(&checked, "mount --bind \"$0\" \"$0\"", &checked.spool().sealed())?;
    let told = checked.told(&mut command, 2)?;
    told.says("file-system", "problem", "or another mount")
}

#[test]
fn a_file_system_that_is_nearly_full_is_told() -> Outcome {
    let checked = Checked::new()?;
    let done = checked.spool().done();
    let small = "mount -t tmpfs -o size=16m none \"$0\" && mkdir \"$0/MP3\" \"$0/GPG\"";
    let told = checked.told(&mut in_a_view(&checked, small, &done)?, 1)?;
    told.says("space", "warning", "Only 16 MiB are free")?;
    told.is_about(&["space"])?;
    let few = small.replace("size=16m", "size=2g,nr_inodes=500");
    let told = checked.told(&mut in_a_view(&checked, &few, &done)?, 1)?;
    told.says("space", "warning", "more files fit where")?;
    told.is_about(&["space"])?;
    // Full to the last octet the test message shows it.
    let full = format!("{small} && dd if=/dev/zero of=\"$0/x\" bs=1M count=17 2>/dev/null; true");
    let told = checked.told(&mut in_a_view(&checked, &full, &done)?, 2)?;
    told.says("test-message", "problem", "No space left on device")?;
    let read_only = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\"";
    let told = checked.told(&mut in_a_view(&checked, read_only, &done)?, 2)?;
    told.says("spool", "problem", "Read-only file system")
}

#[test]
fn the_folder_of_unfinished_files_must_be_one_of_the_spool() -> Outcome {
    let checked = Checked::new()?;
    let elsewhere = checked.spool().path().join("elsewhere");
    fs::create_dir(&elsewhere)?;
    symlink(&elsewhere, checked.spool().done().join(".sealing"))?;
    let told = checked.check(&[], 2)?;
    told.says("sealing-folder", "problem", "is no folder of this spool")
}

/// The command as a user of its own, with these capabilities more.
fn as_user(checked: &Checked, capabilities: &str) -> Outcome<Command> {
    let run = checked.command();
    let mut command = tool("setpriv")?;
    command.args(["--reuid", "4711", "--regid", "4711", "--clear-groups"]);
    let (ambient, inheritable) = (format!("--ambient-caps={capabilities}"), "--inh-caps");
    command.arg(ambient).arg(format!("{inheritable}={capabilities}"));
    command.arg("--").arg(run.get_program()).args(run.get_args());
    command.env("GNUPGHOME", "/nonexistent");
    Ok(command)
}

#[test]
fn a_user_of_its_own_needs_its_folders_and_the_right_to_leases() -> Outcome {
    if !support::root::is_root() {
        return support::root::again("a_user_of_its_own_needs_its_folders_and_the_right_to_leases");
    }
    let checked = Checked::new()?;
    let (spool, done) = (checked.spool(), checked.spool().done());
    fs::set_permissions(checked.spool().path().join("crontab"), Permissions::from_mode(0o644))?;
    let told = checked.told(&mut as_user(&checked, "-all")?, 2)?;
    told.says("spool", "problem", "Permission denied")?;
    told.says("state-folder", "problem", "Permission denied")?;
    fs::create_dir(spool.state())?;
    fs::create_dir(done.join(".sealing"))?;
    for folder in [spool.state(), spool.sealed(), done.join(".sealing"), spool.logs()] {
        chown(folder, Some(4711), Some(4711))?;
    }
    // The recordings are root's, in a folder that everybody may write to.
    fs::set_permissions(spool.inbox(Format::Mp3), Permissions::from_mode(0o777))?;
    let told = checked.told(&mut as_user(&checked, "-all")?, 2)?;
    told.says("leases", "problem", "CAP_LEASE")?;
    told.is_about(&["leases"])?;
    let told = checked.told(&mut as_user(&checked, "+lease")?, 0)?;
    told.says("leases", "ok", "left alone")?;
    // Days are root's as well, and not even everybody's.
    for day in ["2026-01-01", "2026-01-02", "other"] {
        fs::create_dir(spool.inbox(Format::Mp3).join(day))?;
    }
    let told = checked.told(&mut as_user(&checked, "+lease")?, 2)?;
    told.says("day-folder", "problem", "(Permission denied (os error 13))")?;
    told.says("day-folder", "problem", ", and 1 more.")?;
    told.is_about(&["day-folder"])?;
    for day in ["2026-01-01", "2026-01-02"] {
        chown(spool.inbox(Format::Mp3).join(day), Some(4711), Some(4711))?;
    }
    checked.told(&mut as_user(&checked, "+lease")?, 0).map(drop)
}

#[test]
fn what_a_killed_check_left_is_removed_by_a_later_one() -> Outcome {
    let checked = Checked::new()?;
    let sealing = checked.spool().done().join(".sealing");
    fs::create_dir(&sealing)?;
    let left = |name: &str, age_secs: u64| -> Outcome {
        fs::write(sealing.join(name), b"x")?;
        let file = fs::File::options().write(true).open(sealing.join(name))?;
        Ok(file.set_modified(SystemTime::now() - Duration::from_secs(age_secs))?)
    };
    let digits = "0123456789abcdef0123456789abcdef";
    left(&format!("check-{digits}"), 7200)?;
    left(&format!("check-{digits}-1"), 7200)?;
    left(&format!("check-{}", digits.replace('0', "1")), 60)?;
    left(&format!("mp3-{digits}"), 7200)?;
    left("check-something-else", 7200)?;
    finish(&mut checked.command())?.expect_code(0)?;
    let stay = ["check-1123456789abcdef1123456789abcdef", "check-something-else"];
    let mp3 = format!("mp3-{digits}");
    assert_eq!(names_in(&sealing)?, [stay[0], stay[1], mp3.as_str()]);
    Ok(())
}

#[test]
fn a_folder_that_a_killed_check_left_is_removed_by_a_later_one() -> Outcome {
    let checked = Checked::new()?;
    let done = checked.spool().done();
    let digits = "0123456789abcdef0123456789abcdef";
    let left = |digits: &str, file: &str, age_secs: u64| -> Outcome {
        let folder = done.join(format!(".sealing-check-{digits}"));
        fs::create_dir(&folder)?;
        fs::write(folder.join(file), b"x")?;
        Ok(fs::File::open(folder)?
            .set_modified(SystemTime::now() - Duration::from_secs(age_secs))?)
    };
    left(digits, &format!("check-{digits}-1"), 7200)?;
    let [young, strange, short] =
        [digits.replace('0', "1"), digits.replace('0', "2"), digits.replace("0", "")];
    left(&young, &format!("check-{young}"), 60)?;
    left(&strange, "recording.mp3", 7200)?;
    left(&short, &format!("check-{short}"), 7200)?;
    finish(&mut checked.command())?.expect_code(0)?;
    let mut stay = [&young, &strange, &short].map(|it| format!(".sealing-check-{it}"));
    stay.sort();
    let mut found = Vec::new();
    for entry in fs::read_dir(&done)? {
        found.push(entry?.file_name().to_string_lossy().into_owned());
    }
    found.retain(|it| it.starts_with(".sealing"));
    found.sort();
    assert_eq!(found, stay);
    assert_eq!(names_in(&done.join(format!(".sealing-check-{strange}")))?, ["recording.mp3"]);
    Ok(())
}

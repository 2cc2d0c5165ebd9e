//! What does a run make of odd surroundings: other file systems, folders that are taken away or may
//! not be written, a clock that jumps, a machine that is shut down?

mod common;

use common::{Dialer, encryptor};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};
use support::process::{finish, output_of, tool, wait_for};
use support::{Outcome, ensure};

/// A folder on another file system than the spool's.
fn elsewhere(dialer: &Dialer) -> Outcome<tempfile::TempDir> {
    let folder = tempfile::tempdir_in("/dev/shm")?;
    let (here, there) = (fs::metadata(dialer.spool.path())?, fs::metadata(folder.path())?);
    ensure!(here.dev() != there.dev(), "/dev/shm is no file system of its own");
    Ok(folder)
}

#[test]
fn gpg_on_another_file_system_is_refused_before_anything_is_touched() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(2)?;
    let other = elsewhere(&dialer)?;
    fs::remove_dir(dialer.spool.sealed())?;
    symlink(other.path(), dialer.spool.sealed())?;
    let finished = dialer.run()?.expect_code(2)?;
    let words = "The folder is on another file system than PATHDONEmonitor, so that nothing can be \
                 published there in one step. Move it back under the same file system: ";
    assert!(finished.stderr.starts_with(words), "{}", finished.stderr);
    assert_eq!(dialer.waiting()?.len(), 2);
    Ok(())
}

#[test]
fn recordings_on_a_file_system_of_their_own_are_sealed() -> Outcome {
    let dialer = Dialer::new()?;
    let other = elsewhere(&dialer)?;
    fs::remove_dir(dialer.inbox())?;
    symlink(other.path(), dialer.inbox())?;
    let calls = dialer.fill(3)?;
    dialer.run()?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn gpg_removed_while_the_run_is_at_work_loses_nothing() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(3)?;
    let mut run = dialer.command();
    run.args(["--jobs", "1"]);
    let mut strace = tool("strace")?;
    // Before the first sealed file gets its name there is time to take the folder away.
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2"]);
    strace.args(["-e", "inject=renameat2:delay_enter=1500000:when=1", "--"]);
    strace.arg(run.get_program()).args(run.get_args());
    let run = strace.stderr(Stdio::piped()).spawn()?;
    let is_sealed = |name: &str| name.starts_with("mp3-");
    wait_for("the sealed files", Duration::from_secs(20), || {
        let names = support::dialer::names_in(&dialer.spool.done().join(".sealing"));
        let count = names.unwrap_or_default().iter().filter(|it| is_sealed(it)).count();
        Ok((count == calls.len()).then_some(()))
    })?;
    // All are sealed; the first rename is at most some milliseconds away.
    std::thread::sleep(Duration::from_millis(300));
    fs::remove_dir_all(dialer.spool.sealed())?;
    let ended = run.wait_with_output()?;
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
    for (name, octets) in &calls {
        assert!(fs::read(dialer.inbox().join(name))? == *octets, "{name}");
    }
    dialer.run()?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

/// The run as a user who owns nothing here, if the tests are run by root, whom no mode stops.
fn as_somebody_else(run: &Command) -> Outcome<Command> {
    let mut command = tool("setpriv")?;
    if fs::metadata("/proc/self")?.uid() == 0 {
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    }
    command.arg("--").arg(run.get_program()).args(run.get_args());
    command.env("GNUPGHOME", "/nonexistent");
    Ok(command)
}

fn set_mode(path: &Path, mode: u32) -> Outcome {
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}

#[test]
fn folders_that_may_not_be_written_are_named_and_nothing_is_touched() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(2)?;
    fs::create_dir(dialer.spool.state())?;
    // The program must be reachable for that user, too.
    let program = dialer.spool.path().join("dialer-encryptor");
    fs::copy(encryptor(), &program)?;
    set_mode(dialer.spool.path(), 0o755)?;
    let mut run = Command::new(&program);
    run.args(dialer.command().get_args());
    for locked in [dialer.spool.state(), dialer.spool.done()] {
        for open in [dialer.spool.state(), dialer.spool.done(), dialer.spool.logs()] {
            set_mode(&open, 0o777)?;
        }
        set_mode(&locked, 0o555)?;
        let finished = finish(&mut as_somebody_else(&run)?)?.expect_code(2)?;
        let is_named = finished.stderr.contains(&locked.display().to_string());
        assert!(is_named, "{}: {}", locked.display(), finished.stderr);
        for (name, octets) in &calls {
            assert!(fs::read(dialer.inbox().join(name))? == *octets, "{name}");
        }
    }
    set_mode(&dialer.spool.done(), 0o755)
}

#[test]
fn recordings_that_may_not_be_removed_are_sealed_once_and_named() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(2)?;
    let program = dialer.spool.path().join("dialer-encryptor");
    fs::copy(encryptor(), &program)?;
    set_mode(dialer.spool.path(), 0o755)?;
    fs::create_dir(dialer.spool.state())?;
    let all = [dialer.spool.state(), dialer.spool.done(), dialer.spool.logs()];
    all.iter().chain(&[dialer.spool.sealed()]).try_for_each(|it| set_mode(it, 0o777))?;
    if fs::metadata("/proc/self")?.uid() == 0 {
        // Only their owner, and root, can tell whether somebody writes to them.
        calls
            .iter()
            .try_for_each(|(name, _)| chown(dialer.inbox().join(name), Some(65534), None))?;
    }
    set_mode(&dialer.inbox(), 0o555)?;
    let mut run = Command::new(&program);
    run.args(dialer.command().get_args());
    for _ in 0..2 {
        let finished = finish(&mut as_somebody_else(&run)?)?.expect_code(1)?;
        assert_eq!(finished.stderr.matches("ermission denied").count(), 2, "{}", finished.stderr);
        assert_eq!(dialer.spool.sealed_names()?.len(), 2);
        assert_eq!(dialer.waiting()?.len(), 2);
    }
    set_mode(&dialer.inbox(), 0o777)?;
    finish(&mut as_somebody_else(&run)?)?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn a_clock_that_jumps_changes_nothing() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(3)?;
    // Recordings from the future, as after a clock was set back: watched, then sealed.
    for (name, _) in calls.iter().take(2) {
        let file = fs::File::options().write(true).open(dialer.inbox().join(name))?;
        file.set_modified(SystemTime::now() + Duration::from_secs(86_400))?;
    }
    let mut command = dialer.command();
    finish(command.args(["--settle-secs", "1"]))?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)?;
    // And a journal from the future: what it knows of the sealed files still holds.
    for (name, octets) in &calls {
        dialer.spool.put(support::speech::Format::Mp3, name, octets)?;
    }
    let mut past = tool("faketime")?;
    let run = dialer.command();
    past.args(["-f", "-2d"]).arg(run.get_program()).args(run.get_args());
    // The key is as old as the test.
    let finished = finish(&mut past)?.expect_code(2)?;
    assert!(finished.stderr.contains("is not valid before"), "{}", finished.stderr);
    let mut future = tool("faketime")?;
    finish(future.args(["-f", "+200d"]).arg(run.get_program()).args(run.get_args()))?
        .expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn a_machine_that_is_shut_down_loses_nothing() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(60)?;
    let run = dialer.command();
    let mut strace = tool("strace")?;
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2"]);
    strace.args(["-e", "inject=renameat2:signal=SIGTERM:when=20", "--"]);
    let ended = strace.arg(run.get_program()).args(run.get_args()).status()?;
    assert_eq!(ended.signal(), Some(15));
    let sealed = dialer.spool.sealed_names()?;
    let waiting = dialer.waiting()?;
    assert!(!waiting.is_empty() && !sealed.is_empty());
    dialer.run()?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn a_device_in_the_spool_is_left_alone() -> Outcome {
    if fs::metadata("/proc/self")?.uid() != 0 {
        // Only root can make one, so only root's spool can have one.
        return Ok(());
    }
    let dialer = Dialer::new()?;
    let calls = dialer.fill(1)?;
    let device = dialer.inbox().join("null-all.mp3");
    output_of(tool("mknod")?.arg(&device).args(["c", "1", "3"]))?;
    let finished = dialer.run()?.expect_code(0)?;
    assert!(finished.stderr.contains("is no regular file and was left alone: null-all.mp3"));
    assert!(device.exists());
    fs::remove_file(device)?;
    dialer.assert_all_sealed(&calls)
}

//! Does the service seal each recording soon after its end, whatever happens meanwhile?

mod common;
mod site;
mod watcher;

use common::{Dialer, call, encryptor};
use site::{IP, Site, link, sealed_link};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};
use support::dialer::names_in;
use support::process::{finish, tool, wait_for};
use support::speech::Format;
use support::{Failure, Outcome, ensure};
use watcher::{WAIT, Watcher, watching, watching_by};

/// Long enough for a pass that would do something wrong.
const A_WHILE: Duration = Duration::from_secs(4);

fn write(dialer: &Dialer, number: usize) -> Outcome<(String, Vec<u8>)> {
    let (name, octets) = call(number);
    fs::write(dialer.inbox().join(&name), &octets)?;
    Ok((name, octets))
}

#[test]
fn a_recording_is_sealed_once_its_writer_is_through_and_its_row_names_it() -> Outcome {
    let site = Site::new()?;
    let mut watcher = Watcher::at(&site, &[])?;
    let (name, octets) = call(0);
    let path = site.dialer.inbox().join(&name);
    // As the stock compress step: it writes the file in place, and then the row.
    site.row(1, IP, &name)?;
    let wav = link(IP, "", &name.replace(".mp3", ".wav")).replace("//2", "/2");
    site.database.set_location(1, &wav)?;
    let mut file = File::create(&path)?;
    let (first, rest) = octets.split_at(20_000);
    file.write_all(first)?;
    thread::sleep(A_WHILE);
    assert!(path.exists(), "it was taken from its writer");
    file.write_all(rest)?;
    drop(file);
    thread::sleep(A_WHILE);
    assert!(path.exists(), "it was sealed before its row named it: {}", watcher.said()?);
    site.database.set_location(1, &link(IP, "MP3", &name))?;
    watcher.wait_for_sealed(&site.dialer, 1)?;
    wait_for("the row", WAIT, || {
        Ok((site.database.location(1)? == sealed_link(&name)).then_some(()))
    })?;
    site.dialer.assert_all_sealed(&[(name, octets)])?;
    watcher.stop()
}

#[test]
fn a_row_that_never_comes_is_waited_for_and_no_longer() -> Outcome {
    let site = Site::new()?;
    let mut watcher = Watcher::at(&site, &["--row-wait-secs", "6"])?;
    let call = write(&site.dialer, 0)?;
    thread::sleep(A_WHILE);
    assert_eq!(site.dialer.waiting()?, [call.0.as_str()], "{}", watcher.said()?);
    watcher.wait_for_sealed(&site.dialer, 1)?;
    site.dialer.assert_all_sealed(&[call])?;
    watcher.stop()
}

#[test]
fn what_is_there_at_the_start_and_what_comes_into_a_new_day_is_sealed() -> Outcome {
    let dialer = Dialer::new()?;
    let mut calls = dialer.fill(3)?;
    let mut watcher = Watcher::of(&dialer, &[])?;
    watcher.wait_for_sealed(&dialer, 3)?;
    let day = dialer.inbox().join("2026-01-02");
    fs::create_dir(&day)?;
    thread::sleep(Duration::from_millis(500));
    let (name, octets) = call(3);
    // Moved into place, as step 1 does.
    fs::write(dialer.spool.path().join(&name), &octets)?;
    fs::rename(dialer.spool.path().join(&name), day.join(&name))?;
    calls.push((name, octets));
    watcher.wait_for_sealed(&dialer, 4)?;
    wait_for("the day to be empty", WAIT, || Ok(names_in(&day)?.is_empty().then_some(())))?;
    watcher.stop()?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn a_storm_of_2000_recordings_with_the_database_down_in_the_middle_is_sealed_and_linked() -> Outcome
{
    let mut site = Site::new()?;
    let mut watcher = Watcher::at(&site, &["--row-wait-secs", "1"])?;
    let calls: Vec<(String, Vec<u8>)> = (0..2000).map(call).collect();
    let (first, rest) = calls.split_at(1500);
    site.add_rows(1, &calls)?;
    for (name, octets) in first {
        fs::write(site.dialer.inbox().join(name), octets)?;
    }
    // Some are sealed by now, and most are not.
    site.database.stop()?;
    for (name, octets) in rest {
        fs::write(site.dialer.inbox().join(name), octets)?;
    }
    watcher.wait_for_sealed(&site.dialer, 2000)?;
    site.database.start_again()?;
    wait_for("every row", WAIT * 2, || {
        watcher.process.still_running()?;
        let is_sealed = |it: &String| it.contains("/GPG/");
        Ok(site.database.locations()?.iter().all(is_sealed).then_some(()))
    })?;
    site.assert_linked(&calls)?;
    watcher.stop()?;
    site.dialer.assert_all_sealed(&calls)
}

#[test]
fn events_that_the_kernel_drops_hide_no_recording() -> Outcome {
    let dialer = Dialer::new()?;
    let mut watcher = Watcher::of(&dialer, &[])?;
    watcher.wait_to_hear("STATUS=")?;
    watcher.process.signal("STOP")?;
    let limit: usize =
        fs::read_to_string("/proc/sys/fs/inotify/max_queued_events")?.trim().parse()?;
    let others = [dialer.inbox().join("one.txt"), dialer.inbox().join("two.txt")];
    for number in 0..limit + 10 {
        let other = others.get(number % 2).ok_or(Failure::new("two"))?;
        File::options().append(true).create(true).open(other)?;
    }
    // The queue is full: of these no event comes.
    let calls = dialer.fill(20)?;
    others.iter().try_for_each(fs::remove_file)?;
    watcher.process.signal("CONT")?;
    watcher.wait_for_sealed(&dialer, 20)?;
    watcher.stop()?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn sigterm_finishes_the_recording_in_hand_and_leaves_the_others_whole() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(200)?;
    // 30 KB a recording, so that three or four of them take a second.
    let mut watcher = Watcher::of(&dialer, &["--rate", "0.1", "--jobs", "1"])?;
    wait_for("the first", WAIT, || Ok((!dialer.spool.sealed_names()?.is_empty()).then_some(())))?;
    watcher.stop()?;
    let (waiting, sealed) = (dialer.waiting()?, dialer.spool.sealed_names()?);
    ensure!(waiting.len() + sealed.len() == 200 && !waiting.is_empty(), "{}", sealed.len());
    assert_eq!(names_in(&dialer.spool.done().join(".sealing"))?, Vec::<String>::new());
    for (name, octets) in &calls {
        let sealed = dialer.spool.sealed().join(format!("{name}.pgp"));
        let is_whole = if sealed.exists() {
            dialer.opened(&format!("{name}.pgp"))? == *octets
        } else {
            fs::read(dialer.inbox().join(name))? == *octets
        };
        assert!(is_whole, "{name}");
    }
    dialer.run()?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn systemd_hears_that_it_lives_while_nothing_happens_and_while_it_works() -> Outcome {
    let dialer = Dialer::new()?;
    let mut watcher = Watcher::of(&dialer, &["--rate", "0.1", "--jobs", "1"])?;
    watcher.wait_to_hear("STATUS=0 sealed")?;
    watcher.forget();
    watcher.wait_to_hear("WATCHDOG=1")?;
    dialer.fill(200)?;
    watcher.forget();
    wait_for("the first", WAIT, || Ok((!dialer.spool.sealed_names()?.is_empty()).then_some(())))?;
    watcher.forget();
    watcher.wait_to_hear("WATCHDOG=1")?;
    assert!(!dialer.waiting()?.is_empty(), "it was through already");
    watcher.stop()
}

#[test]
fn a_recording_that_fails_is_told_once_and_a_later_look_seals_it() -> Outcome {
    let dialer = Dialer::new()?;
    fs::remove_dir_all(dialer.spool.sealed())?;
    fs::write(dialer.spool.sealed(), "no folder")?;
    let mut watcher = Watcher::of(&dialer, &[])?;
    let first = write(&dialer, 0)?;
    wait_for("an error", WAIT, || Ok(watcher.said()?.contains("GPG").then_some(())))?;
    let second = write(&dialer, 1)?;
    thread::sleep(A_WHILE);
    let said = watcher.said()?;
    assert_eq!(said.matches("GPG").count(), 1, "{said}");
    fs::remove_file(dialer.spool.sealed())?;
    let third = write(&dialer, 2)?;
    watcher.wait_for_sealed(&dialer, 3)?;
    watcher.stop()?;
    dialer.assert_all_sealed(&[first, second, third])
}

#[test]
fn a_recording_from_the_future_is_sealed_as_soon_as_any_other() -> Outcome {
    let site = Site::new()?;
    let mut watcher = Watcher::at(&site, &["--row-wait-secs", "3"])?;
    let call = write(&site.dialer, 0)?;
    let file = File::options().write(true).open(site.dialer.inbox().join(&call.0))?;
    file.set_modified(SystemTime::now() + Duration::from_secs(3 * 86_400))?;
    drop(file);
    watcher.wait_for_sealed(&site.dialer, 1)?;
    watcher.stop()?;
    site.dialer.assert_all_sealed(&[call])
}

#[test]
fn a_journal_that_somebody_removes_is_begun_anew_and_said() -> Outcome {
    let dialer = Dialer::new()?;
    let mut watcher = Watcher::of(&dialer, &[])?;
    let first = write(&dialer, 0)?;
    watcher.wait_for_sealed(&dialer, 1)?;
    fs::remove_dir_all(dialer.spool.state())?;
    let second = write(&dialer, 1)?;
    watcher.wait_for_sealed(&dialer, 2)?;
    let said = watcher.said()?;
    ensure!(said.contains("The journal was removed"), "{said}");
    assert!(dialer.spool.state().join("journal.sqlite").exists());
    watcher.stop()?;
    dialer.assert_all_sealed(&[first, second])
}

#[test]
fn who_cannot_be_sealed_for_stops_it_at_the_start_and_a_trial_is_refused() -> Outcome {
    let dialer = Dialer::new()?;
    let (name, octets) = call(0);
    dialer.spool.put(Format::Mp3, &name, &octets)?;
    let unknown = finish(&mut watching(&dialer.command(), &["--recipient", "nobody@x.org"]))?;
    let unknown = unknown.expect_code(2)?;
    assert!(unknown.stderr.contains("'nobody@x.org' is unknown"), "{}", unknown.stderr);
    let trial = finish(&mut watching(&dialer.command(), &["--dry-run"]))?.expect_code(2)?;
    assert!(trial.stderr.starts_with("watch cannot be tried"), "{}", trial.stderr);
    assert_eq!(dialer.waiting()?, [name]);
    Ok(())
}

#[test]
fn cron_beside_it_does_no_harm() -> Outcome {
    let dialer = Dialer::new()?;
    let mut watcher = Watcher::of(&dialer, &[])?;
    let mut calls = Vec::new();
    for number in 0..60 {
        calls.push(write(&dialer, number)?);
        if number % 10 == 0 {
            let mut run = dialer.command();
            run.args(["--settle-secs", "0"]);
            finish(&mut run)?.expect_code(0)?;
        }
    }
    watcher.wait_for_sealed(&dialer, 60)?;
    watcher.stop()?;
    dialer.assert_all_sealed(&calls)
}

/// Does what the change of the unit says at its top, with this dialer's folders and this number for the
/// user's name.
fn prepare_for(dialer: &Dialer, user: u32) -> Outcome {
    let conf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../installer/dialer/systemd/dedicated-user.conf");
    let text = fs::read_to_string(conf)?;
    let commands = text.lines().filter_map(|line| line.strip_prefix("#   "));
    let place = |path: std::path::PathBuf| path.display().to_string();
    let script: Vec<String> = commands
        .filter(|line| !line.starts_with("useradd "))
        .map(|line| line.replace("callseal:callseal", &format!("{user}:{user}")))
        .map(|line| line.replace("chgrp callseal", &format!("chgrp {user}")))
        .map(|line| line.replace("/var/spool/asterisk/monitorDONE", &place(dialer.spool.done())))
        .map(|line| line.replace("/var/lib/callseal", &place(dialer.spool.state())))
        .map(|line| line.replace("/var/log/astguiclient", &place(dialer.spool.logs())))
        .collect();
    ensure!(script.len() > 8, "{script:?}");
    let script = script.join(" && ");
    finish(tool("sh")?.arg("-c").arg(&script))?.expect_code(0).map(drop)
}

/// A user with nothing but the right to lease files of others; the folders are given to a group.
#[test]
fn a_user_other_than_root_seals_what_root_recorded() -> Outcome {
    if !support::root::is_root() {
        return support::root::again("a_user_other_than_root_seals_what_root_recorded");
    }
    const USER: u32 = 64_123;
    let dialer = Dialer::new()?;
    // What root left behind is there, too.
    let mut calls = dialer.fill(1)?;
    dialer.run()?.expect_code(0)?;
    for number in 1..6 {
        let (name, octets) = call(number);
        dialer.spool.put(Format::Mp3, &name, &octets)?;
        calls.push((name, octets));
    }
    let program = dialer.spool.path().join("dialer-encryptor");
    fs::copy(encryptor(), &program)?;
    fs::set_permissions(dialer.spool.path(), fs::Permissions::from_mode(0o755))?;
    prepare_for(&dialer, USER)?;
    let as_user = |more: &[&str]| -> Outcome<Command> {
        let run = watching_by(&program, &dialer.command(), &[]);
        let mut command = tool("setpriv")?;
        let user = USER.to_string();
        command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]);
        command.args(more).arg("--").arg(run.get_program()).args(run.get_args());
        command.env("GNUPGHOME", "/nonexistent");
        Ok(command)
    };
    // Without that right nobody can tell whether a recording is still being written.
    let mut blind = Watcher::start(&dialer, &mut as_user(&["--bounding-set=-all"])?)?;
    wait_for("a word", WAIT, || Ok(blind.said()?.contains("CAP_LEASE").then_some(())))?;
    blind.stop()?;
    assert_eq!(dialer.waiting()?.len(), 5, "{}", blind.said()?);
    fs::remove_file(dialer.spool.path().join("notify"))?;
    let lease =
        ["--inh-caps=-all,+lease", "--ambient-caps=-all,+lease", "--bounding-set=-all,+lease"];
    let mut watcher = Watcher::start(&dialer, &mut as_user(&lease)?)?;
    watcher.wait_for_sealed(&dialer, 6)?;
    let said = watcher.said()?;
    ensure!(!said.contains("Warning"), "{said}");
    watcher.stop()?;
    for name in dialer.spool.sealed_names()?.iter().skip(1) {
        let sealed = fs::metadata(dialer.spool.sealed().join(name))?;
        assert_eq!((sealed.uid(), sealed.mode() & 0o777), (USER, 0o644));
    }
    dialer.assert_all_sealed(&calls)
}

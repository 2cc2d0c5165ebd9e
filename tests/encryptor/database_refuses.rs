//! What becomes of rows that the database refuses to change, or that changed while they waited?

mod common;
mod site;

use site::{IP, Site, link, sealed_link};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use support::Outcome;
use support::process::Background;
use support::speech::Format;

#[test]
fn a_server_that_refuses_every_change_is_not_blamed_on_the_rows() -> Outcome {
    for (refuse, allow) in [
        ("SET GLOBAL read_only = ON", "SET GLOBAL read_only = OFF"),
        (
            "REVOKE UPDATE ON asterisk.recording_log FROM cron",
            "GRANT UPDATE ON asterisk.recording_log TO cron",
        ),
        ("RENAME TABLE recording_log TO gone", "RENAME TABLE gone TO recording_log"),
    ] {
        let site = Site::new()?;
        let calls = site.fill(5)?;
        site.database.sql(refuse)?;
        let report = site.assert_waits(&calls)?;
        assert_eq!(report.count("rows_set_aside")?, 0, "{refuse}");
        site.database.sql(allow)?;
        site.assert_applied(&calls)?;
    }
    Ok(())
}

#[test]
fn a_wrong_password_is_said_and_never_shown() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(5)?;
    let wrong = "wrong-Pa55-w0rd";
    site.dialer.spool.set("VARDB_pass", wrong)?;
    let mut command = site.command();
    let report = site::report(command.args(["--debug", "--debug"]), 1)?;
    assert!(report.stderr.contains("Access denied"), "{}", report.stderr);
    assert_eq!(report.count("rows_waiting")?, 5);
    site.dialer.assert_all_sealed(&calls)?;
    assert!(!report.stderr.contains(wrong), "{}", report.stderr);
    assert!(!report.json.to_string().contains(wrong), "{}", report.json);
    // Neither in the log nor in the journal: the password stands in its own file alone.
    let holders = files_with(site.dialer.spool.path(), wrong.as_bytes())?;
    assert_eq!(holders, [site.dialer.spool.conf()]);
    site.dialer.spool.set("VARDB_pass", "1234")?;
    site.assert_applied(&calls)
}

fn files_with(folder: &Path, text: &[u8]) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let (path, kind) = entry.and_then(|it| Ok((it.path(), it.file_type()?)))?;
        if kind.is_dir() {
            found.extend(files_with(&path, text)?);
        } else if fs::read(&path)?.windows(text.len()).any(|it| it == text) {
            found.push(path);
        }
    }
    Ok(found)
}

#[test]
fn a_row_whose_update_fails_is_set_aside_and_stops_nobody() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(5)?;
    let before = site.database.location(3)?;
    site.database.sql(
        "DELIMITER //\nCREATE TRIGGER refuse BEFORE UPDATE ON recording_log FOR EACH ROW \
         IF OLD.recording_id = 3 THEN SIGNAL SQLSTATE '45000' \
         SET MESSAGE_TEXT = 'this row is under review'; END IF//",
    )?;
    let report = site.run(1)?;
    assert_eq!((report.count("sealed")?, report.count("rows_set_aside")?), (5, 1));
    assert_eq!(report.count("rows_waiting")?, 0);
    let name = calls.get(2).map_or("", |(name, _)| name);
    for words in ["this row is under review", name] {
        assert!(report.stderr.contains(words), "{}", report.stderr);
    }
    site.dialer.assert_all_sealed(&calls)?;
    site.put("later-all.mp3")?;
    site.row(6, IP, "later-all.mp3")?;
    site.run(0)?;
    let links = site.database.locations()?;
    assert_eq!(links.get(2), Some(&before));
    assert_eq!(links.iter().filter(|it| it.contains("/RECORDINGS/GPG/")).count(), 5);
    // Once the review is over somebody says so.
    site.database.sql("DROP TRIGGER refuse")?;
    site::report(site.command().arg("--retry-rows"), 0)?;
    assert_eq!(site.database.location(3)?, sealed_link(name));
    Ok(())
}

#[test]
fn a_row_that_was_archived_meanwhile_keeps_its_newer_link() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(3)?;
    site.database.stop()?;
    site.assert_waits(&calls)?;
    site.database.start_again()?;
    let name = calls.first().map_or("", |(name, _)| name);
    let archived = format!("http://archive/2026-01-01/{name}.pgp");
    site.database.set_location(1, &archived)?;
    let report = site.run(0)?;
    assert_eq!(report.count("rows_waiting")?, 0);
    let links = site.database.locations()?;
    assert_eq!(links.first(), Some(&archived));
    assert_eq!(links.iter().filter(|it| it.contains("/RECORDINGS/GPG/")).count(), 2);
    Ok(())
}

#[test]
fn a_sealed_file_that_has_moved_on_is_not_linked_any_more() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(3)?;
    site.database.stop()?;
    site.assert_waits(&calls)?;
    let name = calls.first().map_or("", |(name, _)| name);
    let sealed = format!("{name}.pgp");
    let (gpg, ftp) = (site.dialer.spool.sealed(), site.dialer.spool.done().join("FTP"));
    fs::rename(gpg.join(&sealed), ftp.join(&sealed))?;
    site.database.start_again()?;
    let report = site.run(0)?;
    assert!(report.stderr.contains("moved out of GPG"), "{}", report.stderr);
    assert!(report.stderr.contains(name), "{}", report.stderr);
    assert_eq!(report.count("rows_waiting")?, 0);
    assert_eq!(site.database.location(1)?, link(IP, "MP3", name));
    // Said once.
    assert_eq!(site.run(0)?.stderr, "");
    Ok(())
}

#[test]
fn two_calls_of_one_name_sealed_meanwhile_get_a_row_each() -> Outcome {
    let mut site = Site::new()?;
    let name = "20260101-093012_5551234567_SALES-all.mp3";
    site.row(1, IP, name)?;
    site.row(2, IP, name)?;
    site.database.stop()?;
    site.put(name)?;
    site.run(1)?;
    site.dialer.spool.put(Format::Mp3, name, b"another call of that name")?;
    site.run(1)?;
    site.database.start_again()?;
    site.run(0)?;
    // The later call has the newer row.
    let second = name.replace("-all.mp3", "-all~2.mp3");
    assert_eq!(site.database.locations()?, [sealed_link(name), sealed_link(&second)]);
    site.assert_nothing_more()
}

#[test]
fn two_runs_at_the_same_time_apply_what_waits_once() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(200)?;
    site.database.stop()?;
    site.assert_waits(&calls)?;
    site.database.start_again()?;
    site.database.listen()?;
    // Another format is another lock.
    let mut gsm = site.dialer.spool.command_with_database(common::encryptor(), Format::Gsm);
    gsm.arg("--certs").arg(&site.dialer.certs).args(["--recipient", &site.dialer.listener]);
    gsm.stdin(Stdio::null()).stdout(Stdio::null());
    let (mut one, mut two) = (site.background()?, Background::start(&mut gsm)?);
    let codes = [&mut one, &mut two].map(|run| run.wait(Duration::from_secs(30)));
    for code in codes {
        assert_eq!(code?.code(), Some(0));
    }
    site.assert_linked(&calls)?;
    site.assert_nothing_more()
}

#[test]
fn rows_that_wait_are_told_of_while_another_run_catches_up() -> Outcome {
    let mut site = Site::new()?;
    site.fill(2)?;
    site.run(0)?;
    site.database.stop()?;
    site.put("later-all.mp3")?;
    // What the other run holds.
    let other = fs::File::open(site.dialer.spool.state())?;
    other.lock()?;
    let report = site.run(1)?;
    assert_eq!(report.count("rows_waiting")?, 1);
    assert!(report.stderr.contains("database"), "{}", report.stderr);
    drop(other);
    site.database.start_again()?;
    site.row(3, IP, "later-all.mp3")?;
    site.run(0)?;
    assert_eq!(site.database.location(3)?, sealed_link("later-all.mp3"));
    Ok(())
}

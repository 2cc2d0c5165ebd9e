//! What becomes of the rows when the database does not do its part? Sealing goes on, and they wait.

mod common;
mod site;

use site::{IP, Report, Site, link, report, sealed_link};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use support::mariadb::MariaDb;
use support::process::{Background, finish, wait_for};
use support::recording_log::Against;
use support::speech::Format;
use support::wire::{Cut, Wire};
use support::{Outcome, ensure};

type Calls = [(String, Vec<u8>)];

/// A run while the database is not there: everything is sealed, nothing is linked, and it is said.
fn assert_waits(site: &Site, calls: &Calls) -> Outcome<Report> {
    let report = site.run(1)?;
    assert_eq!(report.count("rows_waiting")?, calls.len() as u64);
    assert_eq!(report.count("sealed")?, calls.len() as u64);
    assert!(report.stderr.contains("database"), "{}", report.stderr);
    site.dialer.assert_all_sealed(calls)?;
    Ok(report)
}

/// The next run with the database back applies what waits, each once; the run after it nothing.
fn assert_applied(site: &Site, calls: &Calls) -> Outcome {
    site.database.listen()?;
    let report = site.run(0)?;
    assert_eq!(report.count("rows_waiting")?, 0);
    assert_eq!(report.stderr, "");
    assert_eq!(site.database.runs_of("UPDATE")?.len(), calls.len());
    site.assert_linked(calls)?;
    assert_nothing_left(site, calls)
}

fn assert_nothing_left(site: &Site, calls: &Calls) -> Outcome {
    assert_nothing_more(site)?;
    site.assert_linked(calls)
}

/// A run that finds nothing to do.
fn assert_nothing_more(site: &Site) -> Outcome {
    site.database.listen()?;
    let report = site.run(0)?;
    assert_eq!((report.stderr.as_str(), report.count("rows_waiting")?), ("", 0));
    assert_eq!(site.database.runs_of("UPDATE")?, Vec::<String>::new());
    Ok(())
}

fn point_at(site: &Site, port: u16) -> Outcome {
    site.dialer.spool.set("VARDB_port", &port.to_string())
}

#[test]
fn a_server_that_is_down_at_the_start() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(40)?;
    site.database.stop()?;
    assert_waits(&site, &calls)?;
    // Still down, and nothing new: the rows still wait, and it is still said.
    let report = site.run(1)?;
    assert_eq!((report.count("sealed")?, report.count("rows_waiting")?), (0, 40));
    assert!(report.stderr.contains("database"), "{}", report.stderr);
    site.database.start_again()?;
    assert_applied(&site, &calls)
}

#[test]
fn a_server_that_accepts_and_never_says_anything() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(40)?;
    let silent = TcpListener::bind("127.0.0.1:0")?;
    point_at(&site, silent.local_addr()?.port())?;
    assert_waits(&site, &calls)?;
    point_at(&site, site.database.port())?;
    assert_applied(&site, &calls)
}

#[test]
fn a_server_that_has_frozen() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(2)?;
    let calls = site.fill(40)?;
    site.database.pause()?;
    assert_waits(&site, &calls)?;
    site.database.resume()?;
    assert_applied(&site, &calls)
}

#[test]
fn a_server_that_freezes_between_question_and_answer() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(2)?;
    let calls = site.fill(40)?;
    let lock = site.database.lock_table(Against::Writers)?;
    let mut run = background(&site)?;
    wait_for_update(&site)?;
    site.database.pause()?;
    assert_eq!(run.wait(Duration::from_secs(60))?.code(), Some(1));
    site.dialer.assert_all_sealed(&calls)?;
    site.database.resume()?;
    drop(lock);
    site.run(0)?;
    site.assert_linked(&calls)?;
    assert_nothing_left(&site, &calls)
}

#[test]
fn a_table_that_somebody_has_locked() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(2)?;
    let calls = site.fill(40)?;
    let lock = site.database.lock_table(Against::Everybody)?;
    assert_waits(&site, &calls)?;
    drop(lock);
    assert_applied(&site, &calls)
}

#[test]
fn a_table_that_a_report_reads() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(2)?;
    let calls = site.fill(40)?;
    let lock = site.database.lock_table(Against::Writers)?;
    assert_waits(&site, &calls)?;
    drop(lock);
    // The server may have gone on with the update that nobody waited for any more.
    site.run(0)?;
    site.assert_linked(&calls)?;
    assert_nothing_left(&site, &calls)
}

#[test]
fn a_server_that_ends_while_the_run_is_at_work() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(400)?;
    let mut run = background(&site)?;
    wait_for("the first sealed files", Duration::from_secs(30), || {
        Ok((site.dialer.spool.sealed_names()?.len() > 20).then_some(()))
    })?;
    site.database.stop()?;
    assert_eq!(run.wait(Duration::from_secs(60))?.code(), Some(1));
    assert_eq!(site.dialer.waiting()?, Vec::<String>::new());
    assert_eq!(site.dialer.spool.sealed_names()?.len(), calls.len());
    site.database.start_again()?;
    site.run(0)?;
    assert_nothing_left(&site, &calls)
}

#[test]
fn a_line_that_is_cut_before_an_update() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(40)?;
    let wire = Wire::new(site.database.port(), Cut::Before(twentieth(&calls)))?;
    point_at(&site, wire.port())?;
    let waiting = site.run(1)?.count("rows_waiting")?;
    assert!(wire.is_cut() && (1..=40).contains(&waiting), "{waiting}");
    site.dialer.assert_all_sealed(&calls)?;
    point_at(&site, site.database.port())?;
    site.database.listen()?;
    site.run(0)?;
    assert_eq!(site.database.runs_of("UPDATE")?.len() as u64, waiting);
    assert_nothing_left(&site, &calls)
}

#[test]
fn a_line_that_is_cut_before_the_answer_to_an_update() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(40)?;
    let wire = Wire::new(site.database.port(), Cut::After(twentieth(&calls)))?;
    point_at(&site, wire.port())?;
    let waiting = site.run(1)?.count("rows_waiting")?;
    assert!(wire.is_cut() && (1..=40).contains(&waiting), "{waiting}");
    site.dialer.assert_all_sealed(&calls)?;
    let done = site.database.locations()?.iter().filter(|it| it.contains("/GPG/")).count() as u64;
    assert!(done + waiting == 41, "the update without an answer waits: {done} + {waiting}");
    point_at(&site, site.database.port())?;
    let report = site.run(0)?;
    assert_eq!(report.count("rows_waiting")?, 0);
    assert_eq!(report.stderr, "");
    assert_nothing_left(&site, &calls)
}

/// The link that the update of the twentieth call writes: no look-up holds it.
fn twentieth(calls: &Calls) -> Vec<u8> {
    let name = calls.get(19).map_or("", |(name, _)| name);
    format!("/RECORDINGS/GPG/{name}").into_bytes()
}

#[test]
fn a_run_that_is_killed_between_publishing_and_the_row() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(40)?;
    let lock = site.database.lock_table(Against::Writers)?;
    let mut run = background(&site)?;
    wait_for_update(&site)?;
    run.child().kill()?;
    run.wait(Duration::from_secs(10))?;
    drop(lock);
    assert!(!site.dialer.spool.sealed_names()?.is_empty());
    site.run(0)?;
    site.dialer.assert_all_sealed(&calls)?;
    assert_nothing_left(&site, &calls)
}

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
        let report = assert_waits(&site, &calls)?;
        assert_eq!(report.count("rows_set_aside")?, 0, "{refuse}");
        site.database.sql(allow)?;
        assert_applied(&site, &calls)?;
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
    let report = report(command.args(["--debug", "--debug"]), 1)?;
    assert!(report.stderr.contains("Access denied"), "{}", report.stderr);
    assert_eq!(report.count("rows_waiting")?, 5);
    site.dialer.assert_all_sealed(&calls)?;
    assert!(!report.stderr.contains(wrong), "{}", report.stderr);
    assert!(!report.json.to_string().contains(wrong), "{}", report.json);
    // Neither in the log nor in the journal: the password stands in its own file alone.
    let holders = files_with(site.dialer.spool.path(), wrong.as_bytes())?;
    assert_eq!(holders, [site.dialer.spool.conf()]);
    site.dialer.spool.set("VARDB_pass", "1234")?;
    assert_applied(&site, &calls)
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
    report_of_retry(&site)?;
    assert_eq!(site.database.location(3)?, sealed_link(name));
    Ok(())
}

fn report_of_retry(site: &Site) -> Outcome<Report> {
    report(site.command().arg("--retry-rows"), 0)
}

#[test]
fn a_row_that_was_archived_meanwhile_keeps_its_newer_link() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(3)?;
    site.database.stop()?;
    assert_waits(&site, &calls)?;
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
    assert_waits(&site, &calls)?;
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
    // Both may reach for the same row at first.
    finish(&mut site.command())?;
    site.run(0)?;
    let second = name.replace("-all.mp3", "-all~2.mp3");
    let mut links = site.database.locations()?;
    links.sort();
    assert_eq!(links, [sealed_link(name), sealed_link(&second)]);
    assert_nothing_more(&site)
}

#[test]
fn a_server_that_is_slow_delays_no_run_for_long() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(1)?;
    let calls = site.fill(40)?;
    site.database.sql(
        "CREATE TRIGGER slow BEFORE UPDATE ON recording_log FOR EACH ROW SET @slept = SLEEP(0.7)",
    )?;
    let waiting = site.run(1)?.count("rows_waiting")?;
    site.dialer.assert_all_sealed(&calls)?;
    let again = site.run(1)?.count("rows_waiting")?;
    assert!(again < waiting, "the second run got no further: {again} of {waiting}");
    site.database.sql("DROP TRIGGER slow")?;
    site.run(0)?;
    site.assert_linked(&calls)
}

#[test]
fn two_runs_at_the_same_time_apply_what_waits_once() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(200)?;
    site.database.stop()?;
    assert_waits(&site, &calls)?;
    site.database.start_again()?;
    site.database.listen()?;
    // Another format is another lock.
    let mut gsm = site.dialer.spool.command_with_database(common::encryptor(), Format::Gsm);
    gsm.arg("--certs").arg(&site.dialer.certs).args(["--recipient", &site.dialer.listener]);
    gsm.stdin(Stdio::null()).stdout(Stdio::null());
    let (mut one, mut two) = (background(&site)?, Background::start(&mut gsm)?);
    let codes = [&mut one, &mut two].map(|run| run.wait(Duration::from_secs(30)));
    for code in codes {
        assert_eq!(code?.code(), Some(0));
    }
    site.assert_linked(&calls)?;
    assert_nothing_more(&site)
}

#[test]
fn a_server_without_an_address_is_a_server_that_is_down() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(2)?;
    site.dialer.spool.set("VARDB_server", "database.invalid")?;
    assert_waits(&site, &calls)?;
    site.dialer.spool.set("VARDB_server", "127.0.0.1")?;
    assert_applied(&site, &calls)
}

fn background(site: &Site) -> Outcome<Background> {
    let mut command = site.command();
    Background::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))
}

/// Until an update hangs in a lock.
fn wait_for_update(site: &Site) -> Outcome {
    let question = "SELECT COUNT(*) FROM information_schema.processlist \
                    WHERE user = 'cron' AND info LIKE 'UPDATE%' AND state LIKE 'Waiting%lock%'";
    wait_for("an update that waits", Duration::from_secs(30), || {
        Ok((site.database.sql(question)? == [["1"]]).then_some(()))
    })
}

#[test]
fn a_database_server_of_the_tests_is_really_down_when_it_is_stopped() -> Outcome {
    let mut database = MariaDb::new()?;
    database.stop()?;
    ensure!(std::net::TcpStream::connect(("127.0.0.1", database.port())).is_err(), "it answers");
    Ok(())
}

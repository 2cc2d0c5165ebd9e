//! What does a run do when the database does not do its part? It seals on, in bounded time, and the
//! rows wait.

mod common;
mod site;

use site::Site;
use std::net::TcpListener;
use std::time::Duration;
use support::Outcome;
use support::process::wait_for;
use support::recording_log::Against;
use support::wire::{Cut, Wire};

#[test]
fn a_server_that_is_down_at_the_start() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(40)?;
    site.database.stop()?;
    site.assert_waits(&calls)?;
    // Still down, and nothing new: the rows still wait, and it is still said.
    let report = site.run(1)?;
    assert_eq!((report.count("sealed")?, report.count("rows_waiting")?), (0, 40));
    assert!(report.stderr.contains("database"), "{}", report.stderr);
    site.database.start_again()?;
    site.assert_applied(&calls)
}

#[test]
fn a_server_that_accepts_and_never_says_anything() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(40)?;
    let silent = TcpListener::bind("127.0.0.1:0")?;
    site.point_at(silent.local_addr()?.port())?;
    site.assert_waits(&calls)?;
    site.point_at(site.database.port())?;
    site.assert_applied(&calls)
}

#[test]
fn a_server_that_has_frozen() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(2)?;
    let calls = site.fill(40)?;
    site.database.pause()?;
    site.assert_waits(&calls)?;
    site.database.resume()?;
    site.assert_applied(&calls)
}

#[test]
fn a_server_that_freezes_between_question_and_answer() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(2)?;
    let calls = site.fill(40)?;
    let lock = site.database.lock_table(Against::Writers)?;
    let mut run = site.background()?;
    wait_for_update(&site)?;
    site.database.pause()?;
    assert_eq!(run.wait(Duration::from_secs(60))?.code(), Some(1));
    site.dialer.assert_all_sealed(&calls)?;
    site.database.resume()?;
    drop(lock);
    site.run(0)?;
    site.assert_linked(&calls)?;
    site.assert_nothing_left(&calls)
}

#[test]
fn a_table_that_somebody_has_locked() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(2)?;
    let calls = site.fill(40)?;
    let lock = site.database.lock_table(Against::Everybody)?;
    site.assert_waits(&calls)?;
    drop(lock);
    site.assert_applied(&calls)
}

#[test]
fn a_table_that_a_report_reads() -> Outcome {
    let site = Site::new()?;
    site.wait_at_most(2)?;
    let calls = site.fill(40)?;
    let lock = site.database.lock_table(Against::Writers)?;
    site.assert_waits(&calls)?;
    drop(lock);
    // The server may have gone on with the update that nobody waited for any more.
    site.run(0)?;
    site.assert_linked(&calls)?;
    site.assert_nothing_left(&calls)
}

#[test]
fn a_server_that_ends_while_the_run_is_at_work() -> Outcome {
    let mut site = Site::new()?;
    let calls = site.fill(400)?;
    let mut run = site.background()?;
    wait_for("the first sealed files", Duration::from_secs(30), || {
        Ok((site.dialer.spool.sealed_names()?.len() > 20).then_some(()))
    })?;
    site.database.stop()?;
    assert_eq!(run.wait(Duration::from_secs(60))?.code(), Some(1));
    assert_eq!(site.dialer.waiting()?, Vec::<String>::new());
    assert_eq!(site.dialer.spool.sealed_names()?.len(), calls.len());
    site.database.start_again()?;
    site.run(0)?;
    site.assert_nothing_left(&calls)
}

#[test]
fn a_line_that_is_cut_before_an_update() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(40)?;
    let wire = Wire::new(site.database.port(), Cut::Before(twentieth(&calls)))?;
    site.point_at(wire.port())?;
    let waiting = site.run(1)?.count("rows_waiting")?;
    assert!(wire.is_cut() && (1..=40).contains(&waiting), "{waiting}");
    site.dialer.assert_all_sealed(&calls)?;
    site.point_at(site.database.port())?;
    site.database.listen()?;
    site.run(0)?;
    assert_eq!(site.database.runs_of("UPDATE")?.len() as u64, waiting);
    site.assert_nothing_left(&calls)
}

#[test]
fn a_line_that_is_cut_before_the_answer_to_an_update() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(40)?;
    let wire = Wire::new(site.database.port(), Cut::After(twentieth(&calls)))?;
    site.point_at(wire.port())?;
    let waiting = site.run(1)?.count("rows_waiting")?;
    assert!(wire.is_cut() && (1..=40).contains(&waiting), "{waiting}");
    site.dialer.assert_all_sealed(&calls)?;
    let done = site.database.locations()?.iter().filter(|it| it.contains("/GPG/")).count() as u64;
    assert!(done + waiting == 41, "the update without an answer waits: {done} + {waiting}");
    site.point_at(site.database.port())?;
    let report = site.run(0)?;
    assert_eq!(report.count("rows_waiting")?, 0);
    assert_eq!(report.stderr, "");
    site.assert_nothing_left(&calls)
}

/// The link that the update of the twentieth call writes: no look-up holds it.
fn twentieth(calls: &[(String, Vec<u8>)]) -> Vec<u8> {
    let name = calls.get(19).map_or("", |(name, _)| name);
    format!("/RECORDINGS/GPG/{name}").into_bytes()
}

#[test]
fn a_run_that_is_killed_between_publishing_and_the_row() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(40)?;
    let lock = site.database.lock_table(Against::Writers)?;
    let mut run = site.background()?;
    wait_for_update(&site)?;
    run.child().kill()?;
    run.wait(Duration::from_secs(10))?;
    drop(lock);
    assert!(!site.dialer.spool.sealed_names()?.is_empty());
    site.run(0)?;
    site.dialer.assert_all_sealed(&calls)?;
    site.assert_nothing_left(&calls)
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
fn a_server_without_an_address_is_a_server_that_is_down() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(2)?;
    site.dialer.spool.set("VARDB_server", "database.invalid")?;
    site.assert_waits(&calls)?;
    site.dialer.spool.set("VARDB_server", "127.0.0.1")?;
    site.assert_applied(&calls)
}

/// Until an update hangs in a lock.
fn wait_for_update(site: &Site) -> Outcome {
    let question = "SELECT COUNT(*) FROM information_schema.processlist \
                    WHERE user = 'cron' AND info LIKE 'UPDATE%' AND state LIKE 'Waiting%lock%'";
    wait_for("an update that waits", Duration::from_secs(30), || {
        Ok((site.database.sql(question)? == [["1"]]).then_some(()))
    })
}

//! What happens to a delivery when the database fails, or does not take a row?

mod archive;
mod common;
mod site;

use archive::Archive;
use site::{IP, link};
use support::Outcome;
use support::recording_log::Against;
use support::wire::{Cut, Wire};

#[test]
fn without_the_database_nothing_new_is_sent_and_what_is_there_waits() -> Outcome {
    let mut archive = Archive::new()?;
    archive.configure("[database]\nwait_secs = 2\n")?;
    let files = archive.fill(40)?;
    archive.database.stop()?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("the database at"), "{}", report.stderr);
    assert!(!archive.server.said()?.contains("\"STOR "));
    assert_eq!(archive.waiting()?, files);
    archive.database.start_again()?;
    // Look-ups are answered, changes are not.
    let lock = archive.database.lock_table(Against::Writers)?;
    let report = archive.run(&[], 1)?;
    assert_eq!(report.count("rows_waiting")?, 20);
    assert_eq!(archive.server.files()?.len(), 20);
    drop(lock);
    // The server may have gone on with an update that nobody waited for any more.
    assert_eq!(archive.waiting()?, files);
    let report = archive.run(&[], 0)?;
    assert_eq!((report.count("recovered")?, report.count("delivered")?), (20, 20));
    archive.assert_delivered(&files)
}

#[test]
fn a_line_to_the_database_that_is_cut_at_an_update_leaves_rows_for_the_next_run() -> Outcome {
    for is_after in [false, true] {
        let archive = Archive::new()?;
        let files = archive.fill(40)?;
        let text = b"01/000007-all".to_vec();
        let cut = if is_after { Cut::After(text) } else { Cut::Before(text) };
        let wire = Wire::new(archive.database.port(), cut)?;
        archive.spool.set("VARDB_port", &wire.port().to_string())?;
        let waiting = archive.run(&[], 1)?.count("rows_waiting")?;
        assert!(wire.is_cut() && (1..=20).contains(&waiting), "{waiting}");
        archive.spool.set("VARDB_port", &archive.database.port().to_string())?;
        archive.run(&[], 0)?;
        archive.assert_delivered(&files)?;
    }
    Ok(())
}

#[test]
fn a_row_that_cannot_be_changed_keeps_the_file_here_and_stops_no_other() -> Outcome {
    let archive = Archive::new()?;
    let files = archive.fill(3)?;
    archive.database.sql(
        "CREATE TRIGGER no BEFORE UPDATE ON recording_log FOR EACH ROW SET NEW.location = \
         IF(NEW.recording_id = 2, (SELECT 1 UNION SELECT 2), NEW.location)",
    )?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("000002-all.mp3.pgp"), "{}", report.stderr);
    assert_eq!(archive.waiting()?, ["000002-all.mp3.pgp"]);
    assert_eq!(archive.database.location(2)?, link(IP, "GPG", "000002-all.mp3.pgp"));
    archive.database.sql("DROP TRIGGER no")?;
    archive.run(&[], 0)?;
    archive.assert_delivered(&files)?;
    // A link that does not fit is known before anything is sent.
    let long = format!("{}-all.mp3.pgp", "l'".repeat(90));
    archive.put(&long)?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("255 characters"), "{}", report.stderr);
    assert_eq!(archive.server.files()?.len(), 3);
    Ok(())
}

#[test]
fn a_row_that_names_the_file_by_another_name_of_this_dialer_keeps_it_here() -> Outcome {
    let archive = Archive::new()?;
    archive.put("a-all.mp3.pgp")?;
    let alias = "https://dialer1.example.com/RECORDINGS/GPG/a-all.mp3.pgp";
    archive.row(1, "a-all.mp3.pgp", alias)?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("row 1"), "{}", report.stderr);
    assert_eq!((archive.database.location(1)?.as_str(), archive.waiting()?.len()), (alias, 1));
    Ok(())
}

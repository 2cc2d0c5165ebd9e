//! How much work does a backlog make for the server that forty dialers share?

mod common;
mod site;

use site::{EPOCH, IP, Site, bare, link};
use support::recording_log::Row;
use support::{Failure, Outcome, ensure};

const RECORDINGS: usize = 1_100;

/// Rows of other calls, so that reading the whole table would show.
const OTHERS: usize = 20_000;

#[test]
fn a_backlog_is_looked_up_in_batches_and_changed_by_primary_key() -> Outcome {
    let site = Site::new()?;
    let names: Vec<String> =
        (0..RECORDINGS).map(|it| format!("20260101-{it:06}-all.mp3")).collect();
    names.iter().try_for_each(|name| site.put(name))?;
    insert(&site, OTHERS, &names)?;
    site.database.sql("FLUSH STATUS")?;
    site.database.listen()?;
    site.run(0)?;

    let looked_up = site.database.runs_of("SELECT")?;
    let looked_up: Vec<&String> =
        looked_up.iter().filter(|it| it.contains("FROM recording_log")).collect();
    assert!((1..=3).contains(&looked_up.len()), "{} look-ups", looked_up.len());
    let changed = site.database.runs_of("UPDATE")?;
    assert_eq!(changed.len(), RECORDINGS);
    for change in &changed {
        // By key, and only while the row still says what was read.
        ensure!(change.contains("recording_id") && change.contains("/RECORDINGS/MP3/"), "{change}");
    }
    let rows = site
        .database
        .sql("SELECT COUNT(*), SUM(location LIKE '%/RECORDINGS/GPG/%.pgp') FROM recording_log")?;
    assert_eq!(rows, [[(OTHERS + RECORDINGS).to_string(), RECORDINGS.to_string()]]);
    assert_only_prepared(&site)?;
    assert_no_scan(&site)
}

/// Values never stand in the text of a statement that the server parses.
fn assert_only_prepared(site: &Site) -> Outcome {
    let asked = site.database.asked_by("cron")?;
    let queries = asked.iter().filter(|it| it.command == "Query");
    for query in queries {
        let is_setting = query.text.starts_with("SET ") || query.text.starts_with("SELECT @@");
        assert!(is_setting, "sent as text: {}", query.text);
    }
    for prepared in asked.iter().filter(|it| it.command == "Prepare") {
        assert!(!prepared.text.contains("20260101"), "{}", prepared.text);
    }
    Ok(())
}

/// The server counts the rows that it reads one after the other; the test's own question at the
/// end reads the table once.
fn assert_no_scan(site: &Site) -> Outcome {
    let rows = site.database.sql("SHOW GLOBAL STATUS LIKE 'Handler_read_rnd_next'")?;
    let read = rows.first().and_then(|row| row.get(1)).and_then(|it| it.parse::<usize>().ok());
    let read = read.ok_or_else(|| Failure::new("the server does not count"))?;
    let table = OTHERS + RECORDINGS;
    assert!(read >= table, "the test's own question was not counted: {read}");
    assert!(read < 2 * table, "{read} rows were read one after the other");
    Ok(())
}

fn insert(site: &Site, others: usize, names: &[String]) -> Outcome {
    let others: Vec<String> = (0..others).map(|it| format!("20251231-{it:06}-all.mp3")).collect();
    let all: Vec<&String> = others.iter().chain(names).collect();
    let links: Vec<String> = all.iter().map(|name| link(IP, "MP3", name)).collect();
    let rows: Vec<Row<'_>> = (1..)
        .zip(all.iter().zip(&links))
        .map(|(recording_id, (name, location))| Row {
            recording_id,
            server_ip: IP,
            filename: bare(name).as_bytes(),
            location,
            start_epoch: EPOCH,
        })
        .collect();
    site.database.insert_all(&rows)
}

//! Does looking leave everything as it was, and keep nobody waiting?

use crate::common::Dialer;
use crate::site::{Site, at};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use support::process::{finish, tool};
use support::speech::Format;
use support::{Failure, Outcome, ensure};

/// Its path, when it was changed, in seconds and parts of one, and its content.
type Entry = (String, i64, i64, Vec<u8>);

/// Everything under a folder.
fn state(folder: &Path) -> Outcome<Vec<Entry>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        let content = if about.is_file() { fs::read(entry.path())? } else { Vec::new() };
        all.push((entry.path().display().to_string(), about.ctime(), about.ctime_nsec(), content));
        if about.is_dir() {
            all.extend(state(&entry.path())?);
        }
    }
    all.sort();
    Ok(all)
}

#[test]
fn looking_changes_nothing() -> Outcome {
    let site = Site::healthy()?;
    let before = state(site.spool.path())?;
    site.text(0)?;
    site.json(0)?;
    site.nagios(0, &[])?;
    finish(&mut site.command(&["--prometheus"]))?.expect_code(0)?;
    ensure!(state(site.spool.path())? == before, "something was changed");
    Ok(())
}

#[test]
fn it_looks_while_a_run_writes_and_the_run_goes_on() -> Outcome {
    let site = Site::healthy()?;
    let journal = rusqlite::Connection::open(site.spool.state().join("journal.sqlite"))?;
    journal.execute_batch("BEGIN IMMEDIATE; UPDATE run SET done = 9")?;
    let json = site.json(0)?;
    assert_eq!(at(&json, "/runs/0/done"), 3, "what is not committed is not told");
    journal.execute_batch("COMMIT")?;
    assert_eq!(at(&site.json(0)?, "/runs/0/done"), 9);
    Ok(())
}

#[test]
fn it_tells_how_real_runs_ended() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(2)?;
    dialer.run()?.expect_code(0)?;
    let mut refused = dialer.command();
    finish(refused.args(["--recipient", "nobody@example.com"]))?.expect_code(2)?;
    let site = Site { spool: dialer.spool };
    let json = site.json(1)?;
    let told = ["/runs/0/kind", "/runs/0/exit_code", "/backlog/0/count"].map(|it| at(&json, it));
    assert_eq!(told.to_vec(), ["seal mp3".into(), 2.into(), Value::from(0)]);
    assert!(at(&json, "/runs/0/succeeded_at").is_i64(), "the success before it is kept: {json}");
    let line = site.nagios(2, &[])?;
    let words = "The last run of `seal mp3` could not do anything: ";
    ensure!(line.contains(words) && line.contains("nobody@example.com"), "{line}");
    Ok(())
}

#[test]
fn a_backlog_of_a_hundred_thousand_takes_no_more_memory_than_one_recording() -> Outcome {
    let site = Site::healthy()?;
    let few = peak_kib(&site)?;
    for number in 0..100_000 {
        let name = format!("20260101-{number:06}_5551234567_SALES_agent02-all.mp3");
        fs::File::create(site.spool.inbox(Format::Mp3).join(name))?;
    }
    assert_eq!(at(&site.json(0)?, "/backlog/0/count"), 100_001);
    let many = peak_kib(&site)?;
    ensure!(many < few + 2048, "{few} KiB for one recording, {many} KiB for 100,001");
    Ok(())
}

/// The most memory that a look takes.
fn peak_kib(site: &Site) -> Outcome<u64> {
    let asked = site.command(&["--json"]);
    let mut time = tool("time")?;
    time.args(["-f", "%M", "--"]).arg(asked.get_program()).args(asked.get_args());
    let finished = finish(&mut time)?.expect_code(0)?;
    finished.stderr.trim().parse().map_err(|_| Failure::new(finished.stderr))
}

#[test]
fn a_run_that_is_at_work_on_an_old_backlog_is_told_and_kept_from_nothing() -> Outcome {
    let site = Site::healthy()?;
    site.waits("older-all.mp3", 3 * 3600)?;
    let words = "one for 3 h (a run is at work on it). Look into";
    ensure!(!site.nagios(2, &[])?.contains("at work"), "nothing is at work yet");
    let folder = fs::File::open(site.spool.inbox(Format::Mp3))?;
    folder.lock()?;
    let line = site.nagios(2, &[])?;
    ensure!(line.contains(words), "{line}");
    site.ran("seal mp3", 0, 3 * 3600)?;
    let line = site.nagios(2, &[])?;
    ensure!(line.contains("ended well was 3 h ago (a run is at work on it)."), "{line}");
    drop(folder);
    ensure!(!site.text(1)?.text().contains("at work"), "it has ended");
    Ok(())
}

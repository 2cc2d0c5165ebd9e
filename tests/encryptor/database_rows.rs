//! Which row does a recording get when several look alike, when a crash came in between, and when the
//! table holds what no VICIdial writes?

mod common;
mod site;

use site::{EPOCH, IP, Site, bare, link, sealed_link};
use std::fs;
use support::Outcome;
use support::process::tool;
use support::recording_log::{Against, Row};
use support::speech::Format;

const NAME: &str = "20260101-093012_5551234567_SALES-all.mp3";

/// The row of a recording that stands in a folder of `MP3`.
fn row_in(site: &Site, recording_id: u32, folder: &str, name: &str) -> Outcome {
    site.database.insert(Row {
        recording_id,
        server_ip: IP,
        filename: bare(name).as_bytes(),
        location: &link(IP, &format!("MP3{folder}"), name),
        start_epoch: EPOCH + recording_id,
    })
}

fn put_in(site: &Site, folder: &str, octets: &[u8]) -> Outcome {
    let path = format!("{}/{NAME}", folder.trim_start_matches('/'));
    fs::create_dir_all(site.dialer.inbox().join(folder.trim_start_matches('/')))?;
    site.dialer.spool.put(Format::Mp3, path.trim_start_matches('/'), octets).map(drop)
}

fn second() -> String {
    NAME.replace("-all.mp3", "-all~2.mp3")
}

#[test]
fn of_two_calls_each_gets_the_row_that_names_its_file() -> Outcome {
    for is_down in [false, true] {
        let mut site = Site::new()?;
        for (recording_id, day) in [(1, "/2026-01-01"), (2, "/2026-01-02")] {
            row_in(&site, recording_id, day, NAME)?;
            put_in(&site, day, day.as_bytes())?;
        }
        if is_down {
            site.database.stop()?;
            site.run(1)?;
            site.database.start_again()?;
        }
        site.run(0)?;
        assert_eq!(site.database.locations()?, [sealed_link(NAME), sealed_link(&second())]);
        assert_eq!(site.dialer.opened(&format!("{NAME}.pgp"))?, b"/2026-01-01");
    }
    Ok(())
}

#[test]
fn when_its_own_row_went_to_the_archive_that_of_an_older_call_is_left_alone() -> Outcome {
    let site = Site::new()?;
    row_in(&site, 3, "/2025-12-31", NAME)?;
    site.record(5, NAME)?;
    site.wait_at_most(2)?;
    let lock = site.database.lock_table(Against::Writers)?;
    site.run(1)?;
    drop(lock);
    let archived = format!("http://10.0.0.9/archive/2026-01-01/{NAME}.pgp");
    site.database.set_location(5, &archived)?;
    site.run(0)?;
    assert_eq!(site.database.locations()?, [link(IP, "MP3/2025-12-31", NAME), archived]);
    Ok(())
}

/// A run that is killed after it removed the recording and before it noted so, without its database.
fn killed_after_the_removal(site: &mut Site) -> Outcome {
    site.database.stop()?;
    let mut run = site.command();
    run.args(["--jobs", "1"]);
    let mut strace = tool("strace")?;
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=unlinkat"]);
    strace.args(["-e", "inject=unlinkat:delay_exit=1000000:signal=SIGKILL:when=1", "--"]);
    strace.arg(run.get_program()).args(run.get_args()).output()?;
    assert_eq!(site.dialer.spool.sealed_names()?, [format!("{NAME}.pgp")]);
    let removing = site.dialer.spool.done().join(".sealing");
    for entry in fs::read_dir(removing)? {
        let path = entry?.path();
        if path.is_dir() {
            // What the kill left in between is what the next step of the run would have removed.
            let _ = fs::remove_file(path.join(NAME));
        }
    }
    site.database.start_again()
}

#[test]
fn a_row_is_written_though_the_folder_of_its_day_is_gone() -> Outcome {
    let mut site = Site::new()?;
    row_in(&site, 1, "/2026-01-01", NAME)?;
    put_in(&site, "/2026-01-01", b"a call")?;
    killed_after_the_removal(&mut site)?;
    fs::remove_dir_all(site.dialer.inbox().join("2026-01-01"))?;
    fs::remove_dir_all(site.dialer.spool.done().join(".sealing/removing-mp3-2026-01-01"))?;
    site.run(0)?;
    assert_eq!(site.database.locations()?, [sealed_link(NAME)]);
    Ok(())
}

#[test]
fn a_row_is_written_though_another_call_of_that_name_came_after_the_crash() -> Outcome {
    let mut site = Site::new()?;
    site.record(1, NAME)?;
    killed_after_the_removal(&mut site)?;
    put_in(&site, "", b"another call of that name")?;
    site.row(2, IP, NAME)?;
    site.run(0)?;
    assert_eq!(site.database.locations()?, [sealed_link(NAME), sealed_link(&second())]);
    Ok(())
}

#[test]
fn a_recording_that_waits_to_come_back_keeps_no_other_one_from_going() -> Outcome {
    let site = Site::new()?;
    site.run(0)?;
    let removing = site.dialer.spool.done().join(".sealing/removing-mp3");
    fs::create_dir_all(&removing)?;
    fs::write(removing.join(NAME), b"left by a crash")?;
    put_in(&site, "", b"another call of that name")?;
    site.run(1)?;
    assert_eq!(site.dialer.waiting()?, Vec::<String>::new());
    let old = site.dialer.inbox().join(NAME);
    site.run(0)?;
    assert!(!old.exists() && fs::read_dir(&removing)?.next().is_none());
    assert_eq!(site.dialer.opened(&format!("{}.pgp", second()))?, b"left by a crash");
    Ok(())
}

#[test]
fn a_row_that_no_vicidial_writes_stops_no_other() -> Outcome {
    let site = Site::new()?;
    site.record(7, NAME)?;
    let other = "20260101-093013_5551234567_SALES-all.mp3";
    site.put(other)?;
    let link = link(IP, "MP3", other);
    site.database.sql(format!(
        "ALTER TABLE recording_log MODIFY recording_id INT; INSERT INTO recording_log (recording_id, server_ip, filename, location) \
         VALUES (-5, '{IP}', '{}', '{link}')",
        bare(other)
    ))?;
    let report = site.run(0)?;
    assert_eq!((report.stderr.as_str(), report.count("rows_changed")?), ("", 1));
    assert_eq!(site.database.location(7)?, sealed_link(NAME));
    Ok(())
}

#[test]
fn a_name_with_more_rows_than_anybody_reads_hides_no_other() -> Outcome {
    let site = Site::new()?;
    site.record(1, NAME)?;
    site.put("a-all.mp3")?;
    site.database.sql(
        "INSERT INTO recording_log (recording_id, server_ip, filename) \
         SELECT seq + 10, 'elsewhere', 'a' FROM seq_1_to_20001",
    )?;
    site.run(0)?;
    assert_eq!(site.database.location(1)?, sealed_link(NAME));
    Ok(())
}

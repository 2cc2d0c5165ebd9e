//! Is each way to be broken named, with its exit code in every form?

use crate::site::{Site, age, at};
use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};
use support::process::{finish, tool};
use support::{Outcome, ensure};

/// Every form says so: the text, JSON and Nagios.
fn assert_told(site: &Site, words: &str, code: i32, nagios: i32) -> Outcome {
    let text = site.text(code)?.text();
    assert!(text.contains(words), "{words}: {text}");
    let json = site.json(code)?;
    ensure!(
        at(&json, "/ok") == false && at(&json, "/problems").to_string().contains(words),
        "{json}"
    );
    let line = site.nagios(nagios, &[])?;
    assert!(line.contains(words), "{words}: {line}");
    Ok(())
}

#[test]
fn a_healthy_dialer_is_told_to_be_well() -> Outcome {
    let site = Site::healthy()?;
    let text = site.text(0)?;
    assert!(text.text().starts_with("All is well.\n"), "{}", text.text());
    assert!(text.text().contains("mp3   1, 1 MiB, the oldest 60 s\n"), "{}", text.text());
    assert!(text.text().contains("seal mp3: ended well 2 min ago"), "{}", text.text());
    assert_eq!(text.stderr, "");
    let json = site.json(0)?;
    assert_eq!((at(&json, "/ok"), at(&json, "/backlog/0/count")), (true.into(), 1.into()));
    let line = site.nagios(0, &[])?;
    assert!(line.contains(" | backlog=1;;;0 oldest=6"), "{line}");
    Ok(())
}

#[test]
fn a_dialer_where_nothing_ever_ran_is_critical() -> Outcome {
    let site = Site::new()?;
    assert_told(&site, "No run that seals has ended here yet", 1, 2)?;
    ensure!(!site.spool.state().exists(), "looking made the state folder");
    Ok(())
}

#[test]
fn a_journal_without_a_run_of_the_format_is_critical() -> Outcome {
    let site = Site::healthy()?;
    let line = site.nagios(2, &["--format", "mp3,wav"])?;
    assert!(line.contains("No run has sealed wav here yet"), "{line}");
    site.change_journal("DELETE FROM run")?;
    assert_told(&site, "No run that seals has ended here yet", 1, 2)
}

#[test]
fn a_run_that_failed_is_told_with_its_reason() -> Outcome {
    let site = Site::healthy()?;
    site.ran("seal mp3", 1, 10)?;
    assert_told(&site, "left 2 undone: the disk is full", 1, 1)?;
    site.ran("seal mp3", 2, 10)?;
    assert_told(&site, "could not do anything: the disk is full", 1, 2)
}

#[test]
fn a_success_too_long_ago_is_told_though_nothing_failed() -> Outcome {
    let site = Site::new()?;
    site.ran("seal mp3", 0, 2400)?;
    assert_told(&site, "that ended well was 40 min ago", 1, 1)?;
    site.ran("seal mp3", 0, 3 * 86_400)?;
    assert_told(&site, "that ended well was 3 days ago", 1, 2)?;
    site.nagios(1, &["--critical-success", "4d"])?;
    site.nagios(0, &["--critical-success", "5d", "--warn-success", "4d"]).map(drop)
}

#[test]
fn failures_since_the_last_success_do_not_hide_its_age() -> Outcome {
    let site = Site::new()?;
    site.ran("seal mp3", 0, 10_000)?;
    site.ran("seal mp3", 1, 10)?;
    assert_told(&site, "that ended well was 2 h ago", 1, 2)
}

#[test]
fn another_line_that_seals_the_same_format_counts() -> Outcome {
    let site = Site::new()?;
    site.ran("seal mp3", 0, 10_000_000)?;
    site.ran("seal mp3 wav", 0, 60)?;
    site.text(0).map(drop)
}

#[test]
fn a_recording_that_waits_too_long_is_told() -> Outcome {
    let site = Site::healthy()?;
    site.waits("old-all.mp3", 3600)?;
    assert_told(&site, "2 recordings of mp3 wait to be sealed, one for 60 min", 1, 1)?;
    site.waits("older-all.mp3", 3 * 86_400)?;
    assert_told(&site, "3 recordings of mp3 wait to be sealed, one for 3 days", 1, 2)?;
    site.nagios(0, &["--warn-age", "4d", "--critical-age", "5d"]).map(drop)
}

#[test]
fn a_recording_in_a_folder_of_a_day_waits_too_and_one_elsewhere_does_not() -> Outcome {
    let site = Site::healthy()?;
    for (folder, expected) in [("2026-01-01", 2), ("other", 2)] {
        let folder = site.spool.done().join("MP3").join(folder);
        fs::create_dir(&folder)?;
        fs::write(folder.join("x-all.mp3"), "x")?;
        fs::write(folder.join("x-in.mp3"), "x")?;
        assert_eq!(at(&site.json(0)?, "/backlog/0/count"), expected);
    }
    Ok(())
}

#[test]
fn rows_that_wait_and_rows_set_aside_are_told() -> Outcome {
    let site = Site::healthy()?;
    site.rows(1, 3, 5)?;
    site.text(0)?;
    site.rows(1, 1, 3600)?;
    assert_told(&site, "4 rows of recording_log wait to be changed, one for 60 min", 1, 1)?;
    let site = Site::healthy()?;
    site.rows(4, 7, 5)?;
    assert_told(&site, "7 rows of recording_log cannot be changed", 1, 1)?;
    let text = site.text(1)?.text();
    let example = "    a\\u{a} (row 77, the link is too long)\n";
    assert_eq!(text.matches(example).count(), 5, "{text}");
    Ok(())
}

#[test]
fn deliveries_that_stopped_are_told_until_somebody_says_that_there_are_none() -> Outcome {
    let site = Site::healthy()?;
    site.ran("deliver", 0, 10_000)?;
    assert_told(&site, "`deliver` that ended well was 2 h ago", 1, 2)?;
    site.nagios(0, &["--no-delivery"]).map(drop)
}

#[test]
fn sealed_recordings_that_wait_to_be_delivered_are_told_where_deliveries_are_made() -> Outcome {
    let site = Site::healthy()?;
    let sealed = site.spool.sealed().join("a-all.mp3.pgp");
    fs::write(&sealed, "x")?;
    age(&sealed, 3600)?;
    site.text(0)?;
    assert!(at(&site.json(0)?, "/deliveries").is_null());
    site.ran("deliver", 0, 60)?;
    assert_told(&site, "1 sealed recordings wait to be delivered, one for 60 min", 1, 1)?;
    let line = site.nagios(1, &[])?;
    assert!(line.contains(" deliveries=1;;;0"), "{line}");
    site.nagios(0, &["--no-delivery"]).map(drop)
}

#[test]
fn plaintext_is_counted_and_warned_of_where_that_is_asked_for() -> Outcome {
    let site = Site::healthy()?;
    let day = site.spool.done().join("ORIG/2026-01-01");
    fs::create_dir(&day)?;
    for name in ["a-in.wav", "a-out.WAV", "a.txt"] {
        fs::write(day.join(name), "x")?;
        age(&day.join(name), 7200)?;
    }
    fs::write(site.spool.done().join("FTP/b.mp3.pgp"), "x")?;
    std::os::unix::fs::symlink("/etc/passwd", site.spool.done().join("ORIG/link.wav"))?;
    let text = site.text(0)?.text();
    assert!(text.contains("  ORIG  2, 1 MiB, the oldest 2 h\n"), "{text}");
    assert!(!text.contains("  FTP  "), "{text}");
    let line = site.nagios(1, &["--warn-plaintext", "1h"])?;
    assert!(line.contains("2 files of unencrypted audio lie in "), "{line}");
    site.nagios(0, &["--warn-plaintext", "3h"]).map(drop)
}

#[test]
fn a_clock_that_went_back_is_told() -> Outcome {
    let site = Site::new()?;
    site.ran("seal mp3", 0, -86_400)?;
    assert_told(&site, "ended in the future. Check the clock", 1, 1)
}

#[test]
fn a_good_run_from_before_the_clock_was_set_back_hides_nothing() -> Outcome {
    let site = Site::new()?;
    site.ran("seal mp3", 0, -86_400)?;
    site.ran("seal mp3", 1, 10)?;
    assert_told(&site, "`seal mp3` that ended well is dated in the future", 1, 1)?;
    let line = site.nagios(1, &[])?;
    assert!(!line.contains("last_success="), "{line}");
    let metrics = finish(&mut site.command(&["--prometheus"]))?.expect_code(0)?.text();
    assert!(!metrics.contains("callseal_last_success"), "{metrics}");
    // Another line's success is older, and known.
    site.ran("seal mp3 wav", 0, 10_000)?;
    assert_told(&site, "that ended well was 2 h ago", 1, 2)?;
    site.ran("seal mp3", 0, 10)?;
    site.text(0).map(drop)
}

#[test]
fn recordings_dated_in_the_future_are_told() -> Outcome {
    let site = Site::healthy()?;
    let path = site.spool.put(support::speech::Format::Mp3, "tomorrow-all.mp3", b"x")?;
    let file = fs::File::options().write(true).open(&path)?;
    // Clocks differ a little.
    file.set_modified(SystemTime::now() + Duration::from_secs(60))?;
    site.text(0)?;
    file.set_modified(SystemTime::now() + Duration::from_secs(86_400))?;
    assert_told(&site, "1 recordings are dated in the future", 1, 1)?;
    assert_eq!(at(&site.json(1)?, "/backlog/0/dated_in_future"), 1);
    let text = site.text(1)?.text();
    assert!(text.contains(", 1 dated in the future\n"), "{text}");
    let metrics = finish(&mut site.command(&["--prometheus"]))?.expect_code(0)?.text();
    let sample = "callseal_backlog_dated_in_future{format=\"mp3\"} 1\n";
    assert!(metrics.contains(sample), "{metrics}");
    Ok(())
}

#[test]
fn a_journal_of_another_version_or_a_damaged_one_cannot_be_looked_at() -> Outcome {
    let site = Site::healthy()?;
    site.change_journal("PRAGMA user_version = 99")?;
    assert_told(&site, "The journal was written by a newer version", 2, 3)?;
    site.change_journal("PRAGMA user_version = 2")?;
    assert_told(&site, "The journal was written by an older version", 2, 3)?;
    fs::write(site.spool.state().join("journal.sqlite"), "no journal".repeat(1000))?;
    assert_told(&site, "It is damaged and may be moved away", 2, 3)
}

#[test]
fn who_may_not_look_is_told_so() -> Outcome {
    if !support::root::is_root() {
        return support::root::again("broken::who_may_not_look_is_told_so");
    }
    let site = Site::healthy()?;
    // Others may come as far as the spool, and no further.
    for folder in [site.spool.path(), &site.spool.done()] {
        finish(tool("chmod")?.arg("0755").arg(folder))?.expect_code(0)?;
    }
    finish(tool("chmod")?.arg("0700").arg(site.spool.done().join("ORIG")))?.expect_code(0)?;
    let program = site.spool.path().join("dialer-encryptor");
    fs::copy(crate::common::encryptor(), &program)?;
    let asked = site.command(&[]);
    let mut command: Command = tool("setpriv")?;
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]);
    let finished = finish(command.arg(program).args(asked.get_args()))?.expect_code(2)?;
    let text = finished.text();
    assert!(text.contains("Unknown: The journal cannot be looked at (Permission denied"), "{text}");
    assert!(text.contains("Unknown: Not all could be counted. Run this as a user who"), "{text}");
    assert!(text.contains("mp3   1, 1 MiB"), "what may be seen is told: {text}");
    Ok(())
}

#[test]
fn without_a_configuration_or_a_spool_it_says_what_is_missing() -> Outcome {
    let site = Site::healthy()?;
    fs::remove_dir_all(site.spool.done())?;
    assert_told(&site, "PATHDONEmonitor cannot be looked into (No such file", 2, 3)?;
    fs::remove_file(site.spool.conf())?;
    let text = site.text(2)?;
    assert!(text.stderr.contains("Name it with --conf"), "{}", text.stderr);
    assert_eq!(at(&site.json(2)?, "/ok"), false);
    let line = site.nagios(3, &[])?;
    assert!(line.contains("Name it with --conf"), "{line}");
    Ok(())
}

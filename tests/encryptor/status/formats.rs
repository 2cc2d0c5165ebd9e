//! Are recordings told that no run seals, and formats left in peace that are sealed no more?

use crate::site::{Site, age, at};
use std::fs;
use support::process::finish;
use support::{Outcome, ensure};

const DAY: u64 = 86_400;

fn metrics(site: &Site) -> Outcome<String> {
    Ok(finish(&mut site.command(&["--prometheus"]))?.expect_code(0)?.text())
}

fn is_told(site: &Site, words: &str, nagios: i32) -> Outcome {
    for told in [site.text(1)?.text(), at(&site.json(1)?, "/problems").to_string()] {
        ensure!(told.contains(words) && told.contains("no run seals that format"), "{told}");
    }
    let line = site.nagios(nagios, &[])?;
    ensure!(line.contains(words) && line.contains(" sealed_by_no_run="), "{line}");
    Ok(())
}

#[test]
fn recordings_of_a_format_that_no_run_seals_are_told_before_the_purge_takes_them() -> Outcome {
    let site = Site::new()?;
    site.ran("seal gsm", 0, 60)?;
    site.waits("a-all.mp3", 60)?;
    site.text(0)?;
    site.waits("b-all.mp3", 3 * 3600)?;
    is_told(&site, "2 recordings of mp3 stand in ", 1)?;
    site.waits("c-all.mp3", 6 * DAY)?;
    is_told(&site, "3 recordings of mp3 stand in ", 2)?;
    assert_eq!(at(&site.json(1)?, "/sealed_by_no_run/0/count"), 3);
    let text = metrics(&site)?;
    ensure!(text.contains("callseal_sealed_by_no_run_recordings{format=\"mp3\"} 3\n"), "{text}");
    // Whoever names the formats is told, too.
    site.nagios(2, &["--format", "gsm"]).map(drop)
}

#[test]
fn wav_that_compress_has_yet_to_take_is_told_once_it_is_old() -> Outcome {
    let site = Site::healthy()?;
    let path = site.spool.done().join("x-all.wav");
    fs::write(&path, b"x")?;
    site.text(0)?;
    age(&path, 6 * DAY)?;
    let line = site.nagios(2, &[])?;
    ensure!(line.contains("1 recordings of wav stand in "), "{line}");
    Ok(())
}

#[test]
fn a_format_that_is_sealed_no_more_is_a_note() -> Outcome {
    let site = Site::healthy()?;
    site.ran("seal gsm", 2, 3 * 3600)?;
    let text = site.text(0)?.text();
    ensure!(text.contains("Note: gsm was sealed here before and is no more"), "{text}");
    let json = site.json(0)?;
    ensure!(at(&json, "/notes/0").to_string().contains("with --format"), "{json}");
    site.nagios(0, &[])?;
    let told = metrics(&site)?;
    ensure!(!told.contains("seal gsm") && told.contains("seal mp3"), "{told}");
    // A line of fewer formats took the place of this one.
    site.ran("seal mp3 wav", 0, 3 * 3600)?;
    site.nagios(0, &[])?;
    // It is expected again where somebody says so.
    let line = site.nagios(2, &["--format", "mp3,gsm"])?;
    ensure!(line.contains("The last run of `seal gsm` could not do anything"), "{line}");
    Ok(())
}

#[test]
fn one_of_two_lines_that_died_is_found_once_recordings_wait_for_it() -> Outcome {
    let site = Site::new()?;
    site.ran("seal gsm", 0, 60)?;
    site.ran("seal mp3", 0, 3 * 3600)?;
    site.nagios(0, &[])?;
    site.waits("a-all.mp3", 2400)?;
    let line = site.nagios(2, &[])?;
    ensure!(line.contains("The last run of `seal mp3` that ended well was 3 h ago"), "{line}");
    ensure!(metrics(&site)?.contains("kind=\"seal mp3\""), "its line is expected again");
    Ok(())
}

#[test]
fn where_no_line_runs_any_more_all_of_them_are_told() -> Outcome {
    let site = Site::new()?;
    site.ran("seal gsm", 0, 3 * 3600)?;
    site.ran("seal mp3", 0, 3 * 3600)?;
    let line = site.nagios(2, &[])?;
    ensure!(line.contains("`seal gsm` that ended well was 3 h ago"), "{line}");
    ensure!(line.contains("`seal mp3` that ended well was 3 h ago"), "{line}");
    Ok(())
}

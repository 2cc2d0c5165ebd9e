//! What is left when a delivery is killed at any call, or any call of it fails? Every file is here or
//! there, no row names a file that is not there, and the next run finishes.

mod archive;
mod common;
mod site;

use archive::{ADDRESS, Archive, DAY, octets_of};
use site::{IP, link};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use support::inject::{Fault, Point};
use support::process::finish;
use support::syscalls::{self, NETWORK, Syscall, WRITE_SIDE};
use support::{Failure, Outcome, ensure};

/// More of them would only wait for each other.
const RUNS_AT_ONCE: usize = 2;

/// How many files each run delivers.
const FILES: u32 = 2;

/// How often what ended how.
type Codes = BTreeMap<(String, Fault, Option<i32>), usize>;

fn is_meant(call: &Syscall) -> bool {
    call.is_write_side() || call.is_network()
}

/// A run without standard input, whose calls are the same each time.
fn run(archive: &Archive) -> Command {
    archive.command()
}

/// Files that are to be delivered, of which an earlier run may have been killed at some point.
fn prepare(archive: &Archive, before: Option<&Point>) -> Outcome<Vec<String>> {
    archive.clear()?;
    let files = archive.fill(FILES)?;
    if let Some(point) = before {
        let trace = archive.spool.path().join("trace-before");
        finish(&mut point.strike(Fault::Kill, &run(archive), &trace)?)?;
        ensure!(point.is_struck(Fault::Kill, &trace, None)?, "it was not killed before");
    }
    Ok(files)
}

/// Where a run can be struck, as one without faults shows.
fn points(archive: &Archive, before: Option<&Point>) -> Outcome<Vec<Point>> {
    let files = prepare(archive, before)?;
    let trace = archive.spool.path().join("trace");
    let traced: Vec<&str> = WRITE_SIDE.into_iter().chain(NETWORK).collect();
    finish(&mut syscalls::traced(&run(archive), &traced, &[], &trace)?)?.expect_code(0)?;
    archive.assert_delivered(&files)?;
    Ok(Point::all(&syscalls::read(&trace)?, archive.spool.path(), is_meant))
}

/// What is wrong right after a run, however it ended.
fn broken(archive: &Archive, files: &[String]) -> Outcome<Vec<String>> {
    let is_whole = |path: &Path, file: &str| fs::read(path).is_ok_and(|it| it == octets_of(file));
    let (gpg, ftp) = (archive.spool.sealed(), archive.spool.done().join("FTP"));
    let mut broken = Vec::new();
    for (file, location) in files.iter().zip(archive.database.locations()?) {
        let there = archive.server.path(DAY).join(file);
        let is_here = is_whole(&gpg.join(file), file);
        if !is_here && !is_whole(&ftp.join(file), file) {
            broken.push(format!("{file} is lost"));
        }
        let is_right = if location == link(IP, "GPG", file) {
            is_here
        } else {
            location == format!("{ADDRESS}/{DAY}/{file}") && is_whole(&there, file)
        };
        if !is_right {
            broken.push(format!("a row names a file that is not there: {location}"));
        }
        if there.exists() && !is_whole(&there, file) {
            broken.push(format!("half of {file} stands there under its name"));
        }
    }
    Ok(broken)
}

/// One fault at one point, and whatever is wrong with what followed. None: it did not strike.
fn strike(
    archive: &Archive,
    before: Option<&Point>,
    (point, fault): (&Point, Fault),
    codes: &Mutex<Codes>,
) -> Outcome<Option<Vec<String>>> {
    let files = prepare(archive, before)?;
    let trace = archive.spool.path().join("trace");
    let struck = finish(&mut point.strike(fault, &run(archive), &trace)?)?;
    if !point.is_struck(fault, &trace, None)? {
        return Ok(None);
    }
    if let Ok(mut codes) = codes.lock() {
        *codes.entry((point.call.clone(), fault, struck.code)).or_default() += 1;
    }
    let mut problems = broken(archive, &files)?;
    if struck.stderr.contains("panicked") {
        problems.push(format!("it panicked: {}", struck.stderr));
    }
    if struck.code == Some(0) {
        problems.extend(archive.assert_delivered(&files).err().map(|it| it.to_string()));
    }
    let again = finish(&mut run(archive))?;
    if again.code != Some(0) {
        problems.push(format!("next run: exit {:?}, {}", again.code, again.stderr));
    }
    problems.extend(unfinished(archive, &files)?);
    Ok(Some(problems))
}

/// What is wrong after a run that ended well.
fn unfinished(archive: &Archive, files: &[String]) -> Outcome<Vec<String>> {
    let mut wrong = broken(archive, files)?;
    let mut differs = |what: &str, is: Vec<String>, expected: Vec<String>| {
        if is != expected {
            wrong.push(format!("{what}: {is:?}"));
        }
    };
    differs("in GPG", archive.waiting()?, Vec::new());
    differs("in FTP", archive.moved()?, files.to_vec());
    let there = files.iter().map(|it| format!("{DAY}/{it}")).collect();
    differs("at the archive", archive.server.files()?, there);
    let links = files.iter().map(|it| format!("{ADDRESS}/{DAY}/{it}")).collect();
    differs("rows", archive.database.locations()?, links);
    Ok(wrong)
}

#[test]
fn struck_at_any_call_nothing_is_lost_no_row_is_wrong_and_the_next_run_finishes() -> Outcome {
    strike_all(100, |_| Ok(None))
}

#[test]
fn struck_while_it_finishes_what_a_killed_run_left_the_next_one_does() -> Outcome {
    // Right before the first local file moves: all is uploaded, and the rows are right.
    strike_all(20, |points| Ok(points.iter().find(|it| it.call == "renameat2").cloned()))
}

#[test]
fn struck_while_it_takes_back_what_a_killed_run_left_the_next_one_does() -> Outcome {
    // In the middle of the conversation with the archive.
    strike_all(100, |points| {
        let sends: Vec<&Point> = points.iter().filter(|it| it.call == "sendto").collect();
        Ok(sends.get(sends.len() * 2 / 3).map(|it| Point::clone(it)))
    })
}

/// Strikes every point of runs that come after one that was killed where `before` says, if it does.
#[expect(clippy::print_stdout, reason = "the numbers are what a reader of the test run wants")]
fn strike_all(least: usize, before: impl Fn(&[Point]) -> Outcome<Option<Point>>) -> Outcome {
    let archives: Vec<Archive> =
        (0..RUNS_AT_ONCE).map(|_| Archive::new()).collect::<Outcome<_>>()?;
    let Some(first) = archives.first() else { return Ok(()) };
    let before = before(&points(first, None)?)?;
    let before = before.as_ref();
    let points = points(first, before)?;
    ensure!(points.len() >= least, "only {} points", points.len());
    let is_disk = |point: &Point| !NETWORK.contains(&point.call.as_str());
    let strikes: Vec<(&Point, Fault)> = points
        .iter()
        .flat_map(|point| {
            let error = if is_disk(point) { "EIO" } else { "ECONNRESET" };
            [(point, Fault::Kill), (point, Fault::Error(error))]
        })
        // Errors take the same ways whatever came before.
        .filter(|(_, fault)| before.is_none() || *fault == Fault::Kill)
        .collect();
    let (next, missed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (problems, codes) = (Mutex::new(Vec::new()), Mutex::new(Codes::new()));
    let strike_some = |archive: Archive| {
        while let Some((point, fault)) = strikes.get(next.fetch_add(1, Ordering::Relaxed)) {
            let place =
                format!("{} {}. {} ({})", fault.name(), point.number, point.call, point.about);
            let found = strike(&archive, before, (point, *fault), &codes);
            let found = found.unwrap_or_else(|failure| Some(vec![failure.to_string()]));
            missed.fetch_add(usize::from(found.is_none()), Ordering::Relaxed);
            if let Ok(mut all) = problems.lock() {
                let found = found.into_iter().flatten();
                all.extend(found.map(|it| format!("{place}: {it}")));
            }
        }
    };
    thread::scope(|scope| {
        for archive in archives {
            scope.spawn(|| strike_some(archive));
        }
    });
    let (missed, codes) = (missed.into_inner(), codes.into_inner().map_err(poisoned)?);
    println!("{} points, {} runs, {missed} of them not struck", points.len(), strikes.len());
    for ((call, fault, code), count) in &codes {
        println!("  {call:10} {:10} exit {code:?}: {count}", fault.name());
    }
    let problems = problems.into_inner().map_err(poisoned)?;
    assert!(missed * 4 <= strikes.len(), "{missed} runs were not struck");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    Ok(())
}

fn poisoned<T>(_: std::sync::PoisonError<T>) -> Failure {
    Failure::new("another thread of this test died")
}

//! Does each recording go only after its sealed file is durable? Shown from the system calls of
//! one run, since a kill keeps the page cache and so proves nothing about power loss.

mod common;

use common::Dialer;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use support::process::{finish, tool};
use support::{Failure, Outcome, ensure};

/// One call that matters, in the order in which the calls returned.
#[derive(Debug, PartialEq)]
enum Call {
    /// A file was made durable, by its path.
    FileSync(String),
    /// A name in the sealing folder became a name in `GPG`.
    Rename(String, String),
    /// A recording was removed.
    Unlink(String),
}

#[test]
fn each_removal_comes_after_the_sync_of_its_sealed_file_the_rename_and_the_folders_sync() -> Outcome
{
    let dialer = Dialer::new()?;
    let calls = dialer.fill(40)?;
    let trace = dialer.spool.path().join("trace");
    let run = dialer.command();
    let mut strace = tool("strace")?;
    strace.args(["-f", "-y", "-qq", "-s", "300", "-o"]).arg(&trace);
    strace.args(["-e", "trace=fsync,fdatasync,renameat2,unlinkat,unlink,rename,linkat"]);
    strace.arg("--").arg(run.get_program()).args(run.get_args());
    finish(&mut strace)?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)?;

    let log = parse(&fs::read_to_string(&trace)?);
    let gpg = dialer.spool.sealed().display().to_string();
    let mut removed = 0;
    for (at, call) in log.iter().enumerate() {
        let Call::Unlink(name) = call else { continue };
        if !name.ends_with(".mp3") {
            continue;
        }
        removed += 1;
        let before = log.get(..at).unwrap_or_default();
        let renamed = before
            .iter()
            .position(|call| matches!(call, Call::Rename(_, to) if *to == format!("{name}.pgp")));
        let renamed =
            renamed.ok_or_else(|| Failure::new(format!("{name} went before its rename")))?;
        let Some(Call::Rename(temporary, _)) = before.get(renamed) else { continue };
        let synced = before
            .iter()
            .position(|call| matches!(call, Call::FileSync(path) if path.ends_with(temporary)));
        ensure!(synced.is_some_and(|at| at < renamed), "{name}: published before its fsync");
        let folder =
            before.iter().rposition(|call| matches!(call, Call::FileSync(path) if *path == gpg));
        ensure!(folder.is_some_and(|at| at > renamed), "{name}: removed before the sync of GPG");
    }
    assert_eq!(removed, calls.len());
    Ok(())
}

/// Reads successful calls; a call that another thread interrupted stands in two lines, and counts
/// where it returned.
fn parse(trace: &str) -> Vec<Call> {
    let mut begun: HashMap<&str, String> = HashMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(char::is_whitespace) else { continue };
        let rest = rest.trim_start();
        if let Some(start) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(thread, start.to_string());
        } else if rest.starts_with("<... ") {
            let start = begun.remove(thread).unwrap_or_default();
            let end = rest.split_once("resumed>").map_or("", |(_, end)| end);
            calls.extend(call(&format!("{start}{end}")));
        } else {
            calls.extend(call(rest));
        }
    }
    calls
}

fn call(line: &str) -> Option<Call> {
    let (text, result) = line.rsplit_once(" = ")?;
    if result.trim() != "0" {
        return None;
    }
    let path = || Some(text.split_once('<')?.1.split_once('>')?.0.to_string());
    let quoted: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
    match text.split('(').next()? {
        "fsync" | "fdatasync" => Some(Call::FileSync(path()?)),
        "renameat2" | "linkat" | "rename" => {
            Some(Call::Rename((*quoted.first()?).to_string(), (*quoted.get(1)?).to_string()))
        }
        "unlinkat" | "unlink" => Some(Call::Unlink((*quoted.first()?).to_string())),
        _ => None,
    }
}

#[test]
fn a_sealed_file_that_cannot_be_made_durable_is_thrown_away_and_its_recording_stays() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(3)?;
    let run = dialer.command();
    // The journal syncs by fdatasync and by fsync of its folder; the sealed files come first.
    let mut strace = tool("strace")?;
    strace.args(["-f", "-qq", "-y", "-o", "/dev/null"]);
    strace.arg("-P").arg(dialer.spool.sealed());
    strace.args(["-e", "trace=fsync", "-e", "inject=fsync:error=EIO"]);
    strace.arg("--").arg(run.get_program()).args(run.get_args());
    let finished = finish(&mut strace)?.expect_code(1)?;
    assert_eq!(finished.stderr.matches("making GPG durable failed").count(), 3);
    for (name, octets) in &calls {
        assert!(fs::read(dialer.inbox().join(name))? == *octets);
        assert!(fs::metadata(dialer.inbox().join(name))?.nlink() == 1);
    }
    dialer.run()?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn a_full_disk_keeps_the_recording_and_leaves_no_torso() -> Outcome {
    // The first syncs are those of the folders: where they fail, nothing is begun.
    for (name, error, code) in [("write", "ENOSPC", 1), ("write", "EIO", 1), ("fsync", "EIO", 2)] {
        let dialer = Dialer::new()?;
        let calls = dialer.fill(3)?;
        // strace counts for each thread: with one job there is one.
        let mut run = dialer.command();
        run.args(["--jobs", "1"]);
        let mut strace = tool("strace")?;
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={name}")]);
        // The journal's own calls are other ones (pwrite64, fdatasync), but for what SQLite does
        // when the file is new, so that one run makes it first.
        dialer.run()?.expect_code(0)?;
        let calls_again = dialer.fill(3)?;
        assert_eq!(calls, calls_again);
        for name in dialer.spool.sealed_names()? {
            fs::remove_file(dialer.spool.sealed().join(name))?;
        }
        strace.arg("-e").arg(format!("inject={name}:error={error}:when=1..3"));
        strace.arg("--").arg(run.get_program()).args(run.get_args());
        let finished = finish(&mut strace)?.expect_code(code)?;
        let words = if code == 1 { "Not sealed, and kept: " } else { "The folder cannot be used" };
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
        for (name, octets) in &calls {
            let is_there = fs::read(dialer.inbox().join(name)).is_ok_and(|it| it == *octets);
            let sealed = format!("{name}.pgp");
            assert!(is_there || dialer.opened(&sealed)? == *octets, "{name} is lost");
        }
        dialer.run()?.expect_code(0)?;
        dialer.assert_all_sealed(&calls)?;
    }
    Ok(())
}

#[test]
fn an_octet_that_never_reached_the_disk_is_found_before_the_recording_goes() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(2)?;
    let run = dialer.command();
    // The first write of the run, that of a sealed file, is said to have written one octet and
    // has written none: everything after it stands one octet too early.
    let mut strace = tool("strace")?;
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=write"]);
    strace.args(["-e", "inject=write:retval=1:when=1", "--"]);
    let finished = finish(strace.arg(run.get_program()).args(run.get_args()))?.expect_code(1)?;
    let words = "(the sealed file differs from what was written)";
    assert_eq!(finished.stderr.matches(words).count(), 1, "{}", finished.stderr);
    assert_eq!((dialer.waiting()?.len(), dialer.spool.sealed_names()?.len()), (1, 1));
    dialer.run()?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

//! Is anything lost when the run is killed at any moment, and does the next one finish?

mod common;

use common::Dialer;
use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};
use support::Outcome;
use support::process::tool;

/// As many recordings as a busy quarter of an hour brings.
const RECORDINGS: usize = 200;

/// With fewer left than this, no run is let get on any more, so that none comes to its end.
const SPARED: usize = 80;

/// How many kills must have met the run with files in both folders.
const MEANT_KILLS: usize = 20;

#[test]
#[expect(clippy::print_stdout, reason = "the split is what a reader of the test run wants")]
fn killed_again_and_again_it_loses_nothing_and_finishes() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(RECORDINGS)?;
    let mut split = Vec::new();
    let mut to_first_file = Duration::ZERO;
    for number in 0_u32.. {
        if split.len() >= MEANT_KILLS {
            break;
        }
        let before = dialer.spool.sealed_names()?.len();
        let is_early = before > 0 && (number % 2 == 0 || dialer.waiting()?.len() < SPARED);
        let began = Instant::now();
        let mut run = dialer.command().stderr(Stdio::null()).spawn()?;
        // Early kills come before anything new is published, each somewhere else on the way there;
        // the others while a group is being published, or its recordings are being removed.
        let patience =
            if is_early { to_first_file * (number % 10) / 10 } else { Duration::from_secs(60) };
        while began.elapsed() < patience
            && dialer.spool.sealed_names()?.len() == before
            && run.try_wait()?.is_none()
        {
            thread::sleep(Duration::from_micros(200));
        }
        if !is_early {
            to_first_file = began.elapsed();
        }
        run.kill()?;
        run.wait()?;
        let (waiting, sealed) = (dialer.waiting()?, dialer.spool.sealed_names()?);
        assert_none_lost(&calls, &waiting, &sealed);
        assert!(!waiting.is_empty(), "the run came to its end after {} kills", split.len());
        if !sealed.is_empty() {
            split.push((waiting.len(), sealed.len()));
        }
    }
    println!("kills with files in both folders (waiting, sealed): {split:?}");
    dialer.run()?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

/// Every recording stands in one of the two folders; gpg proves the sealed ones at the end.
fn assert_none_lost(calls: &[(String, Vec<u8>)], waiting: &[String], sealed: &[String]) {
    let there: BTreeSet<&str> = waiting
        .iter()
        .map(String::as_str)
        .chain(sealed.iter().filter_map(|name| name.strip_suffix(".pgp")))
        .collect();
    for (name, _) in calls {
        assert!(there.contains(name.as_str()), "{name} is lost");
    }
    assert_eq!(sealed.iter().filter(|name| name.contains('~')).count(), 0, "sealed twice");
}

/// Killed right before each of the calls that change something, once for each call.
#[test]
#[expect(clippy::print_stdout, reason = "the number is what a reader of the test run wants")]
fn killed_before_any_call_of_the_order_the_next_run_finishes() -> Outcome {
    let mut kills = 0;
    for call in ["openat", "write", "fsync", "fdatasync", "pwrite64", "renameat2", "unlinkat"] {
        for number in 1..=3 {
            let dialer = Dialer::new()?;
            let calls = dialer.fill(3)?;
            let run = dialer.command();
            let mut strace = tool("strace")?;
            strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
            strace.arg("-e").arg(format!("inject={call}:signal=SIGKILL:when={number}"));
            strace.arg("--").arg(run.get_program()).args(run.get_args());
            // strace ends as the run ended.
            let ended = strace.stderr(Stdio::null()).status()?;
            kills += usize::from(ended.signal() == Some(9));
            assert_none_lost(&calls, &dialer.waiting()?, &dialer.spool.sealed_names()?);
            dialer.run()?.expect_code(0)?;
            dialer.assert_all_sealed(&calls)?;
        }
    }
    println!("killed at {kills} points");
    assert!(kills >= 15, "only {kills} of 21 calls were ever made");
    Ok(())
}

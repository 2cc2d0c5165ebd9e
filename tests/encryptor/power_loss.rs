//! Is every recording still there after the power failed at any moment of a run?
//!
//! A kill keeps the page cache and so proves nothing about this; a replay on a model of a disk does.

mod common;
mod scenes;
mod site;
mod traced;

use common::call;
use scenes::{Database, Fresh, Killed, Scene};
use std::time::Instant;
use support::Outcome;
use support::crash::{CRASHES, Crash, Left};
use support::invariant::Recording;
use support::proof::Proof;
use traced::Traced;

#[expect(clippy::print_stdout, reason = "the numbers are what a reader of the test run wants")]
fn expect_survival<S: Scene>(traced: &Traced<S>, step: usize, least: usize) -> Outcome {
    let began = Instant::now();
    let (points, states, problems) = traced.survives(step)?;
    println!(
        "{points} points, {} orders each, {states} different disks, {} of them given to the next \
         run; {:.0} s",
        CRASHES.len(),
        states.div_ceil(step),
        began.elapsed().as_secs_f64()
    );
    assert!(points >= least, "only {points} points");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    Ok(())
}

#[test]
fn power_lost_at_any_moment_of_a_first_run_loses_nothing() -> Outcome {
    expect_survival(&Traced::run(Fresh { jobs: "1" })?, 1, 100)
}

#[test]
fn power_lost_at_any_moment_of_a_repair_loses_nothing() -> Outcome {
    expect_survival(&Traced::run(Killed)?, 1, 30)
}

/// Three groups of recordings, two of them sealed at the same time.
#[test]
fn power_lost_while_groups_are_sealed_side_by_side_loses_nothing() -> Outcome {
    let short = |(name, octets): Recording| (name, octets.into_iter().take(500).collect());
    let recordings = (0..40).map(call).map(short).collect();
    expect_survival(&Traced::run_over(recordings, Fresh { jobs: "2" })?, 20, 400)
}

/// A row is told to change only when what it will name cannot vanish any more.
#[test]
fn power_lost_at_any_moment_no_row_names_what_is_not_there() -> Outcome {
    expect_survival(&Traced::run(Database::new()?)?, 1, 100)
}

#[test]
fn without_the_sync_of_any_sealed_file_or_of_gpg_the_replay_finds_a_loss() -> Outcome {
    let traced = Traced::run(Fresh { jobs: "1" })?;
    let breaks = |skipped: &[usize]| -> Outcome<bool> {
        let mut is_broken = false;
        traced.each_crash(skipped, |number, _, left| {
            is_broken = !traced.broken(number, &left).is_empty();
            Ok(!is_broken)
        })?;
        Ok(is_broken)
    };
    assert!(!breaks(&[])?, "the whole trace holds");
    let files = traced.syncs(|it| it.contains("/.sealing/mp3-"));
    assert_eq!(files.len(), traced.recordings.len());
    let folders = traced.syncs(|it| it.ends_with("/monitorDONE/GPG"));
    assert!(!folders.is_empty());
    for skipped in files.iter().chain(&folders) {
        assert!(breaks(&[*skipped])?, "{}", traced.place(*skipped, Crash::Nothing));
    }
    Ok(())
}

/// Losing the journal loses no recording, but the next run no longer knows what it published.
#[test]
fn without_the_syncs_of_the_journal_a_next_run_seals_twice() -> Outcome {
    let traced = Traced::run(Fresh { jobs: "1" })?;
    let skipped = traced.syncs(|it| it.contains("/state/journal"));
    let mut found: Option<Left> = None;
    traced.each_crash(&skipped, |_, crash, left| {
        let is_published = left.files.keys().any(|it| it.starts_with("/monitorDONE/GPG/"));
        if crash == Crash::Nothing && is_published {
            found = Some(left);
        }
        Ok(found.is_none())
    })?;
    let Some(left) = found else { return Err(support::Failure::new("nothing was published")) };
    let wrong = traced.next_run(&left, &mut Proof::default())?;
    assert!(wrong.iter().any(|it| it.contains("~2.mp3.pgp stands in GPG")), "{wrong:?}");
    Ok(())
}

//! What happens when any single call of a run fails, or is the last one that the run makes?
//!
//! A run without faults shows every call that writes, makes, renames, removes or syncs something,
//! those of the journal too. Then each of them is struck once by each fault, in a spool of its own.

mod common;
mod scenes;
mod site;
mod strikes;

use scenes::{Fresh, Killed, Scene};
use strikes::{Order, Rig};
use support::Outcome;
use support::inject::{Fault, Point};
use support::syscalls::{Syscall, WRITE_SIDE};

/// What disks and folders do.
const FAULTS: [Fault; 5] = [
    Fault::Kill,
    Fault::Error("ENOSPC"),
    Fault::Error("EIO"),
    Fault::Error("EACCES"),
    Fault::ErrorFromHere("EIO"),
];

#[test]
fn struck_at_any_call_that_writes_nothing_is_lost_and_the_next_run_finishes() -> Outcome {
    strike_everywhere(|| Fresh { jobs: "1" }, 80)
}

#[test]
fn struck_at_any_call_of_a_repair_nothing_is_lost_and_the_next_run_finishes() -> Outcome {
    strike_everywhere(|| Killed, 30)
}

#[expect(clippy::print_stdout, reason = "the number is what a reader of the test run wants")]
fn strike_everywhere<S: Scene + Send>(scene: fn() -> S, least: usize) -> Outcome {
    let rig = Rig::with(3, Order::Same)?;
    let points = rig.points(&scene(), &WRITE_SIDE, Syscall::is_write_side)?;
    println!("{} points", points.len());
    assert!(points.len() >= least, "only {} points", points.len());
    let strikes: Vec<(&Point, Fault)> =
        points.iter().flat_map(|point| FAULTS.map(|fault| (point, fault))).collect();
    rig.strike_all(&strikes, || Ok(scene()))
}

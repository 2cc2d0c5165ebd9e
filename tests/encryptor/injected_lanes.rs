//! What happens when a call fails, or is the last one, while several recordings are sealed at once?
//!
//! Every sixteenth call is struck; `tests/bench/faults` strikes all of them.

mod common;
mod scenes;
mod site;
mod strikes;

use scenes::Fresh;
use strikes::{Order, Rig};
use support::Outcome;
use support::inject::{Fault, Point};
use support::syscalls::{Syscall, WRITE_SIDE};

/// What disks and folders do.
const FAULTS: [Fault; 4] =
    [Fault::Kill, Fault::Error("ENOSPC"), Fault::Error("EIO"), Fault::Error("EACCES")];

#[test]
#[expect(clippy::print_stdout, reason = "the number is what a reader of the test run wants")]
fn struck_while_a_dozen_recordings_are_sealed_in_lanes_nothing_is_lost() -> Outcome {
    let is_complete = std::env::var_os("STRIKE_EVERY_CALL").is_some();
    let rig = Rig::with(12, Order::Any)?;
    let scene = || Fresh { jobs: "3" };
    let points = rig.points(&scene(), &WRITE_SIDE, Syscall::is_write_side)?;
    let step = if is_complete { 1 } else { 16 };
    let chosen: Vec<&Point> = points.iter().step_by(step).collect();
    println!("{} of {} points", chosen.len(), points.len());
    let strikes: Vec<(&Point, Fault)> =
        chosen.into_iter().flat_map(|point| FAULTS.map(|fault| (point, fault))).collect();
    rig.strike_all(&strikes, || Ok(scene()))
}

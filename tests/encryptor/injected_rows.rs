//! What do the rows of `recording_log` say when any single call of a run fails, or is its last one?
//!
//! The same as without the database, and: no row ever names a file that is not there, a run whose
//! rows wait says so, and the next run makes them right.

mod common;
mod scenes;
mod site;
mod strikes;

use scenes::Database;
use strikes::{Order, Rig};
use support::Outcome;
use support::inject::{Fault, Point};
use support::syscalls::{NETWORK, Syscall, WRITE_SIDE};

/// What a line to a server does.
const LINE_FAULTS: [Fault; 4] = [
    Fault::Kill,
    Fault::Error("ECONNRESET"),
    Fault::ErrorFromHere("ECONNRESET"),
    Fault::Error("ETIMEDOUT"),
];

/// Enough of what a disk does; the rest is struck without the database.
const DISK_FAULTS: [Fault; 2] = [Fault::Kill, Fault::Error("EIO")];

#[test]
#[expect(clippy::print_stdout, reason = "the numbers are what a reader of the test run wants")]
fn struck_at_any_call_no_row_names_what_is_not_there_and_the_next_run_makes_all_right() -> Outcome {
    let rig = Rig::with(3, Order::Same)?;
    let database = Database::new()?;
    let disk = rig.points(&database, &WRITE_SIDE, Syscall::is_write_side)?;
    let line = rig.points(&database, &NETWORK, Syscall::is_network)?;
    println!("{} points on the disk, {} on the line to the database", disk.len(), line.len());
    assert!(disk.len() >= 80 && line.len() >= 10, "too few points");
    let on_disk = disk.iter().flat_map(|point| DISK_FAULTS.map(|fault| (point, fault)));
    let on_line = line.iter().flat_map(|point| LINE_FAULTS.map(|fault| (point, fault)));
    let strikes: Vec<(&Point, Fault)> = on_line.chain(on_disk).collect();
    rig.strike_all(&strikes, Database::new)
}

//! How does the run stay out of the way of calls? It takes the CPU and the disk last, and does not
//! ask the system for the same memory again and again.

use crate::dialer_toml::IoClass;
use crate::linux;
use std::io;

/// `linux/ioprio.h`: the classes, and the lowest level of a class.
const CLASS_SHIFT: u32 = 13;
const BEST_EFFORT: i32 = 2;
const IDLE: i32 = 3;
const LOWEST_LEVEL: i32 = 7;

/// How much freed memory is kept: a few recordings' worth of buffers.
const KEPT_OCTETS: i32 = 8 << 20;

/// Gives way to everything else; threads started later inherit it.
///
/// # Errors
/// When the system refuses; the run goes on at the priority that it has.
pub fn lower(nice: u8, class: IoClass) -> io::Result<()> {
    // Relative to what cron gave; the system stops at 19.
    rustix::process::nice(i32::from(nice)).map_err(io::Error::from)?;
    let priority = match class {
        IoClass::Idle => IDLE << CLASS_SHIFT,
        IoClass::BestEffort => (BEST_EFFORT << CLASS_SHIFT) | LOWEST_LEVEL,
    };
    linux::set_disk_priority(priority)
}

/// Spares the system the work of handing out the same memory again for each recording.
pub fn keep_memory() {
    linux::keep_memory(KEPT_OCTETS);
}

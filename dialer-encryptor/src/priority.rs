//! How does the run stay out of the way of calls? It takes the CPU and the disk last.

#![expect(unsafe_code, reason = "no safe wrapper of ioprio_set exists; one plain call")]

use crate::dialer_toml::IoClass;
use std::io;

/// `linux/ioprio.h`: the process, its classes, and the lowest level of a class.
const WHO_PROCESS: libc::c_int = 1;
const CLASS_SHIFT: u32 = 13;
const BEST_EFFORT: libc::c_int = 2;
const IDLE: libc::c_int = 3;
const LOWEST_LEVEL: libc::c_int = 7;

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
    // SAFETY: three integers; 0 stands for the calling thread.
    let result = unsafe { libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0, priority) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

//! Does anybody hold this file open for writing? The kernel knows: a read lease is refused then,
//! and broken when somebody comes later (`man 2 fcntl`, F_SETLEASE).

#![expect(unsafe_code, reason = "no safe wrapper of fcntl(F_SETLEASE) exists; three plain calls")]

use rustix::io::Errno;
use std::os::fd::{AsRawFd, BorrowedFd};

/// `asm-generic/fcntl.h`; the crate does not name it.
const F_SETSIG: libc::c_int = 10;

/// What asking for a lease brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// Nobody writes; whoever opens it for writing now waits until the descriptor is closed.
    Held,
    /// Somebody has it open for writing.
    Refused,
    /// This file system, or this user, cannot have leases: look in `/proc` instead.
    Unsupported,
}

/// Asks for a read lease on a file opened for reading. It ends with the descriptor.
#[must_use]
pub fn take(fd: BorrowedFd<'_>) -> Lease {
    // A lease that is broken sends a signal, SIGIO by default, which would end the process.
    // SIGURG is ignored unless somebody asks for it.
    // SAFETY: both calls take a descriptor that is borrowed for their duration, and integers.
    let result = unsafe {
        libc::fcntl(fd.as_raw_fd(), F_SETSIG, libc::SIGURG);
        libc::fcntl(fd.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK)
    };
    if result == 0 {
        return Lease::Held;
    }
    match std::io::Error::last_os_error().raw_os_error() {
        Some(code) if Errno::from_raw_os_error(code) == Errno::AGAIN => Lease::Refused,
        _ => Lease::Unsupported,
    }
}

/// Whether the lease still stands; not if somebody waits to write.
#[must_use]
pub fn is_held(fd: BorrowedFd<'_>) -> bool {
    // SAFETY: takes a descriptor that is borrowed for the call, and an integer.
    unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETLEASE) == libc::F_RDLCK }
}

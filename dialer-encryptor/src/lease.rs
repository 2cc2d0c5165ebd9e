//! Does anybody hold this file open for writing? The kernel knows: a read lease is refused then,
//! and broken when somebody comes later (`man 2 fcntl`, F_SETLEASE).

use crate::linux;
use rustix::io::Errno;
use std::os::fd::BorrowedFd;

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
    match linux::take_read_lease(fd) {
        Ok(()) => Lease::Held,
        Err(error) if Errno::from_io_error(&error) == Some(Errno::AGAIN) => Lease::Refused,
        Err(_) => Lease::Unsupported,
    }
}

/// Whether the lease still stands; not if somebody waits to write.
#[must_use]
pub fn is_held(fd: BorrowedFd<'_>) -> bool {
    linux::has_read_lease(fd)
}

//! What is asked of Linux that no safe wrapper offers? Each call takes integers, and descriptors that
//! are borrowed for its duration; the modules that use them say what for.

#![expect(unsafe_code, reason = "plain calls that no crate wraps: F_SETLEASE, ioprio_set, mallopt")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// `asm-generic/fcntl.h`; the crate does not name it.
const F_SETSIG: libc::c_int = 10;

/// `linux/ioprio.h`
const IOPRIO_WHO_PROCESS: libc::c_int = 1;

/// Takes a read lease, which is broken by a signal that is ignored unless somebody asks for it:
/// SIGIO, the default, would end the process (`man 2 fcntl`).
pub(crate) fn take_read_lease(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: both calls take a descriptor that is borrowed for their duration, and integers.
    let result = unsafe {
        libc::fcntl(fd.as_raw_fd(), F_SETSIG, libc::SIGURG);
        libc::fcntl(fd.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK)
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Whether a read lease still stands.
pub(crate) fn has_read_lease(fd: BorrowedFd<'_>) -> bool {
    // SAFETY: takes a descriptor that is borrowed for the call, and an integer.
    unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETLEASE) == libc::F_RDLCK }
}

/// Sets the disk priority of this thread and of those that it starts (`man 2 ioprio_set`).
pub(crate) fn set_disk_priority(priority: libc::c_int) -> io::Result<()> {
    // SAFETY: three integers; 0 stands for the calling thread.
    let result = unsafe { libc::syscall(libc::SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, priority) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Keeps up to `octets` of freed memory for the next recording (`man 3 mallopt`): glibc gives it
/// back to the system at once, and each recording would pay a hundred page faults.
pub(crate) fn keep_memory(octets: libc::c_int) {
    // SAFETY: two integers each; what is not understood is ignored.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, octets);
        libc::mallopt(libc::M_TRIM_THRESHOLD, octets);
    }
}

//! Is this the same file as before, and unchanged?

use rustix::fs::Stat;

/// What tells one file from another, and from itself after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The file system.
    pub device: u64,
    /// The file on it.
    pub inode: u64,
    /// Its length.
    pub octets: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub modified_ns: i64,
}

impl Identity {
    /// Reads it off the result of `stat`.
    #[must_use]
    pub fn of(stat: &Stat) -> Self {
        let seconds = stat.st_mtime.saturating_mul(1_000_000_000);
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            octets: u64::try_from(stat.st_size).unwrap_or(0),
            modified_ns: seconds.saturating_add(i64::try_from(stat.st_mtime_nsec).unwrap_or(0)),
        }
    }
}

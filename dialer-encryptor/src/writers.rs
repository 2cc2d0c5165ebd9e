//! Who has a file open for writing, where leases cannot tell? `/proc` lists every descriptor.

use crate::identity::Identity;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What `/proc` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writers {
    /// Every process was looked at, and none writes.
    None,
    /// At least one writes.
    Some,
    /// Some process could not be looked at: another user's, and this is not root.
    Unknown,
}

/// Looks for a process that has the file open for writing.
#[must_use]
pub fn look(file: &Identity) -> Writers {
    let Ok(processes) = fs::read_dir("/proc") else { return Writers::Unknown };
    let mut found = Writers::None;
    for process in processes.flatten() {
        if !process.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit) {
            continue;
        }
        match look_at(&process.path(), file) {
            Writers::None => {}
            Writers::Some => return Writers::Some,
            Writers::Unknown => found = Writers::Unknown,
        }
    }
    found
}

fn look_at(process: &Path, file: &Identity) -> Writers {
    let descriptors = match fs::read_dir(process.join("fd")) {
        Ok(descriptors) => descriptors,
        // Gone meanwhile.
        Err(error) if error.kind() == ErrorKind::NotFound => return Writers::None,
        Err(_) => return Writers::Unknown,
    };
    let is_writer = descriptors.flatten().any(|descriptor| {
        let is_file = fs::metadata(descriptor.path())
            .is_ok_and(|found| found.dev() == file.device && found.ino() == file.inode);
        is_file && is_writable(&process.join("fdinfo").join(descriptor.file_name()))
    });
    if is_writer { Writers::Some } else { Writers::None }
}

/// `flags:` holds the octal flags of open(2); the last two bits are the access mode.
fn is_writable(fdinfo: &Path) -> bool {
    let Ok(text) = fs::read_to_string(fdinfo) else { return false };
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|octal| u32::from_str_radix(octal.trim(), 8).ok()).is_some_and(|f| f & 3 != 0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::fs::File;

    #[test]
    fn a_writer_is_seen_and_a_reader_is_none() {
        let path = std::env::temp_dir().join(format!("writers-{}", std::process::id()));
        let writer = File::create(&path).unwrap();
        let stat = rustix::fs::fstat(&writer).unwrap();
        assert_eq!(look(&Identity::of(&stat)), Writers::Some);
        drop(writer);
        let reader = File::open(&path).unwrap();
        assert_ne!(look(&Identity::of(&stat)), Writers::Some);
        drop(reader);
        fs::remove_file(&path).unwrap();
    }
}

//! Who has a file open for writing, where leases cannot tell? `/proc` lists every descriptor.

use crate::identity::Identity;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Whether any process that this user may look at has the file open for writing. Run as root, as
/// crontab does, that is every process.
#[must_use]
pub fn is_being_written(file: &Identity) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return false };
    processes
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit))
        .any(|process| has_writer(&process.path(), file))
}

fn has_writer(process: &Path, file: &Identity) -> bool {
    let Ok(descriptors) = fs::read_dir(process.join("fd")) else { return false };
    descriptors.flatten().any(|descriptor| {
        let is_file = fs::metadata(descriptor.path())
            .is_ok_and(|found| found.dev() == file.device && found.ino() == file.inode);
        is_file && is_writable(&process.join("fdinfo").join(descriptor.file_name()))
    })
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
        assert!(is_being_written(&Identity::of(&stat)));
        drop(writer);
        let reader = File::open(&path).unwrap();
        assert!(!is_being_written(&Identity::of(&stat)));
        drop(reader);
        fs::remove_file(&path).unwrap();
    }
}

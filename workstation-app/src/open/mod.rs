//! How does a recording come in: from a path, a dialog or a drop; and what is in the file?

pub mod dialog;
pub mod drop;
pub mod handed;
mod shortcut;
pub mod source;

use std::io::{ErrorKind, Read};
use std::path::Path;

use shared::decrypt::{self, Problem};
use shared::limits::{ARMORED_OCTETS, MESSAGE_OCTETS};

use zeroize::Zeroizing;

use crate::texts::{Failure, FailureKind};

/// Larger files are looked at before they are read.
const LOOK_FIRST_OCTETS: u64 = 64 << 20;

/// How much is looked at: an armor begins somewhere in it, or there is none.
const HEAD_OCTETS: u64 = 1 << 16;

/// Reads a whole recording or key file; nothing but a regular file, nothing over the limit. Of a
/// large file that is no sealed recording only the beginning is read, which tells what it is.
pub fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let file = crate::platform::open_regular(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length <= LOOK_FIRST_OCTETS {
        return read_limited(path, MESSAGE_OCTETS);
    }
    let mut head = Zeroizing::new(Vec::with_capacity(HEAD_OCTETS as usize));
    file.take(HEAD_OCTETS).read_to_end(&mut head).map_err(unreadable)?;
    match decrypt::inspect(&head).err().map(|error| error.problem()) {
        Some(Problem::NotPgpHtml | Problem::NotPgpAudio | Problem::NotPgpUnknown) => Ok(head),
        _ if !is_armored(&head) => read_limited(path, MESSAGE_OCTETS),
        _ if is_dense(path)? => read_limited(path, ARMORED_OCTETS),
        // An armor around next to nothing.
        _ => Err(too_large(length, LOOK_FIRST_OCTETS)),
    }
}

fn is_armored(head: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN PGP";
    head.windows(BEGIN.len()).any(|part| part == BEGIN)
}

/// Whether nearly all octets are of those that armor spells data with. It is looked through piece by
/// piece, or blanks would take as much memory as a recording.
fn is_dense(path: &Path) -> Result<bool, Failure> {
    let mut file = crate::platform::open_regular(path).map_err(unreadable)?.take(ARMORED_OCTETS);
    let mut piece = Zeroizing::new(vec![0; HEAD_OCTETS as usize]);
    let (mut total, mut other) = (0, 0);
    loop {
        let count = file.read(&mut piece).map_err(unreadable)?;
        let read = piece.get(..count).unwrap_or_default();
        total += count;
        other += read.iter().filter(|octet| !is_data(**octet)).count();
        if count == 0 {
            return Ok(other <= total / 8);
        }
    }
}

fn is_data(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=')
}

/// Reads a whole regular file of at most `limit` octets.
pub fn read_limited(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let file = crate::platform::open_regular(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length > limit {
        return Err(too_large(length, limit));
    }
    // Wiped, because it may turn out to be a recording that was never sealed.
    let mut octets =
        Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1));
    // The file may grow while it is read.
    file.take(limit + 1).read_to_end(&mut octets).map_err(unreadable)?;
    if octets.len() as u64 > limit {
        return Err(too_large(octets.len() as u64, limit));
    }
    Ok(octets)
}

fn too_large(length: u64, limit: u64) -> Failure {
    let detail = format!("{length} bytes, the limit is {limit}");
    Failure::new(FailureKind::Problem(Problem::TooLarge), detail)
}

fn unreadable(error: std::io::Error) -> Failure {
    let kind = match error.kind() {
        ErrorKind::NotFound => FailureKind::FileMissing,
        ErrorKind::PermissionDenied => FailureKind::FileForbidden,
        ErrorKind::InvalidInput | ErrorKind::IsADirectory => FailureKind::NotAFile,
        _ => FailureKind::FileUnreadable,
    };
    Failure::new(kind, error.to_string())
}

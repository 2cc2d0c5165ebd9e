//! What is the SHA-256 of some octets, by a program that is not ours?

use crate::process::{output_with_input, tool};
use crate::{Outcome, fail};

/// The digest in lower-case hexadecimal, by `sha256sum`.
pub fn sha256(octets: &[u8]) -> Outcome<String> {
    let line = output_with_input(&mut tool("sha256sum")?, octets)?;
    match String::from_utf8_lossy(&line).split_whitespace().next() {
        Some(digest) => Ok(digest.to_owned()),
        None => fail!("sha256sum said nothing"),
    }
}

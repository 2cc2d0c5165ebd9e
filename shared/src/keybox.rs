//! Which certificates does GnuPG's keybox (`pubring.kbx`) hold?
//!
//! Format: `kbx/keybox-blob.c` of GnuPG. Every blob begins with its length (4 octets, big endian),
//! its type (2 is OpenPGP) and a version; at octet 8 stand the offset and at octet 12 the length of
//! a plain OpenPGP keyblock. A library would bring GnuPG's agent protocol along; this is all of it
//! that is needed.

const TYPE_HEADER: u8 = 1;
const TYPE_OPENPGP: u8 = 2;

/// Whether the octets are a keybox: the first blob is a header with the mark `KBXf`.
#[must_use]
pub fn is_keybox(octets: &[u8]) -> bool {
    octets.get(4) == Some(&TYPE_HEADER) && octets.get(8..12) == Some(b"KBXf")
}

/// The keyblocks of every OpenPGP blob. Blobs that make no sense are passed over; a keybox that is
/// cut off yields what stands before the cut.
#[must_use]
pub fn keyblocks(octets: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = octets;
    while let Some(length) = number(rest, 0) {
        let Some((blob, next)) = rest.split_at_checked(length) else { break };
        if length < 16 {
            break;
        }
        if blob.get(4) == Some(&TYPE_OPENPGP) {
            found.extend(keyblock(blob));
        }
        rest = next;
    }
    found
}

fn keyblock(blob: &[u8]) -> Option<&[u8]> {
    let (offset, length) = (number(blob, 8)?, number(blob, 12)?);
    blob.get(offset..offset.checked_add(length)?)
}

fn number(octets: &[u8], at: usize) -> Option<usize> {
    let field: [u8; 4] = octets.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(field)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(kind: u8, keyblock: &[u8]) -> Vec<u8> {
        let length = u32::try_from(16 + keyblock.len()).unwrap_or(0).to_be_bytes();
        let size = u32::try_from(keyblock.len()).unwrap_or(0).to_be_bytes();
        [&length[..], &[kind, 1, 0, 0], &16_u32.to_be_bytes(), &size, keyblock].concat()
    }

    #[test]
    fn only_openpgp_blobs_are_read_and_a_cut_ends_the_list() {
        let keybox = [blob(1, b""), blob(2, b"one"), blob(3, b"x509"), blob(2, b"two")].concat();
        assert_eq!(keyblocks(&keybox), [&b"one"[..], b"two"]);
        let cut = keybox.get(..keybox.len() - 1).unwrap_or_default();
        assert_eq!(keyblocks(cut), [&b"one"[..]]);
    }

    #[test]
    fn lengths_that_lie_end_the_list() {
        assert!(keyblocks(&[0; 64]).is_empty());
        assert!(keyblocks(&[0xFF; 64]).is_empty());
        let mut lying = blob(2, b"one");
        lying.splice(12..16, [0xFF; 4]);
        assert!(keyblocks(&lying).is_empty());
    }
}

//! What is made to exhaust whoever takes in a key, or unlocks one?

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use support::sealing::{self, Sealer};
use support::{Failure, Outcome, ensure};

use super::measured::Workstation;

/// A key whose protection asks for Argon2.
const ARGON2: &[u8] = include_bytes!("../../fuzz/seeds/unlock/cv25519-argon2");

fn fixture(name: &str) -> Outcome<Vec<u8>> {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp/keys");
    Ok(fs::read(keys.join(name))?)
}

/// The place where a key packet of the old format with a two-octet length begins, and its end.
fn last_packet(key: &[u8], tag: u8) -> Outcome<&[u8]> {
    let mut rest = key;
    let mut found = None;
    while let [head, high, low, ..] = rest {
        let length = match head & 3 {
            0 => 2 + usize::from(*high),
            1 => 3 + usize::from(*high) * 256 + usize::from(*low),
            other => return Err(Failure::new(format!("a length of kind {other}"))),
        };
        let (packet, after) = rest.split_at(length.min(rest.len()));
        if head >> 2 & 0x0F == tag {
            found = Some(packet);
        }
        rest = after;
    }
    found.ok_or_else(|| Failure::new("no such packet"))
}

#[test]
fn protection_that_costs_terabytes_is_not_computed() -> Outcome {
    let sealer = Sealer::new()?;
    let message = sealer.message(sealing::Container::Mdc, &sealing::literal(b"x"))?;
    let salt = b"saltsaltsaltsalt";
    for costs in [[255, 4, 31], [1, 1, 31], [1, 4, 24], [255, 1, 16]] {
        let mut key = ARGON2.to_vec();
        let mut changed = 0;
        for at in 0..key.len() - salt.len() - 3 {
            if key[at..].starts_with(salt) {
                key[at + salt.len()..][..3].copy_from_slice(&costs);
                changed += 1;
            }
        }
        ensure!(changed == 2, "{changed} protections were changed");
        let workstation = Workstation::with_key(&key)?;
        workstation.expect(&format!("{costs:?}"), &message, "unsupported-key")?;
    }
    Ok(())
}

#[test]
fn thousands_of_costly_subkeys_are_unlocked_for_a_bounded_time() -> Outcome {
    let key = fixture("cv25519.secret.pgp")?;
    let subkey = last_packet(&key, 7)?;
    let mut many = key.clone();
    for number in 1..5000_u32 {
        let mut other = subkey.to_vec();
        // Another time of creation is another key.
        let at = if subkey[0] & 3 == 0 { 3 } else { 4 };
        other[at..at + 4].copy_from_slice(&number.to_be_bytes());
        many.extend(other);
    }
    let workstation = Workstation::with_key(&many)?;
    let mut other = Sealer::new()?.hidden_session_key_packet().to_vec();
    if let Some(octet) = other.last_mut() {
        *octet ^= 1;
    }
    let (tag, body) = sealing::body(sealing::Container::Mdc, &sealing::literal(b"x"))?;
    workstation.expect("hidden", &[other, sealing::packet(tag, &body)].concat(), "no-key")
}

#[test]
fn files_of_countless_keys_are_no_keys() -> Outcome {
    let workstation = Workstation::new()?;
    let empty_key = b"\x98\x06\x04\x00\x00\x00\x00\x01".repeat(4 << 20);
    workstation.expect_no_key("tiny keys", &empty_key)?;
    let user_ids = [&fixture("cv25519.cert.pgp")?[..], &b"\xB4\x01x".repeat(8 << 20)].concat();
    workstation.expect_no_key("user IDs", &user_ids)?;
    let (begin, end) =
        (b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n", b"-----END PGP PRIVATE KEY BLOCK-----\n");
    workstation.expect_no_key("armors", &[&begin[..], end].concat().repeat(500_000))?;
    let mut blanks = begin.to_vec();
    blanks.resize(30 << 20, b' ');
    workstation.expect_no_key("blanks", &[&blanks[..], end].concat())?;
    workstation.expect_no_key("300 MiB", &vec![0x99; 300 << 20])
}

//! What is made to exhaust whoever only looks at the packets in front of the seal?

use std::fs::File;
use std::io::{self, Read, Write};

use support::Outcome;
use support::sealing::{self, Container, Sealer};

use super::measured::Workstation;

#[test]
fn lengths_of_four_gibibytes_are_incomplete() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    let session_key = sealer.session_key_packet(Container::Mdc);
    for head in
        [&b"\xD2\xFF\xFF\xFF\xFF\xFF\x01"[..], b"\xD4\xFF\xFF\xFF\xFF\xFF\x01", b"\xD2\xFE\x01"]
    {
        workstation.expect("a body", &[session_key, head].concat(), "incomplete")?;
    }
    workstation.expect("a key", b"\xC1\xFF\xFF\xFF\xFF\xFF\x03", "incomplete")
}

#[test]
fn a_hundred_thousand_session_keys_are_too_many() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    let message = sealer.message(Container::Mdc, &sealing::literal(b"x"))?;
    let many = sealer.session_key_packet(Container::Mdc).repeat(100_000);
    workstation.expect("session keys", &[many, message].concat(), "too-large")
}

#[test]
fn session_keys_that_fit_nobody_are_tried_for_a_bounded_time() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    let mut other = sealer.hidden_session_key_packet().to_vec();
    if let Some(octet) = other.last_mut() {
        *octet ^= 1;
    }
    let (tag, body) = sealing::body(Container::Mdc, &sealing::literal(b"x"))?;
    let message = [other.repeat(1000), sealing::packet(tag, &body)].concat();
    workstation.expect("hidden", &message, "no-key")
}

#[test]
fn ways_from_a_passphrase_to_a_key_that_cost_too_much_are_not_taken() -> Outcome {
    let workstation = Workstation::new()?;
    let (tag, body) = sealing::body(Container::Mdc, &sealing::literal(b"x"))?;
    let sealed = sealing::packet(tag, &body);
    for (passes, lanes, memory) in
        [(255, 4, 31), (1, 4, 31), (255, 1, 10), (3, 4, 21), (1, 255, 17)]
    {
        let s2k = [&[4, 9, 4][..], &[7; 16], &[passes, lanes, memory]].concat();
        let costly = [sealing::packet(3, &s2k), sealed.clone()].concat();
        workstation.expect(&format!("{passes} {lanes} {memory}"), &costly, "too-large")?;
    }
    // Sixty-five million octets are hashed for each.
    let s2k = [&[4, 9, 3, 10][..], &[7; 8], &[255], &[9; 33]].concat();
    let many = [sealing::packet(3, &s2k).repeat(1000), sealed].concat();
    workstation.expect("a thousand", &many, "wrong-passphrase")
}

#[test]
fn half_a_gibibyte_that_is_no_message_is_not_held() -> Outcome {
    let workstation = Workstation::new()?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large.pgp");
    let armor = b"-----BEGIN PGP MESSAGE-----\n\n";
    let marked = [b"\xEF\xBB\xBF", &armor[..]].concat();
    for (head, filling, word) in [
        (&armor[..], b' ', "too-large"),
        (&armor[..], b'\n', "too-large"),
        // Which spells zeros, and no message begins with one.
        (&marked[..], b'A', "not-pgp:unknown"),
        (b"<html>", b' ', "not-pgp:html"),
        (b"RIFF\x24\0\0\0WAVEfmt ", 0, "not-pgp:audio"),
        (b"", 0, "not-pgp:unknown"),
        (b"\xFF", 0xFF, "not-pgp:unknown"),
    ] {
        let mut file = File::create(&path)?;
        file.write_all(head)?;
        io::copy(&mut io::repeat(filling).take(500 << 20), &mut file)?;
        file.write_all(b"\n-----END PGP MESSAGE-----\n")?;
        workstation.expect_file(word, &path, word)?;
    }
    Ok(())
}

#[test]
fn an_armor_around_blanks_is_damaged() -> Outcome {
    let workstation = Workstation::new()?;
    for blank in [b' ', b'\n', b'\t'] {
        let mut armor = b"-----BEGIN PGP MESSAGE-----\n\n".to_vec();
        armor.resize(60 << 20, blank);
        armor.extend(b"\n-----END PGP MESSAGE-----\n");
        workstation.expect("blanks", &armor, "damaged")?;
    }
    Ok(())
}

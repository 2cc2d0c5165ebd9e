//! What must hold for any octets that claim to be a message?

use super::held::{self, FIXTURE, SHORT};
use super::keys;
use shared::decrypt::{self, Integrity, Problem, Rules};
use support::sealing::{self, Container};

const UNPROTECTED_TOO: Rules = Rules { allow_without_integrity: true };

/// Whatever becomes of a message on its way: nothing but what was sealed ever comes out.
pub fn message(octets: &[u8]) {
    let envelope = decrypt::inspect(octets);
    match held::open(octets, held::keys(), Rules::default()) {
        Ok(opened) => {
            assert!(envelope.is_ok(), "it opens and nobody knows for whom");
            assert_ne!(opened.integrity, Integrity::None, "its integrity was not proven");
            let data: &[u8] = &opened.data;
            assert!(data == FIXTURE || data == SHORT, "it opened to other octets: {data:?}");
        }
        // What comes out then may be anything. It only has to end well.
        Err(error) if error.problem() == Problem::NoIntegrity => {
            drop(held::open(octets, held::keys(), UNPROTECTED_TOO));
        }
        Err(_) => {}
    }
}

/// The same between the lines that begin and end an armor, which a fuzzer would not find.
pub fn armor(octets: &[u8]) {
    let armored = |kind: &str| {
        let (begin, end) =
            (format!("-----BEGIN PGP {kind}-----\n"), format!("-----END PGP {kind}-----\n"));
        [begin.as_bytes(), octets, b"\n", end.as_bytes()].concat()
    };
    message(&armored("MESSAGE"));
    keys::keys(&armored("PRIVATE KEY BLOCK"));
}

/// Behind an intact seal: whoever has a certificate can put there what he likes.
///
/// The first three octets say in which containers the others are, as what, and what becomes of the
/// message on its way.
pub fn sealed(octets: &[u8]) {
    let [seal, content, harm, octets @ ..] = octets else { return };
    let (outer, inner) = containers(*seal);
    let mut packets = packets(*content, octets);
    for container in inner {
        let message = held::sealer().message(*container, &packets).unwrap();
        packets = sealing::literal(&message);
    }
    let (tag, mut body) = sealing::body(outer, &packets).unwrap();
    let is_harmed = harmed(*harm, &mut body);
    let packet = if harm % 4 == 3 { sealing::packet_in_parts } else { sealing::packet };
    let message = [held::sealer().session_key_packet(outer), &packet(tag, &body)].concat();
    // A recording that is a sealed message itself is opened further.
    let is_recording = matches!(content % 12, 8..=11) && !looks_sealed(octets);
    let is_protected = outer != Container::Bare && !inner.contains(&Container::Bare);
    check(&message, is_recording.then_some(octets), is_protected, is_harmed);
}

fn check(message: &[u8], recording: Option<&[u8]>, is_protected: bool, is_harmed: bool) {
    match held::open(message, held::keys(), Rules::default()) {
        Ok(opened) => {
            assert!(!is_harmed, "it was changed on its way, and opened");
            assert!(is_protected, "it has no integrity protection, and opened");
            assert_ne!(opened.integrity, Integrity::None, "its integrity was not proven");
            let data: &[u8] = &opened.data;
            assert!(recording.is_none_or(|it| it == data), "it opened to other octets: {data:?}");
        }
        Err(error) => {
            let is_sound = recording.is_some() && is_protected && !is_harmed;
            assert!(!is_sound, "it did not open: {error}");
        }
    }
    if !is_protected {
        drop(held::open(message, held::keys(), UNPROTECTED_TOO));
    }
}

/// The outermost container, and those in it, the innermost first.
fn containers(seal: u8) -> (Container, &'static [Container]) {
    use Container::{Aead, Bare, GnupgOcb, GnupgOcbChunks, Mdc};
    match seal % 9 {
        0 => (Mdc, &[]),
        1 => (GnupgOcb, &[]),
        2 => (Aead, &[]),
        3 => (Bare, &[]),
        4 => (Mdc, &[GnupgOcb]),
        5 => (GnupgOcb, &[Mdc]),
        6 => (Mdc, &[Mdc, Aead]),
        7 => (GnupgOcbChunks, &[]),
        _ => (Mdc, &[Bare]),
    }
}

/// The octets as packets, as a stream that is said to be compressed, as packets that are compressed,
/// or as a recording.
fn packets(content: u8, octets: &[u8]) -> Vec<u8> {
    let compressed = |by: u8, mut packets: &[u8]| sealing::compressed(by, &mut packets).unwrap();
    match content % 12 {
        0 => octets.to_vec(),
        by @ 1..=4 => sealing::compressed_stream(by - 1, octets),
        by @ 5..=7 => compressed(by - 4, octets),
        8 => sealing::literal(octets),
        by => compressed(by - 8, &sealing::literal(octets)),
    }
}

/// Flips an octet of the body or cuts it; the version in front is left alone.
fn harmed(harm: u8, body: &mut Vec<u8>) -> bool {
    let at = 1 + usize::from(harm >> 2) * (body.len() - 1) / 64;
    match harm % 4 {
        1 => body[at] ^= 0x20,
        2 => body.truncate(at),
        _ => return false,
    }
    true
}

fn looks_sealed(octets: &[u8]) -> bool {
    let problem = decrypt::inspect(octets).err().map(|error| error.problem());
    matches!(problem, None | Some(Problem::Damaged | Problem::Incomplete))
}

//! Does what is damaged or hostile leave everything else readable, and in time?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use openpgp::cert::CertBuilder;
use openpgp::packet::UserID;
use openpgp::serialize::SerializeInto;
use std::time::{Duration, Instant};

const V5: &[u8] = include_bytes!("../../../tests/fixtures/openpgp/keys/gpg24v5.cert.pgp");

fn made(user_id: &str) -> Cert {
    CertBuilder::general_purpose(Some(user_id)).generate().unwrap().0
}

fn read(octets: &[u8]) -> Vec<Found> {
    super::read(octets, &mut Budget::default())
}

fn kinds(octets: &[u8]) -> String {
    let kind = |found: &Found| match found {
        Found::Cert(_) => 'c',
        Found::Version5(_) => '5',
        Found::Revocation(_) => 'r',
        Found::Unreadable { .. } => '-',
    };
    read(octets).iter().map(kind).collect()
}

#[test]
fn nothing_at_all_is_said_to_be_nothing() {
    for empty in [&b""[..], b"\xCA\x03PGP", b"\n"] {
        assert_eq!(kinds(empty), "-", "{empty:?}");
    }
}

#[test]
fn what_cannot_be_read_hides_nothing_that_can() {
    let (one, two) = (made("a@b.c").to_vec().unwrap(), made("d@e.f").to_vec().unwrap());
    // Versions 3 and 9, an algorithm nobody knows, a key of no octets.
    let strange: [&[u8]; 4] =
        [b"\x99\0\x04\x03abc", b"\x99\0\x04\x09abc", b"\x98\x06\x04\0\0\0\0\xC7", b"\x98\0"];
    for strange in strange {
        assert_eq!(kinds(&[&one, strange, &two, V5].concat()), "c-c5", "{strange:?}");
    }
    assert_eq!(kinds(&[&one, V5, &two].concat()), "c5c");
    assert_eq!(kinds(&[V5, V5].concat()), "55");
}

#[test]
fn every_octet_of_a_certificate_may_be_changed_and_its_neighbours_stay() {
    let (one, two) = (made("a@b.c").to_vec().unwrap(), made("d@e.f"));
    let fingerprint = two.fingerprint();
    let two = two.to_vec().unwrap();
    for at in 0..one.len() {
        let mask = [0x01, 0x80, 0xFF].into_iter().nth(at % 3).unwrap_or(0);
        let mut damaged = one.clone();
        *damaged.get_mut(at).unwrap() ^= mask;
        // Behind it, unless the framing itself was hit; before it in any case.
        let before = read(&[two.as_slice(), &damaged].concat());
        let is_two =
            |found: &Found| matches!(found, Found::Cert(cert) if cert.fingerprint() == fingerprint);
        assert!(before.iter().any(is_two), "octet {at}");
        let lengths: usize = framing::parts(&damaged).map(|part| part.whole.len()).sum();
        let starts = framing::parts(&damaged)
            .map(|part| part.tag)
            .eq(framing::parts(&one).map(|part| part.tag));
        if lengths == one.len() && starts {
            assert!(read(&[damaged.as_slice(), &two].concat()).iter().any(is_two), "{at}");
        }
    }
}

#[test]
fn a_revocation_stands_alone_only_before_the_first_key() {
    let (cert, revocation) = CertBuilder::general_purpose(Some("a@b.c")).generate().unwrap();
    let revocation = Packet::from(revocation).to_vec().unwrap();
    let cert = cert.to_vec().unwrap();
    assert_eq!(kinds(&revocation), "r");
    assert_eq!(kinds(&[revocation.as_slice(), &revocation, &cert].concat()), "rrc");
    assert_eq!(kinds(&[cert.as_slice(), &revocation].concat()), "c");
    for end in 1..revocation.len() {
        assert_eq!(kinds(revocation.get(..end).unwrap()), "-", "{end}");
    }
}

#[test]
fn an_armor_behind_a_colon_is_kept_for_a_bad_day() {
    let armored = made("a@b.c").armored().to_vec().unwrap();
    assert_eq!(kinds(&armored), "c");
    for before in ["text\n", "\r\n", "\u{feff}", "  "] {
        assert_eq!(kinds(&[before.as_bytes(), &armored].concat()), "c", "{before:?}");
    }
    for before in [":", "text\n:", "> "] {
        let kept = [before.as_bytes(), &armored].concat();
        assert_eq!(kinds(&kept), "-", "{before:?}");
        assert_eq!(kinds(&[kept.as_slice(), b"\n", &armored].concat()), "c", "{before:?}");
    }
}

/// A certificate with so many user IDs, and behind the last so many signatures that fit nowhere.
fn flooded(user_ids: usize, signatures: usize) -> Vec<u8> {
    let cert = made("a@b.c");
    let signature = cert.userids().next().unwrap().self_signatures().next().unwrap().clone();
    let mut octets = cert.to_vec().unwrap();
    for number in 0..user_ids {
        let id = UserID::from(format!("{number}@b.c"));
        octets.extend(Packet::from(id).to_vec().unwrap());
    }
    let signature = Packet::from(signature).to_vec().unwrap();
    for number in 0..signatures {
        let mut one = signature.clone();
        let end = one.len();
        one.splice(end - 4.., u32::try_from(number).unwrap().to_be_bytes());
        octets.extend(one);
    }
    octets
}

#[test]
fn a_certificate_made_to_be_slow_is_refused_at_once_and_hides_nothing() {
    let other = made("d@e.f").to_vec().unwrap();
    for (user_ids, signatures) in [(500, 1_000), (100_000, 0), (0, 100_000)] {
        let octets = [other.clone(), flooded(user_ids, signatures), other.clone()].concat();
        let start = Instant::now();
        assert_eq!(kinds(&octets), "c-c", "{user_ids} {signatures}");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}

#[test]
fn what_is_slow_is_not_let_in_behind_a_packet_that_comes_in_chunks() {
    let cert = made("a@b.c").to_vec().unwrap();
    // A user ID of three octets, in a chunk of two and a last one.
    let chunks = b"\xCD\xE1ab\x01c";
    let hidden = [&cert, &chunks[..], &flooded(4_000, 4_000)].concat();
    let start = Instant::now();
    assert!(kinds(&hidden).starts_with('c'));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_thousand_slow_certificates_hide_no_ordinary_one_and_take_no_longer_than_a_few() {
    let other = made("d@e.f").to_vec().unwrap();
    let octets = [flooded(100, 500).repeat(1_000), other].concat();
    let start = Instant::now();
    let kinds = kinds(&octets);
    assert!(kinds.ends_with("-c") && kinds.starts_with('c'), "{kinds}");
    assert!(kinds.len() == 1_001 && kinds.matches('c').count() < 100, "{kinds}");
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[test]
fn a_certificate_that_many_people_signed_is_read_in_time() {
    for (user_ids, signatures) in [(3, 9_000), (100, 500), (1_000, 50)] {
        let octets = flooded(user_ids, signatures);
        let start = Instant::now();
        assert_eq!(kinds(&octets), "c", "{user_ids} {signatures}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

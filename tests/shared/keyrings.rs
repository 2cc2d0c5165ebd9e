//! Do certificates that come in many parts become one, in a time that people wait?

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use shared::certs::Certificates;
use std::time::{Duration, Instant};

const CERTIFICATE: &[u8] = include_bytes!("../fixtures/openpgp/keys/cv25519.cert.pgp");

/// The primary key of the certificate, so many times, each time with another user ID.
fn parts(count: usize) -> Vec<u8> {
    let primary = CERTIFICATE.get(..2 + usize::from(*CERTIFICATE.get(1).unwrap())).unwrap();
    let part = |number: usize| {
        let user_id = format!("part {number:05}");
        [primary, &[0xB4, user_id.len() as u8], user_id.as_bytes()].concat()
    };
    (0..count).flat_map(part).collect()
}

#[test]
fn a_certificate_in_thousands_of_parts_becomes_one() {
    let started = Instant::now();
    let mut certificates = Certificates::default();
    certificates.add(&[&parts(8000), CERTIFICATE].concat(), "here");
    let cert = certificates.iter().next().unwrap();
    assert_eq!(cert.userids().count(), 8001);
    assert_eq!(cert.keys().subkeys().count(), 1);
    assert!(certificates.problems.is_empty(), "{:?}", certificates.problems);
    // One after the other they took minutes.
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[test]
fn a_certificate_in_more_parts_than_any_has_is_named_and_not_used() {
    let mut certificates = Certificates::default();
    certificates.add(&[&parts(20_000), CERTIFICATE].concat(), "here");
    assert!(certificates.is_empty());
    let [problem] = certificates.problems.as_slice() else { panic!("{:?}", certificates.problems) };
    assert!(problem.contains("80F1DEA23BEB4FBB14DC03E200E99E96674FD1ED"), "{problem}");
}

#[test]
fn the_same_certificate_from_many_places_is_one_of_the_usual_size() {
    let mut certificates = Certificates::default();
    certificates.add(&CERTIFICATE.repeat(500), "a folder of copies");
    for _ in 0..500 {
        certificates.add(CERTIFICATE, "another place");
    }
    let cert = certificates.iter().next().unwrap();
    assert_eq!((cert.userids().count(), cert.keys().count()), (1, 2));
    assert!(certificates.problems.is_empty(), "{:?}", certificates.problems);
}

//! Does whatever stands behind a seal open where it can, and is it refused where it was made to keep a
//! reader busy?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use shared::certs::SecretKey;
use shared::decrypt::{Opener, Problem, Rules};
use shared::secret::Passphrase;
use std::fs;
use std::path::PathBuf;
use support::gnupg::GnupgHome;
use support::process::output_with_input;
use support::sealing::{self, Container, Sealer, compression, literal, packet};

const CONTAINERS: [Container; 4] =
    [Container::Mdc, Container::Aead, Container::GnupgOcb, Container::GnupgOcbChunks];

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp/keys");
    fs::read(folder.join(name)).unwrap()
}

fn held() -> Vec<SecretKey> {
    let names = ["cv25519.secret.pgp", "rsa3072.secret.pgp"];
    names.into_iter().flat_map(|name| SecretKey::read_all(&fixture(name)).unwrap()).collect()
}

fn typed() -> Passphrase {
    Passphrase::new(b"correct horse".to_vec().into())
}

/// What was sealed and who signed it, or what is wrong.
fn opened(message: &[u8]) -> Result<(Vec<u8>, Vec<String>), Problem> {
    let mut opener = Opener::new(held(), Rules::default());
    match opener.open(message, Some(&typed())) {
        Ok(opened) => Ok((opened.data.to_vec(), opened.signed_by)),
        Err(error) => Err(error.problem()),
    }
}

fn plain(message: &[u8]) -> Result<Vec<u8>, Problem> {
    opened(message).map(|(data, _)| data)
}

fn recording() -> Vec<u8> {
    (0..100_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

#[test]
fn what_was_signed_as_a_file_and_sealed_then_opens_to_the_recording() {
    let home = GnupgHome::new().unwrap();
    home.import(&fs::read(sealing::certificate_path()).unwrap()).unwrap();
    let key = home.path().join("key");
    fs::write(&key, fixture("rsa3072.secret.pgp")).unwrap();
    let mut import = home.gpg().unwrap();
    import.args(["--passphrase-fd", "0", "--import"]).arg(&key);
    output_with_input(&mut import, b"correct horse").unwrap();
    let (file, signed) = (home.path().join("plain"), home.path().join("signed"));
    fs::write(&file, recording()).unwrap();
    for options in [&["--sign"][..], &["--sign", "-z", "0"], &["--sign", "--armor"], &["--store"]] {
        let mut gpg = home.gpg().unwrap();
        gpg.args(["--passphrase-fd", "0", "--output"]).arg(&signed).args(options).arg(&file);
        output_with_input(&mut gpg, b"correct horse").unwrap();
        let packed = fs::read(&signed).unwrap();
        let owners: &[&str] =
            if options == ["--store"] { &[] } else { &["RSA3072 <rsa3072@field.example>"] };
        let sealed = home.encrypt(&packed, &["cv25519@field.example"], &[]).unwrap();
        let (data, signed_by) = opened(&sealed).unwrap();
        assert!(data == recording(), "{options:?} opened to something else");
        assert_eq!(signed_by, owners, "{options:?}");
        // A signature that is not valid is no reason not to listen, and names nobody.
        let Some(at) = packed.len().checked_sub(200).filter(|_| options.contains(&"-z")) else {
            continue;
        };
        let mut changed = packed;
        *changed.get_mut(at - 1000).unwrap() ^= 1;
        let sealed = home.encrypt(&changed, &["cv25519@field.example"], &[]).unwrap();
        let (data, signed_by) = opened(&sealed).unwrap();
        assert_eq!((data.len(), signed_by.len()), (recording().len(), 0), "{options:?}");
    }
}

/// A packet whose body comes in parts of so many octets, the least of which the standard allows only
/// from 512 on.
fn in_small_parts(tag: u8, body: &[u8], power: u8) -> Vec<u8> {
    let mut parts = body.chunks_exact(1 << power);
    let mut whole = vec![0xC0 | tag];
    for part in &mut parts {
        whole.push(0xE0 | power);
        whole.extend_from_slice(part);
    }
    let last = packet(tag, parts.remainder());
    whole.extend_from_slice(last.get(1..).unwrap());
    whole
}

#[test]
fn a_body_that_begins_with_small_parts_opens() {
    let sealer = Sealer::new().unwrap();
    for container in CONTAINERS {
        let (tag, body) = sealing::body(container, &literal(&recording())).unwrap();
        for power in [0, 1, 4, 8, 9] {
            let sealed = in_small_parts(tag, &body, power);
            let message = [sealer.session_key_packet(container), &sealed].concat();
            let got = plain(&message);
            assert!(got == Ok(recording()), "{container:?}, parts of 2^{power}: {:?}", got.err());
            let cut = plain(message.get(..message.len() - 1).unwrap());
            assert_eq!(cut.unwrap_err(), Problem::Incomplete, "{container:?}, 2^{power}");
        }
    }
}

#[test]
fn packets_that_nobody_need_understand_are_passed_over() {
    let sealer = Sealer::new().unwrap();
    for container in CONTAINERS {
        for tag in [40, 50, 59, 60, 63] {
            let unknown = packet(tag, b"for somebody else");
            let packets = [&unknown[..], &literal(&recording())].concat();
            let (body_tag, body) = sealing::body(container, &packets).unwrap();
            let session_key = sealer.session_key_packet(container);
            let message =
                [&packet(10, b"PGP"), session_key, &unknown, &packet(body_tag, &body)].concat();
            let got = plain(&message);
            assert!(got == Ok(recording()), "{container:?}, packet {tag}: {:?}", got.err());
        }
    }
}

/// A one-pass signature of somebody unknown, which another one follows.
fn one_pass_signature() -> Vec<u8> {
    packet(4, &[3, 0, 8, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0])
}

#[test]
fn more_packets_behind_a_seal_than_any_recording_has_are_too_many() {
    let sealer = Sealer::new().unwrap();
    for flood in [packet(10, b"PGP"), one_pass_signature(), packet(60, b"x")] {
        for container in CONTAINERS {
            let behind = |count: usize| {
                let packets = [&flood.repeat(count)[..], &literal(b"x")].concat();
                let plain_packets = sealer.message(container, &packets).unwrap();
                let packed =
                    sealing::compressed(compression::ZIP, &mut packets.as_slice()).unwrap();
                [plain(&plain_packets), plain(&sealer.message(container, &packed).unwrap())]
            };
            for got in behind(256) {
                assert_eq!(got, Err(Problem::TooLarge), "{flood:?} in {container:?}");
            }
            for got in behind(100) {
                assert_ne!(got, Err(Problem::TooLarge), "{flood:?} in {container:?}");
            }
        }
    }
    let markers = [&packet(10, b"PGP").repeat(200)[..], &literal(b"x")].concat();
    assert_eq!(plain(&sealer.message(Container::Mdc, &markers).unwrap()), Ok(b"x".to_vec()));
    // What was packed first and sealed then is counted too: it stays as it is.
    let flooded = [&literal(b"x")[..], &packet(10, b"PGP").repeat(300)].concat();
    let packed = sealing::compressed(compression::ZIP, &mut flooded.as_slice()).unwrap();
    let sealed = sealer.message(Container::Mdc, &literal(&packed)).unwrap();
    assert_eq!(plain(&sealed), Ok(packed));
}

#[test]
fn a_seal_directly_inside_another_opens() {
    let sealer = Sealer::new().unwrap();
    let innermost = |container| sealer.message(container, &literal(&recording())).unwrap();
    for outer in CONTAINERS {
        for inner in CONTAINERS {
            let message = sealer.message(outer, &innermost(inner)).unwrap();
            let got = plain(&message);
            assert!(got == Ok(recording()), "{inner:?} in {outer:?}: {:?}", got.err());
            // The outer seal must still prove itself.
            let mut changed = message;
            *changed.last_mut().unwrap() ^= 1;
            assert_eq!(plain(&changed), Err(Problem::Damaged), "{inner:?} in {outer:?}");
        }
    }
    let mut message = innermost(Container::Mdc);
    for depth in 2..=20 {
        message = sealer.message(Container::Mdc, &message).unwrap();
        let expected = if depth <= 4 { Ok(recording()) } else { Err(Problem::TooLarge) };
        assert!(plain(&message) == expected, "{depth} deep: {:?}", plain(&message).err());
    }
}

#[test]
fn seals_by_passphrase_open_inside_each_other_up_to_the_limit() {
    let home = GnupgHome::new().unwrap();
    let (file, secret) = (home.path().join("message"), home.path().join("typed"));
    fs::write(&secret, "correct horse").unwrap();
    let mut message = recording();
    for depth in 1..=20 {
        let mut gpg = home.gpg().unwrap();
        gpg.args(["--s2k-mode", "1", "--passphrase-file"]).arg(&secret);
        fs::write(&file, &message).unwrap();
        message =
            output_with_input(gpg.args(["--output", "-", "--symmetric"]).arg(&file), b"").unwrap();
        if (6..20).contains(&depth) {
            continue;
        }
        let expected = if depth <= 4 { Ok(recording()) } else { Err(Problem::TooLarge) };
        assert!(plain(&message) == expected, "{depth} deep: {:?}", plain(&message).err());
    }
}

#[test]
fn a_recording_whose_first_frame_looks_like_a_packet_opens() {
    let sealer = Sealer::new().unwrap();
    let mut opener = Opener::new(held(), Rules::default()).keep_unlocked();
    let mut typed = Some(typed());
    for first in 0xD0..=0xDF {
        for second in [0x00, 0x01, 0x20, 0xC0, 0xE5, 0xFE, 0xFF] {
            // Raw GSM 06.10: frames of 33 octets, of which each begins with 1101.
            let frame = [&[0xD8][..], &[0x20; 32]].concat();
            let gsm = [&[first, second][..], &[0x20; 31], &frame.repeat(99)].concat();
            let message = sealer.message(Container::Mdc, &literal(&gsm)).unwrap();
            let opened = opener.open(&message, typed.take().as_ref());
            assert!(opened.is_ok_and(|it| *it.data == gsm), "{first:02X} {second:02X}");
        }
    }
}

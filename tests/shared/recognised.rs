//! Is a message found where other text stands before it, and is a file that is no message called what
//! it is?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use shared::decrypt::{self, OpenError, Problem};
use shared::limits::ARMORED_OCTETS;
use std::fs;
use std::path::PathBuf;
use support::gnupg::{Algorithm, GnupgHome};
use support::process::output_with_input;
use support::sealing::{self, Container, Sealer};

fn message(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp");
    fs::read(folder.join("messages").join(name)).unwrap()
}

fn refused(octets: &[u8]) -> OpenError {
    decrypt::inspect(octets).unwrap_err()
}

#[test]
fn an_armor_is_found_behind_whatever_text_somebody_wrote_before_it() {
    let armored = message("gpg22-armor-crlf.asc");
    let sealed_to = decrypt::inspect(&armored).unwrap().sealed_to;
    for text in [
        &b"From: lena@x.example\r\nSubject: call\r\n\r\nPlease listen:\r\n"[..],
        "\u{201C}Please listen\u{201D}, she wrote:\n".as_bytes(),
        "Ünder which name?\n".as_bytes(),
        "привет\n".as_bytes(),
        "ключ\n".as_bytes(),
        "録音\r\n\r\n".as_bytes(),
        "\u{FEFF}Please\n".as_bytes(),
        // The same quotes and letters as Windows wrote them.
        b"\x93Please listen\x94\r\n",
        b"\xDCber\r\n\x0C",
        b"\xA3 100\n",
    ] {
        for count in [1, 100] {
            let file = [&text.repeat(count)[..], &armored].concat();
            let found = decrypt::inspect(&file).map(|envelope| envelope.sealed_to);
            assert_eq!(found, Ok(sealed_to.clone()), "{}", String::from_utf8_lossy(text));
        }
    }
}

#[test]
fn a_binary_message_that_quotes_an_armor_is_still_binary() {
    let armored = message("gpg22-armor-crlf.asc");
    let binary = message("gpg22-passphrase-only.pgp");
    let quoting = sealing::packet(61, &[b"\0", &armored[..]].concat());
    let message = [quoting, binary].concat();
    assert!(decrypt::inspect(&message).unwrap().sealed_to.is_empty());
}

#[test]
fn what_is_signed_or_packed_and_not_sealed_is_called_so() {
    let home = GnupgHome::new().unwrap();
    home.generate("Lena", Algorithm::Curve25519, "", "0").unwrap();
    for (options, said) in [
        ("--sign", "a signed file that is not sealed"),
        ("--sign --armor", "a signed file that is not sealed"),
        ("--sign --compress-algo bzip2", "a signed file that is not sealed"),
        ("--sign --compress-algo none", "a signed file that is not sealed"),
        ("--clearsign", "a signed file that is not sealed"),
        ("--detach-sign", "a signed file that is not sealed"),
        ("--store", "a packed file that is not sealed"),
        ("--store --armor", "a packed file that is not sealed"),
        ("--store --compress-algo none", "a packed file that is not sealed"),
    ] {
        let mut gpg = home.gpg().unwrap();
        let file = output_with_input(gpg.args(options.split(' ')), b"spoken\nwords\n").unwrap();
        let error = refused(&file);
        assert_eq!((error.problem(), error.to_string().as_str()), (Problem::NotPgpUnknown, said));
    }
    for other in [&b"hello"[..], b"\xA3\x02what", b"\xCB\x05xhell", b"\x90\x0D", &[0xC4; 200]] {
        assert_eq!(refused(other).to_string(), "the file is no sealed message", "{other:?}");
    }
}

#[test]
fn more_session_keys_than_any_team_has_are_too_many() {
    let sealer = Sealer::new().unwrap();
    let (tag, body) = sealing::body(Container::Mdc, &sealing::literal(b"x")).unwrap();
    let with = |count| {
        let keys = sealer.session_key_packet(Container::Mdc).repeat(count);
        [keys, sealing::packet(tag, &body)].concat()
    };
    assert!(decrypt::inspect(&with(1024)).is_ok());
    let error = refused(&with(1025));
    assert_eq!(
        (error.problem(), error.to_string().as_str()),
        (Problem::TooLarge, "more than 1024 session keys")
    );
}

#[test]
fn the_limit_of_an_armored_message_is_that_of_what_is_in_it() {
    let line_octets = 64 + 2;
    let (binary_octets, data_octets) = (512 << 20, 48);
    let needed = (binary_octets / data_octets + 1) * line_octets;
    assert!((needed..needed + (2 << 20)).contains(&ARMORED_OCTETS), "{needed}");
}

//! What becomes of each key in a file is told for each one, and none hides another.

use std::fs;
use std::path::Path;

use shared::certs::SecretKey;
use support::gnupg::Algorithm;
use support::process::output_with_input;
use workstation_app::keys::bring::{Brought, bring};

use crate::common::fixture;
use crate::desk::{Desk, GOOD, OldGnupg};

fn octets(name: &str) -> Vec<u8> {
    fs::read(fixture("keys").join(name)).unwrap()
}

fn reasons(brought: &Brought) -> Vec<&str> {
    brought.refused.iter().map(|refused| refused.reason.as_str()).collect()
}

/// Two sentences: what is wrong, what to do.
fn assert_two_sentences(reason: &str) {
    assert!(reason.ends_with('.') && reason.matches(". ").count() >= 1, "{reason}");
}

#[test]
fn every_key_file_of_the_fixtures_is_brought_or_refused_with_the_right_words() {
    let mut files: Vec<String> = fs::read_dir(fixture("keys"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert!(files.len() >= 24);
    for file in files {
        let desk = Desk::new();
        let brought = bring(&desk.store(), &octets(&file));
        if file == "gpg24v5.secret.pgp" || file == "gpg24v5.cert.pgp" {
            assert_eq!(
                reasons(&brought),
                [
                    "The key of gpg24 v5 <gpg24v5@field.example> is of a kind that only GnuPG can use \
                  (version 5). Bring an RSA or Curve25519 key, or leave this one in GnuPG: it is \
                  asked where it is installed."
                ],
                "{file}"
            );
        } else if file.contains(".cert.") {
            assert!(reasons(&brought)[0].contains("only the public half"), "{file}");
        } else {
            assert_eq!((brought.kept.len(), brought.refused.len()), (1, 0), "{file}");
            let card = &brought.kept[0];
            assert!(card.opens_recordings, "{file}: {card:?}");
            assert_eq!(card.remark.is_some(), file.starts_with("brain") || file.starts_with("dsa"));
            assert!(!card.algorithm.is_empty() && card.created.is_some());
        }
        reasons(&brought).iter().for_each(|reason| assert_two_sentences(reason));
        assert_eq!(desk.held().len(), brought.kept.len(), "{file}");
    }
}

#[test]
fn one_bad_key_in_a_file_hides_none_of_the_good_ones() {
    let desk = Desk::new();
    let mut damaged = octets("nistp256.secret.pgp");
    // Cut off within its last part.
    damaged.truncate(30);
    let unprotected = desk.gnupg.generate("Open", Algorithm::Curve25519, "", "0").unwrap();
    let mut gpg = desk.gnupg.gpg().unwrap();
    gpg.args(["--export-secret-keys", &unprotected]);
    let unprotected = output_with_input(&mut gpg, b"").unwrap();
    let all = [
        octets("cv25519.secret.pgp"),
        octets("gpg24v5.secret.pgp"),
        unprotected,
        octets("rsa3072.secret.pgp"),
        octets("gpg24.secret.pgp"),
        damaged,
    ]
    .concat();
    let brought = bring(&desk.store(), &all);
    assert_eq!(brought.kept.len(), 3, "{brought:?}");
    let reasons = reasons(&brought);
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    for (reason, words) in reasons.iter().zip(["(version 5)", "has no passphrase", "is damaged"]) {
        assert!(reason.contains(words), "{reason}");
        assert_two_sentences(reason);
    }
    assert_eq!(desk.held().len(), 3);
}

#[test]
fn several_armors_in_one_file_are_several_keys() {
    let desk = Desk::new();
    let armored = octets("rsa3072.secret.asc");
    let home = &desk.gnupg;
    let second = home.generate("Second", Algorithm::Curve25519, GOOD, "0").unwrap();
    let second = home.secret_key(&second, GOOD).unwrap();
    let text = [b"Hello, here they are:\r\n".as_slice(), &armored, b"\n\nand\n", &second].concat();
    let brought = bring(&desk.store(), &text);
    assert_eq!((brought.kept.len(), brought.refused.len()), (2, 0), "{brought:?}");
}

#[test]
fn exports_of_gpg_1_4_are_brought_and_open() {
    let (desk, old) = (Desk::new(), OldGnupg::new());
    let recipe = format!(
        "Key-Type: RSA\nKey-Length: 2048\nSubkey-Type: RSA\nSubkey-Length: 2048\n\
         Name-Real: Old\nExpire-Date: 0\nPassphrase: {GOOD}\n%commit\n"
    );
    old.run(&["--gen-key"], GOOD, recipe.as_bytes()).expect_code(0).unwrap();
    let export = ["--export-secret-keys", "--output", "-", "Old", "--no-options"];
    let key = old.run(&export, GOOD, b"");
    let brought = bring(&desk.store(), &key.stdout);
    assert_eq!(brought.kept.len(), 1, "{brought:?} {}", key.stderr);
    let sealed =
        old.run(&["--output", "-", "--recipient", "Old", "--encrypt"], "", b"spoken words");
    assert!(desk.opens(&sealed.stdout, GOOD));
}

#[test]
fn subkeys_without_their_primary_are_a_key_and_a_stub_of_them_is_none() {
    let desk = Desk::new();
    let owner = desk.gnupg.generate("Lena", Algorithm::Curve25519, GOOD, "0").unwrap();
    let message = desk.gnupg.encrypt(b"spoken words", &[&owner], &[]).unwrap();
    let mut gpg = desk.gnupg.gpg().unwrap();
    gpg.args(["--passphrase-fd", "0", "--export-secret-subkeys", &owner]);
    let subkeys = output_with_input(&mut gpg, GOOD.as_bytes()).unwrap();
    assert_eq!(bring(&desk.store(), &subkeys).kept.len(), 1);
    assert!(desk.opens(&message, GOOD));

    let other = Desk::new();
    let subkey = SecretKey::read_all(&subkeys).unwrap()[0].key_ids()[0].clone();
    desk.gnupg.dialogue(&["--edit-key", &owner], "key 1\ndelkey\ny\nsave\n").unwrap();
    let signing = desk.gnupg.secret_key(&owner, GOOD).unwrap();
    let brought = bring(&other.store(), &signing);
    assert!(reasons(&brought)[0].contains("no part for decryption"), "{subkey}: {brought:?}");
    assert_two_sentences(reasons(&brought)[0]);
}

#[test]
fn a_card_is_named_as_one() {
    let desk = Desk::new();
    let key = octets("cv25519.secret.pgp");
    let stubbed = with_card_stubs(&key);
    let brought = bring(&desk.store(), &stubbed);
    assert!(reasons(&brought)[0].contains("reference to a smart card"), "{brought:?}");
    assert_eq!(desk.files(), Vec::<String>::new());
}

/// Puts gpg's reference to a card (S2K 101, mode 2) into the place of each secret.
fn with_card_stubs(key: &[u8]) -> Vec<u8> {
    const STUB: &[u8] = b"\xFF\x00\x65\x00GNU\x02\x10\xD2\x76\x00\x01\x24\x01\x02\x00\x00\x05\x00\x00\x12\x34\x00\x00";
    let mut out = Vec::new();
    let mut rest = key;
    while let [head, length, body @ ..] = rest {
        // gpg writes old packets with lengths of one or two octets here.
        let tag = head >> 2 & 0x0F;
        let (length, body) = match head & 3 {
            0 => (usize::from(*length), body),
            _ => (usize::from(*length) << 8 | usize::from(body[0]), &body[1..]),
        };
        let (packet, after) = body.split_at(length);
        rest = after;
        let packet = if matches!(tag, 5 | 7) {
            let public = public_octets(packet);
            [&packet[..public], STUB].concat()
        } else {
            packet.to_vec()
        };
        let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
        out.extend([0x80 | tag << 2 | 1, length[0], length[1]]);
        out.extend(packet);
    }
    out
}

/// How long the public part of a Curve25519 key packet is.
fn public_octets(packet: &[u8]) -> usize {
    let curve = usize::from(packet[6]);
    let bits = usize::from(packet[7 + curve]) << 8 | usize::from(packet[8 + curve]);
    let point = 9 + curve + bits.div_ceil(8);
    // ECDH names its derivation besides.
    if packet[5] == 18 { point + 1 + usize::from(packet[point]) } else { point }
}

#[test]
fn what_is_no_key_is_told_once() {
    let desk = Desk::new();
    for (octets, words) in [
        (Vec::new(), "no key in this file"),
        (b"hello".to_vec(), "no key in this file"),
        (fs::read(fixture("messages/gpg22-cv25519.pgp")).unwrap(), "sealed recording"),
    ] {
        let brought = bring(&desk.store(), &octets);
        assert_eq!(brought.refused.len(), 1);
        assert!(reasons(&brought)[0].contains(words), "{brought:?}");
    }
    assert!(!Path::new(&desk.folder()).exists(), "looking at a file makes no folder");
}

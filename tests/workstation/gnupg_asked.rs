//! How often is the installed GnuPG asked? A card locks after three wrong PINs, and wants to be touched
//! for every decryption.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;
#[path = "computer.rs"]
mod computer;

use std::fs;
use std::path::PathBuf;

use common::{PASSPHRASE, fixture};
use computer::{Computer, SPECIAL, digest, message, plain_digest};
use sha2::{Digest, Sha256};
use support::gnupg::GnupgHome;

/// What takes the place of gpg, writes down how it was asked, and asks the real one.
const NOTING: &str = "echo \"$*\" >> $0.asked; /usr/bin/gpg \"$@\" 2> $0.said; code=$?; \
                      /bin/cat $0.said >&2; exit $code";

/// How often gpg was asked to decrypt.
fn decryptions(computer: &Computer) -> usize {
    let asked = fs::read_to_string(computer.search_path.join("gpg.asked")).unwrap_or_default();
    asked.lines().filter(|line| line.contains("--decrypt")).count()
}

/// A computer on which GnuPG holds the keys that only it can use.
fn computer() -> (Computer, GnupgHome) {
    let home = GnupgHome::new().unwrap();
    for (key, _) in SPECIAL {
        home.import(&fs::read(fixture("keys").join(key)).unwrap()).unwrap();
    }
    let mut computer = Computer::with_keys(&[]).with_gpg(NOTING);
    computer.gnupg_home = home.path().to_owned();
    (computer, home)
}

#[test]
fn a_pin_that_a_key_of_gnupg_refused_is_not_sent_to_it_again() {
    let (computer, _home) = computer();
    let [one, other] = SPECIAL.map(|(_, sealed)| message(sealed));
    let files = [&one, &one, &other, &one, &other].map(PathBuf::as_path);
    let answers = computer.check_all(&files, "not this one");
    assert_eq!(answers.len(), 5);
    assert!(answers.iter().all(|it| it["problem"] == "wrong-passphrase"), "{answers:?}");
    assert_eq!(decryptions(&computer), 2, "each key once");
    // The right one is sent for every message.
    let answers = computer.check_all(&files, PASSPHRASE);
    assert!(answers.iter().all(|it| digest(it) == plain_digest()), "{answers:?}");
    assert_eq!(decryptions(&computer), 2 + 5);
}

#[test]
fn session_keys_by_the_dozen_for_one_key_of_gnupg_use_up_one_try() {
    let (computer, _home) = computer();
    let sealed = fs::read(message(SPECIAL[1].1)).unwrap();
    // An old-format packet with a two-octet length.
    assert_eq!(sealed[0], 0x85);
    let session_key = &sealed[..3 + usize::from(sealed[1]) * 256 + usize::from(sealed[2])];
    let file = computer.temporary.path().join("many.pgp");
    fs::write(&file, [&session_key.repeat(12)[..], &sealed].concat()).unwrap();
    assert_eq!(computer.word(&file, "not this one"), "wrong-passphrase");
    let said = fs::read_to_string(computer.search_path.join("gpg.said")).unwrap();
    assert_eq!(said.matches("[GNUPG:] ENC_TO").count(), 1, "{said}");
    assert_eq!(computer.word(&file, PASSPHRASE), plain_digest());
}

#[test]
fn a_recording_that_was_packed_small_costs_one_decryption_by_gnupg() {
    let (computer, home) = computer();
    // Ten times as long as it is sealed, and longer than what is held without a count: a WAV file.
    let octets = 10_u32 << 20;
    let mut plain = [b"RIFF", &(octets + 36).to_le_bytes()[..], b"WAVEfmt \x10\0\0\0"].concat();
    plain.extend(b"\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data");
    plain.extend(octets.to_le_bytes());
    plain.extend((0..octets).map(|at| (at / 64) as u8));
    let recipient = "dsaelg@field.example";
    let sealed = home.encrypt(&plain, &[recipient], &["--compress-algo", "zip"]).unwrap();
    assert!(sealed.len() < plain.len() / 10);
    let file = computer.temporary.path().join("packed.pgp");
    fs::write(&file, &sealed).unwrap();
    let answer = computer.check(&file, PASSPHRASE);
    let sealed_digest: String =
        Sha256::digest(&plain).iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!((digest(&answer), decryptions(&computer)), (sealed_digest, 1), "{answer}");
    let mut flipped = sealed;
    let at = flipped.len() - 100;
    flipped[at] ^= 1;
    fs::write(&file, flipped).unwrap();
    assert_eq!(computer.word(&file, PASSPHRASE), "damaged");
}

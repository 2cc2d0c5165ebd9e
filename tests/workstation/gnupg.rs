//! Does the installed GnuPG open what nothing else here can, and is it believed only when it
//! vouches for what comes out?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;
#[path = "computer.rs"]
mod computer;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{PASSPHRASE, fixture};
use computer::{Computer, SPECIAL, digest, message, plain_digest};
use support::gnupg::{Algorithm, GnupgHome};
use support::process::finish_with_input;

/// The processes whose command line names `folder`: an agent that was left behind.
fn processes_of(folder: &Path) -> Vec<String> {
    let commands = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let line = fs::read(entry.ok()?.path().join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&line).replace('\0', " "))
    });
    commands.filter(|line| line.contains(folder.to_str().unwrap())).collect()
}

#[test]
fn a_held_key_of_a_kind_that_only_gnupg_knows_opens_and_leaves_nothing_behind() {
    for (key, sealed) in SPECIAL {
        let computer = Computer::with_keys(&[key]);
        let answer = computer.check(&message(sealed), PASSPHRASE);
        assert_eq!((digest(&answer), &answer["integrity"]), (plain_digest(), &"mdc".into()));
        assert_eq!(answer["key"].as_str().unwrap().len(), 40, "{sealed}");
        for wrong in ["", "correct hors", "two\nlines"] {
            assert_eq!(computer.word(&message(sealed), wrong), "wrong-passphrase", "{sealed}");
        }
        let left: Vec<_> = fs::read_dir(computer.temporary.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(processes_of(computer.temporary.path()), Vec::<String>::new());
    }
}

#[test]
fn a_key_that_stays_with_gnupg_opens_if_only_gnupg_can_use_it() {
    let home = GnupgHome::new().unwrap();
    for (key, _) in SPECIAL {
        home.import(&fs::read(fixture("keys").join(key)).unwrap()).unwrap();
    }
    home.import(&fs::read(fixture("keys").join("rsa3072.secret.pgp")).unwrap()).unwrap();
    fs::write(home.path().join("gpg.conf"), "ignore-mdc-error\n").unwrap();
    let mut computer = Computer::with_keys(&[]);
    computer.gnupg_home = home.path().to_owned();
    for (_, sealed) in SPECIAL {
        let answer = computer.check(&message(sealed), PASSPHRASE);
        assert_eq!(digest(&answer), plain_digest(), "{sealed}: {answer}");
        let mut flipped = fs::read(message(sealed)).unwrap();
        let at = flipped.len() - 2000;
        flipped[at] ^= 1;
        let file = computer.temporary.path().join("flipped.pgp");
        fs::write(&file, flipped).unwrap();
        assert_eq!(computer.word(&file, PASSPHRASE), "damaged", "{sealed}");
    }
    // An ordinary key is brought to this program instead.
    assert_eq!(computer.word(&message("gpg22-rsa3072.pgp"), PASSPHRASE), "no-key");
}

#[test]
fn another_key_of_each_kind_opens_too() {
    let recipe = |kind: &str| format!("{kind}\nName-Real: Somebody\nExpire-Date: 0");
    let home = GnupgHome::new().unwrap();
    for kind in [
        "Key-Type: ECDSA\nKey-Curve: brainpoolP512r1\nSubkey-Type: ECDH\nSubkey-Curve: brainpoolP512r1",
        "Key-Type: DSA\nKey-Length: 1024\nSubkey-Type: ELG-E\nSubkey-Length: 1024",
    ] {
        let owner = home.generate_by(&recipe(kind), "pässwörter 日本", &[]).unwrap();
        let sealed =
            home.encrypt(&fs::read(fixture("plain.mp3")).unwrap(), &[&owner], &[]).unwrap();
        let computer = Computer::with_keys(&[]);
        let (file, key) =
            (computer.temporary.path().join("a"), computer.temporary.path().join("k"));
        fs::write(&file, sealed).unwrap();
        assert_eq!(
            computer.word(&file, "x"),
            if kind.contains("ELG") { "unsupported-key" } else { "no-key" }
        );
        fs::write(&key, home.secret_key(&owner, "pässwörter 日本").unwrap()).unwrap();
        let mut import = Command::new(env!("CARGO_BIN_EXE_workstation-app"));
        import.arg("--data-dir").arg(computer.data.path()).arg("--import-key").arg(&key);
        finish_with_input(&mut import, b"").unwrap().expect_code(0).unwrap();
        assert_eq!(computer.word(&file, "pässwörter 日本"), plain_digest());
        assert_eq!(computer.word(&file, "passworter 日本"), "wrong-passphrase");
    }
}

#[test]
fn without_gnupg_the_kind_of_key_is_named() {
    for (key, sealed) in SPECIAL {
        let mut computer = Computer::with_keys(&[key]);
        computer.search_path = PathBuf::new();
        let answer = computer.check(&message(sealed), PASSPHRASE);
        assert_eq!(answer["problem"], "unsupported-key", "{sealed}");
        let named = if key.starts_with("dsa") { "ElGamal" } else { "brainpoolP256r1" };
        assert!(answer["message"].as_str().unwrap().contains(named), "{answer}");
    }
}

#[test]
fn a_gpg_that_lies_hangs_or_floods_is_not_believed() {
    let computer = |script: &str| Computer::with_keys(&["dsaelg.secret.pgp"]).with_gpg(script);
    let sealed = message("gpg22-dsaelg.pgp");
    let spoken = "case \"$*\" in *--import*) cat > /dev/null; exit 0;; esac; /bin/cat > /dev/null";
    let okay = "echo '[GNUPG:] DECRYPTION_KEY A B' >&2; echo '[GNUPG:] DECRYPTION_OKAY' >&2";
    let unproven = computer(&format!("{spoken}; {okay}; echo plain"));
    assert_eq!(unproven.word(&sealed, PASSPHRASE), "damaged");
    let failing = computer(&format!("{spoken}; {okay}; echo '[GNUPG:] GOODMDC' >&2; exit 2"));
    assert_eq!(failing.word(&sealed, PASSPHRASE), "damaged");
    let silent = computer("exit 0");
    assert_eq!(silent.word(&sealed, PASSPHRASE), "unsupported-key");
    let flood = computer(&format!("{spoken}; exec /usr/bin/yes"));
    assert_eq!(flood.word(&sealed, PASSPHRASE), "too-large");
}

#[test]
fn an_ordinary_message_never_makes_gnupg_run() {
    let computer = Computer::with_keys(&["cv25519.secret.pgp"]).with_gpg("/usr/bin/touch $0.ran");
    assert_eq!(computer.word(&message("gpg22-cv25519.pgp"), PASSPHRASE), plain_digest());
    assert_eq!(computer.word(&message("gpg22-cv25519.pgp"), "wrong"), "wrong-passphrase");
    assert!(!computer.search_path.join("gpg.ran").exists());
    // The trap works: a message for nobody here asks.
    assert_eq!(computer.word(&message("gpg22-rsa3072.pgp"), PASSPHRASE), "no-key");
    assert!(computer.search_path.join("gpg.ran").exists());
}

#[test]
fn a_signature_of_somebody_unknown_is_not_shown() {
    let home = GnupgHome::new().unwrap();
    let signer = home.generate("Stranger", Algorithm::Curve25519, "", "0").unwrap();
    home.import(&fs::read(fixture("keys").join("cv25519.cert.pgp")).unwrap()).unwrap();
    let options = ["--sign", "--local-user", &signer];
    let plain = fs::read(fixture("plain.mp3")).unwrap();
    let sealed = home.encrypt(&plain, &["cv25519@field.example"], &options).unwrap();
    let computer = Computer::with_keys(&["cv25519.secret.pgp"]);
    let file = computer.temporary.path().join("signed.pgp");
    fs::write(&file, sealed).unwrap();
    assert_eq!(computer.word(&file, PASSPHRASE), plain_digest());
    let mut opener = shared::decrypt::Opener::new(
        vec![secret_key("cv25519.secret.pgp")],
        shared::decrypt::Rules::default(),
    );
    let typed = shared::secret::Passphrase::new(PASSPHRASE.as_bytes().to_vec().into());
    let opened = opener.open(&fs::read(&file).unwrap(), Some(&typed)).unwrap();
    assert!(opened.signed_by.is_empty(), "{:?}", opened.signed_by);
}

fn secret_key(name: &str) -> shared::certs::SecretKey {
    let octets = fs::read(fixture("keys").join(name)).unwrap();
    shared::certs::SecretKey::read_all(&octets).unwrap().pop().unwrap()
}

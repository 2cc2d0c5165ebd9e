//! Keys of the person's own GnuPG are listed, and taken over with their passphrase alone.

use std::fs;

use support::gnupg::Algorithm;
use support::process::output_with_input;

use crate::common::fixture;
use crate::desk::{Desk, GOOD, OTHER};

#[test]
fn keys_are_listed_with_what_becomes_of_each() {
    let desk = Desk::new();
    let lena = desk.gnupg.generate("Lena", Algorithm::Curve25519, GOOD, "1y").unwrap();
    for key in ["brainpoolP256r1.secret.pgp", "dsaelg.secret.pgp", "rsa3072.secret.pgp"] {
        desk.gnupg.import(&fs::read(fixture("keys").join(key)).unwrap()).unwrap();
    }
    let listed = desk.json(&["list", "--gnupg"], "");
    assert_eq!(listed.len(), 4);
    let of =
        |name: &str| listed.iter().find(|it| it["owner"].as_str().unwrap().contains(name)).unwrap();
    assert_eq!(
        (&of("Lena")["fingerprint"], &of("Lena")["can_be_taken_over"]),
        (&lena.clone().into(), &true.into())
    );
    assert!(of("Lena")["expires"].as_str().unwrap().starts_with("20"));
    assert_eq!(of("rsa3072")["can_be_taken_over"], true);
    for (name, kind) in [("brainpool", "brainpoolP256r1"), ("dsa", "ElGamal")] {
        assert_eq!(of(name)["can_be_taken_over"], false);
        let reason = of(name)["reason"].as_str().unwrap();
        assert!(reason.contains(&format!("only GnuPG can use ({kind})")), "{reason}");
    }
    assert_eq!(desk.files(), Vec::<String>::new());
}

#[test]
fn a_key_is_taken_over_with_its_passphrase_and_opens_here() {
    for algorithm in [Algorithm::Curve25519, Algorithm::Rsa3072] {
        let desk = Desk::new();
        let lena = desk.gnupg.generate("Lena", algorithm, GOOD, "0").unwrap();
        desk.gnupg.generate("Other", Algorithm::Curve25519, OTHER, "0").unwrap();
        let message = desk.gnupg.encrypt(b"spoken words", &[&lena], &[]).unwrap();
        // An agent that remembers a passphrase from before would not ask for one.
        forget(&desk);
        let arguments = ["import", "--gnupg", "--passphrase-fd", "0", lena.as_str()];
        let wrong = desk.keys(&arguments, "another").expect_code(1).unwrap();
        assert_eq!(
            wrong.stderr,
            "Lena: That is not the passphrase that the key has in GnuPG. Type it again; capital \
             letters and blanks count.\n"
        );
        assert_eq!(desk.held().len(), 0);
        let taken = desk.keys(&arguments, GOOD).expect_code(0).unwrap();
        assert_eq!(taken.text(), format!("Lena  {lena}\n"));
        assert!(desk.opens(&message, GOOD));
        assert_eq!(desk.json(&["list", "--gnupg"], "")[0]["held"], true);
        // The right passphrase is remembered now; a wrong one is wrong all the same.
        desk.keys(&["delete", &lena, "--yes", &lena], "").expect_code(0).unwrap();
        desk.keys(&arguments, "another").expect_code(1).unwrap();
        assert_eq!(desk.held().len(), 0);
    }
}

fn forget(desk: &Desk) {
    let mut gpgconf = support::process::tool("gpgconf").unwrap();
    gpgconf.arg("--homedir").arg(desk.gnupg.path()).args(["--kill", "gpg-agent"]);
    output_with_input(&mut gpgconf, b"").unwrap();
}

#[test]
fn without_a_name_all_are_taken_that_the_passphrase_opens() {
    let desk = Desk::new();
    for name in ["Anna", "Bert"] {
        desk.gnupg.generate(name, Algorithm::Curve25519, GOOD, "0").unwrap();
    }
    desk.gnupg.generate("Carl", Algorithm::Curve25519, OTHER, "0").unwrap();
    forget(&desk);
    let taken = desk.keys(&["import", "--gnupg", "--passphrase-fd", "0"], GOOD);
    let taken = taken.expect_code(1).unwrap();
    assert_eq!(taken.text().lines().count(), 2);
    assert!(taken.stderr.starts_with("Carl: That is not the passphrase"), "{}", taken.stderr);
}

#[test]
fn a_key_without_passphrase_gets_the_one_that_is_typed() {
    let desk = Desk::new();
    let open = desk.gnupg.generate("Open", Algorithm::Curve25519, "", "0").unwrap();
    let message = desk.gnupg.encrypt(b"spoken words", &[&open], &[]).unwrap();
    desk.keys(&["import", "--gnupg", "--passphrase-fd", "0"], "").expect_code(1).unwrap();
    for (passphrase, words) in [
        ("", "Open: The key of Open has no passphrase in GnuPG. Type one that protects it here"),
        (
            "a",
            "Open: The key of Open has no passphrase in GnuPG, and this one is too easy to guess. ",
        ),
    ] {
        let refused = desk.keys(&["import", "--gnupg", "--passphrase-fd", "0"], passphrase);
        let refused = refused.expect_code(1).unwrap();
        assert!(refused.stderr.starts_with(words), "{}", refused.stderr);
    }
    assert_eq!(desk.held().len(), 0);
    desk.keys(&["import", "--gnupg", "--passphrase-fd", "0"], GOOD).expect_code(0).unwrap();
    assert!(desk.held()[0].is_protected());
    assert!(desk.opens(&message, GOOD) && !desk.opens(&message, "another"));
}

#[test]
fn the_same_key_again_is_no_further_copy_and_what_is_new_in_it_comes() {
    let desk = Desk::new();
    let lena = desk.gnupg.generate("Lena", Algorithm::Curve25519, GOOD, "0").unwrap();
    let take = || {
        let arguments = ["import", "--gnupg", "--passphrase-fd", "0", lena.as_str()];
        desk.keys(&arguments, GOOD).expect_code(0).unwrap();
        assert_eq!(desk.files(), [format!("{lena}.pgp")]);
    };
    take();
    let secret = |desk: &Desk| fs::read(desk.folder().join(format!("{lena}.pgp"))).unwrap();
    let before = secret(&desk);
    take();
    assert_eq!(secret(&desk), before);
    let mut gpg = desk.gnupg.gpg().unwrap();
    gpg.args(["--passphrase-fd", "0", "--quick-add-key", &lena, "cv25519", "encr"]);
    output_with_input(&mut gpg, GOOD.as_bytes()).unwrap();
    for _ in 0..6 {
        take();
    }
    let newest = format!("{}!", desk.listed(&lena)[2][4]);
    let message = desk.gnupg.encrypt(b"spoken words", &[&newest], &[]).unwrap();
    assert!(desk.opens(&message, GOOD));
    // Under another passphrase it is a copy of its own: the first may be the one that still opens.
    let answers = format!("{GOOD}\n{OTHER}\n{OTHER}\n");
    desk.gnupg.dialogue(&["--change-passphrase", &lena], &answers).unwrap();
    desk.keys(&["import", "--gnupg", "--passphrase-fd", "0", &lena], OTHER).expect_code(0).unwrap();
    assert_eq!(desk.held().len(), 2);
    assert_eq!(desk.keys(&["list"], "").text().matches(&lena).count(), 1);
}

#[test]
fn an_agent_that_asks_in_its_own_window_only_is_named() {
    let desk = Desk::new();
    desk.gnupg.generate("Lena", Algorithm::Curve25519, GOOD, "0").unwrap();
    fs::write(desk.gnupg.path().join("gpg-agent.conf"), "no-allow-loopback-pinentry\n").unwrap();
    forget(&desk);
    let taken = desk.keys(&["import", "--gnupg", "--passphrase-fd", "0"], GOOD);
    let taken = taken.expect_code(1).unwrap();
    assert_eq!(
        taken.stderr,
        "Lena: GnuPG is set to take passphrases in its own window only. Export the key with \
         Kleopatra or with gpg --export-secret-keys, and bring that file.\n"
    );
}

#[test]
fn what_gnupg_does_not_have_is_told() {
    let desk = Desk::new();
    assert_eq!(desk.json(&["list", "--gnupg"], ""), Vec::<serde_json::Value>::new());
    let taken = desk.keys(&["import", "--gnupg", "nobody@x", "--passphrase-fd", "0"], GOOD);
    assert_eq!(
        taken.expect_code(1).unwrap().stderr,
        "GnuPG holds 0 secret keys of 'nobody@x', and one is needed. Name it by its fingerprint: \
         workstation-app keys list --gnupg\n"
    );
    let mut command = desk.command();
    command.env("PATH", "").args(["keys", "list", "--gnupg"]);
    let finished = support::process::finish(&mut command).unwrap().expect_code(2).unwrap();
    assert_eq!(
        finished.stderr,
        "There is no GnuPG on this computer. Bring your key from a file instead.\n"
    );
}

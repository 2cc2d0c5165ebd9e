//! Does more time never take time away, and never bring back what was given up? And are keys of old
//! programs read as what they are?

use std::fs;
use std::time::{Duration, SystemTime};

use support::gnupg::Algorithm;
use support::process::output_with_input;
use workstation_app::keys::bring::bring;
use workstation_app::keys::create::KeyKind;
use workstation_app::keys::expiry::expiry_warning;
use workstation_app::keys::maintain;
use workstation_app::keys::{KeyCard, cards};

use crate::desk::{Desk, GOOD, OldGnupg, typed};

fn extend(desk: &Desk, fingerprint: &str, years: u32) -> Result<KeyCard, String> {
    let now = SystemTime::now();
    let extended = maintain::extend(&desk.store(), fingerprint, &typed(GOOD), years, now);
    extended.map(|extended| extended.card).map_err(|error| error.to_string())
}

#[test]
fn less_time_than_there_is_is_refused_and_nothing_changes() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let path = desk.folder().join(format!("{fingerprint}.pgp"));
    let before = fs::read(&path).unwrap();
    let words = extend(&desk, &fingerprint, 1).unwrap_err();
    assert!(words.contains("is valid until 20") && words.contains("Choose more years"), "{words}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_key_without_end_gets_none() {
    let desk = Desk::new();
    let fingerprint = desk.gnupg.generate("Lena", Algorithm::Curve25519, GOOD, "0").unwrap();
    bring(&desk.store(), &desk.gnupg.secret_key(&fingerprint, GOOD).unwrap());
    assert!(extend(&desk, &fingerprint, 10).unwrap_err().contains("never expires"));
    // Where only a subkey has an end, the key itself still gets none.
    let mut gpg = desk.gnupg.gpg().unwrap();
    gpg.args(["--passphrase-fd", "0", "--quick-set-expire", &fingerprint, "1m", "*"]);
    output_with_input(&mut gpg, GOOD.as_bytes()).unwrap();
    maintain::delete(&desk.store(), &fingerprint).unwrap();
    bring(&desk.store(), &desk.gnupg.secret_key(&fingerprint, GOOD).unwrap());
    let card = extend(&desk, &fingerprint, 2).unwrap();
    assert!(card.expires.unwrap() > SystemTime::now() + Duration::from_secs(700 * 86_400));
    let certificate =
        workstation_app::keys::backup::certificate(&desk.store(), &fingerprint).unwrap();
    let other = Desk::new();
    other.gnupg.import(certificate.as_bytes()).unwrap();
    let listed = other.listed(&fingerprint);
    assert_eq!((listed[0][6].as_str(), listed[1][6].is_empty()), ("", false), "{listed:?}");
}

#[test]
fn a_subkey_that_was_replaced_does_not_come_back() {
    let desk = Desk::new();
    let recipe = "Key-Type: EDDSA\nKey-Curve: ed25519\nKey-Usage: sign\nSubkey-Type: ECDH\n\
                  Subkey-Curve: cv25519\nSubkey-Usage: encrypt\nName-Real: Lena\nExpire-Date: 1y";
    let faked = ["--faked-system-time", "20230101T120000"];
    let fingerprint = desk.gnupg.generate_by(recipe, GOOD, &faked).unwrap();
    let run = |arguments: &[&str]| {
        let mut gpg = desk.gnupg.gpg().unwrap();
        gpg.args(["--passphrase-fd", "0"]).args(arguments);
        output_with_input(&mut gpg, GOOD.as_bytes()).unwrap();
    };
    run(&["--quick-set-expire", &fingerprint, "1y"]);
    run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "1y"]);
    bring(&desk.store(), &desk.gnupg.secret_key(&fingerprint, GOOD).unwrap());
    let card = extend(&desk, &fingerprint, 3).unwrap();
    assert!(card.expires.unwrap() > SystemTime::now() + Duration::from_secs(1000 * 86_400));
    let certificate =
        workstation_app::keys::backup::certificate(&desk.store(), &fingerprint).unwrap();
    desk.gnupg.import(certificate.as_bytes()).unwrap();
    let validity: Vec<String> = desk.listed(&fingerprint).iter().map(|it| it[1].clone()).collect();
    assert_eq!(validity[1], "e", "{validity:?}");
    assert_ne!(validity[2], "e", "{validity:?}");
}

#[test]
fn a_withdrawn_key_gets_no_more_time() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    maintain::revoke(&desk.store(), &fingerprint, None, SystemTime::now()).unwrap();
    let expire = ["expire", &fingerprint, "--years", "5", "--passphrase-fd", "0"];
    let refused = desk.keys(&expire, GOOD).expect_code(1).unwrap();
    assert!(refused.stderr.contains("was withdrawn"), "{}", refused.stderr);
}

/// A key whose every signature is by SHA-1, as gpg 1.4 and old Kleopatras made them.
fn signed_in_an_old_way(desk: &Desk, old: &OldGnupg, expiry: &str) -> String {
    let recipe = format!(
        "Key-Type: RSA\nKey-Length: 2048\nSubkey-Type: RSA\nSubkey-Length: 2048\n\
         Name-Real: Old\nExpire-Date: {expiry}\nPassphrase: {GOOD}\n%commit\n"
    );
    let sha1 = ["--cert-digest-algo", "SHA1"];
    old.run(&[&sha1[..], &["--gen-key"]].concat(), GOOD, recipe.as_bytes()).expect_code(0).unwrap();
    let key = old.run(&["--output", "-", "--export-secret-keys", "Old"], GOOD, b"").stdout;
    assert_eq!(bring(&desk.store(), &key).kept.len(), 1);
    desk.held()[0].fingerprint()
}

#[test]
fn an_old_key_is_warned_about_and_extending_makes_it_one_of_today() {
    for (expiry, is_endless) in [("1w", false), ("0", true)] {
        let (desk, old) = (Desk::new(), OldGnupg::new());
        let fingerprint = signed_in_an_old_way(&desk, &old, expiry);
        let card = cards(&desk.held()).pop().unwrap();
        assert_eq!(card.expires.is_none(), is_endless);
        assert_eq!(expiry_warning(&card, SystemTime::now()).is_none(), is_endless);
        let remark = card.remark.unwrap();
        assert!(remark.contains("signed in an old way"), "{remark}");
        let extended = extend(&desk, &fingerprint, 2).unwrap();
        assert_eq!((extended.remark, extended.expires.is_none()), (None, is_endless));
    }
}

#[test]
fn an_old_withdrawal_counts() {
    let (desk, old) = (Desk::new(), OldGnupg::new());
    let fingerprint = signed_in_an_old_way(&desk, &old, "0");
    let revocation = old.withdrawal("Old", GOOD);
    let path = desk.folder().join(format!("{fingerprint}.pgp"));
    fs::write(desk.data.path().join("old.rev"), &revocation).unwrap();
    let revocation = String::from_utf8(revocation).unwrap();
    desk.store().save_revocation(&fingerprint, &revocation).unwrap();
    let revoked = maintain::revoke(&desk.store(), &fingerprint, None, SystemTime::now()).unwrap();
    assert!(revoked.card.is_revoked && path.exists());
}

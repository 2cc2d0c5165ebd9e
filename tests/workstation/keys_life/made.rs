//! A key that is made here works in every GnuPG, and opens through the real program.

use std::fs;
use std::time::{Duration, SystemTime};

use shared::recipient::{Recipient, Spec};
use workstation_app::keys::KeyCard;
use workstation_app::keys::create::{self, CreateError, KeyKind, NewKey};
use workstation_app::keys::phrase::PhraseError;

use crate::common::fixture;
use crate::desk::{Desk, GOOD, OldGnupg, text, typed};

const KINDS: [KeyKind; 2] = [KeyKind::Curve25519, KeyKind::Rsa3072];

#[test]
fn a_made_key_seals_and_opens_in_gpg_and_here_in_both_directions() {
    for kind in KINDS {
        let desk = Desk::new();
        let fingerprint = desk.create("Anna", kind);
        let exported = desk.keys(&["export", &fingerprint], "").expect_code(0).unwrap();
        desk.gnupg.import(&exported.stdout).unwrap();
        let message = desk.gnupg.encrypt(b"spoken words", &["anna@desk.example"], &[]).unwrap();
        assert!(desk.opens(&message, GOOD), "{kind:?}");
        assert!(!desk.opens(&message, "another"), "{kind:?}");

        let secret = desk.keys(&["export", &fingerprint, "--secret"], "").expect_code(0).unwrap();
        desk.gnupg.import(&secret.stdout).unwrap();
        let file = desk.data.path().join("message.pgp");
        fs::write(&file, &message).unwrap();
        assert!(desk.gnupg.decrypt(&file, "another").is_err(), "{kind:?}: it has a passphrase");
        assert_eq!(desk.gnupg.decrypt(&file, GOOD).unwrap(), b"spoken words", "{kind:?}");
    }
}

#[test]
fn every_secret_part_is_protected_as_every_gpg_can_undo_it() {
    for kind in KINDS {
        let desk = Desk::new();
        let fingerprint = desk.create("Anna", kind);
        let file = desk.folder().join(format!("{fingerprint}.pgp"));
        let packets = desk.gnupg.packets(&file).unwrap();
        let protection = "iter+salt S2K, algo: 9, SHA1 protection, hash: 8";
        assert_eq!(packets.matches(protection).count(), 2, "{packets}");
        assert_eq!(packets.matches("protect count: 65011712").count(), 2, "{packets}");
    }
}

#[test]
fn gpg_1_4_takes_a_made_rsa_key_and_asks_for_its_passphrase() {
    let (desk, old) = (Desk::new(), OldGnupg::new());
    let fingerprint = desk.create("Bert", KeyKind::Rsa3072);
    let secret = desk.keys(&["export", &fingerprint, "--secret"], "").expect_code(0).unwrap();
    old.run(&["--import"], "", &secret.stdout).expect_code(0).unwrap();
    let sealed = old.run(
        &["--output", "-", "--recipient", "bert@desk.example", "--encrypt"],
        "",
        b"spoken words",
    );
    let message = sealed.expect_code(0).unwrap().stdout;
    assert!(desk.opens(&message, GOOD));
    let opened = old.run(&["--output", "-", "--decrypt"], GOOD, &message).expect_code(0).unwrap();
    assert_eq!(opened.stdout, b"spoken words");
    assert_ne!(old.run(&["--output", "-", "--decrypt"], "another", &message).code, Some(0));
}

#[test]
fn gpg_lists_owner_use_and_expiry_of_a_made_key() {
    for (kind, algorithms) in [(KeyKind::Curve25519, ["22", "18"]), (KeyKind::Rsa3072, ["1", "1"])]
    {
        let desk = Desk::new();
        let fingerprint = desk.create("Carl", kind);
        let certificate = desk.keys(&["export", "carl@desk.example"], "").expect_code(0).unwrap();
        desk.gnupg.import(&certificate.stdout).unwrap();
        let listed = desk.listed(&fingerprint);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let in_two_years = now + 2 * 365 * 86_400;
        for (fields, (algorithm, uses)) in listed.iter().zip(algorithms.iter().zip(["sc", "e"])) {
            assert_eq!(
                (&fields[3], fields[11].to_lowercase().contains(uses)),
                (&algorithm.to_string(), true),
                "{fields:?}"
            );
            let (created, expires): (u64, u64) =
                (fields[5].parse().unwrap(), fields[6].parse().unwrap());
            assert!((now - 700..=now - 590).contains(&created), "{created} {now}");
            assert!(expires.abs_diff(in_two_years) < 100, "{expires}");
        }
        assert_eq!(listed.len(), 2);
    }
}

#[test]
fn the_dialer_seals_for_a_made_certificate() {
    for kind in KINDS {
        let desk = Desk::new();
        let fingerprint = desk.create("Dora", kind);
        let certificate = desk.keys(&["export", &fingerprint], "").expect_code(0).unwrap();
        let mut certificates = shared::certs::Certificates::default();
        certificates.add(&certificate.stdout, "a test");
        assert!(certificates.secret_keys().is_empty());
        for name in [fingerprint.as_str(), "dora@desk.example"] {
            let recipient = Recipient::find(&Spec::parse(name).unwrap(), &certificates).unwrap();
            assert_eq!(recipient.owner(), "Dora <dora@desk.example>");
            assert!(recipient.expiry_warning(SystemTime::now()).is_none());
        }
    }
}

#[test]
fn what_is_sealed_for_a_made_key_opens_through_check() {
    let desk = Desk::new();
    let fingerprint = desk.create("Emil", KeyKind::Curve25519);
    let certificate = desk.keys(&["export", &fingerprint], "").expect_code(0).unwrap();
    desk.gnupg.import(&certificate.stdout).unwrap();
    let audio = fs::read(fixture("plain.mp3")).unwrap();
    let file = desk.data.path().join("call.mp3.pgp");
    fs::write(&file, desk.gnupg.encrypt(&audio, &[&fingerprint], &[]).unwrap()).unwrap();
    let arguments = ["--check", text(&file), "--passphrase-fd", "0"];
    for (passphrase, code) in [(GOOD, 0), ("another", 1)] {
        let mut command = desk.command();
        let checked =
            support::process::finish_with_input(command.args(arguments), passphrase.as_bytes());
        checked.unwrap().expect_code(code).unwrap();
    }
}

#[test]
fn its_card_says_everything_that_a_list_shows() {
    let desk = Desk::new();
    let fingerprint = desk.create("Frida", KeyKind::Rsa3072);
    let card = KeyCard::of(&desk.held()[0]);
    assert_eq!((card.owner.as_str(), card.name()), ("Frida <frida@desk.example>", "Frida"));
    assert_eq!((card.fingerprint, card.algorithm.as_str()), (fingerprint, "RSA 3072"));
    assert!(card.opens_recordings && !card.is_revoked && card.remark.is_none());
    let life = card.expires.unwrap().duration_since(card.created.unwrap()).unwrap();
    assert_eq!(life, Duration::from_secs(2 * 365 * 86_400 + 600));
}

fn refusal(desk: &Desk, change: impl FnOnce(&mut NewKey)) -> CreateError {
    let mut new = NewKey {
        name: "Anna Agent".to_owned(),
        address: "anna@desk.example".to_owned(),
        passphrase: typed(GOOD),
        kind: KeyKind::Curve25519,
        years: 2,
    };
    change(&mut new);
    let outcome = create::create(&desk.store(), &new, SystemTime::now());
    outcome.map(|made| made.card.owner).unwrap_err()
}

#[test]
fn names_and_addresses_that_could_deceive_are_refused_and_nothing_is_kept() {
    let desk = Desk::new();
    for name in [
        "",
        "  ",
        "a\nb",
        "a\0",
        "Anna <x@y>",
        "Anna (boss)",
        "a@b",
        "\u{202E}annA",
        "a\u{200B}b",
        "\u{1B}[31m",
    ] {
        let error = refusal(&desk, |new| new.name = name.to_owned());
        assert!(matches!(error, CreateError::Name), "{name:?}: {error}");
    }
    let error = refusal(&desk, |new| new.name = "x".repeat(101));
    assert!(matches!(error, CreateError::Name));
    for address in [
        "",
        "anna",
        "@x",
        "anna@",
        "a b@x",
        "a@b@c",
        "a@x>",
        "a@-x.example",
        "a..b@x",
        ".a@x",
        "a@x..y",
        "a@x.",
        "ä@x.example",
        "a@\u{202E}x",
    ] {
        let error = refusal(&desk, |new| new.address = address.to_owned());
        assert!(matches!(error, CreateError::Address), "{address:?}: {error}");
    }
    for long in [
        format!("{}@x", "l".repeat(65)),
        format!("a@{}", "d".repeat(64)),
        format!("a@{}", "d.".repeat(150) + "d"),
    ] {
        assert!(matches!(refusal(&desk, |new| new.address = long), CreateError::Address));
    }
    for years in [0, 11, u32::MAX] {
        assert!(matches!(refusal(&desk, |new| new.years = years), CreateError::Years));
    }
    assert_eq!(desk.files(), Vec::<String>::new());
}

#[test]
fn a_key_is_never_made_with_a_passphrase_that_is_easy_to_guess() {
    let desk = Desk::new();
    for (passphrase, expected) in [
        ("", PhraseError::Empty),
        (" \t ", PhraseError::Empty),
        ("password", PhraseError::Weak),
        ("Anna Agent", PhraseError::Weak),
        ("anna@desk.example", PhraseError::Weak),
        ("qwertyuiop", PhraseError::Weak),
        ("two\nlines of a passphrase that is long", PhraseError::Unusable),
    ] {
        let error = refusal(&desk, |new| new.passphrase = typed(passphrase));
        assert!(
            matches!(error, CreateError::Phrase(found) if found == expected),
            "{passphrase:?}: {error}"
        );
    }
    let error = refusal(&desk, |new| new.passphrase = typed(&"glacier tutor ".repeat(20)));
    assert!(matches!(error, CreateError::Phrase(PhraseError::Unusable)));
    assert_eq!(desk.files(), Vec::<String>::new());
}

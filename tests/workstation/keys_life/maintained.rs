//! What is changed of a key here, gpg takes; and what gpg made is changed here.

use std::fs;
use std::time::{Duration, SystemTime};

use shared::care::CareError;
use shared::certs::SecretKey;
use support::gnupg::Algorithm;
use support::process::output_with_input;
use workstation_app::keys::KeyCard;
use workstation_app::keys::backup::{self, BackupError};
use workstation_app::keys::bring::bring;
use workstation_app::keys::create::KeyKind;
use workstation_app::keys::expiry::expiry_warning;
use workstation_app::keys::maintain::{self, MaintainError};
use workstation_app::keys::phrase::PhraseError;

use crate::common::{PASSPHRASE, fixture};
use crate::desk::{Desk, GOOD, OTHER, OldGnupg, typed};

/// A desk with a key of gpg's, and its fingerprint.
fn with_key_of_gpg(algorithm: Algorithm, expiry: &str) -> (Desk, String) {
    let desk = Desk::new();
    let fingerprint = desk.gnupg.generate("Lena", algorithm, GOOD, expiry).unwrap();
    let key = desk.gnupg.secret_key(&fingerprint, GOOD).unwrap();
    assert_eq!(bring(&desk.store(), &key).kept.len(), 1);
    (desk, fingerprint)
}

#[test]
fn gpg_uses_a_key_of_its_own_after_its_passphrase_was_changed_here() {
    for algorithm in [Algorithm::Curve25519, Algorithm::Rsa3072] {
        let (desk, fingerprint) = with_key_of_gpg(algorithm, "0");
        let message = desk.gnupg.encrypt(b"spoken words", &[&fingerprint], &[]).unwrap();
        let (old, new) = (typed(GOOD), typed(OTHER));
        let changed = maintain::change_passphrase(&desk.store(), &fingerprint, &old, &new).unwrap();
        assert_eq!(changed.others, 0);
        assert!(desk.opens(&message, OTHER) && !desk.opens(&message, GOOD));

        let other = Desk::new();
        let secret = backup::secret(&desk.store(), &fingerprint).unwrap();
        other.gnupg.import(secret.as_bytes()).unwrap();
        let file = other.data.path().join("message.pgp");
        fs::write(&file, &message).unwrap();
        assert!(other.gnupg.decrypt(&file, GOOD).is_err());
        assert_eq!(other.gnupg.decrypt(&file, OTHER).unwrap(), b"spoken words");
        // The primary key too: it signs.
        let mut gpg = other.gnupg.gpg().unwrap();
        gpg.args(["--passphrase-fd", "0", "--quick-set-expire", &fingerprint, "3y"]);
        output_with_input(&mut gpg, OTHER.as_bytes()).unwrap();
    }
}

#[test]
fn keys_of_every_gpg_change_their_passphrase_and_open_in_gpg_with_the_new_one() {
    for (key, message) in [
        ("gpg24.secret.pgp", "gpg24-mdc-mixed-recipients.pgp"),
        ("gpg24rsa.secret.pgp", "gpg24-mdc-to-rsa3072.pgp"),
        ("nistp384.secret.pgp", "gpg22-nistp384.pgp"),
        ("brainpoolP256r1.secret.pgp", "gpg22-brainpoolP256r1.pgp"),
        ("dsaelg.secret.pgp", "gpg22-dsaelg.pgp"),
        ("expired.secret.pgp", "gpg22-expired-key.pgp"),
        ("cv25519.subkeys-only.pgp", "gpg22-cv25519.pgp"),
    ] {
        let desk = Desk::new();
        bring(&desk.store(), &fs::read(fixture("keys").join(key)).unwrap());
        let fingerprint = desk.held()[0].fingerprint();
        let (old, new) = (typed(PASSPHRASE), typed(OTHER));
        let changed = maintain::change_passphrase(&desk.store(), &fingerprint, &old, &new);
        assert_eq!(changed.unwrap().others, 0, "{key}");
        assert!(!desk.held()[0].is_opened_by(&old) && desk.held()[0].is_protected(), "{key}");
        let secret = backup::secret(&desk.store(), &fingerprint).unwrap();
        desk.gnupg.import(secret.as_bytes()).unwrap();
        let message = fixture("messages").join(message);
        // A message for several people is not for this key in each case.
        if key == "gpg24rsa.secret.pgp" {
            continue;
        }
        assert!(desk.gnupg.decrypt(&message, PASSPHRASE).is_err(), "{key}");
        let opened = desk.gnupg.decrypt(&message, OTHER).unwrap();
        assert_eq!(opened, fs::read(fixture("plain.mp3")).unwrap(), "{key}");
    }
}

#[test]
fn a_wrong_or_weak_passphrase_changes_nothing() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let path = desk.folder().join(format!("{fingerprint}.pgp"));
    let before = fs::read(&path).unwrap();
    let store = desk.store();
    let change = |old: &str, new: &str| {
        maintain::change_passphrase(&store, &fingerprint, &typed(old), &typed(new)).unwrap_err()
    };
    let error = change("another", OTHER);
    assert!(matches!(error, MaintainError::Care(CareError::WrongPassphrase { .. })), "{error}");
    assert!(matches!(change(GOOD, ""), MaintainError::Phrase(PhraseError::Empty)));
    assert!(matches!(change(GOOD, "password"), MaintainError::Phrase(PhraseError::Weak)));
    for wrong in ["0".repeat(40), "../../etc/passwd".to_owned(), String::new()] {
        let error = maintain::change_passphrase(&store, &wrong, &typed(GOOD), &typed(OTHER));
        assert!(matches!(error, Err(MaintainError::NotHeld)));
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn after_a_change_no_file_of_the_store_opens_with_the_old_passphrase() {
    let (desk, fingerprint) = with_key_of_gpg(Algorithm::Curve25519, "0");
    // GnuPG protects every export anew, so that this is a second copy.
    let again = desk.gnupg.secret_key(&fingerprint, GOOD).unwrap();
    assert_eq!(bring(&desk.store(), &again).kept.len(), 1);
    assert_eq!(desk.held().len(), 2);
    let (old, new) = (typed(GOOD), typed(OTHER));
    maintain::change_passphrase(&desk.store(), &fingerprint, &old, &new).unwrap();
    assert_eq!(desk.held().len(), 2);
    for key in desk.held() {
        assert!(key.is_opened_by(&new) && !key.is_opened_by(&old));
    }
}

#[test]
fn a_part_with_a_passphrase_of_its_own_keeps_it_and_that_is_told() {
    const THIRD: &str = "walnut ferry ribbon cactus marble onion";
    let (desk, fingerprint) = with_key_of_gpg(Algorithm::Curve25519, "0");
    let home = &desk.gnupg;
    let answers = format!("{GOOD}\n{OTHER}\n{OTHER}\n");
    home.dialogue(&["--change-passphrase", &fingerprint], &answers).unwrap();
    let mut gpg = home.gpg().unwrap();
    gpg.args(["--passphrase-fd", "0", "--quick-add-key", &fingerprint, "cv25519", "encr"]);
    output_with_input(&mut gpg, OTHER.as_bytes()).unwrap();
    let subkeys = desk.listed(&fingerprint);
    let newest = format!("{}!", subkeys.last().unwrap()[4]);
    let mut gpg = home.gpg().unwrap();
    gpg.args(["--passphrase-fd", "0", "--export-secret-subkeys", &newest]);
    let subkey = output_with_input(&mut gpg, OTHER.as_bytes()).unwrap();
    assert_eq!(bring(&desk.store(), &subkey).kept.len(), 1);
    let message = home.encrypt(b"spoken words", &[&newest], &[]).unwrap();
    assert!(desk.opens(&message, OTHER), "both stand in one file now");
    let change = |old: &str, new: &str| {
        let changed =
            maintain::change_passphrase(&desk.store(), &fingerprint, &typed(old), &typed(new));
        changed.unwrap().others
    };
    assert_eq!((desk.held().len(), change(GOOD, THIRD)), (1, 1));
    assert!(desk.opens(&message, OTHER) && !desk.opens(&message, THIRD));
    assert_eq!(change(OTHER, THIRD), 0, "all parts are under one passphrase");
    assert!(desk.opens(&message, THIRD) && !desk.opens(&message, OTHER));
}

#[test]
fn what_lay_on_the_disk_under_the_old_passphrase_is_written_over() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let path = desk.folder().join(format!("{fingerprint}.pgp"));
    // Who holds the old file open sees what becomes of its octets.
    let mut old_file = fs::File::open(&path).unwrap();
    maintain::change_passphrase(&desk.store(), &fingerprint, &typed(GOOD), &typed(OTHER)).unwrap();
    let mut seen = Vec::new();
    std::io::Read::read_to_end(&mut old_file, &mut seen).unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|octet| *octet == 0));
    let kept = desk.data.path().join("kept");
    fs::hard_link(&path, &kept).unwrap();
    maintain::delete(&desk.store(), &fingerprint).unwrap();
    assert!(fs::read(&kept).unwrap().iter().any(|octet| *octet != 0), "a backup by hard link");
}

#[test]
fn more_time_is_seen_by_gpg_and_by_the_dialer() {
    for algorithm in [Algorithm::Curve25519, Algorithm::Rsa3072] {
        let (desk, fingerprint) = with_key_of_gpg(algorithm, "seconds=100000");
        let store = desk.store();
        let card = |desk: &Desk| KeyCard::of(&desk.held()[0]);
        let now = SystemTime::now();
        assert!(expiry_warning(&card(&desk), now).unwrap().contains("expires tomorrow"));
        let extended =
            maintain::extend(&store, &fingerprint, &typed(GOOD), 3, SystemTime::now()).unwrap();
        assert!(expiry_warning(&card(&desk), now).is_none());
        desk.gnupg.import(extended.certificate.as_bytes()).unwrap();
        let expected =
            now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 3 * 365 * 86_400;
        let listed = desk.listed(&fingerprint);
        assert_eq!(listed.len(), 2);
        for fields in listed {
            let expires: u64 = fields[6].parse().unwrap();
            assert!(expires.abs_diff(expected) < 100, "{algorithm:?}: {fields:?}");
        }
        let message = desk.gnupg.encrypt(b"spoken words", &[&fingerprint], &[]).unwrap();
        assert!(desk.opens(&message, GOOD));
        assert_eq!(extended.card.expires, card(&desk).expires);
    }
}

#[test]
fn an_expired_key_and_one_of_gpg_2_4_get_more_time() {
    for key in ["expired.secret.pgp", "gpg24.secret.pgp", "nistp521.secret.pgp"] {
        let desk = Desk::new();
        let mut octets = fs::read(fixture("keys").join(key)).unwrap();
        let fingerprint = SecretKey::read_all(&octets).unwrap()[0].fingerprint();
        if key != "expired.secret.pgp" {
            // It has no end as it is.
            desk.gnupg.import(&octets).unwrap();
            for part in [&[][..], &["*"]] {
                let mut gpg = desk.gnupg.gpg().unwrap();
                gpg.args(["--passphrase-fd", "0", "--quick-set-expire", &fingerprint, "1m"]);
                output_with_input(gpg.args(part), PASSPHRASE.as_bytes()).unwrap();
            }
            octets = desk.gnupg.secret_key(&fingerprint, PASSPHRASE).unwrap();
        }
        bring(&desk.store(), &octets);
        let extended =
            maintain::extend(&desk.store(), &fingerprint, &typed(PASSPHRASE), 1, SystemTime::now());
        let extended = extended.unwrap_or_else(|error| unreachable!("{key}: {error}"));
        desk.gnupg.import(extended.certificate.as_bytes()).unwrap();
        let message = desk.gnupg.encrypt(b"spoken words", &[&fingerprint], &[]).unwrap();
        assert!(desk.opens(&message, PASSPHRASE), "{key}");
    }
}

#[test]
fn a_key_that_was_extended_twice_in_one_second_has_the_later_time() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    for years in [3, 4, 5] {
        let now = SystemTime::now();
        let extended = maintain::extend(&desk.store(), &fingerprint, &typed(GOOD), years, now);
        let ends = extended.unwrap().card.expires.unwrap();
        let expected = now + Duration::from_secs(u64::from(years) * 365 * 86_400);
        assert!(ends.duration_since(expected).unwrap_or_default().as_secs() < 5);
        assert!(expected.duration_since(ends).unwrap_or_default().as_secs() < 5);
    }
}

#[test]
fn gpg_1_4_sees_the_new_expiry_of_its_own_key() {
    let (desk, old) = (Desk::new(), OldGnupg::new());
    let recipe = format!(
        "Key-Type: RSA\nKey-Length: 2048\nSubkey-Type: RSA\nSubkey-Length: 2048\n\
         Name-Real: Old\nExpire-Date: 1w\nPassphrase: {GOOD}\n%commit\n"
    );
    old.run(&["--gen-key"], GOOD, recipe.as_bytes()).expect_code(0).unwrap();
    let key = old.run(&["--output", "-", "--export-secret-keys", "Old"], GOOD, b"").stdout;
    bring(&desk.store(), &key);
    let fingerprint = desk.held()[0].fingerprint();
    let extended =
        maintain::extend(&desk.store(), &fingerprint, &typed(GOOD), 2, SystemTime::now());
    let certificate = extended.unwrap().certificate;
    old.run(&["--import"], "", certificate.as_bytes()).expect_code(0).unwrap();
    let listing = old.run(&["--with-colons", "--fixed-list-mode", "--list-keys", "Old"], "", b"");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let text = listing.text();
    let expiries: Vec<u64> = text
        .lines()
        .filter(|line| line.starts_with("pub:") || line.starts_with("sub:"))
        .map(|line| line.split(':').nth(6).unwrap().parse().unwrap())
        .collect();
    assert_eq!(expiries.len(), 2, "{text}");
    assert!(expiries.iter().all(|it| it.abs_diff(now + 2 * 365 * 86_400) < 100), "{text}");
}

#[test]
fn without_the_primary_key_more_time_is_refused_with_words() {
    let desk = Desk::new();
    bring(&desk.store(), &fs::read(fixture("keys/cv25519.subkeys-only.pgp")).unwrap());
    let fingerprint = desk.held()[0].fingerprint();
    let error =
        maintain::extend(&desk.store(), &fingerprint, &typed(PASSPHRASE), 1, SystemTime::now());
    let message = error.unwrap_err().to_string();
    assert!(message.contains("main part") && message.contains(". "), "{message}");
}

#[test]
fn gpg_accepts_a_revocation_and_recordings_still_open() {
    // By passphrase, and by what was kept when the key was made.
    for passphrase in [Some(typed(GOOD)), None] {
        let desk = Desk::new();
        let fingerprint = desk.create("Anna", KeyKind::Curve25519);
        let certificate = backup::certificate(&desk.store(), &fingerprint).unwrap();
        desk.gnupg.import(certificate.as_bytes()).unwrap();
        let message = desk.gnupg.encrypt(b"spoken words", &[&fingerprint], &[]).unwrap();
        let revoked =
            maintain::revoke(&desk.store(), &fingerprint, passphrase.as_ref(), SystemTime::now());
        let revoked = revoked.unwrap();
        assert!(revoked.card.is_revoked && desk.held()[0].is_revoked());
        desk.gnupg.import(revoked.certificate.as_bytes()).unwrap();
        assert_eq!(desk.listed(&fingerprint)[0][1], "r");
        assert!(desk.gnupg.encrypt(b"more", &[&fingerprint], &[]).is_err());
        assert!(desk.opens(&message, GOOD));
        assert!(
            expiry_warning(&revoked.card, SystemTime::now() + Duration::from_secs(10 << 27))
                .is_none()
        );
    }
}

#[test]
fn what_is_kept_for_revoking_has_no_effect_by_accident() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let certificate = backup::certificate(&desk.store(), &fingerprint).unwrap();
    desk.gnupg.import(certificate.as_bytes()).unwrap();
    // Without a database of trust gpg stops at a revocation.
    let mut gpg = desk.gnupg.gpg().unwrap();
    output_with_input(gpg.args(["--trust-model", "pgp", "--check-trustdb"]), b"").unwrap();
    let kept = desk.store().revocation(&fingerprint).unwrap();
    let imported = desk.gnupg.import(&kept);
    assert!(imported.is_err(), "gpg finds nothing in it");
    let armed = String::from_utf8(kept.to_vec()).unwrap().replace("\n:-----BEGIN", "\n-----BEGIN");
    desk.gnupg.import(armed.as_bytes()).unwrap();
    assert_eq!(desk.listed(&fingerprint)[0][1], "r");
}

#[test]
fn gpgs_own_revocation_is_taken_too_and_anothers_is_not() {
    let (desk, fingerprint) = with_key_of_gpg(Algorithm::Curve25519, "0");
    let error = maintain::revoke(&desk.store(), &fingerprint, None, SystemTime::now());
    assert!(matches!(error, Err(MaintainError::NoRevocation { .. })));
    let another = desk.gnupg.generate("Other", Algorithm::Curve25519, GOOD, "0").unwrap();
    let foreign = String::from_utf8(desk.gnupg.revocation(&another).unwrap()).unwrap();
    desk.store().save_revocation(&fingerprint, &foreign).unwrap();
    let error = maintain::revoke(&desk.store(), &fingerprint, None, SystemTime::now());
    assert!(matches!(error, Err(MaintainError::NoRevocation { .. })));
    let own = String::from_utf8(desk.gnupg.revocation(&fingerprint).unwrap()).unwrap();
    desk.store().save_revocation(&fingerprint, &own).unwrap();
    maintain::revoke(&desk.store(), &fingerprint, None, SystemTime::now()).unwrap();
    assert!(desk.held()[0].is_revoked());
}

#[test]
fn a_deleted_key_leaves_nothing_behind_and_no_other_goes_with_it() {
    let desk = Desk::new();
    let (gone, stays) =
        (desk.create("Anna", KeyKind::Curve25519), desk.create("Bert", KeyKind::Curve25519));
    maintain::delete(&desk.store(), &gone).unwrap();
    assert_eq!(desk.files(), [format!("{stays}.pgp"), format!("{stays}.rev")]);
    assert!(matches!(maintain::delete(&desk.store(), &gone), Err(MaintainError::NotHeld)));
}

#[test]
fn a_backup_is_believed_only_if_it_opens_what_is_sealed_today() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let store = desk.store();
    let secret = backup::secret(&store, &fingerprint).unwrap();
    let test = |octets: &[u8], passphrase: &str| {
        backup::test_backup(&store, octets, None, &typed(passphrase))
    };
    let tested = test(secret.as_bytes(), GOOD).unwrap();
    assert!(tested.message().starts_with("This backup opens your recordings"));
    assert!(matches!(test(secret.as_bytes(), "another"), Err(BackupError::WrongPassphrase)));
    let other = Desk::new();
    let foreign = other.create("Bert", KeyKind::Curve25519);
    let foreign = backup::secret(&other.store(), &foreign).unwrap();
    assert!(matches!(test(foreign.as_bytes(), GOOD), Err(BackupError::OtherKey { .. })));
    let certificate = backup::certificate(&store, &fingerprint).unwrap();
    assert!(matches!(test(certificate.as_bytes(), GOOD), Err(BackupError::Key(_))));
    assert!(matches!(test(b"", GOOD), Err(BackupError::Key(_))));
    maintain::change_passphrase(&store, &fingerprint, &typed(GOOD), &typed(OTHER)).unwrap();
    assert!(test(secret.as_bytes(), GOOD).is_ok(), "an earlier passphrase opens as well");
    assert!(matches!(test(secret.as_bytes(), OTHER), Err(BackupError::OtherPassphrase)));
}

#[test]
fn no_damaged_octet_of_a_backup_is_called_good_where_it_would_not_open() {
    let desk = Desk::new();
    let fingerprint = desk.create("Anna", KeyKind::Curve25519);
    let whole = fs::read(desk.folder().join(format!("{fingerprint}.pgp"))).unwrap();
    let certificate = backup::certificate(&desk.store(), &fingerprint).unwrap();
    desk.gnupg.import(certificate.as_bytes()).unwrap();
    let message = desk.gnupg.encrypt(b"spoken words", &[&fingerprint], &[]).unwrap();
    let mut refused = 0;
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        if backup::test_backup(&desk.store(), &damaged, None, &typed(GOOD)).is_err() {
            refused += 1;
            continue;
        }
        let other = Desk::new();
        assert_eq!(bring(&other.store(), &damaged).kept.len(), 1, "octet {at}");
        assert!(other.opens(&message, GOOD), "octet {at}");
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn a_backup_from_before_the_newest_subkey_is_told() {
    let (desk, fingerprint) = with_key_of_gpg(Algorithm::Curve25519, "0");
    let older = backup::secret(&desk.store(), &fingerprint).unwrap();
    let mut gpg = desk.gnupg.gpg().unwrap();
    gpg.args(["--passphrase-fd", "0", "--quick-add-key", &fingerprint, "cv25519", "encr"]);
    output_with_input(&mut gpg, GOOD.as_bytes()).unwrap();
    maintain::delete(&desk.store(), &fingerprint).unwrap();
    bring(&desk.store(), &desk.gnupg.secret_key(&fingerprint, GOOD).unwrap());
    let tested = backup::test_backup(&desk.store(), older.as_bytes(), None, &typed(GOOD));
    assert!(matches!(tested, Err(BackupError::Older)));
}

#[test]
fn the_warning_begins_thirty_days_before_and_tells_the_day() {
    let expires = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let card = KeyCard { owner: "Anna".to_owned(), expires: Some(expires), ..KeyCard::default() };
    let warning = |days: u64, hours: u64| {
        expiry_warning(&card, expires - Duration::from_secs(days * 86_400 + hours * 3600))
    };
    assert_eq!(warning(30, 0), None);
    assert_eq!(
        warning(29, 1).unwrap(),
        "The key of Anna expires in 29 days, on 2026-01-01. Extend it and give the new \
         certificate to your administrator before that day."
    );
    assert!(warning(1, 2).unwrap().contains("tomorrow"));
    assert!(warning(0, 2).unwrap().contains("within a day"));
    let after = expiry_warning(&card, expires + Duration::from_secs(1)).unwrap();
    assert!(after.contains("expired on 2026-01-01: its recordings still open"), "{after}");
}

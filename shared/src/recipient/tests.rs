//! Whom does a name find when somebody else wants to be found?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use openpgp::Packet;
use openpgp::cert::CertBuilder;
use openpgp::packet::UserID;
use openpgp::packet::signature::SignatureBuilder;
use openpgp::policy::StandardPolicy;
use openpgp::serialize::SerializeInto;
use openpgp::types::{KeyFlags, ReasonForRevocation, SignatureType};

const DAY: Duration = Duration::from_secs(DAY_SECS);

fn made(user_id: &str) -> Cert {
    CertBuilder::general_purpose(Some(user_id)).generate().unwrap().0
}

/// Made 20 days ago, and valid for so long.
fn older(user_id: &str, validity: Duration) -> Cert {
    let builder = CertBuilder::general_purpose(Some(user_id));
    let builder = builder.set_creation_time(SystemTime::now() - 20 * DAY);
    builder.set_validity_period(validity).generate().unwrap().0
}

fn expired(user_id: &str) -> Cert {
    older(user_id, 10 * DAY)
}

fn keyring(certs: &[&Cert]) -> Certificates {
    let mut certificates = Certificates::default();
    certs.iter().for_each(|cert| certificates.add(&cert.to_vec().unwrap(), "test"));
    certificates
}

fn find(asked: &str, certs: &[&Cert]) -> Result<String, RecipientError> {
    let spec = Spec::parse(asked).unwrap();
    Recipient::find(&spec, &keyring(certs)).map(|found| found.fingerprint)
}

fn reasons(result: Result<String, RecipientError>) -> Vec<Refusal> {
    match result {
        Err(RecipientError::Refused { found, .. }) => {
            found.into_iter().map(|it| it.reason).collect()
        }
        _ => Vec::new(),
    }
}

/// `thief`, with a key of `owner` taken in as a subkey of its own: for an encryption key nothing
/// is needed but the public part.
fn adopting(thief: Cert, owner: &Cert, which: usize) -> Cert {
    let key = owner.keys().nth(which).unwrap().key().clone().role_into_subordinate();
    let mut signer = signer(&thief);
    let binding = SignatureBuilder::new(SignatureType::SubkeyBinding)
        .set_key_flags(KeyFlags::empty().set_storage_encryption())
        .unwrap()
        .sign_subkey_binding(&mut signer, thief.primary_key().key(), &key)
        .unwrap();
    thief.insert_packets([Packet::from(key), binding.into()]).unwrap().0
}

fn signer(cert: &Cert) -> openpgp::crypto::KeyPair {
    let primary = cert.primary_key().key().clone().parts_into_secret().unwrap();
    primary.into_keypair().unwrap()
}

fn subkey(cert: &Cert) -> String {
    cert.keys().subkeys().next().unwrap().key().fingerprint().to_hex()
}

#[test]
fn what_anybody_can_append_to_a_certificate_names_nobody() {
    let (boss, other) = (made("<boss@x.org>"), made("<other@x.org>"));
    let id = boss.userids().next().unwrap().userid().clone();
    let subkey = boss.keys().subkeys().next().unwrap().key().clone();
    let key_id = subkey.keyid().to_hex();
    let mut octets = other.to_vec().unwrap();
    octets.extend(Packet::from(id).to_vec().unwrap());
    octets.extend(Packet::from(subkey).to_vec().unwrap());
    let mut certificates = Certificates::default();
    certificates.add(&octets, "test");
    for asked in ["boss@x.org", &key_id] {
        let found = Recipient::find(&Spec::parse(asked).unwrap(), &certificates);
        assert!(matches!(found, Err(RecipientError::Unknown { .. })), "{asked}: {found:?}");
    }
    assert!(Recipient::find(&Spec::parse("other@x.org").unwrap(), &certificates).is_ok());
}

#[test]
fn two_usable_certificates_of_one_address_are_ambiguous_and_both_are_named() {
    let (boss, thief) = (made("Boss <boss@x.org>"), made("boss@x.org"));
    for asked in ["boss@x.org", "BOSS@x.org"] {
        let Err(error @ RecipientError::Ambiguous { .. }) = find(asked, &[&boss, &thief]) else {
            unreachable!("{asked}");
        };
        for cert in [&boss, &thief] {
            assert!(error.to_string().contains(&fingerprint(cert)), "{error}");
        }
    }
    assert_eq!(find(&fingerprint(&boss), &[&boss, &thief]), Ok(fingerprint(&boss)));
}

#[test]
fn beside_one_usable_certificate_an_expired_one_of_the_same_address_does_not_matter() {
    let (old, new) = (expired("boss@x.org"), made("boss@x.org"));
    assert_eq!(find("boss@x.org", &[&old, &new]), Ok(fingerprint(&new)));
    assert!(matches!(reasons(find("boss@x.org", &[&old]))[..], [Refusal::Expired { .. }]));
}

#[test]
fn a_subkey_that_two_certificates_bind_is_ambiguous_even_if_one_of_them_has_expired() {
    for boss in [made("boss@x.org"), expired("boss@x.org")] {
        let thief = adopting(made("thief@y.org"), &boss, 2);
        let shared = boss.keys().nth(2).unwrap().key().fingerprint().to_hex();
        for asked in [&shared, &shared[24..]] {
            assert_eq!(
                find(asked, &[&boss, &thief]),
                Err(RecipientError::Ambiguous {
                    asked: asked.to_string(),
                    fingerprints: {
                        let mut both = vec![fingerprint(&boss), fingerprint(&thief)];
                        both.sort();
                        both
                    },
                })
            );
        }
    }
}

#[test]
fn a_primary_key_that_somebody_adopted_still_names_its_own_certificate_only() {
    let boss = made("boss@x.org");
    let thief = adopting(made("thief@y.org"), &boss, 0);
    let asked = fingerprint(&boss);
    for asked in [&asked, &asked[24..]] {
        assert_eq!(find(asked, &[&thief, &boss]), Ok(fingerprint(&boss)));
    }
    let boss = expired("boss@x.org");
    let thief = adopting(made("thief@y.org"), &boss, 0);
    let found = find(&fingerprint(&boss), &[&thief, &boss]);
    assert!(matches!(reasons(found)[..], [Refusal::Expired { .. }]));
}

#[test]
fn a_subkey_alone_names_its_certificate() {
    let boss = made("boss@x.org");
    for asked in [&subkey(&boss), &subkey(&boss)[24..]] {
        assert_eq!(find(asked, &[&boss, &made("lena@x.org")]), Ok(fingerprint(&boss)));
    }
}

#[test]
fn an_address_that_its_owner_withdrew_or_let_expire_is_refused_with_that_reason() {
    let lena = older("lena@x.org", 100 * DAY);
    let id = UserID::from("boss@x.org");
    let bind = |builder: SignatureBuilder| {
        let binding = id.bind(&mut signer(&lena), &lena, builder).unwrap();
        lena.clone().insert_packets([Packet::from(id.clone()), binding.into()]).unwrap().0
    };
    let certification = || SignatureBuilder::new(SignatureType::PositiveCertification);
    let current = bind(certification());
    assert_eq!(find("boss@x.org", &[&current]), Ok(fingerprint(&lena)));

    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let lapsed = certification().set_signature_creation_time(an_hour_ago).unwrap();
    let lapsed = bind(lapsed.set_signature_validity_period(Duration::from_secs(60)).unwrap());
    let revoked = openpgp::cert::UserIDRevocationBuilder::new()
        .set_reason_for_revocation(ReasonForRevocation::UIDRetired, b"left")
        .unwrap()
        .build(&mut signer(&lena), &lena, &id, None)
        .unwrap();
    let revoked = current.clone().insert_packets(revoked).unwrap().0;
    for former in [&lapsed, &revoked] {
        assert_eq!(reasons(find("boss@x.org", &[former])), [Refusal::AddressWithdrawn]);
        assert_eq!(find("lena@x.org", &[former]), Ok(fingerprint(&lena)));
        assert_eq!(find(&fingerprint(&lena), &[former]), Ok(fingerprint(&lena)));
        let boss = made("boss@x.org");
        assert_eq!(find("boss@x.org", &[former, &boss]), Ok(fingerprint(&boss)));
    }
}

#[test]
fn what_others_revoke_withdraws_nothing() {
    let (lena, colleague) = (made("lena@x.org"), made("colleague@x.org"));
    let id = lena.userids().next().unwrap().userid().clone();
    let uncertify = openpgp::cert::UserIDRevocationBuilder::new()
        .build(&mut signer(&colleague), &lena, &id, None)
        .unwrap();
    let foreign = openpgp::cert::CertRevocationBuilder::new()
        .build(&mut signer(&colleague), &lena, None)
        .unwrap();
    for attached in [uncertify, foreign] {
        let lena = lena.clone().insert_packets(attached).unwrap().0;
        for asked in ["lena@x.org", &fingerprint(&lena)] {
            assert_eq!(find(asked, &[&lena, &colleague]), Ok(fingerprint(&lena)), "{asked}");
        }
    }
}

#[test]
fn what_somebody_appointed_is_said_to_have_signed_counts_only_if_they_did() {
    let (rita, colleague) = (made("rita@x.org"), made("colleague@x.org"));
    let builder = CertBuilder::general_purpose(Some("otto@x.org"));
    let (otto, _) = builder.set_revocation_keys(vec![(&rita).into()]).generate().unwrap();
    let by = |cert: &Cert| {
        let built =
            openpgp::cert::CertRevocationBuilder::new().build(&mut signer(cert), &otto, None);
        Packet::from(built.unwrap()).to_vec().unwrap()
    };
    let signed = by(&rita);
    let mut forged = signed.clone();
    forged.iter_mut().rev().take(8).for_each(|octet| *octet ^= 0x55);
    let asked = fingerprint(&otto);
    let spec = Spec::Fingerprint(asked.clone());
    // Attached to the certificate, and as a file of its own that is read before it.
    for is_attached in [true, false] {
        let find = |revocation: &[u8], others: &[&Cert]| {
            let mut certificates = keyring(others);
            let otto = otto.to_vec().unwrap();
            if is_attached {
                // Directly behind the primary key, where revocations stand.
                let end = crate::framing::parts(&otto).next().unwrap().whole.len();
                let (primary, rest) = otto.split_at(end);
                certificates.add(&[primary, revocation, rest].concat(), "test");
            } else {
                certificates.add(revocation, "test");
                certificates.add(&otto, "test");
            }
            Recipient::find(&spec, &certificates).map(|found| found.fingerprint)
        };
        let revoker = fingerprint(&rita);
        let proven = Refusal::RevokedByAppointed { revoker: revoker.clone() };
        assert_eq!(reasons(find(&signed, &[&rita])), [proven]);
        assert_eq!(find(&forged, &[&rita]), Ok(asked.clone()), "attached: {is_attached}");
        // Without Rita's certificate nobody can tell what she signed; of others it does not matter.
        for unproven in [&signed, &forged] {
            let maybe = Refusal::MaybeRevoked { revoker: revoker.clone() };
            assert_eq!(reasons(find(unproven, &[])), [maybe]);
        }
        assert_eq!(find(&by(&colleague), &[]), Ok(asked.clone()));
        assert_eq!(find(&by(&colleague), &[&colleague]), Ok(asked.clone()));
    }
}

#[test]
fn a_version_5_subkey_by_its_own_name_is_refused_beside_one_that_can_be_used() {
    let keyring = include_bytes!("../../../tests/fixtures/openpgp/keyrings/gpg24.pubring.kbx");
    let blobs = crate::keybox::keyblocks(keyring);
    let mixed = blobs.get(1).unwrap();
    let is_version5 =
        |part: &crate::framing::Part<'_>| part.tag == 14 && part.body.starts_with(&[5]);
    let subkey = crate::framing::parts(mixed).find(is_version5).unwrap();
    let lena = made("lena@x.org");
    let mut certificates = Certificates::default();
    certificates.add(&[&lena.to_vec().unwrap(), subkey.whole].concat(), "test");
    let find = |asked: &str| {
        let spec = Spec::parse(asked).unwrap();
        Recipient::find(&spec, &certificates).map(|found| found.fingerprint)
    };
    let asked = "3097748B5F24231EFF9ACE5622BB697B6BDE62D1E5B0F0E9D7EF063C309C67FA";
    assert_eq!(reasons(find(asked)), [Refusal::Version5]);
    assert_eq!(find("lena@x.org"), Ok(fingerprint(&lena)));
}

#[test]
fn a_certificate_of_more_keys_than_anybody_has_is_refused() {
    let builder = (0..=crate::limits::ENCRYPTION_KEYS)
        .fold(CertBuilder::new().add_userid("many@x.org"), |builder, _| {
            builder.add_storage_encryption_subkey()
        });
    let (cert, _) = builder.generate().unwrap();
    assert_eq!(reasons(find("many@x.org", &[&cert])), [Refusal::TooManyKeys { count: 33 }]);
}

#[test]
fn the_warning_begins_thirty_days_before_the_last_encryption_key_or_the_certificate_expires() {
    let now = SystemTime::now();
    let warned = |cert: &Cert, before: Duration| {
        let spec = Spec::Fingerprint(fingerprint(cert));
        let found = Recipient::find(&spec, &keyring(&[cert])).unwrap();
        let expires = found.expires()?;
        found.expiry_warning(expires - before)
    };
    let builder = || CertBuilder::new().add_userid("lena@x.org");
    let flags = || KeyFlags::empty().set_storage_encryption();
    let year = builder().set_validity_period(365 * DAY).add_storage_encryption_subkey();
    let (year, _) = year.generate().unwrap();
    assert!(warned(&year, 31 * DAY).is_none());
    assert!(warned(&year, 30 * DAY + Duration::from_secs(1)).is_none());
    let text = warned(&year, 30 * DAY).unwrap();
    let day = date::iso(now + 365 * DAY);
    assert!(text.contains(&format!("lena@x.org ({}) expires on", fingerprint(&year))));
    assert!(text.contains(&day) || text.contains(&date::iso(now + 366 * DAY)), "{text}");

    let rotated = builder().add_subkey(flags(), 10 * DAY, None).add_subkey(flags(), 90 * DAY, None);
    let (rotated, _) = rotated.generate().unwrap();
    let until = Recipient::find(&Spec::Fingerprint(fingerprint(&rotated)), &keyring(&[&rotated]));
    let left = until.unwrap().expires().unwrap().duration_since(now).unwrap();
    assert!(left > 89 * DAY && left < 91 * DAY, "the older subkey ends nothing: {left:?}");

    let (endless, _) = builder()
        .add_subkey(flags(), 10 * DAY, None)
        .add_storage_encryption_subkey()
        .generate()
        .unwrap();
    assert!(warned(&endless, Duration::ZERO).is_none());
    let policy = StandardPolicy::new();
    assert!(endless.with_policy(&policy, None).is_ok());
}

#[test]
fn a_name_of_kilobytes_is_cut_where_it_is_shown() {
    let cert = made(&"\u{202e}".repeat(5_000));
    let spec = Spec::Fingerprint(fingerprint(&cert));
    let found = Recipient::find(&spec, &keyring(&[&cert])).unwrap();
    assert!(found.owner().starts_with("\\u{202e}") && found.owner().ends_with('…'));
    assert!(found.owner().len() < 500, "{}", found.owner().len());
}

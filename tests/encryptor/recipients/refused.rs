//! Is everybody who cannot be sealed for named with the reason, and nobody left out?

use crate::site::{KEY, Site, key_id, named, subkey};
use support::Outcome;
use support::process::{finish, output_of};

#[test]
fn an_expired_certificate_is_refused_with_its_date() -> Outcome {
    let site = Site::new()?;
    let recipe = named("Erik Expired\nName-Email: erik@x.org").replace("Date: 0", "Date: 365d");
    let faked = ["--faked-system-time", "20210101T000000"];
    let erik = site.home().generate_by(&recipe, "", &faked)?;
    let why = "expired on 2022-01-01. Ask its owner to extend it, and import the new certificate";
    let asked = [erik.as_str(), key_id(&erik), "erik@x.org", "ERIK@x.org"];
    site.assert_refused_as(&asked, "Erik Expired <erik@x.org>", &erik, why)
}

#[test]
fn an_encryption_subkey_that_expired_is_refused_though_its_primary_key_has_not() -> Outcome {
    let site = Site::new()?;
    let recipe = format!("{KEY}Name-Real: Erik\n");
    let faked = ["--faked-system-time", "20210101T000000"];
    let erik = site.home().generate_by(&recipe, "", &faked)?;
    let mut add = site.home().gpg()?;
    add.args(faked).args(["--passphrase", "", "--quick-add-key", &erik, "cv25519", "encr", "365d"]);
    output_of(&mut add)?;
    let why = "expired on 2022-01-01. Ask its owner to extend it, and import the new certificate";
    site.assert_refused_as(&[&erik, &subkey(site.home(), &erik)?], "Erik", &erik, why)
}

#[test]
fn a_certificate_from_the_future_is_refused_with_its_date() -> Outcome {
    let site = Site::new()?;
    let faked = ["--faked-system-time", "20990101T120000"];
    let zoe = site.home().generate_by(&named("Zoe\nName-Email: zoe@x.org"), "", &faked)?;
    let why = "is not valid before 2099-01-01. Check this machine's clock, or wait";
    site.assert_refused_as(&[&zoe, "zoe@x.org"], "Zoe <zoe@x.org>", &zoe, why)?;

    let anna = site.home().generate_by(&format!("{KEY}Name-Real: Anna\n"), "", &[])?;
    let mut add = site.home().gpg()?;
    add.args(faked).args(["--passphrase", "", "--quick-add-key", &anna, "cv25519", "encr", "0"]);
    output_of(&mut add)?;
    site.assert_refused_as(&[&anna], "Anna", &anna, why)
}

#[test]
fn a_certificate_that_can_only_sign_is_refused() -> Outcome {
    let site = Site::new()?;
    let sigrid = site.home().generate_by(&format!("{KEY}Name-Real: Sigrid\n"), "", &[])?;
    let why = "can sign but not encrypt. Ask its owner for a key with an encryption subkey";
    site.assert_refused_as(&[&sigrid, key_id(&sigrid)], "Sigrid", &sigrid, why)
}

#[test]
fn rsa_of_1024_bits_is_refused_as_primary_key_and_as_subkey() -> Outcome {
    let site = Site::new()?;
    let short = "Key-Type: RSA\nKey-Length: 1024\nKey-Usage: sign\nSubkey-Type: RSA\n\
                 Subkey-Length: 1024\nSubkey-Usage: encrypt\nExpire-Date: 0\nName-Real: Willy\n";
    let subkey = format!("{KEY}Subkey-Type: RSA\nSubkey-Length: 1024\nSubkey-Usage: encrypt\n");
    for recipe in [short.to_owned(), format!("{subkey}Name-Real: Willy\n")] {
        let willy = site.home().generate_by(&recipe, "", &[])?;
        let words = finish(&mut site.command(&[&willy]))?.expect_code(2)?.stderr;
        let before = format!(
            "Recipient '{willy}' cannot be sealed for: the certificate of Willy ({willy}) is too \
             weak or not sound ("
        );
        assert!(words.starts_with(&before) && words.contains("RSA1024"), "{words}");
        assert!(words.ends_with("). Ask its owner to make a new key.\nNothing was sealed.\n"));
        site.assert_untouched()?;
    }
    Ok(())
}

#[test]
fn an_address_of_two_usable_certificates_is_ambiguous_and_both_are_named() -> Outcome {
    let site = Site::new()?;
    let boss = site.home().generate_by(&named("Boss\nName-Email: boss@x.org"), "", &[])?;
    let thief = site.home().generate_by(&named("Boss\nName-Email: boss@x.org"), "", &[])?;
    let mut both = [boss.as_str(), thief.as_str()];
    both.sort_unstable();
    let words = format!(
        "Recipient 'boss@x.org' is ambiguous: 2 certificates match ({}). Name the one that is \
         meant by its full fingerprint.",
        both.join(", ")
    );
    site.assert_refused(&mut site.command(&["boss@x.org"]), &words)?;
    site.home().revoke(&thief)?;
    site.assert_sealed_for(&mut site.command(&["boss@x.org"]), 2).map(drop)
}

#[test]
fn who_is_unknown_or_misspelt_is_named_beside_everybody_else_who_is_refused() -> Outcome {
    let site = Site::new()?;
    let sigrid = site.home().generate_by(&format!("{KEY}Name-Real: Sigrid\n"), "", &[])?;
    let missing = "0123456789ABCDEF0123456789ABCDEF01234567";
    let unknown = |asked: &str| {
        format!(
            "Recipient '{asked}' is unknown: no certificate here matches. Import the certificate \
             or name its file with --certs, and check the spelling."
        )
    };
    let misspelt = |asked: &str| {
        format!(
            "Recipient '{asked}' is not a fingerprint (40 digits), a key ID (16 digits) or a mail \
             address. Name the recipient by the full fingerprint."
        )
    };
    let words = [
        unknown(missing),
        misspelt("Lena Listener"),
        unknown("89ABCDEF01234567"),
        unknown("nobody@example.org"),
        format!(
            "Recipient '{sigrid}' cannot be sealed for: the certificate of Sigrid ({sigrid}) can \
             sign but not encrypt. Ask its owner for a key with an encryption subkey."
        ),
        misspelt("01234567"),
        misspelt("\\u{202e}x"),
    ];
    let asked = [
        missing,
        "Lena Listener",
        "0x89abcdef01234567",
        "nobody@example.org",
        &sigrid,
        "01234567",
        "\u{202e}x",
    ];
    site.assert_refused(&mut site.command(&asked), &words.join("\n"))
}

#[test]
fn a_recipient_whose_address_looks_like_a_flag_is_a_recipient() -> Outcome {
    let site = Site::new()?;
    site.home().generate_by(&named("Call team\nName-Email: call-team@x.com"), "", &[])?;
    let mut command = site.command(&[]);
    command.arg("--recipients=call-team@x.com---nobody--test@x.com");
    let words = "Recipient 'nobody--test@x.com' is unknown: no certificate here matches. Import \
                 the certificate or name its file with --certs, and check the spelling.";
    site.assert_refused(&mut command, words)?;
    let mut command = site.command(&[]);
    site.assert_sealed_for(command.arg("--recipients=call-team@x.com"), 2).map(drop)
}

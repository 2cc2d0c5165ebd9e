//! Are keys that only GnuPG 2.4 knows recognised, and those beside them used?

use crate::site::{Site, fixture};
use std::fs;
use support::Outcome;
use support::process::{finish, output_with_input, tool};

/// GnuPG 2.4's keybox: Victor's certificate of version 5, Mixed's of version 4 with a subkey of
/// version 5, and Frieda's of version 4.
const KEYBOX: &str = "keyrings/gpg24.pubring.kbx";
const VICTOR: &str = "7FD548878B223B2D27DC036C8077DB8A3BFDC79D0EB39E85F242D93D9F8B78C3";
const VICTORS_SUBKEY: &str = "A7249D323F5F6A150A6DFA0C22533FDCA1AD2C5A755CF2E6F6C73868B5B2E167";
const MIXED: &str = "16555A8038D0AE2A046EA4401E901A7E11273CB8";
const FRIEDA: &str = "FCEC484BC7A5DA882D59F7E1938A30FC7A4216EC";

const WHY_VERSION_5: &str = "uses a LibrePGP version 5 key, which only GnuPG 2.4 and later can \
                             use. Ask its owner for an RSA or Curve25519 key";

#[test]
fn a_version_5_certificate_is_refused_by_each_of_its_names_in_a_keybox_a_file_and_an_armor()
-> Outcome {
    let site = Site::new()?;
    let folder = site.dialer.spool.path().join("version5");
    fs::create_dir(&folder)?;
    fs::copy(fixture(KEYBOX), folder.join("pubring.kbx"))?;
    let plain = fixture("keys/gpg24v5.cert.pgp");
    let armored = folder.join("armored.asc");
    let octets = fs::read(&plain)?;
    // gpg 2.2 does not know what it is, and armors it all the same.
    fs::write(&armored, output_with_input(tool("gpg")?.arg("--enarmor"), &octets)?)?;
    let text = fs::read_to_string(&armored)?.replace("ARMORED FILE", "PUBLIC KEY BLOCK");
    fs::write(&armored, text)?;
    let keybox = folder.join("pubring.kbx");

    let victor = ("Victor Five <victor@five.example>", VICTOR);
    let other = (
        "gpg24 v5 <gpg24v5@field.example>",
        "68F51E48A308609CF5849417F06569A703D6E57591203EF0B0176C6CB9DE1067",
    );
    for (file, (owner, fingerprint), asked) in [
        (&keybox, victor, VICTOR),
        (&keybox, victor, "7FD548878B223B2D"),
        (&keybox, victor, "victor@five.example"),
        (&keybox, victor, VICTORS_SUBKEY),
        (&keybox, victor, "A7249D323F5F6A15"),
        (&plain, other, other.1),
        (&plain, other, "68F51E48A308609C"),
        (&plain, other, "gpg24v5@field.example"),
        (&armored, other, other.1),
    ] {
        let words = format!(
            "Recipient '{asked}' cannot be sealed for: the certificate of {owner} ({fingerprint}) \
             {WHY_VERSION_5}."
        );
        site.assert_refused(&mut site.command_with(file, asked), &words)?;
    }
    // The keybox as what it is: a GnuPG home.
    let mut command = site.dialer.command();
    command.arg("--gnupg-home").arg(&folder).args(["--recipient", VICTOR]);
    let words = format!(
        "Recipient '{VICTOR}' cannot be sealed for: the certificate of {} ({VICTOR}) \
         {WHY_VERSION_5}.",
        victor.0
    );
    site.assert_refused(&mut command, &words)
}

#[test]
fn a_version_4_certificate_whose_only_encryption_subkey_is_of_version_5_is_refused_as_such()
-> Outcome {
    let site = Site::new()?;
    let subkey = "3097748B5F24231EFF9ACE5622BB697B6BDE62D1E5B0F0E9D7EF063C309C67FA";
    for asked in [MIXED, "mixed@four.example", subkey, "3097748B5F24231E"] {
        let words = format!(
            "Recipient '{asked}' cannot be sealed for: the certificate of Mixed Four \
             <mixed@four.example> ({MIXED}) {WHY_VERSION_5}."
        );
        site.assert_refused(&mut site.command_with(&fixture(KEYBOX), asked), &words)?;
    }
    Ok(())
}

#[test]
fn beside_version_5_certificates_the_others_are_sealed_for_without_a_word() -> Outcome {
    let site = Site::new()?;
    for asked in [FRIEDA, "frieda@four.example"] {
        let mut command = site.command_with(&fixture(KEYBOX), asked);
        let finished = finish(&mut command)?.expect_code(0)?;
        assert_eq!(finished.stderr, "");
        site.dialer.fill(2)?;
    }
    Ok(())
}

//! Which revocations count: by whom, of what, and from where?

use crate::site::{Site, key_id, named, subkey};
use std::fs;
use support::Outcome;
use support::gnupg::GnupgHome;
use support::process::{output_of, output_with_input, tool};

#[test]
fn a_certificate_that_its_owner_revoked_is_refused_by_every_name_of_its_good_subkey_too() -> Outcome
{
    let site = Site::new()?;
    let rita = site.home().generate_by(&named("Rita\nName-Email: rita@x.org"), "", &[])?;
    let subkey = subkey(site.home(), &rita)?;
    site.home().revoke(&rita)?;
    let why = "was revoked by its owner. Import the certificate that replaces it and name that one";
    let asked = [rita.as_str(), key_id(&rita), "rita@x.org", subkey.as_str(), key_id(&subkey)];
    site.assert_refused_as(&asked, "Rita <rita@x.org>", &rita, why)
}

#[test]
fn a_revocation_with_a_digest_too_weak_for_anything_else_counts() -> Outcome {
    let site = Site::new()?;
    let rita = site.home().generate_by(&named("Rita"), "", &[])?;
    // gpg asks for the reason and a description, and whether that is right.
    let options = ["--cert-digest-algo", "RIPEMD160", "--armor", "--gen-revoke", &rita];
    let revocation = site.home().dialogue(&options, "y\n1\nlost\n\ny\n")?;
    site.home().import(&revocation)?;
    let why = "was revoked by its owner. Import the certificate that replaces it and name that one";
    site.assert_refused_as(&[&rita], "Rita", &rita, why)
}

#[test]
fn a_revoked_encryption_subkey_is_refused_though_its_primary_key_stands() -> Outcome {
    let site = Site::new()?;
    let rita = site.home().generate_by(&named("Rita"), "", &[])?;
    site.home().dialogue(&["--edit-key", &rita], "key 1\nrevkey\ny\n1\nlost\n\ny\nsave\n")?;
    let why = "has no encryption key left: what it had was revoked. Ask its owner to add a new \
               one, and import the new certificate";
    site.assert_refused_as(&[&rita, &subkey(site.home(), &rita)?], "Rita", &rita, why)?;

    let mut add = site.home().gpg()?;
    output_of(add.args(["--passphrase", "", "--quick-add-key", &rita, "cv25519", "encr", "0"]))?;
    site.assert_sealed_for(&mut site.command(&[&rita]), 2).map(drop)
}

#[test]
fn a_revocation_that_comes_as_a_file_of_its_own_counts_for_its_own_certificate() -> Outcome {
    let site = Site::new()?;
    let rita = site.home().generate_by(&named("Rita"), "", &[])?;
    let folder = site.dialer.spool.path().join("certs");
    fs::create_dir(&folder)?;
    fs::write(folder.join("rita.asc"), site.home().certificate(&rita)?)?;
    fs::write(folder.join("lena.asc"), site.home().certificate(&site.dialer.listener)?)?;
    let revocation = site.home().revocation(&rita)?;
    let words = format!(
        "Recipient '{rita}' cannot be sealed for: the certificate of Rita ({rita}) was revoked by \
         its owner. Import the certificate that replaces it and name that one."
    );
    // Read before the certificate and after it; armored and not.
    let binary = output_with_input(tool("gpg")?.arg("--dearmor"), &revocation)?;
    for (name, octets) in [("a.rev", &revocation), ("z.rev", &revocation), ("z.rev", &binary)] {
        fs::write(folder.join(name), octets)?;
        site.assert_refused(&mut site.command_with(&folder, &rita), &words)?;
        fs::remove_file(folder.join(name))?;
    }
    fs::write(folder.join("a.rev"), &revocation)?;
    let finished =
        site.assert_sealed_for(&mut site.command_with(&folder, &site.dialer.listener), 1)?;
    assert_eq!(finished.stderr, "", "it is nobody else's revocation");
    Ok(())
}

#[test]
fn a_revocation_kept_for_a_bad_day_or_damaged_withdraws_nothing() -> Outcome {
    let site = Site::new()?;
    let folder = site.dialer.spool.path().join("certs");
    let listener = &site.dialer.listener;
    fs::create_dir(&folder)?;
    fs::copy(&site.dialer.certs, folder.join("lena.asc"))?;
    let revocation = site.home().revocation(listener)?;
    // The last octets are the signature itself.
    let mut forged = output_with_input(tool("gpg")?.arg("--dearmor"), &revocation)?;
    forged.iter_mut().rev().take(8).for_each(|octet| *octet ^= 0x55);
    fs::write(folder.join("forged.rev"), forged)?;
    // As gpg keeps it: with a colon, so that it does not take effect by accident.
    let kept = site.home().path().join("openpgp-revocs.d").join(format!("{listener}.rev"));
    fs::copy(kept, folder.join("kept.rev"))?;
    let finished = site.assert_sealed_for(&mut site.command_with(&folder, listener), 1)?;
    assert!(finished.stderr.starts_with("Warning: A certificate was not read: "));
    assert!(finished.stderr.contains("kept.rev"), "{}", finished.stderr);
    Ok(())
}

/// Otto, who appointed Rita to revoke for him, and her revocation with his certificate.
fn appointed(home: &GnupgHome) -> Outcome<(String, String, Vec<u8>)> {
    let rita = home.generate_by(&named("Rita"), "", &[])?;
    let otto = home.generate_by(&format!("{}Revoker: 22:{rita}\n", named("Otto")), "", &[])?;
    let options = ["--armor", "--desig-revoke", &otto];
    let revocation = home.dialogue(&options, "y\n1\nlost\n\ny\n")?;
    Ok((rita, otto, revocation))
}

#[test]
fn a_revocation_by_somebody_whom_the_owner_appointed_counts() -> Outcome {
    let site = Site::new()?;
    let (rita, otto, revocation) = appointed(site.home())?;
    site.home().import(&revocation)?;
    let why = format!(
        "was revoked by the key {rita}, which its owner had appointed for that. Import the \
         certificate that replaces it and name that one"
    );
    site.assert_refused_as(&[&otto, &subkey(site.home(), &otto)?], "Otto", &otto, &why)
}

#[test]
fn without_the_certificate_of_whom_the_owner_appointed_nobody_can_tell_and_it_is_asked_for()
-> Outcome {
    let site = Site::new()?;
    let (rita, otto, revocation) = appointed(site.home())?;
    let certificate = site.home().certificate(&otto)?;
    let file = site.dialer.spool.path().join("otto.asc");
    fs::write(&file, [certificate, revocation].concat())?;
    let words = format!(
        "Recipient '{otto}' cannot be sealed for: the certificate of Otto ({otto}) may have been \
         revoked by the key {rita}, which its owner had appointed for that. Import the certificate \
         of that key too, so that the revocation can be checked."
    );
    site.assert_refused(&mut site.command_with(&file, &otto), &words)
}

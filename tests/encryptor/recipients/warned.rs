//! What is a dialer's administrator warned of: an expiry to come, and secret keys?

use crate::site::{KEY, Site, fixture};
use std::fs;
use std::path::Path;
use support::Outcome;
use support::gnupg::Algorithm;
use support::process::{finish, output_of, output_with_input, tool};

/// What is said of a certificate that is valid for so many days from now.
fn warned(days: &str) -> Outcome<(String, String)> {
    let site = Site::new()?;
    let anna = site.home().generate("Anna", Algorithm::Curve25519, "", days)?;
    let file = site.dialer.spool.path().join("anna.asc");
    fs::write(&file, site.home().certificate(&anna)?)?;
    let mut command = site.command_with(&file, &anna);
    Ok((finish(&mut command)?.expect_code(0)?.stderr, anna))
}

#[test]
fn an_expiry_in_29_days_is_warned_of_and_one_in_31_days_is_not() -> Outcome {
    assert_eq!(warned("31d")?.0, "");
    let day = |days| -> Outcome<String> {
        let day = output_of(tool("date")?.args(["-u", "-d", &format!("{days} days"), "+%F"]))?;
        Ok(String::from_utf8_lossy(&day).trim().to_owned())
    };
    // Midnight may come in between.
    let (before, (words, anna), after) = (day(29)?, warned("29d")?, day(29)?);
    let expected = |day| {
        format!(
            "Warning: The certificate of Anna ({anna}) expires on {day}, and from then on nothing \
             can be sealed. Ask its owner to extend it, and import the new certificate before that \
             day.\n"
        )
    };
    assert!(words == expected(before) || words == expected(after), "{words}");
    Ok(())
}

fn secret_warning(place: &Path) -> String {
    format!(
        "Warning: A secret key lies in {}. The dialer needs only certificates (public keys); \
         whoever takes over the dialer could open the recordings with it. Move it to a safe place.\n",
        place.display()
    )
}

#[test]
fn a_secret_key_among_the_certificate_files_is_warned_of_once_and_seals_all_the_same() -> Outcome {
    let site = Site::new()?;
    let listener = &site.dialer.listener;
    let folder = site.dialer.spool.path().join("certs");
    fs::create_dir(&folder)?;
    fs::copy(&site.dialer.certs, folder.join("lena.asc"))?;
    let secret = site.home().secret_key(listener, "")?;
    fs::write(folder.join("lena.secret.asc"), [secret.as_slice(), &secret].concat())?;
    let version5 = fixture("keys/gpg24v5.secret.pgp");
    fs::copy(version5, folder.join("version5.secret.pgp"))?;
    let finished = site.assert_sealed_for(&mut site.command_with(&folder, listener), 1)?;
    let expected =
        ["lena.secret.asc", "version5.secret.pgp"].map(|it| secret_warning(&folder.join(it)));
    assert_eq!(finished.stderr, expected.concat());
    Ok(())
}

#[test]
fn the_secret_keys_of_a_gnupg_home_old_and_new_are_warned_of() -> Outcome {
    let site = Site::new()?;
    let old = site.home().path().join("secring.gpg");
    fs::write(&old, b"")?;
    let keys = site.home().path().join("private-keys-v1.d");
    let finished = site.assert_sealed_for(&mut site.command(&[]), 1)?;
    assert_eq!(finished.stderr, secret_warning(&keys));
    fs::write(&old, [0x95, 1, 4])?;
    site.dialer.fill(2)?;
    let finished = finish(&mut site.command(&[]))?.expect_code(0)?;
    // The other one was said today.
    assert_eq!(finished.stderr, secret_warning(&old));
    Ok(())
}

#[test]
fn references_to_cards_and_offline_keys_hold_no_secret() -> Outcome {
    let site = Site::new()?;
    let listener = &site.dialer.listener;
    let home = site.dialer.spool.path().join("home");
    let keys = home.join("private-keys-v1.d");
    fs::create_dir_all(&keys)?;
    fs::write(keys.join("README"), "nothing")?;
    fs::write(keys.join("A.key"), "(20:shadowed-private-key(3:rsa(1:n1:x)(1:e1:y)")?;
    fs::write(keys.join("B.key"), "Token: D276000124010200 - 1\nKey: (shadowed-private-key (ecc")?;
    let run = |home: &Path| {
        site.dialer.fill(2)?;
        let mut command = site.dialer.command();
        finish(command.arg("--gnupg-home").arg(home))?.expect_code(0)
    };
    assert_eq!(run(&home)?.stderr, "");
    fs::write(keys.join("C.key"), "Created: 20250101T000000\nKey: (protected-private-key (ecc")?;
    assert_eq!(run(&home)?.stderr, secret_warning(&keys));

    // Without the secret of the primary key (gnu-dummy) that of the subkey is still there.
    let mut export = site.home().gpg()?;
    let subkeys = output_of(export.args(["--export-secret-subkeys", listener]))?;
    let file = site.dialer.spool.path().join("subkeys.pgp");
    fs::write(&file, &subkeys)?;
    let finished = finish(&mut site.command_with(&file, listener))?.expect_code(0)?;
    assert_eq!(finished.stderr, secret_warning(&file));
    // And of a key that only signs nothing is left then.
    let recipe = format!("{KEY}Name-Real: Sigrid\n");
    let sigrid = site.home().generate_by(&recipe, "", &[])?;
    let mut add = site.home().gpg()?;
    output_of(add.args(["--passphrase", "", "--quick-add-key", &sigrid, "ed25519", "sign", "0"]))?;
    let subkeys = output_of(site.home().gpg()?.args(["--export-secret-subkeys", &sigrid]))?;
    fs::write(&file, &subkeys)?;
    // The primary key, its user ID and its signature: everything up to the first secret subkey.
    let packets = site.home().packets(&file)?;
    let line = packets.lines().find(|line| line.contains(" tag=7 ")).unwrap_or_default();
    let end: usize = line.split(['=', ' ']).nth(2).unwrap_or_default().parse()?;
    let stub = subkeys.get(..end).unwrap_or_default();
    let certificate = site.home().certificate(listener)?;
    let binary = output_with_input(tool("gpg")?.arg("--dearmor"), &certificate)?;
    // Under another name: what was said of a file is not said again on the same day.
    let stub_file = site.dialer.spool.path().join("stub.pgp");
    fs::write(&stub_file, [stub, &binary].concat())?;
    site.dialer.fill(2)?;
    let finished = finish(&mut site.command_with(&stub_file, listener))?.expect_code(0)?;
    assert_eq!(finished.stderr, "");
    Ok(())
}

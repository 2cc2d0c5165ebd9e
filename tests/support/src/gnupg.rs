//! What does the real GnuPG say to our keys and messages?

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::failure::Context;
use crate::process::{finish, output_of, output_with_input, tool};
use crate::{Outcome, ensure, fail};

/// The kinds of keys that agents are told to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 with a Curve25519 subkey, the default of today's GnuPG.
    Curve25519,
    /// RSA with 3072 bits, the default of GnuPG 2.2.
    Rsa3072,
}

/// A GnuPG home of its own, with an agent of its own, both gone when it is dropped.
pub struct GnupgHome {
    folder: TempDir,
}

impl GnupgHome {
    /// An empty home. Its path is short, since the agent's socket must fit into 108 octets.
    pub fn new() -> Outcome<GnupgHome> {
        let folder = tempfile::Builder::new().prefix("gh").tempdir_in("/tmp")?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        Ok(GnupgHome { folder })
    }

    /// The folder, as `--gnupg-home` takes it.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A gpg of this home that asks nobody anything, for what only one test needs.
    pub fn gpg(&self) -> Outcome<Command> {
        let mut gpg = tool("gpg")?;
        gpg.arg("--homedir").arg(self.path()).args([
            "--no-options",
            "--batch",
            "--yes",
            "--quiet",
            "--no-tty",
            "--trust-model",
            "always",
            "--no-auto-key-locate",
            "--disable-dirmngr",
            "--pinentry-mode",
            "loopback",
        ]);
        Ok(gpg)
    }

    /// Makes a key and returns its fingerprint. An empty passphrase leaves it unprotected; `expiry`
    /// is GnuPG's own spelling (`0` for never, `1y`, `seconds=1`).
    pub fn generate(
        &self,
        owner: &str,
        algorithm: Algorithm,
        passphrase: &str,
        expiry: &str,
    ) -> Outcome<String> {
        let kind = match algorithm {
            Algorithm::Curve25519 => {
                "Key-Type: EDDSA\nKey-Curve: ed25519\nSubkey-Type: ECDH\nSubkey-Curve: cv25519\n"
            }
            Algorithm::Rsa3072 => {
                "Key-Type: RSA\nKey-Length: 3072\nSubkey-Type: RSA\nSubkey-Length: 3072\n"
            }
        };
        let recipe = format!(
            "{kind}Key-Usage: sign\nSubkey-Usage: encrypt\nName-Real: {owner}\n\
             Expire-Date: {expiry}\n"
        );
        self.generate_by(&recipe, passphrase, &[])
    }

    /// Makes a key by a recipe in GnuPG's own words, with options such as a faked time.
    pub fn generate_by(&self, recipe: &str, passphrase: &str, options: &[&str]) -> Outcome<String> {
        let protection = match passphrase {
            "" => "%no-protection\n".to_owned(),
            secret => format!("Passphrase: {secret}\n"),
        };
        let recipe = format!("{}\n{protection}%commit\n", recipe.trim_end());
        let before = self.fingerprints()?;
        let mut gpg = self.gpg()?;
        output_with_input(gpg.args(options).arg("--generate-key"), recipe.as_bytes())
            .context(format!("making a key by: {recipe}"))?;
        match self.fingerprints()?.into_iter().find(|it| !before.contains(it)) {
            Some(fingerprint) => Ok(fingerprint),
            None => fail!("gpg made no key by: {recipe}"),
        }
    }

    /// The revocation that gpg writes with every new key, made to take effect: gpg puts a colon in
    /// front of it, which its own words in that file ask to be removed.
    pub fn revocation(&self, fingerprint: &str) -> Outcome<Vec<u8>> {
        let file = self.path().join("openpgp-revocs.d").join(format!("{fingerprint}.rev"));
        let text = fs::read_to_string(&file).context(file.display())?;
        ensure!(text.contains("\n:-----BEGIN"), "gpg wrote no colon into {}", file.display());
        Ok(text.replace("\n:-----BEGIN", "\n-----BEGIN").into_bytes())
    }

    /// Revokes a certificate as its owner does.
    pub fn revoke(&self, fingerprint: &str) -> Outcome {
        self.import(&self.revocation(fingerprint)?)
    }

    /// Talks to gpg where it asks, one answer a line.
    pub fn dialogue(&self, arguments: &[&str], answers: &str) -> Outcome<Vec<u8>> {
        let mut gpg = self.gpg()?;
        // An agent of its own never asks for a passphrase; everything else is asked for here.
        gpg.args(["--no-batch", "--command-fd", "0"]).args(arguments);
        output_with_input(&mut gpg, answers.as_bytes())
    }

    /// Fingerprints of all primary keys held.
    pub fn fingerprints(&self) -> Outcome<Vec<String>> {
        let listing = output_of(self.gpg()?.args(["--with-colons", "--list-keys"]))?;
        let listing = String::from_utf8_lossy(&listing).into_owned();
        let mut found = Vec::new();
        let mut after_primary = false;
        for line in listing.lines() {
            let mut fields = line.split(':');
            match fields.next() {
                Some("pub") => after_primary = true,
                Some("fpr") if after_primary => {
                    found.extend(fields.nth(8).map(str::to_owned));
                    after_primary = false;
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// The armored certificate.
    pub fn certificate(&self, fingerprint: &str) -> Outcome<Vec<u8>> {
        output_of(self.gpg()?.args(["--armor", "--export", fingerprint]))
    }

    /// The armored secret key, protected by its passphrase as an agent would export it.
    pub fn secret_key(&self, fingerprint: &str, passphrase: &str) -> Outcome<Vec<u8>> {
        let mut gpg = self.gpg()?;
        gpg.args(["--passphrase-fd", "0", "--armor", "--export-secret-keys", fingerprint]);
        output_with_input(&mut gpg, passphrase.as_bytes())
    }

    /// Takes certificates or keys into this home.
    pub fn import(&self, octets: &[u8]) -> Outcome {
        output_with_input(self.gpg()?.arg("--import"), octets).map(drop)
    }

    /// Decrypts a file; whatever gpg does not call good is a failure.
    pub fn decrypt(&self, file: &Path, passphrase: &str) -> Outcome<Vec<u8>> {
        let mut gpg = self.gpg()?;
        gpg.args(["--passphrase-fd", "0", "--decrypt"]).arg(file);
        output_with_input(&mut gpg, passphrase.as_bytes())
    }

    /// Decrypts each `X.pgp` into `X` beside it. Which of them failed shows in what is missing.
    pub fn decrypt_beside(&self, files: &[PathBuf]) -> Outcome {
        finish(self.gpg()?.args(["--multifile", "--decrypt"]).args(files)).map(drop)
    }

    /// Encrypts to the given recipients, with more of gpg's options where a test needs them.
    pub fn encrypt(
        &self,
        octets: &[u8],
        recipients: &[&str],
        options: &[&str],
    ) -> Outcome<Vec<u8>> {
        let mut gpg = self.gpg()?;
        gpg.args(options);
        for recipient in recipients {
            gpg.args(["--recipient", recipient]);
        }
        output_with_input(gpg.arg("--encrypt"), octets)
    }

    /// What gpg sees in a message, packet by packet. No key is needed for the outer packets.
    pub fn packets(&self, file: &Path) -> Outcome<String> {
        let mut gpg = self.gpg()?;
        gpg.args(["--list-only", "--verbose", "--list-packets"]).arg(file);
        let finished = finish(&mut gpg)?;
        Ok(finished.text() + &finished.stderr)
    }
}

impl Drop for GnupgHome {
    fn drop(&mut self) {
        // The agent would notice that its home is gone, but only after a minute.
        if let Ok(mut gpgconf) = tool("gpgconf") {
            drop(output_of(gpgconf.arg("--homedir").arg(self.path()).args(["--kill", "all"])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve25519_key_encrypts_exports_and_decrypts() -> Outcome {
        let home = GnupgHome::new()?;
        let fingerprint = home.generate("Ann Agent", Algorithm::Curve25519, "open it", "1y")?;
        let message =
            home.encrypt(b"spoken words", &[&fingerprint], &["--compress-algo", "none"])?;
        let file = home.path().join("message.pgp");
        fs::write(&file, message)?;
        assert!(home.packets(&file)?.contains(":pubkey enc packet:"));

        let other = GnupgHome::new()?;
        other.import(&home.secret_key(&fingerprint, "open it")?)?;
        assert_eq!(other.decrypt(&file, "open it")?, b"spoken words");
        Ok(())
    }

    #[test]
    fn a_wrong_passphrase_is_a_failure() -> Outcome {
        let home = GnupgHome::new()?;
        let fingerprint = home.generate("Ann Agent", Algorithm::Curve25519, "open it", "0")?;
        assert!(home.secret_key(&fingerprint, "something else").is_err());
        assert!(home.secret_key(&fingerprint, "open it")?.starts_with(b"-----BEGIN PGP PRIVATE"));
        Ok(())
    }
}

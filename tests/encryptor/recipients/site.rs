//! A dialer whose listener is usable, and what happens to its recordings if somebody else is not.

use crate::common::{Dialer, encryptor};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::gnupg::GnupgHome;
use support::process::{Finished, finish, output_of};
use support::speech::Format;
use support::{Outcome, ensure};

/// The first lines of gpg's recipe for a key, and those for its encryption subkey.
pub const KEY: &str = "Key-Type: EDDSA\nKey-Curve: ed25519\nKey-Usage: sign\nExpire-Date: 0\n";
const SUBKEY: &str = "Subkey-Type: ECDH\nSubkey-Curve: cv25519\nSubkey-Usage: encrypt\n";

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp").join(name)
}

/// A dialer with recordings in its spool and the listener's keyring as its GnuPG home.
pub struct Site {
    pub dialer: Dialer,
    pub calls: Vec<(String, Vec<u8>)>,
}

impl Site {
    pub fn new() -> Outcome<Site> {
        let dialer = Dialer::new()?;
        let calls = dialer.fill(2)?;
        Ok(Site { dialer, calls })
    }

    pub fn home(&self) -> &GnupgHome {
        &self.dialer.home
    }

    /// A run for the listener and for `asked`, whose certificates are in the GnuPG home.
    pub fn command(&self, asked: &[&str]) -> Command {
        let mut command = self.dialer.command();
        command.arg("--gnupg-home").arg(self.home().path());
        for one in asked {
            command.args(["--recipient", one]);
        }
        command
    }

    /// A run for `asked` alone, with the certificates in a file or folder alone.
    pub fn command_with(&self, certs: &Path, asked: &str) -> Command {
        let mut command = self.dialer.spool.command(encryptor(), Format::Mp3);
        command.arg("--certs").arg(certs).args(["--recipient", asked]);
        command.env("GNUPGHOME", self.dialer.spool.path().join("no-gnupg-home"));
        command
    }

    /// Exit 2, these words, and not an octet of the spool is touched.
    pub fn assert_refused(&self, command: &mut Command, words: &str) -> Outcome {
        let finished = finish(command)?.expect_code(2)?;
        assert_eq!(finished.text(), "");
        assert_eq!(finished.stderr, format!("{words}\nNothing was sealed.\n"));
        self.assert_untouched()
    }

    pub fn assert_untouched(&self) -> Outcome {
        assert_eq!(self.dialer.waiting()?.len(), self.calls.len());
        for (name, octets) in &self.calls {
            assert!(fs::read(self.dialer.inbox().join(name))? == *octets, "{name}");
        }
        assert_eq!(self.dialer.spool.sealed_names()?, Vec::<String>::new());
        assert!(!self.dialer.spool.state().exists(), "a refused run has no journal");
        Ok(())
    }

    /// The listener is usable; this one is not, by whatever name.
    pub fn assert_refused_as(
        &self,
        asked: &[&str],
        owner: &str,
        fingerprint: &str,
        why: &str,
    ) -> Outcome {
        for one in asked {
            let words = format!(
                "Recipient '{one}' cannot be sealed for: the certificate of {owner} \
                 ({fingerprint}) {why}."
            );
            self.assert_refused(&mut self.command(&[one]), &words)?;
        }
        Ok(())
    }

    /// Everything is sealed, and for exactly so many people.
    pub fn assert_sealed_for(&self, command: &mut Command, people: usize) -> Outcome<Finished> {
        let finished = finish(command)?.expect_code(0)?;
        self.dialer.assert_all_sealed(&self.calls)?;
        for name in self.dialer.spool.sealed_names()? {
            let packets = self.home().packets(&self.dialer.spool.sealed().join(name))?;
            assert_eq!(packets.matches(":pubkey enc packet:").count(), people, "{packets}");
        }
        Ok(finished)
    }
}

pub fn named(name: &str) -> String {
    format!("{KEY}{SUBKEY}Name-Real: {name}\n")
}

/// The fingerprint of the first subkey.
pub fn subkey(home: &GnupgHome, fingerprint: &str) -> Outcome<String> {
    let listing = output_of(home.gpg()?.args(["--with-colons", "--list-keys", fingerprint]))?;
    let listing = String::from_utf8_lossy(&listing).into_owned();
    let after = listing.split("\nsub:").nth(1).unwrap_or_default();
    let found = after.split("\nfpr:").nth(1).and_then(|it| it.split(':').nth(8));
    ensure!(found.is_some(), "gpg lists no subkey: {listing}");
    Ok(found.unwrap_or_default().to_owned())
}

pub fn key_id(fingerprint: &str) -> &str {
    fingerprint.get(24..).unwrap_or_default()
}

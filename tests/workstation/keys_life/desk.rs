//! A workstation with a GnuPG of its own beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde_json::Value;
use shared::certs::SecretKey;
use shared::decrypt::{Opener, Rules};
use shared::secret::Passphrase;
use support::gnupg::GnupgHome;
use support::process::{Finished, finish_with_input, output_of, tool};
use workstation_app::keys::create::{self, KeyKind, NewKey};
use workstation_app::keys::store::KeyStore;

/// Strong enough for every rule.
pub const GOOD: &str = "glacier tutor pebble anthem crumb violet";
pub const OTHER: &str = "lantern bishop quartz mellow drift sonnet";

pub fn typed(text: &str) -> Passphrase {
    Passphrase::new(text.as_bytes().to_vec().into())
}

/// What a file is called in a command.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub struct Desk {
    pub data: tempfile::TempDir,
    pub gnupg: GnupgHome,
}

impl Desk {
    pub fn new() -> Self {
        Self { data: tempfile::tempdir().unwrap(), gnupg: GnupgHome::new().unwrap() }
    }

    pub fn store(&self) -> KeyStore {
        KeyStore::in_folder(self.data.path())
    }

    pub fn folder(&self) -> PathBuf {
        self.data.path().join("keys")
    }

    pub fn held(&self) -> Vec<SecretKey> {
        self.store().load().unwrap().keys
    }

    /// The day that a key says it was made on: new ones are dated back, be it into yesterday.
    pub fn made_on(&self, fingerprint: &str) -> String {
        let held = self.held();
        let key = held.iter().find(|key| key.fingerprint() == fingerprint).unwrap();
        shared::date::iso(key.created())
    }

    /// The names of all files in the store.
    pub fn files(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.folder()) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Makes a key and gives its fingerprint.
    pub fn create(&self, name: &str, kind: KeyKind) -> String {
        let new = NewKey {
            name: name.to_owned(),
            address: format!("{}@desk.example", name.to_lowercase()),
            passphrase: typed(GOOD),
            kind,
            years: 2,
        };
        create::create(&self.store(), &new, SystemTime::now()).unwrap().card.fingerprint
    }

    pub fn opens(&self, message: &[u8], passphrase: &str) -> bool {
        let mut opener = Opener::new(self.held(), Rules::default());
        let opened = opener.open(message, Some(&typed(passphrase)));
        opened.is_ok_and(|opened| *opened.data == *b"spoken words")
    }

    /// `workstation-app keys …`, with this desk's data folder and GnuPG.
    pub fn keys(&self, arguments: &[&str], input: &str) -> Finished {
        finish_with_input(self.command().arg("keys").args(arguments), input.as_bytes()).unwrap()
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workstation-app"));
        command.arg("--data-dir").arg(self.data.path());
        command.env("GNUPGHOME", self.gnupg.path()).env("HOME", self.data.path());
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command
    }

    /// As `keys`, with JSON and exit code 0.
    pub fn json(&self, arguments: &[&str], input: &str) -> Vec<Value> {
        let finished = self.keys(&[arguments, &["--json"]].concat(), input);
        let finished = finished.expect_code(0).unwrap();
        finished.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What gpg lists of a certificate: the fields of its primary key, then of its subkeys.
    pub fn listed(&self, fingerprint: &str) -> Vec<Vec<String>> {
        let mut gpg = self.gnupg.gpg().unwrap();
        gpg.args(["--with-colons", "--fixed-list-mode", "--list-keys", fingerprint]);
        let listing = String::from_utf8(output_of(&mut gpg).unwrap()).unwrap();
        let keys = listing.lines().filter(|it| it.starts_with("pub:") || it.starts_with("sub:"));
        keys.map(|line| line.split(':').map(str::to_owned).collect()).collect()
    }
}

/// A home of the oldest GnuPG that is in use.
pub struct OldGnupg {
    folder: tempfile::TempDir,
}

impl OldGnupg {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let closed = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(folder.path(), closed).unwrap();
        Self { folder }
    }

    /// What withdraws a key, by SHA-1.
    pub fn withdrawal(&self, owner: &str, passphrase: &str) -> Vec<u8> {
        let secret = self.folder.path().join("passphrase");
        fs::write(&secret, passphrase).unwrap();
        let mut gpg = tool("gpg1").unwrap();
        gpg.arg("--homedir").arg(self.folder.path()).arg("--passphrase-file").arg(&secret);
        gpg.args(["--no-tty", "--yes", "--cert-digest-algo", "SHA1", "--command-fd", "0"]);
        gpg.args(["--armor", "--output", "-", "--gen-revoke", owner]);
        // Yes, without a reason, nothing to describe it, yes.
        finish_with_input(&mut gpg, b"y\n0\n\ny\n").unwrap().expect_code(0).unwrap().stdout
    }

    pub fn run(&self, arguments: &[&str], passphrase: &str, input: &[u8]) -> Finished {
        let file = self.folder.path().join("input");
        fs::write(&file, input).unwrap();
        let secret = self.folder.path().join("passphrase");
        fs::write(&secret, passphrase).unwrap();
        let mut gpg = tool("gpg1").unwrap();
        gpg.arg("--homedir").arg(self.folder.path());
        gpg.args(["--batch", "--yes", "--no-tty"]);
        // It makes no database of trust while it trusts everybody.
        if arguments.contains(&"--encrypt") {
            gpg.args(["--trust-model", "always"]);
        }
        gpg.arg("--passphrase-file").arg(&secret).args(arguments).arg(&file);
        support::process::finish(&mut gpg).unwrap()
    }
}

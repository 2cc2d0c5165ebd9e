//! Does whatever is brought of a held key leave open what opened before, and add what it has besides?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;

use shared::certs::SecretKey;
use shared::decrypt::{Opener, Rules};
use shared::secret::Passphrase;
use support::gnupg::{Algorithm, GnupgHome};
use support::process::{output_of, output_with_input};
use workstation_app::keys::store::{KeyStore, StoreError};
use workstation_app::keys::{ImportError, import};

const FIRST: &str = "the first passphrase";
const SECOND: &str = "the second passphrase";

/// Somebody's GnuPG, and the workstation that gets exports from it.
struct Site {
    home: GnupgHome,
    owner: String,
    data: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let home = GnupgHome::new().unwrap();
        let owner = home.generate("Lena", Algorithm::Curve25519, FIRST, "0").unwrap();
        Self { home, owner, data: tempfile::tempdir().unwrap() }
    }

    fn export(&self, passphrase: &str) -> Vec<u8> {
        self.home.secret_key(&self.owner, passphrase).unwrap()
    }

    /// One subkey with its secret; of the primary key only a stub.
    fn export_subkey(&self, key_id: &str, passphrase: &str) -> Vec<u8> {
        let mut gpg = self.home.gpg().unwrap();
        gpg.args(["--passphrase-fd", "0", "--export-secret-subkeys"]).arg(format!("{key_id}!"));
        output_with_input(&mut gpg, passphrase.as_bytes()).unwrap()
    }

    /// From the first passphrase to the second.
    fn change_passphrase(&self) {
        let answers = format!("{FIRST}\n{SECOND}\n{SECOND}\n");
        self.home.dialogue(&["--change-passphrase", &self.owner], &answers).unwrap();
    }

    fn add_subkey(&self) {
        let mut gpg = self.home.gpg().unwrap();
        gpg.args(["--passphrase-fd", "0", "--quick-add-key", &self.owner, "cv25519", "encr"]);
        output_with_input(&mut gpg, FIRST.as_bytes()).unwrap();
    }

    /// The key IDs of all encryption subkeys, the oldest first.
    fn subkeys(&self) -> Vec<String> {
        let mut gpg = self.home.gpg().unwrap();
        let listing = output_of(gpg.args(["--with-colons", "--list-keys", &self.owner])).unwrap();
        let listing = String::from_utf8(listing).unwrap();
        let subkeys = listing.lines().filter(|line| line.starts_with("sub:"));
        subkeys.map(|line| line.split(':').nth(4).unwrap().to_owned()).collect()
    }

    fn sealed_to(&self, key_id: &str) -> Vec<u8> {
        self.home.encrypt(b"spoken words", &[&format!("{key_id}!")], &[]).unwrap()
    }

    fn store(&self) -> KeyStore {
        KeyStore::in_folder(self.data.path())
    }

    fn bring(&self, octets: &[u8]) -> Result<(), ImportError> {
        import(&self.store(), octets).map(drop)
    }

    fn held(&self) -> Vec<SecretKey> {
        let held = self.store().load().unwrap();
        assert_eq!(held.damaged.len(), 0);
        held.keys
    }

    fn opens(&self, message: &[u8], passphrase: &str) -> bool {
        let typed = Passphrase::new(passphrase.as_bytes().to_vec().into());
        let opened = Opener::new(self.held(), Rules::default()).open(message, Some(&typed));
        opened.is_ok_and(|opened| *opened.data == *b"spoken words")
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.data.path().join("keys")).unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap())
            .map(|it| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap()))
            .collect();
        files.sort();
        files
    }
}

#[test]
fn a_copy_with_another_passphrase_opens_and_the_first_still_does() {
    let site = Site::new();
    let message = site.sealed_to(&site.subkeys()[0]);
    site.bring(&site.export(FIRST)).unwrap();
    site.change_passphrase();
    assert!(!site.opens(&message, SECOND));
    site.bring(&site.export(SECOND)).unwrap();
    assert!(site.opens(&message, FIRST) && site.opens(&message, SECOND));
    assert_eq!(site.files().len(), 2);
}

#[test]
fn a_copy_with_a_damaged_secret_takes_nothing_away() {
    let site = Site::new();
    let message = site.sealed_to(&site.subkeys()[0]);
    site.bring(&site.export(FIRST)).unwrap();
    let before = site.files();
    let mut copy = before[0].1.clone();
    // The last secret part ends where the signature behind it begins, packet 2.
    let signature = copy.windows(4).rposition(|it| it[0] == 0xC2 && it[2] == 4 && it[3] == 0x18);
    copy[signature.unwrap() - 10] ^= 1;
    site.bring(&copy).unwrap();
    assert!(site.opens(&message, FIRST));
    assert!(site.files().contains(&before[0]), "the good copy stays as it is");
}

#[test]
fn an_export_of_one_subkey_removes_no_older_one() {
    let site = Site::new();
    site.add_subkey();
    let subkeys = site.subkeys();
    assert_eq!(subkeys.len(), 2);
    site.bring(&site.export(FIRST)).unwrap();
    let newest = site.export_subkey(&subkeys[1], FIRST);
    assert!(newest.len() < site.export(FIRST).len() / 2, "it has only one");
    site.bring(&newest).unwrap();
    for subkey in &subkeys {
        assert!(site.opens(&site.sealed_to(subkey), FIRST), "{subkey}");
    }
}

#[test]
fn a_subkey_that_was_made_later_joins_those_that_are_held() {
    let site = Site::new();
    site.bring(&site.export(FIRST)).unwrap();
    site.add_subkey();
    let subkeys = site.subkeys();
    let newer = site.sealed_to(&subkeys[1]);
    assert!(!site.opens(&newer, FIRST));
    site.bring(&site.export_subkey(&subkeys[1], FIRST)).unwrap();
    assert!(site.opens(&newer, FIRST) && site.opens(&site.sealed_to(&subkeys[0]), FIRST));
    let held = site.held();
    // Made within one second, they have no order.
    let as_set = |key_ids: &[String]| key_ids.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(held.len(), 1, "it is one key");
    assert_eq!(as_set(&held[0].key_ids()), as_set(&subkeys), "with two subkeys");
}

#[test]
fn a_whole_export_with_one_more_subkey_adds_it() {
    let site = Site::new();
    site.bring(&site.export(FIRST)).unwrap();
    site.add_subkey();
    // GnuPG protects every export anew, so that it looks like another passphrase.
    site.bring(&site.export(FIRST)).unwrap();
    for subkey in site.subkeys() {
        assert!(site.opens(&site.sealed_to(&subkey), FIRST), "{subkey}");
    }
}

#[test]
fn a_damaged_copy_in_the_store_is_never_overwritten() {
    let site = Site::new();
    site.bring(&site.export(FIRST)).unwrap();
    site.change_passphrase();
    site.bring(&site.export(SECOND)).unwrap();
    // By name the second copy comes first: a hyphen stands before a dot.
    let (second, octets) = site.files().remove(0);
    let path = site.data.path().join("keys").join(second);
    for damaged in [&octets[..octets.len() / 2], b"", b"half a key"] {
        fs::write(&path, damaged).unwrap();
        let before = site.files().len();
        site.bring(&site.export(SECOND)).unwrap();
        assert_eq!(
            (fs::read(&path).unwrap().as_slice(), site.files().len()),
            (damaged, before + 1)
        );
    }
}

#[test]
fn a_sixth_copy_is_refused_and_the_five_stay() {
    let site = Site::new();
    for _ in 0..5 {
        site.bring(&site.export(FIRST)).unwrap();
    }
    let before = site.files();
    assert_eq!(before.len(), 5);
    let error = site.bring(&site.export(FIRST)).unwrap_err();
    assert!(matches!(error, ImportError::Store(StoreError::TooManyCopies { .. })));
    assert!(error.to_string().contains("Lena"), "{error}");
    assert_eq!(site.files(), before);
    // What is held already is no new copy.
    site.bring(&before[4].1).unwrap();
    assert_eq!(site.files(), before);
}

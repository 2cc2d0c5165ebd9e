//! What does a GnuPG home hold: certificates, and secret keys that do not belong on a dialer?

use crate::certs::{Certificates, KeyError};
use crate::recording::escaped;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// A key that is on a card; this is all that GnuPG's agent writes down of its secret.
const STUB: &[u8] = b"shadowed-private-key";

/// Where the word that tells the kind of a key stands at the latest; the agent puts a few short
/// lines in front of it.
const HEAD_OCTETS: usize = 4096;

impl Certificates {
    /// Reads the public keyring of a GnuPG home as gpg does: `pubring.kbx`, and `pubring.gpg` only
    /// where the former holds none, since what was deleted from the new one stays in the old.
    ///
    /// # Errors
    /// When a keyring is there and cannot be read.
    pub fn add_gnupg_home(&mut self, home: &Path) -> Result<(), KeyError> {
        self.note_secret_keys(home);
        self.note_keyboxd(home);
        for ring in ["pubring.kbx", "pubring.gpg"] {
            let path = home.join(ring);
            // gpg leaves empty keyrings behind.
            if fs::metadata(&path).is_ok_and(|file| file.len() == 0) {
                continue;
            }
            match self.add_file(&path) {
                Err(KeyError::Unreadable { source, .. })
                    if source.kind() == io::ErrorKind::NotFound => {}
                Ok(false) => {}
                other => return other.map(drop),
            }
        }
        Ok(())
    }

    /// Whoever may not look there has no secret key there either.
    fn note_secret_keys(&mut self, home: &Path) {
        let folder = home.join("private-keys-v1.d");
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut files = entries.map(|entry| entry.path());
        if files.any(|path| path.extension().is_some_and(|it| it == "key") && is_secret(&path)) {
            self.add_secret_key(&escaped(folder.as_os_str().as_encoded_bytes()));
        }
        // Of GnuPG before 2.1, which leaves it where it was when a newer one takes over.
        let old = home.join("secring.gpg");
        if fs::metadata(&old).is_ok_and(|file| file.is_file() && file.len() > 0) {
            self.add_secret_key(&escaped(old.as_os_str().as_encoded_bytes()));
        }
    }

    fn note_keyboxd(&mut self, home: &Path) {
        let database = home.join("public-keys.d").join("pubring.db");
        if database.exists() {
            let shown = escaped(database.as_os_str().as_encoded_bytes());
            self.add_problem(format!(
                "{shown}: the database of GnuPG's keyboxd is not read. Export the certificates and \
                 name their file with --certs."
            ));
        }
    }
}

/// Whether one of the agent's files holds a secret, not a reference to a card. Not an octet behind
/// the word that says so is read.
fn is_secret(path: &Path) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    let mut head = Zeroizing::new(Vec::with_capacity(HEAD_OCTETS));
    let mut octet = Zeroizing::new([0_u8]);
    while head.len() < HEAD_OCTETS && matches!(file.read(octet.as_mut_slice()), Ok(1)) {
        head.extend_from_slice(octet.as_slice());
        if let Some(kind) = kind(&head) {
            return kind != STUB;
        }
    }
    // Whatever it is, it is no stub.
    !head.is_empty()
}

/// The first word of the S-expression in `head`, once it has ended: canonical (`(11:private-key(`)
/// or, since GnuPG 2.3, behind a name (`Key: (private-key (`).
fn kind(head: &[u8]) -> Option<&[u8]> {
    let starts_here = |at: &usize| {
        head.get(..*at)
            .is_some_and(|before| before.is_empty() || before.trim_ascii_end().ends_with(b"Key:"))
    };
    let open = head.iter().enumerate().filter(|(_, octet)| **octet == b'(').map(|(at, _)| at);
    let start = open.into_iter().find(starts_here)? + 1;
    let word = head.get(start..)?;
    let skipped = word.iter().position(|octet| !octet.is_ascii_digit() && *octet != b':')?;
    let word = word.get(skipped..)?;
    let length = word.iter().position(|octet| !octet.is_ascii_lowercase() && *octet != b'-')?;
    word.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_key_is_known_before_its_secret_begins() {
        let canonical = b"(11:private-key(3:ecc(5:curve10:Curve25519";
        assert_eq!(kind(canonical), Some(&b"private-key"[..]));
        let whole = b"(11:private-key(".len();
        assert_eq!(kind(canonical.split_at(whole).0), Some(&b"private-key"[..]));
        assert_eq!(kind(canonical.split_at(whole - 1).0), None);
        let named = b"Created: 20250101T000000\nLabel: (of Lena)\nKey: (shadowed-private-key (rsa";
        assert_eq!(kind(named), Some(STUB));
        assert_eq!(kind(b"Key:\n (shadowed-private-key "), Some(STUB));
        assert_eq!(kind(b"(20:shadowed-private-key(3:rsa"), Some(STUB));
        assert_eq!(kind(b"(21:protected-private-key("), Some(&b"protected-private-key"[..]));
        assert_eq!(kind(b""), None);
        assert_eq!(kind(b"Label: (shadowed-private-key )"), None);
    }
}

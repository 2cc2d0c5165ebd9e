//! Is this one of GnuPG's own version 5 keys (LibrePGP), and whose?
//!
//! GnuPG 2.4 makes them where somebody asks for Ed448 or Cv448. No library here reads them, so they
//! are recognised only, to be refused by name instead of being unknown. Nothing in them is verified:
//! all that follows from them is a refusal.

use crate::certs::shown_name;
use crate::framing;
use openpgp::cert::Cert;
use openpgp::packet::Tag;
use sequoia_openpgp as openpgp;
use sha2::{Digest, Sha256};

/// Version, time of creation, algorithm, and how long the public part that follows is.
const HEAD_OCTETS: usize = 10;

/// More than anybody has; each one costs a hash.
const MOST_KEYS: usize = 1024;

/// A certificate whose primary key is of version 5.
#[derive(Debug, Clone)]
pub(crate) struct Version5 {
    /// Fingerprints in upper-case hexadecimal digits, that of the primary key first.
    pub(crate) fingerprints: Vec<String>,
    pub(crate) user_ids: Vec<Vec<u8>>,
    pub(crate) has_secret: bool,
}

impl Version5 {
    /// Reads a certificate or secret key that begins with its primary key.
    pub(crate) fn read(octets: &[u8]) -> Option<Self> {
        fingerprint(framing::parts(octets).next()?.body)?;
        let mut found = Self { fingerprints: Vec::new(), user_ids: Vec::new(), has_secret: false };
        for part in framing::parts(octets) {
            match part.tag {
                5 | 6 | 7 | 14 if found.fingerprints.len() < MOST_KEYS => {
                    found.fingerprints.extend(fingerprint(part.body));
                }
                13 if found.user_ids.len() < MOST_KEYS => found.user_ids.push(part.body.to_vec()),
                _ => {}
            }
            found.has_secret |= matches!(part.tag, 5 | 7);
        }
        Some(found)
    }

    /// The fingerprint of the primary key.
    pub(crate) fn fingerprint(&self) -> &str {
        self.fingerprints.first().map_or("", String::as_str)
    }

    /// The first user ID, safe to show; the fingerprint where there is none.
    pub(crate) fn owner(&self) -> String {
        self.user_ids.first().map_or_else(|| self.fingerprint().to_string(), |id| shown_name(id))
    }
}

/// The fingerprints of version 5 subkeys in a certificate that is of another version itself.
pub(crate) fn subkeys(cert: &Cert) -> impl Iterator<Item = String> {
    cert.unknowns()
        .filter(|part| matches!(part.unknown().tag(), Tag::PublicSubkey | Tag::SecretSubkey))
        .filter_map(|part| fingerprint(part.unknown().body()))
}

/// The fingerprint of a key packet, whether public or secret, if it is of version 5: SHA-256 over
/// 0x9A, the length in four octets, and the public part.
fn fingerprint(body: &[u8]) -> Option<String> {
    let length: [u8; 4] = body.get(6..HEAD_OCTETS)?.try_into().ok()?;
    let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
    let public = body.get(..HEAD_OCTETS.checked_add(length)?)?;
    if public.first() != Some(&5) {
        return None;
    }
    let mut hash = Sha256::new_with_prefix([0x9A]);
    hash.update(u32::try_from(public.len()).ok()?.to_be_bytes());
    hash.update(public);
    Some(hash.finalize().iter().map(|octet| format!("{octet:02X}")).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const CERTIFICATE: &[u8] = include_bytes!("../../tests/fixtures/openpgp/keys/gpg24v5.cert.pgp");
    const SECRET_KEY: &[u8] =
        include_bytes!("../../tests/fixtures/openpgp/keys/gpg24v5.secret.pgp");

    #[test]
    fn a_key_of_gpg_2_4_has_the_fingerprints_that_gpg_gives_it() {
        let found = Version5::read(CERTIFICATE).unwrap();
        // The issuer's fingerprint in its own signature says the same.
        assert_eq!(
            found.fingerprint(),
            "68F51E48A308609CF5849417F06569A703D6E57591203EF0B0176C6CB9DE1067"
        );
        assert_eq!(found.fingerprints.len(), 2);
        assert_eq!(found.owner(), "gpg24 v5 <gpg24v5@field.example>");
        assert!(!found.has_secret);
    }

    #[test]
    fn its_secret_key_has_the_same_ones() {
        let (found, secret) = (Version5::read(CERTIFICATE), Version5::read(SECRET_KEY));
        let (found, secret) = (found.unwrap(), secret.unwrap());
        assert_eq!(secret.fingerprints, found.fingerprints);
        assert!(secret.has_secret);
    }

    #[test]
    fn no_cut_and_no_other_version_is_taken_for_one() {
        for end in 0..75 {
            assert!(Version5::read(CERTIFICATE.get(..end).unwrap()).is_none(), "{end}");
        }
        let mut other = CERTIFICATE.to_vec();
        for version in (0..=255).filter(|version| *version != 5) {
            *other.get_mut(2).unwrap() = version;
            assert!(Version5::read(&other).is_none(), "{version}");
        }
    }

    #[test]
    fn a_length_that_lies_is_no_key() {
        let mut lying = CERTIFICATE.to_vec();
        lying.splice(8..12, [0xFF; 4]);
        assert!(Version5::read(&lying).is_none());
    }
}

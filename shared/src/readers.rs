//! Which GnuPG opens what is sealed for a recipient?

use crate::recipient::Recipient;
use openpgp::crypto::mpi::PublicKey;
use openpgp::packet::Key;
use openpgp::packet::key::{PublicParts, UnspecifiedRole};
use openpgp::types::Curve;
use sequoia_openpgp as openpgp;

/// A key that recordings are sealed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedTo {
    /// Its ID, as the sealed file names it, in upper-case hexadecimal digits.
    pub key_id: String,
    /// Its algorithm and size, as people name them.
    pub algorithm: String,
    /// The oldest GnuPG that opens what is sealed to it; none if no released one does.
    pub gnupg: Option<&'static str>,
}

impl Recipient {
    /// The keys that recordings are sealed to, in the order of the certificate. What is sealed is
    /// of a kind that every GnuPG reads, so that the key alone decides which one is needed.
    #[must_use]
    pub fn sealed_to(&self) -> Vec<SealedTo> {
        self.keys().iter().map(sealed_to).collect()
    }
}

fn sealed_to(key: &Key<PublicParts, UnspecifiedRole>) -> SealedTo {
    let (algorithm, gnupg) = match key.mpis() {
        PublicKey::RSA { n, .. } => (format!("RSA with {} bits", n.bits()), Some("1.4")),
        PublicKey::ElGamal { p, .. } => (format!("ElGamal with {} bits", p.bits()), Some("1.4")),
        PublicKey::ECDH { curve: Curve::Cv25519, .. } => ("Curve25519".to_string(), Some("2.1")),
        PublicKey::ECDH { curve: Curve::Unknown(_), .. } => {
            ("an uncommon elliptic curve".to_string(), Some("2.4"))
        }
        PublicKey::ECDH { curve, .. } => (curve.to_string(), Some("2.1")),
        // RFC 9580's own algorithms, which GnuPG does not take part in.
        _ => (key.pk_algo().to_string(), None),
    };
    // GnuPG reads no version 6 either.
    let gnupg = gnupg.filter(|_| key.version() == 4);
    SealedTo { key_id: key.keyid().to_hex(), algorithm, gnupg }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::certs::Certificates;
    use crate::recipient::Spec;
    use openpgp::cert::{CertBuilder, CipherSuite};
    use openpgp::serialize::SerializeInto;

    fn oldest(suite: CipherSuite) -> (String, Option<&'static str>) {
        let builder = CertBuilder::general_purpose(Some("<a@example.org>"));
        let (cert, _) = builder.set_cipher_suite(suite).generate().unwrap();
        let mut certificates = Certificates::default();
        certificates.add(&cert.to_vec().unwrap(), "test");
        let spec = Spec::parse("<a@example.org>").unwrap();
        let recipient = Recipient::find(&spec, &certificates).unwrap();
        let mut keys = recipient.sealed_to();
        assert_eq!(keys.len(), 1);
        let key = keys.swap_remove(0);
        assert!(recipient.identity().ends_with(&key.key_id), "{}", recipient.identity());
        (key.algorithm, key.gnupg)
    }

    #[test]
    fn the_kind_of_key_decides_which_gnupg_is_needed() {
        assert_eq!(oldest(CipherSuite::RSA2k), ("RSA with 2048 bits".to_string(), Some("1.4")));
        assert_eq!(oldest(CipherSuite::Cv25519), ("Curve25519".to_string(), Some("2.1")));
        assert_eq!(oldest(CipherSuite::P256).1, Some("2.1"));
    }
}

//! Why is nothing sealed for somebody, and what can be done about it?

use crate::date;
use crate::limits;
use std::time::SystemTime;

/// How many certificates one message names; an address may stand in any number of them.
const NAMED: usize = 5;

/// Why a certificate that was found is not sealed for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Past its expiry.
    #[error("expired on {}. Ask its owner to extend it, and import the new certificate",
        date::iso(*at))]
    Expired {
        /// When it expired.
        at: SystemTime,
    },
    /// Withdrawn by its owner.
    #[error("was revoked by its owner. Import the certificate that replaces it and name that one")]
    Revoked,
    /// Withdrawn by somebody whom its owner had appointed.
    #[error(
        "was revoked by the key {revoker}, which its owner had appointed for that. Import the \
        certificate that replaces it and name that one"
    )]
    RevokedByAppointed {
        /// The fingerprint of the key that did.
        revoker: String,
    },
    /// It says that it was, and the key that could prove it is not here.
    #[error(
        "may have been revoked by the key {revoker}, which its owner had appointed for that. \
        Import the certificate of that key too, so that the revocation can be checked"
    )]
    MaybeRevoked {
        /// The fingerprint of the key that is missing.
        revoker: String,
    },
    /// It stands, and its encryption keys do not.
    #[error(
        "has no encryption key left: what it had was revoked. Ask its owner to add a new one, and \
        import the new certificate"
    )]
    EncryptionKeyRevoked,
    /// Made in the future.
    #[error("is not valid before {}. Check this machine's clock, or wait", date::iso(*from))]
    NotYetValid {
        /// When it begins.
        from: SystemTime,
    },
    /// No encryption key at all.
    #[error("can sign but not encrypt. Ask its owner for a key with an encryption subkey")]
    SignOnly,
    /// Refused by sequoia's policy.
    #[error("is too weak or not sound ({detail}). Ask its owner to make a new key")]
    TooWeak {
        /// The policy's reason.
        detail: String,
    },
    /// An algorithm that is not built in.
    #[error(
        "uses an algorithm that is not supported ({algorithm}). Ask its owner for an RSA or \
        Curve25519 key"
    )]
    Unsupported {
        /// Which one.
        algorithm: String,
    },
    /// A format that only GnuPG knows.
    #[error(
        "uses a LibrePGP version 5 key, which only GnuPG 2.4 and later can use. Ask its owner for \
        an RSA or Curve25519 key"
    )]
    Version5,
    /// Made to be slow, or a mistake.
    #[error(
        "has {count} encryption keys, and {} is the most that is sealed for. Ask its owner for a \
        certificate with one",
        limits::ENCRYPTION_KEYS
    )]
    TooManyKeys {
        /// How many it has.
        count: usize,
    },
    /// The address that was asked for is not, or not any more, one of its owner's.
    #[error(
        "does not go by this address any more: its owner withdrew it or let it expire. Ask its \
        owner which certificate to use, and name it by its full fingerprint"
    )]
    AddressWithdrawn,
}

/// One certificate that was found and is not sealed for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the certificate of {owner} ({fingerprint}) {reason}")]
pub struct Refused {
    /// Whose certificate it is.
    pub owner: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What is wrong with it.
    pub reason: Refusal,
}

/// Why a recipient cannot be sealed for. Each message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// Neither a fingerprint nor a key ID nor an address.
    #[error(
        "Recipient '{asked}' is not a fingerprint (40 digits), a key ID (16 digits) or a mail \
        address. Name the recipient by the full fingerprint."
    )]
    Spelling {
        /// As written.
        asked: String,
    },
    /// No certificate matches.
    #[error(
        "Recipient '{asked}' is unknown: no certificate here matches. Import the certificate \
        or name its file with --certs, and check the spelling."
    )]
    Unknown {
        /// As written.
        asked: String,
    },
    /// Several certificates match.
    #[error("Recipient '{asked}' is ambiguous: {} certificates match ({}). Name the one that is \
        meant by its full fingerprint.", fingerprints.len(), listed(fingerprints))]
    Ambiguous {
        /// As written.
        asked: String,
        /// Those that match.
        fingerprints: Vec<String>,
    },
    /// Found, and not usable.
    #[error("{}", lines(asked, found))]
    Refused {
        /// As written.
        asked: String,
        /// Every certificate that matches, with what is wrong with it.
        found: Vec<Refused>,
    },
}

fn listed(fingerprints: &[String]) -> String {
    let shown = fingerprints.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if fingerprints.len() > NAMED { shown + ", …" } else { shown }
}

/// One line for each certificate.
fn lines(asked: &str, found: &[Refused]) -> String {
    let line = |refused| format!("Recipient '{asked}' cannot be sealed for: {refused}.");
    let mut lines: Vec<String> = found.iter().take(NAMED).map(line).collect();
    if let Some(more @ 1..) = found.len().checked_sub(NAMED) {
        lines.push(format!("And {more} more certificates of '{asked}'."));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_certificate_that_is_refused_has_its_line_up_to_five() {
        let refused = |number: usize| Refused {
            owner: "Lena".into(),
            fingerprint: format!("F{number}"),
            reason: Refusal::Revoked,
        };
        let error = |count| {
            let found = (0..count).map(refused).collect();
            RecipientError::Refused { asked: "a@b.c".into(), found }.to_string()
        };
        assert_eq!(
            error(1),
            "Recipient 'a@b.c' cannot be sealed for: the certificate of Lena (F0) was revoked by \
             its owner. Import the certificate that replaces it and name that one."
        );
        assert_eq!(error(2).lines().count(), 2);
        assert_eq!(error(5).lines().count(), 5);
        assert_eq!(error(5_000).lines().last(), Some("And 4995 more certificates of 'a@b.c'."));
    }

    #[test]
    fn a_thousand_certificates_of_one_address_do_not_fill_the_screen() {
        let fingerprints = (0..1000).map(|number| format!("{number:040X}")).collect();
        let error = RecipientError::Ambiguous { asked: "a@b.c".into(), fingerprints }.to_string();
        assert!(error.contains("1000 certificates match (") && error.len() < 400, "{error}");
    }
}

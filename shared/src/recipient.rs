//! Whom may a recording be sealed for? A certificate that passed every check, pinned by fingerprint.

use crate::certs::{Certificates, owner};
use crate::recording::escaped;
use openpgp::cert::amalgamation::key::{ErasedKeyAmalgamation, PrimaryKey};
use openpgp::cert::amalgamation::{ValidAmalgamation, ValidateAmalgamation};
use openpgp::cert::{Cert, ValidCert};
use openpgp::packet::Key;
use openpgp::packet::key::{PublicParts, UnspecifiedRole};
use openpgp::policy::StandardPolicy;
use openpgp::types::RevocationStatus;
use sequoia_openpgp as openpgp;
use std::fmt;
use std::time::SystemTime;

/// Who was asked for, as written in a flag or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// A full fingerprint: 40 or 64 hexadecimal digits.
    Fingerprint(String),
    /// A long key ID: 16 hexadecimal digits.
    KeyId(String),
    /// A mail address, compared as a whole.
    Address(String),
}

impl Spec {
    /// Reads a fingerprint (spaces and `0x` allowed), a long key ID or an address.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn parse(text: &str) -> Result<Self, RecipientError> {
        let compact: String = text.split_whitespace().collect();
        let digits = compact.strip_prefix("0x").or(compact.strip_prefix("0X")).unwrap_or(&compact);
        let is_hexadecimal = digits.bytes().all(|octet| octet.is_ascii_hexdigit());
        let address = text.trim().trim_start_matches('<').trim_end_matches('>');
        match digits.len() {
            40 | 64 if is_hexadecimal => Ok(Self::Fingerprint(digits.to_ascii_uppercase())),
            16 if is_hexadecimal => Ok(Self::KeyId(digits.to_ascii_uppercase())),
            _ if address.contains('@') && !address.contains(char::is_whitespace) => {
                Ok(Self::Address(address.to_string()))
            }
            _ => Err(RecipientError::Spelling { asked: escaped(text.as_bytes()) }),
        }
    }

    fn matches(&self, cert: &Cert) -> bool {
        match self {
            Self::Fingerprint(digits) => {
                bound_keys(cert).any(|key| key.key().fingerprint().to_hex() == *digits)
            }
            Self::KeyId(digits) => {
                bound_keys(cert).any(|key| key.key().keyid().to_hex() == *digits)
            }
            Self::Address(address) => cert.userids().any(|id| {
                let is_revoked = is_revoked(&id.revocation_status(&StandardPolicy::new(), None));
                let is_named = |email: &str| email.eq_ignore_ascii_case(address);
                // Anybody can append a user ID; only the owner can sign it.
                let is_bound = id.self_signatures().next().is_some();
                is_bound && !is_revoked && id.userid().email().ok().flatten().is_some_and(is_named)
            }),
        }
    }
}

/// The primary key, and the subkeys that it signed; anybody can append others.
fn bound_keys(cert: &Cert) -> impl Iterator<Item = ErasedKeyAmalgamation<'_, PublicParts>> {
    cert.keys().filter(|key| key.primary() || key.self_signatures().next().is_some())
}

impl fmt::Display for Spec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Fingerprint(text) | Self::KeyId(text) | Self::Address(text)) = self;
        formatter.write_str(&escaped(text.as_bytes()))
    }
}

/// A certificate that recordings can be sealed for now.
#[derive(Debug, Clone)]
pub struct Recipient {
    fingerprint: String,
    owner: String,
    expires: Option<SystemTime>,
    keys: Vec<Key<PublicParts, UnspecifiedRole>>,
}

impl Recipient {
    /// The certificate's fingerprint in upper-case hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whose it is, safe to show.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// When sealing for it ends: the earliest expiry of the certificate and its encryption keys.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// The certificate and every key in it that is sealed to, by fingerprint: what has to be the
    /// same for two sealed files to be for the same people.
    #[must_use]
    pub fn identity(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(|key| key.fingerprint().to_hex()).collect();
        format!("{}:{}", self.fingerprint, keys.join(","))
    }

    /// The key packets that the session key is encrypted to.
    pub(crate) fn keys(&self) -> &[Key<PublicParts, UnspecifiedRole>] {
        &self.keys
    }

    /// Finds the one usable certificate that `spec` names.
    ///
    /// # Errors
    /// Says why there is none, or that there are several. Nobody is ever dropped in silence.
    pub fn find(spec: &Spec, certificates: &Certificates) -> Result<Self, RecipientError> {
        let matching: Vec<&Cert> = certificates.iter().filter(|cert| spec.matches(cert)).collect();
        let mut usable = Vec::new();
        let mut refusals = Vec::new();
        for cert in matching {
            match Self::check(cert) {
                Ok(recipient) => usable.push(recipient),
                Err(reason) => refusals.push((cert.fingerprint().to_hex(), owner(cert), reason)),
            }
        }
        match (usable.pop(), usable.is_empty()) {
            (Some(recipient), true) => Ok(recipient),
            (Some(last), false) => {
                usable.push(last);
                let fingerprints = usable.into_iter().map(|found| found.fingerprint).collect();
                Err(RecipientError::Ambiguous { asked: spec.to_string(), fingerprints })
            }
            (None, _) => Err(match refusals.into_iter().next() {
                Some((fingerprint, owner, reason)) => {
                    RecipientError::Refused { asked: spec.to_string(), owner, fingerprint, reason }
                }
                None => RecipientError::Unknown { asked: spec.to_string() },
            }),
        }
    }

    /// RFC 9580 section 5.2.3.29 for the flags; sequoia's policy for what is too weak.
    fn check(cert: &Cert) -> Result<Self, Refusal> {
        let policy = StandardPolicy::new();
        let valid = cert.with_policy(&policy, None).map_err(|error| invalid(cert, &error))?;
        if is_revoked(&valid.revocation_status()) {
            return Err(Refusal::Revoked);
        }
        valid.alive().map_err(|error| not_alive(&valid, &error))?;
        let usable: Vec<_> = valid
            .keys()
            .supported()
            .alive()
            .revoked(false)
            .for_transport_encryption()
            .for_storage_encryption()
            .filter(|key| !is_revoked(&key.revocation_status()))
            .collect();
        if usable.is_empty() {
            return Err(no_encryption_key(&valid));
        }
        let ends = usable.iter().filter_map(|key| key.key_expiration_time());
        let expires = ends.chain(valid.primary_key().key_expiration_time()).min();
        let keys = usable
            .iter()
            .map(|key| key.key().clone().parts_into_public().role_into_unspecified())
            .collect();
        Ok(Self { fingerprint: cert.fingerprint().to_hex(), owner: owner(cert), expires, keys })
    }
}

/// Why the policy rejects a certificate as a whole.
fn invalid(cert: &Cert, error: &anyhow::Error) -> Refusal {
    let is_revoked = is_revoked(&cert.revocation_status(&StandardPolicy::new(), None));
    let created = cert.primary_key().key().creation_time();
    if is_revoked {
        Refusal::Revoked
    } else if created > SystemTime::now() {
        Refusal::NotYetValid { from: created }
    } else {
        Refusal::TooWeak { detail: causes(error) }
    }
}

fn causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn not_alive(valid: &ValidCert<'_>, error: &anyhow::Error) -> Refusal {
    match error.downcast_ref() {
        Some(openpgp::Error::NotYetLive(from)) => Refusal::NotYetValid { from: *from },
        Some(openpgp::Error::Expired(at)) => Refusal::Expired { at: *at },
        _ => match valid.primary_key().key_expiration_time() {
            Some(at) => Refusal::Expired { at },
            None => Refusal::TooWeak { detail: causes(error) },
        },
    }
}

/// Why a sound certificate has no key to seal for: the encryption keys expired or were revoked, or
/// there never was one that this program can use.
fn no_encryption_key(valid: &ValidCert<'_>) -> Refusal {
    let all: Vec<_> = valid.keys().for_transport_encryption().for_storage_encryption().collect();
    let unsupported = all.iter().find(|key| !key.key().pk_algo().is_supported());
    if let Some(key) = unsupported {
        return Refusal::Unsupported { algorithm: key.key().pk_algo().to_string() };
    }
    if all.is_empty() {
        let weak = valid.cert().keys().subkeys().find_map(|key| {
            let is_for_encryption = key.key().pk_algo().for_encryption();
            let rejection = key.with_policy(&StandardPolicy::new(), None).err();
            rejection.filter(|_| is_for_encryption)
        });
        return weak.map_or(Refusal::SignOnly, |error| Refusal::TooWeak { detail: causes(&error) });
    }
    let ends = all.iter().filter_map(|key| key.key_expiration_time());
    match ends.filter(|at| *at <= SystemTime::now()).max() {
        Some(at) => Refusal::Expired { at },
        None if all.iter().any(|key| is_revoked(&key.revocation_status())) => Refusal::Revoked,
        None => Refusal::Unsupported {
            algorithm: all.first().map_or_else(String::new, |key| key.key().pk_algo().to_string()),
        },
    }
}

/// Also when somebody else revoked it whom the owner once appointed: gpg takes that as revoked, and
/// nobody seals for a key that may be lost.
fn is_revoked(status: &RevocationStatus<'_>) -> bool {
    !matches!(status, RevocationStatus::NotAsFarAsWeKnow)
}

/// Why a certificate that was found is not sealed for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Past its expiry.
    #[error("expired on {}. Ask its owner to extend it, and import the new certificate",
        date(*at))]
    Expired {
        /// When it expired.
        at: SystemTime,
    },
    /// Withdrawn by its owner.
    #[error("was revoked by its owner. Import the certificate that replaces it and name that one")]
    Revoked,
    /// Made in the future.
    #[error("is not valid before {}. Check this machine's clock, or wait", date(*from))]
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
    /// Several usable certificates match.
    #[error("Recipient '{asked}' is ambiguous: {} certificates match ({}). Name the one that is \
        meant by its full fingerprint.", fingerprints.len(), fingerprints.join(", "))]
    Ambiguous {
        /// As written.
        asked: String,
        /// Those that match.
        fingerprints: Vec<String>,
    },
    /// Found, and not usable.
    #[error(
        "Recipient '{asked}' cannot be sealed for: the certificate of {owner} ({fingerprint}) \
        {reason}."
    )]
    Refused {
        /// As written.
        asked: String,
        /// Whose certificate it is.
        owner: String,
        /// Its fingerprint.
        fingerprint: String,
        /// What is wrong with it.
        reason: Refusal,
    },
}

/// A date in UTC, as ISO 8601 writes it; enough for an expiry, and no library for it.
fn date(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Days since 1970-01-01 to year, month, day (Howard Hinnant's `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use openpgp::Packet;
    use openpgp::cert::CertBuilder;
    use openpgp::serialize::SerializeInto;
    use std::time::Duration;

    #[test]
    fn the_spellings_of_a_recipient() {
        let digits = "0123456789abcdef0123456789ABCDEF01234567";
        let upper = Spec::Fingerprint(digits.to_ascii_uppercase());
        assert_eq!(Spec::parse(digits).unwrap(), upper);
        assert_eq!(Spec::parse(&format!(" 0x{digits}")).unwrap(), upper);
        assert_eq!(
            Spec::parse("0123 4567 89ab cdef 0123  4567 89AB CDEF 0123 4567").unwrap(),
            upper
        );
        assert_eq!(
            Spec::parse("89ABcdef01234567").unwrap(),
            Spec::KeyId("89ABCDEF01234567".into())
        );
        assert_eq!(Spec::parse("<qa-team@x.com>").unwrap(), Spec::Address("qa-team@x.com".into()));
        for wrong in ["", "01234567", "QA Team", "a b@c", "\u{202e}x"] {
            assert!(matches!(Spec::parse(wrong), Err(RecipientError::Spelling { .. })), "{wrong}");
        }
    }

    #[test]
    fn what_anybody_can_append_to_a_certificate_names_nobody() {
        let made = |address| CertBuilder::general_purpose(Some(address)).generate().unwrap().0;
        let (boss, other) = (made("<boss@x.org>"), made("<other@x.org>"));
        let id = boss.userids().next().unwrap().userid().clone();
        let subkey = boss.keys().subkeys().next().unwrap().key().clone();
        let key_id = subkey.keyid().to_hex();
        let mut octets = other.to_vec().unwrap();
        octets.extend(Packet::from(id).to_vec().unwrap());
        octets.extend(Packet::from(subkey).to_vec().unwrap());
        let mut certificates = Certificates::default();
        certificates.add(&octets, "test");
        for asked in ["boss@x.org", &key_id] {
            let found = Recipient::find(&Spec::parse(asked).unwrap(), &certificates);
            assert!(matches!(found, Err(RecipientError::Unknown { .. })), "{asked}: {found:?}");
        }
        assert!(Recipient::find(&Spec::parse("other@x.org").unwrap(), &certificates).is_ok());
    }

    #[test]
    fn dates_are_the_calendars() {
        let at = |seconds| date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01");
        assert_eq!(at(951_782_400), "2000-02-29");
        assert_eq!(at(1_767_225_599), "2025-12-31");
    }
}

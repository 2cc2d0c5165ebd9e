//! Whom may a recording be sealed for? A certificate that passed every check, pinned by fingerprint.

use crate::certs::{Certificates, owner};
use crate::date;
use crate::usable;
use crate::version5::Version5;
use openpgp::cert::Cert;
use openpgp::packet::Key;
use openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp as openpgp;
use std::time::{Duration, SystemTime};

pub use crate::refusal::{RecipientError, Refusal, Refused};
use crate::spec::Match;
pub use crate::spec::Spec;

/// How long before a certificate expires people begin to hear of it, in days.
pub const EXPIRY_WARNING_DAYS: u64 = 30;

const DAY_SECS: u64 = 86_400;

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

    /// When sealing for it ends: with the certificate, or with the last of its encryption keys.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// What its administrator is told from [`EXPIRY_WARNING_DAYS`] before it expires.
    #[must_use]
    pub fn expiry_warning(&self, now: SystemTime) -> Option<String> {
        let expires = self.expires?;
        let left = expires.duration_since(now).unwrap_or_default();
        if left > Duration::from_secs(EXPIRY_WARNING_DAYS * DAY_SECS) {
            return None;
        }
        Some(format!(
            "The certificate of {} ({}) expires on {}, and from then on nothing can be sealed. \
             Ask its owner to extend it, and import the new certificate before that day.",
            self.owner,
            self.fingerprint,
            date::iso(expires)
        ))
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
        let asked = || spec.to_string();
        let matching = matching(spec, certificates);
        if is_shared(&matching) {
            let fingerprints = matching.iter().map(|(_, cert)| fingerprint(cert)).collect();
            return Err(RecipientError::Ambiguous { asked: asked(), fingerprints });
        }
        let mut usable = Vec::new();
        let mut found = Vec::new();
        for (how, cert) in matching {
            match Self::check(how, cert, certificates) {
                Ok(recipient) => usable.push(recipient),
                Err(reason) => found.push(refused(cert, reason)),
            }
        }
        found.extend(certificates.version5().filter(|it| spec.names(it)).map(refused_version5));
        match (usable.pop(), usable.is_empty()) {
            (Some(recipient), true) => Ok(recipient),
            (Some(last), false) => {
                usable.push(last);
                let fingerprints = usable.into_iter().map(|found| found.fingerprint).collect();
                Err(RecipientError::Ambiguous { asked: asked(), fingerprints })
            }
            (None, _) if found.is_empty() => Err(RecipientError::Unknown { asked: asked() }),
            (None, _) => Err(RecipientError::Refused { asked: asked(), found }),
        }
    }

    fn check(how: Match, cert: &Cert, certificates: &Certificates) -> Result<Self, Refusal> {
        if how == Match::Version5Subkey {
            return Err(Refusal::Version5);
        }
        let cert = certificates.with_revocations(cert);
        let usable = usable::check(&cert, certificates)?;
        if how == Match::FormerAddress {
            return Err(Refusal::AddressWithdrawn);
        }
        Ok(Self {
            fingerprint: fingerprint(&cert),
            owner: owner(&cert),
            expires: usable.until,
            keys: usable.keys,
        })
    }
}

/// Every certificate that `spec` names. Where it names a primary key, no other certificate counts:
/// its owner could have put anybody's key into it as a subkey.
fn matching<'a>(spec: &Spec, certificates: &'a Certificates) -> Vec<(Match, &'a Cert)> {
    let mut matching: Vec<(Match, &Cert)> =
        certificates.iter().filter_map(|cert| spec.matches(cert).map(|how| (how, cert))).collect();
    if matching.iter().any(|(how, _)| *how == Match::Primary) {
        matching.retain(|(how, _)| *how == Match::Primary);
    }
    matching
}

/// Whether a key stands in several certificates. Which of them is its owner's nobody can tell, and
/// the honest one may be the one that has expired.
fn is_shared(matching: &[(Match, &Cert)]) -> bool {
    let is_key = |how: &Match| matches!(how, Match::Primary | Match::Subkey);
    matching.iter().filter(|(how, _)| is_key(how)).count() > 1
}

fn fingerprint(cert: &Cert) -> String {
    cert.fingerprint().to_hex()
}

fn refused(cert: &Cert, reason: Refusal) -> Refused {
    Refused { owner: owner(cert), fingerprint: fingerprint(cert), reason }
}

fn refused_version5(found: &Version5) -> Refused {
    let fingerprint = found.fingerprint().to_string();
    Refused { owner: found.owner(), fingerprint, reason: Refusal::Version5 }
}

#[cfg(test)]
mod tests;

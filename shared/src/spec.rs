//! Whom does a flag or a file name, and does a certificate answer to that name?

use crate::recording::escaped;
use crate::refusal::RecipientError;
use crate::revocation::by_owner;
use crate::version5::{self, Version5};
use openpgp::cert::Cert;
use openpgp::cert::amalgamation::{UserIDAmalgamation, ValidateAmalgamation};
use openpgp::policy::StandardPolicy;
use sequoia_openpgp as openpgp;
use std::fmt;

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

/// What a certificate has to do with who was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    /// The name is that of its primary key, which nobody else can put into a certificate of theirs.
    Primary,
    /// The name is that of a subkey, which anybody can adopt into a certificate of theirs.
    Subkey,
    /// The name is that of a subkey of version 5, of which nothing can be verified.
    Version5Subkey,
    /// Its owner says now that the address is theirs.
    Address,
    /// Its owner said so once.
    FormerAddress,
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

    /// How a certificate answers to this name, if it does.
    pub(crate) fn matches(&self, cert: &Cert) -> Option<Match> {
        match self {
            Self::Fingerprint(digits) => matching_key(cert, |it| it == digits),
            Self::KeyId(digits) => matching_key(cert, |it| key_id(it) == digits),
            Self::Address(address) => matching_user_id(cert, address),
        }
    }

    /// Whether a certificate that can only be recognised answers to this name.
    pub(crate) fn names(&self, version5: &Version5) -> bool {
        match self {
            Self::Fingerprint(digits) => version5.fingerprints.contains(digits),
            Self::KeyId(digits) => version5.fingerprints.iter().any(|it| key_id(it) == digits),
            Self::Address(address) => version5.user_ids.iter().any(|id| has_address(id, address)),
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Fingerprint(text) | Self::KeyId(text) | Self::Address(text)) = self;
        formatter.write_str(&escaped(text.as_bytes()))
    }
}

fn matching_key(cert: &Cert, is_named: impl Fn(&str) -> bool) -> Option<Match> {
    if is_named(&cert.fingerprint().to_hex()) {
        return Some(Match::Primary);
    }
    let mut named = cert.keys().subkeys().filter(|key| is_named(&key.key().fingerprint().to_hex()));
    // Anybody can append a subkey; only the owner can sign it.
    if named.any(|key| key.self_signatures().next().is_some()) {
        return Some(Match::Subkey);
    }
    version5::subkeys(cert).any(|it| is_named(&it)).then_some(Match::Version5Subkey)
}

fn matching_user_id(cert: &Cert, address: &str) -> Option<Match> {
    let named = cert.userids().filter(|id| has_address(id.userid().value(), address));
    let standings: Vec<Match> = named.filter_map(standing).collect();
    let current = standings.iter().find(|it| **it == Match::Address);
    current.or(standings.first()).copied()
}

/// What the owner says of one user ID. Anybody can append one; only the owner can sign it.
fn standing(id: UserIDAmalgamation<'_>) -> Option<Match> {
    id.self_signatures().next()?;
    let policy = StandardPolicy::new();
    let status = id.revocation_status(&policy, None);
    let is_revoked = by_owner(&status, id.self_revocations());
    // A certificate that is not sound as a whole is refused for that, not for this.
    let is_current =
        id.with_policy(&policy, None).is_ok() || id.cert().with_policy(&policy, None).is_err();
    Some(if is_current && !is_revoked { Match::Address } else { Match::FormerAddress })
}

/// Whether the user ID is this address or names it in angle brackets. What stands in a comment or
/// a name is no address of the owner's.
fn has_address(user_id: &[u8], address: &str) -> bool {
    let is_it = |part: &[u8]| part.trim_ascii().eq_ignore_ascii_case(address.as_bytes());
    let bracketed = user_id.split(|octet| *octet == b'<').skip(1);
    let mut inside = bracketed.filter_map(|part| part.split(|octet| *octet == b'>').next());
    is_it(user_id) || inside.any(is_it)
}

/// The key ID in a fingerprint: the end of one of version 4, the start of later ones.
fn key_id(fingerprint: &str) -> &str {
    let range = if fingerprint.len() == 40 { 24..40 } else { 0..16 };
    fingerprint.get(range).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

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
    fn an_address_is_what_stands_in_brackets_or_alone() {
        for user_id in [
            "boss@x.org",
            "<boss@x.org>",
            "Boss <boss@x.org>",
            "Boss <BOSS@X.ORG>",
            "Boss <boss@x.org> (sales)",
            "Boss <other@x.org> <boss@x.org>",
            "\"<\" Boss <boss@x.org>",
            "Boss < boss@x.org >",
        ] {
            assert!(has_address(user_id.as_bytes(), "boss@x.org"), "{user_id}");
        }
        for user_id in [
            "",
            "Boss",
            "Lena (helps boss@x.org) <lena@x.org>",
            "boss@x.org <lena@x.org>",
            "Boss <boss@x.org.evil.example>",
            "Boss <theboss@x.org>",
            // A Cyrillic letter, a wide at sign, an invisible space, another spelling of a domain.
            "Boss <b\u{43e}ss@x.org>",
            "Boss <boss\u{ff20}x.org>",
            "Boss <boss@x\u{200b}.org>",
            "Boss <boss@xn--x-.org>",
        ] {
            assert!(!has_address(user_id.as_bytes(), "boss@x.org"), "{user_id}");
        }
    }

    #[test]
    fn an_address_that_is_not_ascii_is_compared_octet_by_octet() {
        let composed = "chefin@b\u{fc}ro.example";
        assert!(has_address(format!("<{composed}>").as_bytes(), composed));
        for other in ["chefin@bu\u{308}ro.example", "chefin@xn--bro-hoa.example"] {
            assert!(!has_address(format!("<{other}>").as_bytes(), composed), "{other}");
        }
        assert!(has_address(b"<\xFF> <boss@x.org>", "boss@x.org"));
    }

    #[test]
    fn a_key_id_is_the_end_of_a_version_4_fingerprint_and_the_start_of_a_later_one() {
        assert_eq!(key_id(&format!("{:024}{}", 0, "89ABCDEF01234567")), "89ABCDEF01234567");
        assert_eq!(key_id(&format!("89ABCDEF01234567{:048}", 0)), "89ABCDEF01234567");
    }
}

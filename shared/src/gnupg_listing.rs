//! Which of GnuPG's secret keys can only GnuPG use? Read from its listing with colons (its
//! doc/DETAILS).

use crate::certs::shown_name;
use crate::recording::escaped;

/// A key that only GnuPG can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialKey {
    /// In 16 hexadecimal digits.
    pub key_id: String,
    /// What is special: `smart card`, `ElGamal`, the name of a curve.
    pub kind: String,
    /// As the key names them, safe to show.
    pub owner: String,
}

/// The digits of a version 5 fingerprint; its key ID are the first 16, not the last.
const VERSION_5_DIGITS: usize = 64;

/// Reads the answer to `--list-secret-keys --with-colons`.
pub(crate) fn special_keys(listing: &[u8]) -> Vec<SpecialKey> {
    let mut reader = Reader::default();
    listing.split(|octet| *octet == b'\n').for_each(|line| reader.line(line));
    reader.keys
}

#[derive(Default)]
struct Reader {
    keys: Vec<SpecialKey>,
    /// Where the keys of the owner begin that is being read.
    first_of_owner: usize,
    owner: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &[u8]) {
        let fields: Vec<&[u8]> = line.split(|octet| *octet == b':').collect();
        let field = |number: usize| fields.get(number - 1).copied().unwrap_or_default();
        match field(1) {
            b"sec" => {
                (self.first_of_owner, self.owner) = (self.keys.len(), None);
                self.add(field(5), special_kind(field(4), field(15), field(17)));
            }
            b"ssb" => self.add(field(5), special_kind(field(4), field(15), field(17))),
            b"fpr" if field(10).len() == VERSION_5_DIGITS => {
                let key_id = field(10).get(..16).unwrap_or_default();
                if self.keys.last().is_none_or(|key| key.key_id.as_bytes() != key_id) {
                    self.add(key_id, Some("version 5".to_string()));
                }
            }
            b"uid" if self.owner.is_none() => self.name(&shown_name(field(10))),
            _ => {}
        }
    }

    fn add(&mut self, key_id: &[u8], kind: Option<String>) {
        let (key_id, owner) = (escaped(key_id), self.owner.clone().unwrap_or_default());
        self.keys.extend(kind.map(|kind| SpecialKey { key_id, kind, owner }));
    }

    /// The name comes after the first key and before the others.
    fn name(&mut self, listed: &str) {
        let owner = listed.replace("\\x3a", ":");
        for key in self.keys.iter_mut().skip(self.first_of_owner) {
            key.owner.clone_from(&owner);
        }
        self.owner = Some(owner);
    }
}

/// Why no other program can use the key; `None` for a usual one, and for one that is not here.
pub(crate) fn special_kind(algorithm: &[u8], place: &[u8], curve: &[u8]) -> Option<String> {
    let is_here = matches!(place, b"" | b"+");
    match (place, algorithm, curve) {
        (b"#", ..) => None,
        _ if !is_here => Some("smart card".to_string()),
        (_, b"16" | b"20", _) => Some("ElGamal".to_string()),
        (_, b"8", _) => Some("Kyber".to_string()),
        (_, _, b"cv448" | b"X448" | b"ed448") => Some("Curve448".to_string()),
        _ if curve.starts_with(b"brainpool") => Some(escaped(curve)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &[u8] = b"\
sec:-:255:22:00E99E96674FD1ED:1795331610:::-:::scESC:::+::ed25519:::0:
fpr:::::::::80F1DEA23BEB4FBB14DC03E200E99E96674FD1ED:
uid:-::::1795331610::X::Everyday <e@x>::::::::::0:
ssb:-:255:18:50D28B16D58DF97D:1795331610::::::e:::+::cv25519::
sec:u:2048:17:6F1D66367C388071:1795331626:::-:::scaESCA:::+:::23::0:
uid:u::::1795331626::X::Old\\x3a key <o@x>::::::::::0:
ssb:u:2048:16:ABD77CF2DC989FE8:1795331626::::::e:::+::::
sec:u:4096:1:1111111111111111:1:::u:::scESC:::D2760001240102000005000012340000:::23::0:
uid:u::::1::X::Card <c@x>::::::::::0:
ssb:u:4096:1:2222222222222222:1::::::e:::D2760001240102000005000012340000:::23:
ssb:u:4096:1:3333333333333333:1::::::e:::#:::23:
";

    #[test]
    fn only_what_nothing_else_can_use_is_special() {
        let found: Vec<(String, String, String)> = special_keys(LISTING)
            .into_iter()
            .map(|key| (key.key_id, key.kind, key.owner))
            .collect();
        let expected = [
            ("ABD77CF2DC989FE8", "ElGamal", "Old: key <o@x>"),
            ("1111111111111111", "smart card", "Card <c@x>"),
            ("2222222222222222", "smart card", "Card <c@x>"),
        ]
        .map(|(id, kind, owner)| (id.to_string(), kind.to_string(), owner.to_string()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_version_5_key_is_known_by_the_first_digits_of_its_fingerprint() {
        let listing = format!(
            "sec:u:441:22:68F51E48A308609C:1:::u:::scSC:::+::ed448:::0:\nfpr:::::::::{0}:\n\
             ssb:u:448:18:15070475DF5ED439:1::::::e:::+::cv25519::\nfpr:::::::::{1}:\n",
            "68F51E48A308609C".repeat(4),
            "15070475DF5ED439".repeat(4)
        );
        let keys = special_keys(listing.as_bytes());
        let ids: Vec<&str> = keys.iter().map(|key| key.key_id.as_str()).collect();
        assert_eq!(ids, ["68F51E48A308609C", "15070475DF5ED439"]);
    }

    #[test]
    fn nonsense_is_nobody() {
        assert!(special_keys(b"\xFF::::\nsec\nssb:::\nuid").is_empty());
    }
}

//! Which numbers are the secret of a key, and which one that of a message?

use std::path::Path;

use sequoia_openpgp::cert::Cert;
use sequoia_openpgp::crypto::{Password, mpi::SecretKeyMaterial as Numbers};
use sequoia_openpgp::packet::key::SecretKeyMaterial;
use sequoia_openpgp::parse::Parse;

use crate::gnupg::GnupgHome;
use crate::process::finish_with_input;
use crate::{Failure, Outcome};

/// The secret numbers of a key and its subkeys, with their names, highest octet first.
pub fn of_key(secret_key: &[u8], passphrase: &str) -> Outcome<Vec<(String, Vec<u8>)>> {
    let failed = |error: sequoia_openpgp::anyhow::Error| Failure::new(format!("{error:#}"));
    let key = Cert::from_bytes(secret_key).map_err(failed)?;
    let password = Password::from(passphrase);
    let mut found = Vec::new();
    for (place, part) in key.keys().secret().enumerate() {
        let part = part.key().clone().decrypt_secret(&password).map_err(failed)?;
        if let SecretKeyMaterial::Unencrypted(numbers) = part.secret() {
            let named = numbers.map(|numbers| {
                match numbers {
                    Numbers::RSA { d, p, q, u } => vec![("d", d), ("p", p), ("q", q), ("u", u)],
                    Numbers::ECDH { scalar } | Numbers::EdDSA { scalar } => {
                        vec![("scalar", scalar)]
                    }
                    _ => Vec::new(),
                }
                .into_iter()
                .map(|(name, number)| (format!("{name} of key {place}"), number.value().to_vec()))
                .collect::<Vec<_>>()
            });
            found.extend(named);
        }
    }
    Ok(found)
}

/// The key that a message itself is sealed with, as gpg tells it.
pub fn of_message(home: &GnupgHome, file: &Path, passphrase: &str) -> Outcome<Vec<u8>> {
    let mut gpg = home.gpg()?;
    gpg.args(["--passphrase-fd", "0", "--show-session-key", "--decrypt"]).arg(file);
    let told = finish_with_input(&mut gpg, passphrase.as_bytes())?.stderr;
    let digits = told.split('\'').nth(1).and_then(|key| key.split_once(':'));
    let digits = digits.ok_or_else(|| Failure::new(format!("no key: {told}")))?.1;
    let octets: Vec<u8> = digits.as_bytes().chunks(2).filter_map(octet).collect();
    Ok(octets)
}

fn octet(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

//! How do a certificate and a secret key look as files for others? In armor, which mail and web pages
//! leave alone.

use crate::certs::{KeyError, SecretKey};
use openpgp::Packet;
use openpgp::armor::{Kind, Writer};
use openpgp::serialize::SerializeInto;
use sequoia_openpgp as openpgp;
use std::io::Write;
use zeroize::Zeroizing;

impl SecretKey {
    /// The public half, for the dialer's administrator.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn certificate_armored(&self) -> Result<String, KeyError> {
        let mut octets = Vec::new();
        for packet in self.cert().clone().strip_secret_key_material().into_packets() {
            match packet.to_vec() {
                Ok(written) => octets.extend(written),
                // Signatures that a version 5 key of GnuPG made can be read and not written.
                Err(_) if matches!(packet, Packet::Signature(_)) => {}
                Err(error) => return Err(malformed(&error)),
            }
        }
        let armored = armored(&octets, Kind::PublicKey).map_err(|error| malformed(&error))?;
        Ok(armored.as_str().to_owned())
    }

    /// The whole key, still protected by its passphrase.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn secret_armored(&self) -> Result<Zeroizing<String>, KeyError> {
        armored(&self.to_octets()?, Kind::SecretKey).map_err(|error| malformed(&error))
    }
}

/// Puts octets into armor.
pub(crate) fn armored(octets: &[u8], kind: Kind) -> openpgp::Result<Zeroizing<String>> {
    // Room for all of it at once: a growing buffer would leave copies behind.
    let room = Vec::with_capacity(octets.len() / 3 * 4 / 64 * 65 + 512);
    let mut writer = Writer::new(room, kind)?;
    writer.write_all(octets)?;
    let written = writer.finalize()?;
    String::from_utf8(written).map(Zeroizing::new).map_err(|_| anyhow::anyhow!("no text"))
}

fn malformed(error: &anyhow::Error) -> KeyError {
    KeyError::Malformed { detail: error.to_string() }
}

//! Is what was written really the recording, sealed for these recipients and nobody else?
//!
//! The sealed file is read again and decrypted with the session key that the seal kept: no private
//! key is needed. That proves the body; the session key packets are compared one by one.

use crate::encrypt::Receipt;
use crate::recipient::Recipient;
use openpgp::crypto::SessionKey;
use openpgp::packet::{PKESK, SKESK};
use openpgp::parse::Parse;
use openpgp::parse::stream::{
    DecryptionHelper, DecryptorBuilder, MessageStructure, VerificationHelper,
};
use openpgp::policy::StandardPolicy;
use openpgp::types::SymmetricAlgorithm;
use openpgp::{Cert, KeyHandle, KeyID};
use sequoia_openpgp as openpgp;
use sha2::{Digest as _, Sha256};
use std::io::{self, ErrorKind, Read, Seek};
use zeroize::Zeroizing;

/// Why the sealed file is not what it should be. It must not be published.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read, or does not decrypt.
    #[error("the sealed file does not decrypt: {0}")]
    Unreadable(String),
    /// It decrypts to something else.
    #[error("the sealed file does not hold the recording")]
    OtherContent,
    /// Other octets stand on the disk than were written.
    #[error("the sealed file differs from what was written")]
    OtherOctets,
    /// Somebody is missing, or somebody else can open it.
    #[error("the sealed file is not for the recipients asked for")]
    OtherRecipients,
}

/// Reads a sealed file to its end, twice, and compares it with the receipt and the recipients.
///
/// The first pass proves that the octets are those that were written (which also means that what
/// the parser gets is no hostile input), the second that they decrypt to the recording.
///
/// # Errors
/// [`VerifyError`]: the file is to be thrown away.
pub fn verify<R: Read + Seek + Send + Sync>(
    mut source: R,
    receipt: &Receipt,
    recipients: &[Recipient],
) -> Result<(), VerifyError> {
    let unreadable = |error: io::Error| VerifyError::Unreadable(error.to_string());
    if digest(&mut source).map_err(unreadable)?
        != (receipt.ciphertext_octets, receipt.ciphertext_sha256)
    {
        return Err(VerifyError::OtherOctets);
    }
    source.rewind().map_err(unreadable)?;
    let policy = StandardPolicy::new();
    let helper = Proof {
        session_key: receipt.session_key.clone(),
        expected: key_ids(recipients),
        has_other_recipients: false,
    };
    let mut decryptor = DecryptorBuilder::from_reader(&mut source)
        .map(|builder| builder.buffer_size(1 << 16))
        .and_then(|builder| builder.with_policy(&policy, None, helper))
        .map_err(|error| VerifyError::Unreadable(error.to_string()))?;
    let plaintext = digest(&mut decryptor).map_err(unreadable)?;
    if decryptor.helper_ref().has_other_recipients {
        return Err(VerifyError::OtherRecipients);
    }
    if plaintext != (receipt.plaintext_octets, receipt.plaintext_sha256) {
        return Err(VerifyError::OtherContent);
    }
    Ok(())
}

/// The length and SHA-256 of everything that `source` yields.
///
/// # Errors
/// The source's.
pub fn digest(source: &mut dyn Read) -> io::Result<(u64, [u8; 32])> {
    let mut hash = Sha256::new();
    let mut octets = 0;
    let mut chunk = Zeroizing::new(vec![0; 1 << 16]);
    loop {
        match source.read(&mut chunk) {
            Ok(0) => return Ok((octets, hash.finalize().into())),
            Ok(count) => {
                hash.update(chunk.get(..count).unwrap_or_default());
                octets += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The key IDs that the session key packets must name, in order.
fn key_ids(recipients: &[Recipient]) -> Vec<KeyID> {
    let mut ids: Vec<KeyID> =
        recipients.iter().flat_map(Recipient::keys).map(|key| key.keyid()).collect();
    ids.sort();
    ids
}

struct Proof {
    session_key: SessionKey,
    expected: Vec<KeyID>,
    has_other_recipients: bool,
}

impl VerificationHelper for Proof {
    fn get_certs(&mut self, _ids: &[KeyHandle]) -> openpgp::Result<Vec<Cert>> {
        Ok(Vec::new())
    }

    fn check(&mut self, _structure: MessageStructure<'_>) -> openpgp::Result<()> {
        Ok(())
    }
}

impl DecryptionHelper for Proof {
    fn decrypt(
        &mut self,
        pkesks: &[PKESK],
        skesks: &[SKESK],
        _: Option<SymmetricAlgorithm>,
        decrypt: &mut dyn FnMut(Option<SymmetricAlgorithm>, &SessionKey) -> bool,
    ) -> openpgp::Result<Option<Cert>> {
        let mut named: Vec<KeyID> =
            pkesks.iter().filter_map(|packet| packet.recipient().map(KeyID::from)).collect();
        named.sort();
        self.has_other_recipients =
            named != self.expected || named.len() != pkesks.len() || !skesks.is_empty();
        decrypt(Some(SymmetricAlgorithm::AES256), &self.session_key);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::certs::Certificates;
    use crate::encrypt::seal;
    use crate::recipient::Spec;
    use openpgp::cert::CertBuilder;
    use openpgp::serialize::SerializeInto;
    use std::io::Cursor;

    fn recipient(address: &str) -> Recipient {
        let (cert, _) = CertBuilder::general_purpose(Some(address)).generate().unwrap();
        let mut certificates = Certificates::default();
        certificates.add(&cert.to_vec().unwrap(), "test");
        Recipient::find(&Spec::parse(address).unwrap(), &certificates).unwrap()
    }

    #[test]
    fn the_very_recording_passes_and_any_other_octet_does_not() {
        let people = [recipient("<a@example.org>"), recipient("<b@example.org>")];
        let mut sealed = Vec::new();
        let receipt = seal(&people, &b"a recording"[..], &mut sealed).unwrap();
        verify(Cursor::new(&sealed), &receipt, &people).unwrap();
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            if let Some(octet) = other.get_mut(at) {
                *octet ^= 1;
            }
            assert!(verify(Cursor::new(&other), &receipt, &people).is_err(), "octet {at}");
            let cut = sealed.get(..at).unwrap();
            assert!(verify(Cursor::new(cut), &receipt, &people).is_err(), "cut at {at}");
        }
        sealed.push(0);
        assert!(verify(Cursor::new(&sealed), &receipt, &people).is_err());
    }

    #[test]
    fn one_recipient_fewer_or_more_is_found() {
        let people = [recipient("<a@example.org>"), recipient("<b@example.org>")];
        let mut sealed = Vec::new();
        let receipt = seal(people.get(..1).unwrap(), &b"a recording"[..], &mut sealed).unwrap();
        let wrong = verify(Cursor::new(&sealed), &receipt, &people);
        assert!(matches!(wrong, Err(VerifyError::OtherRecipients)));
        let wrong = verify(Cursor::new(&sealed), &receipt, people.get(1..).unwrap());
        assert!(matches!(wrong, Err(VerifyError::OtherRecipients)));
    }

    #[test]
    fn a_certificate_that_prefers_version_two_still_gets_version_one() {
        let people = [recipient("<a@example.org>")];
        let mut sealed = Vec::new();
        seal(&people, &b"x"[..], &mut sealed).unwrap();
        let outline = crate::framing::outline(&sealed).unwrap();
        assert_eq!(outline.container, crate::framing::Container::Mdc);
    }
}

//! How is a recording sealed? As a stream, into what every gpg and Kleopatra can open: SEIPD
//! version 1, AES-256, no compression, no file name (RFC 9580 section 5.13.1).

use crate::recipient::Recipient;
use crate::seipd::{ALGORITHM, Message};
use openpgp::Packet;
use openpgp::crypto::SessionKey;
use openpgp::packet::pkesk::PKESK3;
use openpgp::serialize::Serialize as _;
use sequoia_openpgp as openpgp;
use sha2::{Digest as _, Sha256};
use std::io::{self, BufWriter, Read, Write};
use zeroize::Zeroizing;

/// How much is read at a time, in octets.
const CHUNK_OCTETS: usize = 1 << 16;

/// How much is written at a time: most recordings at once.
const WRITE_OCTETS: usize = 1 << 18;

/// What was sealed, to prove it by reading it again: digests, lengths and the session key.
pub struct Receipt {
    /// SHA-256 of the recording.
    pub plaintext_sha256: [u8; 32],
    /// Its length.
    pub plaintext_octets: u64,
    /// SHA-256 of the sealed file.
    pub ciphertext_sha256: [u8; 32],
    /// Its length.
    pub ciphertext_octets: u64,
    pub(crate) session_key: SessionKey,
}

/// Why a recording was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The recording could not be read.
    #[error("reading the recording failed: {0}")]
    Read(#[source] io::Error),
    /// The sealed file could not be written.
    #[error("writing the sealed file failed: {0}")]
    Write(#[source] io::Error),
    /// The session key could not be made or encrypted.
    #[error("encryption failed: {0}")]
    Crypto(String),
}

/// Seals everything that `source` yields for all `recipients` into `target`, which is flushed.
///
/// # Errors
/// [`SealError`] says which side failed; whatever stands in `target` then is to be thrown away.
pub fn seal<R, W>(recipients: &[Recipient], mut source: R, target: W) -> Result<Receipt, SealError>
where
    R: Read,
    W: Write,
{
    let session_key = ALGORITHM.key_size().and_then(SessionKey::new).map_err(crypto)?;
    let mut target = Hashing::new(BufWriter::with_capacity(WRITE_OCTETS, target));
    let mut plaintext = Sha256::new();
    let mut plaintext_octets = 0;
    for key in recipients.iter().flat_map(Recipient::keys) {
        // Version 3, whatever the certificate advertises: no gpg reads version 6.
        let packet = PKESK3::for_recipient(ALGORITHM, &session_key, key).map_err(crypto)?;
        Packet::from(packet).serialize(&mut target).map_err(writing)?;
    }
    let mut message = Message::new(&mut target, &session_key).map_err(writing)?;
    let mut chunk = Zeroizing::new(vec![0; CHUNK_OCTETS]);
    loop {
        let count = match source.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(SealError::Read(error)),
        };
        let octets = chunk.get(..count).unwrap_or_default();
        plaintext.update(octets);
        plaintext_octets += count as u64;
        message.write_all(octets).map_err(SealError::Write)?;
    }
    message.finish().map_err(writing)?;
    target.flush().map_err(SealError::Write)?;
    Ok(Receipt {
        plaintext_sha256: plaintext.finalize().into(),
        plaintext_octets,
        ciphertext_sha256: target.digest.finalize().into(),
        ciphertext_octets: target.octets,
        session_key,
    })
}

fn crypto(error: anyhow::Error) -> SealError {
    SealError::Crypto(error.to_string())
}

/// sequoia wraps the target's own errors; they are taken out again, so that a full disk is one.
fn writing(error: anyhow::Error) -> SealError {
    match error.downcast::<io::Error>() {
        Ok(error) => SealError::Write(error),
        Err(error) => crypto(error),
    }
}

/// Counts and hashes what passes through.
struct Hashing<W> {
    inner: W,
    digest: Sha256,
    octets: u64,
}

impl<W> Hashing<W> {
    fn new(inner: W) -> Self {
        Self { inner, digest: Sha256::new(), octets: 0 }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(octets)?;
        self.digest.update(octets.get(..count).unwrap_or_default());
        self.octets += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

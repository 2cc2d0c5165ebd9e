//! How is GnuPG's own authenticated encryption (LibrePGP, packet 20) read?
//!
//! GnuPG 2.3 and later write it to every key that they made themselves. sequoia has the ciphers and
//! the reading in chunks, and no nonces for this packet: they are here, as in
//! draft-koch-librepgp-03, section 5.16.

use crate::inside::BodyError;
use openpgp::crypto::SessionKey;
use openpgp::crypto::aead::{DecryptionContext, Decryptor, Schedule};
use openpgp::parse::buffered_reader::Memory;
use openpgp::types::{AEADAlgorithm, SymmetricAlgorithm};
use sequoia_openpgp as openpgp;
use std::io::Read;

/// The packet's tag as a header octet, which every chunk authenticates.
const TAG: u8 = 0xD4;

/// Version, cipher, mode and chunk size.
const HEAD_OCTETS: usize = 4;

/// The packets inside. Each chunk is authenticated before any of it is given out, and the end before
/// the end is told.
///
/// # Errors
/// [`BodyError::Unread`] for a version, cipher or mode that is not known.
pub(crate) fn packets<'a>(
    body: &'a [u8],
    algorithm: Option<SymmetricAlgorithm>,
    session_key: SessionKey,
) -> Result<impl Read + Send + 'a, BodyError> {
    let unread = |error: anyhow::Error| BodyError::Unread(error.to_string());
    let Some((&[1, cipher, mode, size], rest)) = body.split_first_chunk::<HEAD_OCTETS>() else {
        return Err(BodyError::Unread("unknown version of GnuPG's packet".into()));
    };
    let (cipher, mode_name) = (SymmetricAlgorithm::from(cipher), AEADAlgorithm::from(mode));
    let is_fitting = cipher.key_size().map_err(unread)? == session_key.len()
        && algorithm.is_none_or(|algorithm| algorithm == cipher);
    if !is_fitting {
        return Err(BodyError::WrongSessionKey);
    }
    let nonce_octets = mode_name.nonce_size().map_err(unread)?;
    let Some((nonce, chunks)) = rest.split_at_checked(nonce_octets) else {
        return Err(BodyError::Damaged("the body is too short to hold anything".into()));
    };
    // One chunk that is larger than everything is as large as everything.
    let chunk_octets = 1_usize.checked_shl(u32::from(size) + 6).unwrap_or(usize::MAX);
    let chunk_octets = chunk_octets.min(chunks.len().next_power_of_two().max(64));
    let schedule = GnupgSchedule {
        session_key,
        nonce: nonce.to_vec(),
        head: [TAG, 1, cipher.into(), mode, size],
    };
    let source = Box::new(Memory::with_cookie(chunks, Default::default()));
    Decryptor::new(cipher, mode_name, chunk_octets, schedule, source).map_err(unread)
}

struct GnupgSchedule {
    session_key: SessionKey,
    nonce: Vec<u8>,
    head: [u8; 5],
}

/// What a chunk is deciphered with: key, nonce, and the data that it vouches for besides.
type Use<'a> = &'a mut dyn FnMut(&SessionKey, &[u8], &[u8]) -> openpgp::Result<DecryptionContext>;

impl GnupgSchedule {
    /// The number of the chunk stands in the last eight octets of the nonce, mixed with them.
    fn nonce(&self, index: u64) -> Vec<u8> {
        let mut nonce = self.nonce.clone();
        for (octet, part) in nonce.iter_mut().rev().zip(index.to_be_bytes().iter().rev()) {
            *octet ^= part;
        }
        nonce
    }
}

impl Schedule<DecryptionContext> for GnupgSchedule {
    fn chunk(&self, index: u64, fun: Use<'_>) -> openpgp::Result<DecryptionContext> {
        let data = [&self.head[..], &index.to_be_bytes()].concat();
        fun(&self.session_key, &self.nonce(index), &data)
    }

    fn finalizer(
        &self,
        index: u64,
        length: u64,
        fun: Use<'_>,
    ) -> openpgp::Result<DecryptionContext> {
        let data = [&self.head[..], &index.to_be_bytes(), &length.to_be_bytes()].concat();
        fun(&self.session_key, &self.nonce(index), &data)
    }
}

//! How do octets that no program would write get behind an integrity check? By being sealed as they
//! should be, in each kind of container, for a key of the fixtures.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use openpgp::cert::Cert;
use openpgp::crypto::SessionKey;
use openpgp::crypto::symmetric::{
    BlockCipherMode, Decryptor, Encryptor, PaddingMode, UnpaddingMode,
};
use openpgp::packet::key::{PublicParts, UnspecifiedRole};
use openpgp::packet::pkesk::{PKESK3, PKESK6};
use openpgp::packet::{Key, Packet};
use openpgp::parse::Parse;
use openpgp::parse::buffered_reader::Memory;
use openpgp::serialize::SerializeInto;
use openpgp::serialize::stream::{Compressor, Message};
use openpgp::types::{CompressionAlgorithm, SymmetricAlgorithm};
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::SymEncryptedProtectedData;
use sequoia_openpgp as openpgp;
use sha1::{Digest, Sha1};

use crate::{Failure, Outcome};

/// Whoever holds `cv25519.secret.pgp` opens what is sealed here.
const CERTIFICATE: &[u8] = include_bytes!("../../fixtures/openpgp/keys/cv25519.cert.pgp");

/// Where that certificate is, for programs that import it.
pub fn certificate_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/openpgp/keys/cv25519.cert.pgp")
}

/// The same each time, so that what was found once is found again.
const SESSION_KEY: [u8; 32] = [0x5E; 32];

/// In place of chance: a block, and its last two octets again.
const PREFIX: [u8; 18] = [0xA5; 18];

/// Chunks of 64 KiB, as both kinds of AEAD write it: 2 to the power of 6 more.
const CHUNK_POWER: u8 = 10;

/// How long a part is where a packet comes in parts: 2 to the power of 9 octets.
const PART_POWER: u8 = 9;

/// How a body is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// SEIPD version 1: CFB and a modification detection code.
    Mdc,
    /// SEIPD version 2: OCB.
    Aead,
    /// Packet 20: GnuPG's OCB.
    GnupgOcb,
    /// The same in chunks of 64 octets.
    GnupgOcbChunks,
    /// Packet 9: no integrity protection.
    Bare,
}

/// Compression, by its number in a packet.
pub mod compression {
    /// None, in a packet of its own all the same.
    pub const NONE: u8 = 0;
    /// Bare deflate.
    pub const ZIP: u8 = 1;
    /// Deflate with a header and a checksum.
    pub const ZLIB: u8 = 2;
    /// Bzip2.
    pub const BZIP2: u8 = 3;
}

/// A packet with a new-format header of five octets (RFC 9580 section 4.2.1).
pub fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    #[expect(clippy::cast_possible_truncation, reason = "bodies of tests are shorter than 4 GiB")]
    let length = (body.len() as u32).to_be_bytes();
    [&[0xC0 | tag, 0xFF], &length[..], body].concat()
}

/// The same packet in parts (RFC 9580 section 4.2.1.4).
pub fn packet_in_parts(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut parts = body.chunks_exact(1 << PART_POWER);
    let mut packet = vec![0xC0 | tag];
    for part in &mut parts {
        packet.push(0xE0 | PART_POWER);
        packet.extend_from_slice(part);
    }
    // The last one has a length of five octets, as a packet that is whole.
    packet.extend(self::packet(tag, parts.remainder()).get(1..).unwrap_or_default());
    packet
}

/// Binary literal data without a name.
pub fn literal(octets: &[u8]) -> Vec<u8> {
    packet(11, &[b"b\0\0\0\0\0", octets].concat())
}

/// A compressed data packet around a stream that is taken as it is.
pub fn compressed_stream(algorithm: u8, stream: &[u8]) -> Vec<u8> {
    packet(8, &[&[algorithm], stream].concat())
}

/// Compresses packets.
pub fn compressed(algorithm: u8, packets: &mut dyn Read) -> Outcome<Vec<u8>> {
    let mut sink = Vec::new();
    let mut compressor = Compressor::new(Message::new(&mut sink))
        .algo(CompressionAlgorithm::from(algorithm))
        .build()
        .map_err(failed)?;
    io::copy(packets, &mut compressor)?;
    compressor.finalize().map_err(failed)?;
    Ok(sink)
}

/// Literal data of this many zeros, compressed: a bomb.
pub fn compressed_zeros(algorithm: u8, octets: u32) -> Outcome<Vec<u8>> {
    let head = [&[0xCB, 0xFF], &(octets + 6).to_be_bytes()[..], b"b\0\0\0\0\0"].concat();
    compressed(algorithm, &mut head.chain(io::repeat(0).take(octets.into())))
}

/// Literal data, compressed.
pub fn compressed_literal(algorithm: u8, octets: &[u8]) -> Outcome<Vec<u8>> {
    compressed(algorithm, &mut literal(octets).as_slice())
}

/// Seals for the holder of `cv25519.secret.pgp`.
pub struct Sealer {
    version3: Vec<u8>,
    version6: Vec<u8>,
    hidden: Vec<u8>,
}

impl Sealer {
    /// A sealer, whose session key packets are made here once.
    pub fn new() -> Outcome<Sealer> {
        let cert = Cert::from_bytes(CERTIFICATE).map_err(failed)?;
        let subkey = cert.keys().subkeys().next();
        let subkey = subkey.ok_or_else(|| Failure::new("the fixture has no subkey"))?;
        let key = subkey.key().clone().role_into_unspecified();
        let session_key = SessionKey::from(&SESSION_KEY[..]);
        let version6 = PKESK6::for_recipient(&session_key, &key).map_err(failed)?;
        Ok(Sealer {
            version3: version3(&session_key, &key, false)?,
            version6: Packet::from(version6).to_vec().map_err(failed)?,
            hidden: version3(&session_key, &key, true)?,
        })
    }

    /// The packet that holds the session key for this container.
    pub fn session_key_packet(&self, container: Container) -> &[u8] {
        if container == Container::Aead { &self.version6 } else { &self.version3 }
    }

    /// A whole message around `packets`.
    pub fn message(&self, container: Container, packets: &[u8]) -> Outcome<Vec<u8>> {
        let (tag, body) = body(container, packets)?;
        Ok([self.session_key_packet(container), &packet(tag, &body)].concat())
    }

    /// A message in whose body so many octets of ciphertext are zeros: large, until it is compressed.
    pub fn padded_message(&self, packets: &[u8], zeros: usize) -> Outcome<Vec<u8>> {
        Ok([&self.version3[..], &packet(18, &padded(packets, zeros)?)].concat())
    }

    /// The packet that holds the session key for a hidden recipient.
    pub fn hidden_session_key_packet(&self) -> &[u8] {
        &self.hidden
    }

    /// A message whose recipient is hidden, so that every held key of its kind is tried.
    pub fn hidden_message(&self, packets: &[u8]) -> Outcome<Vec<u8>> {
        Ok([&self.hidden[..], &packet(18, &mdc(packets)?)].concat())
    }
}

fn version3(
    session_key: &SessionKey,
    key: &Key<PublicParts, UnspecifiedRole>,
    is_hidden: bool,
) -> Outcome<Vec<u8>> {
    let mut packet =
        PKESK3::for_recipient(SymmetricAlgorithm::AES256, session_key, key).map_err(failed)?;
    if is_hidden {
        packet.set_recipient(None);
    }
    Packet::from(packet).to_vec().map_err(failed)
}

/// The tag and the body of a container around `packets`.
pub fn body(container: Container, packets: &[u8]) -> Outcome<(u8, Vec<u8>)> {
    Ok(match container {
        Container::Mdc => (18, mdc(packets)?),
        Container::Aead => (18, aead(packets)?),
        Container::GnupgOcb => (20, gnupg_ocb(packets, CHUNK_POWER)?),
        Container::GnupgOcbChunks => (20, gnupg_ocb(packets, 0)?),
        Container::Bare => (9, cfb(&[&PREFIX, packets].concat())?),
    })
}

/// RFC 9580 section 5.13.1.
fn mdc(packets: &[u8]) -> Outcome<Vec<u8>> {
    let plain = [&PREFIX, packets, &[0xD3, 20]].concat();
    let digest = Sha1::digest(&plain);
    Ok([&[1][..], &cfb(&[&plain[..], &digest].concat())?].concat())
}

/// As [`mdc`], with a private packet behind the others whose ciphertext is zeros. In CFB each block of
/// it is then the same, but for the first.
fn padded(packets: &[u8], zeros: usize) -> Outcome<Vec<u8>> {
    let front = [&PREFIX, packets].concat();
    let head = packet(60, &[]);
    let head = [head.get(..2).unwrap_or_default(), &((zeros as u32).to_be_bytes())].concat();
    let mut sealed = cfb(&[&front[..], &head].concat())?;
    sealed.resize(sealed.len() + zeros, 0);
    let mut plain = Vec::with_capacity(sealed.len());
    decipher(&sealed, &mut plain)?;
    plain.extend([0xD3, 20]);
    let digest = Sha1::digest(&plain);
    plain.extend(digest);
    Ok([&[1][..], &cfb(&plain)?].concat())
}

fn decipher(sealed: &[u8], plain: &mut Vec<u8>) -> Outcome {
    let session_key = SessionKey::from(&SESSION_KEY[..]);
    let (algorithm, mode) = (SymmetricAlgorithm::AES256, BlockCipherMode::CFB);
    let source = Memory::with_cookie(sealed, Default::default());
    Decryptor::new(algorithm, mode, UnpaddingMode::None, &session_key, None, source)
        .map_err(failed)?
        .read_to_end(plain)?;
    Ok(())
}

fn cfb(plain: &[u8]) -> Outcome<Vec<u8>> {
    let mut sealed = Vec::with_capacity(plain.len());
    let session_key = SessionKey::from(&SESSION_KEY[..]);
    let (algorithm, mode) = (SymmetricAlgorithm::AES256, BlockCipherMode::CFB);
    let mut encryptor =
        Encryptor::new(algorithm, mode, PaddingMode::None, &session_key, None, &mut sealed)
            .map_err(failed)?;
    encryptor.write_all(plain)?;
    encryptor.finalize().map_err(failed)?;
    Ok(sealed)
}

/// RFC 9580 section 5.13.2.
fn aead(packets: &[u8]) -> Outcome<Vec<u8>> {
    let salt = [0x33; 32];
    let mut sealed = [&[2, 9, 2, CHUNK_POWER][..], &salt].concat();
    SymEncryptedProtectedData::encrypt_seipdv2_stream(
        SymmetricKeyAlgorithm::AES256,
        AeadAlgorithm::Ocb,
        ChunkSize::C64KiB,
        &SESSION_KEY,
        salt,
        packets,
    )?
    .read_to_end(&mut sealed)?;
    Ok(sealed)
}

/// LibrePGP section 5.16: every chunk has its tag, and so has the length of all of them.
fn gnupg_ocb(packets: &[u8], chunk_power: u8) -> Outcome<Vec<u8>> {
    let head = [1, 9, 2, chunk_power];
    let vector = [0x1F; 15];
    let mut sealed = [&head[..], &vector].concat();
    let length = (packets.len() as u64).to_be_bytes();
    let chunks = packets.chunks(64 << chunk_power).map(|chunk| (chunk, &[][..]));
    for (index, (chunk, total)) in chunks.chain([(&[][..], &length[..])]).enumerate() {
        let index = (index as u64).to_be_bytes();
        let mut nonce = vector;
        nonce.iter_mut().skip(7).zip(index).for_each(|(octet, other)| *octet ^= other);
        let more = [&[0xD4][..], &head, &index, total].concat();
        let mut buffer = bytes::BytesMut::from(chunk);
        let cipher = SymmetricKeyAlgorithm::AES256;
        AeadAlgorithm::Ocb.encrypt_in_place(&cipher, &SESSION_KEY, &nonce, &more, &mut buffer)?;
        sealed.extend_from_slice(&buffer);
    }
    Ok(sealed)
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

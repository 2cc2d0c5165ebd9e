//! Is there so much inside a container that whoever takes it apart would be busy for ever?
//!
//! A few kilobytes of packed markers or signatures unfold to millions. sequoia looks at each of them
//! before it gives out anything, so they are counted first.

use crate::inside::{BodyError, Room};
use crate::limits;
use openpgp::Packet;
use openpgp::parse::{PacketParserBuilder, PacketParserResult, Parse};
use sequoia_openpgp as openpgp;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

/// Goes through all packets, those inside packets too, until there are too many or they are too
/// long. Whatever makes no sense ends it: whoever reads the container says so.
///
/// # Errors
/// Only [`BodyError::TooLarge`].
pub(crate) fn check(packets: impl Read + Send, room: Room) -> Result<(), BodyError> {
    let source = Shared(Mutex::new(packets));
    let builder = PacketParserBuilder::from_reader(source);
    let mut next = builder.and_then(|builder| builder.automatic_hashing(false).build());
    let mut left = limits::INNER_PACKETS;
    let mut chunk = zeroize::Zeroizing::new(vec![0; 1 << 16]);
    let mut octets = 0;
    while let Ok(PacketParserResult::Some(mut parser)) = next {
        if left == 0 {
            return Err(BodyError::TooLarge);
        }
        left -= 1;
        // What is packed is looked into; everything else is read here, or it would be read at once.
        while !matches!(parser.packet, Packet::CompressedData(_)) {
            match parser.read(&mut chunk) {
                Ok(0) | Err(_) => break,
                Ok(count) => octets += count as u64,
            }
            if octets > room.limit {
                return Err(BodyError::TooLarge);
            }
        }
        next = parser.recurse().map(|(_, next)| next);
    }
    Ok(())
}

/// The parser asks for what can be shared between threads; nothing here shares it.
struct Shared<R>(Mutex<R>);

impl<R: Read> Read for Shared<R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).read(octets)
    }
}

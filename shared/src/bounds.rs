//! Is there so much inside a container that whoever takes it apart would be busy for ever?
//!
//! A few kilobytes of packed markers or signatures unfold to millions. sequoia looks at each of them
//! before it gives out anything, so they are counted first.

use crate::inside::{BodyError, Room};
use crate::limits;
use openpgp::Packet;
use openpgp::parse::{Dearmor, PacketParserBuilder, PacketParserResult, Parse};
use sequoia_openpgp as openpgp;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

/// What may come before, behind and between the octets that a WAV file counts.
const WAVE_SLACK_OCTETS: u64 = 64 << 10;

/// What was found inside a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inside {
    /// How much there may be when it is read.
    pub(crate) limit: u64,
    /// Whether its first packet is already one of another sealed message.
    pub(crate) is_seal: bool,
}

impl Inside {
    /// What is to be assumed where nobody could look.
    pub(crate) fn any(room: Room) -> Self {
        Self { limit: room.limit, is_seal: false }
    }
}

/// Goes through all packets, those inside packets too, until there are too many or they are too
/// long. Whatever makes no sense ends it: whoever reads the container says so.
///
/// # Errors
/// Only [`BodyError::TooLarge`].
pub(crate) fn check(packets: impl Read + Send, room: Room) -> Result<Inside, BodyError> {
    let source = Shared(Mutex::new(packets));
    let builder = PacketParserBuilder::from_reader(source);
    // Left to itself the parser takes packets that it does not know for text, and looks at none.
    let builder = builder.map(|it| it.automatic_hashing(false).dearmor(Dearmor::Disabled));
    let mut next = builder.and_then(|builder| builder.build());
    let mut chunk = zeroize::Zeroizing::new(vec![0; 1 << 16]);
    let mut counted = Counted::new(room);
    while let Ok(PacketParserResult::Some(mut parser)) = next {
        counted.packet(&parser.packet)?;
        // What is packed is looked into; everything else is read here, or it would be read at once.
        while !matches!(parser.packet, Packet::CompressedData(_)) {
            match parser.read(&mut chunk) {
                Ok(0) | Err(_) => break,
                Ok(count) => counted.octets(chunk.get(..count).unwrap_or_default())?,
            }
        }
        next = parser.recurse().map(|(_, next)| next);
    }
    counted.ended()
}

struct Counted {
    packets: usize,
    octets: u64,
    /// Whether the next octets are the first of the recording.
    begins: bool,
    room: Room,
    inside: Inside,
}

impl Counted {
    fn new(room: Room) -> Self {
        Self { packets: 0, octets: 0, begins: false, room, inside: Inside::any(room) }
    }

    fn packet(&mut self, packet: &Packet) -> Result<(), BodyError> {
        if self.packets == limits::INNER_PACKETS {
            return Err(BodyError::TooLarge);
        }
        self.inside.is_seal |= self.packets == 0 && is_of_seal(packet);
        self.begins = matches!(packet, Packet::Literal(_));
        self.packets += 1;
        Ok(())
    }

    fn octets(&mut self, octets: &[u8]) -> Result<(), BodyError> {
        if self.begins {
            self.begins = false;
            let wave = wave_octets(octets).unwrap_or_default();
            self.inside.limit = self.inside.limit.max(wave);
        }
        self.octets += octets.len() as u64;
        if self.octets > self.inside.limit { Err(BodyError::TooLarge) } else { Ok(()) }
    }

    /// What only says that it is a long recording has no more room than anything else.
    fn ended(self) -> Result<Inside, BodyError> {
        let is_as_long = self.octets + WAVE_SLACK_OCTETS >= self.inside.limit;
        let fits = self.octets <= self.room.limit || is_as_long;
        if fits { Ok(self.inside) } else { Err(BodyError::TooLarge) }
    }
}

fn is_of_seal(packet: &Packet) -> bool {
    let tag = u8::from(packet.tag());
    matches!(tag, 1 | 3 | 9 | 18 | 20)
}

/// How much a WAV file holds that begins here, if it is no longer than a day's work of one person:
/// digital silence is packed a thousandfold, which everything else that long has no reason to be.
fn wave_octets(start: &[u8]) -> Option<u64> {
    let length = u32::from_le_bytes(*start.strip_prefix(b"RIFF")?.first_chunk()?);
    let octets = u64::from(length) + WAVE_SLACK_OCTETS;
    let is_wave = start.get(8..12) == Some(b"WAVE");
    (is_wave && octets <= limits::SILENCE_OCTETS).then_some(octets)
}

/// The parser asks for what can be shared between threads; nothing here shares it.
struct Shared<R>(Mutex<R>);

impl<R: Read> Read for Shared<R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).read(octets)
    }
}
